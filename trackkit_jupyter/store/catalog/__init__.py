"""The catalog: one row per experiment in SQLite, so that lists and queries open no experiment.

Derived: it lies in the user's cache folder, is brought up to date whenever it is asked, and is made anew when it is
missing, damaged, of another version or of another store. It never is the only copy of anything.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from trackkit_jupyter import query as grammar
from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.query.grouping import Grouping
from trackkit_jupyter.query.nodes import Compare, Condition, Field, Order
from trackkit_jupyter.query.sql import Names, keys, ranked_keys, where
from trackkit_jupyter.query.tables import damaged, details, experiments, names, tags
from trackkit_jupyter.store.catalog.digests import read_order
from trackkit_jupyter.store.catalog.follow import Look, look, marked, scan, write_state
from trackkit_jupyter.store.catalog.grouping import Groups, find_groups
from trackkit_jupyter.store.catalog.place import MEMORY, discard, open_catalog, places
from trackkit_jupyter.store.catalog.rows import NameBook, Row, forget, put, read_row, unpack
from trackkit_jupyter.store.experiment import StoredExperiment
from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.store.model import StoredModel
from trackkit_jupyter.store.record import Listed, Record

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Catalog", "Entry", "catalog_of", "find_page"]

T = TypeVar("T")
H = TypeVar("H", bound=Record)

_STORED: dict[str, type[Logged]] = {"experiment": StoredExperiment, "model": StoredModel}

_BATCH = 200  # experiments read in one transaction
_ORDERS = 8  # orders of all experiments that are kept for the next pages
_ASKED = 3  # how often pages of an order must be asked for before all of it is kept
_NEAR = 2_000  # rows up to which an index gives a page so soon that it is never waited for all of an order
_MANY = 1_000  # experiments that came at once, after which SQLite counts again how its indexes are filled
_HANDLES = 64  # experiments being written of which the journals' readers are kept
_OPEN = 16  # catalogs that one process keeps open


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


class Catalog:
    """The catalog of one store. Any thread may use it, one at a time does.

    Parameters
    ----------
    store
        The store.
    what
        Of what: "experiment" or "model".
    """

    def __init__(self, store: Store[Any], what: str = "experiment") -> None:
        self._store, self._what = store, what
        self._lock = threading.RLock()
        self._places = places(store.id, store.path, what)
        self._connection: Connection | None = None
        self._book = NameBook()
        self._handles: OrderedDict[str, Logged] = OrderedDict()
        self._orders: OrderedDict[tuple[Condition, tuple[Order, ...]], _Kept] = OrderedDict()

    @property
    def path(self) -> Path:
        """The file in use; ``:memory:`` where none can be written."""
        return self._places[0]

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            if self._connection is not None:
                self._connection.engine.dispose()
            self._connection = None
            self._book = NameBook()
            self._orders.clear()

    def refresh(self, full: bool = False) -> None:
        """Bring the catalog up to date.

        Parameters
        ----------
        full
            Look at the files of all experiments, not only at what the log and the heartbeats tell.
        """
        self._run(lambda connection: self._refresh(connection, full))

    def renew(self) -> None:
        """Make the catalog anew from what the store holds."""
        with self._lock:
            self.close()
            discard(self.path)
            self.refresh()

    def page(
        self, condition: Condition, order: Sequence[Order], page: int = 0, page_size: int | None = None
    ) -> tuple[list[Entry], int]:
        """Return a page of the experiments that fulfil a condition, in order, and how many there are on all pages.

        Parameters
        ----------
        condition, order
            As parsed.
        page, page_size
            Which page, from 0, and how many are on it; all without a size.
        """

        def work(connection: Connection) -> tuple[list[Entry], int]:
            self._refresh(connection, False)
            with _transaction(connection, "DEFERRED"):
                found, total = self._keys(connection, condition, tuple(order), page, page_size)
                return self._entries(connection, found), total

        return self._run(work)

    def groups(
        self, condition: Condition, by: Grouping, columns: Sequence[Field], order: Order, most: int
    ) -> Groups | Field:
        """Return groups of experiments, `most` at most, as :func:`find_groups` says; or the field that nobody has."""

        def work(connection: Connection) -> Groups | Field:
            self._refresh(connection, False)
            with _transaction(connection, "DEFERRED"):
                found = find_groups(connection, condition, by, columns, order, most, self._known(connection))
                return found if isinstance(found, Field) else replace(found, total=self._total(connection, condition))

        return self._run(work)

    def named(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the names of some experiments, 500 at most, by their ids; without those that are not there."""
        wanted = list(ids)

        def work(connection: Connection) -> dict[str, str]:
            self._refresh(connection, False)
            chosen = select(experiments.c.id, experiments.c.name).where(experiments.c.id.in_(wanted))
            return {row.id: row.name for row in connection.execute(chosen)}

        return self._run(work) if wanted else {}

    def projects(self, archived: bool | None = None) -> dict[str, int]:
        """Return how many experiments each project has, by its name; only of the archived ones, or of the others."""

        def work(connection: Connection) -> dict[str, int]:
            self._refresh(connection, False)
            counted = select(experiments.c.project, func.count()).group_by(experiments.c.project)
            if archived is not None:
                counted = counted.where(experiments.c.archived == archived)
            return {row[0]: row[1] for row in connection.execute(counted.order_by(experiments.c.project))}

        return self._run(work)

    def tags(self) -> dict[str, int]:
        """Return how many experiments, archived ones too, carry each tag."""

        def work(connection: Connection) -> dict[str, int]:
            self._refresh(connection, False)
            counted = select(tags.c.tag, func.count()).group_by(tags.c.tag)
            return {row[0]: row[1] for row in connection.execute(counted)}

        return self._run(work)

    def series(self) -> list[tuple[str, str]]:
        """Return each metric and variant that was ever seen."""

        def work(connection: Connection) -> list[tuple[str, str]]:
            self._refresh(connection, False)
            chosen = select(names.c.first, names.c.second).where(names.c.kind == "m")
            return [(row.first, row.second) for row in connection.execute(chosen)]

        return self._run(work)

    def names(self) -> list[tuple[str, str, str]]:
        """Return what was ever seen: ("m", metric, variant), ("h", section, hyperparameter), ("p", "", property)."""

        def work(connection: Connection) -> list[tuple[str, str, str]]:
            self._refresh(connection, False)
            return [tuple(row) for row in connection.execute(select(names.c.kind, names.c.first, names.c.second))]

        return self._run(work)

    def values(self, field: str) -> list[str]:
        """Return the texts that a field, such as ``user`` or ``framework``, has in any experiment, sorted."""
        # From each to the next larger in the index: few texts of many experiments are found without a look at all.
        column = experiments.c[field]
        least = select(func.min(column).label("text")).where(column > "")
        found = least.cte(recursive=True)
        larger = select(func.min(column)).where(column > found.c.text).scalar_subquery()
        found = found.union_all(select(larger).where(found.c.text.is_not(None)))

        def work(connection: Connection) -> list[str]:
            self._refresh(connection, False)
            return list(connection.scalars(select(found.c.text).where(found.c.text.is_not(None))))

        return self._run(work)

    def ask(self, work: Callable[[Connection, Names], T]) -> T:
        """Do a read of several statements, which all see the same; it is given what finds the numbers of names."""

        def asked(connection: Connection) -> T:
            self._refresh(connection, False)
            with _transaction(connection, "DEFERRED"):
                return work(connection, self._known(connection))

        return self._run(asked)

    def damaged(self) -> list[str]:
        """Return the ids of the experiments that cannot be read."""

        def work(connection: Connection) -> list[str]:
            self._refresh(connection, False)
            return list(connection.scalars(select(damaged.c.id).order_by(damaged.c.id)))

        return self._run(work)

    def put(self, rows: Sequence[Row]) -> None:
        """Put rows in as they are, whatever the store holds: for tests and measurements."""

        def work(connection: Connection) -> None:
            with self._writing(connection):
                put(connection, rows, self._book)
            if len(rows) >= _MANY:
                _analyze(connection)

        self._run(work)

    # -- bringing it up to date

    def _refresh(self, connection: Connection, full: bool) -> None:
        paths = self._store.paths
        found = look(connection, paths, self._handle, self._what)
        if full:
            found.listing = "files"
        if not found:
            return
        if found.listing:
            changed, notes = scan(connection, paths, self._handle, found.listing, self._what)
            found.ids |= changed
            found.notes |= notes
        ids = sorted(found.ids)
        for start in range(0, len(ids), _BATCH):
            with self._writing(connection):
                self._bring(connection, ids[start : start + _BATCH])
        if len(ids) >= _MANY:
            _analyze(connection)
        self._note(connection, found)

    def _note(self, connection: Connection, found: Look) -> None:
        if found.notes:
            with _transaction(connection, "IMMEDIATE"):
                write_state(connection, found.notes)

    def _bring(self, connection: Connection, ids: list[str]) -> None:
        rows, gone, broken = [], [], []
        beating = marked(self._store.paths)
        for id in ids:
            if not self._store.paths.record(self._what, id).root.is_dir():
                gone.append(id)
                self._handles.pop(id, None)
                continue
            item = self._handle(id)
            record = ""
            try:
                record = ":".join(map(str, item._record_state()))
                row = read_row(item, id in beating)
            except Exception:  # noqa: BLE001 - whatever is wrong with one must not hide the others
                broken.append({"id": id, "record": record})
                self._handles.pop(id, None)
                continue
            rows.append(row)
            if row.watched:
                self._keep(item)
            else:
                self._handles.pop(id, None)
        forget(connection, [*gone, *(row["id"] for row in broken)])
        put(connection, rows, self._book)
        if broken:
            connection.execute(insert(damaged), broken)

    def _handle(self, id: str) -> Logged:
        return self._handles.get(id) or _STORED[self._what](self._store, id)

    def _keep(self, item: Logged) -> None:
        self._handles[item.id] = item
        self._handles.move_to_end(item.id)
        while len(self._handles) > _HANDLES:
            self._handles.popitem(last=False)

    # -- asking

    def _keys(
        self, connection: Connection, condition: Condition, order: tuple[Order, ...], page: int, size: int | None
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
            found = self._some(connection, condition, order, start, size, kept)
            if found is not None:
                return found, self._total(connection, condition)
        if kept.keys is None:
            kept.keys = self._all(connection, condition, order)
        return kept.keys[start : None if size is None else start + size], len(kept.keys)

    def _some(
        self, connection: Connection, condition: Condition, order: tuple[Order, ...], start: int, size: int, kept: _Kept
    ) -> Sequence[int] | None:
        """Return a page of keys without sorting all, if an index can give it, and all are not worth keeping yet."""
        known, far = self._known(connection), start > _NEAR
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

    def _all(self, connection: Connection, condition: Condition, order: tuple[Order, ...]) -> array[int]:
        known = self._known(connection)
        ranked = ranked_keys(condition, order, known) if isinstance(condition, Compare) else None
        if ranked is not None:
            found = _column(connection, ranked)
            if len(found) == self._total(connection, condition):
                return found
        return _column(connection, keys(condition, order, known))

    def _total(self, connection: Connection, condition: Condition) -> int:
        chosen = select(func.count()).select_from(experiments).where(where(condition, self._known(connection)))
        return connection.scalar(chosen) or 0

    def _known(self, connection: Connection) -> Callable[[str, str | None, str], list[int]]:
        return lambda kind, first, second: self._book.find(connection, kind, first, second)

    def _entries(self, connection: Connection, found: Sequence[int]) -> list[Entry]:
        rows: dict[int, Entry] = {}
        columns = (experiments.c.key, experiments.c.id, experiments.c.record, details.c.content)
        source = experiments.outerjoin(details, details.c.experiment == experiments.c.key)
        for start in range(0, len(found), 500):
            chosen = select(*columns).select_from(source).where(experiments.c.key.in_(found[start : start + 500]))
            rows |= {row.key: Entry(row.id, row.record, row.content) for row in connection.execute(chosen)}
        return [rows[key] for key in found if key in rows]

    # -- the file

    @contextmanager
    def _writing(self, connection: Connection) -> Iterator[None]:
        """Begin, and end, a transaction that changes what queries find."""
        with _transaction(connection, "IMMEDIATE"):
            yield
            connection.exec_driver_sql(
                "INSERT INTO state VALUES ('generation', 1) ON CONFLICT DO UPDATE SET value = value + 1"
            )

    def _run(self, work: Callable[[Connection], T]) -> T:
        """Do something with the catalog; a damaged file is made anew, a place that cannot be used given up."""
        with self._lock:
            made_anew: set[Path] = set()
            while True:
                try:
                    if self._connection is None:
                        self._connection = open_catalog(self.path, self._store.id, self._store.path)
                    return work(self._connection)
                except (DBAPIError, OSError) as error:
                    fault = error.orig if isinstance(error, DBAPIError) else error
                    if self.path == MEMORY or not isinstance(fault, sqlite3.Error | OSError):
                        raise
                    self.close()
                    if _is_damage(fault) and self.path not in made_anew:
                        made_anew.add(self.path)
                        discard(self.path)
                    else:
                        self._places.pop(0)


@contextmanager
def _transaction(connection: Connection, kind: str) -> Iterator[None]:
    connection.exec_driver_sql(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def _column(connection: Connection, statement: Select[Any]) -> array[int]:
    # Straight from the driver: wrapping 100,000 rows costs more than finding them.
    cursor = connection.execute(statement).cursor
    return array("q", [row[0] for row in cursor.fetchall()]) if cursor is not None else array("q")


def _analyze(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA analysis_limit=1000")
    connection.exec_driver_sql("ANALYZE")


def _is_damage(fault: BaseException) -> bool:
    """Return whether an error says that the file is not what it should be, rather than that it cannot be used."""
    if isinstance(fault, sqlite3.OperationalError):
        return any(sign in str(fault) for sign in ("no such", "malformed", "has no column"))
    return isinstance(fault, sqlite3.DatabaseError)


_catalogs: OrderedDict[tuple[str, str, str], Catalog] = OrderedDict()
_catalogs_lock = threading.Lock()
_inherited: list[Any] = []


def catalog_of(store: Store[Any], what: str = "experiment") -> Catalog:
    """Return the catalog of a store's experiments, or of its models; one process has one."""
    key = (store.id, os.path.realpath(store.path), what)
    with _catalogs_lock:
        found = _catalogs.get(key)
        if found is None:
            found = _catalogs[key] = Catalog(store, what)
        _catalogs.move_to_end(key)
        spare = _catalogs.popitem(last=False)[1] if len(_catalogs) > _OPEN else None
    if spare is not None:
        spare.close()
    return found


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


def _close_all() -> None:
    for catalog in list(_catalogs.values()):
        catalog.close()


def _after_fork() -> None:
    # A connection must not be used, nor closed, by another process than its own.
    global _catalogs_lock
    _inherited.extend(_catalogs.values())
    _catalogs.clear()
    _catalogs_lock = threading.Lock()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
