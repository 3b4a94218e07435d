"""What the journals and the archive of one experiment say, folded together; read incrementally, without locks.

The archive takes the place of segments while readers look on. They notice, and forget what they had of the points, to
read them from the archive when they are asked for; only the curves that somebody looked at stay as they are. Each point
is there once at any moment.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from trackkit_jupyter.store.archive import Archive, Damaged, Replaced, State, state_of
from trackkit_jupyter.store.blocks import Arrived
from trackkit_jupyter.store.lines import Lines
from trackkit_jupyter.store.overviews import First, read_overviews
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.points import Columns, Points, Series
from trackkit_jupyter.store.segments import LineReader, ScalarReader, read_all

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["JournalReader"]

Pair = tuple[str, str]


class _Reader(Protocol):
    """What has been read of a segment."""

    damaged: int

    @property
    def pending(self) -> int:
        """Records or lines at the end that are not whole."""


Segment = tuple[str, int, Path]
Segments = dict[str, list[Segment]]


class _Events:
    """Events of all writers; each writer's in its own order, the writers merged by time."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, dict[str, Any]]] = []
        self._latest: dict[str, float] = {}

    def add(self, writer: str, entry: dict[str, Any]) -> None:
        # A clock that was set back does not change the order of one writer.
        at = max(self._latest.get(writer, 0.0), float(entry.get("time", 0.0)))
        self._latest[writer] = at
        self._entries.append((at, entry))

    def merge(self, start: int = 0) -> None:
        """Order what lies from `start` on; before it, nothing moves."""
        if len(self._latest) > 1:
            self._entries[start:] = sorted(self._entries[start:], key=lambda entry: entry[0])

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self, start: int = 0, stop: int | None = None) -> list[dict[str, Any]]:
        return [dict(entry) for _, entry in self._entries[start:stop]]


class _State:
    """What was read so far."""

    def __init__(self) -> None:
        self.scalars: dict[tuple[str, int], ScalarReader] = {}
        self.events: dict[Path, tuple[str, LineReader]] = {}
        self.points: dict[tuple[str, int], Points] = {}
        self.pairs: dict[tuple[str, int], Pair] = {}
        self.order: dict[Pair, list[tuple[str, int]]] = {}
        self.kinds: dict[str, _Events] = {}
        self.lines = Lines()
        self.archive_state: State | None = None
        self.archive: Archive | None = None
        self.archive_problem = ""
        self.overviews: dict[tuple[str, int], First] | None = None  # once they were asked for


class JournalReader:
    """The folded journals of one experiment.

    Every method may be called from any thread; :meth:`refresh` reads what is new since the last call.
    """

    def __init__(self, paths: ExperimentPaths) -> None:
        self._paths = paths
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._state = _State()
        self._whole = True
        #: How often it began from nothing: what was made of the numbers before no longer holds.
        self.begun = 0

    def refresh(self) -> None:
        """Read what is new."""
        with self._reading() as state:
            while True:
                # Looked at before the segments and after them: an archive stands before its segments go.
                seen = state_of(self._paths.archive)
                try:
                    self._take_archive(state, seen)
                except Replaced:
                    continue
                self._read_segments(state, self._paths.segments())
                if state_of(self._paths.archive) == seen:
                    return

    def _take_archive(self, state: _State, seen: State | None) -> None:
        """Take the points of the archive in place of those there were, if it is another one than the last time."""
        if seen == state.archive_state:
            return
        before = state.points
        state.scalars, state.points, state.order = {}, {}, {}
        state.archive, state.archive_problem, state.overviews = None, "", None
        if seen is not None:
            try:
                state.archive = Archive(self._paths.archive, self._paths.archive_footer, seen)
            except Damaged as error:
                state.archive_problem = error.message
        if state.archive is not None:
            for block in state.archive.blocks:
                key = (block.writer, block.number)
                points = before.get(key)
                # A view of millions of points does not wait until it has them again: they are the same, bit by bit.
                if points is None or points.kept is None or len(points) != block.rows:
                    points = Points(partial(state.archive.read, block.start, block.rows), block.rows)
                state.points[key] = points
                pair = state.pairs.setdefault(key, (block.metric, block.variant))
                state.order.setdefault(pair, []).append(key)
        state.archive_state = seen

    def _read_segments(self, state: _State, segments: Segments) -> None:
        # Scalars first: the line that names a series was written before its first record.
        waiting: dict[str, list[ScalarReader]] = {}
        covered = {} if state.archive is None else state.archive.sources
        for writer, number, path in segments[ExperimentPaths.SCALARS]:
            key = (writer, number)
            if key not in state.scalars:
                state.scalars[key] = ScalarReader(path, writer, covered.get(key, 0))
            waiting.setdefault(writer, []).append(state.scalars[key])
        points = [(writer, read_all(readers)) for writer, readers in waiting.items()]
        for writer, lines in _readers(state.events, segments[ExperimentPaths.EVENTS]):
            for event in lines.read():
                self._fold(writer, event)
        for events in state.kinds.values():
            events.merge()
        for writer, arrived in points:
            self._take(writer, arrived)

    def refresh_console(self) -> None:
        """Read what is new on the console."""
        with self._reading() as state:
            state.lines.refresh(self._paths.segments()[ExperimentPaths.CONSOLE])

    @property
    def damaged(self) -> int:
        """Damaged records and lines found so far; an archive of which nothing can be read counts as one."""
        with self._locked():
            archived = 0 if self._state.archive is None else self._state.archive.damaged
            lost = int(bool(self._state.archive_problem))
            return sum(reader.damaged for reader in self._all_readers()) + archived + lost

    @property
    def generation(self) -> int:
        """How many archives there were; 0 while all points are in segments."""
        with self._locked():
            return 0 if self._state.archive is None else self._state.archive.generation

    @property
    def archive(self) -> tuple[Archive | None, str]:
        """The archive that was read, and what is wrong where nothing of it can be."""
        with self._locked():
            return self._state.archive, self._state.archive_problem

    def blocks(self) -> list[tuple[tuple[str, int], Pair, Columns]]:
        """Return all points as the archive keeps them: by writer and number, in the order of first appearance.

        Raises
        ------
        Replaced
            The archive was replaced meanwhile.
        """
        with self._locked():
            state = self._state
            return [(key, pair, state.points[key].views()) for pair, keys in state.order.items() for key in keys]

    def keys(self) -> dict[tuple[str, int], Pair]:
        """Return metric and variant by writer and number."""
        with self._locked():
            return dict(self._state.pairs)

    def segments(self) -> dict[tuple[str, int], ScalarReader]:
        """Return the scalar segments that were read, by writer and number."""
        with self._locked():
            return dict(self._state.scalars)

    @property
    def pending(self) -> int:
        """Records that are announced and not there yet; of an experiment that has ended, they are lost."""
        with self._locked():
            return sum(reader.pending for reader in self._all_readers())

    @property
    def lost(self) -> int:
        """Points that the writers themselves reported as lost, because the store could not be written."""
        return sum(int(event.get("count", 0)) for event in self.events("lost"))

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind, in order."""
        with self._locked():
            events = self._state.kinds.get(kind)
            return [] if events is None else events.entries()

    def event_count(self, kind: str) -> int:
        """Return the number of events of a kind."""
        with self._locked():
            return len(self._state.kinds.get(kind, ()))

    def pairs(self) -> list[Pair]:
        """Return each (metric, variant) that has points, in the order of first appearance."""
        with self._locked():
            return list(self._state.order)

    def count(self, pair: Pair) -> int:
        """Return the number of points of a series."""
        with self._locked():
            state = self._state
            return sum(len(state.points[key]) for key in state.order.get(pair, ()))

    def counts(self) -> dict[Pair, int]:
        """Return the number of points of each series, in the order of first appearance."""
        with self._locked():
            points = self._state.points
            return {
                pair: len(points[keys[0]]) if len(keys) == 1 else sum(len(points[key]) for key in keys)
                for pair, keys in self._state.order.items()
            }

    def rows(self, pairs: Iterable[Pair]) -> list[tuple[NDArray[np.int64], NDArray[np.float64], int, int]]:
        """Return of each series the columns of iterations and values, and from which row up to which they are its own.

        Short series of one writer share their columns: so many are looked at at once.
        """
        found = []
        with self._locked():
            for pair in pairs:
                keys = self._state.order.get(pair, ())
                piece = self._state.points[keys[0]].piece() if len(keys) == 1 else None
                if piece is None:
                    series = self.series(pair)
                    assert series is not None
                    found.append((series.iterations, series.values, 0, len(series)))
                else:
                    (iterations, values, _), start, stop = piece
                    found.append((iterations, values, start, stop))
        return found

    def first(self, pair: Pair) -> First | None:
        """Return what is known of a series without reading its points; ``None`` if nothing, or it is no longer true."""
        with self._locked():
            state = self._state
            keys = state.order.get(pair, ())
            if state.archive is None or state.archive.bad_groups or len(keys) != 1:
                return None
            if state.overviews is None:
                state.overviews = read_overviews(self._paths, state.archive) or {}
            found = state.overviews.get(keys[0])
            return found if found is not None and found.rows == len(state.points[keys[0]]) else None

    def series(self, pair: Pair) -> Series | None:
        """Return the points of a series; ``None`` if there are none."""
        import numpy as np

        with self._locked():
            while True:
                keys = self._state.order.get(pair)
                if not keys:
                    return None
                try:
                    columns = [self._state.points[key].views() for key in keys]
                    break
                except Replaced:
                    self.refresh()
            damaged = self.damaged
            if len(columns) == 1:
                points = self._state.points[keys[0]]
                points.kept = {} if points.kept is None else points.kept
                return Series(*columns[0], damaged, points.kept)
        # Several writers have no common order but time; each one's own order is kept.
        order = np.argsort(np.concatenate([np.maximum.accumulate(times) for _, _, times in columns]), kind="stable")
        iterations, values, times = (np.concatenate(column)[order] for column in zip(*columns, strict=True))
        return Series(iterations, values, times, damaged)

    def console(self, after: int, limit: int) -> tuple[list[dict[str, Any]], int]:
        """Return up to `limit` console lines from index `after` on, and how many there are."""
        with self._locked():
            chosen, total = self._state.lines.entries(after, after + limit), len(self._state.lines)
        return [{"index": after + place, **entry} for place, entry in enumerate(chosen)], total

    def find_in_console(self, text: str, after: int, limit: int) -> tuple[list[int], int]:
        """Return which of `limit` console lines from index `after` on hold a text, and how many lines there are."""
        with self._locked():
            return self._state.lines.find(text, after, after + limit), len(self._state.lines)

    def lines_between(self, start: float, end: float) -> tuple[int, int]:
        """Return the index of the first console line of a span of time, and of the first one after."""
        with self._locked():
            return self._state.lines.between(start, end)

    def _locked(self) -> threading.RLock:
        if os.getpid() != self._process:  # a thread of the parent may hold the lock for ever, in the middle of reading
            self._lock, self._process, self._whole = threading.RLock(), os.getpid(), False
        return self._lock

    @contextlib.contextmanager
    def _reading(self) -> Iterator[_State]:
        with self._locked():
            if not self._whole or self._was_reset():  # or an interrupt stopped the last reading half way
                self._state = _State()
                self.begun += 1
            self._whole = False
            yield self._state
            self._whole = True

    def _was_reset(self) -> bool:
        """Whether the experiment was reset: only then a journal of lines goes."""
        known = (next(iter(self._state.events), None), self._state.lines.first_path())
        return any(path is not None and not path.exists() for path in known)

    def _all_readers(self) -> list[_Reader]:
        state = self._state
        return [*state.scalars.values(), *(reader for _, reader in state.events.values()), *state.lines.readers()]

    def _fold(self, writer: str, event: dict[str, Any]) -> None:
        state, kind = self._state, event.pop("kind", "")
        if kind != "series":
            state.kinds.setdefault(kind, _Events()).add(writer, event)
            return
        key, pair = (writer, event["number"]), (event["metric"], event["variant"])
        state.pairs[key] = pair
        if key in state.points:  # its name could be written only after its first points
            state.order = {}
            for known in state.points:
                state.order.setdefault(state.pairs[known], []).append(known)

    def _take(self, writer: str, arrived: Arrived) -> None:
        state, columns = self._state, arrived.columns
        numbers, starts, stops = arrived.runs.T.tolist()
        alone = len(numbers) == 1  # then the room behind the rows is its own
        for number, start, stop in zip(numbers, starts, stops, strict=True):
            key = (writer, number)
            points = state.points.get(key)
            if points is None:
                points = state.points[key] = Points()
                pair = state.pairs.get(key)
                if pair is None:
                    pair = state.pairs[key] = (f"unnamed series {number}",) * 2
                known = state.order.get(pair)
                if known is None:
                    state.order[pair] = [key]
                else:
                    known.append(key)
            points.add(columns, start, stop, room=alone)


def _readers(known: dict[Path, tuple[str, LineReader]], segments: list[Segment]) -> Iterator[tuple[str, LineReader]]:
    for writer, _, path in segments:
        if path not in known:
            known[path] = (writer, LineReader(path, writer))
        yield known[path]
