"""Draw a claim: the values of two groups of experiments, their means, and the interval of the difference."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.palette import HUES, Theme
from trackkit_jupyter.pictures.paper import NOTE, TITLE, Format, sheet

__all__ = ["claim_picture"]

_HEIGHT = 168


def claim_picture(
    found: dict[str, Any],
    *,
    title: str = "",
    theme: Theme = "light",
    format: Format = "png",
    width: int = 640,
    scale: float = 2,
) -> bytes:
    """Draw the answer of the read ``claim``.

    Parameters
    ----------
    found
        The answer.
    title
        What is claimed.
    theme, format, scale
        As for the other pictures.
    width
        In CSS pixels.

    Returns
    -------
    bytes
        PNG or SVG: a row of dots for each group with its mean as a line, and the interval of the difference with zero.
    """
    with sheet(width, _HEIGHT, theme, scale) as paper:
        paper.text(12, 16, paper.fit(title, width - 24, TITLE, bold=True), size=TITLE, bold=True)
        rows = [("a", HUES[0]), ("b", HUES[2])]
        values = [value for name, _ in rows for value in found[name]["values"]]
        room = 210
        axes = paper.axes((room, 28, width - 16, 92))
        low, high = min(values), max(values)
        margin = (high - low) * 0.06 or abs(high) * 0.01 or 1.0
        axes.set_xlim(low - margin, high + margin)
        axes.set_ylim(-0.6, 1.6)
        axes.set_yticks([])
        axes.locator_params(axis="x", nbins=5)
        paper.grid(axes, "x")
        for index, (name, color) in enumerate(rows):
            group, y = found[name], 1 - index
            axes.plot(group["values"], [y] * len(group["values"]), "o", color=color, markersize=6, alpha=0.75)
            if group["mean"] is not None:
                axes.plot([group["mean"]] * 2, [y - 0.32, y + 0.32], color=color, linewidth=2)
            count = len(group["values"])
            paper.text(
                12, 46 + 29 * index, paper.fit(f"{name}  {group['query']} ({count})", room - 24, NOTE), size=NOTE
            )
        paper.text(12, 138, f"difference, {found['level']:.0%}", size=NOTE, color=paper.ink.secondary)
        if found["difference"] is not None:
            below = paper.axes((room, 118, width - 16, 148))
            ends = (min(found["low"], 0.0), max(found["high"], 0.0))
            margin = (ends[1] - ends[0]) * 0.08 or 1.0
            below.set_xlim(ends[0] - margin, ends[1] + margin)
            below.set_ylim(-1, 1)
            below.set_yticks([])
            below.locator_params(axis="x", nbins=5)
            below.axvline(0, color=paper.ink.secondary, linewidth=1, linestyle=(0, (3, 2)))
            below.plot([found["low"], found["high"]], [0, 0], color=paper.ink.ink, linewidth=2)
            below.plot([found["difference"]], [0], "o", color=paper.ink.ink, markersize=6)
        return paper.output(format, f"{title}: {found['sentence']}")
