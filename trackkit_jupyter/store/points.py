"""The points of series: of one writer, as columns that grow at their end, and as they are given out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Columns", "Points", "Series", "part_of", "room"]

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

    __slots__ = ("_columns", "_count", "_later", "_more", "_room", "_start", "_where", "kept")

    def __init__(self, later: Callable[[], Columns] | None = None, count: int = 0) -> None:
        self._later, self._count = later, count
        # Where the first rows lie, and the others: few objects, for there may be 100,000 series.
        self._where: Columns | None = None
        self._start = 0
        self._more: list[tuple[Columns, int, int]] | None = None
        self._columns: Columns | None = None  # longer than count, if there is room
        self._room = False
        self.kept: dict[str, Any] | None = None

    def __len__(self) -> int:
        return self._count

    def add(self, columns: Columns, start: int, stop: int, *, room: bool = False) -> None:
        """Add rows of some columns that nobody changes; with `room`, what lies behind `stop` is free for more."""
        if self._where is None and self._columns is None and self._later is None:
            self._where, self._start, self._room = columns, start, room
        else:
            self._more = self._more or []
            self._more.append((columns, start, stop))
        self._count += stop - start

    def piece(self) -> tuple[Columns, int, int] | None:
        """Return where the rows lie, if that is in one place that was never asked for as a whole."""
        if self._where is None or self._more:
            return None
        return self._where, self._start, self._start + self._count

    def views(self) -> Columns:
        """Return them as they are now; what is added later does not change that."""
        if self._columns is None or self._more:
            self._join()
        assert self._columns is not None
        found = part_of(self._columns, slice(self._count))
        for column in found:
            column.flags.writeable = False
        return found

    def _join(self) -> None:
        more, self._more = self._more or [], None
        done = self._count - sum(stop - start for _, start, stop in more)
        if self._where is not None:
            rows = slice(self._start, None if self._room and not more else self._start + done)
            self._columns, self._where = part_of(self._where, rows), None
        elif self._columns is None:
            assert self._later is not None
            self._columns, self._later = self._later(), None
            self._count += len(self._columns[0]) - done  # of damaged groups there are fewer than the archive says
            done = len(self._columns[0])
        assert self._columns is not None
        if self._count > len(self._columns[0]):
            grown = room(max(self._count, 2 * done))
            for old, new in zip(self._columns, grown, strict=True):
                new[:done] = old[:done]
            self._columns = grown
        for columns, start, stop in more:
            for source, target in zip(columns, self._columns, strict=True):
                target[done : done + stop - start] = source[start:stop]
            done += stop - start


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
    kept : dict or None
        A place for what is made of the points: there for as long as they only grow. None where they may change order.
    """

    __slots__ = ("damaged", "iterations", "kept", "times", "values")

    def __init__(
        self,
        iterations: NDArray[np.int64],
        values: NDArray[np.float64],
        times: NDArray[np.float64],
        damaged: int = 0,
        kept: dict[str, Any] | None = None,
    ) -> None:
        self.iterations, self.values, self.times, self.damaged = iterations, values, times, damaged
        self.kept = kept

    def __repr__(self) -> str:
        return f"<Series of {len(self)} points>"

    def __len__(self) -> int:
        return len(self.iterations)


def part_of(columns: Columns, rows: slice) -> Columns:
    """Return some rows."""
    iterations, values, times = columns
    return iterations[rows], values[rows], times[rows]
