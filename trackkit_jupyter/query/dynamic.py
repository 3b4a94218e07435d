"""Dynamic queries of embed URLs, in the parameters of ClearML's tasks.get_all and models.get_all, as conditions.

Filters of lists are those of :mod:`trackkit_jupyter.query.tags`; ranges and dates include both their ends; patterns are
those of :mod:`trackkit_jupyter.query.patterns`. What says how an answer is shaped (``only_fields`` and the like) is
accepted and changes nothing: only ids are asked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trackkit_jupyter.errors import QueryError, shown
from trackkit_jupyter.query.asked_fields import LISTS, PATTERNS, TIMES, Fields, Known, keyed
from trackkit_jupyter.query.asked_groups import GROUPS, grouped
from trackkit_jupyter.query.grammar import parse, parse_order
from trackkit_jupyter.query.nodes import FIELDS, All, Condition
from trackkit_jupyter.query.parameters import flat, texts
from trackkit_jupyter.query.tags import search

__all__ = ["MOST", "MOST_OWN", "Asked", "Known", "read"]

#: Objects that one query finds at most; one in our own words, twice as many.
MOST, MOST_OWN = 500, 1_000

_SHAPES = frozenset(
    "only_fields allow_public include_subprojects search_hidden scroll_id refresh_scroll page page_size start size "
    "order_by search_text query".split()
)


#: What says how many are wanted.
_PAGES = frozenset({"page", "page_size", "start", "size"})


@dataclass(frozen=True)
class Asked:
    """What a dynamic query asks for: a condition, an order as texts, which of what is found, and whether it says so."""

    condition: Condition
    order: tuple[str, ...]
    start: int
    size: int
    paged: bool


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
    now = time.time() if now is None else now
    shape = _Shape(flat(parameters))
    fields = Fields(known, now, shape.flag("include_subprojects"))
    terms = [
        fields.condition(key, value)
        for key, value in shape.all.items()
        if key.split(".")[0] not in _SHAPES and key.split(".")[0] not in GROUPS
    ]
    terms += grouped(shape.all, fields)
    words, own = shape.one("search_text"), shape.one("query")
    if words is not None:
        terms.append(search(words))
    if own is not None:
        terms.append(parse(own, now=now))
    start, size = shape.page(MOST if own is None else MOST_OWN)
    return Asked(All(tuple(terms)), shape.order(fields), start, size, not _PAGES.isdisjoint(shape.all))


class _Shape:
    """What a query says besides its conditions: in which order, and how many."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.all = parameters

    def order(self, fields: Fields) -> tuple[str, ...]:
        found = []
        for text in texts(self.all.get("order_by", []), "order_by"):
            for part in [text or ""] if "[" in (text or "") else (text or "").split(","):
                name = part.strip()
                minus, name = ("-", name[1:]) if name.startswith("-") else ("", name)
                if name == "@text_score":
                    if "search_text" not in self.all:
                        raise QueryError("@text_score needs search_text.", "order_by")
                    continue  # every word is in each of them, in fields of equal weight
                if name:
                    found.append(minus + self._order(name, fields))
        return tuple(found)

    def _order(self, name: str, fields: Fields) -> str:
        first, *rest = name.split(".")
        if first == "last_metrics":
            fields.metric(rest, "order_by")
            return name if len(rest) == 3 else f"{name}.value"
        if first == "hyperparams" and rest:
            keys = keyed(first, rest).keys
            return "hyperparameters" + "".join(f"[{json.dumps(key, ensure_ascii=False)}]" for key in keys)
        if "[" in name:
            parse_order([name])  # one of our own, which names metrics by their names
            return name
        own = {**PATTERNS, **LISTS, **TIMES, "status_changed": "finished", "active_duration": "duration"}
        found = own.get(name, name)
        if found not in FIELDS or found == "tags":
            raise QueryError(f"order_by cannot order by {shown(name)}.", "order_by")
        return found

    def page(self, most: int) -> tuple[int, int]:
        size = min(most, self._number("page_size" if "size" not in self.all else "size", most, 1))
        start = self._number("start", 0, 0) if "start" in self.all else self._number("page", 0, 0) * size
        return min(start, 1 << 40), size

    def _number(self, name: str, default: int, least: int) -> int:
        text = self.one(name)
        if text is None or text == "":
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
            raise QueryError(f"{name} must be a whole number from {least}, not {shown(text)}.", name)
        return int(text)

    def flag(self, name: str) -> bool:
        return (self.one(name) or "").lower() in ("true", "1")

    def one(self, name: str) -> str | None:
        found = texts(self.all.get(name), name)
        return found[-1] if found else None
