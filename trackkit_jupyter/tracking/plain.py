"""Data of dicts, lists, dataclasses, arrays, dates and the like as strict JSON."""

from __future__ import annotations

import datetime as dt
import enum
import json
import os
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_text
from trackkit_jupyter.store.summaries import json_number
from trackkit_jupyter.tracking.parameters import is_nested, members

__all__ = ["plain_data", "plain_json"]

_DEPTH = 100


def plain_json(value: Any, field: str) -> str:
    """Return data as JSON text; NaN and infinities are the texts "NaN", "Infinity" and "-Infinity".

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It holds something without a safe format, keys that are no text, or itself; the message names the path.
    """
    return json.dumps(plain_data(value, field), ensure_ascii=False, allow_nan=False, indent=2)


def plain_data(value: Any, field: str) -> Any:
    """Return data as JSON knows it: dicts, lists, text, numbers, booleans and ``None``.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        As :func:`plain_json`.
    """
    return _plain(value, field, field, [])


def _plain(value: Any, path: str, field: str, above: list[int]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return _plain(value.value, path, field, above)
    if isinstance(value, str):
        return check_text(str(value), field, what=shown(path))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return json_number(float(value))
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return _plain(value.tolist(), path, field, above)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, os.PathLike) or type(value).__module__ in {"uuid", "decimal"}:
        return str(value)
    if not (is_nested(value) or isinstance(value, list | tuple | set | frozenset)):
        raise TrackkitTypeError(
            f"{shown(path)} has no safe format: it is of the type {type(value).__name__}. Save it to a file, and log "
            "the file's path; objects are never pickled.",
            field,
        )
    if id(value) in above or len(above) >= _DEPTH:
        raise TrackkitValueError(f"{shown(path)} contains itself, or is nested deeper than {_DEPTH}.", field)
    inner = [*above, id(value)]
    if is_nested(value):
        return {
            _key(key, path, field): _plain(each, f"{path}/{key}", field, inner) for key, each, _, _ in members(value)
        }
    found = [_plain(each, f"{path}/{place}", field, inner) for place, each in enumerate(value)]
    return sorted(found, key=repr) if isinstance(value, set | frozenset) else found


def _key(key: Any, path: str, field: str) -> str:
    if not isinstance(key, str):
        raise TrackkitTypeError(
            f"The keys of {shown(path)} must be text, not {type(key).__name__}: {shown(key)}.", field
        )
    return check_text(key, field, what="A key")
