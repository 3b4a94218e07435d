"""Decide what is drawn: group curves into charts, place, smooth and reduce them, name them and their axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.charts.data import Axis, Chart, ChartSeries, Curve, Floats, escape
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series import (
    LONG,
    AxisKind,
    Band,
    Line,
    Outline,
    Places,
    Reduced,
    Smoothing,
    SmoothingKind,
    aggregate,
    ascending,
    axis,
    describe,
    down_sample,
    gapped,
    join,
    non_finite,
    reduce,
    typical,
    window,
    word,
)

__all__ = ["GroupBy", "build"]

GroupBy = Literal["metric", "none"]

_UNITS = (("s", "Seconds", 120.0), ("min", "Minutes", 120 * 60.0), ("h", "Hours", 96 * 3600.0), ("d", "Days", np.inf))
_MOST_MARKS = 200
_DRAWN = "drawn"


@dataclass(frozen=True)
class _Options:
    xaxis: AxisKind
    x_label: str | None
    smoothing: Smoothing
    line: Line
    band: Band
    identities: dict[str, str]
    points: int
    low: float | None
    high: float | None
    since: Mapping[str, int]


def build(
    curves: Iterable[Curve],
    *,
    group_by: GroupBy = "metric",
    xaxis: AxisKind = "iterations",
    x_label: str | None = None,
    smoothing: float = 0.0,
    smoothing_kind: SmoothingKind = "ema",
    smoothing_window: int = 5,
    smoothing_sigma: float = 1.0,
    line: Line = "mean",
    band: Band = "none",
    points: int = 2000,
    x_range: tuple[float | None, float | None] | None = None,
    since: Mapping[str, int] | None = None,
) -> list[Chart]:
    """Decide what is drawn.

    Parameters
    ----------
    curves
        The series, in order of first appearance; they may be of several experiments. Those of a metric and variant that
        have the same ``group`` are drawn as one line.
    group_by
        ``"metric"``: all variants of a metric in one chart; ``"none"``: a chart for each metric and variant.
    xaxis, x_label
        ``"iterations"``, ``"relative"`` (time since the experiment's start), ``"wall"``, or ``"metric"``: the value of
        each curve's ``reference`` at that iteration or the latest before it; then `x_label` is the name of that metric.
    smoothing
        Weight of a moving average, 0 to 0.999, computed on all rows before any are left out.
    smoothing_kind, smoothing_window, smoothing_sigma
        See `trackkit_jupyter.series.Smoothing`.
    line, band
        How the curves of a group are aggregated, see `trackkit_jupyter.series.aggregate`. They are smoothed before.
    points
        The most rows per line, at least 4, of a band at least 6; longer ones are reduced to the minimum and maximum of
        every bucket.
    x_range
        Zoom: only rows from the first to the second number, in the base unit of the axis; None leaves an end open.
    since
        Rows a reader already has, by series id, see `decode_cursor`. A line that only grew then brings its new rows
        alone, if its smoothing is causal; one that did not grow is left out, and so is a chart without lines. Not used
        when zoomed, nor on the axis of a metric, where an old row's place may change.

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
    for value, kinds, field in ((xaxis, AxisKind, "xaxis"), (line, Line, "line"), (band, Band, "band")):
        if value not in get_args(kinds):
            raise TrackkitValueError(f"{field} is one of {', '.join(get_args(kinds))}, not {value!r}", field=field)
    smooth = Smoothing(smoothing_kind, smoothing, smoothing_window, smoothing_sigma)
    least = 4 if band == "none" else 6
    if points < least:
        raise TrackkitValueError(f"points must be at least {least}, not {points!r}", field="points")
    low, high = x_range or (None, None)
    if low is not None and high is not None and not low <= high:
        raise TrackkitValueError(f"the range must ascend, not {low!r} to {high!r}", field="x_range")
    whole = low is not None or high is not None or xaxis == "metric"
    curves = list(curves)
    identities = dict(map(_identity, curves))
    known = {} if whole else since or {}
    options = _Options(xaxis, x_label, smooth, line, band, identities, points, low, high, known)
    groups: dict[str, list[Curve]] = {}
    for curve in sorted(curves, key=lambda curve: curve.metric.startswith(":")):
        alone = f"{escape(curve.metric)}/{curve.variant}"
        groups.setdefault(alone if group_by == "none" else curve.metric, []).append(curve)
    charts = (_chart(key, group, group_by, options) for key, group in groups.items())
    return [chart for chart in charts if chart.series]


@dataclass(frozen=True, eq=False)
class _Placed:
    """A curve in the order of its axis, smoothed."""

    x: Places
    y: Floats
    unplaced: int
    reordered: bool
    outline: Outline | None = None  # of `y`, where it is in the order of arrival


def _chart(key: str, curves: list[Curve], group_by: GroupBy, options: _Options) -> Chart:
    metric, variant = curves[0].metric, curves[0].variant
    title = metric if group_by == "metric" or metric == variant else f"{metric}/{variant}"
    lines: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        lines.setdefault((_identity(curve)[0], curve.variant), []).append(curve)
    grown = [line for line in lines.values() if any(options.since.get(one.id) != one.count for one in line)]
    if grown and options.smoothing.active and options.smoothing.kind == "time_weighted":
        grown, options = list(lines.values()), replace(options, since={})  # each follows from the width of all
    known = {line[0].id: found for line in grown if len(line) == 1 and (found := _known(line[0], options)) is not None}
    placed = {curve.id: _place(curve, options.xaxis) for line in grown for curve in line if curve.id not in known}
    ends = [(float(one.x[0]), float(one.x[-1])) for one in placed.values() if len(one.x)]
    width = max(high for _, high in ends) - min(low for low, _ in ends) if ends else 0.0
    names = dict(zip(lines, _names([line[0] for line in lines.values()], options.identities), strict=True))
    drawn = []
    for line in grown:
        name = names[_identity(line[0])[0], line[0].variant]
        if line[0].id in known:
            drawn.append(_whole(line[0], name, *known[line[0].id]))
            continue
        members = [placed[curve.id] for curve in line]
        drawn.append((_line if len(line) == 1 else _group)(line, name, members, width, options))
    return Chart(key, title, _axis(curves, options), drawn)


def _identity(curve: Curve) -> tuple[str, str]:
    return (curve.group.id, curve.group.name) if curve.group else (curve.experiment, curve.experiment_name)


def _axis(curves: list[Curve], options: _Options) -> Axis:
    if options.xaxis == "metric":
        return Axis("metric", options.x_label)
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


def _names(curves: list[Curve], identities: dict[str, str]) -> list[str]:
    if len(identities) == 1:
        return [curve.variant for curve in curves]
    names = list(identities.values())
    labels = {id: f"{name} ({id[:6]})" if names.count(name) > 1 else name for id, name in identities.items()}
    if len({curve.variant for curve in curves}) == 1:
        return [labels[_identity(curve)[0]] for curve in curves]
    return [f"{curve.variant} - {labels[_identity(curve)[0]]}" for curve in curves]


def _place(curve: Curve, xaxis: AxisKind) -> _Placed:
    y = np.asarray(curve.values, dtype=np.float64)
    x: Places
    if xaxis == "iterations":
        x = curve.iterations  # as they are: what is drawn of them becomes float64
    elif xaxis != "metric":
        x = axis(curve, xaxis, curve.started)
    elif curve.reference is None:
        x = np.full(len(y), np.nan)
    else:
        x = join(curve.iterations, curve.reference.iterations, curve.reference.values)
    there = None if xaxis == "iterations" else np.isfinite(x)
    unplaced = 0 if there is None else len(x) - int(np.count_nonzero(there))
    if unplaced and there is not None:
        x, y = x[there], y[there]
    outline = None
    if curve.kept is not None and not unplaced and len(y) >= LONG:
        outline = Outline.of(curve.kept, curve.iterations, y)
        if xaxis == "iterations" and outline.ascending(curve.iterations):
            return _Placed(x, y, 0, False, outline)
    order = ascending(x)
    if order is not None:
        return _Placed(x[order], y[order], unplaced, True)
    return _Placed(x, y, unplaced, False, outline)


def _known(curve: Curve, options: _Options) -> tuple[Reduced, float | str | None] | None:
    """Return what was made of a curve already where it is drawn as a whole, and its last value."""
    if not _is_whole(options):
        return None
    if curve.overview is not None and curve.overview.reduced.points == options.points:
        return curve.overview.reduced, curve.overview.last
    known: tuple[Reduced, float | str | None] | None = None if curve.kept is None else curve.kept.get(_DRAWN)
    if known is None or (known[0].facts.total, known[0].points) != (curve.count, options.points):
        return None
    return known


def _is_whole(options: _Options) -> bool:
    """Whether what is drawn of a long curve is the same until it grows."""
    return (
        options.xaxis == "iterations" and options.low is None and options.high is None and not options.smoothing.active
    )


def _whole(curve: Curve, name: str, reduced: Reduced, last: float | str | None) -> ChartSeries:
    """Return the line of a curve that was reduced."""
    return ChartSeries(
        **_head([curve], name),
        **vars(reduced.facts),
        first=0,
        shown=len(reduced.x),
        sampled=True,
        x=reduced.x,
        y=reduced.y,
        last=last,
    )


def _line(line: list[Curve], name: str, members: list[_Placed], width: float, options: _Options) -> ChartSeries:
    (curve,), (placed,) = line, members
    smooth = options.smoothing(placed.x, placed.y, width)
    part = window(placed.x, options.low, options.high)
    x, y, smooth = placed.x[part], placed.y[part], smooth[part]
    outline = None if placed.outline is None else (placed.outline, part.start)
    last = _last(curve, options.xaxis == "iterations" and not placed.reordered)
    if len(x) > options.points and not options.smoothing.active:
        reduced = reduce(x, y, options.points, outline)
        if curve.kept is not None and _is_whole(options):
            curve.kept[_DRAWN] = (reduced, last)
        return replace(_whole(curve, name, reduced, last), unplaced=placed.unplaced)
    first = options.since.get(curve.id, 0)
    if len(x) > options.points or placed.reordered or placed.unplaced or not options.smoothing.causal:
        first = 0
    return ChartSeries(
        **_head(line, name),
        **vars(describe(x, y, options.points, outline)),
        **_columns(x, smooth if options.smoothing.active else y, y, first, options, outline=outline),
        last=last,
        unplaced=placed.unplaced,
    )


def _group(line: list[Curve], name: str, members: list[_Placed], width: float, options: _Options) -> ChartSeries:
    places = [one.x.astype(np.float64, copy=False) for one in members]
    values = [one.y for one in members]
    raw = aggregate(list(zip(places, values, strict=True)), options.line, options.band)
    shown = raw
    if options.smoothing.active:  # each experiment alone: what is aggregated is what would be drawn
        smooth = [options.smoothing(x, y, width) for x, y in zip(places, values, strict=True)]
        smooth = [np.where(np.isfinite(s), s, y) for s, y in zip(smooth, values, strict=True)]
        shown = aggregate(list(zip(places, smooth, strict=True)), options.line, options.band)
    part = window(raw.x, options.low, options.high)
    x, y, low, high = raw.x[part], raw.line[part], shown.low, shown.high
    edges = (low[part], high[part]) if low is not None and high is not None else None
    marks: list[tuple[float, str]] = []
    count = 0
    for one in members:
        near = window(one.x, options.low, options.high)
        found, more = non_finite(one.x[near], one.y[near])
        marks, count = marks + found, count + more
    marks.sort()
    if len(marks) > _MOST_MARKS:
        marks = [marks[row] for row in np.linspace(0, len(marks) - 1, _MOST_MARKS).astype(np.int64).tolist()]
    spread = typical(y) if raw.low is None or raw.high is None else typical(*_filled(y, raw.low[part], raw.high[part]))
    return ChartSeries(
        **_head(line, name),
        **vars(describe(x, y, options.points)) | {"nonfinite": marks, "nonfinite_count": count, "y_range": spread},
        **_columns(x, shown.line[part], y, 0, options, edges, raw.count[part].astype(np.float64)),
        last=word(float(raw.line[-1])) if len(raw.line) else None,
        unplaced=sum(one.unplaced for one in members),
    )


def _series_id(curve: Curve) -> str:
    return f"{_identity(curve)[0]}/{escape(curve.metric)}/{curve.variant}"


def _filled(y: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the edges of a band, and the line where the band has no spread."""
    return np.where(np.isnan(low), y, low), np.where(np.isnan(high), y, high)


def _head(line: list[Curve], name: str) -> dict[str, Any]:
    curve = line[0]
    return {
        "id": _series_id(curve),
        "experiment": _identity(curve)[0],
        "name": name,
        "metric": curve.metric,
        "variant": curve.variant,
        "color": curve.color,
        "dash": curve.dash,
        "members": [one.experiment for one in line] if curve.group else [],
    }


def _columns(
    x: Places,
    y: Floats,
    raw: Floats,
    first: int,
    options: _Options,
    edges: tuple[Floats, Floats] | None = None,
    count: Floats | None = None,
    outline: tuple[Outline, int] | None = None,
) -> dict[str, Any]:
    sampled = len(x) > options.points
    kept: NDArray[np.int64] | slice = slice(first, len(x))
    if sampled:
        low, high = _filled(y, *edges) if edges else (None, None)
        kept = down_sample(x, y, options.points, low, high)
    columns: dict[str, Any] = {"x": x[kept].astype(np.float64, copy=False), "y": gapped(y[kept])}
    columns |= {"first": first, "shown": first + len(columns["x"]), "sampled": sampled}
    if options.smoothing.active:
        rows = down_sample(x, raw, options.points, outline=outline if len(x) >= LONG else None) if sampled else kept
        raw_x = x[rows].astype(np.float64, copy=False) if sampled else columns["x"]
        columns |= {"raw_x": raw_x, "raw_y": gapped(raw[rows])}
    if edges:
        columns |= {"low": edges[0][kept], "high": edges[1][kept]}
    return columns if count is None else columns | {"count": count[kept]}


def _last(curve: Curve, ascends: bool) -> float | str | None:
    if not len(curve.values):
        return None
    row = len(curve.values) - 1 - (0 if ascends else int(curve.iterations[::-1].argmax()))
    return word(float(curve.values[row]))
