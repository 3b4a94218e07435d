"""The points of one series of one writer, as columns that grow at their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.store.archive import Archive, Block, Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Points", "archived", "part_of"]


class Column:
    """Numbers that grow at their end; what was handed out is a view, which stays as it is."""

    def __init__(self, first: NDArray[Any]) -> None:
        self._all, self._count = first, len(first)

    def add(self, more: NDArray[Any]) -> None:
        import numpy as np

        end = self._count + len(more)
        if end > len(self._all):
            grown = np.empty(max(end, 2 * self._count), self._all.dtype)
            grown[: self._count] = self._all[: self._count]
            self._all = grown
        self._all[self._count : end] = more
        self._count = end

    def view(self) -> NDArray[Any]:
        shown = self._all[: self._count]
        shown.flags.writeable = False
        return shown


class Points:
    """The points of one series of one writer, whose rows are taken from where they lie when they are asked for.

    Parameters
    ----------
    rows
        Gives the columns.
    count
        How many there will be.
    """

    __slots__ = ("_columns", "_count", "_rows")

    def __init__(self, rows: Callable[[], Columns], count: int) -> None:
        self._rows, self._count = rows, count
        self._columns: tuple[Column, ...] | None = None

    def __len__(self) -> int:
        return self._count if self._columns is None else len(self._columns[0].view())

    def add(self, more: Columns) -> None:
        """Add what came since."""
        for column, new in zip(self._read(), more, strict=True):
            column.add(new)

    def views(self) -> Columns:
        """Return them as they are now; what is added later does not change that."""
        iterations, values, times = (column.view() for column in self._read())
        return iterations, values, times

    def _read(self) -> tuple[Column, ...]:
        if self._columns is None:
            self._columns = tuple(map(Column, self._rows()))
        return self._columns


def archived(archive: Archive, block: Block) -> Points:
    """Return the points of a block of an archive."""
    return Points(lambda: archive.read(block.start, block.rows), block.rows)


def part_of(columns: Columns, part: slice) -> Columns:
    """Return some rows."""
    iterations, values, times = columns
    return iterations[part], values[part], times[part]
