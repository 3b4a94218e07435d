"""Formulas of TeX as SVG, drawn with matplotlib: no TeX has to be installed."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import lru_cache

from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser

from trackkit_jupyter.palette import THEMES
from trackkit_jupyter.pictures.paper import LOCK

__all__ = ["Formula", "formula"]

_LONGEST = 2000
#: Words of TeX that mathtext calls otherwise, or that only lay out.
_OTHER = (
    (re.compile(r"\\(?:displaystyle|textstyle|limits|nolimits|label\{[^}]*\}|nonumber)"), ""),
    (re.compile(r"\\(?:operatorname|mathop)\*?\{(\w+)\}"), r"\\mathrm{\1}"),
    (re.compile(r"\\text\{"), r"\\mathrm{"),
    (re.compile(r"\\(?:lVert|rVert)"), r"\\|"),
    (re.compile(r"\\(?:lvert|rvert)"), "|"),
)


@dataclass(frozen=True)
class Formula:
    """A drawn formula: SVG, its size in CSS pixels, and how far it reaches below the line."""

    svg: bytes
    width: float
    height: float
    depth: float


@lru_cache(maxsize=500)
def formula(tex: str, size: float = 15) -> Formula | None:
    """Draw a formula; ``None`` where it says something that mathtext does not know.

    Parameters
    ----------
    tex
        What stands between the dollar signs.
    size
        Of the letters, in CSS pixels.
    """
    text = " ".join(tex.split())
    for pattern, other in _OTHER:
        text = pattern.sub(other, text)
    if not text or len(text) > _LONGEST or "$" in text.replace(r"\$", ""):
        return None
    with LOCK, rc_context({"svg.fonttype": "path", "svg.hashsalt": "trackkit", "mathtext.fontset": "stix"}):
        prop = FontProperties(size=size)
        try:
            width, height, depth, _, _ = MathTextParser("path").parse(f"${text}$", 72, prop)
        except (ValueError, RuntimeError, RecursionError):
            return None
        if not (0 < width < 5000 and 0 < height < 5000):
            return None
        figure = Figure(figsize=(width / 72, height / 72), facecolor="none")
        FigureCanvasSVG(figure)
        figure.text(0, depth / height, f"${text}$", fontproperties=prop, color=THEMES["light"].ink)
        stream = io.BytesIO()
        figure.savefig(
            stream, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    svg = stream.getvalue()
    return Formula(svg[svg.index(b"<svg") :], float(width), float(height), float(depth))
