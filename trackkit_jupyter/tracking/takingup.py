"""Taking up a draft that is run again: its experiment goes on with it, and its values go into what is connected."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping, MutableMapping
from typing import Any, NamedTuple

from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store.texts import plain_text
from trackkit_jupyter.tracking.parameters import flatten, is_nested, members

__all__ = ["VARIABLE", "Draft", "feed", "named", "take"]

#: Names the draft that the first ``start()`` takes up, and its store: ``<id>:<folder>``.
VARIABLE = "TRACKKIT_RERUN"

_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Draft(NamedTuple):
    """The draft to take up: its id, and the folder of its store."""

    id: str
    store: str


def named() -> Draft | None:
    """Return the draft that this process was started for, if nobody took it up yet."""
    told = os.environ.get(VARIABLE)
    if not told:
        return None
    id, _, store = told.partition(":")
    return Draft(check_id(id, VARIABLE), store)


def take() -> Draft | None:
    """Return that draft, once: what is started after it is an experiment of its own."""
    draft = named()
    os.environ.pop(VARIABLE, None)
    return draft


def feed(parameters: Any, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Set the parameters that a person edited in the draft, each as the type that it has.

    Parameters
    ----------
    parameters
        A dict, a Namespace, a dataclass or a pydantic model; changed in place.
    values
        The draft's section, ``{name: {"value": text, ...}}``; the names of nested parameters are joined by a slash.

    Raises
    ------
    TrackkitValueError
        A value that does not fit its type, or parameters that cannot be changed.
    """
    known = flatten(parameters)
    for name, entry in values.items():
        text = entry["value"]
        if name in known:
            if known[name].value != text:
                _set(parameters, name, text)
        elif isinstance(parameters, MutableMapping) and "/" not in name:  # one that was added in the draft
            parameters[name] = _literal(text)


def _set(parameters: Any, name: str, text: str) -> None:
    holder, inner = parameters, name
    while True:
        found = {key: value for key, value, *_ in members(holder)}
        if inner in found:
            break
        head = next(key for key, value in found.items() if inner.startswith(f"{key}/") and is_nested(value))
        holder, inner = found[head], inner[len(head) + 1 :]
    value = _as(found[inner], text, name)
    try:
        if isinstance(holder, MutableMapping):
            holder[inner] = value
        else:
            setattr(holder, inner, value)
    except (AttributeError, TypeError, ValueError) as error:
        raise TrackkitValueError(
            f"The draft's value of {shown(name)} cannot be set: a {type(holder).__name__} that cannot be changed. "
            "Connect a dict.",
            "parameters",
        ) from error


def _as(present: Any, text: str, name: str) -> Any:
    kind = type(present)
    try:
        if kind is bool:
            return _FLAGS[text.strip().lower()]
        if kind in {int, float}:
            return kind(text)
    except (KeyError, ValueError):
        what = {bool: "true or false", int: "an integer", float: "a number"}[kind]
        raise TrackkitValueError(
            f"The draft's value of {shown(name)} must be {what}, as in the code, not {shown(text)}.", "parameters"
        ) from None
    if kind is str:
        return text
    value = _literal(text)
    if present is None or isinstance(value, kind) or plain_text(value, name, "parameters") == text:
        return kind(value) if kind in {tuple, set, frozenset} and isinstance(value, list) else value
    return text


def _literal(text: str) -> Any:
    """Return a text as the value it writes; as text, if it writes none."""
    import json

    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return text
