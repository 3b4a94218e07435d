"""The table of experiments, or of models, as a view: live where views are shown, else the first rows in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from trackkit_jupyter import operations
from trackkit_jupyter.errors import TrackkitError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.query import asked, parse_order
from trackkit_jupyter.query.grouping import all_but, parse_grouping
from trackkit_jupyter.views import tables
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["in_words", "reports_in_words", "table_of", "table_view"]

_MOST = 500  # objects that are named one by one
_ROWS = 50
_METRICS = 4
_NAMED = re.compile(r"""\w+\[["'](.+)["']\](?:\.(\w+))?""")
_BETWEEN = re.compile(r"""["']\]\[["']""")
_TITLES = {"experiment": "Experiments", "model": "Models"}


def table_view(
    query: str | None = None,
    object_type: str = "experiment",
    columns: Sequence[str] | None = None,
    order_by: str | None = None,
    group_by: str | Sequence[str] | None = None,
    over: str | Sequence[str] | None = None,
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
        A field whose values make groups, or several; or ``all but hyperparameters["seed"]``.
    over
        One or more hyperparameters instead, as in :func:`trackkit_jupyter.compare`: experiments are grouped that are
        the same but for these, such as repetitions with another ``seed``.
    **options
        ``archived``, ``height``, ``theme`` ...

    Raises
    ------
    QueryError
        The query, or a field, cannot be read; the message shows where.
    TrackkitValueError
        Another type of object, or both `group_by` and `over`.
    """
    if object_type not in _TITLES:
        raise TrackkitValueError(f"object_type must be experiment or model, not {shown(object_type)}.", "object_type")
    if query is not None:
        asked(query)
    for field in (order_by, *(columns or ())):
        if field not in (None, "tags") and not str(field).startswith("trend:"):
            parse_order(str(field))
    chosen = {"columns": list(columns) if columns else None, "order_by": order_by, **options}
    chosen["group_by"] = _grouping(group_by, over)
    of = None if object_type == "experiment" else object_type
    kept = {name: value for name, value in {"query": query, "object_type": of, **chosen}.items() if value is not None}
    return View("table", (), None, kept, _TITLES[object_type])


def _grouping(group_by: str | Sequence[str] | None, over: str | Sequence[str] | None) -> str | None:
    if group_by and over:
        raise TrackkitValueError("Experiments are grouped either by some fields, or over some hyperparameters.", "over")
    if over:
        return all_but(over)
    if group_by is None or isinstance(group_by, str):
        text = group_by or ""
    elif isinstance(group_by, Iterable) and all(isinstance(field, str) for field in group_by):
        text = ", ".join(group_by)
    else:
        raise TrackkitTypeError("group_by is a field as text, or a list of them.", "group_by")
    if text:
        parse_grouping(text)
    return text or None


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
    """Return the first rows of the table as it is now; what is wrong with it where it has none for that."""
    try:
        return _first(view, store)
    except TrackkitError as error:
        return tables.message(view.title, error.message)


def _first(view: View, store: Store[Any]) -> tables.Summary:
    options = view.options
    of_models = options.get("object_type") == "model"
    if options.get("group_by") and not view.query:
        return _by_groups(view, store, "model" if of_models else "experiment")
    if options.get("columns") and not view.query:
        return _by_columns(view, store, "model" if of_models else "experiment")
    listed = tables.listing_models if of_models else tables.listing
    if view.objects or view.query:
        return listed([store.record(id) for id in view.resolve(store)])
    condition = asked(str(options.get("query") or ""))
    order = str(options.get("order_by") or "-created")
    find = store.models if of_models else store.experiments
    found = find(condition, order, page_size=_ROWS, archived=bool(options.get("archived")))
    return listed(found, found.total)


def _by_columns(view: View, store: Store[Any], what: str) -> tables.Summary:
    """Return the first rows with the columns that the view names."""
    columns = _columns(view)
    found = _read("table", view, store, what, columns=columns, page_size=_ROWS)
    rows = [
        [str(row.get("name") or row["id"]), *(_cell(value) for value in row.get("cells") or [""] * len(columns))]
        for row in found["items"]
    ]
    return tables.listed(what, ("name", *map(_heading, columns)), rows, found["total"])


def _by_groups(view: View, store: Store[Any], what: str) -> tables.Summary:
    """Return the first groups, with the columns that the view names, else a few metrics."""
    columns = _columns(view)
    if not columns:
        known = operations.call("fields", store, {"object_type": what})["metrics"]
        columns = [f"metrics[{json.dumps(metric)}][{json.dumps(variant)}]" for metric, variant in known[:_METRICS]]
    by = str(view.options["group_by"])
    found = _read("groups", view, store, what, columns=columns, group_by=by)
    rows = [
        [str(group["value"] or "none"), f"{group['count']:,}", *map(_summed, group["cells"])]
        for group in found["items"][:_ROWS]
    ]
    total, more = found["total"], len(found["items"]) - len(rows)
    line = f"grouped by {by}" + (f"; {more:,} more groups" if more else "")
    head = ("group", f"{what}s", *map(_heading, columns))
    return tables.Summary(
        f"{total:,} {what}{'' if total == 1 else 's'}", line, [tables.Table(head, rows)] if rows else []
    )


def _columns(view: View) -> list[str]:
    return [str(column) for column in view.options.get("columns") or () if not str(column).startswith("trend:")]


def _read(operation: str, view: View, store: Store[Any], what: str, **more: Any) -> dict[str, Any]:
    parameters = {
        "query": str(view.options.get("query") or ""),
        "objects": list(view.objects),
        "order_by": str(view.options.get("order_by") or "-created"),
        "archived": bool(view.options.get("archived")),
        "object_type": what,
        **more,
    }
    found: dict[str, Any] = operations.call(operation, store, parameters)
    if found["problem"] is not None:
        raise TrackkitValueError(found["problem"]["message"], "query")
    return found


def _summed(cell: dict[str, Any] | None) -> str:
    """Return what the members of a group have in a column: the one value, mean and spread, or how many values."""
    if cell is None:
        return ""
    if cell["low"] == cell["high"]:
        return _cell(cell["low"])
    if cell["std"] is not None:
        return f"{tables.number(cell['mean'])} ± {tables.number(cell['std'])}"
    return f"{_cell(cell['low'])} … {_cell(cell['high'])}" if cell["kinds"] is None else f"{cell['kinds']:,} values"


def _heading(column: str) -> str:
    """Return what a column is called: of a hyperparameter or metric its name, and which value of it."""
    found = _NAMED.fullmatch(column)
    keys = list(dict.fromkeys(_BETWEEN.split(found[1]))) if found else [column]
    return f"{'/'.join(keys)} {(found and found[2]) or ''}".strip()


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
