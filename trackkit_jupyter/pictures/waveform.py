"""Draw the outline of a sound."""

from __future__ import annotations

from collections.abc import Sequence

from trackkit_jupyter.palette import HUES, Theme
from trackkit_jupyter.pictures.paper import NOTE, Format, sheet

__all__ = ["waveform_picture"]

_HEIGHT = 96
_THIN = 0.01  # of silence, so that it is a line


def waveform_picture(
    low: Sequence[float],
    high: Sequence[float],
    *,
    title: str,
    note: str = "",
    theme: Theme = "light",
    format: Format = "png",
    width: int = 640,
    scale: float = 2,
) -> bytes:
    """Draw the least and the greatest amplitudes of a sound over its time.

    Parameters
    ----------
    low, high
        Of parts of equal length, from -1 to 1, as the read ``waveform`` answers.
    title, note
        What stands above it, at the left and at the right.
    theme, format, scale
        As for the other pictures.
    width
        In CSS pixels.
    """
    with sheet(width, _HEIGHT, theme, scale) as paper:
        room = width - 20 - paper.measure(note, NOTE)
        paper.text(4, 12, paper.fit(title, room, NOTE), size=NOTE, color=paper.ink.secondary)
        paper.text(width - 4, 12, note, size=NOTE, color=paper.ink.secondary, align="right")
        axes = paper.axes((4, 24, width - 4, _HEIGHT - 6))
        axes.axis("off")
        axes.set_xlim(-0.5, len(low) - 0.5)
        axes.set_ylim(-1, 1)
        under, over = [min(value, -_THIN) for value in low], [max(value, _THIN) for value in high]
        axes.fill_between(range(len(low)), under, over, color=HUES[0], linewidth=0)
        return paper.output(format, title)
