"""The reads: what a view asks about experiments, as plain data (curves: see ``curves``)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Literal

from trackkit_jupyter.errors import DamagedError, NotFoundError, TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import in_range, page_of, several
from trackkit_jupyter.operations.plain import encode
from trackkit_jupyter.operations.running import running
from trackkit_jupyter.operations.texts import shortened
from trackkit_jupyter.records import iso
from trackkit_jupyter.store import Store, StoredExperiment

__all__ = [
    "console",
    "experiment",
    "experiments",
    "figure",
    "file",
    "find_in_console",
    "plots",
    "single_values",
]

_SUMMARY = (
    "id name project status tags description user parent archived created started finished last_update last_iteration "
    "hyperparameters single_values"
).split()
_LARGEST_FIGURE = 64 << 20  # more makes a browser stand still
_PROTOTYPE_KEYS = frozenset({"__proto__", "constructor", "prototype"})


def experiment(store: Store[Any], id: str) -> dict[str, Any]:
    """Return everything recorded about an experiment but its events; its ``state``, and ``now`` by this clock.

    ``status_reason`` says why it failed or was aborted, if that is known; ``loop`` what its loop does, and how many
    knobs it has; ``run`` how far a run is that a view started, see
    :func:`~trackkit_jupyter.operations.running.running`.
    """
    with opened(store, id) as found:
        state = found.state()  # before the data: what changes in between is then read again
        told: dict[str, Any] = {"status_reason": found.status_reason, "state": state, "now": iso(time.time())}
        told["run"] = running(store, id)
        record = found.to_dict()
        if isinstance(found, StoredExperiment):
            told["loop"] = {"doing": found.loop, "knobs": len(found.knobs)}
        # The charts of a model ask for its name and project as for those of an experiment; it has no long texts here.
        return {**(shortened(record) if "execution" in record else record), **told}


def experiments(
    store: Store[Any],
    order_by: str = "-last_update",
    page: int = 0,
    page_size: int = 100,
    archived: bool = False,
    query: str = "",
) -> dict[str, Any]:
    """Return one page of the experiments of a store, each in summary, and how many there are.

    Parameters
    ----------
    store
        The store.
    order_by
        A field; ``-`` in front for descending.
    page, page_size
        Page number from 0, and experiments per page, 1 to 1,000.
    archived
        Whether the archived ones are meant.
    query
        Which ones, as in Python; all if it is empty.
    """
    chosen = page_of(store, "experiment", query, order_by, page, page_size, archived)
    items = [{key: getattr(item, key) for key in _SUMMARY} for item in chosen]
    return {"items": items, "total": chosen.total}


def resolve(
    store: Store[Any], query: str, object_type: Literal["experiment", "model"] = "experiment"
) -> dict[str, Any]:
    """Return the ids of the objects that the query of a view means now, in order, 500 at most, or 1,000.

    Parameters
    ----------
    store
        The store.
    query
        The view's ``query`` as JSON: the parameters of a dynamic query, or ``{"query": "..."}``, one of our own.
    object_type
        Of what.

    Returns
    -------
    ``{"objects": [ids], "more": how many are left out}``
    """
    from trackkit_jupyter.store.asking import found

    try:
        parameters = json.loads(query)
    except (ValueError, RecursionError):
        parameters = None
    if not isinstance(parameters, dict):
        raise TrackkitValueError("query must be an object as JSON.", "query")
    objects, more = found(store, object_type, parameters)
    return {"objects": objects, "more": more}


def console(store: Store[Any], id: str, after: int = 0, limit: int = 1000) -> dict[str, Any]:
    """Return console lines from index `after` on; a negative `after` counts from the end.

    Parameters
    ----------
    store, id
        The experiment.
    after
        First line wanted.
    limit
        Lines at most, 1 to 10,000.

    Returns
    -------
    ``{"lines": [{"index", "time", "stream", "text"}], "next", "total"}``; `next` is the `after` of the next call.
    """
    in_range("limit", limit, 1, 10_000)
    with opened(store, id) as found:
        if after < 0:
            after = max(0, found.console(limit=0)[1] + after)
        lines, total = found.console(after, limit)
    return {"lines": lines, "next": after + len(lines), "total": total}


def find_in_console(store: Store[Any], id: str, text: str, after: int = 0, limit: int = 100_000) -> dict[str, Any]:
    """Return which console lines hold a text, in upper or lower case; colours do not count.

    Parameters
    ----------
    store, id
        The experiment.
    text
        What is looked for.
    after
        First line that is looked at.
    limit
        Lines that are looked at, 1 to 200,000.

    Returns
    -------
    ``{"matches": [indices], "next", "total"}``; `next` is the `after` of the next call.
    """
    in_range("limit", limit, 1, 200_000)
    in_range("after", after, 0, 10**12)
    if not text:
        raise TrackkitValueError("text must not be empty.", "text")
    with opened(store, id) as found:
        matches, total = found.find_in_console(text, after, limit)
    return {"matches": matches, "next": max(after, min(after + limit, total)), "total": total}


def plots(store: Store[Any], objects: list[str]) -> dict[str, Any]:
    """Return the latest plot per metric and variant; of each iteration its hash, and whether a picture is kept.

    Of several experiments ``overlays`` says whether it can be laid over those of others, see ``overlaid``.
    """
    from trackkit_jupyter.operations.overlays import shares_axes

    answer: list[dict[str, Any]] = []
    for id in several(objects):
        with opened(store, id, "objects") as found:
            latest: dict[tuple[str, str], dict[str, Any]] = {}
            pictured = found.pictured()
            for plot in found.plots():
                pair = (plot["metric"], plot["variant"])
                entry = latest.setdefault(
                    pair,
                    {
                        "id": "/".join((id, *pair)),
                        "experiment": id,
                        "experiment_name": found.name,
                        "metric": pair[0],
                        "variant": pair[1],
                        "iteration": plot["iteration"],
                        "iterations": [],
                        "hashes": [],
                        "pictured": [],
                    },
                )
                entry["iterations"].append(plot["iteration"])
                entry["hashes"].append(plot["hash"])
                entry["pictured"].append(plot["hash"] in pictured)
                if plot["iteration"] >= entry["iteration"]:
                    entry.update(iteration=plot["iteration"], hash=plot["hash"], size=plot["size"])
            if len(objects) > 1:
                for entry in latest.values():
                    entry["overlays"] = shares_axes(found, entry["hash"])
            answer.extend(latest.values())
    return {"plots": answer}


def figure(store: Store[Any], id: str, hash: str) -> bytes:
    """Return a plot's figure as plotly JSON.

    Raises
    ------
    NotFoundError
        No plot of the experiment has that hash.
    DamagedError
        Its file is damaged.
    TrackkitValueError
        The figure has keys that would reach into a browser's objects, or is larger than 64 MB.
    """
    with opened(store, id) as found:
        if not any(plot["hash"] == hash for plot in found.plots()):
            raise NotFoundError("There is no such plot in this experiment.", "hash")
        size = found.blob(hash).stat().st_size
        if size > _LARGEST_FIGURE:
            raise TrackkitValueError(
                f"This figure has {size >> 20} MB; at most {_LARGEST_FIGURE >> 20} are drawn. "
                "Download JSON gives all of it.",
                "hash",
            )
        try:
            data = found.figure(hash)
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise DamagedError("The file of this plot is damaged; it is left as it is.", "hash") from error
    if _has_prototype_keys(data):
        raise TrackkitValueError("This figure has keys that a browser must not take: it cannot be shown.", "hash")
    return encode(data)


def figure_picture(store: Store[Any], id: str, hash: str) -> bytes:
    """Return the drawing of a figure that a browser left, as PNG: for a page that may not draw it.

    Raises
    ------
    NotFoundError
        No plot of the experiment has that hash, or no drawing of it is kept.
    """
    with opened(store, id) as found:
        picture = found.figure_picture(hash) if any(plot["hash"] == hash for plot in found.plots()) else None
    if picture is None:
        raise NotFoundError("No drawing of this plot is kept.", "hash")
    return picture


def single_values(store: Store[Any], objects: list[str]) -> dict[str, Any]:
    """Return the single values of some experiments."""
    items = []
    for id in several(objects):
        with opened(store, id, "objects") as found:
            items.append({"id": id, "name": found.name, "values": found.single_values})
    return {"items": items}


def file(store: Store[Any], id: str, hash: str) -> tuple[Path, str | None]:
    """Return the file of a sample or artifact, and its MIME type as it was recorded.

    Not an operation: for the door that serves files.

    Raises
    ------
    TrackkitValueError, NotFoundError
        That is no id or hash, or there is no such file.
    """
    with opened(store, id) as found:
        sample = found.sampled().file(hash)
        return found.blob(hash), None if sample is None else sample.get("mime")


def _has_prototype_keys(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if not _PROTOTYPE_KEYS.isdisjoint(item):
                return True
            stack.extend(item.values())
        elif isinstance(item, (list, tuple)):
            stack.extend(part for part in item if isinstance(part, (dict, list, tuple)))
    return False
