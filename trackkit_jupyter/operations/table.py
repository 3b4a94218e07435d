"""The reads of the table of experiments or models: its rows, what columns and filters there can be, small curves."""

from __future__ import annotations

import math
from typing import Any

from trackkit_jupyter.errors import NotFoundError, QueryError, TrackkitError, TrackkitValueError, shown
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import ObjectType, in_range, page_of
from trackkit_jupyter.query import asked, parse
from trackkit_jupyter.query.grouping import one_field
from trackkit_jupyter.query.nodes import All, Compare, Condition, Field, OneOf
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store

__all__ = ["condition_of", "course", "fields", "problem_of", "sparklines", "table"]

_COMMON = "id name project status tags description user archived created last_update last_iteration".split()
_HEAD = {
    "experiment": [*_COMMON, "started", "finished", "status_reason", "cell"],
    "model": [*_COMMON, "version", "framework", "experiment", "size"],
}
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
    object_type: ObjectType = "experiment",
) -> dict[str, Any]:
    """Return a page of the table of experiments, or of models.

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
    object_type
        Of what.

    Returns
    -------
    ``{"items": [{"id", "name", ..., "cells": [one per column]}], "total", "damaged": [ids], "problem"}``. `problem` is
    null, or what is wrong with `query` and where, ``{"message", "place"}``; there are no rows then.
    """
    if len(columns) > _MOST_COLUMNS:
        raise TrackkitValueError(f"columns may name {_MOST_COLUMNS} fields at most, not {len(columns):,}.", "columns")
    wanted = [one_field(column, "columns") for column in columns]
    try:
        condition = condition_of(query, filters, objects)
    except QueryError as error:
        if error.field != "query":
            raise
        return {"items": [], "total": 0, "damaged": [], "problem": problem_of(error)}
    found = page_of(store, object_type, condition, order_by, page, page_size, archived)
    items = []
    for item in found:
        try:
            if item.listed is not None:
                with item.at_once():
                    items.append(_row(item, wanted))
            else:  # being written: its kept handle reads only what is new
                with opened(store, item.id) as live:
                    items.append(_row(live, wanted))
        except (TrackkitError, OSError) as error:
            items.append({"id": item.id, "problem": str(error)})
    if object_type == "model":
        _place(store, items)
    return {"items": items, "total": found.total, "damaged": _damaged(store, object_type), "problem": None}


def fields(store: Store[Any], object_type: ObjectType = "experiment") -> dict[str, Any]:
    """Return what the experiments, or models, of a store have: names for columns, and values for filters.

    Returns
    -------
    ``{"hyperparameters": [[section, name]], "metrics": [[metric, variant]], "properties": [name], "projects": {name:
    count}, "tags": {name: count}, "users": [name], "frameworks": [name], "telling": {"hyperparameters": ..., "metrics":
    ...}}``, where `telling` is what the newest have and differ in, the most telling first.
    """
    from trackkit_jupyter.store.catalog import catalog_of
    from trackkit_jupyter.store.catalog.telling import find_telling

    catalog = catalog_of(store, object_type)
    names = catalog.names()
    return {
        "hyperparameters": sorted([first, second] for kind, first, second in names if kind == "h"),
        "metrics": sorted([first, second] for kind, first, second in names if kind == "m" and first[:1] != ":"),
        "monitored": sorted([first, second] for kind, first, second in names if kind == "m" and first[:1] == ":"),
        "properties": sorted(second for kind, _, second in names if kind == "p"),
        "projects": catalog.projects(),
        "tags": catalog.tags(),
        "users": catalog.values("user"),
        "frameworks": catalog.values("framework"),
        "telling": catalog.ask(lambda connection, _: find_telling(connection)),
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
    field = one_field(metric, "metric")
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


def condition_of(query: str, filters: str, objects: list[str]) -> Condition:
    """Return what a table is asked for: as it is typed, and what is chosen beside it.

    Raises
    ------
    QueryError
        The query, or what is chosen, cannot be read.
    """
    try:
        chosen = parse(filters)
    except QueryError as error:
        raise QueryError(error.message, "filters", error.place) from None
    terms = tuple(term for term in (asked(query), chosen, _among(objects)) if term != All(()))
    return terms[0] if len(terms) == 1 else All(terms)


def problem_of(error: QueryError) -> dict[str, Any]:
    """Return what is wrong with a query, and where, for the box in which it was typed."""
    return {"message": error.message.partition("\n")[0], "place": error.place or 0}


def _among(objects: list[str]) -> Condition:
    if not objects:
        return All(())
    if len(objects) > _MOST_OBJECTS:
        raise TrackkitValueError(
            f"objects may name {_MOST_OBJECTS} experiments at most, not {len(objects):,}.", "objects"
        )
    return OneOf(tuple(Compare(Field("id"), "==", check_id(id, "objects")) for id in dict.fromkeys(objects)))


def _row(item: Any, wanted: list[Field]) -> dict[str, Any]:
    return {
        **{name: getattr(item, name) for name in _HEAD[item._what]},
        **({"doing": item.loop} if item._what == "experiment" else {}),
        "cells": [_cell(item, field) for field in wanted],
    }


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


def _place(store: Store[Any], items: list[dict[str, Any]]) -> None:
    """Say of models what points at them, and what the experiments are called that made them."""
    from trackkit_jupyter.store.catalog import catalog_of

    aliases = store.aliases()
    makers = catalog_of(store).named({item["experiment"] for item in items if item.get("experiment")})
    for item in items:
        item["aliases"] = sorted(aliases.get(item["id"], []))
        item["experiment_name"] = makers.get(item.get("experiment") or "")


def _damaged(store: Store[Any], object_type: ObjectType) -> list[str]:
    from trackkit_jupyter.store.catalog import catalog_of

    return catalog_of(store, object_type).damaged()[:_MOST_DAMAGED]
