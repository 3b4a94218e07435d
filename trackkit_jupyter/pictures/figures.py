"""Draw a plotly figure without plotly: subplots, axes, legend, annotations, tables; else a frame that names it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from trackkit_jupyter.palette import Theme
from trackkit_jupyter.pictures import ticks, traces
from trackkit_jupyter.pictures.paper import NOTE, TEXT, TITLE, Align, Box, Format, LegendEntry, Paper, pattern, sheet
from trackkit_jupyter.pictures.plotly import Scale, array, color, dash, plain, plain_title
from trackkit_jupyter.pictures.traces import Plane

__all__ = ["draw_figure", "figure_picture", "kinds_of"]

_PAD = 12.0


def figure_picture(
    figure: Mapping[str, Any],
    *,
    theme: Theme = "light",
    format: Format = "png",
    width: int = 640,
    height: int = 400,
    scale: float = 2,
    kept: bytes | None = None,
) -> bytes:
    """Draw a plotly figure.

    Parameters
    ----------
    figure
        Plotly's JSON: ``{"data": [...], "layout": {...}}``. Scatter, bar, histogram, box, heatmap and image
        traces and tables are drawn; anything else, and a figure that is malformed, is a frame with its title and the
        kinds of its traces.
    theme
        ``"light"`` or ``"dark"``. Paper and ink are ours, colours of the data the figure's.
    format
        ``"png"`` (at most 64 colours) or ``"svg"`` (deterministic).
    width, height
        Size in CSS pixels.
    scale
        Pixels of a PNG per CSS pixel.
    kept
        The figure as a browser drew it on light paper, PNG: taken for a PNG on light paper, and wherever a figure
        cannot be drawn here.

    Raises
    ------
    TrackkitValueError
        If the theme or the format is unknown.
    """
    look: dict[str, Any] = {"theme": theme, "format": format, "width": width, "height": height, "scale": scale}
    if kept is not None and theme == "light" and format == "png":
        laid = _laid(figure, kept, look)
        if laid is not None:
            return laid
    drawn = draw_figure(figure, **look)
    if drawn is None and format == "png" and kept is not None:
        drawn = _laid(figure, kept, look)
    if drawn is not None:
        return drawn
    with sheet(width, height, theme, scale) as paper:
        shown, layout = _parts(figure)
        _placeholder(paper, plain_title(layout), [str(trace.get("type", "scatter")) for trace in shown])
        return paper.output(format, plain_title(layout))


def draw_figure(
    figure: Mapping[str, Any],
    *,
    theme: Theme = "light",
    format: Format = "png",
    width: int = 640,
    height: int = 400,
    scale: float = 2,
) -> bytes | None:
    """Draw a plotly figure; ``None`` where it has traces that are not drawn here, or is malformed.

    The parameters are those of `figure_picture`.
    """
    shown, layout = _parts(figure)
    with sheet(width, height, theme, scale) as paper:
        try:
            drawn = _figure(paper, shown, layout, {str(trace.get("type", "scatter")) for trace in shown})
        except Exception:  # noqa: BLE001  a figure is anybody's JSON: whatever is wrong with it, others say what it was
            return None
        return paper.output(format, plain_title(layout)) if drawn else None


def kinds_of(figure: Mapping[str, Any]) -> list[str]:
    """Return the types of the traces of a figure, each once."""
    return list(dict.fromkeys(str(trace.get("type", "scatter")) for trace in _parts(figure)[0]))


def _parts(figure: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the traces of a figure that are shown, and its layout."""
    data, layout = figure.get("data"), figure.get("layout")
    known = [trace for trace in data if isinstance(trace, dict)] if isinstance(data, list) else []
    shown = [trace for trace in known if trace.get("visible", True) is True]
    return shown, layout if isinstance(layout, dict) else {}


def _laid(figure: Mapping[str, Any], kept: bytes, look: dict[str, Any]) -> bytes | None:
    with sheet(look["width"], look["height"], look["theme"], look["scale"]) as paper:
        return paper.output("png", plain_title(_parts(figure)[1])) if _lay(paper, kept) else None


def _lay(paper: Paper, kept: bytes) -> bool:
    """Put a browser's drawing on the paper, as large as it fits; return whether it could be read."""
    try:
        with Image.open(io.BytesIO(kept), formats=["PNG"]) as opened:
            image = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    width, height = round(paper.width * paper.scale), round(paper.height * paper.scale)
    edge = round(2 * paper.scale)  # of bare paper
    image = ImageOps.contain(image, (width - 2 * edge, height - 2 * edge), Image.Resampling.LANCZOS)
    paper.paste(image, (width - image.width) // 2, (height - image.height) // 2)
    return True


def _figure(paper: Paper, shown: list[dict[str, Any]], layout: dict[str, Any], kinds: set[str]) -> bool:
    top = 8.0
    title = plain_title(layout)
    if title:
        paper.text(_PAD, 17, paper.fit(title, paper.width - 2 * _PAD, TITLE, bold=True), size=TITLE, bold=True)
        top = 30.0
    box = (_PAD, top, paper.width - _PAD, paper.height - 8)
    if kinds == {"table"}:
        _table(paper, box, shown[0])
        return True
    if not shown or not kinds <= traces.CARTESIAN.keys():
        return False
    hues = {id(trace): traces.hue_of(trace, index) for index, trace in enumerate(shown)}
    named = [trace for trace in shown if trace.get("name") and trace.get("showlegend") is not False]
    if (
        layout.get("showlegend") is not False
        and (len(named) > 1 or layout.get("showlegend"))
        and not kinds & {"heatmap", "image"}
    ):
        entries: list[LegendEntry] = [_entry(trace, hues[id(trace)]) for trace in named]
        top += paper.legend((_PAD, top, paper.width - _PAD, top), entries) + 4
    pairs: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for trace in shown:
        pairs.setdefault((str(trace.get("xaxis") or "x"), str(trace.get("yaxis") or "y")), []).append(trace)
    scales: dict[str, Scale] = {}
    places: dict[Box, Box] = {}
    for (x, y), group in pairs.items():
        layouts = [layout.get(f"{name[0]}axis{name[1:]}") or {} for name in (x, y)]
        for name, given in zip((x, y), layouts, strict=True):
            scales.setdefault(name, Scale(given))
        domains = [_domain(layout, given) for given in layouts]
        place = _box(domains, (_PAD, top, paper.width - _PAD, paper.height - 8))
        inner = _plane(
            paper, place, (x, y), scales, layout, group, [hues[id(trace)] for trace in group], places.get(place)
        )
        places.setdefault(place, inner)
    _notes_on_paper(paper, layout, (_PAD, top, paper.width - _PAD, paper.height - 8))
    return True


def _domain(layout: dict[str, Any], axis: dict[str, Any]) -> tuple[float, float]:
    name = axis.get("overlaying") or axis.get("matches")
    given = axis.get("domain")
    if given is None and axis.get("overlaying"):
        given = (layout.get(f"{str(name)[0]}axis{str(name)[1:]}") or {}).get("domain")
    low, high = given or (0.0, 1.0)
    return float(low), float(high)


def _box(domains: list[tuple[float, float]], box: Box) -> Box:
    (x_low, x_high), (y_low, y_high) = domains
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    return left + x_low * width, top + (1 - y_high) * height, left + x_high * width, top + (1 - y_low) * height


def _entry(trace: dict[str, Any], hue: str) -> LegendEntry:
    is_line = trace.get("type", "scatter") in ("scatter", "scattergl") and "lines" in str(trace.get("mode", "lines"))
    return plain(trace["name"]), hue, dash((trace.get("line") or {}).get("dash")), is_line


def _plane(
    paper: Paper, box: Box, names: tuple[str, str], scales: dict[str, Scale], layout: dict[str, Any],
    group: list[dict[str, Any]], hues: list[str], under: Box | None,
) -> Box:  # fmt: skip
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
    _shapes(plane, names)
    _notes(plane, names)
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


def _notes(plane: Plane, names: tuple[str, str]) -> None:
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


def _notes_on_paper(paper: Paper, layout: dict[str, Any], box: Box) -> None:
    for note in layout.get("annotations") or []:
        if note.get("xref", "paper") != "paper" or note.get("yref", "paper") != "paper":
            continue
        left, top, right, bottom = box
        x, y = left + float(note.get("x") or 0) * (right - left), top + (1 - float(note.get("y") or 0)) * (bottom - top)
        align: Align = {"left": "left", "right": "right"}.get(str(note.get("xanchor")), "center")  # type: ignore[assignment]
        paper.text(x, max(y, top + 4), plain(note.get("text")), size=NOTE, color=paper.ink.secondary, align=align)


def _shapes(plane: Plane, names: tuple[str, str]) -> None:
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


def _table(paper: Paper, box: Box, trace: dict[str, Any]) -> None:
    left, top, right, bottom = box
    header = [plain(first) for first in map(_first, array((trace.get("header") or {}).get("values")))]
    columns = [list(array(column)) for column in array((trace.get("cells") or {}).get("values"))]
    count = max((len(column) for column in columns), default=0)
    fitting = int((bottom - top - 24) / 22)
    shown = count if count <= fitting else fitting - 1
    texts = [[_cell(item) for item in column[:shown]] for column in columns]
    numeric = [all(_numeric(item) for item in column[:shown]) for column in columns]
    header += [""] * (len(columns) - len(header))
    wanted = [
        max([paper.measure(head, TEXT, bold=True), *(paper.measure(cell) for cell in cells[:50])]) + 20
        for head, cells in zip(header, texts, strict=False)
    ]
    room = right - left
    stretch = room / sum(wanted) if wanted else 1.0
    x = left
    for head, cells, width, is_number in zip(header, texts, wanted, numeric, strict=False):
        width *= stretch
        at = x + width - 10 if is_number else x + 2
        align: Align = "right" if is_number else "left"
        paper.text(at, top + 10, paper.fit(head, width - 12, bold=True), bold=True, align=align)
        for row, cell in enumerate(cells):
            paper.text(at, top + 34 + row * 22, paper.fit(cell, width - 12), align=align)
        x += width
    for row in range(shown + 1):
        y = top + 23 + row * 22
        paper.line([left, right], [y, y], paper.ink.line if row == 0 else paper.ink.grid, linewidth=1)
    if shown < count:
        y = top + 34 + shown * 22
        paper.text(left + 2, y, f"{count - shown:,} more rows", size=NOTE, color=paper.ink.secondary)


def _first(head: Any) -> Any:
    return head[0] if isinstance(head, list | np.ndarray) and len(head) else head


def _numeric(item: Any) -> bool:
    if isinstance(item, str):
        return item.replace(",", "").replace(".", "", 1).lstrip("-+").isdigit()
    return isinstance(item, int | float | np.number)


def _cell(item: Any) -> str:
    return ticks.number(float(item)) if isinstance(item, float | np.floating) else plain(item)


def _placeholder(paper: Paper, title: str, kinds: list[str]) -> None:
    paper.card((1, 1, paper.width - 1, paper.height - 1))
    middle = paper.height / 2
    counted = [f"{kinds.count(kind)} × {kind}" if kinds.count(kind) > 1 else kind for kind in dict.fromkeys(kinds)]
    what = ", ".join(counted) or "no traces"
    paper.text(
        paper.width / 2, middle - 12, paper.fit(title or "Plot", paper.width - 40, TITLE, bold=True),
        size=TITLE, bold=True, align="center",
    )  # fmt: skip
    paper.text(
        paper.width / 2, middle + 10, paper.fit(f"{what}: shown in the live view", paper.width - 40),
        color=paper.ink.secondary, align="center",
    )  # fmt: skip
