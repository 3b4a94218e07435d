"""What is drawn, as data: curves and options in, charts with named, coloured series and their columns out.

The browser and :mod:`trackkit_jupyter.pictures` draw the same charts. Nothing here knows a store.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter import palette
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series import AxisKind, ascending, axis, down_sample, ema, non_finite, window, word

__all__ = [
    "Answer",
    "Axis",
    "Chart",
    "ChartSeries",
    "Curve",
    "build",
    "colors",
    "decode",
    "decode_cursor",
    "encode",
    "encode_cursor",
]

GroupBy = Literal["metric", "none"]
Floats = NDArray[np.float64]

_UNITS = (("s", "Seconds", 120.0), ("min", "Minutes", 120 * 60.0), ("h", "Hours", 96 * 3600.0), ("d", "Days", np.inf))
_COLUMNS = ("x", "y", "raw_x", "raw_y")
_ENTRY = struct.Struct("<8sQI")  # cursor: digest of the series id, rows sent, checksum of the last of them


@dataclass(frozen=True, eq=False)
class Curve:
    """One series of one experiment, as it comes from the store.

    Parameters
    ----------
    experiment, experiment_name
        Id and name of the experiment.
    metric, variant
        Names of the series.
    color, dash
        Index into the ten hues and number of the dash, see `colors`.
    iterations, values, times
        int64[n], float64[n], float64[n] (unix seconds), in order of arrival.
    started
        Start of the experiment, unix seconds, for the relative axis.
    """

    experiment: str
    experiment_name: str
    metric: str
    variant: str
    color: int
    dash: int
    iterations: NDArray[np.int64]
    values: Floats
    times: Floats
    started: float | None = None

    @property
    def id(self) -> str:
        """Identity of the series: ``<experiment>/<metric>/<variant>``, slashes inside the metric escaped."""
        return f"{self.experiment}/{_escape(self.metric)}/{self.variant}"


@dataclass(frozen=True)
class Axis:
    """The horizontal axis of a chart.

    Parameters
    ----------
    kind
        ``"iterations"``, ``"relative"`` (columns in seconds) or ``"wall"`` (columns in unix seconds).
    label
        Title of the axis, or None where it is obvious.
    unit
        Unit that ticks are shown in on the relative axis: ``"s"``, ``"min"``, ``"h"`` or ``"d"``.
    """

    kind: AxisKind
    label: str | None = None
    unit: str | None = None


@dataclass(frozen=True, eq=False)
class ChartSeries:
    """One line of a chart.

    Parameters
    ----------
    id, experiment, name, metric, variant, color, dash
        Identity and looks. `name` is what a legend says.
    total
        Rows of the series (of the part looked at, if the chart is zoomed).
    shown
        Rows that a reader holds once it has taken this in: `first` earlier ones and those of the columns.
    sampled
        Whether `shown` are a choice of `total`.
    first
        0: the columns replace what a reader has. Else: they follow its first `first` rows.
    last
        The value at the greatest iteration: a number, "NaN", "Infinity", "-Infinity", or None without rows.
    nonfinite, nonfinite_count
        At most 200 positions and words of values that are not finite, and how many there are; always of the whole series.
    x, y
        float64[m]. What is not finite is NaN in `y`: the line has a gap there.
    raw_x, raw_y
        float64[k] or None: the original of a smoothed line.
    """

    id: str
    experiment: str
    name: str
    metric: str
    variant: str
    color: int
    dash: int
    total: int
    shown: int
    sampled: bool
    first: int
    last: float | str | None
    nonfinite: list[tuple[float, str]]
    nonfinite_count: int
    x: Floats
    y: Floats
    raw_x: Floats | None = None
    raw_y: Floats | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart: a title, axes, and the lines in it."""

    id: str
    title: str
    x: Axis
    series: list[ChartSeries]
    y_label: str | None = None
    kind: str = "line"


@dataclass(frozen=True, eq=False)
class Answer:
    """What `decode` reads: the charts, the cursor to ask with next time, and whether nothing is new."""

    charts: list[Chart]
    next: str
    unchanged: bool


@dataclass(frozen=True)
class _Options:
    xaxis: AxisKind
    smoothing: float
    points: int
    low: float | None
    high: float | None
    since: Mapping[str, int] = field(default_factory=dict)

    @property
    def zoomed(self) -> bool:
        return self.low is not None or self.high is not None


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
        Rows a reader already has, by series id. A line that only grew then brings its new rows alone, one that did
        not grow brings none. Not used when zoomed.

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
    options = _Options(xaxis, smoothing, points, low, high, since or {})
    curves = list(curves)
    experiments = {curve.experiment: curve.experiment_name for curve in curves}
    groups: dict[str, list[Curve]] = {}
    for curve in sorted(curves, key=lambda curve: curve.metric.startswith(":")):
        alone = f"{_escape(curve.metric)}/{curve.variant}"
        groups.setdefault(alone if group_by == "none" else curve.metric, []).append(curve)
    return [_chart(key, group, group_by, options, experiments) for key, group in groups.items()]


def _chart(key: str, curves: list[Curve], group_by: GroupBy, options: _Options, experiments: dict[str, str]) -> Chart:
    metric, variant = curves[0].metric, curves[0].variant
    title = metric if group_by == "metric" or metric == variant else f"{metric}/{variant}"
    names = _names(curves, experiments)
    drawn = [_line(curve, name, options) for curve, name in zip(curves, names, strict=True)]
    ends = [end for _, span in drawn for end in span]
    return Chart(key, title, _axis(options.xaxis, max(ends) - min(ends) if ends else 0.0), [line for line, _ in drawn])


def _axis(kind: AxisKind, span: float) -> Axis:
    if kind != "relative":
        return Axis(kind)
    unit, name = next((unit, name) for unit, name, most in _UNITS if span <= most)
    return Axis(kind, f"{name} from start", unit)


def _names(curves: list[Curve], experiments: dict[str, str]) -> list[str]:
    if len(experiments) == 1:
        return [curve.variant for curve in curves]
    names = list(experiments.values())
    labels = {id: f"{name} ({id[:6]})" if names.count(name) > 1 else name for id, name in experiments.items()}
    if len({curve.variant for curve in curves}) == 1:
        return [labels[curve.experiment] for curve in curves]
    return [f"{curve.variant} - {labels[curve.experiment]}" for curve in curves]


def _line(curve: Curve, name: str, options: _Options) -> tuple[ChartSeries, tuple[float, ...]]:
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

    sent = -1 if options.zoomed else options.since.get(curve.id, -1)
    first = 0
    if sent == total:
        first, kept = total, slice(total, total)
    elif 0 <= sent < total and not sampled and order is None:
        first, kept = sent, slice(sent, total)

    columns = [x[kept], smooth[kept]]
    raw: list[Floats | None] = [None, None]
    if options.smoothing > 0:
        own = down_sample(x, y, options.points) if sampled and not first else kept
        raw = [x[own] if sampled else columns[0], y[own]]
    line = ChartSeries(
        curve.id, curve.experiment, name, curve.metric, curve.variant, curve.color, curve.dash, total, shown, sampled,
        first, _last(curve), marks, count, columns[0], columns[1], raw[0], raw[1],
    )  # fmt: skip
    return line, (float(x[0]), float(x[-1])) if total else ()


def _last(curve: Curve) -> float | str | None:
    if not len(curve.values):
        return None
    row = len(curve.values) - 1 - int(curve.iterations[::-1].argmax())
    return word(float(curve.values[row]))


def _escape(metric: str) -> str:
    return metric.replace("%", "%25").replace("/", "%2F")


def colors(names: Mapping[str, Sequence[tuple[str, str]]]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Assign colour and dash to every series by its identity, not by its position in a chart.

    Of one experiment each variant has its own colour, the same in all metrics. Of several, each experiment has its
    own, found from its id, so that it keeps it in other company; variants of a metric differ in their dash.

    Parameters
    ----------
    names
        Experiment id to its (metric, variant) pairs in order of first appearance; experiments in order of creation.

    Returns
    -------
    dict
        (experiment, metric, variant) to (color, dash), as in `Curve`.
    """
    result: dict[tuple[str, str, str], tuple[int, int]] = {}
    if len(names) == 1:
        (experiment, pairs), variants = next(iter(names.items())), dict[str, int]()
        for metric, variant in pairs:
            index = variants.setdefault(variant, len(variants))
            result[experiment, metric, variant] = palette.slot(index)
        return result
    hues, taken = len(palette.HUES), set[int]()
    dashes: dict[str, dict[str, int]] = {}
    for experiment, pairs in names.items():
        index = zlib.crc32(experiment.encode()) % hues
        start = index
        while index in taken:
            index = (index + 1) % hues + index // hues * hues
            if index == start:
                index = start = index + hues
        taken.add(index)
        color, further = palette.slot(index)
        for metric, variant in pairs:
            known = dashes.setdefault(metric, {})
            result[experiment, metric, variant] = color, known.setdefault(variant, len(known)) + further
    return result


def encode(charts: Sequence[Chart], next: str = "", unchanged: bool | None = None) -> bytes:
    """Write charts as they travel: header length, JSON header, float64 columns.

    Parameters
    ----------
    charts
        From `build`.
    next
        Cursor of this state, see `encode_cursor`.
    unchanged
        Whether a reader may keep everything as it is; by default, whether no line brings rows or replaces any.

    Returns
    -------
    bytes
        u32 length of the header; UTF-8 JSON padded with spaces to a multiple of 8 bytes in all; little-endian float64
        columns. ``[offset, length]`` in the header count float64s from the first column.
    """
    blocks: list[Floats] = []
    offset = 0
    head = []
    for chart in charts:
        lines = []
        for line in chart.series:
            places: dict[str, list[int]] = {}
            for name in _COLUMNS:
                column = getattr(line, name)
                if column is None:
                    continue
                if name == "raw_x" and column is line.x:
                    places[name] = places["x"]
                    continue
                places[name] = [offset, len(column)]
                blocks.append(column)
                offset += len(column)
            lines.append({key: value for key, value in vars(line).items() if key not in _COLUMNS} | {"columns": places})
        head.append(
            {"id": chart.id, "title": chart.title, "kind": chart.kind, "x": vars(chart.x), "y": {"label": chart.y_label}}
            | {"series": lines}
        )
    if unchanged is None:
        lines_of_all = [line for chart in charts for line in chart.series]
        unchanged = bool(lines_of_all) and all(0 < line.total == line.first for line in lines_of_all)
    header = {"charts": head, "next": next, "unchanged": unchanged}
    text = json.dumps(header, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return b"".join([struct.pack("<I", len(text)), text, *(block.astype("<f8", copy=False).tobytes() for block in blocks)])


def decode(data: bytes) -> Answer:
    """Read what `encode` wrote.

    Raises
    ------
    TrackkitValueError
        If the bytes are no charts, or cut short.
    """
    try:
        (length,) = struct.unpack_from("<I", data)
        header = json.loads(data[4 : 4 + length])
        columns = np.frombuffer(data, dtype="<f8", offset=4 + length)
        charts = [_decode_chart(chart, columns) for chart in header["charts"]]
        return Answer(charts, header["next"], header["unchanged"])
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise TrackkitValueError("these bytes are no charts, or they are cut short") from error


def _decode_chart(chart: dict[str, Any], columns: Floats) -> Chart:
    lines = []
    for record in chart["series"]:
        places = record.pop("columns")
        if any(offset + length > len(columns) for offset, length in places.values()):
            raise ValueError("a column is missing")
        arrays = {name: columns[offset : offset + length] for name, (offset, length) in places.items()}
        marks = [(float(x), str(what)) for x, what in record.pop("nonfinite")]
        lines.append(ChartSeries(**record, nonfinite=marks, **arrays))
    return Chart(chart["id"], chart["title"], Axis(**chart["x"]), lines, chart["y"]["label"], chart["kind"])


def encode_cursor(curves: Iterable[Curve]) -> str:
    """Write down how much of each curve a reader has, about 27 characters per curve, safe in a URL."""
    entries = (_ENTRY.pack(_digest(curve), len(curve.values), _check(curve, len(curve.values))) for curve in curves)
    return base64.urlsafe_b64encode(b"".join(entries)).decode().rstrip("=")


def decode_cursor(cursor: str, curves: Iterable[Curve]) -> dict[str, int]:
    """Read a cursor: series id to the rows that a reader has, for ``build(since=...)``.

    Parameters
    ----------
    cursor
        From `encode_cursor`; empty for a reader that has nothing.
    curves
        The curves as they are now. One that is new, or no longer begins with the rows that were sent (its experiment was
        reset), is left out, so that all of it is sent.

    Raises
    ------
    TrackkitValueError
        If it is no cursor.
    """
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        known = {digest: (rows, check) for digest, rows, check in _ENTRY.iter_unpack(data)}
    except (binascii.Error, struct.error, ValueError) as error:
        raise TrackkitValueError(f"since is not a cursor of an earlier answer: {cursor[:40]!r}", field="since") from error
    result = {}
    for curve in curves:
        rows, check = known.get(_digest(curve), (-1, 0))
        if 0 <= rows <= len(curve.values) and check == _check(curve, rows):
            result[curve.id] = rows
    return result


def _digest(curve: Curve) -> bytes:
    return blake2b(curve.id.encode(), digest_size=8).digest()


def _check(curve: Curve, rows: int) -> int:
    if not rows:
        return 0
    row = rows - 1
    return zlib.crc32(struct.pack("<qdd", int(curve.iterations[row]), float(curve.values[row]), float(curve.times[row])))
