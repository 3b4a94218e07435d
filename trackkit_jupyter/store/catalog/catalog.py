"""The catalog of one store: its file, and what is asked of it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from trackkit_jupyter.query.grouping import Grouping
from trackkit_jupyter.query.nodes import Condition, Field, Order
from trackkit_jupyter.query.sql import Names
from trackkit_jupyter.query.tables import damaged, experiments, names, tags
from trackkit_jupyter.store.catalog.grouping import Groups, find_groups
from trackkit_jupyter.store.catalog.pages import Entry, Pages, total_of
from trackkit_jupyter.store.catalog.place import MEMORY, discard, open_catalog, places
from trackkit_jupyter.store.catalog.refreshing import Refresher, put_rows
from trackkit_jupyter.store.catalog.rows import NameBook, Row
from trackkit_jupyter.store.catalog.transactions import transaction

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Catalog"]

T = TypeVar("T")


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
        self._store = store
        self._lock = threading.RLock()
        self._places = places(store.id, store.path, what)
        self._connection: Connection | None = None
        self._book = NameBook()
        self._refreshing = Refresher(store, what)
        self._pages = Pages()

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
            self._pages.clear()

    def refresh(self, full: bool = False) -> None:
        """Bring the catalog up to date.

        Parameters
        ----------
        full
            Look at the files of all experiments, not only at what the log and the heartbeats tell.
        """
        self._run(lambda connection: self._refreshing.refresh(connection, self._book, full))

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
            self._refresh(connection)
            with transaction(connection, "DEFERRED"):
                return self._pages.page(connection, condition, tuple(order), page, page_size, self._known(connection))

        return self._run(work)

    def groups(
        self, condition: Condition, by: Grouping, columns: Sequence[Field], order: Order, most: int
    ) -> Groups | Field:
        """Return groups of experiments, `most` at most, as :func:`find_groups` says; or the field that nobody has."""

        def work(connection: Connection) -> Groups | Field:
            self._refresh(connection)
            with transaction(connection, "DEFERRED"):
                known = self._known(connection)
                found = find_groups(connection, condition, by, columns, order, most, known)
                if isinstance(found, Field):
                    return found
                return replace(found, total=total_of(connection, condition, known))

        return self._run(work)

    def named(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the names of some experiments, 500 at most, by their ids; without those that are not there."""
        wanted = list(ids)

        def work(connection: Connection) -> dict[str, str]:
            self._refresh(connection)
            chosen = select(experiments.c.id, experiments.c.name).where(experiments.c.id.in_(wanted))
            return {row.id: row.name for row in connection.execute(chosen)}

        return self._run(work) if wanted else {}

    def projects(self, archived: bool | None = None) -> dict[str, int]:
        """Return how many experiments each project has, by its name; only of the archived ones, or of the others."""

        def work(connection: Connection) -> dict[str, int]:
            self._refresh(connection)
            counted = select(experiments.c.project, func.count()).group_by(experiments.c.project)
            if archived is not None:
                counted = counted.where(experiments.c.archived == archived)
            return {row[0]: row[1] for row in connection.execute(counted.order_by(experiments.c.project))}

        return self._run(work)

    def tags(self) -> dict[str, int]:
        """Return how many experiments, archived ones too, carry each tag."""

        def work(connection: Connection) -> dict[str, int]:
            self._refresh(connection)
            counted = select(tags.c.tag, func.count()).group_by(tags.c.tag)
            return {row[0]: row[1] for row in connection.execute(counted)}

        return self._run(work)

    def series(self) -> list[tuple[str, str]]:
        """Return each metric and variant that was ever seen."""

        def work(connection: Connection) -> list[tuple[str, str]]:
            self._refresh(connection)
            chosen = select(names.c.first, names.c.second).where(names.c.kind == "m")
            return [(row.first, row.second) for row in connection.execute(chosen)]

        return self._run(work)

    def names(self) -> list[tuple[str, str, str]]:
        """Return what was ever seen: ("m", metric, variant), ("h", section, hyperparameter), ("p", "", property)."""

        def work(connection: Connection) -> list[tuple[str, str, str]]:
            self._refresh(connection)
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
            self._refresh(connection)
            return list(connection.scalars(select(found.c.text).where(found.c.text.is_not(None))))

        return self._run(work)

    def ask(self, work: Callable[[Connection, Names], T]) -> T:
        """Do a read of several statements, which all see the same; it is given what finds the numbers of names."""

        def asked(connection: Connection) -> T:
            self._refresh(connection)
            with transaction(connection, "DEFERRED"):
                return work(connection, self._known(connection))

        return self._run(asked)

    def damaged(self) -> list[str]:
        """Return the ids of the experiments that cannot be read."""

        def work(connection: Connection) -> list[str]:
            self._refresh(connection)
            return list(connection.scalars(select(damaged.c.id).order_by(damaged.c.id)))

        return self._run(work)

    def put(self, rows: Sequence[Row]) -> None:
        """Put rows in as they are, whatever the store holds: for tests and measurements."""
        self._run(lambda connection: put_rows(connection, rows, self._book))

    # -- below

    def _refresh(self, connection: Connection) -> None:
        self._refreshing.refresh(connection, self._book)

    def _known(self, connection: Connection) -> Names:
        return lambda kind, first, second: self._book.find(connection, kind, first, second)

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


def _is_damage(fault: BaseException) -> bool:
    """Return whether an error says that the file is not what it should be, rather than that it cannot be used."""
    if isinstance(fault, sqlite3.OperationalError):
        return any(sign in str(fault) for sign in ("no such", "malformed", "has no column"))
    return isinstance(fault, sqlite3.DatabaseError)
