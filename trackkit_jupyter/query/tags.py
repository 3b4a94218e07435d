"""The list filters of embed URLs: ``tags[]=__$or,a,b``, ``-tag`` and their like, as conditions; and text search."""

from __future__ import annotations

from collections.abc import Iterable

from trackkit_jupyter.errors import QueryError, shown
from trackkit_jupyter.query.grammar import TERMS, status_named
from trackkit_jupyter.query.nodes import FIELDS, KEYED, All, Compare, Condition, Field, Negation, OneOf

__all__ = ["search", "tag_filter"]

_MARK = "__$"
_OPERATORS = {"or": "or", "any": "or", "and": "and", "all": "and", "not": "not", "nop": "nop"}


def tag_filter(values: Iterable[str | None], field: Field | str = "tags") -> Condition:
    """Return the condition that a list filter says.

    ``__$or`` (``__$any``) and ``__$and`` (``__$all``) govern the values after them, ``__$not`` the next one only,
    ``__$nop`` goes back to the beginning: values are alternatives. Before any operator, ``-tag`` excludes. ``null``
    also accepts what has no tags. An operator that comes first in the list joins the parts (``__$or``: one of them is
    enough); otherwise all of them must hold. So ``[a, b, __$and, c, d]`` means (a or b) and c and d.

    Parameters
    ----------
    values
        Values and operators, in order; ``None`` is the same as ``"null"``.
    field
        What they are values of.

    Raises
    ------
    QueryError
        An unknown operator, ``__$not`` without a value, or a lone ``-``.
    """
    target = Field(field) if isinstance(field, str) else field
    if target.name not in FIELDS and target.name not in KEYED:
        raise QueryError(f"There is no field {shown(target.name)}.", "tags")
    items = list(values)
    if len(items) > TERMS:
        raise QueryError(f"{target.name} may have {TERMS} values at most, this has {len(items)}.", target.name)
    chosen: dict[str, list[Condition]] = {"or": [], "and": [], "not": []}
    accepts_empty: dict[str, bool] = {}
    sticky, once, dashes = "or", False, True
    for item in items:
        operator = _operator(item, target.name)
        if operator is not None and once:
            raise QueryError(f"__$not needs a value after it, not {shown(item)}.", target.name)
        if operator == "not":
            once, dashes = True, False
        elif operator is not None:
            sticky, dashes = ("or", True) if operator == "nop" else (operator, False)
        else:
            kind = "not" if once else sticky
            if not once and dashes and item is not None and item.startswith("-"):
                kind, item = "not", item[1:]
                if not item:
                    raise QueryError("A - needs the value that it excludes.", target.name)
            if item is None or item == "null":
                accepts_empty[kind] = True
            else:
                chosen[kind].append(Compare(target, "==", _value(target, item)))
            once = False
    if once:
        raise QueryError("__$not needs a value after it.", target.name)
    first = _operator(items[0], target.name) if items else None
    parts = _parts(target, chosen, accepts_empty)
    return OneOf(parts) if first == "or" and parts else All(parts)


def search(text: str) -> Condition:
    """Return the condition that a search box says: every word is in the name, the id or the description.

    Parameters
    ----------
    text
        Words; their case does not matter. All experiments if it is blank.

    Raises
    ------
    QueryError
        Too many words.
    """
    words = list(dict.fromkeys(text.split()))
    if len(words) > TERMS // 3:
        raise QueryError(f"A search may have {TERMS // 3} words at most, this has {len(words)}.", "search")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise QueryError("The search holds a character that is not valid Unicode text.", "search")
    places = [Field(name) for name in ("name", "id", "description")]
    return All(tuple(OneOf(tuple(Compare(place, "~", word) for place in places)) for word in words))


def _operator(item: str | None, field: str) -> str | None:
    if item is None or not item.startswith(_MARK):
        return None
    operator = _OPERATORS.get(item[len(_MARK) :].lower())
    if operator is None:
        known = ", ".join(_MARK + name for name in _OPERATORS)
        raise QueryError(f"There is no operator {shown(item)}; there are {known}.", field)
    return operator


def _parts(target: Field, chosen: dict[str, list[Condition]], accepts_empty: dict[str, bool]) -> tuple[Condition, ...]:
    empty = Compare(target, "==", None)
    parts: list[Condition] = []
    if chosen["or"] or accepts_empty.get("or"):
        parts.append(OneOf((*chosen["or"], *([empty] if accepts_empty.get("or") else []))))
    if chosen["and"] or accepts_empty.get("and"):
        every = All(tuple(chosen["and"]))
        if accepts_empty.get("and"):
            parts.append(OneOf((every, empty)) if chosen["and"] else empty)
        else:
            parts.append(every)
    if chosen["not"] or accepts_empty.get("not"):
        none = [*chosen["not"], *([empty] if accepts_empty.get("not") else [])]
        parts.append(Negation(OneOf(tuple(none))))
    return tuple(parts)


def _value(target: Field, item: str) -> str:
    if "\0" in item or any("\ud800" <= character <= "\udfff" for character in item):
        raise QueryError(f"{target.name} holds a character that is not valid Unicode text.", target.name)
    if target.name != "status":
        return item
    status = status_named(item)
    if status is None:
        raise QueryError(f"There is no status {shown(item)}.", "status")
    return status
