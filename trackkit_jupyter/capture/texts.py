"""Makes the names and values of other people's programs fit to be kept."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from trackkit_jupyter.records import NAME_BYTES, NAME_CHARACTERS, RESERVED

from .secrets import without_secrets

__all__ = ["row", "safe_label", "safe_name", "value_text"]

_LARGEST = 10_000_000  # bytes of a value, as of one that is connected


def safe_name(name: str, otherwise: str = "unnamed") -> str:
    """Return a name that may be kept: control and direction marks out, spaces made one, cut where it is too long."""
    kept = "".join(
        character if character in "\u200c\u200d" or unicodedata.category(character)[0] != "C" else " "
        for character in name[: 4 * NAME_CHARACTERS]
    )
    words = " ".join(kept.split())[:NAME_CHARACTERS].encode(errors="replace")[:NAME_BYTES].decode(errors="ignore")
    return words.strip() or otherwise


def safe_label(name: str, otherwise: str = "unnamed") -> str:
    """Return the name of a metric or variant: a name without empty or dot segments."""
    segments = [segment.strip() for segment in safe_name(name, otherwise).split("/")]
    label = "/".join(segment for segment in segments if segment not in {"", ".", ".."}) or otherwise
    return f"{label} ".strip() + "." if label in RESERVED else label


def value_text(value: Any, name: str = "") -> str:
    """Return a value as text: lists and dicts as JSON, types by their name; secrets out, cut at 10 MB with a note."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, list | tuple | dict):
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            text = str(value)
    else:
        text = str(getattr(value, "__qualname__", value))
    text = without_secrets(text, name).encode(errors="replace").decode()
    if len(text) * 4 > _LARGEST and len(encoded := text.encode()) > _LARGEST:
        note = f" … cut: {len(encoded) / 1e6:.1f} MB"
        text = encoded[: _LARGEST - len(note.encode())].decode(errors="ignore") + note
    return text


def row(
    name: str, value: Any, kind: str | None, description: str | None = None, default: Any = None
) -> dict[str, str | None]:
    """Return a hyperparameter as a sink takes it."""
    return {
        "name": safe_name(name),
        "value": value_text(value, name),
        "type": kind,
        "description": without_secrets(description)[:10_000] if description else None,
        "default": None if default is None else value_text(default, name),
    }
