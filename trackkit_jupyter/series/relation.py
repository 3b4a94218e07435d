"""How two quantities go together: the line of least squares, and correlation, with how likely it is by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.series.aggregation import two_sided

__all__ = ["Fit", "fit", "pearson", "ranks", "spearman"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """A straight line, y = `intercept` + `slope` x, with the correlation `r` and its p-value."""

    slope: float
    intercept: float
    r: float | None
    p: float | None


def fit(x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> Fit:
    r"""Return the line of ordinary least squares: it minimises :math:`\sum_i (y_i - a - b x_i)^2`.

    Parameters
    ----------
    x, y
        Finite numbers, at least two of `x` different.
    """
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    away = xs - xs.mean()
    slope = float(away @ (ys - ys.mean()) / (away @ away))
    return Fit(slope, float(ys.mean() - slope * xs.mean()), *pearson(xs, ys))


def pearson(x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> tuple[float | None, float | None]:
    r"""Return the correlation of two samples and the p-value of none, two-sided.

    With n pairs, :math:`t = r \sqrt{(n - 2) / (1 - r^2)}` follows Student's t with n - 2 degrees of freedom where there
    is no correlation (Fisher 1915, "Frequency distribution of the values of the correlation coefficient", Biometrika
    10). ``None`` where one of them does not vary; no p-value with fewer than three pairs.
    """
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(xs) < 2:
        return None, None
    xs, ys = xs - xs.mean(), ys - ys.mean()
    # Scaled first, so that the squares of very large and very small numbers can be told.
    xs, ys = xs / (np.abs(xs).max() or 1.0), ys / (np.abs(ys).max() or 1.0)
    size = math.sqrt(float(xs @ xs) * float(ys @ ys))
    if size == 0 or not math.isfinite(size):
        return None, None
    r = min(1.0, max(-1.0, float(xs @ ys) / size))
    freedom = len(xs) - 2
    if freedom < 1:
        return r, None
    return r, 0.0 if abs(r) == 1.0 else two_sided(r * math.sqrt(freedom / (1 - r * r)), freedom)


def spearman(x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> tuple[float | None, float | None]:
    r"""Return Spearman's :math:`\rho`, the correlation of the ranks, and its p-value, see :func:`pearson`.

    Equal values share the mean of their ranks (Spearman 1904, "The proof and measurement of association between two
    things", American Journal of Psychology 15; the t of its p-value is an approximation, good from ten pairs on).
    """
    return pearson(ranks(x), ranks(y))


def ranks(values: Sequence[float] | Floats) -> Floats:
    """Return the ranks of values from 1; equal ones share the mean of theirs."""
    _, inverse, count = np.unique(np.asarray(values, np.float64), return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[inverse], np.float64)
