"""Draw a plotly figure without plotly: subplots, axes, legend, annotations, tables; else a frame that names it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageOps

from trackkit_jupyter.palette import Theme
from trackkit_jupyter.pictures import traces
from trackkit_jupyter.pictures.annotations import draw_annotations_on_paper
from trackkit_jupyter.pictures.paper import TITLE, Box, Format, LegendEntry, Paper, sheet
from trackkit_jupyter.pictures.plotly import Scale, dash, plain, plain_title
from trackkit_jupyter.pictures.subplots import draw_subplot
from trackkit_jupyter.pictures.tables import draw_table

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
        draw_table(paper, box, shown[0])
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
        inner = draw_subplot(
            paper, place, (x, y), scales, layout, group, [hues[id(trace)] for trace in group], places.get(place)
        )
        places.setdefault(place, inner)
    draw_annotations_on_paper(paper, layout, (_PAD, top, paper.width - _PAD, paper.height - 8))
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
