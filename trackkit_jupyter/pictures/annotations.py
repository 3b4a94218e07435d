"""What a plotly figure has beside its traces: annotations and shapes, on axes or on the paper."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.pictures.paper import NOTE, TEXT, Align, Box, Paper, pattern
from trackkit_jupyter.pictures.plotly import color, dash, plain
from trackkit_jupyter.pictures.traces import Plane

__all__ = ["draw_annotations", "draw_annotations_on_paper", "draw_shapes"]


def draw_annotations(plane: Plane, names: tuple[str, str]) -> None:
    """Draw the annotations of two axes, over their traces."""
    for note in plane.layout.get("annotations") or []:
        if (note.get("xref"), note.get("yref")) != names:
            continue
        at, font = (plane.x.at(note.get("x")), plane.y.at(note.get("y"))), note.get("font") or {}
        arrow = note.get("showarrow") is not False
        ink = plane.paper.ink.ink
        if plane.filled:
            ink = color(font.get("color"), ink)
        away = (float(note.get("ax") or 0), -float(note.get("ay") or -30)) if arrow else (0.0, 0.0)
        plane.axes.annotate(
            plain(note.get("text")), at, xytext=away, textcoords="offset points", color=ink, annotation_clip=True,
            fontsize=min(float(font.get("size") or TEXT), TEXT), ha="center", va="center",
            arrowprops={"arrowstyle": "-|>", "color": plane.paper.ink.secondary, "linewidth": 1} if arrow else None,
        )  # fmt: skip


def draw_annotations_on_paper(paper: Paper, layout: dict[str, Any], box: Box) -> None:
    """Draw the annotations that stand on the paper, whatever the axes show."""
    for note in layout.get("annotations") or []:
        if note.get("xref", "paper") != "paper" or note.get("yref", "paper") != "paper":
            continue
        left, top, right, bottom = box
        x, y = left + float(note.get("x") or 0) * (right - left), top + (1 - float(note.get("y") or 0)) * (bottom - top)
        align: Align = {"left": "left", "right": "right"}.get(str(note.get("xanchor")), "center")  # type: ignore[assignment]
        paper.text(x, max(y, top + 4), plain(note.get("text")), size=NOTE, color=paper.ink.secondary, align=align)


def draw_shapes(plane: Plane, names: tuple[str, str]) -> None:
    """Draw the lines and rectangles of two axes."""
    for shape in plane.layout.get("shapes") or []:
        refs = [str(shape.get(key) or key[0]) for key in ("xref", "yref")]
        if any(ref.split(" ")[0] not in (name, "paper") for ref, name in zip(refs, names, strict=True)):
            continue
        ends = []
        for ref, scale, key in zip(refs, (plane.x, plane.y), ("x", "y"), strict=True):
            within = ref == "paper" or ref.endswith("domain")
            low, high = plane.axes.get_xlim() if key == "x" else plane.axes.get_ylim()
            raw = shape.get(f"{key}0"), shape.get(f"{key}1")
            ends.append([low + float(end) * (high - low) if within else scale.at(end) for end in raw])
        line = shape.get("line") or {}
        width, stroke = float(line.get("width", 1)), color(line.get("color"), plane.paper.ink.secondary)
        if shape.get("type") == "line":
            plane.axes.plot(*ends, color=stroke, linewidth=width, linestyle=pattern(dash(line.get("dash")), width or 1))
        elif shape.get("type") == "rect":
            (x0, x1), (y0, y1) = ends
            fill = color(shape.get("fillcolor"), "none")
            plane.axes.fill(
                [x0, x1, x1, x0], [y0, y0, y1, y1], facecolor=fill, edgecolor=stroke if width else "none",
                linewidth=width, alpha=float(shape.get("opacity") or 1),
            )  # fmt: skip
