"""Decide what is drawn: group curves into charts, place, smooth and reduce them, name them and their axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.charts.data import Axis, Chart, ChartSeries, Curve, escape
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series import AxisKind, ascending, axis, down_sample, ema, non_finite, window, word

__all__ = ["GroupBy", "build"]

GroupBy = Literal["metric", "none"]

_UNITS = (("s", "Seconds", 120.0), ("min", "Minutes", 120 * 60.0), ("h", "Hours", 96 * 3600.0), ("d", "Days", np.inf))


@dataclass(frozen=True)
class _Options:
    xaxis: AxisKind
    smoothing: float
    points: int
    low: float | None
    high: float | None
    since: Mapping[str, int]


def build(
    curves: Iterable[Curve],
    *,
    group_by: GroupBy = "metric",
    xaxis: AxisKind = "iterations",
    smoothing: float = 0.0,
    points: int = 2000,
    x_range: tuple[float | None, float | None] | None = None,
    since: Mapping[str, int] | None = None,
) -> list[Chart]:
    """Decide what is drawn.

    Parameters
    ----------
    curves
        The series, in order of first appearance; they may be of several experiments.
    group_by
        ``"metric"``: all variants of a metric in one chart; ``"none"``: a chart for each metric and variant.
    xaxis
        ``"iterations"``, ``"relative"`` (time since the experiment's start) or ``"wall"``.
    smoothing
        Weight of the de-biased moving average, 0 to 0.999, computed on all rows before any are left out.
    points
        The most rows per line; longer ones are reduced to the minimum and maximum of every bucket.
    x_range
        Zoom: only rows from the first to the second number, in the base unit of the axis; None leaves an end open.
    since
        Rows a reader already has, by series id, see `decode_cursor`. A line that only grew then brings its new rows
        alone, one that did not grow is left out, and so is a chart without lines. Not used when zoomed.

    Returns
    -------
    list of Chart
        In order of first appearance, monitor metrics (they begin with a colon) last.

    Raises
    ------
    TrackkitValueError
        If an option is out of range.
    """
    if group_by not in ("metric", "none"):
        raise TrackkitValueError(f"group_by is metric or none, not {group_by!r}", field="group_by")
    if xaxis not in ("iterations", "relative", "wall"):
        raise TrackkitValueError(f"the horizontal axis is iterations, relative or wall, not {xaxis!r}", field="xaxis")
    if not 0 <= smoothing <= 0.999:
        raise TrackkitValueError(f"smoothing must be from 0 to 0.999, not {smoothing!r}", field="smoothing")
    if points < 4:
        raise TrackkitValueError(f"points must be at least 4, not {points!r}", field="points")
    low, high = x_range or (None, None)
    if low is not None and high is not None and not low <= high:
        raise TrackkitValueError(f"the range must ascend, not {low!r} to {high!r}", field="x_range")
    zoomed = low is not None or high is not None
    options = _Options(xaxis, smoothing, points, low, high, {} if zoomed else since or {})
    curves = list(curves)
    experiments = {curve.experiment: curve.experiment_name for curve in curves}
    groups: dict[str, list[Curve]] = {}
    for curve in sorted(curves, key=lambda curve: curve.metric.startswith(":")):
        alone = f"{escape(curve.metric)}/{curve.variant}"
        groups.setdefault(alone if group_by == "none" else curve.metric, []).append(curve)
    charts = (_chart(key, group, group_by, options, experiments) for key, group in groups.items())
    return [chart for chart in charts if chart.series]


def _chart(key: str, curves: list[Curve], group_by: GroupBy, options: _Options, experiments: dict[str, str]) -> Chart:
    metric, variant = curves[0].metric, curves[0].variant
    title = metric if group_by == "metric" or metric == variant else f"{metric}/{variant}"
    names = _names(curves, experiments)
    lines = [
        _line(curve, name, options)
        for curve, name in zip(curves, names, strict=True)
        if options.since.get(curve.id, -1) != len(curve.values)
    ]
    return Chart(key, title, _axis(curves, options), lines)


def _axis(curves: list[Curve], options: _Options) -> Axis:
    if options.xaxis != "relative":
        return Axis(options.xaxis)
    ends = [0.0]
    for curve in curves:
        x = axis(curve, "relative", curve.started)
        ends += [float(end) for end in (x.min(initial=0.0), x.max(initial=0.0)) if np.isfinite(end)]
    low = min(ends) if options.low is None else options.low
    high = max(ends) if options.high is None else options.high
    unit, name = next((unit, name) for unit, name, most in _UNITS if high - low <= most)
    return Axis("relative", f"{name} from start", unit)


def _names(curves: list[Curve], experiments: dict[str, str]) -> list[str]:
    if len(experiments) == 1:
        return [curve.variant for curve in curves]
    names = list(experiments.values())
    labels = {id: f"{name} ({id[:6]})" if names.count(name) > 1 else name for id, name in experiments.items()}
    if len({curve.variant for curve in curves}) == 1:
        return [labels[curve.experiment] for curve in curves]
    return [f"{curve.variant} - {labels[curve.experiment]}" for curve in curves]


def _line(curve: Curve, name: str, options: _Options) -> ChartSeries:
    x, y = axis(curve, options.xaxis, curve.started), np.asarray(curve.values, dtype=np.float64)
    placed = np.isfinite(x)
    if not placed.all():  # a row without a time has no place on a time axis
        x, y = x[placed], y[placed]
    order = ascending(x)
    if order is not None:
        x, y = x[order], y[order]
    smooth = ema(y, options.smoothing)
    part = window(x, options.low, options.high)
    x, y, smooth = x[part], y[part], smooth[part]
    marks, count = non_finite(x, y)
    if count:
        y = np.where(np.isfinite(y), y, np.nan)
        smooth = np.where(np.isfinite(smooth), smooth, np.nan)
    total, sampled = len(x), len(x) > options.points
    kept: NDArray[np.int64] | slice = down_sample(x, smooth, options.points) if sampled else slice(None)
    shown = len(kept) if isinstance(kept, np.ndarray) else total

    first = options.since.get(curve.id, 0)
    if sampled or order is not None or not 0 <= first <= total:
        first = 0
    if first:
        kept = slice(first, total)

    x_kept, raw_x, raw_y = x[kept], None, None
    if options.smoothing > 0:
        own = down_sample(x, y, options.points) if sampled else kept
        raw_x, raw_y = x[own] if sampled else x_kept, y[own]
    return ChartSeries(
        curve.id, curve.experiment, name, curve.metric, curve.variant, curve.color, curve.dash,
        total, shown, sampled, first, _last(curve), marks, count, x_kept, smooth[kept], raw_x, raw_y,
    )  # fmt: skip


def _last(curve: Curve) -> float | str | None:
    if not len(curve.values):
        return None
    row = len(curve.values) - 1 - int(curve.iterations[::-1].argmax())
    return word(float(curve.values[row]))
