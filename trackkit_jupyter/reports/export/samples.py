"""The debug samples of a report: pictures and videos on sheets, sounds as their outlines, else why there is nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter import operations, pictures
from trackkit_jupyter.errors import NotFoundError, TrackkitError
from trackkit_jupyter.pictures import chrome, media

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Sample", "Samples"]

_ON_A_SHEET = 12
_SHEETS = 60  # of one view
_POINTS = 400  # of the outline of a sound
_LARGEST, _AT_ONCE = 20_000_000, 60_000_000  # bytes of what a browser decodes: of one, and of one start
_NEEDS = "needs a browser to be decoded: install Chrome or Chromium"


_Found = Path | bytes | dict[str, Any] | str


@dataclass(frozen=True, eq=False)
class Sample:
    """A debug sample that a report shows: as it was logged, its experiment and its store."""

    row: dict[str, Any]
    item: Any
    store: Store[Any]

    @property
    def title(self) -> str:
        """Its metric, and its variant where that says more."""
        metric, variant = self.row["metric"], self.row["variant"]
        return str(metric) if metric == variant else f"{metric}/{variant}"


class Samples:
    """All debug samples of a report; those that need a browser are decoded by one of it, together."""

    def __init__(self) -> None:
        self.browser = chrome.find()
        self._waiting: list[Sample] = []
        #: The file of a picture or its bytes, the outline of a sound, or why there is none of them.
        self._found: dict[Sample, _Found] = {}

    def want(self, row: dict[str, Any], item: Any, store: Store[Any]) -> Sample:
        """Take note of a sample."""
        sample = Sample(row, item, store)
        found = self._look(sample)
        if found is None:
            self._waiting.append(sample)
        else:
            self._found[sample] = found
        return sample

    def _look(self, sample: Sample) -> _Found | None:
        """Return what there is without a browser; ``None`` where it is to decode it."""
        row = sample.row
        if row["kind"] == "html":
            return "is a page of its own: it is shown in JupyterLab and in an export to .html"
        if row["kind"] not in ("image", "audio", "video"):
            return "is a file that no page shows"
        try:
            path: Path = sample.item.blob(row["hash"])
            if row["kind"] == "image" and row.get("mime") != "image/svg+xml":
                return path
            if row["kind"] == "audio":
                found: dict[str, Any] = operations.call(
                    "waveform", sample.store, {"id": sample.item.id, "hash": row["hash"], "points": _POINTS}
                )
                if found["low"] or found["note"]:
                    return found if found["low"] else "cannot be drawn. " + found["note"].removesuffix(".")
            size = path.stat().st_size
        except (OSError, NotFoundError):
            return "cannot be read: its file is damaged or gone"
        except TrackkitError as error:
            return f"cannot be drawn: {error.message}".removesuffix(".")
        if size > _LARGEST:
            return f"has {size / 1e6:,.0f} MB, which is more than is decoded for a page"
        return _NEEDS if self.browser is None else None

    def decode(self) -> None:
        """Let the browser decode what waits for it."""
        for some in self._batches():
            assert self.browser is not None
            files = [(sample.item.blob(sample.row["hash"]).read_bytes(), str(sample.row["mime"])) for sample in some]
            for sample, answer in zip(some, media.decode(self.browser, files), strict=True):
                self._found[sample] = _answered(answer)
        self._waiting.clear()

    def _batches(self) -> Iterator[list[Sample]]:
        some: list[Sample] = []
        size = 0
        for sample in self._waiting:
            size += int(sample.row.get("size") or 0)
            if some and size > _AT_ONCE:
                yield some
                some, size = [], int(sample.row.get("size") or 0)
            some.append(sample)
        if some:
            yield some

    def drawn(self, wanted: Sequence[Sample]) -> tuple[list[tuple[bytes, str]], list[str]]:
        """Return the pictures of some samples, each with its words, and a sentence for each that has none."""
        images: list[tuple[str, bytes]] = []
        sounds: list[tuple[bytes, str]] = []
        missing = []
        for sample in wanted:
            found = _read(self._found.get(sample, "was not decoded"))
            if isinstance(found, bytes):
                images.append((sample.row["variant"] + (" (video)" if sample.row["kind"] == "video" else ""), found))
            elif isinstance(found, dict):
                note = f"{found['seconds']:.2f} s"
                data = pictures.waveform_picture(found["low"], found["high"], title=sample.title, note=note, width=720)
                sounds.append((data, f"Outline of the sound {sample.title}, {note}"))
            else:
                missing.append(f"The debug sample {sample.title} {found}.")
        most = _SHEETS * _ON_A_SHEET
        if len(images) > most:
            missing.append(f"{len(images) - most:,} more debug samples of this view are left out.")
        sheets = []
        for start in range(0, min(len(images), most), _ON_A_SHEET):
            sheet = images[start : start + _ON_A_SHEET]
            data = pictures.samples_picture(sheet, columns=min(4, len(sheet)), theme="light", scale=2)
            sheets.append((data, ", ".join(name for name, _ in sheet)))
        return [*sheets, *sounds[:_SHEETS]], missing


def _read(found: _Found) -> _Found:
    if not isinstance(found, Path):
        return found
    try:
        return found.read_bytes()
    except OSError:
        return "cannot be read: its file is damaged or gone"


def _answered(answer: dict[str, Any]) -> _Found:
    if isinstance(answer.get("drawn"), bytes):
        return bytes(answer["drawn"])
    return answer if answer.get("low") else f"cannot be decoded: {answer.get('why') or 'it is empty'}"
