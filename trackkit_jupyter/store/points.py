"""The points of one series of one writer, as columns that grow at their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Columns", "Points", "part_of", "room"]

#: int64[n], float64[n], float64[n]: iterations, values, times.
Columns = tuple["NDArray[np.int64]", "NDArray[np.float64]", "NDArray[np.float64]"]

_MUCH = 10_000  # rows from which on there is room for more from the beginning


def room(count: int) -> Columns:
    """Return columns for `count` rows and, if these are many, a quarter more: memory that is not used costs none."""
    import numpy as np

    capacity = count + (count // 4 if count >= _MUCH else 0)
    return np.empty(capacity, np.int64), np.empty(capacity), np.empty(capacity)


class Points:
    """The points of one series of one writer, put together from where they lie when they are asked for.

    Attributes
    ----------
    kept : dict or None
        A place for what is made of the points and stays true as they grow.
    """

    __slots__ = ("_columns", "_count", "_later", "_pieces", "_room", "kept")

    def __init__(self, later: Callable[[], Columns] | None = None, count: int = 0) -> None:
        self._later, self._count = later, count
        self._pieces: list[tuple[Columns, int, int]] = []
        self._columns: Columns | None = None  # longer than count, if there is room
        self._room = False
        self.kept: dict[str, Any] | None = None

    def __len__(self) -> int:
        return self._count

    def add(self, columns: Columns, start: int, stop: int, *, room: bool = False) -> None:
        """Add rows of some columns that nobody changes; with `room`, what lies behind `stop` is free for more."""
        self._count += stop - start
        self._pieces.append((columns, start, stop))
        self._room = room and self._columns is None and self._later is None and len(self._pieces) == 1

    def piece(self) -> tuple[Columns, int, int] | None:
        """Return where the rows lie, if that is in one place that was never asked for as a whole."""
        return self._pieces[0] if self._columns is None and self._later is None and len(self._pieces) == 1 else None

    def views(self) -> Columns:
        """Return them as they are now; what is added later does not change that."""
        if self._columns is None or self._pieces:
            self._join()
        assert self._columns is not None
        found = part_of(self._columns, slice(self._count))
        for column in found:
            column.flags.writeable = False
        return found

    def _join(self) -> None:
        if self._columns is None and self._later is not None:
            self._columns, self._later = self._later(), None
            # of damaged groups there are fewer than the archive says
            self._count = len(self._columns[0]) + sum(stop - start for _, start, stop in self._pieces)
        pieces, self._pieces = self._pieces, []
        done = self._count - sum(stop - start for _, start, stop in pieces)
        if self._columns is None and len(pieces) == 1:
            columns, start, stop = pieces[0]
            self._columns = part_of(columns, slice(start, None if self._room else stop))
            return
        grown = self._columns
        if grown is None or self._count > len(grown[0]):
            grown = room(max(self._count, 2 * done))
            if self._columns is not None:
                for old, new in zip(self._columns, grown, strict=True):
                    new[:done] = old[:done]
        for columns, start, stop in pieces:
            for source, target in zip(columns, grown, strict=True):
                target[done : done + stop - start] = source[start:stop]
            done += stop - start
        self._columns = grown


def part_of(columns: Columns, rows: slice) -> Columns:
    """Return some rows."""
    iterations, values, times = columns
    return iterations[rows], values[rows], times[rows]
