"""Where a catalog's file lies, and how it is opened: with its tables as they should be, or anew."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import tempfile
import time
from pathlib import Path

from sqlalchemy import Connection, create_engine, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from trackkit_jupyter.query.groups import AGGREGATES
from trackkit_jupyter.query.patterns import matcher
from trackkit_jupyter.query.sql import FOLD, MATCHES
from trackkit_jupyter.query.tables import metadata, state

__all__ = ["MEMORY", "caches", "discard", "open_catalog", "places"]

#: The version of the tables; a catalog of another version is made anew.
FORMAT = "8"
#: The place that always can be written, and that nothing outlives.
MEMORY = Path(":memory:")

_BUSY_SECONDS = 30.0
_FORGOTTEN_SECONDS = 30 * 86_400
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "lustre", "gpfs", "beegfs", "ceph", "9p", "glusterfs"}


def places(store: str, root: Path, what: str = "experiment") -> list[Path]:
    """Return the files that may hold the catalog of a store, the best first; the last is :data:`MEMORY`.

    The user's cache folder, unless it is on a network, where SQLite's locks cannot be trusted; else the folder for
    temporary files.

    Parameters
    ----------
    store
        The store's id.
    root
        Its folder: a copy elsewhere has a catalog of its own.
    what
        Of what it is the catalog: "experiment" or "model".
    """
    where = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:8]
    name = f"{store}-{where}{'' if what == 'experiment' else f'-{what}s'}.sqlite"
    return [*(home / name for home in caches("catalogs") if not _on_network(home)), MEMORY]


def caches(name: str) -> list[Path]:
    """Return the folders of that name for what is derived, that can be written and are this user's, the best first."""
    from platformdirs import user_cache_path

    owner = getattr(os, "getuid", lambda: 0)()
    found = []
    for folder in (user_cache_path("trackkit", appauthor=False), Path(tempfile.gettempdir()) / f"trackkit-{owner}"):
        home = folder / name
        with contextlib.suppress(OSError):
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Another user's folder of that name under /tmp is not for us.
            mine = not hasattr(os, "getuid") or os.stat(home).st_uid == owner
            if mine and os.access(home, os.W_OK | os.X_OK):
                found.append(home)
    return found


def open_catalog(path: Path, store: str, root: Path) -> Connection:
    """Open a catalog, in which every statement is a transaction of its own; make it anew unless it is this store's.

    Parameters
    ----------
    path
        One of :func:`places`.
    store, root
        The store's id and folder.

    Raises
    ------
    sqlalchemy.exc.DBAPIError, OSError
        It cannot be opened there.
    """
    if path == MEMORY:
        return _made(_connect(path), store, root)
    with _lock(path):
        if not path.exists():
            _forget_old(path.parent)
        try:
            connection = _connect(path)
            if _is_current(connection, store, root):
                return connection
            connection.engine.dispose()
        except DBAPIError:
            pass  # not a database, or a damaged one
        _remove(path)
        return _made(_connect(path), store, root)


def discard(path: Path) -> None:
    """Remove a catalog that turned out to be damaged."""
    if path != MEMORY:
        with contextlib.suppress(OSError), _lock(path):
            _remove(path)


def _connect(path: Path) -> Connection:
    def creator() -> sqlite3.Connection:
        raw = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        raw.create_function(MATCHES, 2, lambda pattern, text: matcher(pattern)(text), deterministic=True)
        raw.create_function(FOLD, 1, lambda text: None if text is None else str(text).casefold(), deterministic=True)
        for name, takes, made in AGGREGATES:
            raw.create_aggregate(name, takes, made)
        return raw

    engine = create_engine("sqlite+pysqlite://", creator=creator, poolclass=StaticPool)
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        # With a write-ahead log readers and the writer do not wait for each other.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-65536"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
    except DBAPIError:
        engine.dispose()
        raise
    return connection


def _is_current(connection: Connection, store: str, root: Path) -> bool:
    try:
        rows = {row.name: row.value for row in connection.execute(select(state))}
    except DBAPIError:
        connection.engine.dispose()
        return False
    return {name: rows.get(name) for name in ("format", "store", "root")} == _identity(store, root)


def _identity(store: str, root: Path) -> dict[str, str]:
    return {"format": FORMAT, "store": store, "root": os.path.realpath(root).encode("utf-8", "replace").decode()}


def _made(connection: Connection, store: str, root: Path) -> Connection:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    metadata.create_all(connection)
    rows = [{"name": name, "value": value} for name, value in _identity(store, root).items()]
    connection.execute(insert(state), rows)
    connection.exec_driver_sql("COMMIT")
    return connection


@contextlib.contextmanager
def _lock(path: Path):  # type: ignore[no-untyped-def]
    from filelock import FileLock, Timeout

    try:
        with FileLock(f"{path}.lock", timeout=_BUSY_SECONDS):
            yield
    except Timeout as error:
        raise OSError(f"{path.name} is being opened by another process for more than {_BUSY_SECONDS:g} s") from error


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _forget_old(folder: Path) -> None:
    """Remove catalogs that nobody opened for a month: their stores may be gone, and they are made again in any case."""
    limit = time.time() - _FORGOTTEN_SECONDS
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.stat().st_mtime < limit:
                Path(entry.path).unlink(missing_ok=True)


def _on_network(folder: Path) -> bool:
    """Return whether a folder is on a file system of the network, as far as this machine says."""
    try:
        lines = Path("/proc/self/mounts").read_text(errors="replace").splitlines()
    except OSError:
        return False
    real, longest, kind = os.path.realpath(folder), "", ""
    for line in lines:
        _, where, type_, *_ = line.split(" ")
        inside = real == where or real.startswith(where.rstrip("/") + "/")
        if inside and len(where) >= len(longest):
            longest, kind = where, type_
    return kind in _NETWORK or kind.startswith("fuse.ssh")
