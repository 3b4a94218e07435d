"""A query's text cut into tokens, and the errors that point into it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from trackkit_jupyter.errors import QueryError

__all__ = ["LONGEST", "Token", "refuse", "tokens"]

#: Characters that a query may have.
LONGEST = 10_000

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_]))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"""|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"|(?P<sign>==|!=|<=|>=|<>|[=<>~()\[\],.-])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"""\\(["'\\])""")
_MARGIN = 60  # characters of the query that an error shows on either side of the place
_HINTS = {
    "&": "use `and`",
    "|": "use `or`",
    "!": "use `not`",
    ":": "use `==`",
    "%": "use `~` for contains",
    "*": "use `~` for contains",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: what it is (number, word, text, sign or end), what it says, and where in the query it stands."""

    kind: str
    text: str
    start: int


def tokens(query: str, field: str) -> list[Token]:
    """Return the tokens of a query, and one of kind ``end`` after them.

    Raises
    ------
    QueryError
        Too long, or something in it is no token.
    """
    if len(query) > LONGEST:
        raise QueryError(f"A query may have {LONGEST:,} characters at most, this has {len(query):,}.", field)
    found, place = [], 0
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None:
            refuse(query, *_unquoted(query, place) or (place, _unreadable(query, place)), field)
        kind, text = str(match.lastgroup), match[0]
        if kind == "text":
            _check(query, place, text, field)
            text = _ESCAPE.sub(r"\1", text[1:-1])
        if kind != "space":
            found.append(Token(kind, text, place))
        place = match.end()
    return [*found, Token("end", "", len(query))]


def refuse(query: str, place: int, message: str, field: str) -> NoReturn:
    """Raise a :class:`QueryError` that shows where in the query the trouble is."""
    low, high = max(0, place - _MARGIN), place + _MARGIN
    line = "".join(c if c.isprintable() else " " for c in query[low:high])
    head, tail = "…" if low else "", "…" if high < len(query) else ""
    raise QueryError(f"{message}\n  {head}{line}{tail}\n  {' ' * (len(head) + place - low)}^", field, place)


def _check(query: str, place: int, text: str, field: str) -> None:
    # What neither a file's name nor a database takes; nothing recorded has it.
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        refuse(query, place, "This text holds a character that is not valid Unicode text.", field)


def _unquoted(query: str, place: int) -> tuple[int, str] | None:
    """Return where a name or a text without its quotes begins that has a slash in it, and what to write."""
    before = re.search(r"[\w.-]+\Z", query[:place]) if query[place] == "/" else None
    if before is None:
        return None
    name = re.split(r"[^\w./-]", query[before.start() :], maxsplit=1)[0]
    value = re.search(r"[=<>~(,]\s*\Z", query[: before.start()])
    meant = f'"{name}"' if value else f'metrics["{name}"]'
    return before.start(), f"There is no field {name[:100]}; did you mean {meant[:120]}?"


def _unreadable(query: str, place: int) -> str:
    character = query[place]
    if character in "\"'":
        return f"The text that begins here has no closing {character}."
    if character.isdigit():
        return "This is no number."
    hint = _HINTS.get(character)
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"{shown} means nothing here{f'; {hint}' if hint else ''}."
