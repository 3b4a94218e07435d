"""Draw the traces of a plotly figure that live on two axes: scatter, bar, histogram, box, heatmap, image."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from numpy.typing import NDArray
from PIL import Image

from trackkit_jupyter.palette import HUES, contrast
from trackkit_jupyter.pictures import ticks
from trackkit_jupyter.pictures.paper import NOTE, Paper, pattern
from trackkit_jupyter.pictures.plotly import Scale, array, color, colormap, dash, plain, scalars

__all__ = ["CARTESIAN", "Plane", "bounds", "draw", "hue_of"]

_MARKERS = {
    "square": "s",
    "diamond": "D",
    "cross": "P",
    "x": "X",
    "triangle-up": "^",
    "triangle-down": "v",
    "star": "*",
}
_MOST_CELLS = 1000  # along one side of a heatmap
_MOST_MARKS = 5000  # in an SVG; beyond, they are a bitmap
_MOST_WORDS = 1000  # texts in one plot; beyond, they cover each other


@dataclass
class Plane:
    """One pair of axes of a figure, and what is drawn there."""

    paper: Paper
    axes: Axes
    x: Scale
    y: Scale
    layout: dict[str, Any]
    traces: list[dict[str, Any]]
    hues: list[str]
    xs: list[NDArray[np.float64]] = field(default_factory=list)  # everything drawn, for the ranges
    ys: list[NDArray[np.float64]] = field(default_factory=list)
    filled: bool = False  # the data fill the axes: no padding, no grid
    bars: dict[str, set[str]] = field(default_factory=dict)  # orientations that rest on zero
    mappable: Any = None
    stacked: dict[tuple[str, float, bool], float] = field(default_factory=dict)

    def extent(self, x: Any, y: Any) -> None:
        """Take note of positions that the axes must show."""
        self.xs.append(np.asarray(x, dtype=np.float64).ravel())
        self.ys.append(np.asarray(y, dtype=np.float64).ravel())


def draw(plane: Plane) -> None:
    """Draw all traces of a plane."""
    grouped = [trace for trace in plane.traces if trace.get("type") in ("bar", "histogram")]
    for trace, hue in zip(plane.traces, plane.hues, strict=True):
        place = grouped.index(trace) if trace in grouped else 0
        CARTESIAN[str(trace.get("type", "scatter"))](plane, trace, hue, place, max(len(grouped), 1))


def bounds(columns: Sequence[NDArray[np.float64]], *, log: bool = False) -> tuple[float, float] | None:
    """Return the least and the greatest of everything that can be drawn, or None."""
    known = np.concatenate([np.empty(0), *columns])
    known = known[np.isfinite(known) & ((known > 0) if log else True)]
    return (float(known.min()), float(known.max())) if len(known) else None


def _positions(trace: dict[str, Any], key: str, scale: Scale, count: int) -> NDArray[np.float64]:
    if trace.get(key) is not None:
        return scale.put(trace[key])
    start, step = float(trace.get(f"{key}0") or 0), float(trace.get(f"d{key}") or 1)
    return start + step * np.arange(count, dtype=np.float64)


def _pair(plane: Plane, trace: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    counts = [len(array(trace.get(key))) for key in ("x", "y")]
    x = _positions(trace, "x", plane.x, counts[1])
    y = _positions(trace, "y", plane.y, counts[0])
    count = min(len(x), len(y))
    return x[:count], y[:count]


def _opacity(trace: dict[str, Any]) -> float:
    value = trace.get("opacity")
    return float(value) if isinstance(value, int | float) else 1.0


def _scatter(plane: Plane, trace: dict[str, Any], hue: str, _place: int, _count: int) -> None:
    x, y = _pair(plane, trace)
    plane.extent(x, y)
    mode = str(trace.get("mode") or ("lines+markers" if len(x) <= 20 else "lines"))
    line, marker, opacity = trace.get("line") or {}, trace.get("marker") or {}, _opacity(trace)
    stroke = color(line.get("color"), hue)
    if "lines" in mode:
        width = float(line.get("width") or 2)
        step = {"hv": "steps-post", "vh": "steps-pre", "hvh": "steps-mid"}.get(str(line.get("shape")), "default")
        dashes = pattern(dash(line.get("dash")), width)
        plane.axes.plot(x, y, color=stroke, lw=width, ls=dashes, alpha=opacity, drawstyle=step, solid_joinstyle="round")
    fill = str(trace.get("fill") or "none")
    if fill.startswith("tozero"):
        plane.axes.fill_between(x, y, color=color(trace.get("fillcolor"), stroke), alpha=0.15, linewidth=0)
    elif fill != "none" and len(x) > 2:
        plane.axes.fill(x, y, color=color(trace.get("fillcolor"), stroke), alpha=0.15, linewidth=0)
    if "markers" in mode:
        paint = marker.get("color")
        size = (
            scalars(marker["size"]) if isinstance(marker.get("size"), list | dict) else float(marker.get("size") or 6)
        )
        # Plotly gives a diameter in pixels, matplotlib wants an area.
        style: dict[str, Any] = {
            "s": np.square(size),
            "marker": _MARKERS.get(str(marker.get("symbol")), "o"),
            "rasterized": len(x) > _MOST_MARKS,
            "linewidths": 0,
        }
        faint = marker.get("opacity")
        style["alpha"] = opacity * (float(faint) if isinstance(faint, int | float) else 1.0)
        style["clip_on"] = plane.x.ranged or plane.y.ranged  # else nothing lies outside but halves of markers
        if isinstance(paint, list | dict):
            values = array(paint)[: len(x)]
            numeric = not any(isinstance(item, str) for item in values)
            shades = colormap(marker.get("colorscale"), plane.paper.ink)
            if numeric:
                plane.paper.colorful = True
                drawn = plane.axes.scatter(x, y, c=scalars(values), cmap=shades, zorder=2.5, **style)
                plane.mappable = drawn if marker.get("showscale") else plane.mappable
            else:
                plane.axes.scatter(x, y, c=[color(item, hue) for item in values], zorder=2.5, **style)
        else:
            plane.axes.scatter(x, y, color=color(paint, stroke), zorder=2.5, **style)
    if "text" in mode:
        _words(plane, x, y, trace.get("text"), 6 if "markers" in mode else 0)


def _words(plane: Plane, x: NDArray[np.float64], y: NDArray[np.float64], text: Any, lift: float) -> None:
    words = [text] * len(x) if isinstance(text, str) else list(array(text))
    for at_x, at_y, word in list(zip(x, y, words, strict=False))[:_MOST_WORDS]:
        plane.axes.annotate(
            plain(word), (at_x, at_y), xytext=(0, lift), textcoords="offset points", ha="center",
            va="bottom" if lift else "center", color=plane.paper.ink.ink, fontsize=NOTE,
        )  # fmt: skip


def _bars(
    plane: Plane, trace: dict[str, Any], hue: str, place: int, count: int,
    at: NDArray[np.float64], length: NDArray[np.float64], width: NDArray[np.float64] | float, upright: bool,
) -> None:  # fmt: skip
    mode = str(plane.layout.get("barmode") or "group")
    width = np.broadcast_to(np.asarray(width, dtype=np.float64), at.shape)
    base = np.zeros(len(at))
    if trace.get("base") is not None:
        base = np.resize(scalars(trace["base"] if isinstance(trace["base"], list | dict) else [trace["base"]]), len(at))
    elif mode in ("stack", "relative"):
        for index, (position, value) in enumerate(zip(at.tolist(), np.nan_to_num(length).tolist(), strict=True)):
            key = ("up" if upright else "across", position, mode == "relative" and value < 0)
            base[index] = plane.stacked.get(key, 0.0)
            plane.stacked[key] = base[index] + value
    elif mode == "group" and count > 1:
        width = width / count
        at = at + (place - (count - 1) / 2) * width
    paint = (trace.get("marker") or {}).get("color")
    if isinstance(paint, list | dict):
        values = array(paint)
        numeric = not any(isinstance(item, str) for item in values)
        shades = colormap((trace.get("marker") or {}).get("colorscale"), plane.paper.ink)
        colors = list(shades(Normalize()(scalars(values)))) if numeric else [color(item, hue) for item in values]
    else:
        colors = [color(paint, hue)]
    opacity = _opacity(trace) * (0.6 if mode == "overlay" and count > 1 and "opacity" not in trace else 1)
    if upright:
        plane.axes.bar(at, length, width, base, color=colors, alpha=opacity, linewidth=0)
        plane.extent([at - width / 2, at + width / 2], [base, base + length])
    else:
        plane.axes.barh(at, length, width, base, color=colors, alpha=opacity, linewidth=0)
        plane.extent([base, base + length], [at - width / 2, at + width / 2])
    plane.bars.setdefault("y" if upright else "x", set()).add("zero")
    if trace.get("text") is not None and upright:
        _words(plane, at, base + length, trace["text"], 2)


def _step(at: NDArray[np.float64]) -> float:
    places = np.unique(at[np.isfinite(at)])
    return float(np.diff(places).min()) if len(places) > 1 else 1.0


def _bar(plane: Plane, trace: dict[str, Any], hue: str, place: int, count: int) -> None:
    x, y = _pair(plane, trace)
    upright = trace.get("orientation") != "h"
    at, length = (x, y) if upright else (y, x)
    (plane.x if upright else plane.y).centers.update(at.tolist())
    width: Any = trace.get("width")
    width = 0.8 * _step(at) if width is None else scalars(width) if isinstance(width, list | dict) else float(width)
    _bars(plane, trace, hue, place, count, at, length, width, upright)


def _histogram(plane: Plane, trace: dict[str, Any], hue: str, place: int, count: int) -> None:
    upright = trace.get("x") is not None and trace.get("orientation") != "h"
    key = "x" if upright else "y"
    scale = plane.x if upright else plane.y
    values = scale.put(trace.get(key))
    values = values[np.isfinite(values)]
    if not len(values):
        return
    if scale.kind == "category":
        edges = np.arange(len(scale.categories) + 1) - 0.5
    else:
        edges = _edges(values, trace.get(f"{key}bins") or {}, trace.get(f"nbins{key}"))
    counts, edges = np.histogram(values, edges)
    heights = counts.astype(np.float64)
    norm = str(trace.get("histnorm") or "")
    heights *= {"percent": 100 / len(values), "probability": 1 / len(values)}.get(norm, 1.0)
    if "density" in norm:
        heights /= np.diff(edges) * (len(values) if "probability" in norm else 1)
    if (trace.get("cumulative") or {}).get("enabled"):
        heights = heights.cumsum()
    gap = 0.8 if scale.kind == "category" else 0.94
    _bars(plane, trace, hue, place, count, (edges[:-1] + edges[1:]) / 2, heights, np.diff(edges) * gap, upright)


def _edges(values: NDArray[np.float64], bins: dict[str, Any], most: Any) -> NDArray[np.float64]:
    size = bins.get("size")
    low, high = float(values.min()), float(values.max())
    if isinstance(size, int | float) and size > 0 and (high - low) / size < 5000:
        start = float(bins.get("start", low))
        count = int(np.ceil((float(bins.get("end", high)) - start) / size))
        return start + float(size) * np.arange(count + 1, dtype=np.float64)
    count = int(most) if isinstance(most, int) and 0 < most < 5000 else 0
    count = count or min(60, len(np.histogram_bin_edges(values[:100_000], "auto")))
    return np.linspace(low, high, count + 1) if low < high else np.array([low - 0.5, high + 0.5])


def _box(plane: Plane, trace: dict[str, Any], hue: str, place: int, _count: int) -> None:
    upright = trace.get("y") is not None and trace.get("orientation") != "h"
    key, other = ("y", "x") if upright else ("x", "y")
    scale, across = (plane.y, plane.x) if upright else (plane.x, plane.y)
    values = scale.put(trace.get(key))
    if trace.get(other) is not None:
        groups = across.put(trace[other])
    else:
        groups = np.full(len(values), across.put([trace.get("name") or f"trace {place}"])[0])
    stroke = color((trace.get("line") or {}).get("color") or (trace.get("marker") or {}).get("color"), hue)
    for group in np.unique(groups):
        part = values[(groups == group) & np.isfinite(values)]
        if not len(part):
            continue
        line = {"color": stroke, "linewidth": 1.5}
        plane.axes.boxplot(
            [part], positions=[group], widths=0.5, orientation="vertical" if upright else "horizontal",
            patch_artist=True, manage_ticks=False,
            boxprops={"facecolor": f"{stroke[:7]}26", "edgecolor": stroke, "linewidth": 1.5},
            medianprops={**line, "linewidth": 2}, whiskerprops=line, capprops=line,
            flierprops={"marker": "o", "markersize": 4, "markeredgecolor": stroke, "markeredgewidth": 1},
        )  # fmt: skip
        sides = np.array([group - 0.5, group + 0.5])
        plane.extent(*((sides, part) if upright else (part, sides)))


def _sides(centers: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    if len(centers) == count + 1:
        return centers
    if count == 1:
        return np.array([centers[0] - 0.5, centers[0] + 0.5])
    middle = (centers[1:] + centers[:-1]) / 2
    return np.concatenate(([2 * centers[0] - middle[0]], middle, [2 * centers[-1] - middle[-1]]))


def _thin(sides: NDArray[np.float64], every: int) -> NDArray[np.float64]:
    return np.concatenate((sides[:-1:every], sides[-1:]))


def _heatmap(plane: Plane, trace: dict[str, Any], _hue: str, _place: int, _count: int) -> None:
    z = np.atleast_2d(scalars(trace.get("z")))
    if not z.size:
        return
    if z.ndim != 2:
        raise ValueError("z is not a table of numbers")
    x, y = _positions(trace, "x", plane.x, z.shape[1]), _positions(trace, "y", plane.y, z.shape[0])
    look = trace
    if isinstance(trace.get("coloraxis"), str):
        look = plane.layout.get(trace["coloraxis"]) or {}
    low, high = (look.get(key) for key in (("zmin", "zmax") if look is trace else ("cmin", "cmax")))
    known = bounds([z.ravel()]) or (0.0, 1.0)
    norm = Normalize(known[0] if low is None else float(low), known[1] if high is None else float(high))
    template = ((plane.layout.get("template") or {}).get("layout") or {}).get("colorscale") or {}
    shades = colormap(
        look.get("colorscale") or template.get("sequential"), plane.paper.ink, reverse=bool(look.get("reversescale"))
    )
    x_sides, y_sides = _sides(x, z.shape[1]), _sides(y, z.shape[0])
    for scale, places, count in ((plane.x, x, z.shape[1]), (plane.y, y, z.shape[0])):
        scale.centers.update(places.tolist() if len(places) == count else ())
    fine = max(z.shape) > 40
    plane.paper.colorful = True
    if (every := -(-max(z.shape) // _MOST_CELLS)) > 1:  # more than there are pixels
        z, x_sides, y_sides = z[::every, ::every], _thin(x_sides, every), _thin(y_sides, every)
    plane.mappable = plane.axes.pcolormesh(
        x_sides, y_sides, z, cmap=shades, norm=norm, rasterized=fine,
        edgecolors="none" if fine else plane.paper.ink.paper, linewidth=0 if fine else 1,
    )  # fmt: skip
    if look.get("showscale") is False:
        plane.mappable = None
    plane.filled = True
    plane.extent(x_sides, [y_sides[0]])
    plane.extent([x_sides[0]], y_sides)
    words = _cell_words(trace, z)
    if words is None or z.size > _MOST_WORDS:
        return
    size = min(NOTE + 1, 0.32 * plane.paper.height / z.shape[0] + 3)
    for row, column in np.ndindex(z.shape):
        at = (x_sides[column] + x_sides[column + 1]) / 2, (y_sides[row] + y_sides[row + 1]) / 2
        ink = contrast(shades(norm(z[row, column]))) if np.isfinite(z[row, column]) else plane.paper.ink.ink
        plane.axes.text(*at, str(words[row, column]), color=ink, fontsize=size, ha="center", va="center_baseline")


def _cell_words(trace: dict[str, Any], z: NDArray[np.float64]) -> NDArray[Any] | None:
    template, given = str(trace.get("texttemplate") or ""), trace.get("text")
    texts = np.full(z.shape, "", dtype=object)
    if given is not None:
        for row, cells in enumerate(list(array(given))[: z.shape[0]]):
            for column, cell in enumerate(list(array(cells))[: z.shape[1]]):
                texts[row, column] = plain(cell)
    if not template:
        return None
    words = np.empty(z.shape, dtype=object)
    for row, column in np.ndindex(z.shape):
        words[row, column] = _filled(template, float(z[row, column]), str(texts[row, column]))
    return words


def _filled(template: str, value: float, text: str) -> str:
    def fill(found: re.Match[str]) -> str:
        return text if found[1] == "text" else _formatted(value, found[2] or "")

    return plain(re.sub(r"%\{(z|text)(?::([^}]*))?\}", fill, template))


def _formatted(value: float, how: str) -> str:
    # Of d3's number formats those that are Python's too; widths are left out, a cell is no column.
    if not np.isfinite(value) or not re.fullmatch(r",?(\.\d{1,2})?[defg%]", how):
        return ticks.number(value)
    return format(
        int(value) if how.endswith("d") else value, how if how[-1] != "d" else how.partition(".")[0].rstrip("d") + "d"
    )


def _image(plane: Plane, trace: dict[str, Any], _hue: str, _place: int, _count: int) -> None:
    if trace.get("source"):
        data = base64.b64decode(str(trace["source"]).partition(",")[2])
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    else:
        pixels = np.clip(scalars(trace.get("z")), 0, 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    plane.paper.colorful = True
    plane.axes.imshow(pixels, interpolation="nearest" if max(height, width) < 200 else "antialiased", aspect="equal")
    plane.filled = True
    plane.y.layout = {"autorange": "reversed", **plane.y.layout}
    plane.extent([-0.5, width - 0.5], [-0.5, height - 0.5])


CARTESIAN: dict[str, Callable[[Plane, dict[str, Any], str, int, int], None]] = {
    "scatter": _scatter,
    "scattergl": _scatter,
    "bar": _bar,
    "histogram": _histogram,
    "box": _box,
    "heatmap": _heatmap,
    "image": _image,
}


def hue_of(trace: dict[str, Any], index: int) -> str:
    """Return the colour that stands for a trace: its own, or the next of ours."""
    own = HUES[index % len(HUES)]
    marker, line = trace.get("marker") or {}, trace.get("line") or {}
    return color(line.get("color"), color(marker.get("color"), own))
