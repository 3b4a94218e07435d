"""The arguments of operations: checked against the annotations of the function, or read from a query string."""

from __future__ import annotations

import functools
import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown

__all__ = ["Parameter", "check", "parameters", "read_text"]

_WORDS = {
    "text": "text",
    "integer": "an integer",
    "number": "a finite number",
    "flag": "true or false",
    "texts": "a list of texts",
}
_KINDS: dict[Any, str] = {str: "text", int: "integer", float: "number", bool: "flag", list[str]: "texts"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_LIMIT = 1 << 63


@dataclass(frozen=True)
class Parameter:
    """What one argument of an operation may be.

    Attributes
    ----------
    kind
        ``text``, ``integer``, ``number``, ``flag`` or ``texts``.
    choices
        The texts that are allowed; empty: any.
    """

    name: str
    kind: str
    required: bool
    nullable: bool
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """Return `value` if it is allowed.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            It has another type, or is not allowed.
        """
        if value is None and self.nullable:
            return None
        kind = self.kind
        if kind == "number" and isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LIMIT:
            value = float(value)
        fits = {
            "text": isinstance(value, str),
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, float),
            "flag": isinstance(value, bool),
            "texts": isinstance(value, list) and all(isinstance(item, str) for item in value),
        }[kind]
        if not fits:
            raise TrackkitTypeError(f"{self.name} must be {_WORDS[kind]}, not {shown(value)}.", self.name)
        if (kind == "number" and not math.isfinite(value)) or (kind == "integer" and abs(value) >= _LIMIT):
            raise self._refused(value)
        if self.choices and value not in self.choices:
            allowed = ", ".join(choice or "''" for choice in self.choices)  # the empty one is to be seen too
            raise TrackkitValueError(f"{self.name} must be one of {allowed}, not {shown(value)}.", self.name)
        return value

    def read(self, values: Sequence[str]) -> Any:
        """Return the argument that stands in a query string as `values`, the values of one key.

        Raises
        ------
        TrackkitValueError
            It cannot be read, or stands there more than once.
        """
        if self.kind == "texts":
            return list(values)
        if len(values) > 1:
            raise TrackkitValueError(f"{self.name} is given {len(values)} times; once is allowed.", self.name)
        text = values[0]
        if self.kind == "text":
            return text
        if self.kind == "integer" and _INTEGER.fullmatch(text):
            return int(text)
        if self.kind == "flag" and text.lower() in _FLAGS:
            return _FLAGS[text.lower()]
        if self.kind == "number":
            try:
                return float(text)
            except ValueError:
                pass
        raise self._refused(text)

    def _refused(self, value: Any) -> TrackkitValueError:
        return TrackkitValueError(f"{self.name} must be {_WORDS[self.kind]}, not {shown(value)}.", self.name)


@functools.cache
def parameters(operation: Callable[..., Any]) -> Mapping[str, Parameter]:
    """Return the parameters of an operation by name, without the store."""
    hints = typing.get_type_hints(operation)
    found = {}
    for name, parameter in list(inspect.signature(operation).parameters.items())[1:]:
        hint, nullable = hints[name], False
        if typing.get_origin(hint) in (types.UnionType, typing.Union):
            (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
            nullable = True
        choices = typing.get_args(hint) if typing.get_origin(hint) is Literal else ()
        kind = "text" if choices else _KINDS[hint]
        found[name] = Parameter(name, kind, parameter.default is inspect.Parameter.empty, nullable, choices)
    return types.MappingProxyType(found)


def check(operation: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return `arguments` if the operation takes them.

    Raises
    ------
    TrackkitValueError, TrackkitTypeError
        One is unknown, missing, of another type or not allowed.
    """
    allowed = parameters(operation)
    for name in arguments:
        if name not in allowed:
            raise _unknown(name, allowed)
    for name, parameter in allowed.items():
        if parameter.required and name not in arguments:
            raise TrackkitValueError(f"{name} is missing: it must be {_WORDS[parameter.kind]}.", name)
    return {name: allowed[name].check(value) for name, value in arguments.items()}


def read_text(operation: Callable[..., Any], query: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the arguments that stand in a query string; each key has the list of its values.

    Raises
    ------
    TrackkitValueError
        One is unknown, repeated or cannot be read.
    """
    allowed = parameters(operation)
    for name in query:
        if name not in allowed:
            raise _unknown(name, allowed)
    return {name: allowed[name].read(values) for name, values in query.items()}


def _unknown(name: str, allowed: Mapping[str, Parameter]) -> TrackkitValueError:
    field = name[:100]
    return TrackkitValueError(f"There is no argument {shown(name)}; allowed: {', '.join(allowed)}.", field)
