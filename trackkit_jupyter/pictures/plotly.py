"""Read plotly's JSON: typed arrays, colours and colour scales, texts, categories and dates."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from html import unescape
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex, to_rgba
from numpy.typing import NDArray

from trackkit_jupyter.palette import HUES, Ink

__all__ = ["Scale", "array", "color", "colormap", "dash", "plain", "plain_title", "scalars"]

_DTYPES = {"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "uint8c"}
_DASHES: dict[str, tuple[float, ...]] = {
    "solid": (),
    "dot": (2, 3),
    "dash": (6, 4),
    "longdash": (10, 5),
    "dashdot": (6, 3, 2, 3),
    "longdashdot": (10, 4, 2, 4),
}
_REVERSED = {"rdbu", "rdylbu"}  # plotly.js runs these the other way


def array(value: Any) -> NDArray[Any]:
    """Return a list or a typed array (``{"dtype", "bdata", "shape"}``) as a numpy array.

    Raises
    ------
    ValueError
        If a typed array is malformed.
    """
    if isinstance(value, dict) and "bdata" in value:
        dtype = str(value.get("dtype"))
        if dtype not in _DTYPES:
            raise ValueError(f"unknown dtype {dtype!r}")
        data = np.frombuffer(base64.b64decode(value["bdata"]), dtype="<" + ("u1" if dtype == "uint8c" else dtype))
        shape = value.get("shape")
        if shape is None:
            return data
        sizes = shape.split(",") if isinstance(shape, str) else [shape] if isinstance(shape, int) else shape
        return data.reshape([int(size) for size in sizes])
    if value is None:
        return np.empty(0)
    if isinstance(value, np.ndarray):
        return value
    if not isinstance(value, list | tuple):
        raise ValueError(f"expected a list, not {type(value).__name__}")
    rows = [array(row) if isinstance(row, dict) else row for row in value]
    return np.array(rows, dtype=object)


def scalars(value: Any) -> NDArray[np.float64]:
    """Return numbers as float64, whatever is not a number as NaN."""
    values = array(value)
    if values.dtype != object:
        return values.astype(np.float64)
    return np.array([_float(item) for item in values.ravel()]).reshape(values.shape)


def _float(item: Any) -> float:
    try:
        return float(item)
    except (TypeError, ValueError):
        return float("nan")


class Scale:
    """Turns the values along one axis into numbers; learns whether they are numbers, dates or categories.

    Parameters
    ----------
    layout
        ``layout.xaxis`` or the like.
    """

    def __init__(self, layout: dict[str, Any]) -> None:
        self.layout = layout
        self.kind = {"log": "log", "date": "date", "category": "category"}.get(str(layout.get("type")), "")
        self.categories: list[str] = [plain(item) for item in array(layout.get("categoryarray"))]
        self.centers: set[float] = set()  # of bars and cells: ticks stand there, if they are few

    def put(self, value: Any) -> NDArray[np.float64]:
        """Return positions: numbers as they are, dates in unix seconds, categories by their number."""
        values = array(value).ravel()
        if not self.kind:
            self.kind = _kind(values)
        if self.kind == "date":
            return np.array([_seconds(item) for item in values])
        if self.kind != "category":
            return scalars(values)
        names = [plain(item) for item in values]
        for name in names:
            if name not in self.categories:
                self.categories.append(name)
        return np.array([self.categories.index(name) for name in names], dtype=np.float64)

    @property
    def ranged(self) -> bool:
        """Whether the figure says from where to where the axis goes."""
        ends, auto = self.layout.get("range"), self.layout.get("autorange")
        return isinstance(ends, list | tuple) and len(ends) == 2 and None not in ends and auto in (None, False)

    def at(self, item: Any) -> float:
        """Return the position of one value, of an annotation or a shape, which on a category axis may be its number."""
        if self.kind == "category":
            name = plain(item)
            return float(self.categories.index(name)) if name in self.categories else _float(item)
        if self.kind == "date":
            return _seconds(item)
        position = _float(item)
        return float(10**position) if self.kind == "log" else position


def _kind(values: NDArray[Any]) -> str:
    if values.dtype != object:
        return "number"
    texts = [item for item in values if isinstance(item, str)]
    if not texts or all(np.isfinite(_float(text)) for text in texts[:20]):
        return "number"
    return "date" if all(np.isfinite(_seconds(text)) for text in texts[:20]) else "category"


def _seconds(item: Any) -> float:
    try:
        return datetime.fromisoformat(str(item)).timestamp()
    except ValueError:
        return float("nan")


def plain(text: Any) -> str:
    """Return a text without its HTML, on one line."""
    if text is None:
        return ""
    if isinstance(text, float) and text.is_integer():
        return str(int(text))
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", " ", str(text)))).strip()


def plain_title(layout: Any) -> str:
    """Return the title of a layout, an axis or a colour bar, which is a text or ``{"text"}``."""
    title = layout.get("title") if isinstance(layout, dict) else None
    return plain(title.get("text") if isinstance(title, dict) else title)


def color(value: Any, fallback: str) -> str:
    """Return a CSS colour as ``#rrggbbaa``, or the fallback where it is none that we know."""
    if isinstance(value, str):
        found = re.match(r"rgba?\(([^)]*)\)", value.strip())
        try:
            if found:
                parts = [float(part) for part in re.split(r"[\s,/]+", found[1].strip())]
                red, green, blue, alpha = (*parts, 1.0) if len(parts) == 3 else parts
                return to_hex((red / 255, green / 255, blue / 255, alpha), keep_alpha=True)
            return to_hex(to_rgba(value.strip()), keep_alpha=True)
        except ValueError:
            return fallback
    return fallback


def colormap(scale: Any, ink: Ink, *, reverse: bool = False) -> Colormap:
    """Return a colour scale: a name, or pairs of position and colour; ours without one."""
    result: Colormap = LinearSegmentedColormap.from_list("quiet", [ink.low, ink.high])
    if isinstance(scale, str):
        names = {name.lower(): name for name in mpl.colormaps}
        name = scale.lower().removesuffix("_r")
        if name in names:
            result = mpl.colormaps[names[name]]
            reverse ^= (name in _REVERSED) ^ scale.lower().endswith("_r")
    elif isinstance(scale, Sequence) and len(scale) > 1:
        stops = [(float(place), color(paint, HUES[0])) for place, paint in scale]
        result = LinearSegmentedColormap.from_list("given", stops)
    return result.reversed() if reverse else result


def dash(value: Any) -> tuple[float, ...]:
    """Return the dash pattern of a line in pixels."""
    if isinstance(value, str) and value not in _DASHES:
        parts = [_float(part.removesuffix("px")) for part in re.split(r"[\s,]+", value)]
        return tuple(parts) if parts and np.isfinite(parts).all() and len(parts) % 2 == 0 else ()
    return _DASHES.get(str(value), ())
