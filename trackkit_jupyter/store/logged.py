"""What was logged to an experiment, folded from its journals."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError, shown
from trackkit_jupyter.records import Status, iso, split_key, timestamp
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.blobs import Blobs
from trackkit_jupyter.store.pictured import Pictures
from trackkit_jupyter.store.points import Series
from trackkit_jupyter.store.reader import JournalReader
from trackkit_jupyter.store.record import Record
from trackkit_jupyter.store.sampled import Sampled
from trackkit_jupyter.store.summaries import summaries

if TYPE_CHECKING:
    from trackkit_jupyter.series import Overview
    from trackkit_jupyter.store import Store

__all__ = ["Logged"]


class Logged(Record):
    """The metrics, plots, debug samples and console of an experiment, each read as far as it is new."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._blobs = Blobs(self._paths.blobs)
        self._reader = JournalReader(self._paths)
        self._metrics: dict[tuple[str, str], tuple[int, int, dict[str, Any]]] = {}
        self._summarised = 0
        self._sampled = (0, Sampled([]))
        self._pictures = Pictures(self._paths)

    @property
    def metrics(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Summaries, ``{metric: {variant: {first, last, min, max, mean, count, first_iteration, ...}}}``.

        First and last are those of the least and the greatest iteration, the later one where it repeats. Minimum,
        maximum and mean are of the finite values. NaN and infinity are the texts "NaN", "Infinity" and "-Infinity".
        """
        known = self._as_listed()
        if known is not None:
            return {
                metric: {variant: dict(summary) for variant, summary in variants.items()}
                for metric, variants in known["metrics"].items()
            }
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for (metric, variant), (_, _, summary) in self._summaries().items():
            found.setdefault(metric, {})[variant] = dict(summary)
        return found

    @property
    def single_values(self) -> dict[str, float | str]:
        """Single values by name; NaN and infinity as text."""
        known = self._as_listed()
        if known is not None:
            return dict(known["single_values"])
        self._reader.refresh()
        return {event["name"]: event["value"] for event in self._reader.events("single_value")}

    def names(self) -> list[tuple[str, str]]:
        """Return each (metric, variant) that was logged, in the order of first appearance."""
        self._reader.refresh()
        return self._reader.pairs()

    def count(self, metric: str, variant: str) -> int:
        """Return the number of points of a metric and variant."""
        self._reader.refresh()
        return self._reader.count((metric, variant))

    def series(self, metric: str, variant: str | None = None) -> Series:
        """Return the points of one metric and variant.

        Parameters
        ----------
        metric
            The metric; or, without `variant`, a key such as ``"loss/val"``.
        variant
            The variant.

        Returns
        -------
        Series
            ``.iterations`` int64[n], ``.values`` float64[n], ``.times`` float64[n] (unix seconds), as logged.

        Raises
        ------
        NotFoundError
            Nothing was logged under that name.
        """
        pair = split_key(metric) if variant is None else (metric, variant)
        self._reader.refresh()
        series = self._reader.series(pair)
        if series is None:
            known = ", ".join(f"{m}/{v}" for m, v in self._reader.pairs()[:10]) or "nothing yet"
            raise NotFoundError(f"No points for metric {shown(pair[0])}, variant {shown(pair[1])}. Logged: {known}.")
        return series

    def overview(self, metric: str, variant: str) -> Overview | None:
        """Return what the charts of a comparison show of a long series; ``None`` where its points are to be read."""
        self._reader.refresh()
        known = self._reader.first((metric, variant))
        return None if known is None else known.overview

    def plots(self) -> list[dict[str, Any]]:
        """Return the plots as they were logged, each ``{metric, variant, iteration, hash, size, time}``."""
        self._reader.refresh()
        return self._reader.events("plot")

    def figure(self, sha256: str) -> dict[str, Any]:
        """Return the figure of a plot, plotly JSON.

        Raises
        ------
        NotFoundError
            There is no such figure.
        TrackkitStorageError
            Its file is damaged.
        """
        import json

        figure = json.loads(self._blobs.read(sha256))
        if not isinstance(figure, dict):
            raise NotFoundError("That file is no figure.", "hash")
        return figure

    def pictured(self) -> frozenset[str]:
        """Return the SHA-256 of each figure of which a browser's drawing is kept."""
        return self._pictures.names()

    def figure_picture(self, sha256: str) -> bytes | None:
        """Return the drawing of a figure that a browser made, as PNG, if one is kept."""
        return self._pictures.get(sha256)

    def keep_picture(self, sha256: str, picture: bytes) -> bool:
        """Keep a browser's drawing of a figure, unless there is one as good; return whether it was kept.

        Raises
        ------
        NotFoundError
            No plot has that figure.
        TrackkitValueError
            It is no PNG that could be kept.
        """
        if not any(plot["hash"] == sha256 for plot in self.plots()):
            raise NotFoundError("There is no such plot in this experiment.", "hash")
        return self._pictures.keep(sha256, picture)

    def samples(self) -> list[dict[str, Any]]:
        """Return the debug samples as they were logged.

        Each is ``{metric, variant, iteration, kind, mime, width, height, size, hash, name, time}``, where kind is
        image, audio, video, html or other.
        """
        self._reader.refresh()
        return [
            {"kind": event.get("media", "other"), **{name: value for name, value in event.items() if name != "media"}}
            for event in self._reader.events("sample")
        ]

    def sampled(self) -> Sampled:
        """Return the debug samples by iteration, metric and variant; put in order once for all that ask."""
        self._reader.refresh()
        begun, sampled = self._sampled
        if (self._reader.begun, self._reader.event_count("sample")) != (begun, sampled.count):
            sampled = Sampled(self.samples())
            self._sampled = (self._reader.begun, sampled)
        return sampled

    def console(self, after: int = 0, limit: int = 1000) -> tuple[list[dict[str, Any]], int]:
        """Return console lines, each ``{index, time, stream, text}``, and how many there are.

        Parameters
        ----------
        after
            Index of the first one; negative counts from the end.
        limit
            How many at most.
        """
        self._reader.refresh_console()
        if after < 0:
            after = max(0, self._reader.console(0, 0)[1] + after)
        return self._reader.console(after, limit)

    def find_in_console(self, text: str, after: int = 0, limit: int = 100_000) -> tuple[list[int], int]:
        """Return the indices of the console lines with a text, in upper or lower case, and how many lines there are.

        Parameters
        ----------
        text
            What is looked for; colours do not count.
        after, limit
            The first line that is looked at, and how many are.
        """
        self._reader.refresh_console()
        return self._reader.find_in_console(text, after, limit)

    def lines_between(self, start: float, end: float) -> tuple[int, int]:
        """Return which console lines are from `start` to `end`, unix seconds: the first, and the first one after."""
        self._reader.refresh_console()
        return self._reader.lines_between(start, end)

    def blob(self, sha256: str) -> Path:
        """Return the file of a sample, figure or artifact by its SHA-256.

        Raises
        ------
        NotFoundError
            There is no such file.
        """
        return self._blobs.path(sha256)

    @property
    def last_update(self) -> str | None:
        """When something of it changed last, ISO 8601 in UTC."""
        known = self._as_listed()
        if known is not None:
            return known["last_update"]  # type: ignore[no-any-return]
        updated: str | None = self._record.get("updated")
        if self._record["status"] != Status.RUNNING.value:
            return updated
        return iso(max([timestamp(updated) or 0.0, *(state.st_mtime for state in self._journal_states())]))

    @property
    def last_iteration(self) -> int | None:
        """The greatest iteration of any metric but the monitor's."""
        known = self._as_listed()
        if known is not None:
            return known["last_iteration"]  # type: ignore[no-any-return]
        found = [most for (metric, _), (_, most, _) in self._summaries().items() if not metric.startswith(":")]
        return max(found, default=None)

    @property
    def damaged(self) -> int:
        """Records, lines and documents found damaged so far; what was repaired from a backup counts too."""
        self._reader.refresh()
        pending = 0 if self.status == Status.RUNNING.value else self._reader.pending
        return self._reader.damaged + pending + int(self._document.damaged)

    @property
    def lost(self) -> int:
        """How many points the writing processes could not keep, because the store could not be written."""
        self._reader.refresh()
        return self._reader.lost

    def state(self) -> str:
        """Return a text that changes when anything of the experiment did; it costs one look at the folder.

        Raises
        ------
        NotFoundError
            The experiment is gone.
        """
        return self.look()[0]

    def look(self) -> tuple[str, float]:
        """Return that text, and when the files changed last, in unix seconds by the clock of the file system.

        Raises
        ------
        NotFoundError
            The experiment is gone.
        """
        record, journals = self._record_state(), self._journal_states()
        parts = [f"{state.st_ino}:{state.st_size}" for state in journals]
        alive = self._record["status"] == Status.RUNNING.value and changes.is_alive(self.store.paths, self.id)
        moved = max(record[0] / 1e9, *(state.st_mtime for state in journals), 0.0)
        return f"{record}|{'|'.join(parts)}|{alive:d}", moved

    # -- below --------------------------------------------------------------------------------------------------------

    def _journal_states(self) -> list[os.stat_result]:
        found = []
        for segments in self._paths.segments().values():
            for _, _, path in segments:
                with contextlib.suppress(FileNotFoundError):
                    found.append(os.stat(path))
        with contextlib.suppress(FileNotFoundError):
            found.append(os.stat(self._paths.turns))
        return found

    def _summaries(self) -> dict[tuple[str, str], tuple[int, int, dict[str, Any]]]:
        """Return of each series how many points it has, its greatest iteration and its summary."""
        self._reader.refresh()
        begun, counts = self._reader.begun, self._reader.counts()
        if begun != self._summarised:
            self._metrics, self._summarised = {}, begun
        known = self._metrics
        stale = [pair for pair, count in counts.items() if pair not in known or known[pair][0] != count]
        for pair in stale:
            first = self._reader.first(pair)
            if first is not None:
                summary = dict(first.summary)
                known[pair] = (first.rows, summary.pop("max_seen"), summary)
        stale = [pair for pair in stale if pair not in known or known[pair][0] != counts[pair]]
        rows = dict(zip(stale, self._reader.rows(stale), strict=True))
        rows = {pair: place for pair, place in rows.items() if place[3] > place[2]}  # damage may have left none
        for (pair, (_, _, start, stop)), made in zip(rows.items(), summaries(list(rows.values())), strict=True):
            known[pair] = (stop - start, made.pop("max_seen"), made)
        return {pair: known[pair] for pair in counts if pair in known}
