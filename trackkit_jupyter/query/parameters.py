"""Parameters of a dynamic query as an embed URL holds them: by name, each a text or a list of texts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from trackkit_jupyter.errors import QueryError, shown

__all__ = ["MOST_VALUES", "checked", "digest", "flat", "plain", "texts"]

#: Values of one parameter at most.
MOST_VALUES = 10_000
_DEPTH = 8


def flat(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested parameters side by side: ``{"hyperparams": {"Args": 1}}`` is ``{"hyperparams.Args": 1}``.

    Raises
    ------
    QueryError
        They are nested too deep.
    """
    found: dict[str, Any] = {}
    _flatten("", parameters, found, 0)
    return found


def plain(parameters: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Return parameters as an embed URL gives them back: numbers, booleans and missing values as texts.

    Raises
    ------
    QueryError
        A value is neither text, number, boolean nor ``None``, nor a list of these.
    """
    found: dict[str, str | list[str]] = {}
    for key, value in flat(parameters).items():
        values = ["null" if text is None else checked(text.strip(), key) for text in texts(value, key)]
        if not isinstance(value, str | int | float | None):
            found[key] = values
        elif values:
            found[key] = values[0]
    return {checked(key, key): value for key, value in found.items() if value != []}


def texts(value: Any, key: str) -> list[str | None]:
    """Return a value, or each of several, as text.

    Raises
    ------
    QueryError
        It is neither a value nor a flat list of values.
    """
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if value is None or isinstance(value, str):
        return [value]
    if isinstance(value, int | float):
        return [f"{value}"]
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray) and len(value) <= MOST_VALUES:
        if any(isinstance(item, list | tuple) for item in value):
            raise QueryError(f"{key} must not hold a list in a list.", key)
        return [text for item in value for text in texts(item, key)]
    raise QueryError(f"{key} must be text or a list of texts, not {type(value).__name__}.", key)


def checked(text: str, key: str) -> str:
    """Return a text that a query may hold.

    Raises
    ------
    QueryError
        It has a NUL or half a surrogate pair in it.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise QueryError(f"{key[:100]!a} holds a character that is not valid Unicode text.", key)
    return text


def digest(name: str) -> str:
    """Return the MD5 of a name's UTF-8 as 32 hex digits: how an embed URL names metrics and variants.

    It is what ``hashlib.md5(name.encode("utf-8")).hexdigest()`` gives.
    """
    return hashlib.md5(name.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _flatten(prefix: str, value: Any, found: dict[str, Any], depth: int) -> None:
    if not isinstance(value, Mapping):
        found[prefix] = value
        return
    if depth > _DEPTH:
        raise QueryError(f"{shown(prefix)} is nested too deep.", prefix)
    for name, item in value.items():
        key = str(name).removesuffix("[]")
        _flatten(f"{prefix}.{key}" if prefix else key, item, found, depth + 1)
