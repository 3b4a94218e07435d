"""Where the points of a curve lie, which of them are looked at, and what has no place on an axis."""

from __future__ import annotations

import math
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.errors import TrackkitValueError

__all__ = ["AxisKind", "Places", "Timed", "ascending", "axis", "join", "non_finite", "typical", "window", "word"]

AxisKind = Literal["iterations", "relative", "wall", "metric"]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = Floats | Integers

_FAR = 2.0**62
_MOST_TYPICAL = 50_000  # values that a suggestion is worth sorting


class Timed(Protocol):
    """What `axis` needs of a series."""

    @property
    def iterations(self) -> Integers:
        """int64[n]."""

    @property
    def times(self) -> Floats:
        """float64[n], unix seconds."""


def axis(series: Timed, kind: AxisKind, started: float | None = None) -> Floats:
    """Return the horizontal position of every row, in the base unit of the axis.

    Parameters
    ----------
    series
        Has ``.iterations`` int64[n] and ``.times`` float64[n] in unix seconds.
    kind
        ``"iterations"``; ``"relative"``, seconds since the start of the experiment; ``"wall"``, unix seconds. For the
        axis of a metric see `join`.
    started
        Start of the experiment in unix seconds. Without it the relative axis counts from the earliest row.

    Returns
    -------
    numpy.ndarray
        float64[n].

    Raises
    ------
    TrackkitValueError
        If there is no such axis.
    """
    if kind == "iterations":
        return series.iterations.astype(np.float64)
    if kind == "wall":
        return series.times
    if kind == "relative":
        if started is None:
            started = float(series.times.min()) if len(series.times) else 0.0
        return series.times - started
    raise TrackkitValueError(f"the horizontal axis is iterations, relative or wall, not {kind!r}", field="xaxis")


def join(iterations: Integers, at: Integers, values: Floats) -> Floats:
    """Return the value that another series had at every row: its latest one at or before the row's iteration.

    Parameters
    ----------
    iterations
        int64[n], of the rows to place.
    at, values
        int64[m], float64[m]: iterations and values of the other series, in order of arrival. Of a repeated iteration
        the last arrival counts; values that are not finite say nothing.

    Returns
    -------
    numpy.ndarray
        float64[n], NaN where there is no value yet.
    """
    finite = np.isfinite(values)
    if not finite.all():
        at, values = at[finite], values[finite]
    if not len(at):
        return np.full(len(iterations), np.nan)
    if not bool((at[1:] >= at[:-1]).all()):
        order = np.argsort(at, kind="stable")
        at, values = at[order], values[order]
    rows = np.searchsorted(at, iterations, side="right") - 1
    return np.where(rows >= 0, values[rows], np.nan)


def ascending(x: Places) -> Integers | None:
    """Return the stable order that makes `x` ascend, or None if it does already."""
    if bool((x[1:] >= x[:-1]).all()):
        return None
    return np.argsort(x, kind="stable")


def window(x: Places, low: float | None, high: float | None) -> slice:
    """Return the rows from `low` to `high`, both included, and one neighbour on each side: lines run to the edge.

    Parameters
    ----------
    x
        float64[n] or int64[n], ascending.
    low, high
        Ends of the range in the unit of `x`; None leaves that end open.
    """
    if x.dtype.kind == "i":  # compared with floats, all of them would be converted
        low = None if low is None else math.ceil(min(max(low, -_FAR), _FAR))
        high = None if high is None else math.floor(min(max(high, -_FAR), _FAR))
    start = 0 if low is None else max(int(np.searchsorted(x, low, side="left")) - 1, 0)
    end = len(x) if high is None else min(int(np.searchsorted(x, high, side="right")) + 1, len(x))
    return slice(start, max(start, end))


def word(value: float) -> float | str:
    """Return the value as strict JSON can hold it: a number, or "NaN", "Infinity", "-Infinity"."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)


def non_finite(x: Places, y: Floats, limit: int = 200) -> tuple[list[tuple[float, str]], int]:
    """Return where a curve is not a finite number, for the marks on the axis.

    Parameters
    ----------
    x, y
        float64[n], `x` ascending.
    limit
        The most to return, at least 2. If there are more, one of each equal part of the range of `x` that has any, and
        the last.

    Returns
    -------
    marks
        Position and word ("NaN", "Infinity", "-Infinity").
    count
        How many there are in all.
    """
    rows = np.flatnonzero(~np.isfinite(y))
    count = len(rows)
    if count > limit:
        # Of each part of the range its first: a lonely one is seen however many there are elsewhere.
        first, last = float(x[0]), float(x[-1])
        parts = ((x[rows] - first) / ((last - first) or 1.0) * (limit - 1)).astype(np.int64).clip(0, limit - 2)
        rows = np.append(rows[np.unique(parts, return_index=True)[1]], rows[-1:])
    return [(float(x[row]), str(word(float(y[row])))) for row in rows.tolist()], count


def typical(low: Floats, high: Floats | None = None) -> tuple[float, float] | None:
    """Return the 5th and the 95th percentile of a curve: the range of an axis that ignores outliers.

    Of more than 50,000 values so many are taken evenly.

    Parameters
    ----------
    low, high
        float64[n]: a curve, or the lower and the upper edge of a band. What is not finite is passed over.

    Returns
    -------
    tuple of float or None
        Linearly interpolated percentiles; None if nothing is finite.
    """

    def percentile(values: Floats, percent: list[int]) -> Floats | None:
        values = values[:: -(-len(values) // _MOST_TYPICAL) or 1]
        finite = np.isfinite(values)
        values = values if finite.all() else values[finite]
        return np.percentile(values, percent) if len(values) else None

    with np.errstate(over="ignore", invalid="ignore"):
        both = percentile(low, [5, 95])
        above = both if high is None else percentile(high, [5, 95])
    if both is None or above is None or not np.isfinite(span := (float(both[0]), float(above[1]))).all():
        return None
    return span
