"""Bringing a catalog up to date: what changed in its store is read, and put into the tables."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from trackkit_jupyter.query.tables import damaged
from trackkit_jupyter.store.catalog.follow import look, marked, scan, write_state
from trackkit_jupyter.store.catalog.rows import NameBook, Row, forget, put, read_row
from trackkit_jupyter.store.catalog.transactions import changing, transaction
from trackkit_jupyter.store.experiment import StoredExperiment
from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.store.model import StoredModel

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Refresher", "put_rows"]

_STORED: dict[str, type[Logged]] = {"experiment": StoredExperiment, "model": StoredModel}

_BATCH = 200  # experiments read in one transaction
_MANY = 1_000  # experiments that came at once, after which SQLite counts again how its indexes are filled
_HANDLES = 64  # experiments being written of which the journals' readers are kept


class Refresher:
    """Brings the catalog of a store up to date, and keeps the readers of what is being written.

    Parameters
    ----------
    store
        The store.
    what
        Of what: "experiment" or "model".
    """

    def __init__(self, store: Store[Any], what: str) -> None:
        self._store, self._what = store, what
        self._handles: OrderedDict[str, Logged] = OrderedDict()

    def refresh(self, connection: Connection, book: NameBook, full: bool = False) -> None:
        """Bring the catalog up to date.

        Parameters
        ----------
        connection, book
            The catalog, and the numbers of its names.
        full
            Look at the files of all experiments, not only at what the log and the heartbeats tell.
        """
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
            with changing(connection):
                self._bring(connection, book, ids[start : start + _BATCH])
        if len(ids) >= _MANY:
            _analyze(connection)
        if found.notes:
            with transaction(connection, "IMMEDIATE"):
                write_state(connection, found.notes)

    def _bring(self, connection: Connection, book: NameBook, ids: list[str]) -> None:
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
        put(connection, rows, book)
        if broken:
            connection.execute(insert(damaged), broken)

    def _handle(self, id: str) -> Logged:
        return self._handles.get(id) or _STORED[self._what](self._store, id)

    def _keep(self, item: Logged) -> None:
        self._handles[item.id] = item
        self._handles.move_to_end(item.id)
        while len(self._handles) > _HANDLES:
            self._handles.popitem(last=False)


def put_rows(connection: Connection, rows: Sequence[Row], book: NameBook) -> None:
    """Put rows in as they are, whatever the store holds."""
    with changing(connection):
        put(connection, rows, book)
    if len(rows) >= _MANY:
        _analyze(connection)


def _analyze(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA analysis_limit=1000")
    connection.exec_driver_sql("ANALYZE")
