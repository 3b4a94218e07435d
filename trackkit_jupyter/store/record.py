"""The record of an experiment or a model: what a person calls it, and where it is in its life."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError, TrackkitStorageError
from trackkit_jupyter.records import Status, iso, timestamp
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.documents import Document, Tables, storage_error
from trackkit_jupyter.store.shapes import check_shape

if TYPE_CHECKING:
    from tinydb import TinyDB

    from trackkit_jupyter.store import Store

__all__ = ["Listed", "Record", "only"]


class Listed:
    """What a list knows of an experiment that has ended; it holds while the experiment's record is the same.

    Parameters
    ----------
    state
        Tells one record from another.
    load
        Gives the fields of ``to_dict()`` that the list knows.
    """

    def __init__(self, state: tuple[int, ...], load: Callable[[], dict[str, Any]]) -> None:
        self.state, self._load = state, load

    @cached_property
    def content(self) -> dict[str, Any]:
        """The fields, by name."""
        return self._load()


class Record:
    """The record of an experiment or a model of a store, read when it is asked for and only if it changed."""

    #: What it is a record of: in words, and as the name of its table.
    _what = "experiment"

    def __init__(self, store: Store[Any], id: str) -> None:
        self.store = store
        self.id = id
        self._paths = store.paths.record(self._what, id)
        self._document = Document(self._paths.record)
        # One tuple, replaced as a whole: several threads of a server read one handle.
        self._known: tuple[tuple[int, int, int] | None, Tables] = (None, {})
        #: Set by a list, which then opens no file for what it knows.
        self.listed: Listed | None = None
        self._looked = False

    @property
    def name(self) -> str:
        """Its name; several may have the same."""
        return str(self._fields["name"])

    @property
    def project(self) -> str:
        """The name of its project; a slash nests projects."""
        return str(self._fields["project"])

    @property
    def status(self) -> str:
        """Where it is in its life. One whose writing process is gone reads as ``aborted``."""
        known = self._as_listed()
        kept = str(self._record["status"] if known is None else known["kept"])
        if kept == Status.RUNNING.value and not changes.is_alive(self.store.paths, self.id):
            # It may have finished between the two looks.
            kept = str(self._record["status"])
            return Status.ABORTED.value if kept == Status.RUNNING.value else kept
        return kept

    @property
    def standing(self) -> str:
        """Its status as a person says it."""
        return self.status

    @property
    def tags(self) -> list[str]:
        """Its tags, sorted."""
        return list(self._fields.get("tags") or [])

    @property
    def description(self) -> str:
        """Its description, Markdown."""
        return str(self._fields.get("description") or "")

    @property
    def user(self) -> str | None:
        """Who made it."""
        return self._fields.get("user")

    @property
    def parent(self) -> str | None:
        """The id of the experiment it came from."""
        return self._fields.get("parent")

    @property
    def archived(self) -> bool:
        """Whether it is put away."""
        return bool(self._fields.get("archived"))

    @property
    def number(self) -> int | None:
        """Which of its project's experiments it is, from 0; its colour in comparisons follows from it."""
        return self._fields.get("number")

    @property
    def created(self) -> str | None:
        """When it was made, ISO 8601 in UTC."""
        return self._fields.get("created")

    @property
    def started(self) -> str | None:
        """When it was started, ISO 8601 in UTC."""
        return self._fields.get("started")

    @property
    def finished(self) -> str | None:
        """When it ended, ISO 8601 in UTC; ``None`` while it runs, and where its process was killed."""
        return self._fields.get("finished")

    @property
    def status_reason(self) -> str | None:
        """Why it is failed or aborted, if that is known, and who stopped it where it was completed by a stop."""
        status, known = self.status, self._as_listed()
        kept = self._record["status"] if known is None else known["kept"]
        if status == Status.ABORTED.value and kept == Status.RUNNING.value:
            return "its process is gone"
        reason: str | None = self._fields.get("status_reason")
        return reason

    @property
    def cell(self) -> str | None:
        """The id of the notebook cell that started it, if one did; unique in its notebook, and kept by copies of it."""
        return self._fields.get("cell")

    @property
    def cell_execution(self) -> str | None:
        """What all have in common that one execution of that cell started; ``None`` where it was not recorded."""
        return self._fields.get("cell_execution")

    @property
    def notebook(self) -> str | None:
        """The path of the notebook with that cell when it was started, if that was known."""
        return self._fields.get("notebook")

    @property
    def cell_code(self) -> str | None:
        """The code of that cell as it was executed; ``None`` where capture was told to leave cells alone."""
        return self._record.get("cell_code")

    @property
    def started_time(self) -> float | None:
        """When it was started, in unix seconds."""
        return timestamp(self.started or self.created)

    def is_readable(self) -> bool:
        """Return whether its record can be read; one look at the file where a list knows the record already."""
        try:
            return self._as_listed() is not None or bool(self._record)
        except (TrackkitStorageError, NotFoundError, KeyError):
            return False

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Look once, for all that is asked within, whether what a list knew of it still holds."""
        self._as_listed()
        self._looked = True
        try:
            yield
        finally:
            self._looked = False

    # -- below --------------------------------------------------------------------------------------------------------

    def _as_listed(self) -> dict[str, Any] | None:
        """Return what a list knew, if the record is still the same; for one that runs again it is not."""
        if self.listed is not None and not self._looked and self.listed.state != self._record_state():
            self.listed = None
        return None if self.listed is None else self.listed.content

    @property
    def _fields(self) -> dict[str, Any]:
        """The short fields of the record."""
        known = self._as_listed()
        return self._record if known is None else known

    @property
    def _record(self) -> dict[str, Any]:
        return self._tables[self._what]["1"]

    @property
    def _tables(self) -> Tables:
        state = self._record_state()
        known, tables = self._known
        if state != known:
            tables = check_shape(self._document.read(), self._what)
            self._known = (state, tables)
        return tables

    def _rows(self, table: str) -> list[dict[str, Any]]:
        return list(self._tables.get(table, {}).values())

    def _record_state(self) -> tuple[int, int, int]:
        try:
            found = os.stat(self._paths.record)
        except FileNotFoundError:
            if not self._paths.root.is_dir():
                raise NotFoundError(f"There is no {self._what} with the id {self.id} in this store.", "id") from None
            return (0, 0, 0)
        except OSError as error:
            raise storage_error(error, f"The {self._what} {self.id} cannot be read") from error
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    @contextlib.contextmanager
    def _editing(self, *, note: str = "edit") -> Iterator[dict[str, Any]]:
        with self._editing_tables(note=note) as (record, _):
            yield record

    @contextlib.contextmanager
    def _editing_tables(self, *, note: str = "edit") -> Iterator[tuple[dict[str, Any], TinyDB]]:
        self._record_state()  # tells by its name which one is not there
        with self._document.edit() as database:
            table = database.table(self._what, cache_size=0)
            record = dict(table.get(doc_id=1) or {})
            yield record, database
            record["updated"] = iso(time.time())
            table.update(record, doc_ids=[1])
        changes.note(self.store.paths, self.id, note)

    def _change(self, change: Callable[[dict[str, Any], TinyDB], None]) -> None:
        """Change the record and its tables under its lock: all that `change` does, or nothing."""
        with self._editing_tables() as (record, database):
            change(record, database)

    def _edit(self, **values: Any) -> None:
        self._change(lambda record, _: record.update(values))


def only(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return some members of a row; what it lacks is ``None``."""
    return {name: row.get(name) for name in names}
