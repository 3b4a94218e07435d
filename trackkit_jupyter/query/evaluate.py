"""What a query means, said once in plain Python over ``to_dict()`` data; the database must agree with it.

A comparison with something that is missing does not hold, whichever it is; ``== none`` asks for what is missing (or is
an empty text), ``!= none`` for what is there. NaN is neither smaller nor greater than anything and differs from every
number; ``== nan`` asks for it. Infinities are numbers. Of no finite value, ``min``, ``max`` and ``mean`` are missing.

Hyperparameters and properties are kept as text. Compared with a number they count as the number that they are, and not
at all if they are none; compared with a text they count as text; compared with true or false as that word. Where only a
hyperparameter's name is given, one section for which the comparison holds is enough.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from trackkit_jupyter.query.nodes import All, Compare, Condition, Field, Moment, Negation, OneOf, Order, as_number
from trackkit_jupyter.query.patterns import matcher
from trackkit_jupyter.records import timestamp

__all__ = ["matches", "number_of", "ordered", "time_of"]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def matches(condition: Condition, record: Mapping[str, Any]) -> bool:
    """Return whether an experiment fulfils a condition.

    Parameters
    ----------
    condition
        As :func:`trackkit_jupyter.query.parse` returns it.
    record
        As ``to_dict()`` returns it.
    """
    if isinstance(condition, All):
        return all(matches(term, record) for term in condition.terms)
    if isinstance(condition, OneOf):
        return any(matches(term, record) for term in condition.terms)
    if isinstance(condition, Negation):
        return not matches(condition.term, record)
    return _compare(condition, record)


def ordered(records: Iterable[Mapping[str, Any]], order: Sequence[Order]) -> list[Mapping[str, Any]]:
    """Return experiments in an order; those without a value last in both directions, and at the end by id.

    Hyperparameters and properties that are numbers come before those that are other text. NaN counts as no value. Of a
    hyperparameter in any section, the first section by name that has it counts.

    Parameters
    ----------
    records
        As ``to_dict()`` returns them.
    order
        By what.
    """
    rows = sorted(records, key=lambda record: str(record["id"]))
    for by in reversed(order):
        groups: tuple[list[tuple[Any, Mapping[str, Any]]], ...] = ([], [], [])
        for record in rows:
            rank, key = _key(by.field, record)
            groups[rank].append((key, record))
        for group in groups:
            group.sort(key=lambda pair: pair[0], reverse=by.descending)  # stable in both directions
        rows = [record for group in groups for _, record in group]
    return rows


def number_of(value: Any) -> float | None:
    """Return a number of ``to_dict()`` data, in which NaN and infinity are texts; ``None`` if it is missing."""
    if isinstance(value, str):
        return _NUMBERS.get(value)
    return None if value is None else float(value)


def time_of(text: Any) -> float | None:
    """Return a time of ``to_dict()`` data in unix seconds; ``None`` if it is missing or no time."""
    try:
        return timestamp(text)
    except (ValueError, TypeError):
        return None


def _compare(node: Compare, record: Mapping[str, Any]) -> bool:
    values = _values(node.field, record)
    if node.value is None:
        there = any(value not in (None, "") for value in values)
        return there if node.operator == "!=" else not there
    if node.operator == "matches" and node.field.name != "tags":
        values = [value or "" for value in values]
    return any(value is not None and _holds(node, value) for value in values)


def _values(field: Field, record: Mapping[str, Any]) -> list[Any]:
    """Return what a field holds: several values for tags, and for a hyperparameter in any section."""
    if field.name == "tags":
        return list(record["tags"])
    if field.name == "metrics":
        summary = record["metrics"].get(field.keys[0], {}).get(field.keys[1])
        if summary is None:
            return []
        number = number_of(summary[field.statistic])
        missing = number is None or (math.isnan(number) and field.statistic not in ("first", "last"))
        return [] if missing else [number]
    if field.name == "properties":
        found = record["properties"].get(field.keys[0])
        return [] if found is None else [str(found["value"])]
    if field.name == "hyperparameters":
        sections = record["hyperparameters"]
        names = [field.keys[0]] if len(field.keys) == 2 else sorted(sections)
        entries = [sections.get(section, {}).get(field.keys[-1]) for section in names]
        return [str(entry["value"]) for entry in entries if entry is not None]
    if field.name == "duration":
        start, end = (time_of(record.get(name)) for name in ("started", "finished"))
        end = time_of(record.get("last_update")) if end is None else end
        return [] if start is None or end is None else [end - start]
    value = record.get(field.name)
    return [time_of(value) if field.kind == "time" else value]


def _holds(node: Compare, value: Any) -> bool:
    wanted: Any = node.value
    if isinstance(wanted, Moment):
        return _in_time(node.operator, value, wanted)
    if node.operator == "matches":
        return matcher(str(wanted))(str(value))
    if node.operator == "~":
        return str(wanted).casefold() in str(value).casefold()
    if node.field.kind == "value" and not isinstance(wanted, str):
        if isinstance(wanted, bool):
            value, wanted = value.lower(), str(wanted).lower()
        else:
            value = math.nan if value.lower() == "nan" else as_number(value)
            if value is None:
                return False
    if isinstance(wanted, float) and math.isnan(wanted):
        return node.operator in ("==", "!=") and math.isnan(value) == (node.operator == "==")
    return _OPERATORS[node.operator](value, wanted)


def _in_time(sign: str, value: float, wanted: Moment) -> bool:
    if sign in ("==", "!="):
        return (wanted.start <= value < wanted.end) == (sign == "==")
    if sign in (">", ">="):
        return value >= (wanted.end if sign == ">" else wanted.start)
    return value < (wanted.end if sign == "<=" else wanted.start)


def _key(field: Field, record: Mapping[str, Any]) -> tuple[int, Any]:
    """Return a value's group (0: sorts as it is, 1: text among numbers, 2: missing), and what to sort by in it."""
    value = next(iter(_values(field, record)), None)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return 2, 0
    if field.kind != "value":
        return 0, value
    number = as_number(value)
    return (1, value) if number is None else (0, (number, value))
