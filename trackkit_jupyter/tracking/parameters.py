"""Parameters that are connected: flattened to text, and watched for changes."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping
from typing import Any

from trackkit_jupyter.errors import TrackkitError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_name

__all__ = ["check_size", "flatten", "plain_text", "rows"]

_LARGEST = 10_000_000

_DEPTH = 20
_ADDRESS = re.compile(r"<.* at 0x[0-9a-fA-F]+>", re.DOTALL)
_PLACE = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")


def rows(parameters: Any, section: str) -> list[dict[str, Any]]:
    """Return hyperparameters as a document keeps them, ``{section, name, value, type, description, default}``.

    Parameters
    ----------
    parameters
        A dict, an ``argparse.Namespace``, a dataclass or a pydantic model.
    section
        The name of their section.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Something else, keys that are no text, nested too deeply or in a circle, or a value that cannot be kept; the
        message names the path.
    """
    return [
        {"section": section, "name": name, "value": text, "type": kind, "description": None, "default": None}
        for name, (text, kind) in flatten(parameters).items()
    ]


def flatten(parameters: Any, unfit: dict[str, str] | None = None) -> dict[str, tuple[str, str]]:
    """Return ``{name: (text, type)}``; the names of nested parameters are joined by a slash.

    Parameters
    ----------
    parameters
        A dict, an ``argparse.Namespace``, a dataclass or a pydantic model.
    unfit
        Takes the reason by name for each that cannot be kept, instead of an error.
    """
    found: dict[str, tuple[str, str]] = {}
    _flatten(_mapping(parameters), "", found, [], unfit)
    return found


def _mapping(parameters: Any) -> Mapping[Any, Any]:
    if isinstance(parameters, Mapping):
        return parameters
    if _is_dataclass(parameters):
        import dataclasses

        return {field.name: getattr(parameters, field.name) for field in dataclasses.fields(parameters)}
    if hasattr(parameters, "model_dump") and not isinstance(parameters, type):
        return dict(parameters.model_dump())
    if type(parameters).__name__ == "Namespace":
        return dict(vars(parameters))
    raise TrackkitTypeError(
        f"parameters must be a dict, a Namespace, a dataclass or a pydantic model, not {type(parameters).__name__}.",
        "parameters",
    )


def _is_dataclass(value: Any) -> bool:
    return hasattr(type(value), "__dataclass_fields__")


def _flatten(
    values: Mapping[Any, Any],
    prefix: str,
    found: dict[str, tuple[str, str]],
    above: list[int],
    unfit: dict[str, str] | None,
) -> None:
    if id(values) in above:
        raise TrackkitValueError(f"The parameters contain themselves, at {shown(prefix)}.", "parameters")
    if len(above) >= _DEPTH:
        raise TrackkitValueError(f"The parameters are nested deeper than {_DEPTH}, at {shown(prefix)}.", "parameters")
    for key, value in values.items():
        try:
            _take(key, value, prefix, found, [*above, id(values)], unfit)
        except TrackkitError as error:
            if unfit is None:
                raise
            unfit.setdefault(f"{prefix}{key}", error.message)


def _take(
    key: Any, value: Any, prefix: str, found: dict[str, tuple[str, str]], above: list[int], unfit: dict[str, str] | None
) -> None:
    if not isinstance(key, str):
        raise TrackkitTypeError(
            f"A parameter's name must be text, not {type(key).__name__}: {shown(key)} in {shown(prefix or '/')}.",
            "parameters",
        )
    name = prefix + check_name(key, "parameters", what="A parameter's name")
    nested = isinstance(value, Mapping) or _is_dataclass(value)
    if nested and value:
        _flatten(_mapping(value), f"{name}/", found, above, unfit)
        return
    if name in found:
        raise TrackkitValueError(f"The parameters name {shown(name)} twice: nested, and by a slash.", "parameters")
    found[name] = (check_size(plain_text(value, name, "parameters"), name, "parameters"), type(value).__name__)


def plain_text(value: Any, name: str, field: str) -> str:
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
    if isinstance(value, list | tuple | dict):
        try:
            return json.dumps(value, ensure_ascii=False)
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
            plain_text(each, place, field)


def check_size(text: str, name: str, field: str) -> str:
    """Return `text` if it has 10 MB at most.

    Raises
    ------
    TrackkitValueError
        It is larger; the message says size and limit.
    """
    if len(text) * 4 > _LARGEST:
        size = len(text.encode(errors="replace"))
        if size > _LARGEST:
            raise TrackkitValueError(
                f"{shown(name)} has {size / 1e6:.1f} MB of text; at most {_LARGEST // 1_000_000} MB are kept. Log it "
                "as an artifact.",
                field,
            )
    return text
