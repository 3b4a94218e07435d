"""Values as text: how parameters and properties are kept."""

from __future__ import annotations

import enum
import json
import re
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_text

__all__ = ["plain_text"]

_DEPTH = 20
_ADDRESS = re.compile(r"<.* at 0x[0-9a-fA-F]+>", re.DOTALL)
_PLACE = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")


def plain_text(value: Any, name: str, field: str) -> str:
    """Return a value as a text that can be kept: text as it is, lists, dicts and arrays as JSON, types by their name.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It has no text of its own, only its address in memory; or too long a one. The message names the path.
    """
    return check_text(_text(value, name, field), field, what=shown(name))


def _text(value: Any, name: str, field: str) -> str:
    """Return a value as text: text as it is, lists and dicts as JSON, types and functions by their name.

    Raises
    ------
    TrackkitTypeError
        It has no text of its own, only its address in memory; the message names the path.
    """
    if isinstance(value, str):
        return str(value.value) if isinstance(value, enum.Enum) else value
    if value is None or (isinstance(value, bool | int | float) and not isinstance(value, enum.Enum)):
        return str(value)
    if hasattr(value, "tolist") and hasattr(value, "dtype"):  # of numpy or torch: its own text is cut and rounded
        value = value.tolist()
        if not isinstance(value, list):
            return _text(value, name, field)
    if isinstance(value, list | tuple | dict):
        try:
            return json.dumps(value, ensure_ascii=False, default=_listed)
        except (TypeError, ValueError, RecursionError):
            _check_inside(value, name, field, [])
            return str(value)
    if isinstance(value, set | frozenset):
        _check_inside(list(value), name, field, [])
        return str(value)
    if hasattr(value, "__qualname__"):  # a type or a function
        module = getattr(value, "__module__", None)
        return str(value.__qualname__) if module in {None, "builtins"} else f"{module}.{value.__qualname__}"
    kind: Any = type(value)
    try:
        text = str(value)
    except Exception as error:  # noqa: BLE001 - objects of other people may do anything
        raise TrackkitTypeError(f"{shown(name)} has no text: {error}.", field) from None
    if (kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__) or _ADDRESS.fullmatch(text):
        raise TrackkitTypeError(
            f"{shown(name)} must be something with a plain text (a number, text, list, dict, path, date, enum or "
            f"type), not {kind.__name__}.",
            field,
        )
    return _PLACE.sub("", text)  # where something lies in memory says nothing, and differs every time


def _check_inside(value: Any, name: str, field: str, above: list[int]) -> None:
    if id(value) in above or len(above) >= _DEPTH:
        raise TrackkitValueError(
            f"{shown(name)} contains itself, or is nested deeper than {_DEPTH}.",
            field,
        )
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        place = f"{name}/{key}"
        if isinstance(each, list | tuple | dict):
            _check_inside(each, place, field, [*above, id(value)])
        else:
            _text(each, place, field)


def _listed(value: Any) -> Any:
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return value.tolist()
    raise TypeError
