"""Parameters of dynamic queries that speak of several fields: ``_any_``, ``_all_`` and ``filters``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trackkit_jupyter.errors import QueryError, shown
from trackkit_jupyter.query.asked_fields import LISTS, PATTERNS, TIMES, Fields
from trackkit_jupyter.query.nodes import FIELDS, All, Condition, Negation, OneOf
from trackkit_jupyter.query.parameters import flat, texts

__all__ = ["GROUPS", "grouped"]

_ANY: dict[str, type[OneOf | All]] = {"_any_": OneOf, "_or_": OneOf, "_all_": All, "_and_": All}
#: First segments of these parameters.
GROUPS = frozenset((*_ANY, "filters"))


def grouped(parameters: Mapping[str, Any], fields: Fields) -> list[Condition]:
    """Return the conditions that these parameters say.

    Parameters
    ----------
    parameters
        All parameters of the query, side by side.
    fields
        Makes the conditions on single fields.

    Raises
    ------
    QueryError
        One cannot be read.
    """
    groups: dict[str, dict[str, Any]] = {}
    for key, value in parameters.items():
        first, _, rest = key.partition(".")
        if first in _ANY:
            groups.setdefault(first, {})[rest] = value
    found = [_any_or_all(name, group, fields) for name, group in groups.items()]
    return found + _filters(parameters, fields)


def _any_or_all(name: str, group: dict[str, Any], fields: Fields) -> Condition:
    if set(group) not in ({"fields", "pattern"}, {"fields", "datetime"}):
        raise QueryError(f"{name} needs {name}.fields, and {name}.pattern or {name}.datetime.", name)
    names = [str(text) for text in texts(group["fields"], f"{name}.fields")]
    key = f"{name}.{'pattern' if 'pattern' in group else 'datetime'}"
    values = texts(group.get("pattern", group.get("datetime")), key)
    terms: list[Condition] = []
    for field in names:
        if "datetime" in group:
            if field not in TIMES and field != "status_changed":
                raise QueryError(f"{name}.fields names {shown(field)}, which holds no date.", f"{name}.fields")
            terms.append(fields.condition(field, values))
            continue
        own = {**PATTERNS, **LISTS, "project": "project"}.get(field)
        if own is None or FIELDS[own] not in ("text", "tags"):
            raise QueryError(f"{name}.fields names {shown(field)}, which holds no text.", f"{name}.fields")
        terms += [fields.pattern(own, text, key) for text in values]
    return _ANY[name](tuple(terms))


def _filters(parameters: Mapping[str, Any], fields: Fields) -> list[Condition]:
    found: dict[str, Any] = {}
    for key, value in parameters.items():
        first, _, rest = key.partition(".")
        if first != "filters":
            continue
        if rest:
            found[rest] = value
        else:
            found.update(flat(_object(value)))
    by_field: dict[str, dict[str, Any]] = {}
    for key, value in found.items():
        for end in ("any.include", "any.exclude", "all.include", "all.exclude", "op"):
            if key.endswith(f".{end}"):
                by_field.setdefault(key.removesuffix(f".{end}"), {})[end] = value
                break
        else:
            raise QueryError(f"filters has no {shown(key)}; it has any and all, include and exclude, op.", "filters")
    return [_filter(field, parts, fields) for field, parts in by_field.items()]


def _object(value: Any) -> Mapping[str, Any]:
    try:
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, Mapping):
        raise QueryError("filters must be an object: {field: {any: {include, exclude}}}.", "filters")
    return value


def _filter(field: str, parts: dict[str, Any], fields: Fields) -> Condition:
    def each(part: str) -> tuple[Condition, ...]:
        """Return of each value the condition that it is there; a null in a list of exclusions means: not empty."""
        chosen = [] if part not in parts else texts(parts[part], f"filters.{field}.{part}")
        values = [["__$or", text] if text not in (None, "", "null") else ["null"] for text in chosen]
        return tuple(fields.condition(field, value) for value in values)

    terms: list[Condition] = []
    if "any.include" in parts:
        terms.append(OneOf(each("any.include")))
    if "all.include" in parts:
        terms.append(All(each("all.include")))
    if "any.exclude" in parts:
        terms.append(Negation(All(each("any.exclude"))))
    if "all.exclude" in parts:
        terms.append(Negation(OneOf(each("all.exclude"))))
    op = str((texts(parts.get("op", "and"), "filters.op") or ["and"])[0])
    if op not in ("and", "or"):
        raise QueryError(f"op is and or or, not {shown(op)}.", f"filters.{field}.op")
    return OneOf(tuple(terms)) if op == "or" and terms else All(tuple(terms))
