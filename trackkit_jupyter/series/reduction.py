"""A curve reduced to the rows that a picture of it needs, and what is to be said of the rows that are left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.series.outline import LONG, Outline
from trackkit_jupyter.series.places import Places, ascending, non_finite, typical, word
from trackkit_jupyter.series.sampling import down_sample

__all__ = ["Facts", "Overview", "Reduced", "describe", "gapped", "overview", "reduce"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_MARKS = 200


@dataclass(frozen=True)
class Facts:
    """What is true of all rows of a curve, or of the part of it that is looked at.

    Parameters
    ----------
    total
        How many there are.
    nonfinite, nonfinite_count
        Positions and words of values that are not finite, and how many there are. At most 200 are named, or one for
        every ten of the points asked for.
    nonpositive, nonpositive_x
        Rows for which a logarithmic axis has no place.
    y_range
        5th and 95th percentile: the range of an axis that ignores outliers.
    """

    total: int
    nonfinite: list[tuple[float, str]]
    nonfinite_count: int
    nonpositive: int
    nonpositive_x: int
    y_range: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Reduced:
    """A curve of more rows than are drawn.

    Parameters
    ----------
    points
        How many were asked for at most.
    facts
        What is true of all of them.
    x, y
        float64[m], those to draw. What is not finite is NaN in `y`.
    """

    points: int
    facts: Facts
    x: Floats
    y: Floats


@dataclass(frozen=True, eq=False)
class Overview:
    """A whole curve along its iterations, as it is first looked at.

    Parameters
    ----------
    reduced
        Its rows.
    last
        The value at the greatest iteration: a number, "NaN", "Infinity" or "-Infinity".
    latest
        Iteration, value and time of the point that arrived last.
    """

    reduced: Reduced
    last: float | str
    latest: tuple[int, float, float]


def describe(x: Places, y: Floats, points: int, outline: tuple[Outline, int] | None = None) -> Facts:
    """Return what is true of all rows of a curve.

    Parameters
    ----------
    x, y
        float64[n] or int64[n], ascending; float64[n].
    points
        How many of them are asked for.
    outline
        What is known of `y`, and the row of it that is the first one here: then few of its values are looked at.
    """
    most = max(_MOST_MARKS, points // 10)
    if outline is None or len(x) < LONG:
        marks, count = non_finite(x, y, most)
        with np.errstate(invalid="ignore"):
            nonpositive = int(np.count_nonzero((y <= 0) & (y > -np.inf)))
    else:
        known, start = outline
        rows = known.maybe_nonfinite(start, start + len(x)) - start
        marks, count = non_finite(x[rows], y[rows], most)
        nonpositive = known.nonpositive_in(y, start)
    return Facts(len(x), marks, count, nonpositive, int(np.searchsorted(x, 0, side="right")), typical(y))


def reduce(x: Places, y: Floats, points: int, outline: tuple[Outline, int] | None = None) -> Reduced:
    """Return the rows of a curve that a picture needs, with what is true of all of them; the same as `describe`."""
    facts = describe(x, y, points, outline)
    rows = down_sample(x, y, points, outline=outline if len(x) >= LONG else None)
    return Reduced(points, facts, x[rows].astype(np.float64, copy=False), gapped(y[rows]))


def overview(iterations: Integers, values: Floats, times: Floats, points: int) -> Overview:
    """Return a curve as it is first looked at.

    Parameters
    ----------
    iterations, values, times
        int64[n], float64[n], float64[n], in order of arrival; more than `points`.
    points
        How many points it has at most.
    """
    latest = int(iterations[-1]), float(values[-1]), float(times[-1])
    order = ascending(iterations)
    if order is not None:
        iterations, values = iterations[order], values[order]
    return Overview(reduce(iterations, values, points), word(float(values[-1])), latest)


def gapped(y: Floats) -> Floats:
    """Return the values with NaN, where the line has a gap, for all that is not finite."""
    finite = np.isfinite(y)
    return y if finite.all() else np.where(finite, y, np.nan)
