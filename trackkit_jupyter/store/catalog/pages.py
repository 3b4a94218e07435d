"""Pages of what a query finds: from an index while few are asked for, then from an order of all that is kept."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from trackkit_jupyter.query.nodes import Compare, Condition, Order
from trackkit_jupyter.query.sql import Names, keys, ranked_keys, where
from trackkit_jupyter.query.tables import details, experiments
from trackkit_jupyter.store.catalog.rows import unpack
from trackkit_jupyter.store.record import Listed

__all__ = ["Entry", "Pages", "total_of"]

_ORDERS = 8  # orders of all experiments that are kept for the next pages
_ASKED = 3  # how often pages of an order must be asked for before all of it is kept
_NEAR = 2_000  # rows up to which an index gives a page so soon that it is never waited for all of an order


@dataclass(frozen=True)
class Entry:
    """An experiment in a list: its id, and what the list knows of it without opening it."""

    id: str
    record: str
    content: bytes | None

    def listed(self) -> Listed | None:
        """Return what the list knows, for the experiment's handle; ``None`` while it is being written."""
        if self.content is None:
            return None
        packed = self.content
        return Listed(tuple(map(int, self.record.split(":"))), lambda: unpack(packed))


@dataclass
class _Kept:
    """The keys of all that a query found, in order: for the next page."""

    generation: str
    asked: int = 0
    keys: array[int] | None = None


class Pages:
    """The pages of queries of one catalog, with the orders that are kept for the next of them."""

    def __init__(self) -> None:
        self._orders: OrderedDict[tuple[Condition, tuple[Order, ...]], _Kept] = OrderedDict()

    def clear(self) -> None:
        """Forget the orders."""
        self._orders.clear()

    def page(
        self,
        connection: Connection,
        condition: Condition,
        order: tuple[Order, ...],
        page: int,
        size: int | None,
        known: Names,
    ) -> tuple[list[Entry], int]:
        """Return a page, and how many there are on all pages; inside a transaction.

        Parameters
        ----------
        connection
            The catalog.
        condition, order
            As parsed.
        page, size
            Which page, from 0, and how many are on it; all without a size.
        known
            What finds the numbers of names.
        """
        found, total = self._keys(connection, condition, order, page, size, known)
        return _entries(connection, found), total

    def _keys(
        self,
        connection: Connection,
        condition: Condition,
        order: tuple[Order, ...],
        page: int,
        size: int | None,
        known: Names,
    ) -> tuple[Sequence[int], int]:
        generation = str(connection.exec_driver_sql("SELECT value FROM state WHERE name = 'generation'").scalar())
        question, start = (condition, order), page * (size or 0)
        kept = self._orders.pop(question, None)
        if kept is None or kept.generation != generation:
            kept = _Kept(generation)
        self._orders[question] = kept
        while len(self._orders) > _ORDERS:
            self._orders.popitem(last=False)
        if kept.keys is None and size is not None and isinstance(condition, Compare):
            found = _some(connection, condition, order, start, size, kept, known)
            if found is not None:
                return found, total_of(connection, condition, known)
        if kept.keys is None:
            kept.keys = _all(connection, condition, order, known)
        return kept.keys[start : None if size is None else start + size], len(kept.keys)


def total_of(connection: Connection, condition: Condition, known: Names) -> int:
    """Return how many experiments fulfil a condition."""
    chosen = select(func.count()).select_from(experiments).where(where(condition, known))
    return connection.scalar(chosen) or 0


def _some(
    connection: Connection,
    condition: Condition,
    order: tuple[Order, ...],
    start: int,
    size: int,
    kept: _Kept,
    known: Names,
) -> Sequence[int] | None:
    """Return a page of keys without sorting all, if an index can give it, and all are not worth keeping yet."""
    far = start > _NEAR
    kept.asked += far
    if not far or kept.asked < _ASKED:
        ranked = ranked_keys(condition, order, known)
        found = None if ranked is None else _column(connection, ranked.limit(size).offset(start))
        if found is not None and len(found) == size:
            return found
    kept.asked += not far
    if start or kept.asked >= _ASKED:
        return None
    return _column(connection, keys(condition, order, known).limit(size))


def _all(connection: Connection, condition: Condition, order: tuple[Order, ...], known: Names) -> array[int]:
    ranked = ranked_keys(condition, order, known) if isinstance(condition, Compare) else None
    if ranked is not None:
        found = _column(connection, ranked)
        if len(found) == total_of(connection, condition, known):
            return found
    return _column(connection, keys(condition, order, known))


def _entries(connection: Connection, found: Sequence[int]) -> list[Entry]:
    rows: dict[int, Entry] = {}
    columns = (experiments.c.key, experiments.c.id, experiments.c.record, details.c.content)
    source = experiments.outerjoin(details, details.c.experiment == experiments.c.key)
    for start in range(0, len(found), 500):
        chosen = select(*columns).select_from(source).where(experiments.c.key.in_(found[start : start + 500]))
        rows |= {row.key: Entry(row.id, row.record, row.content) for row in connection.execute(chosen)}
    return [rows[key] for key in found if key in rows]


def _column(connection: Connection, statement: Select[Any]) -> array[int]:
    # Straight from the driver: wrapping 100,000 rows costs more than finding them.
    cursor = connection.execute(statement).cursor
    return array("q", [row[0] for row in cursor.fetchall()]) if cursor is not None else array("q")
