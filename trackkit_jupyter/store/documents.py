"""Documents: small TinyDB files that survive a kill at any moment, and several writers.

A document is one JSON file that plain TinyDB can read too. Its first line is an envelope (one more table) with the schema
version, a sequence number and the checksum of all that follows; so damage is noticed, and ``.bak``, the previous
generation, stands in. A change is serialised first, written to a temporary file, synced and renamed, under a file lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinydb import Storage, TinyDB
from tinydb.table import Table

from trackkit_jupyter.errors import NotFoundError, SchemaError, StorageFullError, TrackkitStorageError

__all__ = ["SCHEMA", "Document", "Tables", "storage_error"]

#: Version of everything in a store: a reader takes any minor, and refuses a newer major.
SCHEMA = (1, 0)

Tables = dict[str, dict[str, dict[str, Any]]]

_ENVELOPE = "_envelope"
_LOCK_SECONDS = 10.0
_FULL = {28, 122, 27}  # ENOSPC, EDQUOT, EFBIG


def storage_error(error: OSError, what: str) -> TrackkitStorageError:
    """Return the package's error for a fault of the operating system."""
    kind = StorageFullError if error.errno in _FULL else TrackkitStorageError
    return kind(f"{what}: {error.strerror or type(error).__name__}.")


class DocumentStorage(Storage):
    """TinyDB's storage of one document inside one transaction: read once, written once by :meth:`commit`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tables: Tables = {}
        self._sequence = 0
        self._changed = False
        if path.exists() or _backup(path).exists():
            self._tables, self._sequence = _load(path)

    def read(self) -> Tables:
        """Return all tables."""
        return self._tables

    def write(self, data: Tables) -> None:
        """Keep all tables for :meth:`commit`."""
        self._tables, self._changed = data, True

    def commit(self) -> None:
        """Write the document if it was changed: all of it, or nothing."""
        if self._changed:
            _save(self._path, self._tables, self._sequence + 1)


class Document:
    """One document of a store."""

    def __init__(self, path: Path) -> None:
        self.path = path

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
        return _load(self.path)[0]

    @contextlib.contextmanager
    def edit(self) -> Iterator[TinyDB]:
        """Change the document as a TinyDB database: read, modify and write under a lock, or nothing at all.

        Raises
        ------
        TrackkitStorageError
            Locked for too long by another process, not writable, or no space left.
        """
        from filelock import FileLock, Timeout

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_LOCK_SECONDS):
                storage = DocumentStorage(self.path)
                yield TinyDB(storage=lambda: storage)
                storage.commit()
        except Timeout as error:
            raise TrackkitStorageError(
                f"{self.path.name} is locked by another process for more than {_LOCK_SECONDS:g} s; nothing was changed."
            ) from error
        except TrackkitStorageError:
            raise
        except OSError as error:
            raise storage_error(error, f"{self.path.name} cannot be written; nothing was changed") from error

    @contextlib.contextmanager
    def table(self, name: str) -> Iterator[Table]:
        """Change one table of the document, as :meth:`edit` does."""
        with self.edit() as database:
            yield database.table(name, cache_size=0)


def _backup(path: Path) -> Path:
    return path.with_name(path.name + ".bak")


def _save(path: Path, tables: Tables, sequence: int) -> None:
    others = {name: table for name, table in tables.items() if name != _ENVELOPE}
    body = json.dumps(others, ensure_ascii=False, allow_nan=False, separators=(",", ":"))[1:].encode()
    envelope = {"schema": list(SCHEMA), "sequence": sequence, "checksum": f"{zlib.crc32(body):08x}"}
    head = json.dumps({_ENVELOPE: {"1": envelope}}, separators=(",", ":"))[:-1].encode()
    text = head + (b",\n" if others else b"\n") + body
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            spare = temporary.with_suffix(".bak")
            spare.unlink(missing_ok=True)
            os.link(path, spare)
            os.replace(spare, _backup(path))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _load(path: Path) -> tuple[Tables, int]:
    problems: list[str] = []
    for candidate in (path, _backup(path)):
        try:
            return _parse(candidate.read_bytes(), candidate.name)
        except FileNotFoundError:
            continue
        except SchemaError:
            raise
        except OSError as error:
            raise storage_error(error, f"{candidate.name} cannot be read") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems.append(f"{candidate.name} ({error})")
    if problems:
        raise TrackkitStorageError(f"Damaged: {', '.join(problems)}. The files are left as they are.")
    raise NotFoundError(f"There is no {path.name} in {path.parent.name}.")


def _parse(text: bytes, name: str) -> tuple[Tables, int]:
    head, _, body = text.partition(b"\n")
    tables = json.loads(text, parse_constant=_refuse_constant)
    envelope = tables.pop(_ENVELOPE)["1"]
    schema = tuple(envelope["schema"])
    if schema[0] > SCHEMA[0]:
        raise SchemaError(
            f"{name} was written by a newer version (schema {schema[0]}.{schema[1]}, this version reads {SCHEMA[0]}.x); "
            "it is left untouched. Upgrade trackkit_jupyter to open it."
        )
    if f"{zlib.crc32(body):08x}" != envelope["checksum"]:
        raise ValueError("its checksum is wrong")
    return tables, int(envelope["sequence"])


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
