"""The exceptions of the package, one tree.

::

    TrackkitError
    ├── TrackkitValueError    (ValueError)    a value that is not allowed
    │   ├── QueryError                        a query that cannot be read
    │   └── EmbedError                        an embed URL that cannot be read
    ├── TrackkitTypeError     (TypeError)     a value of the wrong type
    ├── TrackkitStateError    (RuntimeError)  not possible in the present state
    │   ├── LockedError                       published: its content is locked
    │   └── ConflictError                     someone else changed it meanwhile
    ├── NotFoundError         (LookupError)   no such object
    └── TrackkitStorageError  (OSError)       the store cannot be read or written
        ├── DamagedError                      a file that is not what was written
        ├── NotAStoreError                    the folder is no store
        ├── SchemaError                       written by a newer version
        ├── StorageFullError                  no space left
        └── NotebookError                     a notebook that cannot be opened as a report

A wrong argument always raises, at once. A fault of the store never stops a training: see
:mod:`trackkit_jupyter.tracking`.
"""

from __future__ import annotations

__all__ = [
    "ConflictError",
    "DamagedError",
    "EmbedError",
    "LockedError",
    "NotAStoreError",
    "NotFoundError",
    "NotebookError",
    "QueryError",
    "SchemaError",
    "StorageFullError",
    "TrackkitError",
    "TrackkitStateError",
    "TrackkitStorageError",
    "TrackkitTypeError",
    "TrackkitValueError",
]

_SHOWN = 100  # characters of a wrong value that a message repeats


class TrackkitError(Exception):
    """Base of all errors of the package.

    Parameters
    ----------
    message
        One sentence: what was wrong, and what is allowed.
    field
        The name of the argument or field that was wrong, if there is one.
    """

    code = "error"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return self.message


class TrackkitValueError(TrackkitError, ValueError):
    """A value that is not allowed."""

    code = "bad_value"


class QueryError(TrackkitValueError):
    """A query that cannot be read.

    Parameters
    ----------
    message, field
        As of every error.
    place
        The character of the query where the trouble begins, from 0, if there is one.
    """

    code = "bad_query"

    def __init__(self, message: str, field: str | None = None, place: int | None = None) -> None:
        super().__init__(message, field)
        self.place = place


class EmbedError(TrackkitValueError):
    """An embed URL or snippet that cannot be read."""

    code = "bad_embed"


class TrackkitTypeError(TrackkitError, TypeError):
    """A value of the wrong type."""

    code = "bad_type"


class TrackkitStateError(TrackkitError, RuntimeError):
    """Something that is not possible in the present state."""

    code = "bad_state"


class LockedError(TrackkitStateError):
    """The object is published: its content is locked."""

    code = "locked"


class ConflictError(TrackkitStateError):
    """Someone else changed it since it was looked at; nothing was changed.

    Parameters
    ----------
    message, field
        As of every error.
    kept
        What is kept now.
    """

    code = "conflict"

    def __init__(self, message: str, field: str | None = None, kept: object = None) -> None:
        super().__init__(message, field)
        self.kept = kept


class NotFoundError(TrackkitError, LookupError):
    """No such object in this store."""

    code = "not_found"


class TrackkitStorageError(TrackkitError, OSError):
    """The store cannot be read or written."""

    code = "storage"


class DamagedError(TrackkitStorageError):
    """A file of the store is not what was written; it is left as it is."""

    code = "damaged"


class NotAStoreError(TrackkitStorageError):
    """The folder is no store."""

    code = "not_a_store"


class SchemaError(TrackkitStorageError):
    """The store was written by a newer version; it is left untouched."""

    code = "schema"


class StorageFullError(TrackkitStorageError):
    """The disk or the quota is full."""

    code = "storage_full"


class NotebookError(TrackkitStorageError):
    """A notebook that cannot be opened as a report: damaged, too large, or not there. The message names no folder."""

    code = "notebook"


def shown(value: object) -> str:
    """Return `value` as an error message may repeat it: its ``repr``, cut in length."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a broken __repr__ must not hide the message it would have been part of
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
