"""Strict JSON: plain data without NaN, whatever was recorded."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["encode", "plain"]

_DEEPEST = 100


def plain(value: Any, depth: int = 0) -> Any:
    """Return `value` as plain JSON data: NaN and infinities as words, keys as text, anything else as its text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if hasattr(value, "tolist"):  # numpy
        return plain(value.tolist(), depth + 1)
    return str(value)


def encode(value: Any) -> bytes:
    """Return `value` as strict JSON in UTF-8."""
    import msgspec

    return msgspec.json.encode(plain(value))
