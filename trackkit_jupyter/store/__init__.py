"""The store: a folder in which everything is kept, in open formats.

:func:`open_store` opens one; :func:`create_store` makes one. Nothing else in the package knows a file name.
"""

from __future__ import annotations

import json
import os
import re
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from trackkit_jupyter.errors import (
    NotAStoreError,
    NotFoundError,
    SchemaError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import check_id, iso, new_id
from trackkit_jupyter.store import changes, registry
from trackkit_jupyter.store.archivist import archive_soon
from trackkit_jupyter.store.documents import SCHEMA, Document, storage_error
from trackkit_jupyter.store.experiment import StoredExperiment
from trackkit_jupyter.store.listing import Experiments, Models
from trackkit_jupyter.store.model import StoredModel
from trackkit_jupyter.store.models import KeepsModels
from trackkit_jupyter.store.paths import FOLDER, MARKER, StorePaths, find_folder
from trackkit_jupyter.store.points import Series
from trackkit_jupyter.store.report import StoredReport
from trackkit_jupyter.store.reports import KeepsReports, Reports
from trackkit_jupyter.store.syncing import sync_folder

if TYPE_CHECKING:
    from trackkit_jupyter.query import Condition

__all__ = [
    "Experiments",
    "Models",
    "Reports",
    "Series",
    "Store",
    "StoredExperiment",
    "StoredModel",
    "StoredReport",
    "create_store",
    "open_store",
]

E = TypeVar("E", bound=StoredExperiment)


class Store(KeepsModels, KeepsReports, Generic[E]):
    """A store in a folder.

    Attributes
    ----------
    path : Path
        The folder.
    id : str
        32 hex characters, which views carry.
    """

    def __init__(self, path: Path, handle: type[E], listing: type[Experiments[Any]] = Experiments) -> None:
        self.paths = StorePaths(path)
        self.path = path
        self._handle = handle
        self._model_handle = handle.model_type
        #: The folder whose files the one who asks can open, where a server set it: notebooks are named below it.
        self.served_root: Path | None = None
        #: Whether it is what a frozen report shows: nothing in it is changed any more.
        self.is_frozen = self.paths.answers.is_file()
        self._listing = listing
        self.id = _read_marker(self.paths)

    def __repr__(self) -> str:
        return f"<Store {str(self.path)!r}>"

    @property
    def report_type(self) -> type[Any]:
        """The class of its reports."""
        return self._handle.report_type()

    def experiment(self, id: str) -> E:
        """Return an experiment by its id.

        Raises
        ------
        NotFoundError
            There is none with that id.
        """
        check_id(id)
        if not self.paths.experiment(id).root.is_dir():
            raise NotFoundError(f"There is no experiment with the id {id} in this store.", "id")
        return self._handle(self, id)

    def record(self, id: str) -> Any:
        """Return an experiment, a model or a report by its id.

        Raises
        ------
        NotFoundError
            There is none of them.
        """
        check_id(id)
        if self.paths.model(id).root.is_dir():
            return self.model(id)
        if self.paths.report(id).root.is_dir():
            return self.report(id)
        return self.experiment(id)

    def experiments(
        self,
        query: str | Condition | None = None,
        order_by: str | Iterable[str] = "-last_update",
        page: int = 0,
        page_size: int | None = None,
        archived: bool | None = False,
    ) -> Experiments[E]:
        """Return the experiments that a query finds, a page of them.

        What lists show of an experiment that has ended is known without opening it. One whose record cannot be read is
        left out.

        Parameters
        ----------
        query
            Such as ``metrics["loss/val"].min < 0.1 and "baseline" in tags``; see :mod:`trackkit_jupyter.query`.
        order_by
            A field, with ``-`` in front for descending, or several of them: ``'-metrics["loss/val"].min'``,
            ``["project", "-created"]``. Those without the field come last; the id decides where all are equal.
        page
            Which page, from 0.
        page_size
            How many per page; all without it.
        archived
            True: the archived ones instead of the others; ``None``: both. A query that says something of ``archived``
            decides itself.

        Returns
        -------
        Experiments
            List-like.

        Raises
        ------
        QueryError
            The query or the order cannot be read; the message shows where.
        TrackkitValueError
            A page that cannot be.
        """
        from trackkit_jupyter.store.catalog import find_page

        found, total = find_page(self, "experiment", self._at, query, order_by, page, page_size, archived)
        return self._listing(found, total)

    def projects(self) -> list[Project]:
        """Return the projects that have experiments, by name."""
        from trackkit_jupyter.store.catalog import catalog_of

        return [Project(name, count) for name, count in catalog_of(self).projects().items()]

    def new_experiment(self, record: dict[str, Any]) -> E:
        """Keep a new experiment's record, and return the experiment. `record` has all fields of one, and its tables."""
        tables = record.pop("tables", {})
        id = check_id(record["id"])
        numbered = {**record, "number": self._next_number(str(record["project"]))}
        document = Document(self.paths.experiment(id).record)
        with document.edit(create=True) as database:
            database.table("experiment", cache_size=0).insert(numbered)
            for name, rows in tables.items():
                database.table(name, cache_size=0).insert_multiple(rows)
        sync_folder(self.paths.experiments)  # the record was, and its name
        changes.note(self.paths, id, "start")
        return self._handle(self, id)

    def _next_number(self, project: str) -> int | None:
        """Count an experiment of a project, from 0: neighbours then differ in their colour."""
        try:
            with Document(self.paths.workspace).table("projects") as table:
                known = table.get(lambda row: row.get("name") == project)
                count = int(known["experiments"]) if isinstance(known, dict) else 0
                table.upsert({"name": project, "experiments": count + 1}, lambda row: row.get("name") == project)
                return count
        except (TrackkitStorageError, KeyError, TypeError, ValueError):
            return None  # a damaged count of projects keeps nobody from starting

    def _at(self, id: str) -> E:
        return self._handle(self, id)


class Project:
    """A project.

    Attributes
    ----------
    name : str
        Its name; a slash nests projects.
    experiment_count : int
        How many experiments it has, archived ones too.
    """

    def __init__(self, name: str, experiment_count: int) -> None:
        import hashlib

        self.name, self.experiment_count = name, experiment_count
        #: The MD5 of its name, 32 hex characters: the same wherever the project is met.
        self.id = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()

    def __repr__(self) -> str:
        return f"<Project {self.name!r}, {self.experiment_count} experiments>"


@overload
def open_store(uri: str | os.PathLike[str] | None = None) -> Store[StoredExperiment]: ...
@overload
def open_store(
    uri: str | os.PathLike[str] | None = None, *, handle: type[E], listing: type[Experiments[Any]] = Experiments
) -> Store[E]: ...
def open_store(
    uri: str | os.PathLike[str] | None = None,
    *,
    handle: Any = StoredExperiment,
    listing: type[Experiments[Any]] = Experiments,
) -> Any:
    """Open a store; nothing is created.

    Parameters
    ----------
    uri
        Its folder. Without it: ``TRACKKIT_STORE``, else the nearest ``.trackkit/`` upward from the working directory,
        else ``~/.trackkit``.
    handle, listing
        The classes of its experiments, and of lists of them.

    Raises
    ------
    NotAStoreError
        There is no such folder, or it is no store.
    SchemaError
        A newer version wrote it.
    """
    store = Store(_folder(uri), handle, listing)
    if registry.find(store.id) is None:  # a copy that is only read does not take the place of the original
        registry.enter(store.id, store.path)
    archive_soon(store.paths)
    return store


def create_store(
    uri: str | os.PathLike[str] | None = None, *, handle: type[E], listing: type[Experiments[Any]] = Experiments
) -> Store[E]:
    """Open a store, and make it first where the folder is missing or empty. Several processes may do so at once.

    Raises
    ------
    NotAStoreError
        The folder holds something else.
    TrackkitStorageError
        It cannot be made.
    """
    path = _folder(uri)
    paths = StorePaths(path)
    if not paths.marker.exists():
        try:
            _initialise(paths)
        except TrackkitStorageError:
            raise
        except OSError as error:
            hint = " (`trackkit init` makes one in the folder you are in)" if uri is None else ""
            raise storage_error(error, f"No store can be made at {path}{hint}") from error
    store = Store(path, handle, listing)
    known = registry.find(store.id)
    if known is not None and not _is_same(known, path):
        try:
            store.id = _renew(paths)
        except OSError as error:
            raise storage_error(error, f"The copied store at {path} cannot be given an id of its own") from error
        warnings.warn(
            f"The store at {path} is a copy of the one at {known}: it was given an id of its own.", stacklevel=3
        )
    registry.enter(store.id, store.path)
    archive_soon(store.paths)
    return store


def _folder(uri: str | os.PathLike[str] | None) -> Path:
    if uri is None:
        return find_folder()
    if not isinstance(uri, str | os.PathLike):
        raise TrackkitTypeError(f"store must be a folder's path, not {type(uri).__name__}.", "store")
    text = os.fspath(uri)
    if not text or "\0" in text:
        raise TrackkitValueError("store must be a folder's path.", "store")
    if "://" in text:
        raise TrackkitValueError(f"store must be a folder's path; {shown(text)} is not supported.", "store")
    return Path(text).expanduser().absolute()


def _read_marker(paths: StorePaths) -> str:
    try:
        content = json.loads(paths.marker.read_bytes())
        schema, id = content["schema"], check_id(content["id"])
        if schema[0] > SCHEMA[0]:
            raise SchemaError(
                f"The store at {paths.root} was written by a newer version (schema {schema[0]}, this version reads "
                f"{SCHEMA[0]}); it is left untouched. Upgrade trackkit_jupyter to open it."
            )
    except FileNotFoundError:
        raise _no_store(paths.root) from None
    except NotADirectoryError:
        raise NotAStoreError(f"{paths.root} is a file, not a store's folder.", "store") from None
    except SchemaError:
        raise
    except OSError as error:
        raise storage_error(error, f"The store at {paths.root} cannot be read") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise NotAStoreError(f"{paths.marker} is damaged ({error}); it is left as it is.", "store") from error
    return id


def _no_store(root: Path) -> NotAStoreError:
    if (root / FOLDER / MARKER).is_file():
        hint = f"it holds one: use {root / FOLDER}."
    elif root.exists():
        hint = "`trackkit init` makes one, and so does start() in an empty folder."
    else:
        hint = "the folder does not exist; `trackkit init` or start() makes it."
    return NotAStoreError(f"There is no store at {root}: {hint}", "store")


# In an empty folder may lie what file managers and notebooks leave, and the files of another process that makes the
# same store now.
_NO_CONTENT = re.compile(r"new-[0-9a-f]{16}|\.DS_Store|\.ipynb_checkpoints|\.directory|desktop\.ini|Thumbs\.db")


def _initialise(paths: StorePaths) -> None:
    root = paths.root
    if root.exists() and not root.is_dir():
        raise NotAStoreError(f"{root} is a file, not a store's folder.", "store")
    new = [folder for folder in (root, *root.parents) if not folder.exists()]
    root.mkdir(parents=True, exist_ok=True)
    others = [name for name in os.listdir(root) if not _NO_CONTENT.fullmatch(name)]
    if others and not paths.marker.exists():
        raise NotAStoreError(
            f"{root} is not empty and no store (it holds {shown(sorted(others)[0])}); name an empty or a new folder.",
            "store",
        )
    _write_marker(paths, new_id(), exclusive=True)
    sync_folder(root)  # before there is anything else: a folder that holds something and no marker is refused
    paths.experiments.mkdir(exist_ok=True)
    paths.live.mkdir(exist_ok=True)
    for folder in (root, *(each.parent for each in new)):
        sync_folder(folder)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # one is gone meanwhile
        return True


def _renew(paths: StorePaths) -> str:
    id = new_id()
    _write_marker(paths, id, exclusive=False)
    return id


def _write_marker(paths: StorePaths, id: str, *, exclusive: bool) -> None:
    """Write ``store.json`` whole; with `exclusive`, the first of several processes wins."""
    text = json.dumps({"schema": list(SCHEMA), "id": id, "created": iso(time.time())})
    temporary = paths.root / f"new-{os.urandom(8).hex()}"
    with temporary.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        if exclusive:
            try:
                os.link(temporary, paths.marker)
            except FileExistsError:
                pass
            except OSError:  # a file system without links: the last one wins
                os.replace(temporary, paths.marker)
        else:
            os.replace(temporary, paths.marker)
    finally:
        temporary.unlink(missing_ok=True)
