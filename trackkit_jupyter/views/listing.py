"""The experiments table as a view: live where views are shown, else the first rows in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.query import asked
from trackkit_jupyter.views import tables
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["in_words", "table_of", "table_view"]

_MOST = 500  # experiments that are named one by one
_ROWS = 50


def table_view(query: str | None = None, **options: Any) -> View:
    """Return the view of the experiments that a query finds, now and later.

    Parameters
    ----------
    query
        A query, or words; all experiments without it.
    **options
        ``columns`` (fields, such as ``metrics["loss/val"].min``), ``order_by``, ``archived``, ``height``, ``theme``.

    Raises
    ------
    QueryError
        The query cannot be read; the message shows where.
    """
    if query is not None:
        asked(query)
    kept = {name: value for name, value in {"query": query, **options}.items() if value is not None}
    return View("table", (), None, kept, "Experiments")


def table_of(experiments: list[Any]) -> View | None:
    """Return the view of these experiments; ``None`` where they are of several stores, too many, or none."""
    stores = {id(exp.store): exp.store for exp in experiments}
    if len({store.id for store in stores.values()}) != 1 or len(experiments) > _MOST:
        return None
    found = View("table", tuple(dict.fromkeys(exp.id for exp in experiments)), None, {}, "Experiments")
    return found.with_store(next(iter(stores.values())))


def in_words(view: View, store: Store[Any]) -> tables.Summary:
    """Return the first rows of the table as it is now."""
    options = view.options
    try:
        if view.objects:
            found: Any = [store.record(id) for id in view.resolve(store)]
            return tables.listing(found)
        condition = asked(str(options.get("query") or ""))
        order = str(options.get("order_by") or "-created")
        found = store.experiments(condition, order, page_size=_ROWS, archived=bool(options.get("archived")))
    except TrackkitError as error:
        return tables.message(view.title, error.message)
    return tables.listing(found, found.total)
