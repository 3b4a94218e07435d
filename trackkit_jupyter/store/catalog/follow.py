"""What changed in a store since its catalog looked: from its log, its heartbeats and the time of one folder.

The cost of a look does not grow with the number of experiments, only with what happened.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from trackkit_jupyter.errors import NotFoundError, TrackkitStorageError
from trackkit_jupyter.query.tables import damaged, experiments, state
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.catalog.rows import journals_of, record_of
from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.store.paths import StorePaths

__all__ = ["Look", "look", "marked", "scan", "write_state"]

_ENTRY = re.compile(rb'"id":\s*"([0-9a-f]{32})"\s*,\s*"what":\s*"(\w+)"')
_FRESH_SECONDS = 60.0
#: A change of the folder this young may be followed by one that its time does not show.
_TICK_SECONDS = 0.05
#: Listing all experiments may take this part of the time, when the log tells of all changes in any case.
_SHARE = 0.05


@dataclass
class Look:
    """What is to be done.

    Attributes
    ----------
    ids : set of str
        Experiments to read again; those that are gone among them are forgotten.
    listing : {"", "ids", "records", "files"}
        Whether all experiments must be listed: for their ids, also for their records, or for all of their files.
    notes : dict
        What to keep in the table of state when it is done.
    """

    ids: set[str] = field(default_factory=set)
    listing: str = ""
    notes: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ids or self.listing or self.notes)


Handle = Callable[[str], Logged]


def look(connection: Connection, paths: StorePaths, handle: Handle, what: str = "experiment") -> Look:
    """Return what changed since the notes in the catalog were made."""
    known = {row.name: row.value for row in connection.execute(select(state))}
    found = Look()
    structural = _follow_log(paths, known, found)
    _follow_folder(connection, paths, known, found, structural, what)
    _follow_writers(connection, paths, handle, found)
    for row in connection.execute(select(damaged)):
        if _fingerprint(handle(row.id)) != row.record:
            found.ids.add(row.id)
    return found


def scan(
    connection: Connection, paths: StorePaths, handle: Handle, how: str, what: str = "experiment"
) -> tuple[set[str], dict[str, str]]:
    """List all experiments: return those to read again, and notes.

    Parameters
    ----------
    connection, paths, handle
        The catalog, its store, and what gives an experiment.
    how
        "ids": those that came or went; "records": also those of which the record is another; "files": or a journal.
    what
        Of what it is the catalog: "experiment" or "model".
    """
    began = time.perf_counter()
    try:
        before = os.stat(paths.folder(what))
        there = {name for name in os.listdir(paths.folder(what)) if _is_id(name)}
    except FileNotFoundError:
        return set(connection.scalars(select(experiments.c.id))), {"folder": "", "extra": "0"}
    took = time.perf_counter() - began
    known = set(connection.scalars(select(experiments.c.id)))
    broken = set(connection.scalars(select(damaged.c.id)))
    changed = (there - known - broken) | (known - there) | (broken - there)
    if how != "ids":
        for row in connection.execute(select(experiments.c.id, experiments.c.record, experiments.c.journals)):
            item = handle(row.id)
            if _fingerprint(item) != row.record or (how == "files" and _fingerprints(item)[1] != row.journals):
                changed.add(row.id)
    young = time.time() - before.st_mtime < _TICK_SECONDS
    return changed, {
        "folder": "" if young and how != "ids" else str(before.st_mtime_ns),
        "extra": str(before.st_nlink - len(there)),
        "listed": f"{time.time():.3f} {took:.6f}",
    }


def write_state(connection: Connection, notes: dict[str, str]) -> None:
    """Keep notes; inside a transaction."""
    if notes:
        statement = insert(state)
        statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
        connection.execute(statement, [{"name": name, "value": value} for name, value in notes.items()])


def _follow_log(paths: StorePaths, known: dict[str, str], found: Look) -> bool:
    """Read what was added to the log; return whether it tells of experiments that came or went."""
    try:
        with paths.changes.open("rb") as log:
            there = os.fstat(log.fileno())
            inode, place = map(int, known.get("log", "0:0").split(":"))
            if inode not in (0, there.st_ino) or there.st_size < place or "log" not in known:
                found.listing, place = "records", there.st_size  # another log, or a cut one
            log.seek(place)
            news = log.read(there.st_size - place)
    except FileNotFoundError:
        if known.get("log") != "0:0":
            found.listing, found.notes["log"] = "records", "0:0"
        return False
    whole = news[: news.rfind(b"\n") + 1]
    # Searched, not parsed line by line: a line that a kill tore does not hide the one after it.
    entries = _ENTRY.findall(whole)
    found.ids |= {id.decode() for id, _ in entries}
    note = f"{there.st_ino}:{place + len(whole)}"
    if note != known.get("log"):
        found.notes["log"] = note
    return any(what in (b"start", b"delete") for _, what in entries)


def _follow_folder(
    connection: Connection, paths: StorePaths, known: dict[str, str], found: Look, structural: bool, what: str
) -> None:
    """See whether experiments came or went: copied or removed by hand, the log does not tell of them."""
    if found.listing:
        return
    try:
        there = os.stat(paths.folder(what))
    except FileNotFoundError:
        if known.get("folder") != "":
            found.listing = "ids"
        return
    now = str(there.st_mtime_ns)
    if now == known.get("folder"):
        return
    if not structural and now != known.get("owed"):
        # Something came or went of which the log does not tell (yet).
        found.listing = "records"
        return
    if structural and _is_told(connection, paths, known, found, there.st_nlink, what):
        found.notes["folder"] = now
        return
    listed, took = map(float, known.get("listed", "0 0").split(" "))
    if time.time() - listed > took / _SHARE:
        found.listing = "ids"
    elif now != known.get("owed"):
        found.notes["owed"] = now


def _is_told(
    connection: Connection, paths: StorePaths, known: dict[str, str], found: Look, links: int, what: str
) -> bool:
    """Return whether what the log tells of explains how many experiments there are now."""
    # Most file systems count subfolders as links, up to 65,000.
    if links <= 2 or len(found.ids) > 500:
        return False
    rows = sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in (experiments, damaged))
    ids = set(connection.scalars(select(experiments.c.id).where(experiments.c.id.in_(found.ids))))
    ids |= set(connection.scalars(select(damaged.c.id).where(damaged.c.id.in_(found.ids))))
    there = {id for id in found.ids if paths.record(what, id).root.is_dir()}
    return links - int(known.get("extra", "0")) == rows + len(there - ids) - len(ids - there)


def _follow_writers(connection: Connection, paths: StorePaths, handle: Handle, found: Look) -> None:
    """See which of the experiments that are being written moved on, or ended without a word."""
    columns = (experiments.c.id, experiments.c.record, experiments.c.journals, experiments.c.watched)
    chosen = list(connection.execute(select(*columns).where(experiments.c.watched)))
    beating = marked(paths, time.time() - _FRESH_SECONDS) - {row.id for row in chosen}
    if beating:
        chosen += connection.execute(select(*columns).where(experiments.c.id.in_(beating)))
    for row in chosen:
        if row.id in found.ids:
            continue
        moved = _fingerprints(handle(row.id)) != (row.record, row.journals)
        if moved or changes.is_alive(paths, row.id) != row.watched:
            found.ids.add(row.id)


def marked(paths: StorePaths, since: float = 0.0) -> set[str]:
    """Return the ids of experiments with a heartbeat marker that was touched since a time."""
    found = set()
    with contextlib.suppress(OSError), os.scandir(paths.live) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if _is_id(entry.name[:32]) and (not since or entry.stat().st_mtime > since):
                    found.add(entry.name[:32])
    return found


def _fingerprints(item: Logged) -> tuple[str, str]:
    try:
        return record_of(item), journals_of(item)
    except (NotFoundError, TrackkitStorageError, OSError):
        return "", ""


def _fingerprint(item: Logged) -> str:
    try:
        return record_of(item)
    except (NotFoundError, TrackkitStorageError, OSError):
        return ""


def _is_id(name: str) -> bool:
    return len(name) == 32 and not name.strip("0123456789abcdef")
