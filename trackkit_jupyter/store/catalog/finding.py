"""A page of a query as handles of experiments, or of models, that know what the list knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from trackkit_jupyter import query as grammar
from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.query.nodes import Condition
from trackkit_jupyter.store.catalog.digests import read_order
from trackkit_jupyter.store.catalog.opened import catalog_of
from trackkit_jupyter.store.record import Record

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["find_page"]

H = TypeVar("H", bound=Record)


def find_page(
    store: Store[Any],
    what: str,
    handle: Callable[[str], H],
    query: str | Condition | None,
    order_by: str | Iterable[str],
    page: int,
    page_size: int | None,
    archived: bool | None,
) -> tuple[list[H], int]:
    """Return the readable ones of a page of a query, and how many there are on all pages.

    Raises
    ------
    QueryError
        The query or the order cannot be read; the message shows where.
    TrackkitValueError
        A page that cannot be.
    """
    catalog = catalog_of(store, what)
    order = read_order(order_by, catalog.series)
    for name, number, least in (("page", page, 0), ("page_size", 1 if page_size is None else page_size, 1)):
        if type(number) is not int or number < least:
            raise TrackkitValueError(f"{name} must be a whole number from {least}, not {shown(number)}.", name)
    if page and page_size is None:
        raise TrackkitValueError(f"page {page} needs a page_size: without one, all are on page 0.", "page_size")
    condition = grammar.within(query, archived)
    entries, total = catalog.page(condition, order, page, page_size)
    items = []
    for entry in entries:
        item = handle(entry.id)
        item.listed = entry.listed()
        items.append(item)
    # A record may have been damaged since the catalog read it, which no line of changes.log says.
    readable = [item for item in items if item.is_readable()]
    return readable, total - len(items) + len(readable)
