"""The outline of a long curve: what a picture may need of every stretch of it; a new point touches only the end."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONG", "Outline"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Rows from which on an outline is worth making.
LONG = 100_000
_STRETCH = 64  # rows
_BLOCK = 2048  # stretches, of which the values stay in the cache of a core
_KEY = "outline"


@dataclass(frozen=True, eq=False)
class Outline:
    """The whole stretches of 64 rows of a curve, in order of arrival.

    Parameters
    ----------
    lows, highs
        int64[n]: of each stretch the first row of its least, and of its greatest, finite value; its first row if none
        is finite.
    nonfinite, nonpositive
        int64[n]: how many of its values are not finite, and how many are and are not above 0.
    ascends
        Whether the iterations ascend, from the first row to the last one of these.
    """

    lows: Integers
    highs: Integers
    nonfinite: Integers
    nonpositive: Integers
    ascends: bool

    @classmethod
    def of(cls, kept: dict[str, Any], iterations: Integers, values: Floats) -> Outline:
        """Return the outline of a curve, made of the one that was kept and of what is new.

        Parameters
        ----------
        kept
            A place that belongs to the curve as long as it only grows.
        iterations, values
            int64[n], float64[n], as they came.
        """
        known: Outline | None = kept.get(_KEY)
        count = len(values) // _STRETCH
        if known is None:
            empty = np.empty(0, np.int64)
            known = cls(empty, empty, empty, empty, True)
        if len(known.lows) >= count:
            return known
        kept[_KEY] = made = known._extended(iterations, values, count)
        return made

    def _extended(self, iterations: Integers, values: Floats, count: int) -> Outline:
        start = len(self.lows)
        columns = np.empty((4, count), np.int64)
        for column, old in zip(columns, (self.lows, self.highs, self.nonfinite, self.nonpositive), strict=True):
            column[:start] = old

        def work(first: int) -> bool:
            last = min(first + _BLOCK, count)
            columns[:, first:last] = _described(values[first * _STRETCH : last * _STRETCH])
            columns[:2, first:last] += np.arange(first, last) * _STRETCH
            near = iterations[max(first * _STRETCH - 1, 0) : last * _STRETCH]
            return bool((near[1:] >= near[:-1]).all())

        blocks = range(start, count, _BLOCK)
        if len(blocks) < 4:
            ascend = [work(first) for first in blocks]
        else:
            with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
                ascend = list(pool.map(work, blocks))
        return Outline(columns[0], columns[1], columns[2], columns[3], self.ascends and all(ascend))

    def ascending(self, iterations: Integers) -> bool:
        """Return whether all iterations of the curve ascend; False may mean that it is not known."""
        rest = iterations[max(len(self.lows) * _STRETCH - 1, 0) :]
        return self.ascends and bool((rest[1:] >= rest[:-1]).all())

    def nonpositive_in(self, values: Floats, start: int) -> int:
        """Return how many of the values, those from row `start` on, are finite and not above 0."""
        first, last, head, tail = self._parts(start, start + len(values))
        ends = (values[: head.stop - start], values[tail.start - start :])
        with np.errstate(invalid="ignore"):
            rest = sum(int(np.count_nonzero((end <= 0) & (end > -np.inf))) for end in ends)
        return int(self.nonpositive[first:last].sum()) + rest

    def maybe_nonfinite(self, start: int, stop: int) -> Integers:
        """Return, in order, the first and the last row, and at least all others that are not finite."""
        first, last, head, tail = self._parts(start, stop)
        inside = _rows_of(first + np.flatnonzero(self.nonfinite[first:last]))
        ends = np.array([start, stop - 1][: stop - start])
        return np.unique(np.concatenate([ends, _range(head), inside, _range(tail)]))

    def rows(self, start: int, stop: int, cuts: Integers) -> Integers:
        """Return ascending rows among which are those of the extremes of every part of the curve.

        Parameters
        ----------
        start, stop
            From which row, and up to which.
        cuts
            int64[m], ascending: the first row of every part. They are among the rows returned.
        """
        first, last, head, tail = self._parts(start, stop)
        at = cuts // _STRETCH - first
        cut = np.zeros(last - first, bool)
        cut[at[(at >= 0) & (at < last - first)]] = True
        whole = first + np.flatnonzero(~cut)
        inside = _rows_of(first + np.flatnonzero(cut))
        found = np.concatenate([_range(head), self.lows[whole], self.highs[whole], inside, _range(tail)])
        found.sort(kind="stable")
        return found

    def _parts(self, start: int, stop: int) -> tuple[int, int, slice, slice]:
        """Return the stretches that lie inside, from the first up to the last, and the rows before and after them."""
        first, last = -(-start // _STRETCH), min(stop // _STRETCH, len(self.lows))
        if first >= last:
            return 0, 0, slice(start, stop), slice(stop, stop)
        return first, last, slice(start, first * _STRETCH), slice(last * _STRETCH, stop)


def _range(rows: slice) -> Integers:
    return np.arange(rows.start, rows.stop)


def _rows_of(stretches: Integers) -> Integers:
    return (stretches[:, None] * _STRETCH + np.arange(_STRETCH)).ravel()


def _described(values: Floats) -> Integers:
    rows = values.reshape(-1, _STRETCH)
    finite = np.isfinite(rows)
    found = np.empty((4, len(rows)), np.int64)
    if finite.all():
        found[0], found[1], found[2] = rows.argmin(axis=1), rows.argmax(axis=1), 0
        found[3] = np.count_nonzero(rows <= 0, axis=1)
        return found
    found[0] = np.where(finite, rows, np.inf).argmin(axis=1)
    found[1] = np.where(finite, rows, -np.inf).argmax(axis=1)
    found[2] = _STRETCH - np.count_nonzero(finite, axis=1)
    with np.errstate(invalid="ignore"):
        found[3] = np.count_nonzero((rows <= 0) & finite, axis=1)
    return found
