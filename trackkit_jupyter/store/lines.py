"""The console of an experiment by line number: where each line lies, so that any of a million is read at once.

Each line is checked once, when its place is noted; what is kept of it is a few bytes.
"""

from __future__ import annotations

import json
import re
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress, islice
from pathlib import Path
from typing import Any

from trackkit_jupyter.store.journal import CRC_MEMBER, seed_of
from trackkit_jupyter.store.segments import decoded, read_from

__all__ = ["Lines", "plain_line"]

_BLOCK = 4 << 20  # bytes read at a time
_END = len(CRC_MEMBER) + 10  # the checksum of a line: eight digits, a quote and a brace
_SUM = CRC_MEMBER + b'%08x"}'
_TIME = b'{"time":'

_ESCAPE = b"\\u001b"
_ESCAPED = re.compile(r"[\"\\]")
#: What colours a terminal and moves its cursor.
_STEERING = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")

Segment = tuple[str, int, Path]


def plain_line(text: str) -> str:
    """Return a line as a terminal would show it in the end: without colours, written anew after a carriage return."""
    return _STEERING.sub("", text).rstrip("\r\n").rpartition("\r")[2]


class _Segment:
    """Where the whole lines of a segment lie.

    Attributes
    ----------
    damaged : int
        Lines that failed their check so far.
    pending : int
        Lines at the end that are not whole; always 0, a torn one was never acknowledged.
    """

    pending = 0

    def __init__(self, path: Path, writer: str) -> None:
        self.path, self.writer = path, writer
        self._seed, self._offset = seed_of(writer), 0
        self.damaged = 0
        self.starts, self.sizes = array("Q"), array("I")  # in bytes, the checksum not counted

    def __len__(self) -> int:
        return len(self.starts)

    def refresh(self) -> None:
        """Note the places of the lines that came since the last call."""
        while self._take(read_from(self.path, self._offset, _BLOCK)):
            pass

    def bodies(self, start: int, stop: int) -> list[bytes]:
        """Return lines, each up to its checksum; none where the segment is gone."""
        first, end = self.starts[start], self.starts[stop - 1] + self.sizes[stop - 1]
        data = read_from(self.path, first, end - first)
        if len(data) < end - first:
            return []
        places = zip(self.starts[start:stop], self.sizes[start:stop], strict=True)
        return [data[at - first : at - first + size] for at, size in places]

    def candidates(self, wanted: str, start: int, stop: int) -> Sequence[int]:
        """Return the lines that may hold a text in lower case; all others do not."""
        if not wanted.isascii() or not wanted.isprintable() or _ESCAPED.search(wanted):
            return range(start, stop)  # what stands there may be written in another way
        first = self.starts[start]
        data = read_from(self.path, first, self.starts[stop - 1] + self.sizes[stop - 1] - first).lower()
        at: set[int] = set()
        for needle in (wanted.encode(), _ESCAPE):  # colours may stand in the middle of it
            place = data.find(needle)
            while place >= 0:
                line = bisect_right(self.starts, first + place) - 1
                at.add(line)
                place = data.find(needle, self.starts[line] + self.sizes[line] - first)
        return sorted(each for each in at if start <= each < stop)

    def _take(self, data: bytes) -> bool:
        end = data.rfind(b"\n") + 1
        if not end and len(data) == _BLOCK:  # a line longer than a block
            data = read_from(self.path, self._offset)
            end = data.rfind(b"\n") + 1
        lines, seed, crc = data[:end].split(b"\n")[:-1], self._seed, zlib.crc32
        whole = [line[-_END:] == _SUM % crc(line[:-_END], seed) for line in lines]
        lengths = [len(line) + 1 for line in lines]
        starts = accumulate(lengths, initial=self._offset)
        self._offset += end
        if all(whole):
            self.starts.extend(islice(starts, len(lines)))
            self.sizes.extend([length - _END - 1 for length in lengths])
        else:
            self.damaged += whole.count(False)
            self.starts.extend(compress(starts, whole))
            self.sizes.extend([length - _END - 1 for length in compress(lengths, whole)])
        return end > 0


class Lines:
    """The lines of all writers: each writer's in its own order, the writers merged by time."""

    def __init__(self) -> None:
        self._segments: dict[Path, _Segment] = {}
        self._list: list[_Segment] = []
        self._of, self._at = array("H"), array("I")  # of each line its segment, and its number there
        self._latest: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._at)

    def readers(self) -> Iterable[_Segment]:
        """Return what has been read of each segment."""
        return self._segments.values()

    def first_path(self) -> Path | None:
        """Return the oldest segment that is known."""
        return next(iter(self._segments), None)

    def refresh(self, segments: Iterable[Segment]) -> None:
        """Note what is new in these segments, (writer, number, path)."""
        came: list[tuple[int, range]] = []
        for writer, _, path in segments:
            if path not in self._segments:
                self._segments[path] = _Segment(path, writer)
                self._list.append(self._segments[path])
            segment = self._segments[path]
            known = len(segment)
            segment.refresh()
            if len(segment) > known:
                came.append((self._list.index(segment), range(known, len(segment))))
        alone = len({segment.writer for segment in self._list}) == 1
        for number, places in came if alone else self._merged(came):
            self._of.extend(array("H", [number]) * len(places))
            self._at.extend(places)

    def entries(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Return what lines say, from a number up to another."""
        start, stop = max(0, start), min(len(self), stop)
        bodies: list[bytes] = []
        while start < stop:
            number, place = self._of[start], self._at[start]
            end = start + 1
            while end < stop and self._of[end] == number and self._at[end] == place + end - start:
                end += 1
            bodies += self._list[number].bodies(place, place + end - start)
            start = end
        return decoded(bodies)

    def between(self, start: float, end: float) -> tuple[int, int]:
        """Return the number of the first line of a span of time, unix seconds, and of the first one after."""
        lines = range(len(self))
        first = bisect_left(lines, start, key=self._time)
        return first, bisect_right(lines, end, first, key=self._time)

    def find(self, text: str, start: int, stop: int) -> list[int]:
        """Return the numbers of the lines, from a number up to another, that hold a text, in upper or lower case.

        As a terminal would show them; the lines that say which cell printed do not count.
        """
        start, stop, wanted = max(0, start), min(len(self), stop), text.lower()
        of, found = self._of[start:stop], list[int]()
        numbers = set(of)
        for number in numbers:
            lines: Sequence[int] = range(start, stop)
            if len(numbers) > 1:
                lines = [line for line in lines if of[line - start] == number]
            first, last = self._at[lines[0]], self._at[lines[-1]]
            segment = self._list[number]
            places = segment.candidates(wanted, first, last + 1)
            bodies = segment.bodies(first, last + 1) if places else []
            entries = decoded([bodies[at - first] for at in places]) if bodies else []
            for at, entry in zip(places, entries, strict=False):
                if entry.get("stream") != "cell" and wanted in plain_line(entry.get("text", "")).lower():
                    found.append(lines[at - first])
        return sorted(found)

    def _time(self, line: int) -> float:
        place = self._at[line]
        bodies = self._list[self._of[line]].bodies(place, place + 1)
        return _time_of(bodies[0]) if bodies else 0.0

    def _merged(self, came: Iterable[tuple[int, range]]) -> list[tuple[int, range]]:
        """Return what came, ordered by time; before it, nothing moves."""
        timed = []
        for number, places in came:
            segment = self._list[number]
            latest = self._latest.get(segment.writer, 0.0)
            for place, body in zip(places, segment.bodies(places.start, places.stop), strict=False):
                latest = max(latest, _time_of(body))  # a clock that was set back changes no order of one writer
                timed.append((latest, number, place))
            self._latest[segment.writer] = latest
        timed.sort(key=lambda each: each[0])
        return [(number, range(place, place + 1)) for _, number, place in timed]


def _time_of(body: bytes) -> float:
    if body.startswith(_TIME):  # as we write it
        try:
            return float(body[len(_TIME) : body.index(b",")])
        except ValueError:
            pass
    return float(json.loads(body + b"}").get("time", 0.0))
