"""Parameters that are connected: flattened to text, and watched for changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_name

__all__ = ["flatten", "rows"]

_DEPTH = 20


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


def flatten(parameters: Any) -> dict[str, tuple[str, str]]:
    """Return ``{name: (text, type)}``; the names of nested parameters are joined by a slash."""
    found: dict[str, tuple[str, str]] = {}
    _flatten(_mapping(parameters), "", found, [])
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


def _flatten(values: Mapping[Any, Any], prefix: str, found: dict[str, tuple[str, str]], above: list[int]) -> None:
    if id(values) in above:
        raise TrackkitValueError(f"The parameters contain themselves, at {shown(prefix)}.", "parameters")
    if len(above) >= _DEPTH:
        raise TrackkitValueError(f"The parameters are nested deeper than {_DEPTH}, at {shown(prefix)}.", "parameters")
    for key, value in values.items():
        if not isinstance(key, str):
            raise TrackkitTypeError(
                f"A parameter's name must be text, not {type(key).__name__}: {shown(key)} in {shown(prefix or '/')}.",
                "parameters",
            )
        name = prefix + check_name(key, "parameters", what="A parameter's name")
        nested = isinstance(value, Mapping) or _is_dataclass(value)
        if nested and value:
            _flatten(_mapping(value), f"{name}/", found, [*above, id(values)])
        else:
            found[name] = (_text(value), type(value).__name__)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | dict):
        try:
            return json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError):
            pass
    return str(value)
