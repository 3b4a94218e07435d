"""What a model may hold: labels, a configuration, metadata and aliases, each checked before it is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_name, check_tags

__all__ = ["LARGEST_CONFIG", "check_alias", "check_labels", "config_text", "is_address", "metadata_item"]

#: What a configuration may hold, in characters.
LARGEST_CONFIG = 10_000_000
_INTEGERS = 1 << 63


def check_labels(labels: Any) -> dict[str, int]:
    """Return `labels` if they may be the labels of a model.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        No dict, a name that is no name, or a number that is not whole; the message names the label.
    """
    if not isinstance(labels, Mapping):
        raise TrackkitTypeError(f"labels must be a dict of numbers by name, not {type(labels).__name__}.", "labels")
    for name, value in labels.items():
        check_name(name, "labels", what="A label")
        if isinstance(value, bool) or not hasattr(type(value), "__index__"):
            raise TrackkitTypeError(
                f"The ID of the label {shown(name)} must be a whole number, not {shown(value)}.", "labels"
            )
        if not -_INTEGERS <= value.__index__() < _INTEGERS:
            raise TrackkitValueError(f"The ID of the label {shown(name)} does not fit 64 bits.", "labels")
    return {name: value.__index__() for name, value in labels.items()}


def config_text(config: Any, kind: str | None) -> tuple[str, str | None]:
    """Return a configuration as text, and what it is.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Neither text nor a dict, too long, or not what it is said to be.
    """
    if kind not in (None, "json", "yaml", "text"):
        raise TrackkitValueError(f"type must be json, yaml or text, not {shown(kind)}.", "type")
    if isinstance(config, Mapping):
        try:
            text, kind = json.dumps(config, indent=2, ensure_ascii=False, allow_nan=False), "json"
        except (TypeError, ValueError) as error:
            raise TrackkitValueError(f"config cannot be kept as JSON: {error}.", "config") from None
    elif isinstance(config, str):
        text = config
    else:
        raise TrackkitTypeError(f"config must be text or a dict, not {type(config).__name__}.", "config")
    if len(text) > LARGEST_CONFIG:
        raise TrackkitValueError(
            f"config may have {LARGEST_CONFIG:,} characters at most, this has {len(text):,}.", "config"
        )
    if kind == "json" and text.strip():
        try:
            json.loads(text)
        except ValueError as error:
            raise TrackkitValueError(f"config is no valid JSON: {error}.", "config") from None
    elif kind == "yaml":
        _check_yaml(text)
    return text, kind


def _check_yaml(text: str) -> None:
    """Raise unless a text is YAML. Nothing is made of it: its events are only counted off."""
    import yaml

    try:
        for _ in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
        raise TrackkitValueError(
            f"config is no valid YAML: {getattr(error, 'problem', None) or error}{where}.", "config"
        ) from None


def metadata_item(key: Any, value: Any, kind: Any) -> dict[str, str]:
    """Return a metadata item as it is kept.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        An empty key, no value, or a type that is no name.
    """
    check_name(key, "key", what="A key")
    if value is None:
        raise TrackkitTypeError(f"The value of {shown(key)} must not be None.", "value")
    if kind is None:
        kind = type(value).__name__
    text = str(value)
    if len(text) > LARGEST_CONFIG:
        raise TrackkitValueError(f"The value of {shown(key)} may have {LARGEST_CONFIG:,} characters at most.", "value")
    return {"key": key, "type": check_name(kind, "type", what="A type"), "value": text}


def check_alias(alias: Any) -> str:
    """Return `alias` if it may point at a model: a name without ``@``, and not of digits alone."""
    check_tags([alias], "alias")
    if "@" in alias or alias.isdecimal():
        raise TrackkitValueError(f"An alias has no @ and is no number, unlike {shown(alias)}.", "alias")
    return str(alias)


def is_address(text: str) -> bool:
    """Return whether a text is the address of something, ``scheme://...``, rather than a path."""
    return "://" in text and bool(urlsplit(text).scheme)
