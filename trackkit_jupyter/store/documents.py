"""Documents: small TinyDB files that survive a kill at any moment, and several writers.

A document is one JSON file that plain TinyDB can read too. Its first line is an envelope (one more table) with the
schema version, a sequence number and the checksum of all that follows; so damage is noticed, and ``.bak``, the previous
generation, stands in. A change is serialised first, written to a temporary file, synced and renamed, under a file lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tinydb import Storage, TinyDB
from tinydb.table import Table

from trackkit_jupyter.errors import NotFoundError, SchemaError, StorageFullError, TrackkitStorageError
from trackkit_jupyter.store.locks import locked
from trackkit_jupyter.store.syncing import sync_folder

__all__ = ["SCHEMA", "Document", "Tables", "storage_error"]

#: Version of everything in a store: a reader takes any minor, and refuses a newer major.
SCHEMA = (1, 0)

Tables = dict[str, dict[str, dict[str, Any]]]

_ENVELOPE = "_envelope"
_LOCK_SECONDS = 30.0
_FULL = {28, 122, 27}  # ENOSPC, EDQUOT, EFBIG


def storage_error(error: OSError, what: str) -> TrackkitStorageError:
    """Return the package's error for a fault of the operating system."""
    kind = StorageFullError if error.errno in _FULL else TrackkitStorageError
    return kind(f"{what}: {error.strerror or type(error).__name__}.")


class DocumentStorage(Storage):
    """TinyDB's storage of one document inside one transaction: read once, written once by :meth:`commit`."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self._path = path
        self._kept = _Kept({}, 0, SCHEMA, damaged=False)
        self._tables: Tables = {}
        self._changed = False
        if not create or path.exists() or _backup(path).exists():
            self._kept = _load(path)
            self._tables = self._kept.tables

    def read(self) -> Tables:
        """Return all tables."""
        return self._tables

    def write(self, data: Tables) -> None:
        """Keep all tables for :meth:`commit`."""
        self._tables, self._changed = data, True

    def commit(self) -> None:
        """Write the document if it was changed: all of it, or nothing."""
        if self._changed:
            _save(self._path, self._tables, self._kept)


class Document:
    """One document of a store.

    Attributes
    ----------
    damaged : bool
        Whether the file was found damaged when it was last read, so that the previous generation stood in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = False

    def read(self) -> Tables:
        """Return the tables, ``{table: {number: document}}``; needs no lock and no right to write.

        Raises
        ------
        NotFoundError
            There is no such document.
        SchemaError
            A newer version wrote it.
        TrackkitStorageError
            It is damaged, and so is its previous generation.
        """
        kept = _load(self.path)
        self.damaged = kept.damaged
        return kept.tables

    @contextlib.contextmanager
    def edit(self, *, create: bool = False) -> Iterator[TinyDB]:
        """Change the document as a TinyDB database: read, modify and write under a lock, or nothing at all.

        Parameters
        ----------
        create
            Make it, and its folder, if it is not there.

        Raises
        ------
        NotFoundError
            There is no such document, and `create` is false: one that was deleted does not come back.
        TrackkitStorageError
            Locked for too long by another process, not writable, or no space left.
        """
        try:
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            elif not self.path.parent.is_dir():
                raise _not_found(self.path)
            with locked(self.path.with_name(f"{self.path.name}.lock"), _LOCK_SECONDS):
                storage = DocumentStorage(self.path, create=create)
                yield TinyDB(storage=lambda: storage)
                storage.commit()
        except TrackkitStorageError:
            raise
        except OSError as error:
            raise storage_error(error, f"{self.path.name} cannot be written; nothing was changed") from error

    @contextlib.contextmanager
    def table(self, name: str) -> Iterator[Table]:
        """Change one table of the document, which is made if it is not there, as :meth:`edit` does."""
        with self.edit(create=True) as database:
            yield database.table(name, cache_size=0)


def _backup(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


class _Kept(NamedTuple):
    """What a document's file says."""

    tables: Tables
    sequence: int
    schema: tuple[int, int]
    damaged: bool


def _save(path: Path, tables: Tables, before: _Kept) -> None:
    others = {name: table for name, table in tables.items() if name != _ENVELOPE}
    body = json.dumps(others, ensure_ascii=False, allow_nan=False, separators=(",", ":"))[1:].encode()
    # What a newer minor version wrote is kept, so its version is too.
    schema = max(SCHEMA, before.schema)
    envelope = {"schema": list(schema), "sequence": before.sequence + 1, "checksum": f"{zlib.crc32(body):08x}"}
    head = json.dumps({_ENVELOPE: {"1": envelope}}, separators=(",", ":"))[:-1].encode()
    text = head + (b",\n" if others else b"\n") + body
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    spare = temporary.with_suffix(".bak")
    try:
        with temporary.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if before.damaged:
            # The backup is the only sound generation: it stays until the new file stands.
            with contextlib.suppress(FileNotFoundError):
                os.replace(path, path.with_name(f"{path.name}.damaged"))
        elif path.exists():
            spare.unlink(missing_ok=True)
            _link(path, spare)
            os.replace(spare, _backup(path))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
        spare.unlink(missing_ok=True)  # a rename onto another name of the same file leaves both
    sync_folder(path.parent)


def _link(path: Path, spare: Path) -> None:
    try:
        os.link(path, spare)
    except OSError:  # a file system without links
        spare.write_bytes(path.read_bytes())


def _load(path: Path) -> _Kept:
    problems: list[str] = []
    for candidate in (path, _backup(path)):
        try:
            return _parse(candidate.read_bytes(), candidate.name, damaged=candidate is not path)
        except FileNotFoundError:
            continue
        except SchemaError:
            raise
        except NotADirectoryError:
            raise _not_found(path) from None
        except OSError as error:
            raise storage_error(error, f"{candidate.name} cannot be read") from error
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            problems.append(f"{candidate.name} ({error})")
    if problems:
        raise TrackkitStorageError(f"Damaged: {', '.join(problems)}. The files are left as they are.")
    raise _not_found(path)


def _not_found(path: Path) -> NotFoundError:
    return NotFoundError(f"There is no {path.name} in {path.parent.name}.")


def _parse(text: bytes, name: str, *, damaged: bool) -> _Kept:
    _, _, body = text.partition(b"\n")
    tables = json.loads(text, parse_constant=_refuse_constant)
    envelope = tables.pop(_ENVELOPE)["1"]
    major, minor = envelope["schema"]
    if major > SCHEMA[0]:
        raise SchemaError(
            f"{name} was written by a newer version (schema {major}.{minor}, this version reads {SCHEMA[0]}.x); "
            "it is left untouched. Upgrade trackkit_jupyter to open it."
        )
    if f"{zlib.crc32(body):08x}" != envelope["checksum"]:
        raise ValueError("its checksum is wrong")
    return _Kept(tables, int(envelope["sequence"]), (int(major), int(minor)), damaged)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
