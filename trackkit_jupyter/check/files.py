"""Look for damage in the documents and blobs of a store, and for what killed processes left behind."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trackkit_jupyter.check.findings import Finding, Mending
from trackkit_jupyter.errors import NotFoundError, SchemaError, TrackkitError
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.blobs import is_hash
from trackkit_jupyter.store.documents import Document
from trackkit_jupyter.store.paths import ExperimentPaths, StorePaths
from trackkit_jupyter.store.reader import JournalReader
from trackkit_jupyter.store.shapes import check_shape

__all__ = ["blobs", "document", "leftovers", "markers", "store_leftovers"]

#: A temporary file that is younger may be in use.
YOUNG_SECONDS = 60.0

_TEMPORARY = re.compile(r"new-[0-9a-f]{16}|.+\.\d+(-[0-9a-f]{8})?\.(tmp|bak)|.+\.damaged")
_SILENCE_SECONDS = 86_400.0


def document(root: Path, path: Path, id: str, *, journals: bool, what: str = "") -> Iterator[Finding]:
    """Look at a document, the record of `what` or another one; where there are `journals`, it can be rebuilt."""
    name, backup = path.relative_to(root).as_posix(), path.with_name(path.name + ".bak")
    kept = Document(path)
    try:
        tables = kept.read()
        if what:
            check_shape(tables, what)
    except SchemaError as error:
        yield Finding("damaged", id, name, None, error.message, "nothing", "upgrade trackkit_jupyter")
        return
    except NotFoundError:
        lost, remedy, mending = "what it held", "nothing can be done without a copy", ""
        if journals:
            lost = "its name, project, tags and parameters; what was logged is there"
            remedy, mending = "repair: it is made anew", "rebuild"
        yield _document(id, name, "it is missing", lost, remedy, mending)
        return
    except TrackkitError as error:
        lost, remedy, mending = "what it held", "repair puts it aside", "put aside"
        if journals:
            lost = "what of it cannot be made out; what was logged is there"
            remedy, mending = "repair: it is made anew from what can be made out and from the journals", "rebuild"
        yield _document(id, name, error.message, lost, remedy, mending)
        return
    if kept.damaged:
        text = "it is damaged; the generation before it stands in"
        yield _document(id, name, text, "its last change", "repair: that generation takes its place", "restore")
    elif backup.exists():
        try:
            Document(backup).read()
        except TrackkitError:
            name = backup.relative_to(root).as_posix()
            text = "the spare generation is damaged"
            yield Finding("leftover", id, name, None, text, "nothing", "repair", "put aside")


def _document(id: str, name: str, problem: str, lost: str, remedy: str, mending: str) -> Finding:
    how: Mending = mending  # type: ignore[assignment]
    return Finding("damaged", id, name, None, problem, lost, remedy, how)


def blobs(root: Path, files: ExperimentPaths) -> Iterator[Finding]:
    """Look at the files that an experiment's events and artifacts name."""
    named: dict[str, str] = {}
    reader = JournalReader(files)
    try:
        reader.refresh()
        tables: Any = Document(files.record).read()
    except TrackkitError:
        tables = {}
    for kind in ("plot", "sample"):
        for event in reader.events(kind):
            what = f"the {kind} {event.get('metric')}/{event.get('variant')} of iteration {event.get('iteration')}"
            named.setdefault(str(event.get("hash")), what)
    for table in (tables.get("artifacts"), tables.get("earlier_artifacts")):
        for row in table.values() if isinstance(table, dict) else ():
            if row.get("hash"):
                named.setdefault(str(row["hash"]), f"the artifact {row.get('key')}")
    for sha256, what in named.items():
        if not is_hash(sha256):  # a record made by hand may name any file, which is none of ours
            name = files.record.relative_to(root).as_posix()
            yield Finding(
                "damaged",
                files.root.name,
                name,
                None,
                f"it names no file of the store for {what}",
                what,
                "nothing can be done without a copy",
            )
            continue
        path = files.blobs / sha256
        name = path.relative_to(root).as_posix()
        try:
            with path.open("rb") as file:
                whole = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            text, remedy = "the file is missing", "nothing can be done without a copy"
            yield Finding("damaged", files.root.name, name, None, text, what, remedy)
            continue
        if not whole:
            text, remedy = "the file is damaged", "repair puts it aside, so that nothing wrong is shown"
            yield Finding("damaged", files.root.name, name, None, text, what, remedy, "put aside")


def leftovers(root: Path, folder: Path, id: str, *, alive: bool) -> Iterator[Finding]:
    """Look for temporary files that no process will use again."""
    if alive:
        return
    now = time.time()
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        try:
            young = now - entry.stat(follow_symlinks=False).st_mtime < YOUNG_SECONDS
        except OSError:
            continue
        if _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False) and not young:
            name = Path(entry.path).relative_to(root).as_posix()
            text = "a file that was never finished" if not name.endswith(".damaged") else "a damaged generation"
            yield Finding("leftover", id, name, None, text, "nothing", "repair", "put aside")


def markers(paths: StorePaths) -> Iterator[Finding]:
    """Look for heartbeats of processes that are gone."""
    now = time.time()
    for marker in sorted(paths.live.glob("*")):
        id = marker.name[:32]
        try:
            silent = now - marker.stat().st_mtime
        except OSError:
            continue
        gone = not changes.is_beating(marker, _SILENCE_SECONDS)
        if gone and (marker.suffix != ".tmp" or silent > YOUNG_SECONDS):
            name = marker.relative_to(paths.root).as_posix()
            text = "the heartbeat of a process that is gone"
            yield Finding("leftover", id, name, None, text, "nothing", "repair", "put aside")


def store_leftovers(paths: StorePaths) -> Iterator[Finding]:
    """Look at what lies in the store's own folder, and at its log."""
    yield from leftovers(paths.root, paths.root, "", alive=False)
    for folder in sorted([*paths.experiments.glob(".deleted-*"), *paths.experiments.glob(".new-*")]):
        if time.time() - folder.stat().st_mtime < YOUNG_SECONDS:
            continue
        name = folder.relative_to(paths.root).as_posix()
        text = "an experiment that was deleted, but not wholly removed"
        if folder.name.startswith(".new-"):
            text = "what an import that was stopped had unpacked"
        yield Finding("leftover", "", name, None, text, "nothing", "repair", "put aside")
    try:
        data = paths.changes.read_bytes()
    except OSError:
        return
    offset = 0
    for line in data.splitlines(keepends=True):
        try:
            json.loads(line)
        except ValueError:
            text = "a torn line; it is passed over"
            yield Finding("told", "", paths.changes.name, offset, text, "nothing", "nothing")
        offset += len(line)
