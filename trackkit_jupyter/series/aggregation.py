"""One line for a group of curves, and a band that says how far they spread."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Aggregate", "Band", "Line", "aggregate", "student", "two_sided"]

Line = Literal["mean", "median"]
Band = Literal["none", "minmax", "std", "stderr", "ci95"]
Floats = NDArray[np.float64]

_MOST = float(np.finfo(np.float64).max)
_CHUNK = 1 << 21  # values held at a time, whatever the number of curves


@dataclass(frozen=True, eq=False)
class Aggregate:
    """What `aggregate` returns.

    Parameters
    ----------
    x, line
        float64[n]: the union of the curves' places, and the mean or the median there.
    low, high
        float64[n] or None: the edges of the band, NaN where a single curve has no spread.
    count
        int64[n]: curves behind each point, at least 1.
    """

    x: Floats
    line: Floats
    low: Floats | None
    high: Floats | None
    count: NDArray[np.int64]


def aggregate(curves: Sequence[tuple[Floats, Floats]], line: Line = "mean", band: Band = "none") -> Aggregate:
    """Draw several curves as one.

    They are aligned on the union of their places. Between two of its points a curve is interpolated linearly; before
    its first and after its last one it takes no part.

    Parameters
    ----------
    curves
        ``(x, y)`` of each: float64[n], `x` finite and ascending. Rows that are not finite are left out; of several at
        the same place the last counts.
    line
        ``"mean"`` or ``"median"``.
    band
        ``"none"``; ``"minmax"``; ``"std"``, the mean plus and minus the sample standard deviation (over n - 1);
        ``"stderr"``, plus and minus that divided by the root of n; ``"ci95"``, the 95 % confidence interval of the
        mean, plus and minus the standard error times the 0.975 quantile of Student's t with n - 1 degrees of freedom
        (Student 1908, "The probable error of a mean", Biometrika 6). The last three lie around the mean also where the
        line is the median.

    Returns
    -------
    Aggregate
        Empty if no curve has a finite row.
    """
    known = [curve for curve in (_distinct(x, y) for x, y in curves) if len(curve[0])]
    if not known:
        empty = np.empty(0)
        edge = None if band == "none" else empty
        return Aggregate(empty, empty, edge, edge, np.empty(0, np.int64))
    x = _union([places for places, _ in known])
    columns = np.empty((3, len(x)))
    count = np.empty(len(x), np.int64)
    step = max(1, _CHUNK // len(known))
    for start in range(0, len(x), step):
        part = slice(start, start + step)
        values = _aligned(known, x[part])
        count[part] = (~np.isnan(values)).sum(axis=0)
        columns[:, part] = _reduce(values, count[part], line, band)
    low, high = (None, None) if band == "none" else (columns[1], columns[2])
    return Aggregate(x, columns[0], low, high, count)


def _distinct(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    keep = np.isfinite(y)
    if not keep.all():
        x, y = x[keep], y[keep]
    last = np.append(x[1:] != x[:-1], True)[: len(x)]
    return (x, y) if last.all() else (x[last], y[last])


def _union(columns: list[Floats]) -> Floats:
    if all(np.array_equal(columns[0], column) for column in columns[1:]):
        return columns[0]
    x: Floats = np.concatenate(columns)
    x.sort(kind="stable")  # merges what is sorted already
    distinct: Floats = x[np.append(True, x[1:] != x[:-1])]
    return distinct


def _aligned(curves: Sequence[tuple[Floats, Floats]], at: Floats) -> Floats:
    """Return float64[curves, places], NaN outside of a curve's own range."""
    values = np.full((len(curves), len(at)), np.nan)
    for row, (x, y) in zip(values, curves, strict=True):
        first, last = np.searchsorted(x, at[0], side="left"), np.searchsorted(x, at[-1], side="right")
        if last - first == len(at) and np.array_equal(x[first:last], at):
            row[:] = y[first:last]
        else:
            near = slice(max(first - 1, 0), last + 1)
            known, size = y[near], 1.0
            if np.abs(known).max(initial=0) > _MOST / 4:  # the step between two neighbours may be too large
                known, size = known / 4, 4.0
            row[:] = np.interp(at, x[near], known, left=np.nan, right=np.nan) * size
    return values


def _reduce(values: Floats, count: NDArray[np.int64], line: Line, band: Band) -> tuple[Floats, Floats, Floats]:
    least = most = np.full(len(count), np.nan)
    if line == "mean" or band in ("std", "stderr", "ci95"):
        missing = np.isnan(values)
        some = bool(missing.any())
        known = np.where(missing, 0.0, values) if some else values
        with np.errstate(over="ignore", invalid="ignore"):
            mean = known.sum(axis=0) / count
        if not np.isfinite(mean).all():  # the sum is too large, the mean is not
            mean = (known / count).sum(axis=0)
    if line == "mean":
        middle = mean
    else:
        ordered = np.sort(values, axis=0)  # NaN last
        below, above = (np.take_along_axis(ordered, row[None], 0)[0] for row in ((count - 1) // 2, count // 2))
        with np.errstate(over="ignore"):
            middle = below + (above - below) / 2
        middle = np.where(np.isfinite(middle), middle, below / 2 + above / 2)
    if band == "minmax":
        least, most = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
        middle = np.clip(middle, least, most)  # rounding must not carry the line out of its band
    elif band != "none":
        with np.errstate(over="ignore"):
            deviation = values - mean
        if some:
            deviation[missing] = 0
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            spread = np.sqrt((deviation * deviation).sum(axis=0) / np.where(count > 1, count - 1, np.nan))
            if band != "std":
                spread /= np.sqrt(count)
            if band == "ci95":
                spread *= np.array([np.nan, np.nan, *(student(n - 1) for n in range(2, len(values) + 1))])[count]
            least, most = mean - spread, mean + spread
        wide = (count > 1) & ~(np.isfinite(least) & np.isfinite(most))
        if wide.any():  # the squares are too large, or the edges
            quarter = values[:, wide] / 4 - mean[wide] / 4
            size = np.nanmax(np.abs(quarter), axis=0)
            squares = np.nansum((quarter / np.where(size > 0, size, 1)) ** 2, axis=0)
            factor = np.ones(len(count)) if band == "std" else 1 / np.sqrt(count)
            if band == "ci95":
                factor = factor * np.array([0, 0, *(student(n - 1) for n in range(2, len(values) + 1))])[count]
            with np.errstate(over="ignore"):
                reach = size * np.sqrt(squares / (count[wide] - 1)) * factor[wide]
            edges = mean[wide] / 4 - reach, mean[wide] / 4 + reach
            least[wide], most[wide] = (np.clip(edge, -_MOST / 4, _MOST / 4) * 4 for edge in edges)
    return middle, least, most


@functools.cache
def student(freedom: int, probability: float = 0.95) -> float:
    """Return the t that Student's t distribution stays within on both sides of 0.

    The probability is the finite series of Abramowitz and Stegun 1964, "Handbook of Mathematical Functions", 26.7.3 and
    26.7.4, exact for whole degrees of freedom; it is inverted by halving.

    Parameters
    ----------
    freedom
        Degrees of freedom, at least 1.
    probability
        Of lying between -t and t; 0.95 gives the 0.975 quantile.
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        angle = (low + high) / 2  # t = sqrt(freedom) * tan(angle)
        if _within(angle, freedom) < probability:
            low = angle
        else:
            high = angle
    return math.sqrt(freedom) * math.tan((low + high) / 2)


def two_sided(t: float, freedom: int) -> float:
    """Return the probability that Student's t lies at least as far from 0 as `t`, see :func:`student`."""
    return max(0.0, 1.0 - _within(math.atan(abs(t) / math.sqrt(freedom)), freedom))


def _within(angle: float, freedom: int) -> float:
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = total = cosine if odd else 1.0
    for k in range(2 + odd, freedom, 2):  # the next power of the cosine squared, and the next pair of factors
        term *= cosine * cosine * (k - 1) / k
        total += term
    if not odd:
        return sine * total
    return 2 / math.pi * (angle + (sine * total if freedom > 1 else 0.0))
