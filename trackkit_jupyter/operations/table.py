"""The reads of the experiments table: its rows, what columns and filters there can be, and small curves."""

from __future__ import annotations

import math
from typing import Any

from trackkit_jupyter.errors import NotFoundError, QueryError, TrackkitError, TrackkitValueError, shown
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.reads import in_range
from trackkit_jupyter.query import asked, parse, parse_order
from trackkit_jupyter.query.nodes import All, Compare, Condition, Field, OneOf
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store

__all__ = ["course", "field_of", "fields", "sparklines", "table"]

_HEAD = (
    "id name project status tags description user archived created started finished last_update last_iteration".split()
)
_MOST_COLUMNS, _MOST_OBJECTS, _MOST_CURVES, _MOST_DAMAGED = 100, 500, 100, 100


def table(
    store: Store[Any],
    query: str = "",
    filters: str = "",
    objects: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    columns: list[str] = [],  # noqa: B006
    order_by: str = "-created",
    page: int = 0,
    page_size: int = 100,
    archived: bool = False,
) -> dict[str, Any]:
    """Return a page of the experiments table.

    Parameters
    ----------
    store
        The store.
    query
        As it is typed: a query, or words that the name, the id or the description has.
    filters
        A query beside it, which must hold too.
    objects
        Only these experiments, 500 at most; empty: all.
    columns
        Fields beside the usual ones, 100 at most, such as ``hyperparameters["lr"]`` or ``metrics["loss/val"].min``.
    order_by
        A field, or several; ``-`` in front for descending.
    page, page_size
        Page number from 0, and rows per page, 1 to 1,000.
    archived
        Whether the archived ones are meant.

    Returns
    -------
    ``{"items": [{"id", "name", ..., "cells": [one per column]}], "total", "damaged": [ids], "problem"}``. `problem` is
    null, or what is wrong with `query` and where, ``{"message", "place"}``; there are no rows then.
    """
    in_range("page", page, 0, 10**9)
    in_range("page_size", page_size, 1, 1_000)
    if len(columns) > _MOST_COLUMNS:
        raise TrackkitValueError(f"columns may name {_MOST_COLUMNS} fields at most, not {len(columns):,}.", "columns")
    wanted = [field_of(column, "columns") for column in columns]
    try:
        typed = asked(query)
    except QueryError as error:
        problem = {"message": error.message.partition("\n")[0], "place": error.place or 0}
        return {"items": [], "total": 0, "damaged": [], "problem": problem}
    terms = tuple(term for term in (typed, parse(filters), _among(objects)) if term != All(()))
    condition = terms[0] if len(terms) == 1 else All(terms)
    found = store.experiments(condition, order_by=order_by, page=page, page_size=page_size, archived=archived)
    items = []
    for item in found:
        try:
            if item.listed is not None:
                items.append(_row(item, wanted))
            else:  # being written: its kept handle reads only what is new
                with opened(store, item.id) as live:
                    items.append(_row(live, wanted))
        except (TrackkitError, OSError) as error:
            items.append({"id": item.id, "problem": str(error)})
    return {"items": items, "total": found.total, "damaged": _damaged(store), "problem": None}


def fields(store: Store[Any]) -> dict[str, Any]:
    """Return what the experiments of a store have: names for columns, and values for filters.

    Returns
    -------
    ``{"hyperparameters": [[section, name]], "metrics": [[metric, variant]], "properties": [name], "projects": {name:
    count}, "tags": {name: count}, "users": [name]}``
    """
    from trackkit_jupyter.store.catalog import catalog_of

    catalog = catalog_of(store)
    names = catalog.names()
    return {
        "hyperparameters": sorted([first, second] for kind, first, second in names if kind == "h"),
        "metrics": sorted([first, second] for kind, first, second in names if kind == "m" and first[:1] != ":"),
        "monitored": sorted([first, second] for kind, first, second in names if kind == "m" and first[:1] == ":"),
        "properties": sorted(second for kind, _, second in names if kind == "p"),
        "projects": catalog.projects(),
        "tags": catalog.tags(),
        "users": catalog.users(),
    }


def sparklines(store: Store[Any], objects: list[str], metric: str, points: int = 24) -> dict[str, Any]:
    """Return the course of a metric in a few points, for each of some experiments.

    Parameters
    ----------
    store
        The store.
    objects
        Experiments, 100 at most. Those without the metric, or that cannot be read, are left out.
    metric
        The column, such as ``metrics["loss/val"]``.
    points
        Points at most, 4 to 200; every peak is kept.

    Returns
    -------
    ``{"items": {id: {"x": [iterations], "y": [values, null where not finite]}}}``
    """
    in_range("points", points, 4, 200)
    if len(objects) > _MOST_CURVES:
        raise TrackkitValueError(f"objects may name {_MOST_CURVES} experiments at most, not {len(objects)}.", "objects")
    field = field_of(metric, "metric")
    if field.name != "metrics":
        raise TrackkitValueError(
            f'metric must be a metric, such as metrics["loss/val"], not {shown(metric)}.', "metric"
        )
    items = {}
    for id in dict.fromkeys(check_id(id, "objects") for id in objects):
        try:
            with opened(store, id, "objects") as found:
                items[id] = course(found, (field.keys[0], field.keys[1]), points)
        except (NotFoundError, OSError):
            continue
    return {"items": items}


def course(found: Any, pair: tuple[str, str], points: int) -> dict[str, Any]:
    """Return the course of a metric and variant in a few points: ``{"x": [iterations], "y": [values or null]}``.

    Raises
    ------
    NotFoundError
        Nothing was logged under that name.
    """
    import numpy as np

    from trackkit_jupyter.series import down_sample

    series = found.series(*pair)
    order = np.argsort(series.iterations, kind="stable")
    x, y = series.iterations[order], series.values[order]
    rows = down_sample(x, y, points)
    return {"x": x[rows].tolist(), "y": [value if math.isfinite(value) else None for value in y[rows].tolist()]}


def field_of(text: str, argument: str) -> Field:
    """Return the field that a text names.

    Raises
    ------
    QueryError, TrackkitValueError
        It names none, or several; `argument` is what is wrong then.
    """
    found = parse_order([text])
    if len(found) != 1:
        raise TrackkitValueError(f"{argument} must name one field each, not {shown(text)}.", argument)
    return found[0].field


def _among(objects: list[str]) -> Condition:
    if not objects:
        return All(())
    if len(objects) > _MOST_OBJECTS:
        raise TrackkitValueError(
            f"objects may name {_MOST_OBJECTS} experiments at most, not {len(objects):,}.", "objects"
        )
    return OneOf(tuple(Compare(Field("id"), "==", check_id(id, "objects")) for id in dict.fromkeys(objects)))


def _row(item: Any, wanted: list[Field]) -> dict[str, Any]:
    return {**{name: getattr(item, name) for name in _HEAD}, "cells": [_cell(item, field) for field in wanted]}


def _cell(item: Any, field: Field) -> Any:
    keys = field.keys
    if field.name == "metrics":
        return item.metrics.get(keys[0], {}).get(keys[1], {}).get(field.statistic)
    if field.name == "properties":
        return item.properties.get(keys[0], {}).get("value")
    if field.name == "hyperparameters":
        sections = item.hyperparameters
        names = sections.get(keys[0], {}) if len(keys) == 2 else _first(sections, keys[0])
        return names.get(keys[-1], {}).get("value")
    return getattr(item, field.name, None)


def _first(sections: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the section by which experiments are sorted where several have the name."""
    return next((sections[section] for section in sorted(sections) if name in sections[section]), {})


def _damaged(store: Store[Any]) -> list[str]:
    from trackkit_jupyter.store.catalog import catalog_of

    return catalog_of(store).damaged()[:_MOST_DAMAGED]
