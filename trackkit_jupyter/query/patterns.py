"""Patterns of names: the part of regular expressions that takes a time in proportion to the text, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from trackkit_jupyter.errors import QueryError, shown

__all__ = ["matcher"]

_LONGEST = 200
_PARTS = re.compile(r"\\(?P<literal>[^\w\s]|_)|(?P<any>\.\*\??)|(?P<sign>[|^$.])|(?P<plain>[^\\|^$.*+?()\[\]{}])", re.S)


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Return the function that says whether a text contains what a pattern says, in upper or lower case.

    Parameters
    ----------
    pattern
        Text, in which ``.`` is any character, ``.*`` any text, ``^`` and ``$`` are the ends, ``|`` separates
        alternatives, and a backslash takes the meaning from the sign after it.

    Raises
    ------
    QueryError
        It holds something else of regular expressions, or is too long.
    """
    if len(pattern) > _LONGEST:
        raise QueryError(f"A pattern has {_LONGEST:,} characters at most, this has {len(pattern):,}.", "pattern")
    alternatives: list[list[str]] = [[""]]  # each: what stands between its .*
    place = 0
    while place < len(pattern):
        part = _PARTS.match(pattern, place)
        if part is None:
            raise QueryError(
                f"The pattern {shown(pattern)} may hold text, . .* ^ $ | and \\ before a sign; "
                f"{shown(pattern[place])} at character {place + 1} is none of them.",
                "pattern",
            )
        place = part.end()
        if part["any"]:
            alternatives[-1].append("")
        elif part["sign"] == "|":
            alternatives.append([""])
        elif part["sign"]:
            alternatives[-1][-1] += {"^": r"\A", "$": r"\Z"}.get(part["sign"], part["sign"])
        else:
            alternatives[-1][-1] += re.escape(part["literal"] or part["plain"])
    flags = re.IGNORECASE | re.DOTALL
    compiled = [[re.compile(piece, flags) for piece in pieces] for pieces in alternatives]
    return lambda text: any(_follow(pieces, text) for pieces in compiled)


def _follow(pieces: list[re.Pattern[str]], text: str) -> bool:
    """Return whether the pieces, none of which repeats anything, follow on one another in a text."""
    place = 0
    for piece in pieces[:-1]:
        found = piece.search(text, place)
        if found is None:
            return False
        place = found.end()
    return pieces[-1].search(text, place) is not None
