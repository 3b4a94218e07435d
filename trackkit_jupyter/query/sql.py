"""Conditions and orders as SQL over the tables of the catalog, through SQLAlchemy Core.

Every condition is either true or false in SQL, never NULL, so that ``not`` means the same as in
:mod:`trackkit_jupyter.query.evaluate`, which says what each comparison means.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from trackkit_jupyter.query.nodes import All, Compare, Condition, Field, Moment, Negation, OneOf, Order
from trackkit_jupyter.query.tables import experiments, metrics, names, parameters, tags

__all__ = ["FOLD", "MATCHES", "Names", "keys", "ranked_keys", "valued", "where"]

#: The name of the SQL function that folds the case of a text, as ``str.casefold`` does.
FOLD = "trackkit_fold"
#: The name of the SQL function that says whether a text contains a pattern.
MATCHES = "trackkit_matches"

#: Gives the numbers of names of a kind, by section: ``(kind, first or None for any, second) -> keys``.
Names = Callable[[str, str | None, str], list[int]]

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ALWAYS_THERE = {"id", "name", "project", "status", "archived", "description"}
_FOLDED = {"name": experiments.c.name_folded, "description": experiments.c.description_folded}


def keys(condition: Condition, order: Sequence[Order], known: Names) -> Select[Any]:
    """Return the statement that gives the keys of the experiments that fulfil a condition, in order.

    Parameters
    ----------
    condition, order
        As parsed.
    known
        Gives the numbers of names.
    """
    source: FromClause = experiments
    by: list[ColumnElement[Any]] = []
    for each in order:
        source, terms = _order(each, source, known)
        by += terms
    return select(experiments.c.key).select_from(source).where(where(condition, known)).order_by(*by, experiments.c.id)


def ranked_keys(condition: Condition, order: Sequence[Order], known: Names) -> Select[Any] | None:
    """Return the same for an order that begins with a metric, without the experiments that lack it.

    An index of the metric then gives the first rows without sorting all.
    """
    if not order or order[0].field.name != "metrics":
        return None
    found = known("m", order[0].field.keys[0], order[0].field.keys[1])
    if not found:
        return None
    column = metrics.c[order[0].field.statistic]
    source: FromClause = metrics.join(experiments, experiments.c.key == metrics.c.experiment)
    by: list[ColumnElement[Any]] = [column.desc() if order[0].descending else column.asc()]
    for each in order[1:]:
        source, terms = _order(each, source, known)
        by += terms
    return (
        select(experiments.c.key)
        .select_from(source)
        .where(metrics.c.series == found[0], column.is_not(None), where(condition, known))
        .order_by(*by, experiments.c.id)
    )


def where(condition: Condition, known: Names) -> ColumnElement[bool]:
    """Return a condition as SQL.

    Parameters
    ----------
    condition
        As parsed.
    known
        Gives the numbers of names.
    """
    if isinstance(condition, All):
        return and_(true(), *(where(term, known) for term in condition.terms))
    if isinstance(condition, OneOf):
        return or_(false(), *(where(term, known) for term in condition.terms))
    if isinstance(condition, Negation):
        return not_(where(condition.term, known))
    field = condition.field
    if field.name == "tags":
        return _tags(condition)
    if field.name == "metrics":
        return _metrics(condition, known)
    if field.kind == "value":
        return _parameters(condition, known)
    return _column(condition)


def _own(field: Field) -> ColumnElement[Any]:
    if field.name == "duration":
        own = experiments.c
        return func.coalesce(own.finished, own.last_update) - own.started
    return experiments.c[field.name]


def _column(node: Compare) -> ColumnElement[bool]:
    column = _own(node.field)
    value = node.value
    if value is None:
        if node.field.kind != "text":
            return column.is_(None) if node.operator == "==" else column.is_not(None)
        missing = or_(column.is_(None), column == "")
        return missing if node.operator == "==" else not_(func.coalesce(column, "") == "")
    if node.operator == "~":
        return _contains(_FOLDED.get(node.field.name, column), str(value), node.field.name in _FOLDED)
    if node.operator == "matches":
        found: ColumnElement[bool] = getattr(func, MATCHES)(str(value), func.coalesce(column, ""))
        return found
    if isinstance(value, Moment):
        compared = _moment(column, node.operator, value)
    elif isinstance(value, float) and math.isnan(value):
        return column.is_not(None) if node.operator == "!=" else false()
    elif isinstance(value, bool):
        compared = column == value if node.operator == "==" else column != value
    else:
        compared = _OPERATORS[node.operator](column, value)
    return compared if node.field.name in _ALWAYS_THERE else and_(column.is_not(None), compared)


def _moment(column: ColumnElement[Any], sign: str, value: Moment) -> ColumnElement[bool]:
    if sign in ("==", "!="):
        inside = and_(column >= value.start, column < value.end)
        return inside if sign == "==" else or_(column < value.start, column >= value.end)
    if sign in (">", ">="):
        return column >= (value.end if sign == ">" else value.start)
    return column < (value.end if sign == "<=" else value.start)


def _contains(column: ColumnElement[Any], text: str, folded: bool = False) -> ColumnElement[bool]:
    folded_column = column if folded else getattr(func, FOLD)(column)
    return func.coalesce(func.instr(folded_column, text.casefold()), 0) > 0


def _tags(node: Compare) -> ColumnElement[bool]:
    chosen = select(tags.c.experiment)
    if node.value is None:
        carrying = experiments.c.key.in_(chosen.where(tags.c.tag != ""))
        return carrying if node.operator == "!=" else not_(carrying)
    if node.operator == "~":
        return experiments.c.key.in_(chosen.where(_contains(tags.c.tag, str(node.value))))
    if node.operator == "matches":
        return experiments.c.key.in_(chosen.where(getattr(func, MATCHES)(str(node.value), tags.c.tag)))
    return experiments.c.key.in_(chosen.where(tags.c.tag == node.value))


def _metrics(node: Compare, known: Names) -> ColumnElement[bool]:
    found = known("m", node.field.keys[0], node.field.keys[1])
    if not found:
        return true() if node.value is None and node.operator == "==" else false()
    column = metrics.c[node.field.statistic]
    nan_is_null = node.field.statistic in ("first", "last")
    chosen = select(metrics.c.experiment).where(metrics.c.series == found[0])
    value = node.value
    if value is None:
        having = experiments.c.key.in_(chosen if nan_is_null else chosen.where(column.is_not(None)))
        return having if node.operator == "!=" else not_(having)
    compared: ColumnElement[bool]
    if isinstance(value, float) and math.isnan(value):
        is_nan = column.is_(None) if nan_is_null else false()
        compared = {"==": is_nan, "!=": column.is_not(None)}.get(node.operator, false())
    else:
        compared = _OPERATORS[node.operator](column, value)
        if nan_is_null and node.operator == "!=":
            compared = or_(compared, column.is_(None))
    return experiments.c.key.in_(chosen.where(compared))


def _named(field: Field, known: Names) -> list[int]:
    if field.name == "properties":
        return known("p", "", field.keys[0])
    return known("h", field.keys[0] if len(field.keys) == 2 else None, field.keys[-1])


def _parameters(node: Compare, known: Names) -> ColumnElement[bool]:
    found = _named(node.field, known)
    if not found:
        return true() if node.value is None and node.operator == "==" else false()
    # One name is asked for with =, so that an index on names and values serves.
    named = parameters.c.name == found[0] if len(found) == 1 else parameters.c.name.in_(found)
    chosen = select(parameters.c.experiment).where(named)
    text, number, value = parameters.c.value, parameters.c.number, node.value
    if value is None:
        having = experiments.c.key.in_(chosen.where(text != ""))
        return having if node.operator == "!=" else not_(having)
    compared: ColumnElement[bool]
    is_nan = func.lower(text) == "nan"
    if isinstance(value, str):
        compared = _contains(text, value) if node.operator == "~" else _OPERATORS[node.operator](text, value)
    elif isinstance(value, bool):
        compared = _OPERATORS[node.operator](func.lower(text), str(value).lower())
    elif isinstance(value, float) and math.isnan(value):
        compared = {"==": is_nan, "!=": number.is_not(None)}.get(node.operator, false())
    else:
        compared = _OPERATORS[node.operator](number, value)
        if node.operator == "!=":
            compared = or_(compared, is_nan)
    return experiments.c.key.in_(chosen.where(compared))


def valued(
    field: Field, source: FromClause, known: Names, several: bool = False
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """Return what to select from, and the columns in which a field has its value; none where nobody has the field.

    Parameters
    ----------
    field
        Any but tags.
    source
        What is selected from so far.
    known
        Gives the numbers of names.
    several
        All values that are not empty, of a hyperparameter of several sections a row each, instead of the first one.

    Returns
    -------
    tuple
        Of hyperparameters and properties the columns are two: the number that the text is, and the text.
    """
    if field.name == "metrics":
        found = known("m", field.keys[0], field.keys[1])
        if not found:
            return source, []
        summary = metrics.alias()
        joined = source.outerjoin(
            summary, and_(summary.c.experiment == experiments.c.key, summary.c.series == found[0])
        )
        return joined, [summary.c[field.statistic]]
    if field.kind == "value":
        found = _named(field, known)
        if not found:
            return source, []
        entry = parameters.alias()
        name: Any = entry.c.name == found[0]
        if several:
            name = and_(entry.c.name.in_(found), entry.c.value != "")
        elif len(found) > 1:
            name = entry.c.name == _first_of(found)
        joined = source.outerjoin(entry, and_(entry.c.experiment == experiments.c.key, name))
        return joined, [entry.c.number, entry.c.value]
    return source, [_own(field)]


def _first_of(found: list[int]) -> Any:
    """Return the name, of several of an experiment, whose section comes first."""
    other = parameters.alias()
    return (
        select(other.c.name)
        .join(names, names.c.key == other.c.name)
        .where(other.c.experiment == experiments.c.key, other.c.name.in_(found))
        .order_by(names.c.first)
        .limit(1)
        .correlate(experiments)
        .scalar_subquery()
    )


def _order(by: Order, source: FromClause, known: Names) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """Return what to select from, and what to sort by, for one field of an order."""
    joined, columns = valued(by.field, source, known)
    directed: list[ColumnElement[Any]] = [column.desc() if by.descending else column.asc() for column in columns]
    if by.field.name in _ALWAYS_THERE:  # said without nulls, so that an index on it serves
        return joined, directed
    return joined, [column.nulls_last() for column in directed]
