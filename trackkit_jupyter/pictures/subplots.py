"""Two axes of a plotly figure: how far they reach, their ticks and titles, and the traces between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from trackkit_jupyter.pictures import ticks, traces
from trackkit_jupyter.pictures.annotations import draw_annotations, draw_shapes
from trackkit_jupyter.pictures.paper import NOTE, Box, Paper
from trackkit_jupyter.pictures.plotly import Scale, array, plain, plain_title
from trackkit_jupyter.pictures.traces import Plane

__all__ = ["draw_subplot"]


def draw_subplot(
    paper: Paper, box: Box, names: tuple[str, str], scales: dict[str, Scale], layout: dict[str, Any],
    group: list[dict[str, Any]], hues: list[str], under: Box | None,
) -> Box:  # fmt: skip
    """Draw the traces of two axes, with the axes, and return where they are.

    Parameters
    ----------
    paper, box
        What is drawn on, and the box for all of it: axes, titles and a colour bar too.
    names, scales
        The names of both axes, such as ``("x", "y2")``, and the scales of all axes by their names.
    layout
        That of the figure.
    group, hues
        The traces, and a colour for each.
    under
        Where the axes are that these lie over; their own ticks are then on the right.
    """
    over = under is not None
    left, top, right, bottom = box
    x, y = scales[names[0]], scales[names[1]]
    axes = paper.axes(box)
    plane = Plane(paper, axes, x, y, layout, group, hues)
    if over:
        axes.spines["bottom"].set_visible(False)
    traces.draw(plane)
    x_titles, y_titles = plain_title(x.layout), plain_title(y.layout)
    low, high = _range(plane, "y")
    y_ticks, y_labels = _ticks(y, low, high, max(2, min(6, int((bottom - top) / 44))))
    across = max((paper.measure(label, NOTE) for label in y_labels), default=0.0)
    across = min(across, (right - left) * 0.35)
    y_labels = [paper.fit(label, across + 1, NOTE) for label in y_labels]
    margin = across + 8 + (16 if y_titles else 0)
    shared = any(isinstance(axis, dict) and axis.get("overlaying") == names[1] for axis in layout.values())
    right_room = 52.0 if plane.mappable is not None or shared else 2.0
    x_low, x_high = _range(plane, "x")
    inside = right - left - right_room - margin
    x_ticks, x_labels = _ticks(x, x_low, x_high, max(2, int(inside / 70)))
    each = inside / max(len(x_labels), 1)
    tilted = x.kind == "category" and any(paper.measure(label, NOTE) + 8 > each for label in x_labels)
    x_labels = [paper.fit(label, 90, NOTE) for label in x_labels] if tilted else x_labels
    below = max((paper.measure(label, NOTE) for label in x_labels), default=0.0) * 0.71 + 16 if tilted else 20.0
    below += 15 if x_titles else 0
    place = under or (left + margin, top + 4, right - right_room, bottom - below)
    paper.move(axes, place)
    for scale, setter in ((x, axes.set_xscale), (y, axes.set_yscale)):
        if scale.kind == "log":
            setter("log")
    axes.minorticks_off()
    axes.set_xlim(x_low, x_high)
    axes.set_ylim(low, high)
    if tilted:
        axes.set_xticks(x_ticks, x_labels, rotation=45, ha="right", rotation_mode="anchor")
    elif x.kind == "log":
        axes.set_xticks(x_ticks, x_labels)
    else:
        paper.x_ticks(axes, x_ticks, x_labels)
    axes.set_yticks(y_ticks, y_labels)
    if over:
        axes.yaxis.tick_right()
        axes.set_xticks([])
    elif plane.filled:
        axes.spines["bottom"].set_visible(False)
    else:
        paper.grid(axes, "x" if plane.bars.keys() == {"x"} else "both" if _points_only(group) else "y")
    style: dict[str, Any] = {"fontsize": NOTE, "color": paper.ink.secondary, "labelpad": 4}
    if x_titles:
        axes.set_xlabel(x_titles, **style)
    if y_titles:
        axes.set_ylabel(y_titles, **style)
    if plane.mappable is not None:
        _color_bar(paper, plane, (place[2] + 10, place[1], place[2] + 18, place[3]))
    draw_shapes(plane, names)
    draw_annotations(plane, names)
    return place


def _points_only(group: list[dict[str, Any]]) -> bool:
    return all(str(trace.get("mode")) == "markers" for trace in group)


def _range(plane: Plane, which: str) -> tuple[float, float]:
    scale, columns = (plane.x, plane.xs) if which == "x" else (plane.y, plane.ys)
    reverse = str(scale.layout.get("autorange")) == "reversed"
    log = scale.kind == "log"
    if scale.ranged:
        low, high = (scale.at(end) for end in scale.layout["range"])
        if np.isfinite([low, high]).all() and low != high:
            return low, high
    found = traces.bounds(columns, log=log) or (0.0, 1.0)
    if log:
        low, high = found[0] / 1.2, found[1] * 1.2
    elif plane.filled or (plane.bars and which not in plane.bars):
        pad = 0.0 if plane.filled else 0.02 * (found[1] - found[0])
        low, high = (found[0] - pad, found[1] + pad) if found[0] < found[1] else ticks.span(*found, 0)
    else:
        if which in plane.bars or scale.layout.get("rangemode") == "tozero":
            found = min(found[0], 0.0), max(found[1], 0.0)
        low, high = ticks.span(*found, 0.02 if which == "x" and not _points_only(plane.traces) else 0.06)
    return (high, low) if reverse else (low, high)


def _ticks(scale: Scale, start: float, end: float, most: int) -> tuple[list[float], list[str]]:
    low, high = min(start, end), max(start, end)
    if scale.layout.get("showticklabels") is False or scale.layout.get("visible") is False:
        return [], []
    given = scale.layout.get("tickvals")
    if given is not None:
        positions = [float(value) for value in scale.put(given)]
        texts = [plain(text) for text in array(scale.layout.get("ticktext"))] or ticks.labels(positions)
        return positions, texts[: len(positions)]
    if scale.kind == "number" and 0 < len(scale.centers) <= min(24, 2 * most):
        positions = sorted(scale.centers)
        return positions, ticks.labels(positions)
    if scale.kind == "category":
        found = [(float(i), name) for i, name in enumerate(scale.categories) if low <= i <= high]
        step = max(1, -(-len(found) // 40))
        return [i for i, _ in found[::step]], [name for _, name in found[::step]]
    if scale.kind == "date":
        return ticks.times(low, high, most)[:2]
    if scale.kind == "log":
        powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        values = [10.0**power for power in powers if low <= 10.0**power <= high]
        if len(values) < 2:
            return ticks.numbers(low, high, most)
        values = values[:: max(1, -(-len(values) // most))]
        return values, [ticks.number(value) for value in values]
    whole = scale.layout.get("dtick") == 1
    return ticks.numbers(low, high, 40 if whole and high - low < 40 else most, whole=whole)


def _color_bar(paper: Paper, plane: Plane, box: Box) -> None:
    bar = paper.axes(box)
    low, high = plane.mappable.get_clim()
    if low is None or high is None or low == high:
        bar.set_visible(False)
        return
    bar.imshow(
        np.linspace(0, 1, 24)[:, None],
        aspect="auto",
        origin="lower",
        cmap=plane.mappable.cmap,
        extent=(0, 1, low, high),
    )
    bar.spines["bottom"].set_visible(False)
    positions, labels = ticks.numbers(low, high, 4)
    bar.set_xticks([])
    bar.set_yticks(positions, labels)
    bar.yaxis.tick_right()
