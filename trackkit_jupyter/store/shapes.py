"""What the document of an experiment or a model must hold for the rest of the program to read it."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.errors import TrackkitStorageError
from trackkit_jupyter.records import timestamp
from trackkit_jupyter.store.documents import Tables

__all__ = ["check_shape", "is_field", "is_row"]

_NEEDED = ("name", "project", "status")
_KINDS: dict[str, type] = {
    **dict.fromkeys(_NEEDED, str),
    **dict.fromkeys(("id", "description", "user", "parent", "status_reason", "cell", "notebook"), str),
    **dict.fromkeys(("cell_execution", "cell_code"), str),
    **dict.fromkeys(("path", "publisher"), str),
    "tags": list,
    "archived": bool,
    "number": int,
    "runtime": dict,
    "execution": dict,
}
_TIMES = ("created", "started", "finished", "updated", "published", "frozen")
# The texts that the rows of a table cannot be without.
_ROWS: dict[str, tuple[str, ...]] = {
    "hyperparameters": ("section", "name", "value"),
    "properties": ("name", "value"),
    "configuration": ("name", "value"),
    "artifacts": ("key", "uri"),
    "models": ("id", "name", "role"),
}


def check_shape(tables: Tables, what: str) -> Tables:
    """Return the tables of a document if they are those of a record; members that are not known are not looked at.

    Its checksum says that a document is as it was written, not that we wrote it.

    Parameters
    ----------
    tables
        As a document gives them.
    what
        The table of the record: "experiment" or "model".

    Raises
    ------
    TrackkitStorageError
        They are not; the message names the table or the field.
    """
    for name, table in tables.items():
        if not isinstance(table, dict) or not all(is_row(name, row) for row in table.values()):
            raise _wrong(what, f"the table {name} has a row that cannot be")
    record = tables.get(what, {}).get("1")
    if record is None:
        raise _wrong(what, "it has no fields")
    for name in (*_KINDS, *_TIMES):
        if not is_field(name, record.get(name)):
            raise _wrong(what, f"the field {name} cannot be what it is")
    return tables


def is_field(name: str, value: Any) -> bool:
    """Return whether a field of a record may have a value."""
    if value is None:
        return name not in _NEEDED
    if name in _TIMES:
        try:
            return timestamp(value) is not None
        except (ValueError, TypeError, OverflowError):
            return False
    if name == "tags":
        return isinstance(value, list) and all(isinstance(tag, str) for tag in value)
    return isinstance(value, _KINDS.get(name, object))


def is_row(table: str, row: Any) -> bool:
    """Return whether something may be a row of a table."""
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in _ROWS.get(table, ())):
        return False
    return table != "models" or row["role"] in ("input", "output")


def _wrong(what: str, problem: str) -> TrackkitStorageError:
    return TrackkitStorageError(f"The record of this {what} is not one that was written here: {problem}.")
