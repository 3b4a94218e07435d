"""Which stores this server serves: the registered ones of its user, the default one, and those below its root."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from trackkit_jupyter.errors import NotAStoreError, NotFoundError, TrackkitError
from trackkit_jupyter.records import check_id
from trackkit_jupyter.reports import Report
from trackkit_jupyter.reports.freeze import open_frozen
from trackkit_jupyter.store import Store, StoredExperiment, registry
from trackkit_jupyter.store.archivist import archive_soon
from trackkit_jupyter.store.paths import find_folder

__all__ = ["Stores"]

_REMEMBERED = 100


class Served(StoredExperiment):
    """An experiment as a server has it: the reports of its store can be made, published and exported."""

    @classmethod
    def report_type(cls) -> type[Report]:
        """Return the class of the reports of its store."""
        return Report


class Stores:
    """The stores that may be served; nothing else can be reached through it.

    Parameters
    ----------
    roots
        Folders below which a store may be named by its path; the first is the server's root.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = list(roots)
        self._lock = threading.Lock()
        self._seen: dict[str, Path] = {}  # opened by path: their files are asked for by id alone

    def find(self, id: str | None = None, path: str | None = None) -> Store[StoredExperiment]:
        """Return a store.

        Parameters
        ----------
        id
            Its id.
        path
            Its path below a root, as in Jupyter's contents API. With both, it is taken where it has that id.

        Raises
        ------
        NotFoundError
            There is none that this server serves.
        TrackkitValueError
            That is no id.
        """
        if id is not None:
            check_id(id, "store")
        if id is None and path is None:
            default = self.default()
            if default is None:
                raise NotFoundError("This server has no default store: name one with store=<id>.", "store")
            return default
        near = None if path is None else self._below_roots(path)
        if near is not None and id in (None, near.id):
            with self._lock:
                self._seen.pop(near.id, None)
                self._seen[near.id] = near.path
                while len(self._seen) > _REMEMBERED:
                    self._seen.pop(next(iter(self._seen)))
            return near
        known = None if id is None else self._known(id)
        if known is None:
            raise NotFoundError("This server knows no such store.", "path" if id is None else "store")
        return known

    def default(self) -> Store[StoredExperiment] | None:
        """Return the store that a kernel in the server's root would use; ``None`` if there is none yet."""
        return self._open(find_folder(self._roots[0]))

    def all(self) -> Iterator[Store[StoredExperiment]]:
        """Give the stores of this user: the default one, the registered ones, and those that were asked for."""
        with self._lock:
            seen = list(self._seen.values())
        for path in dict.fromkeys((find_folder(self._roots[0]), *registry.stores().values(), *seen)):
            # One that is of a newer version, say, takes none of the others away.
            with contextlib.suppress(TrackkitError, OSError):
                store = self._open(path)
                if store is not None:
                    yield store

    def ids(self) -> list[str]:
        """Return the ids of the registered stores."""
        return list(registry.stores())

    def folders(self) -> dict[str, str]:
        """Return where the default store and the registered ones lie, by their ids."""
        default = self.default()
        found = {} if default is None else {default.id: str(default.path)}
        return {id: str(path) for id, path in registry.stores().items()} | found

    def _known(self, id: str) -> Store[StoredExperiment] | None:
        with self._lock:
            seen = self._seen.get(id)
        for path in (registry.find(id), seen):
            store = None if path is None else self._open(path)
            if store is not None and store.id == id:
                return store
        default = self.default()
        if default is not None and default.id == id:
            return default
        for each in self.all():
            frozen = open_frozen(each.paths, id, Served)
            if frozen is not None:
                frozen.served_root = self._roots[0]
                return frozen
        return None

    def _below_roots(self, path: str) -> Store[StoredExperiment] | None:
        relative = path.strip("/")
        if not relative or "\\" in relative or "\0" in relative or len(relative) > 4096:
            return None
        for root in self._roots:
            try:
                base = root.resolve()
                folder = (base / relative).resolve(strict=True)
            except (OSError, ValueError, RuntimeError):
                continue
            # Resolved first, then compared by parts: no dots, no links, no sibling with the same beginning get out.
            if folder.is_relative_to(base):
                store = self._open(folder)
                if store is not None:
                    return store
        return None

    def _open(self, path: Path) -> Store[StoredExperiment] | None:
        try:
            # Not open_store: to look at a store must not register it.
            store: Store[StoredExperiment] = Store(path, Served)
        except NotAStoreError:
            return None
        store.served_root = self._roots[0]
        archive_soon(store.paths)
        return store
