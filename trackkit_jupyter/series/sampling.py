"""Choose the rows that a picture of a curve needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series.outline import Outline

__all__ = ["down_sample"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


_LONG = 256  # rows of a bucket from which on a call for each is the fastest


def down_sample(
    x: Floats | Integers,
    y: Floats,
    points: int,
    low: Floats | None = None,
    high: Floats | None = None,
    outline: tuple[Outline, int] | None = None,
) -> Integers:
    """Choose rows so that the picture of the curve does not change: no peak is lost, no value invented.

    The range of `x` is cut into equal buckets, and of each the rows of its minimum and its maximum are kept (the
    earliest, if several), and the first and the last row of all. Of a band around the curve, the rows of the lowest of
    its lower and of the highest of its upper edge are kept as well.

    Parameters
    ----------
    x
        float64[n] or int64[n], finite and ascending.
    y
        float64[n]. Values that are not finite are passed over, except in a bucket that holds nothing else: there its
        first row stands for the gap.
    points
        The most rows to return, at least 4; with a band at least 6.
    low, high
        float64[n] or None: the edges of a band, both or none.
    outline
        What is known of `y`, and the row of it that is the first one here: then few of its values are looked at.

    Returns
    -------
    numpy.ndarray
        int64[m] ascending row numbers, ``m <= points``; all rows if there are no more than `points`.

    Raises
    ------
    TrackkitValueError
        If `points` is too small.
    """
    least = 4 if low is None or high is None else 6
    if points < least:
        raise TrackkitValueError(f"points must be at least {least}, not {points!r}", field="points")
    if len(x) <= points:
        return np.arange(len(x))
    # Own buckets: those of the libraries at hand fail on repeated and on very close x.
    count = (points - 2) // (least - 2)
    first, last = float(x[0]), float(x[-1])
    edges = first + (last - first) * (np.arange(1, count) / count)
    if x.dtype.kind == "i":  # compared with floats, all of them would be converted
        edges = np.ceil(edges).astype(np.int64)
    starts = np.unique(np.concatenate(([0], np.searchsorted(x, edges))))
    starts = starts[starts < len(x)]  # empty buckets at the end
    ends = np.array([0, len(x) - 1])
    if outline is None:
        kept = [ends, _extremes(y, starts, np.minimum), _extremes(y, starts, np.maximum)]
    else:
        known, offset = outline
        rows = known.rows(offset, offset + len(x), starts + offset) - offset
        some, cuts = y[rows], np.searchsorted(rows, starts)
        kept = [ends, rows[_extremes(some, cuts, np.minimum)], rows[_extremes(some, cuts, np.maximum)]]
    if low is not None and high is not None:
        kept += [_extremes(low, starts, np.minimum), _extremes(high, starts, np.maximum)]
    return np.unique(np.concatenate(kept))


def _extremes(values: Floats, starts: Integers, extreme: np.ufunc) -> Integers:
    """Return the first row of the extreme of every bucket."""
    finite = np.isfinite(values)
    if not finite.all():
        values = np.where(finite, values, np.inf if extreme is np.minimum else -np.inf)
    if len(values) > _LONG * len(starts):
        ends = [*starts[1:].tolist(), len(values)]
        parts = ((start, values[start:end]) for start, end in zip(starts.tolist(), ends, strict=True))
        return np.array([start + (p.argmin() if extreme is np.minimum else p.argmax()) for start, p in parts])
    found = np.repeat(extreme.reduceat(values, starts), np.diff(starts, append=len(values)))
    rows = np.flatnonzero(values == found)
    return rows[np.searchsorted(rows, starts)]
