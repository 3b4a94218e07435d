"""Smooth curves: every kind skips what is not finite, and is computed on all rows, before any are left out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.errors import TrackkitValueError

__all__ = ["Smoothing", "SmoothingKind", "ema", "gaussian", "running_mean", "time_weighted"]

SmoothingKind = Literal["none", "ema", "time_weighted", "running", "gaussian"]
Floats = NDArray[np.float64]

_SETTLED = 1e-18  # below this a power of the weight no longer changes 1 - weight**n
_STEPS = 1000  # a chart's width, in steps of the time-weighted average


@dataclass(frozen=True)
class Smoothing:
    """A kind of smoothing and its parameters, checked.

    Parameters
    ----------
    kind
        ``"none"``; ``"ema"``, see `ema`; ``"time_weighted"``, see `time_weighted`; ``"running"``, see `running_mean`;
        ``"gaussian"``, see `gaussian`.
    weight
        Of ``ema`` and ``time_weighted``: 0 (no smoothing) to 0.999.
    window
        Points: of ``running`` an odd number from 3 to 35, of ``gaussian`` (its kernel) one from 3 to 15.
    sigma
        Of ``gaussian``: 0.5 to 3 points.

    Raises
    ------
    TrackkitValueError
        If there is no such kind, or a parameter that it uses is out of range. ``field`` is ``smoothing_kind``,
        ``smoothing`` (the weight), ``smoothing_window`` or ``smoothing_sigma``.
    """

    kind: SmoothingKind = "ema"
    weight: float = 0.0
    window: int = 5
    sigma: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in get_args(SmoothingKind):
            kinds = ", ".join(get_args(SmoothingKind))
            raise TrackkitValueError(f"smoothing_kind is one of {kinds}, not {self.kind!r}", field="smoothing_kind")
        if not 0 <= self.weight <= 0.999:
            raise TrackkitValueError(f"smoothing must be from 0 to 0.999, not {self.weight!r}", field="smoothing")
        most = {"running": 35, "gaussian": 15}.get(self.kind)
        if most is not None and not (3 <= self.window <= most and self.window % 2 == 1):
            text = f"smoothing_window must be an odd number from 3 to {most}, not {self.window!r}"
            raise TrackkitValueError(text, field="smoothing_window")
        if self.kind == "gaussian" and not 0.5 <= self.sigma <= 3:
            text = f"smoothing_sigma must be from 0.5 to 3, not {self.sigma!r}"
            raise TrackkitValueError(text, field="smoothing_sigma")

    @property
    def active(self) -> bool:
        """Whether it changes anything."""
        return self.kind in ("running", "gaussian") or (self.kind != "none" and self.weight > 0)

    @property
    def causal(self) -> bool:
        """Whether a point depends on earlier ones alone, so that what was drawn stays when points are added."""
        return not self.active or self.kind in ("ema", "running")

    def __call__(self, x: Floats | NDArray[np.int64], y: Floats, width: float) -> Floats:
        """Return the smoothed values.

        Parameters
        ----------
        x, y
            float64[n], or int64[n] for `x`, which ascends.
        width
            Of the whole chart, in the unit of `x`: the same for all its curves, so that sparse and dense ones are
            smoothed alike.
        """
        if not self.active:
            return y
        if self.kind == "ema":
            return ema(y, self.weight)
        if self.kind == "running":
            return running_mean(y, self.window)
        if self.kind == "gaussian":
            return gaussian(y, self.window, self.sigma)
        return time_weighted(x, y, self.weight, width / _STEPS)


def _skipping(values: Floats, smooth: Callable[[Floats], Floats]) -> Floats:
    finite = np.isfinite(values)
    if finite.all():
        return smooth(values) if len(values) else values
    result = np.full(len(values), np.nan)
    if finite.any():
        result[finite] = smooth(values[finite])
    return result


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
    return _skipping(values, lambda finite: _ema_finite(finite, weight))


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


def time_weighted(x: Floats | NDArray[np.int64], values: Floats, weight: float, step: float) -> Floats:
    """Return the exponential moving average whose memory is a distance on the axis, not a number of points.

    ``s[n] = sum(weight ** ((x[n] - x[i]) / step) * y[i] for i <= n) / sum(the same weights)``: the exponential kernel
    of Zumbach and Müller 2001, "Operators on inhomogeneous time series", International Journal of Theoretical and
    Applied Finance 4(1), section 3, summed over points and normalised, which also removes the bias. For points that
    are one `step` apart it is `ema` of the same weight.

    Parameters
    ----------
    x
        float64[n] or int64[n], finite and ascending. Points at the same place weigh the same.
    values
        float64[n]. What is not finite is skipped and NaN in the result, at its place.
    weight
        From 0 (no smoothing, returns `values` itself) to below 1: what is left of a point after one `step`.
    step
        Distance on the axis. A chart takes a thousandth of its whole width, so that all its curves, sparse or dense,
        are smoothed alike. 0, for curves without width, weighs all points the same.

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
    x = x if finite.all() else x[finite]
    decay = np.zeros(len(x))
    if step > 0:
        with np.errstate(over="ignore"):
            np.exp(np.diff(x) / step * math.log(weight), out=decay[1:])
    else:
        decay[1:] = 1
    return _skipping(values, lambda known: _scan(decay, known))


def _scan(decay: Floats, values: Floats) -> Floats:
    # As in _ema_finite, with a decay of its own for every step, and the sum of the weights beside that of the values.
    count = len(values)
    depth = math.isqrt(count - 1) + 1
    columns = -(-count // depth)

    def square(flat: Floats) -> Floats:
        padded = np.zeros(depth * columns)
        padded[:count] = flat
        return np.ascontiguousarray(padded.reshape(columns, depth).T)

    decays = square(decay)
    sums = np.stack((square(values), np.ones((depth, columns))))
    for row in range(1, depth):
        sums[:, row] += decays[row] * sums[:, row - 1]
        decays[row] *= decays[row - 1]  # from here on: what is left of the column before
    carries = np.zeros((2, columns))
    ends, left = sums[:, -1].T.tolist(), decays[-1].tolist()
    total, weights = 0.0, 0.0
    for column in range(columns):
        carries[:, column] = total, weights
        total = left[column] * total + ends[column][0]
        weights = left[column] * weights + ends[column][1]
    sums += decays * carries[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        result: Floats = (sums[0] / sums[1]).T.ravel()[:count]
    return result


def running_mean(values: Floats, window: int) -> Floats:
    """Return the mean of each point and those before it, `window` in all; at the beginning, of those there are.

    Parameters
    ----------
    values
        float64[n]. What is not finite is skipped, counts for nothing, and is NaN in the result, at its place.
    window
        Points, at least 1.

    Returns
    -------
    numpy.ndarray
        float64[n].
    """
    return _skipping(values, lambda finite: _running_finite(finite, window))


def _running_finite(values: Floats, window: int) -> Floats:
    # The sums of 1, 2, 4 ... points, each from two of the former, put together by the binary digits of the window: few
    # passes, and none of the cancellation of differences of a cumulative sum.
    power, length, done = values, 1, 0
    total = np.zeros(len(values))
    with np.errstate(over="ignore", invalid="ignore"):
        while True:
            if window & length:
                total[done:] += power[: max(len(power) - done, 0)]
                done += length
            if length * 2 > window:
                break
            doubled = power.copy()
            doubled[length:] += power[:-length]
            power, length = doubled, length * 2
        head = min(window, len(values))
        total[:head] /= np.arange(1, head + 1)
        total[head:] /= window
    return total


def gaussian(values: Floats, window: int, sigma: float) -> Floats:
    """Return the weighted mean of each point and its neighbours on both sides.

    ``s[n] = sum(exp(-k*k / (2 * sigma*sigma)) * y[n + k]) / sum(the same weights)`` for k from ``-(window // 2)`` to
    ``window // 2``: the sampled Gaussian kernel, cut off and normalised (Getreuer 2013, "A survey of Gaussian
    convolution algorithms", Image Processing On Line 3, section 2). Beyond an end the value at that end is repeated.

    Parameters
    ----------
    values
        float64[n]. What is not finite is skipped, is no neighbour, and is NaN in the result, at its place.
    window
        Points, odd.
    sigma
        Standard deviation in points.

    Returns
    -------
    numpy.ndarray
        float64[n].
    """
    reach = window // 2
    weights = np.exp(-(np.arange(reach + 1.0) ** 2) / (2 * sigma * sigma))
    weights /= 2 * weights.sum() - weights[0]

    def smooth(finite: Floats) -> Floats:
        count = len(finite)
        padded = np.pad(finite, reach, mode="edge")
        result: Floats = weights[0] * finite
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(1, reach + 1):
                pair = padded[reach - k : reach - k + count] + padded[reach + k : reach + k + count]
                pair *= weights[k]
                result += pair
        return result

    return _skipping(values, smooth)
