"""Draw parallel coordinates: an axis for each hyperparameter and metric, a line for each experiment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from matplotlib.collections import LineCollection

from trackkit_jupyter.charts import ParallelAxis, place
from trackkit_jupyter.palette import DASHES, HUES, Theme, shade
from trackkit_jupyter.pictures import ticks
from trackkit_jupyter.pictures.paper import NOTE, TITLE, Format, LegendEntry, Paper, sheet

__all__ = ["parallel_picture"]

_PAD = 12.0
_NAMED = 12  # experiments, or groups, in the legend
_CATEGORIES = 12  # categories of an axis that are written
_FEW, _APART = 6, 0.06  # so few values are marked themselves, where they stand so far apart
_LEAST = 64.0  # pixels between two axes
_HEAD, _FOOT = 34.0, 22.0  # above an axis its name and greatest value, below it "N/A"


def parallel_picture(
    axes: Sequence[ParallelAxis],
    experiments: Sequence[tuple[str, int, int]],
    title: str = "",
    *,
    color_by: int | None = None,
    log: Sequence[str] = (),
    theme: Theme = "light",
    format: Format = "png",
    width: int = 640,
    height: int = 360,
    scale: float = 2,
) -> bytes:
    """Draw parallel coordinates.

    Parameters
    ----------
    axes
        From the operation ``parallel``; at most as many as have room are drawn, and the others counted.
    experiments
        Name, colour and dash of each, in the order of the values of the axes; those of its group where they are in
        groups.
    title
        One line above.
    color_by
        The axis by whose value lines are coloured, from little to much; ``None``: each
        experiment in its own colour.
    log
        Keys of the axes that are logarithmic; empty: those that say so themselves.
    theme, format, width, height, scale
        As for :func:`trackkit_jupyter.pictures.chart_picture`.

    Raises
    ------
    TrackkitValueError
        If the theme or the format is unknown.
    """
    with sheet(width, height, theme, scale) as paper:
        _draw(
            paper, list(axes), list(experiments), title, color_by, set(log) or {axis.key for axis in axes if axis.log}
        )
        return paper.output(format, title or "Parallel coordinates")


def _draw(
    paper: Paper,
    axes: list[ParallelAxis],
    experiments: list[tuple[str, int, int]],
    title: str,
    color_by: int | None,
    log: set[str],
) -> None:
    left, right, top, bottom = _PAD, paper.width - _PAD, 8.0, paper.height - 8.0
    if title:
        paper.text(left, top + 9, paper.fit(title, right - left, TITLE, bold=True), size=TITLE, bold=True)
        top += 22
    most = max(2, int((right - left) / _LEAST) + 1)
    shading = axes[color_by] if color_by is not None and color_by < len(axes) else None
    left_out = len(axes) - most
    if left_out > 0:  # the metrics, at the end, are what it is about
        axes = axes[: most // 2] + axes[len(axes) - (most - most // 2) :]
    named = dict.fromkeys(experiments)  # those of a group are one
    if shading is None and 1 < len(named) <= _NAMED:
        entries: list[LegendEntry] = [
            (name, HUES[hue % len(HUES)], DASHES[dash % len(DASHES)], True) for name, hue, dash in named
        ]
        top += paper.legend((left, top, right, bottom), entries) + 4
    if not axes or not experiments:
        text = "Nothing differs: no hyperparameter and no metric to draw"
        paper.text((left + right) / 2, (top + bottom) / 2, text, color=paper.ink.faint, align="center")
        return
    high, low = top + _HEAD, bottom - _FOOT
    room = (right - left) / len(axes)
    places = [left + room * (index + 0.5) for index in range(len(axes))]
    if len(axes) > 1:  # the outer axes stand near the edges
        edge = min(room / 2, 44.0)
        places = [left + edge + (right - left - 2 * edge) * index / (len(axes) - 1) for index in range(len(axes))]
    _lines(paper, axes, experiments, places, (high, low), shading, log)
    gap = (right - left) / len(axes) if len(axes) == 1 else places[1] - places[0]
    for axis, x in zip(axes, places, strict=True):
        _axis(paper, axis, x, (high, low), gap, axis.key in log, axis is shading)
    if left_out > 0:
        paper.text(right, bottom, f"+ {left_out} more axes", size=NOTE, color=paper.ink.secondary, align="right")


def _lines(
    paper: Paper,
    axes: list[ParallelAxis],
    experiments: list[tuple[str, int, int]],
    places: list[float],
    span: tuple[float, float],
    shading: ParallelAxis | None,
    log: set[str],
) -> None:
    high, low = span
    segments: list[list[tuple[float, float]]] = []
    colors: list[str | tuple[float, float, float]] = []
    for row, (_, hue, _) in enumerate(experiments):
        points = []
        for axis, x in zip(axes, places, strict=True):
            at = place(axis, axis.values[row], axis.key in log)
            points.append((x, low + 14 if at is None else low - at * (low - high)))
        if len(points) == 1:
            points = [(points[0][0] - 8, points[0][1]), (points[0][0] + 8, points[0][1])]
        at = None if shading is None else place(shading, shading.values[row], shading.key in log)
        color = HUES[hue % len(HUES)] if shading is None else paper.ink.faint if at is None else shade(at)
        segments.append([(x / paper.width, 1 - y / paper.height) for x, y in points])
        colors.append(color)
    many = len(experiments) > 40
    paper.figure.add_artist(
        LineCollection(
            segments,
            colors=colors,
            linewidths=1.0 if many else 1.75,
            alpha=max(0.25, min(0.9, 30 / len(experiments))) if many else 0.9,
            transform=paper.figure.transFigure,
            capstyle="round",
        )
    )


def _axis(
    paper: Paper, axis: ParallelAxis, x: float, span: tuple[float, float], gap: float, log: bool, shaded: bool
) -> None:
    high, low = span
    paper.line([x, x], [high, low], paper.ink.secondary, linewidth=1)
    if shaded:  # the scale of the colours
        steps = 24
        for step in range(steps):
            ends = [low - (low - high) * part / steps for part in (step, step + 1)]
            paper.line([x, x], ends, shade((step + 0.5) / steps), linewidth=4, solid_capstyle="butt")
    paper.text(x, high - 24, paper.fit(axis.label, gap - 6, NOTE, bold=True), size=NOTE, bold=True, align="center")
    for at, text in _marks(axis, log):
        y = low - at * (low - high)
        paper.line([x - 3, x + 3], [y, y], paper.ink.secondary, linewidth=1)
        paper.text(x + 6, y, paper.fit(text, gap - 12, NOTE), size=NOTE, color=paper.ink.secondary, halo=True)
    if axis.missing:
        paper.text(x + 6, low + 14, "N/A", size=NOTE, color=paper.ink.faint, halo=True)


def _marks(axis: ParallelAxis, log: bool) -> list[tuple[float, str]]:
    """Return where an axis is labelled, and with what."""
    if axis.kind == "category":
        every = max(1, -(-len(axis.categories) // _CATEGORIES))
        found = [(place(axis, index), text) for index, text in enumerate(axis.categories) if index % every == 0]
        return [(at, text) for at, text in found if at is not None]
    if axis.low is None or axis.high is None:
        return []
    if axis.low == axis.high:
        return [(0.5, ticks.number(axis.low))]
    own = sorted({value for value in axis.values if value is not None})
    places = [place(axis, value, log and axis.positive) or 0.0 for value in own]
    if len(own) <= _FEW and all(after - before >= _APART for before, after in itertools.pairwise(places)):
        return [(at, ticks.number(float(f"{value:.4g}"))) for at, value in zip(places, own, strict=True)]
    if log and axis.positive:
        middle = (axis.low * axis.high) ** 0.5
        values = [axis.low, middle, axis.high]
        return [(place(axis, value, True) or 0.0, ticks.number(float(f"{value:.3g}"))) for value in values]
    positions, texts = ticks.numbers(axis.low, axis.high, 5)
    return [(place(axis, value) or 0.0, text) for value, text in zip(positions, texts, strict=True)]
