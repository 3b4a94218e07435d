"""What the journals of one experiment say, folded together; read incrementally, without locks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.store.journal import LineReader, ScalarReader
from trackkit_jupyter.store.paths import ExperimentPaths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["JournalReader", "Series"]

Pair = tuple[str, str]


@dataclass(frozen=True)
class Series:
    """The points of one metric and variant, in the order in which they were logged.

    Attributes
    ----------
    iterations : int64[n]
    values : float64[n]
        NaN and infinity as they were logged.
    times : float64[n]
        Unix time in seconds.
    damaged : int
        Damaged records in the whole experiment, which may have belonged to this series.
    """

    iterations: NDArray[np.int64]
    values: NDArray[np.float64]
    times: NDArray[np.float64]
    damaged: int = 0

    def __len__(self) -> int:
        return len(self.iterations)


@dataclass
class _Chunks:
    """Points that grow: chunks as they were read, joined when asked for."""

    parts: list[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=list)
    count: int = 0

    def add(self, records: NDArray[np.void]) -> None:
        import numpy as np

        self.parts.append(tuple(np.ascontiguousarray(records[name]) for name in ("iteration", "value", "time")))  # type: ignore[arg-type]
        self.count += len(records)

    def joined(self, damaged: int) -> Series:
        import numpy as np

        if len(self.parts) > 1:
            self.parts = [tuple(np.concatenate(column) for column in zip(*self.parts, strict=True))]  # type: ignore[list-item]
        return Series(*self.parts[0], damaged)


class JournalReader:
    """The folded journals of one experiment.

    Every method may be called from any thread; :meth:`refresh` reads what is new since the last call.
    """

    def __init__(self, paths: ExperimentPaths) -> None:
        self._paths = paths
        self._lock = threading.RLock()
        self._scalars: dict[Path, tuple[str, ScalarReader]] = {}
        self._events: dict[Path, tuple[str, LineReader]] = {}
        self._console: dict[Path, tuple[str, LineReader]] = {}
        self._points: dict[tuple[str, int], _Chunks] = {}
        self._pairs: dict[tuple[str, int], Pair] = {}
        self._order: dict[Pair, list[tuple[str, int]]] = {}
        self._lines: list[dict[str, Any]] = []
        #: Events by kind, in the order of their time within what one refresh finds.
        self.events: dict[str, list[dict[str, Any]]] = {}

    def refresh(self) -> None:
        """Read what is new."""
        with self._lock:
            try:
                segments = self._paths.segments()
            except FileNotFoundError:
                return
            # Scalars first: the line that names a series was written before its first record.
            points = list(_news(self._scalars, segments[ExperimentPaths.SCALARS], ScalarReader))
            for writer, reader in _readers(self._events, segments[ExperimentPaths.EVENTS], LineReader):
                for event in reader.read():
                    self._fold(writer, event)
            for events in self.events.values():
                events.sort(key=_time)
            for writer, records in points:
                self._group(writer, records)

    def refresh_console(self) -> None:
        """Read what is new on the console."""
        with self._lock:
            try:
                segments = self._paths.segments()
            except FileNotFoundError:
                return
            news = [
                entry
                for _, reader in _readers(self._console, segments[ExperimentPaths.CONSOLE], LineReader)
                for entry in reader.read()
            ]
            news.sort(key=_time)
            self._lines.extend(news)

    @property
    def damaged(self) -> int:
        """Damaged records and lines found so far."""
        with self._lock:
            groups = (self._scalars, self._events, self._console)
            return sum(reader.damaged for group in groups for _, reader in group.values())  # type: ignore[attr-defined]

    @property
    def lost(self) -> int:
        """Points that the writers themselves reported as lost, because the store could not be written."""
        return sum(int(event.get("count", 0)) for event in self.events.get("lost", ()))

    def pairs(self) -> list[Pair]:
        """Return each (metric, variant) that has points, in the order of first appearance."""
        with self._lock:
            return list(self._order)

    def count(self, pair: Pair) -> int:
        """Return the number of points of a series."""
        with self._lock:
            return sum(self._points[key].count for key in self._order.get(pair, ()))

    def series(self, pair: Pair) -> Series | None:
        """Return the points of a series; ``None`` if there are none."""
        import numpy as np

        with self._lock:
            keys = self._order.get(pair)
            if not keys:
                return None
            damaged = self.damaged
            found = [self._points[key].joined(damaged) for key in keys]
        if len(found) == 1:
            return found[0]
        # Several writers have no common order but time; each one's own order is kept.
        times = np.concatenate([series.times for series in found])
        order = np.argsort(np.concatenate([np.maximum.accumulate(series.times) for series in found]), kind="stable")
        iterations = np.concatenate([series.iterations for series in found])
        values = np.concatenate([series.values for series in found])
        return Series(iterations[order], values[order], times[order], damaged)

    def console(self, after: int, limit: int) -> tuple[list[dict[str, Any]], int]:
        """Return up to `limit` console lines from index `after` on, and how many there are."""
        with self._lock:
            total = len(self._lines)
            chosen = self._lines[after : after + limit]
        return [{"index": after + place, **entry} for place, entry in enumerate(chosen)], total

    def _fold(self, writer: str, event: dict[str, Any]) -> None:
        kind = event.pop("kind", "")
        if kind == "series":
            self._pairs[writer, event["number"]] = (event["metric"], event["variant"])
        else:
            self.events.setdefault(kind, []).append(event)

    def _group(self, writer: str, records: NDArray[np.void]) -> None:
        import numpy as np

        numbers = records["series"]
        first = int(numbers[0])
        if (numbers == first).all():
            self._add(writer, first, records)
            return
        order = np.argsort(numbers, kind="stable")
        bounds = np.flatnonzero(np.diff(numbers[order])) + 1
        groups = np.split(order, bounds)
        for group in sorted(groups, key=lambda places: int(places[0])):  # order of appearance, not of number
            self._add(writer, int(numbers[group[0]]), records[group])

    def _add(self, writer: str, number: int, records: NDArray[np.void]) -> None:
        key = (writer, number)
        chunks = self._points.get(key)
        if chunks is None:
            chunks = self._points[key] = _Chunks()
            name = f"unnamed series {number}"
            pair = self._pairs.setdefault(key, (name, name))
            self._order.setdefault(pair, []).append(key)
        chunks.add(records)


def _time(event: dict[str, Any]) -> float:
    return float(event.get("time", 0.0))


def _readers(known: dict[Path, tuple[str, Any]], segments: list[tuple[str, int, Path]], make: Any) -> Iterator[Any]:
    for writer, _, path in segments:
        if path not in known:
            known[path] = (writer, make(path, writer))
        yield known[path]


def _news(known: dict[Path, tuple[str, Any]], segments: list[tuple[str, int, Path]], make: Any) -> Iterator[Any]:
    for writer, reader in _readers(known, segments, make):
        records = reader.read()
        if len(records):
            yield writer, records
