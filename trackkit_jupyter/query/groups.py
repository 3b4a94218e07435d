"""Experiments in groups that share the values of fields: as SQL, and each group as a query again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    distinct,
    func,
    null,
    select,
)

from trackkit_jupyter.query.nodes import Condition, Field, Order
from trackkit_jupyter.query.sql import Names, valued, where
from trackkit_jupyter.query.tables import experiments, tags

__all__ = ["ABOUT", "AGGREGATES", "MOST_NAMED", "called", "grouped", "named", "parts", "shared", "spelled"]

#: How many values say of the members of a group what they have in a column, see :func:`grouped`.
ABOUT = 6
#: Hyperparameters in the name of a group.
MOST_NAMED = 20

_NAN = "nan"
_OF = "\n"  # between a cell and its notebook
_SPREAD = "trackkit_spread"

#: Which experiment is in which group, where that is no question of one field; it lasts as long as the connection.
parts = Table(
    "parts",
    MetaData(),
    Column("experiment", Integer, primary_key=True),
    Column("part", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


class _Spread:
    """The sample standard deviation of numbers, for SQLite: NULL of fewer than two, or where one is infinite."""

    def __init__(self) -> None:
        self._values: list[float | None] = []
        self.step = self._values.append

    def finalize(self) -> float | None:
        values = [value for value in self._values if value is not None]
        if len(values) < 2 or not all(map(math.isfinite, values)):
            return None
        mean = math.fsum(values) / len(values)
        try:
            return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
        except OverflowError:
            return None


#: The functions of SQL that this module uses: what they are called, how much they take, and what makes them.
AGGREGATES: tuple[tuple[str, int, Callable[[], Any]], ...] = ((_SPREAD, 1, _Spread),)


def grouped(
    condition: Condition,
    by: Sequence[Field],
    columns: Sequence[Field],
    order: Order,
    known: Names,
) -> Select[Any] | Field:
    """Return the statement that gives the groups, in order.

    Parameters
    ----------
    condition
        Which experiments.
    by
        What the members of a group share; of none, the :data:`parts` they are in. Times are taken by their day (UTC),
        and a cell as that of its notebook, for a copied notebook has the same ones. Who has several values, as tags, is
        in several groups.
    columns
        What is said of the members. Nothing is said of tags.
    order
        Groups are sorted by the mean of numbers, and by the greatest (descending) or the least of anything else.
    known
        Gives the numbers of names.

    Returns
    -------
    Select
        Its rows: the value of each of `by` that a group shares, or its part; how many are in it; and for each column
        the least and the greatest value, the mean of the numbers, how many different texts, how many have one, and the
        sample standard deviation of numbers. Or the field of `by` that nobody has.
    """
    source: FromClause = experiments
    keys: list[ColumnElement[Any]] = []
    for field in by:
        source, key = _key(field, source, known)
        if key is None:
            return field
        keys.append(key)
    if not by:
        source, keys = source.join(parts, parts.c.experiment == experiments.c.key), [parts.c.part]
    places: dict[Field, list[ColumnElement[Any]]] = {}
    for field in dict.fromkeys([*columns, order.field]):
        if field.kind != "tags":
            source, places[field] = valued(field, source, known)
    about = [term for field in columns for term in _about(field, places.get(field, []))]
    at = by.index(order.field) if order.field in by else None
    rank = _rank(order, places.get(order.field, [])) if at is None else [keys[at]]
    directed = [(term.desc() if order.descending else term.asc()).nulls_last() for term in rank]
    return (
        select(*keys, func.count(distinct(experiments.c.key)), *about)
        .select_from(source)
        .where(where(condition, known))
        .group_by(*keys)
        .order_by(*directed, *(key.asc().nulls_last() for key in keys))
    )


def _key(by: Field, source: FromClause, known: Names) -> tuple[FromClause, ColumnElement[Any] | None]:
    if by.kind == "tags":
        carried = and_(tags.c.experiment == experiments.c.key, tags.c.tag != "")
        return source.outerjoin(tags, carried), tags.c.tag
    source, values = valued(by, source, known, several=True)
    if not values:
        return source, None
    value = values[-1]
    if by.kind == "time":
        return source, func.date(value, "unixepoch")
    if by.name == "cell":
        return source, func.nullif(value, "") + _OF + func.coalesce(experiments.c.notebook, "")
    if by.kind == "text":
        return source, func.nullif(value, "")
    if by.statistic in ("first", "last"):  # where there is a row, NULL is NaN
        return source, case((and_(value.table.c.count.is_not(None), value.is_(None)), _NAN), else_=value)
    return source, value


def _about(field: Field, values: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    if not values:
        return [null()] * ABOUT
    value = values[-1]
    mean = func.avg(values[0]) if field.kind in ("number", "value") else null()
    kinds = func.count(distinct(value)) if field.kind in ("text", "value") else null()
    spread = getattr(func, _SPREAD)(value) if field.kind == "number" else null()
    return [func.min(value), func.max(value), mean, kinds, func.count(value), spread]


def _rank(order: Order, values: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    outermost = func.max if order.descending else func.min
    if order.field.kind == "value" and values:
        return [func.avg(values[0]), outermost(values[1])]
    return [(func.avg if order.field.kind == "number" else outermost)(value) for value in values]


def spelled(by: Sequence[Field], values: Sequence[Any]) -> str:
    """Return the query that finds the members of a group; `values` are those that they share, one of each field."""
    return " and ".join(_spelled(field, value) for field, value in zip(by, values, strict=True))


def _spelled(by: Field, value: Any) -> str:
    name = by.name + "".join(f"[{_quoted(key)}]" for key in by.keys) + (f".{by.statistic}" if by.statistic else "")
    if value is None:
        return f"{name} == none"
    if by.kind == "tags":
        return f"{_quoted(str(value))} in tags"
    if by.name == "cell":
        cell, _, notebook = str(value).partition(_OF)
        return f"cell == {_quoted(cell)} and notebook == {_quoted(notebook) if notebook else 'none'}"
    if by.kind == "flag":
        return f"{name} == {'true' if value else 'false'}"
    if by.kind == "number":
        return f"{name} == {value if value == _NAN or not math.isfinite(value) else repr(value)}"
    return f"{name} == {_quoted(str(value))}"


def shared(by: Field, value: Any) -> str | None:
    """Return what the members of a group share, as text; `value` is as :func:`grouped` gives it."""
    if value is None or by.kind != "flag":
        return None if value is None else str(value).partition(_OF)[0] if by.name == "cell" else str(value)
    return "true" if value else "false"


def named(by: Sequence[Field], values: Sequence[Any]) -> str:
    """Return what a group is called whose members share several values, or everything: ``vision, lr=0.1``.

    A text of the record, such as its project, is told by its value alone: there is little room for a name, and what the
    groups are made by is said above them.
    """
    words = []
    for field, name, value in list(zip(by, called(by), values, strict=True))[:MOST_NAMED]:
        text = shared(field, value)
        alone = field.kind in ("text", "tags") and not field.keys
        words.append(f"{name} not set" if text is None else text if alone else f"{name}={text}")
    return ", ".join([*words, *(["…"] if len(by) > MOST_NAMED else [])]) or "all"


def called(by: Sequence[Field]) -> list[str]:
    """Return what fields are called beside one another: a hyperparameter by its own name, where that tells it apart."""
    short = [field.keys[-1] if field.name == "hyperparameters" else _short(field) for field in by]
    return [
        "/".join(field.keys) if short.count(name) > 1 and field.keys else name
        for field, name in zip(by, short, strict=True)
    ]


def _short(field: Field) -> str:
    keys = "/".join(dict.fromkeys(field.keys))
    return f"{keys} {field.statistic}" if field.statistic not in ("", "last") else keys or field.name


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
