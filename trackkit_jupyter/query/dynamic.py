"""Dynamic queries of embed URLs, in the parameters of ClearML's tasks.get_all and models.get_all, as conditions.

Filters of lists are those of :mod:`trackkit_jupyter.query.tags`; ranges and dates include both their ends; patterns are
those of :mod:`trackkit_jupyter.query.patterns`. What says how an answer is shaped (``only_fields`` and the like) is
accepted and changes nothing: only ids are asked for.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trackkit_jupyter.errors import QueryError, shown
from trackkit_jupyter.query.dates import EXPECTED, read_moment
from trackkit_jupyter.query.grammar import parse
from trackkit_jupyter.query.nodes import (
    FIELDS,
    All,
    Compare,
    Condition,
    Field,
    Moment,
    Negation,
    OneOf,
    as_number,
)
from trackkit_jupyter.query.patterns import matcher
from trackkit_jupyter.query.tags import search, tag_filter

__all__ = ["MOST", "Asked", "Known", "read"]

#: Objects that one query finds at most.
MOST = 500

_NEVER = OneOf(())  # the condition that nothing fulfils
_STATISTICS = {"value": "last", "min_value": "min", "max_value": "max", "mean_value": "mean", "first_value": "first"}
_LISTS = {"id": "id", "user": "user", "tags": "tags", "status": "status", "parent": "parent", "framework": "framework"}
_LISTS |= {"uri": "uri", "task": "experiment", "experiment": "experiment"}
_TIMES = {"created": "created", "started": "started", "completed": "finished", "finished": "finished"}
_TIMES |= {"last_update": "last_update", "last_change": "last_update"}
_PATTERNS = {"name": "name", "comment": "description", "description": "description", "report": "description"}
_SHAPES = frozenset(
    "only_fields allow_public include_subprojects search_hidden scroll_id refresh_scroll page page_size start size "
    "order_by search_text query".split()
)
_ANY: dict[str, type[OneOf | All]] = {"_any_": OneOf, "_or_": OneOf, "_all_": All, "_and_": All}
_SIGNS = (">=", "<=", ">", "<")


@dataclass(frozen=True)
class Known:
    """What there is in the store, as far as a query names it by digests.

    Parameters
    ----------
    projects, series
        Give the names of the projects, and metric and variant of each series.
    """

    projects: Callable[[], Iterable[str]]
    series: Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Asked:
    """What a dynamic query asks for: a condition, an order as texts, and which of what is found."""

    condition: Condition
    order: tuple[str, ...]
    start: int
    size: int


def read(parameters: Mapping[str, Any], known: Known, now: float | None = None) -> Asked:
    """Return what a dynamic query asks for.

    Parameters
    ----------
    parameters
        By name, as they stand in an embed URL: texts, or lists of texts; dots nest, as in
        ``hyperparams.Args.lr``. Nested mappings, numbers and booleans mean the same. ``query`` is one of our own.
    known
        What there is in the store.
    now
        Unix time in seconds, from which relative dates count; default: now.

    Raises
    ------
    QueryError
        A parameter is unknown, or its value cannot be read; ``field`` names it.
    """
    flat: dict[str, Any] = {}
    _flatten("", parameters, flat, 0)
    reader = _Reader(flat, known, time.time() if now is None else now)
    terms = [reader.condition(key, value) for key, value in flat.items() if not _is_grouped(key)]
    terms += reader.grouped()
    start, size = reader.page()
    return Asked(All(tuple(terms)), reader.order(), start, size)


def _is_grouped(key: str) -> bool:
    return key.split(".")[0] in (*_ANY, *_SHAPES, "filters")


def _flatten(prefix: str, value: Any, found: dict[str, Any], depth: int) -> None:
    if not isinstance(value, Mapping):
        found[prefix] = value
        return
    if depth > 8:
        raise QueryError(f"{shown(prefix)} is nested too deep.", prefix)
    for name, item in value.items():
        key = str(name).removesuffix("[]")
        _flatten(f"{prefix}.{key}" if prefix else key, item, found, depth + 1)


def _texts(value: Any, key: str) -> list[str | None]:
    """Return a value, or each of several, as text."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if value is None or isinstance(value, str):
        return [value]
    if isinstance(value, int | float):
        return [f"{value}"]
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray) and len(value) <= 10_000:
        return [text for item in value for text in _texts_flat(item, key)]
    raise QueryError(f"{key} must be text or a list of texts, not {type(value).__name__}.", key)


def _texts_flat(item: Any, key: str) -> list[str | None]:
    if isinstance(item, list | tuple):
        raise QueryError(f"{key} must not hold a list in a list.", key)
    return _texts(item, key)


def _replaced(condition: Condition, leaf: Callable[[Compare], Condition]) -> Condition:
    if isinstance(condition, Compare):
        return leaf(condition)
    if isinstance(condition, Negation):
        return Negation(_replaced(condition.term, leaf))
    return type(condition)(tuple(_replaced(term, leaf) for term in condition.terms))


class _Reader:
    def __init__(self, parameters: dict[str, Any], known: Known, now: float) -> None:
        self._all, self._known, self._now = parameters, known, now

    # -- single parameters

    def condition(self, key: str, value: Any) -> Condition:
        first, *rest = key.split(".")
        texts = _texts(value, key)
        if first in ("system_tags", "type", "project") and not rest:
            return self._list(first, texts)
        if first in _LISTS and not rest:
            return tag_filter(texts, _LISTS[first])
        if first in ("hyperparams", "metadata", "runtime") and rest:
            return tag_filter(texts, self._keyed(first, rest))
        if first in _PATTERNS and not rest:
            return All(tuple(self._pattern(_PATTERNS[first], text, key) for text in texts))
        if first == "status_changed" and not rest:
            return self._status_changed(texts, key)
        if first in _TIMES and not rest:
            return self._times(Field(_TIMES[first]), texts, key)
        if (first == "last_iteration" and not rest) or first == "last_metrics":
            return self._range(self._metric(rest, key) if rest else Field(first), texts, key)
        if first == "ready" and not rest:
            return All(())  # all of our models are
        raise QueryError(f"A dynamic query cannot ask for {shown(key)}.", key)

    def _list(self, name: str, texts: list[str | None]) -> Condition:
        """Return the filter of a list that is no field of ours, put in terms of one."""
        names: dict[str, str] | None = None

        def leaf(node: Compare) -> Condition:
            nonlocal names
            if name == "system_tags":
                if node.value is None:
                    return Compare(Field("archived"), "==", False)
                return Compare(Field("archived"), "==", True) if node.value == "archived" else _NEVER
            if name == "type":
                return All(()) if node.value == "training" else _NEVER
            if node.value is None:
                return _NEVER
            text = str(node.value)
            if names is None:
                names = {_md5(project): project for project in self._known.projects()}
            text = names.get(text, text)
            own = Compare(Field("project"), "==", text)
            if self._flag("include_subprojects"):
                return OneOf((own, Compare(Field("project"), "matches", "^" + _quoted(f"{text}/"))))
            return own

        return _replaced(tag_filter(texts, "tags"), leaf)

    def _keyed(self, first: str, rest: list[str]) -> Field:
        if rest[-1] == "value" and len(rest) > 1:
            rest = rest[:-1]
        if first != "hyperparams":
            return Field("properties", (".".join(rest),))
        return Field("hyperparameters", (rest[0], ".".join(rest[1:])) if len(rest) > 1 else (rest[0],))

    def _metric(self, rest: list[str], key: str) -> Field:
        if len(rest) == 2:
            rest = [*rest, "value"]
        if len(rest) != 3 or rest[2] not in (*_STATISTICS, "count"):
            kinds = ", ".join((*_STATISTICS, "count"))
            raise QueryError(f"{key} is no last_metrics.<MD5>.<MD5>.<kind>; the kinds are {kinds}.", key)
        digests = (rest[0].lower(), rest[1].lower())
        named = ((m, v) for m, v in self._known.series() if (_md5(m), _md5(v)) == digests)
        return Field("metrics", next(named, digests), _STATISTICS.get(rest[2], rest[2]))

    def _pattern(self, name: str, text: str | None, key: str) -> Condition:
        if text is None:
            return Compare(Field(name), "==", None)
        _check(text, key)
        matcher(text)
        return Compare(Field(name), "matches", text)

    # -- ranges and dates

    def _range(self, field: Field, texts: list[str | None], key: str) -> Condition:
        if len(texts) != 2:
            raise QueryError(f"{key} must be a range of two values, one of which may be null.", key)
        ends = []
        for text in texts:
            number = None if text in (None, "", "null") else as_number(str(text).strip())
            if number is None and text not in (None, "", "null"):
                raise QueryError(f"{key} must be a range of two numbers, not {shown(text)}.", key)
            ends.append(number)
        return _between(field, *ends)

    def _times(self, field: Field, texts: list[str | None], key: str) -> Condition:
        terms: list[Condition] = []
        ends: list[Moment | None] = []
        for text in texts:
            whole = "" if text in (None, "null") else str(text).strip()
            sign = next((sign for sign in _SIGNS if whole.startswith(sign)), "")
            moment = read_moment(whole[len(sign) :], self._now) if whole else None
            if whole and moment is None:
                raise QueryError(f"{key} must be a date such as {EXPECTED}, not {shown(whole)}.", key)
            if sign and moment is not None:
                terms.append(Compare(field, sign, moment))
            else:
                ends.append(moment)
        if len(ends) == 2 and not terms:
            return _between(field, *ends)
        if ends == [None] and not terms:
            return Compare(field, "==", None)
        if len(ends) > 1 or (ends and ends[0] is None):
            raise QueryError(f"{key} must be a range of two dates, or dates with > >= < <= in front.", key)
        return All((*terms, *(Compare(field, "==", end) for end in ends)))

    def _status_changed(self, texts: list[str | None], key: str) -> Condition:
        """Return the condition on when the status changed last: at the end, else at the start, else at the making."""
        missing: list[Condition] = []
        terms: list[Condition] = []
        for name in ("finished", "started", "created"):
            field = Field(name)
            terms.append(All((*missing, Compare(field, "!=", None), self._times(field, texts, key))))
            missing.append(Compare(field, "==", None))
        return OneOf(tuple(terms))

    # -- several fields at once

    def grouped(self) -> list[Condition]:
        found: list[Condition] = []
        groups: dict[str, dict[str, Any]] = {}
        for key, value in self._all.items():
            first, _, rest = key.partition(".")
            if first in _ANY:
                groups.setdefault(first, {})[rest] = value
        found += [self._fields(name, group) for name, group in groups.items()]
        found += self._filters()
        text = self._one("search_text")
        if text is not None:
            found.append(search(text))
        own = self._one("query")
        if own is not None:
            found.append(parse(own, now=self._now))
        return found

    def _fields(self, name: str, group: dict[str, Any]) -> Condition:
        unknown = set(group) - {"fields", "pattern", "datetime"}
        if unknown or "fields" not in group or len(group) != 2:
            raise QueryError(f"{name} needs {name}.fields, and {name}.pattern or {name}.datetime.", name)
        fields = [str(text) for text in _texts(group["fields"], f"{name}.fields")]
        key = f"{name}.{'pattern' if 'pattern' in group else 'datetime'}"
        texts = _texts(group.get("pattern", group.get("datetime")), key)
        terms: list[Condition] = []
        for field in fields:
            if "datetime" in group:
                if field not in _TIMES and field != "status_changed":
                    raise QueryError(f"{name}.fields names {shown(field)}, which holds no date.", f"{name}.fields")
                terms.append(self.condition(field, texts))
                continue
            own = {**_PATTERNS, **_LISTS, "project": "project"}.get(field)
            if own is None or FIELDS[own] not in ("text", "tags"):
                raise QueryError(f"{name}.fields names {shown(field)}, which holds no text.", f"{name}.fields")
            terms += [self._pattern(own, text, key) for text in texts]
        return _ANY[name](tuple(terms))

    def _filters(self) -> list[Condition]:
        flat: dict[str, Any] = {}
        for key, value in self._all.items():
            first, _, rest = key.partition(".")
            if first != "filters":
                continue
            if not rest:
                try:
                    value = json.loads(value) if isinstance(value, str) else value
                except (ValueError, RecursionError):
                    value = None
                if not isinstance(value, Mapping):
                    raise QueryError("filters must be an object: {field: {any: {include, exclude}}}.", "filters")
                _flatten("", value, flat, 0)
            else:
                flat[rest] = value
        fields: dict[str, dict[str, Any]] = {}
        for key, value in flat.items():
            for end in ("any.include", "any.exclude", "all.include", "all.exclude", "op"):
                if key.endswith(f".{end}"):
                    fields.setdefault(key.removesuffix(f".{end}"), {})[end] = value
                    break
            else:
                raise QueryError(
                    f"filters has no {shown(key)}; it has any and all, include and exclude, op.", "filters"
                )
        return [self._filter(field, parts) for field, parts in fields.items()]

    def _filter(self, field: str, parts: dict[str, Any]) -> Condition:
        def each(part: str) -> tuple[Condition, ...]:
            """Return of each value the condition that it is there; a null in a list of exclusions means: not empty."""
            chosen = [] if part not in parts else _texts(parts[part], f"filters.{field}.{part}")
            found = []
            for text in chosen:
                value = None if text is None else text
                found.append(self.condition(field, ["__$or", value]) if value else self.condition(field, ["null"]))
            return tuple(found)

        terms: list[Condition] = []
        if "any.include" in parts:
            terms.append(OneOf(each("any.include")))
        if "all.include" in parts:
            terms.append(All(each("all.include")))
        if "any.exclude" in parts:
            terms.append(Negation(All(each("any.exclude"))))
        if "all.exclude" in parts:
            terms.append(Negation(OneOf(each("all.exclude"))))
        op = str((_texts(parts.get("op", "and"), "filters.op") or ["and"])[0])
        if op not in ("and", "or"):
            raise QueryError(f"op is and or or, not {shown(op)}.", f"filters.{field}.op")
        return OneOf(tuple(terms)) if op == "or" and terms else All(tuple(terms))

    # -- order and page

    def order(self) -> tuple[str, ...]:
        found = []
        for text in _texts(self._all.get("order_by", []), "order_by"):
            for part in (text or "").split(","):
                name = part.strip()
                minus, name = ("-", name[1:]) if name.startswith("-") else ("", name)
                if name == "@text_score":
                    if "search_text" not in self._all:
                        raise QueryError("@text_score needs search_text.", "order_by")
                    continue  # every word is in each of them, in fields of equal weight
                if name:
                    found.append(minus + self._order(name))
        return tuple(found)

    def _order(self, name: str) -> str:
        first, *rest = name.split(".")
        if first == "last_metrics":
            self._metric(rest, "order_by")
            return name if len(rest) == 3 else f"{name}.value"
        if first == "hyperparams" and rest:
            keys = self._keyed(first, rest).keys
            return "hyperparameters" + "".join(f"[{json.dumps(key, ensure_ascii=False)}]" for key in keys)
        own = {**_PATTERNS, **_LISTS, **_TIMES, "status_changed": "finished"}.get(name, name)
        if own not in FIELDS or own == "tags":
            raise QueryError(f"order_by cannot order by {shown(name)}.", "order_by")
        return own

    def page(self) -> tuple[int, int]:
        size = self._number("page_size" if "size" not in self._all else "size", MOST, 1)
        start = self._number("start", 0, 0) if "start" in self._all else self._number("page", 0, 0) * min(size, MOST)
        return min(start, 1 << 40), min(size, MOST)

    def _number(self, name: str, default: int, least: int) -> int:
        text = self._one(name)
        if text is None or text == "":
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
            raise QueryError(f"{name} must be a whole number from {least}, not {shown(text)}.", name)
        return int(text)

    def _flag(self, name: str) -> bool:
        return (self._one(name) or "").lower() in ("true", "1")

    def _one(self, name: str) -> str | None:
        texts = _texts(self._all.get(name), name)
        return texts[-1] if texts else None


def _between(field: Field, low: float | Moment | None, high: float | Moment | None) -> Condition:
    """Return the condition that a value lies between two, both included; without the lower end it may be missing."""
    above = [] if low is None else [Compare(field, ">=", low)]
    below = [] if high is None else [Compare(field, "<=", high)]
    if low is None and below:
        return OneOf((*below, Compare(field, "==", None)))
    return All((*above, *below))


def _quoted(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign.isspace() or sign == "_" else f"\\{sign}" for sign in text)


def _check(text: str, key: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise QueryError(f"{key} holds a character that is not valid Unicode text.", key)


def _md5(name: str) -> str:
    return hashlib.md5(name.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
