"""Smooth, down-sample and place curves: pure functions over arrays.

They are applied in one order everywhere: place (`axis`, `ascending`), smooth the full data (`ema`), cut to what is
looked at (`window`), and only then reduce (`down_sample`): a curve never changes with the number of points drawn.
"""

from __future__ import annotations

import math
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.errors import TrackkitValueError

__all__ = ["AxisKind", "Timed", "ascending", "axis", "down_sample", "ema", "non_finite", "window", "word"]

AxisKind = Literal["iterations", "relative", "wall"]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_SETTLED = 1e-18  # below this a power of the weight no longer changes 1 - weight**n


class Timed(Protocol):
    """What `axis` needs of a series."""

    @property
    def iterations(self) -> Integers:
        """int64[n]."""

    @property
    def times(self) -> Floats:
        """float64[n], unix seconds."""


def ema(values: Floats, weight: float) -> Floats:
    """Return the de-biased exponential moving average.

    ``s[n] = weight * s[n-1] + (1 - weight) * y[n]``, divided by ``1 - weight**n`` (bias correction as of Adam,
    Kingma and Ba 2015, section 3), so that the average starts at the first value and not at zero.

    Parameters
    ----------
    values
        float64[n]. NaN and infinities do not advance the average and are NaN in the result, at their place.
    weight
        From 0 (no smoothing, returns `values` itself) to below 1.

    Returns
    -------
    numpy.ndarray
        float64[n].

    Raises
    ------
    TrackkitValueError
        If the weight is not from 0 to below 1.
    """
    if not 0 <= weight < 1:
        raise TrackkitValueError(f"smoothing must be from 0 to below 1, not {weight!r}", field="smoothing")
    if weight == 0 or not len(values):
        return values
    finite = np.isfinite(values)
    if finite.all():
        return _ema_finite(values, weight)
    result = np.full(len(values), np.nan)
    if finite.any():
        result[finite] = _ema_finite(values[finite], weight)
    return result


def _ema_finite(values: Floats, weight: float) -> Floats:
    # The recursion runs down the columns of a square, all of them at once, then from column to column: about two square
    # roots of the count in steps, and no linear algebra, whose threads would wait for those of a training.
    count = len(values)
    depth = math.isqrt(count - 1) + 1
    columns = -(-count // depth)
    padded = np.zeros(depth * columns)
    padded[:count] = values
    square = np.ascontiguousarray(padded.reshape(columns, depth).T)
    square *= 1 - weight
    for row in range(1, depth):
        square[row] += weight * square[row - 1]
    carried, decay = 0.0, weight**depth
    carries = np.empty(columns)
    for column, end in enumerate(square[-1].tolist()):
        carries[column] = carried
        carried = decay * carried + end
    square += weight ** np.arange(1, depth + 1)[:, None] * carries
    result: Floats = square.T.ravel()[:count]
    settled = min(count, int(np.log(_SETTLED) / np.log(weight)) + 1)
    result[:settled] /= 1 - weight ** np.arange(1, settled + 1)
    result[0] = values[0]
    return result


def down_sample(x: Floats, y: Floats, points: int) -> Integers:
    """Choose rows so that the picture of the curve does not change: no peak is lost, no value invented.

    The range of `x` is cut into equal buckets, and of each the rows of its minimum and its maximum are kept (the
    earliest, if several), and the first and the last row of all.

    Parameters
    ----------
    x
        float64[n], finite and ascending.
    y
        float64[n]. Values that are not finite are passed over, except in a bucket that holds nothing else: there its
        first row stands for the gap.
    points
        The most rows to return, at least 4.

    Returns
    -------
    numpy.ndarray
        int64[m] ascending row numbers, ``m <= points``; all rows if there are no more than `points`.

    Raises
    ------
    TrackkitValueError
        If `points` is below 4.
    """
    if points < 4:
        raise TrackkitValueError(f"points must be at least 4, not {points!r}", field="points")
    if len(x) <= points:
        return np.arange(len(x))
    # Own buckets: tsdownsample's equidistant ones panic (a BaseException) on repeated and on very close x.
    count = (points - 2) // 2
    edges = x[0] + (x[-1] - x[0]) * (np.arange(1, count) / count)
    starts = np.unique(np.concatenate(([0], np.searchsorted(x, edges))))
    starts = starts[starts < len(x)]  # empty buckets at the end
    finite = np.isfinite(y)
    clean = bool(finite.all())
    lowest = _first_least(y if clean else np.where(finite, y, np.inf), starts)
    highest = _first_least(-y if clean else np.where(finite, -y, np.inf), starts)
    return np.unique(np.concatenate(([0, len(x) - 1], lowest, highest)))


def _first_least(values: Floats, starts: Integers) -> Integers:
    least = np.repeat(np.minimum.reduceat(values, starts), np.diff(starts, append=len(values)))
    rows = np.flatnonzero(values == least)
    return rows[np.searchsorted(rows, starts)]


def axis(series: Timed, kind: AxisKind, started: float | None = None) -> Floats:
    """Return the horizontal position of every row, in the base unit of the axis.

    Parameters
    ----------
    series
        Has ``.iterations`` int64[n] and ``.times`` float64[n] in unix seconds.
    kind
        ``"iterations"``; ``"relative"``, seconds since the start of the experiment; ``"wall"``, unix seconds.
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


def ascending(x: Floats) -> Integers | None:
    """Return the stable order that makes `x` ascend, or None if it does already."""
    if bool((x[1:] >= x[:-1]).all()):
        return None
    return np.argsort(x, kind="stable")


def window(x: Floats, low: float | None, high: float | None) -> slice:
    """Return the rows from `low` to `high`, both included, and one neighbour on each side: lines run to the edge.

    Parameters
    ----------
    x
        float64[n], ascending.
    low, high
        Ends of the range in the unit of `x`; None leaves that end open.
    """
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


def non_finite(x: Floats, y: Floats, limit: int = 200) -> tuple[list[tuple[float, str]], int]:
    """Return where a curve is not a finite number, for the marks on the axis.

    Parameters
    ----------
    x, y
        float64[n].
    limit
        The most to return. If there are more, they are taken evenly, the first and the last among them.

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
        rows = rows[np.linspace(0, count - 1, limit).astype(np.int64)]
    return [(float(x[row]), str(word(float(y[row])))) for row in rows.tolist()], count
