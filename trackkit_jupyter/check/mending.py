"""Mend what is damaged in a store. Every step is one rename or one document, and may be the last one."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.check.findings import Finding
from trackkit_jupyter.errors import TrackkitError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.records import Status, check_id, check_name, check_project, check_tags, iso, timestamp
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.archive import Archive, Damaged, Replaced, state_of
from trackkit_jupyter.store.documents import Document
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.reader import JournalReader
from trackkit_jupyter.store.shapes import is_field, is_row

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["mend"]


def mend(store: Store[Any], finding: Finding) -> bool:
    """Mend one finding, and return whether that was possible.

    Raises
    ------
    TrackkitStorageError, OSError
        The store cannot be written.
    """
    root = store.paths.root
    path = finding.place(root)
    if finding.mending == "put aside":
        _put_aside(root, path)
    elif finding.mending == "cut":
        return _cut(root, path, finding)
    elif finding.mending == "restore":
        _restore(root, path)
    elif finding.mending == "rebuild":
        _rebuild(store, path, finding.experiment)
    elif finding.mending == "copy":
        return _copy_footer(path)
    else:
        return False
    if finding.experiment:
        changes.note(store.paths, finding.experiment, "repair")
    return True


def _quarantine(root: Path, path: Path) -> Path:
    """Return where a file goes that is put aside: beside what it belongs to."""
    parts = path.relative_to(root).parts
    inside = len(parts) > 2 and parts[0] in ("experiments", "models", "reports")
    folder = (root.joinpath(*parts[:2]) if inside else root) / ExperimentPaths(root).quarantine.name
    folder.mkdir(exist_ok=True)
    place, number = folder / path.name, 1
    while place.exists():
        place, number = folder / f"{path.name}.{number}", number + 1
    return place


def _put_aside(root: Path, path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.replace(path, _quarantine(root, path))


def _cut(root: Path, path: Path, finding: Finding) -> bool:
    """Cut a torn end off, and keep it."""
    offset = finding.offset or 0
    with path.open("r+b") as file:
        file.seek(offset)
        torn = file.read()
        if len(torn) != finding.bytes:
            return False  # somebody writes it after all
        kept = _quarantine(root, path.with_name(f"{path.name}.{offset}"))
        with kept.open("xb") as aside:
            aside.write(torn)
            aside.flush()
            os.fsync(aside.fileno())
        file.truncate(offset)
        os.fsync(file.fileno())
    return True


def _restore(root: Path, path: Path) -> None:
    """Write a document again as its spare generation has it; the damaged one is put aside."""
    with Document(path).edit() as database:
        database.storage.write(database.storage.read() or {})
    damaged = path.with_name(f"{path.name}.damaged")
    if damaged.exists():
        _put_aside(root, damaged)


def _rebuild(store: Store[Any], path: Path, id: str) -> None:
    """Make the record of an experiment anew, from what can be made out of its files and from its journals."""
    root, files = store.paths.root, store.paths.experiment(id)
    backup = path.with_name(path.name + ".bak")
    tables = _made_out(path) or _made_out(backup)
    known = next(iter(tables.get("experiment", {}).values()), {})
    times = _times(files)
    now = iso(time.time())
    record: dict[str, Any] = {
        **{name: value for name, value in known.items() if is_field(name, value)},
        "id": id,
        "name": _fit(check_name, known.get("name"), f"rebuilt {id[:8]}"),
        "project": _fit(check_project, known.get("project"), "rebuilt"),
        "status": _fit(Status, known.get("status"), Status.ABORTED).value,
        "tags": _fit(check_tags, known.get("tags"), []),
        "description": known["description"] if isinstance(known.get("description"), str) else "",
        "user": known["user"] if isinstance(known.get("user"), str) else None,
        "parent": _fit(check_id, known.get("parent"), None),
        "archived": known.get("archived") is True,
        "created": _fit(_time, known.get("created"), iso(times[0]) if times else now),
        "started": _fit(_time, known.get("started"), iso(times[0]) if times else None),
        "finished": _fit(_time, known.get("finished"), iso(times[-1]) if times else None),
        "updated": now,
        "rebuilt": now,
    }
    for one in (path, backup):
        _put_aside(root, one)
    with Document(path).edit(create=True) as database:
        database.table("experiment", cache_size=0).insert(record)
        for name, rows in tables.items():
            if name not in ("experiment", "_envelope"):
                whole = [row for row in rows.values() if is_row(name, row)]
                database.table(name, cache_size=0).insert_multiple(whole)


def _made_out(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the tables that a damaged document still shows: those that are what tables should be."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
        found, _ = json.JSONDecoder(parse_constant=_no_number).raw_decode(text)  # what follows is not its own
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): table
        for name, table in found.items()
        if isinstance(table, dict) and all(isinstance(row, dict) for row in table.values())
    }


def _no_number(name: str) -> str:
    return name


def _fit(check: Any, value: Any, otherwise: Any) -> Any:
    try:
        return otherwise if value is None else check(value)
    except (TrackkitValueError, TrackkitTypeError, ValueError, TypeError):
        return otherwise


def _time(text: Any) -> str:
    timestamp(text)
    return str(text)


def _times(files: ExperimentPaths) -> list[float]:
    """Return the first and the last time that the journals know of."""
    reader = JournalReader(files)
    try:
        reader.refresh()
        found = [
            (float(each.times.min()), float(each.times.max())) for each in map(reader.series, reader.pairs()) if each
        ]
    except TrackkitError:
        return []
    return [min(low for low, _ in found), max(high for _, high in found)] if found else []


def _copy_footer(path: Path) -> bool:
    """Copy the archive's end once more."""
    files = ExperimentPaths(path.parent)
    state = state_of(files.archive)
    if state is None:
        return False
    try:
        footer = Archive(files.archive, files.archive_footer, state).footer()
    except (Damaged, Replaced):
        return False
    if path.exists():
        _put_aside(path.parent.parent.parent, path)
    fresh = path.with_name(f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    fresh.write_bytes(footer)
    os.replace(fresh, path)
    return True
