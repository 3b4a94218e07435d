"""The colours of charts: ten hues assigned by identity, and the inks of the light and the dark paper."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["DASHES", "HUES", "SHADES", "THEMES", "Ink", "Theme", "colors", "contrast", "shade", "slot"]

Theme = Literal["light", "dark"]

HUES = (
    "#4269d0",
    "#efb118",
    "#ff725c",
    "#6cc5b0",
    "#3ca951",
    "#ff8ab7",
    "#a463f2",
    "#97bbf5",
    "#9c6b4e",
    "#9498a0",
)
"""Ten hues that hold on light and on dark paper. The front end keeps the same list in its token sheet."""

DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (2, 2), (8, 3, 2, 3))
"""Dash patterns in pixels, line and gap in turn; a chart's ``dash`` counts on modulo their number."""

SHADES: tuple[str, ...] = ("#4456c7", "#2f8fc4", "#35b08f", "#9dbb3f", "#efb118")
"""From little to much, on light and on dark paper. The front end keeps the same list in its token sheet."""


@dataclass(frozen=True)
class Ink:
    """What a picture is drawn with, apart from the hues of its series.

    Parameters
    ----------
    paper, ink, secondary, faint
        Background, text, secondary text (ticks, notes), text of what is not there.
    grid, line
        Grid lines, barely there, and the base line of an axis or the frame of a card.
    low, high
        The two ends of the colour scale of a figure that brings none.
    """

    paper: str
    ink: str
    secondary: str
    faint: str
    grid: str
    line: str
    low: str
    high: str


THEMES: dict[Theme, Ink] = {
    "light": Ink("#ffffff", "#1f2328", "#656d76", "#8c959f", "#eef0f2", "#d0d7de", "#f3f6fc", "#2b4fae"),
    "dark": Ink("#111111", "#e6e6e6", "#9a9fa6", "#6e7681", "#222326", "#3a3c40", "#1b2130", "#8fb0f5"),
}


# The hues in an order in which neighbours are easy to tell apart: experiments that were started one after the other.
_APART = (0, 1, 2, 4, 6, 3, 5, 8, 7, 9)


def slot(index: int) -> tuple[int, int]:
    """Return hue and dash of the identity with that number.

    Parameters
    ----------
    index
        Counts from 0. The first ten are solid lines in the ten hues, the next ten the same with dashes.

    Returns
    -------
    color, dash
        Index into `HUES`, and number of the dash.
    """
    return index % len(HUES), index // len(HUES)


def colors(
    names: Mapping[str, Sequence[tuple[str, str]]], numbers: Mapping[str, int | None] | None = None
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Assign colour and dash to every series by its identity, not by its position in a chart.

    Of one experiment each variant has its own colour, the same in all metrics. Of several, each experiment has its
    own, found from its number (or its id), so that it keeps it in other company; variants of a metric differ in
    their dash.

    Parameters
    ----------
    names
        Experiment id to its (metric, variant) pairs in order of first appearance; experiments in order of creation.
    numbers
        Experiment id to the number it has in its project, so that neighbours differ; without one, the id decides.

    Returns
    -------
    dict
        (experiment, metric, variant) to (color, dash), see `slot`.
    """
    result: dict[tuple[str, str, str], tuple[int, int]] = {}
    if len(names) == 1:
        (experiment, pairs), variants = next(iter(names.items())), dict[str, int]()
        for metric, variant in pairs:
            index = variants.setdefault(variant, len(variants))
            result[experiment, metric, variant] = slot(index)
        return result
    hues, taken = len(HUES), set[int]()
    dashes: dict[str, dict[str, int]] = {}
    for experiment, pairs in names.items():
        number = (numbers or {}).get(experiment)
        index = _APART[(zlib.crc32(experiment.encode()) if number is None else number) % hues]
        start = index
        while index in taken:
            index = (index + 1) % hues + index // hues * hues
            if index == start:
                index = start = index + hues
        taken.add(index)
        color, further = slot(index)
        for metric, variant in pairs:
            known = dashes.setdefault(metric, {})
            result[experiment, metric, variant] = color, known.setdefault(variant, len(known)) + further
    return result


def contrast(shade: Sequence[float]) -> str:
    """Return dark or light ink, whichever is easier to read on a colour.

    Parameters
    ----------
    shade
        Red, green, blue from 0 to 1; further parts are ignored.

    Returns
    -------
    str
        An ink, chosen by the relative luminance of WCAG 2.
    """
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shade[:3])
    return THEMES["light"].ink if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3 else THEMES["light"].paper


def shade(at: float) -> tuple[float, float, float]:
    """Return the colour a part of the way from little to much, 0 to 1, as red, green and blue from 0 to 1."""
    along = min(1.0, max(0.0, at)) * (len(SHADES) - 1)
    index = min(int(along), len(SHADES) - 2)
    low, high = ([int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in SHADES[index : index + 2])
    red, green, blue = (a + (b - a) * (along - index) for a, b in zip(low, high, strict=True))
    return red, green, blue
