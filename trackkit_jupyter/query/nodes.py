"""What a query says, as plain frozen data: conditions over fields, and an order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = [
    "FIELDS",
    "KEYED",
    "STATISTICS",
    "All",
    "Compare",
    "Condition",
    "Field",
    "Moment",
    "Negation",
    "OneOf",
    "Order",
    "Value",
    "as_number",
    "fields_of",
]

#: The fields of experiments and models, and what they hold; what the one or the other lacks is missing there.
FIELDS: Final = {
    "id": "text",
    "name": "text",
    "project": "text",
    "status": "text",
    "user": "text",
    "parent": "text",
    "cell": "text",
    "cell_execution": "text",
    "notebook": "text",
    "description": "text",
    "created": "time",
    "started": "time",
    "finished": "time",
    "last_update": "time",
    "last_iteration": "number",
    "duration": "number",  # seconds from the start to the end, or to what was logged last
    "archived": "flag",
    "tags": "tags",
    "framework": "text",
    "uri": "text",
    "version": "number",
    "experiment": "text",
}
#: Fields with a key in brackets, what they hold, and how many keys they take.
KEYED: Final = {"metrics": ("number", 2), "hyperparameters": ("value", 2), "properties": ("value", 1)}
#: What is known of a metric; ``last`` unless another is named.
STATISTICS: Final = ("first", "last", "min", "max", "mean", "count")

_NUMBER = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity)", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an experiment.

    Attributes
    ----------
    name : str
        One of :data:`FIELDS` or :data:`KEYED`.
    keys : tuple of str
        Of a metric: metric and variant. Of a hyperparameter: its name, or section and name. Of a property: its name.
    statistic : str
        Of a metric, one of :data:`STATISTICS`; else empty.
    """

    name: str
    keys: tuple[str, ...] = ()
    statistic: str = ""

    @property
    def kind(self) -> str:
        """What it holds: text, time, number, flag, tags, or value (text that may be a number)."""
        return FIELDS[self.name] if self.name in FIELDS else KEYED[self.name][0]


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of time, from `start` up to but not including `end`, in unix seconds: a day, or a millisecond."""

    start: float
    end: float


Value = str | float | bool | Moment | None


@dataclass(frozen=True, slots=True)
class Compare:
    """A field compared with a value. ``==`` on tags means that one of them is the value, ``~`` that one contains it.

    Attributes
    ----------
    operator : str
        One of ``== != < <= > >= ~``, and of texts and tags ``matches``, see :mod:`trackkit_jupyter.query.patterns`.
    value : Value
        Of the field's kind; ``None`` (with == and != only) stands for what is missing or empty.
    """

    field: Field
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class All:
    """All of its terms hold; none at all always does."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of its terms holds; none at all never does."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """Its term does not hold."""

    term: Condition


Condition = Compare | All | OneOf | Negation


@dataclass(frozen=True, slots=True)
class Order:
    """Sorted by a field; rows without it come last in both directions."""

    field: Field
    descending: bool = False


def fields_of(condition: Condition) -> set[str]:
    """Return the names of all fields a condition looks at."""
    found: set[str] = set()
    stack = [condition]
    while stack:
        node = stack.pop()
        if isinstance(node, Compare):
            found.add(node.field.name)
        elif isinstance(node, Negation):
            stack.append(node.term)
        else:
            stack.extend(node.terms)
    return found


def as_number(text: str) -> float | None:
    """Return the number that a text is, as float64, ``None`` if it is none. NaN is no number here."""
    return float(text) if _NUMBER.fullmatch(text) else None
