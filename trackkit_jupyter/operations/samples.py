"""The reads of debug samples: batches by iteration, the iterations of one of them, the waveform of a sound."""

from __future__ import annotations

import functools
import wave
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import in_range, several
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.thumbnails import Thumbnails

__all__ = ["sample_iterations", "samples", "samples_together", "thumbnail", "waveform"]

_LONGEST = 256 << 20
_TOGETHER = 50  # experiments side by side
_STEP = ("iteration", "hash", "kind", "mime", "width", "height", "size", "name", "time")


def samples(
    store: Store[Any],
    id: str,
    metric: str | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int = 3,
    most: int = 200,
) -> dict[str, Any]:
    """Return a batch of debug samples by iteration, the newest iteration first.

    Parameters
    ----------
    store, id
        The experiment.
    metric
        Only those of this metric; ``None``: all.
    before, after
        Only iterations smaller, or greater, than this: the next older, or newer, batch.
    limit
        Iterations in the batch, 1 to 100.
    most
        Samples of one iteration, 1 to 100,000; `total` says how many it has.

    Returns
    -------
    ``{"metrics", "iterations": [{"iteration", "samples": [...], "total"}], "older": bool, "newer": bool}``
    """
    in_range("limit", limit, 1, 100)
    in_range("most", most, 1, 100_000)
    if before is not None and after is not None:
        raise TrackkitValueError("before and after cannot be given together.", "after")
    with opened(store, id) as found:
        sampled = found.sampled()
    iterations = sampled.iterations(metric)
    if after is not None:
        batch = [iteration for iteration in iterations if iteration > after][-limit:]
    else:
        batch = [iteration for iteration in iterations if before is None or iteration < before][:limit]
    rows = {iteration: sampled.at(metric, iteration) for iteration in batch}
    return {
        "metrics": sampled.metrics,
        "iterations": [
            {"iteration": iteration, "samples": found[:most], "total": len(found)} for iteration, found in rows.items()
        ],
        "older": bool(batch) and iterations[-1] < batch[-1],
        "newer": bool(batch) and iterations[0] > batch[0],
    }


def sample_iterations(store: Store[Any], id: str, metric: str, variant: str) -> dict[str, Any]:
    """Return the samples of one metric and variant, by ascending iteration."""
    with opened(store, id) as found:
        rows = found.sampled().of(metric, variant)
    return {"samples": [{name: row.get(name) for name in _STEP} for row in rows]}


@functools.cache
def _thumbnails() -> Thumbnails:
    return Thumbnails()


def thumbnail(store: Store[Any], id: str, hash: str) -> tuple[bytes, str]:
    """Return the thumbnail of a picture among the debug samples, and its MIME type.

    Not an operation: for the doors that send files.

    Raises
    ------
    NotFoundError
        There is no such picture in the experiment.
    TrackkitValueError
        It is damaged, or too large.
    """
    with opened(store, id) as found:
        sample = found.sampled().file(hash)
        if sample is None or sample["kind"] != "image":
            raise NotFoundError("There is no such picture in this experiment.", "hash")
        path = found.blob(hash)
    # A store that came from elsewhere may hold links: what lies outside of it is not shown.
    if not path.resolve().is_relative_to(store.path.resolve()):
        raise NotFoundError("There is no such picture in this experiment.", "hash")
    return _thumbnails().of(path, hash)


def samples_together(
    store: Store[Any],
    objects: list[str],
    metric: str = "",
    variant: str = "",
) -> dict[str, Any]:
    """Return the debug samples of one metric and variant, of several experiments.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 50 at most.
    metric, variant
        Which samples; without a metric, those that most experiments have.

    Returns
    -------
    ``{"pairs": [[metric, variant, experiments that have it]], "metric", "variant", "iterations", "items": [{"id",
    "steps"}], "problems": {id: why}}``: the iterations at which any of them has one, and the samples of each by
    ascending iteration.
    """
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    counts: dict[tuple[str, str], int] = {}
    for id in several(objects, _TOGETHER):
        try:
            with opened(store, id, "objects") as one:
                rows = one.samples()
        except (TrackkitError, OSError) as error:
            problems[id] = str(error)
            continue
        found[id] = rows
        for pair in dict.fromkeys((row["metric"], row["variant"]) for row in rows):
            counts[pair] = counts.get(pair, 0) + 1
    if not metric and counts:
        metric, variant = max(counts, key=lambda pair: counts[pair])
    items: list[dict[str, Any]] = []
    for id, rows in found.items():
        mine = [row for row in rows if (row["metric"], row["variant"]) == (metric, variant)]
        steps = sorted(mine, key=lambda row: row["iteration"])
        items.append({"id": id, "steps": [{name: row.get(name) for name in _STEP} for row in steps]})
    return {
        "pairs": [[*pair, count] for pair, count in counts.items()],
        "metric": metric,
        "variant": variant,
        "iterations": sorted({step["iteration"] for item in items for step in item["steps"]}),
        "items": items,
        "problems": problems,
    }


def waveform(store: Store[Any], id: str, hash: str, points: int = 400) -> dict[str, Any]:
    """Return the outline of a WAV file.

    Parameters
    ----------
    store, id
        The experiment.
    hash
        The file of the sample.
    points
        Parts of equal length, 1 to 4,000.

    Returns
    -------
    ``{"low", "high", "seconds", "rate", "channels", "note"}``: least and greatest amplitude of each part, from -1 to 1;
    without any, `note` says why.
    """
    in_range("points", points, 1, 4_000)
    with opened(store, id) as found:
        sample = found.sampled().file(hash)
        if sample is None or sample["kind"] != "audio":
            raise NotFoundError("There is no such sound in this experiment.", "hash")
        path = found.blob(hash)
    nothing = {"low": [], "high": [], "seconds": 0.0, "rate": 0, "channels": 0}
    if path.stat().st_size > _LONGEST:
        return {**nothing, "note": "This sound is longer than a waveform is drawn of."}
    try:
        rate, waves = _read(path)
    except (wave.Error, EOFError, OSError) as error:
        other = _is_other_kind(path) or "unknown format" in str(error)
        return {**nothing, "note": None if other else "This sound is damaged: it cannot be read."}
    if not len(waves):
        return {**nothing, "note": "This sound has no samples."}
    low, high = _outline(waves, points)
    seconds, channels = len(waves) / rate, waves.shape[1]
    return {"low": low, "high": high, "seconds": seconds, "rate": rate, "channels": channels, "note": None}


def _is_other_kind(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) != b"RIFF"


def _read(path: Path) -> tuple[int, Any]:
    """Return the rate and the amplitudes, shape (samples, channels), from -1 to 1, of PCM."""
    import numpy as np

    with path.open("rb") as file, wave.open(file) as opened:
        channels, width, rate, count = opened.getparams()[:4]
        data = np.frombuffer(opened.readframes(count), dtype=np.uint8)
    data = data[: len(data) // (width * channels) * width * channels]
    if width == 1:  # the only one without a sign
        waves = data.astype(np.float32) - 128
    else:
        # The two highest bytes tell what can be seen.
        waves = np.ascontiguousarray(data.reshape(-1, width)[:, -2:]).view("<i2").astype(np.float32)
    return rate, waves.reshape(-1, channels) / (128 if width == 1 else 32_768)


def _outline(waves: Any, points: int) -> tuple[list[float], list[float]]:
    import numpy as np

    starts = np.unique(np.linspace(0, len(waves), min(points, len(waves)), endpoint=False).astype(int))
    low = np.minimum.reduceat(waves.min(axis=1), starts)
    high = np.maximum.reduceat(waves.max(axis=1), starts)
    return [round(float(value), 4) for value in low], [round(float(value), 4) for value in high]
