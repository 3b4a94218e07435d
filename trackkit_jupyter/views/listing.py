"""The table of experiments, or of models, as a view: live where views are shown, else the first rows in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trackkit_jupyter import operations
from trackkit_jupyter.errors import TrackkitError, TrackkitValueError, shown
from trackkit_jupyter.query import asked, parse_order
from trackkit_jupyter.views import tables
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["in_words", "reports_in_words", "table_of", "table_view"]

_MOST = 500  # objects that are named one by one
_ROWS = 50
_NAMED = re.compile(r"""\w+\[["'](.+)["']\](?:\.(\w+))?""")
_TITLES = {"experiment": "Experiments", "model": "Models"}


def table_view(
    query: str | None = None,
    object_type: str = "experiment",
    columns: Sequence[str] | None = None,
    order_by: str | None = None,
    group_by: str | None = None,
    **options: Any,
) -> View:
    """Return the view of the experiments, or models, that a query finds, now and later.

    Parameters
    ----------
    query
        A query, or words; all without it.
    object_type
        ``experiment`` or ``model``.
    columns
        Fields, such as ``metrics["loss/val"].min``; the usual ones without them.
    order_by
        A field, with ``-`` in front for descending; the newest first without it.
    group_by
        A field whose values make groups.
    **options
        ``archived``, ``height``, ``theme`` ...

    Raises
    ------
    QueryError
        The query, or a field, cannot be read; the message shows where.
    TrackkitValueError
        Another type of object.
    """
    if object_type not in _TITLES:
        raise TrackkitValueError(f"object_type must be experiment or model, not {shown(object_type)}.", "object_type")
    if query is not None:
        asked(query)
    for field in (order_by, group_by, *(columns or ())):
        if field not in (None, "tags") and not str(field).startswith("trend:"):
            parse_order(str(field))
    chosen = {"columns": list(columns) if columns else None, "order_by": order_by, "group_by": group_by, **options}
    of = None if object_type == "experiment" else object_type
    kept = {name: value for name, value in {"query": query, "object_type": of, **chosen}.items() if value is not None}
    return View("table", (), None, kept, _TITLES[object_type])


def table_of(items: Sequence[Any]) -> View | None:
    """Return the view of these experiments, or these models.

    ``None`` where they are of several stores, of both kinds, too many, or none.
    """
    stores = {id(item.store): item.store for item in items}
    kinds = {hasattr(item, "framework") for item in items}
    if len({store.id for store in stores.values()}) != 1 or len(kinds) != 1 or len(items) > _MOST:
        return None
    plain = table_view(object_type="model" if kinds == {True} else "experiment")
    found = View("table", tuple(dict.fromkeys(item.id for item in items)), None, plain.options, plain.title)
    return found.with_store(next(iter(stores.values())))


def in_words(view: View, store: Store[Any]) -> tables.Summary:
    """Return the first rows of the table as it is now."""
    options = view.options
    of_models = options.get("object_type") == "model"
    if options.get("columns") and not view.query:
        return _by_columns(view, store, "model" if of_models else "experiment")
    listed = tables.listing_models if of_models else tables.listing
    try:
        if view.objects or view.query:
            return listed([store.record(id) for id in view.resolve(store)])
        condition = asked(str(options.get("query") or ""))
        order = str(options.get("order_by") or "-created")
        find = store.models if of_models else store.experiments
        found = find(condition, order, page_size=_ROWS, archived=bool(options.get("archived")))
    except TrackkitError as error:
        return tables.message(view.title, error.message)
    return listed(found, found.total)


def _by_columns(view: View, store: Store[Any], what: str) -> tables.Summary:
    """Return the first rows with the columns that the view names."""
    columns = [str(column) for column in view.options["columns"] if not str(column).startswith("trend:")]
    asked_for = {
        "query": str(view.options.get("query") or ""),
        "objects": list(view.objects),
        "order_by": str(view.options.get("order_by") or "-created"),
        "archived": bool(view.options.get("archived")),
    }
    try:
        found = operations.call(
            "table", store, {**asked_for, "columns": columns, "page_size": _ROWS, "object_type": what}
        )
    except TrackkitError as error:
        return tables.message(view.title, error.message)
    if found["problem"] is not None:
        return tables.message(view.title, found["problem"]["message"])
    rows = [
        [str(row.get("name") or row["id"]), *(_cell(value) for value in row.get("cells") or [""] * len(columns))]
        for row in found["items"]
    ]
    return tables.listed(what, ("name", *map(_heading, columns)), rows, found["total"])


def _heading(column: str) -> str:
    """Return what a column is called: of a hyperparameter or metric its name, and which value of it."""
    found = _NAMED.fullmatch(column)
    return f"{found[1]} {found[2] or ''}".strip() if found else column


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return tables.number(value) if isinstance(value, int | float) else "" if value is None else str(value)


def reports_in_words(store: Store[Any]) -> tables.Summary:
    """Return the reports that were changed last."""
    found = store.reports(page_size=_ROWS)
    rows = [[each.name, each.project, each.status, (each.last_update or "")[:10]] for each in found]
    table = tables.Table(["name", "project", "status", "last update"], rows)
    return tables.Summary(f"{found.total:,} report{'' if found.total == 1 else 's'}", "", [table] if rows else [])
