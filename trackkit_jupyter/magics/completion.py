"""What Tab offers in the line of a magic: its options and commands, their values, and what is in the store."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from typing import Any

from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.magics.lines import Line

__all__ = ["complete"]

_MOST = 200  # names offered: beyond that a person types some letters first


def complete(parser: Line, shell: Any, event: Any) -> list[str]:
    """Return what may stand at the cursor.

    Parameters
    ----------
    parser
        What the magic understands.
    shell
        The shell, whose variables may name experiments.
    event
        IPython's: the line up to the cursor, and the part of it that is replaced.
    """
    words, begun, quote = _split(event.line)
    words = words[1:]
    here = parser.named(words)
    action = _awaited(here, words)
    if begun.startswith("-") and not quote:
        return here.options()
    found = _values(action, shell) if action is not None else []
    if action is None or not action.option_strings:
        found = [*here.commands(), *found, *(here.options() if not quote else ())]
    # The shell replaces only what follows the last separator: of "my fi" that is "fi".
    done = len(begun) - len(event.symbol)
    offered = []
    for text in found:
        if text.startswith(begun):
            spaced = " " in text
            offered.append(text[done:] + quote if quote else f"'{text}'" if spaced and not begun else text[done:])
    return offered


def _split(line: str) -> tuple[list[str], str, str]:
    """Return the finished words of a line, the one begun, and the quotation mark that is open in it."""
    pieces = re.findall(r"\"[^\"]*\"?|'[^']*'?|[^\s\"']+|\s+", line)
    words, begun = [], ""
    for piece in pieces:
        if piece.isspace():
            words.append(begun)
            begun = ""
        else:
            begun += piece
    for quote in "\"'":
        if begun.startswith(quote) and (len(begun) == 1 or not begun.endswith(quote)):
            return words, begun[1:], quote
    return [word.strip("\"'") for word in words], begun, ""


def _awaited(here: Line, words: list[str]) -> argparse.Action | None:
    """Return the option whose value comes next; without one, the first thing the line names."""
    last = words[-1] if words else ""
    for action in here._actions:
        if last in action.option_strings and action.nargs != 0:
            return action
    return next((action for action in here._actions if not action.option_strings and not here.commands()), None)


def _values(action: argparse.Action, shell: Any) -> list[str]:
    if action.choices is not None:
        return [str(choice) for choice in action.choices]
    source = _SOURCES.get(str(action.metavar or action.dest))
    return [] if source is None else list(dict.fromkeys(source(shell)))[:_MOST]


def _experiments(shell: Any) -> Iterable[str]:
    variables = [name for name, value in shell.user_ns.items() if name[:1] != "_" and hasattr(value, "single_values")]
    stored = _stored()
    return [*variables, *(exp.name for exp in stored), *(exp.id[:8] for exp in stored)]


def _projects(_shell: Any) -> Iterable[str]:
    return [exp.project for exp in _stored()]


def _tags(_shell: Any) -> Iterable[str]:
    return [tag for exp in _stored() for tag in exp.tags]


def _stored() -> list[Any]:
    import trackkit_jupyter

    try:
        return list(trackkit_jupyter.open_store().experiments(page_size=_MOST))
    except TrackkitError:
        return []


_SOURCES: dict[str, Callable[[Any], Iterable[str]]] = {
    "EXPERIMENT": _experiments,
    "ID": _experiments,
    "PROJECT": _projects,
    "project": _projects,
    "TAG": _tags,
    "tag": _tags,
}
