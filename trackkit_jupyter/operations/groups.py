"""The groups of the table: experiments, or models, that share the value of a field, summed up."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.errors import NotFoundError, QueryError, TrackkitValueError, shown
from trackkit_jupyter.operations.paging import ObjectType
from trackkit_jupyter.operations.table import condition_of, field_of, problem_of
from trackkit_jupyter.query import parse_order, within
from trackkit_jupyter.query.groups import shared, spelled
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
    """Return the groups that share the value of a field; at most 1,000.

    Parameters
    ----------
    store
        The store.
    group_by
        The field, such as ``status`` or ``hyperparameters["lr"]``. Times are taken by their day (UTC); what has several
        values, as tags, is in several groups.
    query, filters, objects, archived, object_type
        As of ``table``: what is grouped.
    columns
        Fields that are summed up, 100 at most.
    order_by
        A field; ``-`` in front for descending: groups are sorted by the mean of numbers, else by the greatest or least.

    Returns
    -------
    ``{"items": [{"value", "where", "count", "cells": [one per column]}], "total": experiments, "more", "problem"}``.
    `where` is the query that finds the members of the group; a cell is null or ``{"low", "high", "mean", "kinds"}``,
    the least and greatest value, the mean of the numbers and how many different texts. `more` says that there are more
    groups, `problem` is as of ``table``.
    """
    from trackkit_jupyter.store.catalog import catalog_of

    if len(columns) > _MOST_COLUMNS:
        raise TrackkitValueError(f"columns may name {_MOST_COLUMNS} fields at most, not {len(columns):,}.", "columns")
    by, wanted = field_of(group_by, "group_by"), [field_of(column, "columns") for column in columns]
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
    if found is None:
        raise NotFoundError(
            f"No {object_type} of this store has {shown(group_by)}: there is nothing to group by.", "group_by"
        )
    rows, total = found
    items = [
        {
            "value": shared(by, value),
            "where": spelled(by, value),
            "count": count,
            "cells": [_cell(field, about[4 * at : 4 * at + 4]) for at, field in enumerate(wanted)],
        }
        for value, count, *about in rows[:_MOST_GROUPS]
    ]
    return {"items": items, "total": total, "more": len(rows) > _MOST_GROUPS, "problem": None}


def _cell(field: Field, about: list[Any]) -> dict[str, Any] | None:
    low, high, mean, kinds = about
    if low is None:
        return None
    if field.kind == "time":
        low, high = iso(low), iso(high)
    return {"low": low, "high": high, "mean": mean, "kinds": kinds}
