"""By what experiments are grouped in a table: some fields, or all hyperparameters but some."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from trackkit_jupyter.errors import QueryError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.query.grammar import parse_order
from trackkit_jupyter.query.nodes import Field
from trackkit_jupyter.query.tokens import tokens

__all__ = ["ALL_BUT", "Grouping", "all_but", "one_field", "parse_grouping"]

#: What stands in front of the hyperparameters that do not count.
ALL_BUT = "all but"

_MOST = 8  # fields
_BUT = re.compile(r"\s*all\s+but\b\s*", re.IGNORECASE)
_PLAIN = re.compile(r"""[^\[\]"']+""")


@dataclass(frozen=True, slots=True)
class Grouping:
    """What the members of a group have in common.

    Attributes
    ----------
    fields : tuple of Field
        What they share; with `but`, hyperparameters.
    but : bool
        They share all other hyperparameters instead.
    """

    fields: tuple[Field, ...]
    but: bool = False


def parse_grouping(group_by: str, argument: str = "group_by") -> Grouping:
    """Return the grouping that a text says.

    Parameters
    ----------
    group_by
        Fields, with commas between: ``status``, ``hyperparameters["lr"], project``. Or ``all but`` and hyperparameters:
        ``all but hyperparameters["seed"]``, or as ``track.compare`` names them, ``all but seed``.
    argument
        What it is called in an error.

    Raises
    ------
    QueryError, TrackkitValueError
        It cannot be read, or names none, too many, or after ``all but`` anything but hyperparameters.
    """
    start = _BUT.match(group_by)
    texts = _parts(group_by[start.end() :] if start else group_by, argument)
    if not 0 < len(texts) <= _MOST:
        raise TrackkitValueError(
            f"{argument} names 1 to {_MOST} fields, with commas between, not {len(texts)}.", argument
        )
    fields = [_parameter(text, argument) if start else one_field(text, argument) for text in texts]
    return Grouping(tuple(dict.fromkeys(fields)), bool(start))


def all_but(names: str | Iterable[str]) -> str:
    """Return the text that groups by all hyperparameters but some, which are named as in ``track.compare``.

    Raises
    ------
    TrackkitTypeError
        They are no names.
    """
    found = [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)
    for name in found:
        if not isinstance(name, str):
            raise TrackkitTypeError(f"over names hyperparameters, not {type(name).__name__}.", "over")
    return f"{ALL_BUT} {', '.join(_spelled(name) for name in found)}"


def one_field(text: str, argument: str) -> Field:
    """Return the one field that an argument names.

    Raises
    ------
    QueryError, TrackkitValueError
        There is no such field, or it names none or several.
    """
    if text == "tags":  # which have no order
        return Field("tags")
    try:
        found = parse_order([text])
    except QueryError as error:
        raise QueryError(error.message, argument, error.place) from None
    if len(found) != 1:
        raise TrackkitValueError(f"{argument} must name one field each, not {shown(text)}.", argument)
    return found[0].field


def _parts(text: str, argument: str) -> list[str]:
    """Return what stands between the commas, but for those inside of names."""
    if _PLAIN.fullmatch(text):
        return [part.strip() for part in text.split(",") if part.strip()]
    commas = [token.start for token in tokens(text, argument) if (token.kind, token.text) == ("sign", ",")]
    ends = zip([-1, *commas], [*commas, len(text)], strict=True)
    return [part for start, end in ends if (part := text[start + 1 : end].strip())]


def _parameter(text: str, argument: str) -> Field:
    if _PLAIN.fullmatch(text):
        section, slash, name = text.removeprefix("hyperparameters.").partition("/")
        return Field("hyperparameters", (section, name) if slash else (section,))
    field = one_field(text, argument)
    if field.name != "hyperparameters":
        raise TrackkitValueError(
            f'After "{ALL_BUT}" stand hyperparameters, such as hyperparameters["seed"], not {shown(text)}.', argument
        )
    return field


def _spelled(name: str) -> str:
    keys = name.split("/", 1) if "/" in name else [name]
    return "hyperparameters" + "".join('["' + key.replace("\\", "\\\\").replace('"', '\\"') + '"]' for key in keys)
