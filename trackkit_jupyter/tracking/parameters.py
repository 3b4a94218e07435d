"""Parameters that are connected, flattened: a text, a type, a description and a default for each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from trackkit_jupyter.errors import TrackkitError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_name
from trackkit_jupyter.store.texts import plain_text

__all__ = ["Parameter", "flatten", "is_nested", "members"]

_DEPTH = 20


class Parameter(NamedTuple):
    """A parameter as it is kept; description and default are those that a dataclass or a pydantic model declares."""

    value: str
    type: str
    description: str | None = None
    default: str | None = None

    def entry(self) -> dict[str, str]:
        """Return it as an event tells it: what it has."""
        return {name: text for name, text in self._asdict().items() if text is not None}


def flatten(parameters: Any, unfit: dict[str, str] | None = None) -> dict[str, Parameter]:
    """Return the parameters by name; the names of nested ones are joined by a slash.

    Parameters
    ----------
    parameters
        A dict, an ``argparse.Namespace``, a dataclass or a pydantic model.
    unfit
        Takes the reason by name for each that cannot be kept, instead of an error.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Something else, keys that are no text, nested too deeply or in a circle, or a value that cannot be kept; the
        message names the path.
    """
    found: dict[str, Parameter] = {}
    if not is_nested(parameters):
        raise TrackkitTypeError(
            "parameters must be a dict, a Namespace, a dataclass or a pydantic model, not "
            f"{type(parameters).__name__}.",
            "parameters",
        )
    _flatten(parameters, "", found, [], unfit)
    return found


def is_nested(value: Any) -> bool:
    """Return whether a value has members by name: a dict, a Namespace, a dataclass or a pydantic model."""
    return not isinstance(value, type) and (
        isinstance(value, Mapping)
        or hasattr(type(value), "__dataclass_fields__")
        or hasattr(value, "model_dump")
        or type(value).__name__ == "Namespace"
    )


def members(parameters: Any) -> Iterator[tuple[Any, Any, str | None, Any]]:
    """Yield name, value, description and default of what is nested; a default that is this function is none."""
    if isinstance(parameters, Mapping):
        for key, value in parameters.items():
            yield key, value, None, members
    elif hasattr(type(parameters), "__dataclass_fields__"):
        import dataclasses

        for field in dataclasses.fields(parameters):
            said = field.metadata.get("description") or field.metadata.get("help")
            default = members if field.default is dataclasses.MISSING else field.default
            yield field.name, getattr(parameters, field.name), said, default
    elif hasattr(parameters, "model_dump"):
        declared = getattr(type(parameters), "model_fields", {})
        for name, value in parameters.model_dump().items():
            own = getattr(parameters, name, value)
            about = declared.get(name)
            default = members if about is None or about.is_required() else about.default
            yield name, own if is_nested(own) else value, getattr(about, "description", None), default
    else:
        for key, value in vars(parameters).items():
            yield key, value, None, members


def _flatten(
    values: Any, prefix: str, found: dict[str, Parameter], above: list[int], unfit: dict[str, str] | None
) -> None:
    if id(values) in above:
        raise TrackkitValueError(f"The parameters contain themselves, at {shown(prefix)}.", "parameters")
    if len(above) >= _DEPTH:
        raise TrackkitValueError(f"The parameters are nested deeper than {_DEPTH}, at {shown(prefix)}.", "parameters")
    for key, value, said, default in members(values):
        try:
            name = _name(key, prefix)
            if is_nested(value) and (not isinstance(value, Mapping) or value):
                _flatten(value, f"{name}/", found, [*above, id(values)], unfit)
            elif name in found:
                raise TrackkitValueError(
                    f"The parameters name {shown(name)} twice: nested, and by a slash.", "parameters"
                )
            else:
                text = plain_text(value, name, "parameters")
                found[name] = Parameter(text, type(value).__name__, said and str(said), _default(default, name))
        except TrackkitError as error:
            if unfit is None:
                raise
            unfit.setdefault(f"{prefix}{key}", error.message)


def _name(key: Any, prefix: str) -> str:
    if not isinstance(key, str):
        raise TrackkitTypeError(
            f"A parameter's name must be text, not {type(key).__name__}: {shown(key)} in {shown(prefix or '/')}.",
            "parameters",
        )
    return prefix + check_name(key, "parameters", what="A parameter's name")


def _default(value: Any, name: str) -> str | None:
    if value is members or value is None:
        return None
    try:
        return plain_text(value, name, "parameters")
    except TrackkitError:  # what it is not set to has no say in whether it can be kept
        return None
