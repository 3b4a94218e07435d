"""The groups of the table: experiments, or models, that share the values of fields, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trackkit_jupyter.errors import NotFoundError, QueryError, TrackkitValueError, shown
from trackkit_jupyter.operations.paging import ObjectType
from trackkit_jupyter.operations.table import condition_of, problem_of
from trackkit_jupyter.query import parse_order, within
from trackkit_jupyter.query.grouping import one_field, parse_grouping
from trackkit_jupyter.query.groups import ABOUT, MOST_NAMED, called, named, shared, spelled
from trackkit_jupyter.query.nodes import Field
from trackkit_jupyter.records import iso
from trackkit_jupyter.store import Store

__all__ = ["groups"]

_MOST_COLUMNS, _MOST_GROUPS = 100, 1_000


def groups(
    store: Store[Any],
    group_by: str,
    query: str = "",
    filters: str = "",
    objects: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    columns: list[str] = [],  # noqa: B006
    order_by: str = "-created",
    archived: bool = False,
    object_type: ObjectType = "experiment",
) -> dict[str, Any]:
    """Return the groups that share the values of fields, or all hyperparameters but some; at most 1,000.

    Parameters
    ----------
    store
        The store.
    group_by
        Fields, with commas between, such as ``status`` or ``hyperparameters["lr"], project``; or ``all but`` and the
        hyperparameters that may differ, such as ``all but hyperparameters["seed"]``. Times are taken by their day
        (UTC); what has several values, as tags, is in several groups.
    query, filters, objects, archived, object_type
        As of ``table``: what is grouped.
    columns
        Fields that are summed up, 100 at most.
    order_by
        A field; ``-`` in front for descending: groups are sorted by the mean of numbers, else by the greatest or least.

    Returns
    -------
    ``{"items": [{"value", "where", "count", "cells": [one per column]}], "total": experiments, "more", "problem"}``.
    `value` is what the members share, as text; null where they lack the only field. `where` is the query that finds
    them; a cell is null or ``{"low", "high", "mean", "kinds", "count", "std"}``, the least and greatest value, the mean
    of the numbers, how many different texts, how many of the members have one, and of a metric or another number the
    sample standard deviation (null of fewer than two). `more` says that there are more groups, `problem` is as of
    ``table``.
    """
    from trackkit_jupyter import charts
    from trackkit_jupyter.store.catalog import catalog_of

    if len(columns) > _MOST_COLUMNS:
        raise TrackkitValueError(f"columns may name {_MOST_COLUMNS} fields at most, not {len(columns):,}.", "columns")
    by, wanted = parse_grouping(group_by), [one_field(column, "columns") for column in columns]
    order = parse_order(order_by)
    if not order:
        raise TrackkitValueError("order_by must name a field.", "order_by")
    try:
        condition = within(condition_of(query, filters, objects), archived)
    except QueryError as error:
        if error.field != "query":
            raise
        return {"items": [], "total": 0, "more": False, "problem": problem_of(error)}
    found = catalog_of(store, object_type).groups(condition, by, wanted, order[0], _MOST_GROUPS + 1)
    if isinstance(found, Field):
        name = group_by if len(by.fields) == 1 and not by.but else called([found])[0]
        raise NotFoundError(
            f"No {object_type} of this store has {shown(name)}: there is nothing to group by.", "group_by"
        )
    first = found.rows[:_MOST_GROUPS]
    told: list[str | None]
    if by.but:
        rows = [[False if value is None else value for value in values] for values, _, _ in first]
        told = [*charts.apart(called(found.by), rows, MOST_NAMED)]
    elif len(found.by) > 1:
        told = [named(found.by, values) for values, _, _ in first]
    else:
        told = [shared(found.by[0], values[0]) for values, _, _ in first]
    items = [
        {
            "value": name,
            "where": spelled(found.by, values),
            "count": count,
            "cells": [_cell(field, about[ABOUT * at : ABOUT * (at + 1)]) for at, field in enumerate(wanted)],
        }
        for name, (values, count, about) in zip(told, first, strict=True)
    ]
    return {"items": items, "total": found.total, "more": len(found.rows) > _MOST_GROUPS, "problem": None}


def _cell(field: Field, about: Sequence[Any]) -> dict[str, Any] | None:
    low, high, mean, kinds, count, spread = about
    if low is None:
        return None
    if field.kind == "time":
        low, high = iso(low), iso(high)
    return {"low": low, "high": high, "mean": mean, "kinds": kinds, "count": count, "std": spread}
