"""The fonts of a PDF: typst's own and matplotlib's, which are always there, then those of the machine."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import matplotlib as mpl

__all__ = ["FAMILIES", "FOLDER", "lacking"]

#: DejaVu, with Latin, Greek, Cyrillic, Hebrew, Arabic, and most signs.
FOLDER = Path(mpl.get_data_path()) / "fonts" / "ttf"
#: The first that has a letter prints it; what none of them has, any font of the machine may have.
FAMILIES = [
    "Libertinus Serif",
    "DejaVu Sans",
    *(f"Noto Serif CJK {kind}" for kind in ("SC", "JP", "KR", "TC")),
    *(f"Noto Sans CJK {kind}" for kind in ("SC", "JP", "KR", "TC")),
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Noto Color Emoji",
    "Apple Color Emoji",
    "Segoe UI Emoji",
]
_CJK = "Noto Sans CJK (Debian: fonts-noto-cjk)"
#: Joiners, marks of direction, variants: they shape other letters and have no form of their own.
_INVISIBLE = {"Cf", "Mn", "Me", "Cc", "Zs", "Zl", "Zp"}


def lacking(letters: Iterable[str]) -> str:
    """Return the sentence about letters that no font here has, empty where there are none."""
    wanted = {letter for letter in letters if ord(letter) > 0x2FF and unicodedata.category(letter) not in _INVISIBLE}
    wanted = {letter for letter in wanted if ord(letter) not in _known()}
    if wanted:
        wanted -= _elsewhere(frozenset(wanted))
    if not wanted:
        return ""
    some = sorted(wanted)[:12]
    named = ", ".join(f"U+{ord(letter):04X} {unicodedata.name(letter, 'unnamed').capitalize()}" for letter in some[:3])
    hints = {_hint(letter) for letter in some}
    signs = "letter that is" if len(wanted) == 1 else f"{len(wanted)} letters that are"
    more = "" if len(wanted) <= 3 else " and more"
    start = "A" if len(wanted) == 1 else "There are"
    return (
        f"{start} {signs} printed as empty boxes: no font on this machine has {named}{more}. "
        f"Install {' and '.join(sorted(hints))}, then export again."
    )


def _hint(letter: str) -> str:
    if ord(letter) >= 0x1F000:
        return "Noto Color Emoji (Debian: fonts-noto-color-emoji)"
    name = unicodedata.name(letter, "")
    return _CJK if any(word in name for word in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) else "a font that has them"


@functools.cache
def _known() -> frozenset[int]:
    """Return the letters of DejaVu Sans; those of typst's own font beyond them are few."""
    return _letters(FOLDER / "DejaVuSans.ttf")


@functools.lru_cache(maxsize=100)
def _elsewhere(wanted: frozenset[str]) -> frozenset[str]:
    """Return which letters a font of the machine has."""
    from matplotlib import font_manager

    found: set[str] = set()
    for path in font_manager.findSystemFonts():
        letters = _letters(Path(path))
        found |= {letter for letter in wanted if ord(letter) in letters}
        if len(found) == len(wanted):
            break
    return frozenset(found)


@functools.lru_cache(maxsize=500)
def _letters(path: Path) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(str(path)).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
