"""Draw scalar charts: one alone, or several as a page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from trackkit_jupyter.charts import Chart, ChartSeries
from trackkit_jupyter.palette import DASHES, HUES, Theme
from trackkit_jupyter.pictures import ticks
from trackkit_jupyter.pictures.paper import NOTE, TITLE, Box, Format, LegendEntry, Paper, pattern, sheet

__all__ = ["chart_picture", "charts_picture"]

_MOST = 6  # charts on a page
_PAD, _GAP = 12.0, 12.0
_BAND = 0.15


def chart_picture(
    chart: Chart,
    *,
    theme: Theme = "light",
    format: Format = "png",
    width: int = 640,
    height: int = 320,
    scale: float = 2,
) -> bytes:
    """Draw one chart.

    Parameters
    ----------
    chart
        From :func:`trackkit_jupyter.charts.build` or ``decode``.
    theme
        ``"light"`` or ``"dark"``.
    format
        ``"png"`` (at most 64 colours) or ``"svg"`` (deterministic).
    width, height
        Size in CSS pixels.
    scale
        Pixels of a PNG per CSS pixel.

    Raises
    ------
    TrackkitValueError
        If the theme or the format is unknown.
    """
    with sheet(width, height, theme, scale) as paper:
        _draw(paper, (_PAD, 8, width - _PAD, height - 8), chart)
        return paper.output(format, chart.title)


def charts_picture(
    charts: Sequence[Chart],
    title: str,
    *,
    footer: str = "",
    theme: Theme = "light",
    format: Format = "png",
    width: int = 800,
    columns: int = 2,
    scale: float = 2,
) -> bytes:
    """Draw up to six charts as cards on one page.

    Parameters
    ----------
    charts
        Those beyond the sixth are counted in the footer.
    title
        One line above them.
    footer
        One line below them.
    columns
        Cards beside each other. The last row is always filled.
    theme, format, width, scale
        As for `chart_picture`; the height follows from the number of charts.

    Raises
    ------
    TrackkitValueError
        If the theme or the format is unknown.
    """
    drawn = list(charts[:_MOST])
    if (more := len(charts) - _MOST) > 0:
        footer = "   ".join(filter(None, (footer, f"+ {more} more chart{'s' if more > 1 else ''}")))
    columns = max(1, min(columns, len(drawn)))
    rows = [drawn[start : start + columns] for start in range(0, len(drawn), columns)]
    card_height = 232.0 if columns > 1 else 280.0
    top, bottom = (36.0 if title else 4.0), (28.0 if footer else 4.0)
    height = top + bottom + (len(rows) * (card_height + _GAP) - _GAP if rows else 96.0)
    with sheet(width, round(height), theme, scale) as paper:
        paper.text(4, 17, paper.fit(title, width - 8, 14, bold=True), size=14, bold=True)
        paper.text(4, height - 12, paper.fit(footer, width - 8, NOTE), size=NOTE, color=paper.ink.secondary)
        if not rows:
            paper.card((1, top, width - 1, height - bottom))
            _say(paper, (0, top, width, height - bottom), "No scalars yet")
        for index, row in enumerate(rows):
            card_width = (width - 2 - _GAP * (len(row) - 1)) / len(row)
            card_top = top + index * (card_height + _GAP)
            for place, chart in enumerate(row):
                left = 1 + place * (card_width + _GAP)
                paper.card((left, card_top, left + card_width, card_top + card_height))
                _draw(paper, (left + 12, card_top + 8, left + card_width - 12, card_top + card_height - 6), chart)
        return paper.output(format, title)


def _say(paper: Paper, box: Box, text: str) -> None:
    left, top, right, bottom = box
    paper.text((left + right) / 2, (top + bottom) / 2, text, color=paper.ink.faint, align="center")


def _draw(paper: Paper, box: Box, chart: Chart) -> None:
    left, top, right, bottom = box
    note = _note(chart)
    room = right - left - (paper.measure(note, NOTE) + 16 if note else 0)
    paper.text(left, top + 9, paper.fit(chart.title, room, TITLE, bold=True), size=TITLE, bold=True)
    paper.text(right, top + 9, note, size=NOTE, color=paper.ink.secondary, align="right")
    top += 22
    if len(chart.series) > 1:
        entries: list[LegendEntry] = [(_label(line), _hue(line), _dash(line), True) for line in chart.series]
        top += paper.legend((left, top, right, bottom), entries) + 4
    else:
        top += 2

    places = _extent([column for line in chart.series for column in (line.x, line.raw_x) if column is not None])
    if places is None:
        _say(paper, (left, top, right, bottom), "No points yet")
        return
    heights = [column for line in chart.series for column in (line.y, line.raw_y, line.low, line.high)]
    values = _extent([column for column in heights if column is not None])
    low, high = ticks.span(*(values or (0.0, 1.0)), 0.06)
    axis_height = bottom - top - (20 if chart.x.kind == "iterations" else 34)
    y_ticks, y_labels = ticks.numbers(low, high, max(2, min(5, int(axis_height / 30))))
    if values is None:
        y_ticks, y_labels = [], []
    margin = max((paper.measure(label, NOTE) for label in y_labels), default=0.0) + 7
    axes = paper.axes((left + margin, top + 4, right - 2, top + 4 + axis_height - 4))
    axes.set_ylim(low, high)
    axes.set_yticks(y_ticks, y_labels)
    paper.grid(axes)
    _x_axis(paper, axes, chart, places, right - left - margin)
    if values is None:
        _say(paper, (left + margin, top, right, top + axis_height), "No finite values")
    for line in chart.series:
        _line(paper, axes, line, 2.0 if len(chart.series) <= 12 else 1.25)


def _x_axis(paper: Paper, axes: Axes, chart: Chart, places: tuple[float, float], room: float) -> None:
    low, high = places
    pad = (high - low) * 0.01
    if low == high:
        pad = {"iterations": 1.0, "wall": 30.0}.get(chart.x.kind, max(abs(low) * 0.5, 1.0))
    axes.set_xlim(low - pad, high + pad)
    most, label = max(2, int(room / 70)), chart.x.label or ""
    if chart.x.kind == "wall":
        positions, texts, label = ticks.times(low - pad, high + pad, most)
    else:
        whole, unit = chart.x.kind == "iterations", ticks.UNITS.get(chart.x.unit or "s", 1.0)
        positions, texts = ticks.numbers(low - pad, high + pad, most, whole=whole, unit=unit)
        if low == high:
            positions, texts = [low], ticks.labels([low / unit])
    paper.x_ticks(axes, positions, texts)
    if label:
        axes.set_xlabel(label, fontsize=NOTE, color=paper.ink.secondary, labelpad=3)


def _line(paper: Paper, axes: Axes, line: ChartSeries, width: float) -> None:
    color = _hue(line)
    if line.low is not None and line.high is not None:
        axes.fill_between(line.x, line.low, line.high, color=color, alpha=_BAND, linewidth=0)
    if line.raw_x is not None and line.raw_y is not None:
        axes.plot(line.raw_x, line.raw_y, color=color, linewidth=1, alpha=0.25, solid_joinstyle="round")
    axes.plot(
        line.x, line.y, color=color, linewidth=width, solid_joinstyle="round", solid_capstyle="round",
        linestyle=pattern(_dash(line), width),
    )  # fmt: skip
    alone = _alone(line)
    if alone.any():  # a point without neighbours has no line through it
        axes.plot(line.x[alone], line.y[alone], "o", color=color, markersize=5, markeredgewidth=0, clip_on=False)
    if line.nonfinite:
        at = [x for x, _ in line.nonfinite]
        axes.plot(
            at, [0] * len(at), "o", transform=axes.get_xaxis_transform(), clip_on=False, zorder=5,
            markersize=6, markerfacecolor=paper.ink.paper, markeredgecolor=color, markeredgewidth=1.25,
        )  # fmt: skip


def _alone(line: ChartSeries) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    finite = np.concatenate(([False], np.isfinite(line.y), [False]))
    return np.asarray(finite[1:-1] & ~finite[:-2] & ~finite[2:])


def _extent(columns: Sequence[np.ndarray[tuple[int], np.dtype[np.float64]]]) -> tuple[float, float] | None:
    known = [column[np.isfinite(column)] for column in columns]
    known = [column for column in known if len(column)]
    return (min(float(c.min()) for c in known), max(float(c.max()) for c in known)) if known else None


def _note(chart: Chart) -> str:
    words = []
    count = sum(line.nonfinite_count for line in chart.series)
    if count:
        kinds = {word for line in chart.series for _, word in line.nonfinite}
        kind = "NaN" if kinds == {"NaN"} else "infinite" if "NaN" not in kinds else "NaN or infinite"
        words.append(f"{count:,} {kind}")
    if unplaced := sum(line.unplaced for line in chart.series):
        words.append(f"{unplaced:,} without a place")
    if any(line.sampled for line in chart.series):
        shown, total = sum(line.shown for line in chart.series), sum(line.total for line in chart.series)
        words.append(f"{shown:,} of {total:,} points")
    return "  ·  ".join(words)


def _label(line: ChartSeries) -> str:
    return f"{line.name} (n = {len(line.members)})" if line.members else line.name


def _hue(line: ChartSeries) -> str:
    return HUES[line.color % len(HUES)]


def _dash(line: ChartSeries) -> tuple[float, ...]:
    return DASHES[line.dash % len(DASHES)]
