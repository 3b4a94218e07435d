"""Experiments in groups that share the value of a field: as SQL, and each group as a query again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, distinct, func, null, select

from trackkit_jupyter.query.nodes import Condition, Field, Order
from trackkit_jupyter.query.sql import Names, valued, where
from trackkit_jupyter.query.tables import experiments, tags

__all__ = ["grouped", "shared", "spelled"]

_NAN = "nan"
_OF = "\n"  # between a cell and its notebook


def grouped(
    condition: Condition, by: Field, columns: Sequence[Field], order: Order, known: Names
) -> Select[Any] | None:
    """Return the statement that gives the groups, in order.

    Parameters
    ----------
    condition
        Which experiments.
    by
        What the members of a group share. Times are taken by their day (UTC), and a cell as that of its notebook, for a
        copied notebook has the same ones. Who has several values, as tags, is in several groups.
    columns
        What is said of the members. Nothing is said of tags.
    order
        Groups are sorted by the mean of numbers, and by the greatest (descending) or the least of anything else.
    known
        Gives the numbers of names.

    Returns
    -------
    Select
        Its rows: the value that a group shares, how many are in it, and for each column the least and the greatest
        value, the mean of the numbers, and how many different texts. ``None``: nobody has the field `by`.
    """
    source, key = _key(by, known)
    if key is None:
        return None
    places: dict[Field, list[ColumnElement[Any]]] = {}
    for field in dict.fromkeys([*columns, order.field]):
        if field.kind != "tags":
            source, places[field] = valued(field, source, known)
    about = [term for field in columns for term in _about(field, places.get(field, []))]
    rank = [key] if order.field == by else _rank(order, places.get(order.field, []))
    directed = [(term.desc() if order.descending else term.asc()).nulls_last() for term in rank]
    return (
        select(key, func.count(distinct(experiments.c.key)), *about)
        .select_from(source)
        .where(where(condition, known))
        .group_by(key)
        .order_by(*directed, key.asc().nulls_last())
    )


def _key(by: Field, known: Names) -> tuple[FromClause, ColumnElement[Any] | None]:
    if by.kind == "tags":
        carried = and_(tags.c.experiment == experiments.c.key, tags.c.tag != "")
        return experiments.outerjoin(tags, carried), tags.c.tag
    source, values = valued(by, experiments, known, several=True)
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
        return [null()] * 4
    value = values[-1]
    mean = func.avg(values[0]) if field.kind in ("number", "value") else null()
    kinds = func.count(distinct(value)) if field.kind in ("text", "value") else null()
    return [func.min(value), func.max(value), mean, kinds]


def _rank(order: Order, values: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    outermost = func.max if order.descending else func.min
    if order.field.kind == "value" and values:
        return [func.avg(values[0]), outermost(values[1])]
    return [(func.avg if order.field.kind == "number" else outermost)(value) for value in values]


def spelled(by: Field, value: Any) -> str:
    """Return the query that finds the members of a group; `value` is the one that they share."""
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


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
