"""The sheet a picture is drawn on: pixels from the top left, quiet axes, measured text, and its bytes."""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.patheffects import withStroke
from PIL import Image

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.palette import THEMES, Theme

__all__ = [
    "LOCK",
    "NOTE",
    "TEXT",
    "TITLE",
    "Align",
    "Box",
    "Format",
    "LegendEntry",
    "Paper",
    "as_letters",
    "pattern",
    "sheet",
    "shorten",
]

Align = Literal["left", "center", "right"]
Format = Literal["png", "svg"]
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels from the top left
LegendEntry = tuple[str, str, Sequence[float], bool]  # name, colour, dash, whether it is a line (else a patch)

TITLE, TEXT, NOTE = 12.5, 11.0, 10.0  # pixels
LOCK = threading.Lock()  # matplotlib's settings and its text layout are shared by the whole process
_COLORS = 64
_FURTHER_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Noto Sans",
)
_GROUPS = set(
    "agg axes boxplot date figure font grid hatch hist image lines markers mathtext patch path pcolor pcolormesh "
    "savefig scatter svg text xaxis xtick yaxis ytick".split()
)
_STYLE: Any = {key: value for key, value in mpl.rcParamsDefault.items() if key.partition(".")[0] in _GROUPS} | {
    "font.family": ["DejaVu Sans"],
    "text.parse_math": False,
    "svg.hashsalt": "trackkit",
}


_AS_LETTERS: ContextVar[bool] = ContextVar("as_letters", default=False)


@contextmanager
def as_letters() -> Iterator[None]:
    """Let SVG hold its texts as text of the font DejaVu Sans, for whoever has it: it can be found and copied."""
    token = _AS_LETTERS.set(True)
    try:
        yield
    finally:
        _AS_LETTERS.reset(token)


@contextmanager
def sheet(width: float, height: float, theme: Theme, scale: float = 2) -> Iterator[Paper]:
    """Lend an empty sheet; one at a time in a process, under the settings of our own.

    Parameters
    ----------
    width, height
        Size in CSS pixels.
    theme
        ``"light"`` or ``"dark"``.
    scale
        Pixels of a PNG per CSS pixel.

    Raises
    ------
    TrackkitValueError
        If there is no such theme.
    """
    if theme not in THEMES:
        raise TrackkitValueError(f"theme is light or dark, not {theme!r}", field="theme")
    style = {**_STYLE, "svg.fonttype": "none"} if _AS_LETTERS.get() else _STYLE
    with LOCK, mpl.rc_context(style), warnings.catch_warnings():
        for category in (UserWarning, RuntimeWarning):  # a missing letter, a row of NaN: nothing a person could mend
            warnings.simplefilter("ignore", category)
        yield Paper(width, height, theme, scale)


class Paper:
    """A matplotlib figure addressed in CSS pixels from the top left.

    Parameters
    ----------
    width, height, theme, scale
        As for `sheet`.
    """

    def __init__(self, width: float, height: float, theme: Theme, scale: float) -> None:
        self.width, self.height, self.scale = width, height, scale
        self.ink = THEMES[theme]
        # 72 dots per inch make one point one CSS pixel, for fonts and line widths alike.
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72 * scale, facecolor=self.ink.paper)
        self.canvas = FigureCanvasAgg(self.figure)
        self._renderer: Any = self.canvas.get_renderer()
        self._pasted: list[tuple[Image.Image, int, int]] = []
        self.colorful = False  # whether the data bring colours of their own

    def font(self, size: float, text: str = "", *, bold: bool = False) -> FontProperties:
        """Return the font for a text, with further families only where the first has no letters for it."""
        families = ["DejaVu Sans"]
        if any(ord(letter) >= 0x2E80 for letter in text):
            installed = {font.name for font in fontManager.ttflist}
            families += [name for name in _FURTHER_FONTS if name in installed]
        return FontProperties(family=families, size=size, weight="bold" if bold else "normal")

    def measure(self, text: str, size: float = TEXT, *, bold: bool = False) -> float:
        """Return the width of a text in pixels."""
        width, _, _ = self._renderer.get_text_width_height_descent(text, self.font(size, text, bold=bold), False)
        return float(width) / self.scale

    def fit(self, text: str, room: float, size: float = TEXT, *, bold: bool = False) -> str:
        """Cut a text in the middle until it fits into so many pixels."""
        width = self.measure(text, size, bold=bold)
        while width > room and len(text) > 3:
            text = shorten(text, max(3, min(len(text) - 1, int(len(text) * room / width))))
            width = self.measure(text, size, bold=bold)
        return text

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = TEXT,
        color: str | None = None,
        bold: bool = False,
        align: Align = "left",
        halo: bool = False,
    ) -> None:
        """Write one line with its middle at height `y`; a halo keeps it apart from lines behind it."""
        self.figure.text(
            x / self.width, 1 - y / self.height, text, color=color or self.ink.ink, ha=align, va="center_baseline",
            fontproperties=self.font(size, text, bold=bold), zorder=5 if halo else 3,
            path_effects=[withStroke(linewidth=3, foreground=self.ink.paper)] if halo else None,
        )  # fmt: skip

    def line(self, x: Sequence[float], y: Sequence[float], color: Any, **style: Any) -> None:
        """Draw a line through points given in pixels."""
        places = [value / self.width for value in x], [1 - value / self.height for value in y]
        self.figure.add_artist(Line2D(*places, color=color, **style))

    def card(self, box: Box, radius: float = 4) -> None:
        """Draw the thin frame of a card."""
        left, top, right, bottom = box
        self.figure.add_artist(
            FancyBboxPatch(
                (left + radius, self.height - bottom + radius), right - left - 2 * radius, bottom - top - 2 * radius,
                boxstyle=f"round,pad={radius}", facecolor="none", edgecolor=self.ink.line, linewidth=1,
                transform=self.figure.dpi_scale_trans.frozen().scale(1 / 72),
            )
        )  # fmt: skip

    def axes(self, box: Box) -> Axes:
        """Return axes in that place: no box, a base line, and no ticks of their own."""
        axes = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        self.move(axes, box)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set(color=self.ink.line, linewidth=1)
        axes.tick_params(length=0, pad=5, labelsize=NOTE, labelcolor=self.ink.secondary)
        axes.set_axisbelow(True)
        return axes

    def move(self, axes: Axes, box: Box) -> None:
        """Put axes into another place."""
        left, top, right, bottom = box
        width, height = self.width, self.height
        axes.set_position((left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height))

    def grid(self, axes: Axes, which: Literal["x", "y", "both"] = "y") -> None:
        """Draw grid lines, barely there."""
        axes.grid(visible=True, axis=which, color=self.ink.grid, linewidth=1)

    def x_ticks(self, axes: Axes, positions: Sequence[float], texts: Sequence[str]) -> None:
        """Label the horizontal axis; a label that would leave the sheet stands further in."""
        axes.set_xticks(positions, texts)
        box, (low, high) = axes.get_position(), axes.get_xlim()
        for position, label in zip(positions, axes.get_xticklabels(), strict=True):
            center = (box.x0 + box.width * (position - low) / (high - low)) * self.width
            if center + self.measure(label.get_text(), NOTE) / 2 > box.x1 * self.width + 2:
                label.set_horizontalalignment("right")

    def legend(self, box: Box, entries: Sequence[LegendEntry], rows: int = 2) -> float:
        """Write a legend from the left, in at most so many rows, and return its height in pixels."""
        left, top, right, _ = box
        x, y, row = left, top + 8, 1
        key, gap, room = 22.0, 14.0, 220.0
        for index, (name, color, dash, is_line) in enumerate(entries):
            label = self.fit(name, room)
            width = key + self.measure(label)
            more = f"+ {len(entries) - index} more"
            last = row == rows and index < len(entries) - 1
            end = right - (gap + self.measure(more) if last else 0)
            if x > left and x + width > end:
                if row == rows:
                    self.text(x, y, more, color=self.ink.secondary)
                    break
                x, y, row = left, y + 17, row + 1
            if is_line:
                self.line([x, x + 15], [y, y], color, linewidth=2, linestyle=pattern(dash, 2))
            else:
                self.line([x + 4, x + 13], [y, y], color, linewidth=9, solid_capstyle="butt")
            self.text(x + key - 2, y, label)
            x += width + gap
        return 17.0 * row if entries else 0.0

    def paste(self, image: Image.Image, left: int, top: int) -> None:
        """Put an image onto the finished PNG, given in its own pixels from the top left."""
        self.colorful = True
        self._pasted.append((image, left, top))

    def output(self, format: Format, description: str = "", colors: int = _COLORS) -> bytes:
        """Return the picture as PNG of so many colours, or as SVG that is the same bytes for the same picture.

        Raises
        ------
        TrackkitValueError
            If the format is another.
        """
        if format == "png":
            return self._png(colors)
        if format == "svg":
            return self._svg(description)
        raise TrackkitValueError(f"format is png or svg, not {format!r}", field="format")

    def _png(self, colors: int) -> bytes:
        self.canvas.draw()
        size = self.canvas.get_width_height()
        image = Image.frombuffer("RGBA", size, self.canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
        for pasted, left, top in self._pasted:
            image.paste(pasted, (left, top), pasted)
        reduced = self._reduced(image, colors)
        stream = io.BytesIO()
        # Packing harder takes six times as long, for a twentieth of the bytes.
        reduced.save(stream, "PNG", compress_level=6, dpi=(72 * self.scale, 72 * self.scale))
        return stream.getvalue()

    def _reduced(self, image: Image.Image, colors: int) -> Image.Image:
        paper, ink, secondary = (
            np.array(to_rgb(name)) * 255 for name in (self.ink.paper, self.ink.ink, self.ink.secondary)
        )
        # Which colours there are is seen from a part of the pixels: looking at all of them takes longer than drawing.
        step = max(1, round(self.scale))
        some = image.resize((max(1, image.width // step), max(1, image.height // step)), Image.Resampling.NEAREST)
        if self.colorful:  # keep the inks, else the text takes the tint of the nearest colour of the data
            tones = [paper + (tone - paper) * part for tone in (ink, secondary) for part in (0.33, 0.67, 1)]
            free = colors - len(tones)
            known = some.quantize(free, method=Image.Quantize.MEDIANCUT)
            kept = (known.getpalette() or [])[: 3 * free]
            known.putpalette(kept + np.round(tones).astype(int).ravel().tolist())
            # Photographs are dithered, which would only blur lines and text.
            dither = Image.Dither.FLOYDSTEINBERG if self._pasted else Image.Dither.NONE
            reduced = image.quantize(palette=known, dither=dither)
        else:
            known = some.quantize(colors, method=Image.Quantize.MEDIANCUT)
            reduced = image.quantize(palette=known, dither=Image.Dither.NONE)
        # The corner is bare paper: let its colour be exactly that, so that no edge shows where the picture lies.
        entry, palette = 3 * int(np.asarray(reduced)[0, 0]), reduced.getpalette() or []
        palette[entry : entry + 3] = [int(part) for part in paper.round()]
        reduced.putpalette(palette)
        return reduced

    def _svg(self, description: str) -> bytes:
        stream = io.BytesIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.figure.savefig(stream, format="svg", facecolor=self.ink.paper, metadata=nothing)
        text = stream.getvalue().decode()
        text = text[text.index("<svg") :]  # without the document type, so that it also stands inside HTML
        text = re.sub(
            r'width="[\d.]+pt" height="[\d.]+pt"', f'width="{self.width:g}" height="{self.height:g}"', text, count=1
        )
        head, rest = text.split(">", 1)
        text = f'{head} role="img">\n <title>{escape(description)}</title>{rest}'
        return text.encode()


def pattern(dash: Sequence[float], width: float) -> Any:
    """Return the line style of a dash given in pixels; matplotlib counts it in line widths."""
    return (0, tuple(length / width for length in dash)) if dash else "-"


def shorten(text: str, letters: int) -> str:
    """Cut a text in the middle to that many letters."""
    if len(text) <= letters:
        return text
    tail = (letters - 1) // 2
    return text[: letters - 1 - tail] + "…" + (text[-tail:] if tail else "")
