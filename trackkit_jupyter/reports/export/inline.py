"""What stands in a line of a page: its nodes without the space around them, their direction, where words break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from trackkit_jupyter.reports.export.images import WIDEST

__all__ = ["Node", "broken", "directed", "inlined", "small", "trimmed"]

#: Text, or ``{"k": kind, ...}`` with its children in ``c``.
Node = str | dict[str, Any]


def trimmed(words: list[Node]) -> list[Node]:
    """Return a line without the space around it; nothing where it is only space."""
    found = list(words)
    while found and isinstance(found[0], str) and not found[0].strip():
        found.pop(0)
    while found and isinstance(found[-1], str) and not found[-1].strip():
        found.pop()
    if found and isinstance(found[0], str):
        found[0] = found[0].lstrip()
    if found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip()
    return found


def inlined(blocks: list[Node]) -> list[Node]:
    """Return the blocks of a list item or a cell; a paragraph that is alone or first needs no space around it."""
    if blocks and isinstance(blocks[0], dict) and blocks[0]["k"] == "p":
        return [*blocks[0]["c"], *blocks[1:]]
    return blocks


def small(word: Node) -> Node:
    """Return a picture that stands in a line of text as high as it fits there."""
    if isinstance(word, dict) and word["k"] == "image":
        return {**word, "k": "line-image", "width": min(word["width"], WIDEST)}
    return word


def directed(words: list[Node]) -> list[Node]:
    """Let a paragraph that begins with letters of a right-to-left script run from the right."""
    for letter in _letters(words):
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return [{"k": "rtl", "c": words}]
        if kind == "L":
            break
    return words


def _letters(words: list[Node]) -> Iterable[str]:
    for word in words:
        if isinstance(word, str):
            yield from word
        else:
            yield from _letters(word.get("c") or [])


def broken(text: str, most: int) -> str:
    """Let a word that is longer than a line be broken."""
    return re.sub(rf"[^\s\u200b]{{{most},}}", lambda long: re.sub(rf"(.{{{most // 2}}})", "\\1\u200b", long[0]), text)
