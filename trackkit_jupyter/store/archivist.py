"""The archivist: puts the points of experiments that have ended into archives, in a process of its own.

Whoever opens a store looks whether there is something to do, and starts that process; so no start and no finish waits
for it, and no training shares its interpreter with it. It may be killed at any moment, and there may be several: an
archive is written aside, synced, compared with what the segments gave, and renamed, and only then do the segments go. A
reader takes from a segment what the archive does not have, wherever the archivist was stopped.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from trackkit_jupyter.errors import TrackkitError, TrackkitStorageError
from trackkit_jupyter.records import Status
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.archive import Archive, Damaged, Replaced, state_of, write
from trackkit_jupyter.store.documents import Document
from trackkit_jupyter.store.journal import RECORD_BYTES
from trackkit_jupyter.store.locks import locked
from trackkit_jupyter.store.overviews import is_lacking, write_overviews
from trackkit_jupyter.store.paths import ExperimentPaths, StorePaths
from trackkit_jupyter.store.points import Columns
from trackkit_jupyter.store.reader import JournalReader
from trackkit_jupyter.store.segments import ScalarReader

if TYPE_CHECKING:
    import subprocess

__all__ = ["LEAST_RECORDS", "archive", "archive_soon", "main", "sweep"]

#: Records in segments below which an experiment stays as it is.
LEAST_RECORDS = 65_536

#: A writer on another machine that was silent for less may come back.
_SILENCE_SECONDS = 86_400.0
_SWEEP_SECONDS = 3600.0
_TAIL_BYTES = 4 << 10  # of changes.log: where the experiments stand that ended lately
_NEEDED = 6  # times the bytes of the segments, that must be free in memory


def archive(paths: StorePaths, id: str, least: int = LEAST_RECORDS) -> bool:
    """Put the points of an experiment into its archive, and return whether that was done.

    Nothing is done where the experiment may still be written, has fewer records in segments than `least`, or is being
    archived by another process; nor on a file system without locks. What is looked at first of an archive is made where
    it is lacking.

    Raises
    ------
    TrackkitStorageError, OSError
        It cannot be written; nothing was changed.
    """
    files = paths.experiment(id)
    if not (_is_due(paths, id, least) or is_lacking(files)):
        return False
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(files.archive_lock, 0.0))
        except TrackkitStorageError:
            return False
        done = _is_due(paths, id, least) and _write(files, least)
        _remove_segments(files)
        with contextlib.suppress(TrackkitError, OSError, Replaced):  # it is made the next time
            write_overviews(files)
    if done:
        changes.note(paths, id, "archive")
    return done


def sweep(paths: StorePaths) -> int:
    """Archive all that is due in a store, and return how many experiments were; what cannot be is left as it is."""
    count = 0
    try:
        ids = sorted(name for name in os.listdir(paths.experiments) if len(name) == 32)
    except OSError:
        return 0
    for id in ids:
        with contextlib.suppress(TrackkitError, OSError, Replaced, KeyError, ValueError):
            count += archive(paths, id)
    return count


def archive_soon(paths: StorePaths) -> None:
    """Look whether something is to be archived, and have it done by another process; costs a few small reads."""
    try:
        log = os.stat(paths.changes).st_size
        if _looked.get(paths.root) == log:
            return
        _looked[paths.root] = log
        if os.access(paths.experiments, os.W_OK) and (_was_long_ago(paths) or _ended_lately(paths)):
            # No daemon: a script that only opens the store ends right away.
            threading.Thread(target=_hire, args=(paths.root,), name="trackkit-archivist").start()
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):  # of a store that goes, an interpreter that ends
        return


def main() -> int:
    """Sweep the store that the command line names."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    sweep(StorePaths(Path(sys.argv[1])))
    return 0


_looked: dict[Path, int] = {}  # how long the log was
_hired: dict[Path, subprocess.Popen[bytes]] = {}


def _hire(root: Path) -> None:
    import subprocess

    known = _hired.get(root)
    with contextlib.suppress(OSError, RuntimeError):
        if known is None or known.poll() is not None:
            _hired[root] = subprocess.Popen(
                # -P: what lies in the working directory is no part of the program.
                [sys.executable, "-P", "-m", "trackkit_jupyter.store.archivist", str(root)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


def _ended_lately(paths: StorePaths) -> bool:
    """Return whether one of the experiments that ended lately is due."""
    with paths.changes.open("rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - _TAIL_BYTES))
        lines = log.read().splitlines()
    ended: dict[str, None] = {}
    for line in reversed(lines):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            if entry["what"] == "finish":
                ended[str(entry["id"])] = None
    return any(_is_due(paths, id, LEAST_RECORDS) for id in ended)


def _was_long_ago(paths: StorePaths) -> bool:
    """Return whether nobody looked at all experiments for an hour, and say that it is done now."""
    from platformdirs import user_cache_dir

    store = json.loads(paths.marker.read_text())["id"]
    stamp = Path(user_cache_dir("trackkit", appauthor=False)) / f"{store}.swept"
    last = max((found.stat().st_mtime for found in (stamp, paths.marker) if found.exists()), default=0.0)
    if time.time() - last < _SWEEP_SECONDS:
        return False
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    return True


def _is_due(paths: StorePaths, id: str, least: int) -> bool:
    files = paths.experiment(id)
    segments = files.segments()
    size = 0
    for _, _, path in segments[ExperimentPaths.SCALARS]:
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size
    # Segments that a killed archivist left are few or many; they go in either case.
    if size < least * RECORD_BYTES and not (size and segments[ExperimentPaths.ARCHIVE]):
        return False
    try:
        status = next(iter(Document(files.record).read()["experiment"].values()))["status"]
    except (TrackkitError, KeyError, StopIteration, TypeError):
        return False
    return status != Status.DRAFT.value and not changes.is_alive(paths, id, _SILENCE_SECONDS)


def _write(files: ExperimentPaths, least: int) -> bool:
    """Write a new archive of all points, if there are enough of them that no archive has."""
    before = state_of(files.archive)
    reader = JournalReader(files)
    reader.refresh()
    old, problem = reader.archive
    if problem or state_of(files.archive) != before:
        return False  # a damaged archive stays for `trackkit repair`
    covered = {} if old is None else old.sources
    sources, fresh = dict(covered), 0
    for key, segment in reader.segments().items():
        fresh += segment.offset - covered.get(key, 0)
        sources[key] = segment.offset
    if fresh < least * RECORD_BYTES or not _fits(sum(sources.values())):
        return False
    blocks = reader.blocks()
    damaged = sum(segment.damaged + segment.pending for segment in reader.segments().values())
    if old is not None:
        if old.bad_groups:
            return False
        damaged += old.damaged
    generation = reader.generation + 1
    name = f"{os.getpid()}-{os.urandom(4).hex()}.tmp"
    fresh_file, fresh_footer = (path.with_name(f"{path.name}.{name}") for path in (files.archive, files.archive_footer))
    try:
        footer = write(fresh_file, blocks, generation=generation, sources=sources, damaged=damaged)
        with fresh_footer.open("xb") as file:
            file.write(footer)
            file.flush()
            os.fsync(file.fileno())
        _compare(fresh_file, fresh_footer, blocks)
        os.replace(fresh_file, files.archive)
        os.replace(fresh_footer, files.archive_footer)
    finally:
        fresh_file.unlink(missing_ok=True)
        fresh_footer.unlink(missing_ok=True)
    _sync_folder(files.root)
    return True


def _fits(size: int) -> bool:
    """Return whether there is memory for it."""
    import psutil

    return bool(psutil.virtual_memory().available > _NEEDED * size)


def _compare(path: Path, footer: Path, blocks: list[tuple[tuple[str, int], tuple[str, str], Columns]]) -> None:
    """Raise unless an archive gives back the same bits."""
    state = state_of(path)
    if state is None:
        raise TrackkitStorageError(f"{path.name} is gone.")
    made = Archive(path, footer, state)
    for block, (key, pair, columns) in zip(made.blocks, blocks, strict=True):
        same = (block.writer, block.number) == key and (block.metric, block.variant) == pair
        for one, other in zip(made.read(block.start, block.rows), columns, strict=True):
            same = same and one.tobytes() == other.tobytes()
        if not same:
            raise TrackkitStorageError("The archive does not give back what was logged; the segments stay.")


def _remove_segments(files: ExperimentPaths) -> None:
    """Remove the segments that the archive stands for; damaged ones are put aside."""
    state = state_of(files.archive)
    if state is None:
        return
    try:
        covered = Archive(files.archive, files.archive_footer, state).sources
    except (Damaged, Replaced):
        return
    _sync_folder(files.root)  # the archive's name is on the disk before theirs go
    for writer, number, path in files.segments()[ExperimentPaths.SCALARS]:
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size - covered.get((writer, number), -RECORD_BYTES) >= RECORD_BYTES:
                continue
            segment = ScalarReader(path, writer)
            segment.read()
            if segment.damaged or segment.pending:
                files.quarantine.mkdir(exist_ok=True)
                os.replace(path, files.quarantine / path.name)
            else:
                path.unlink()


def _sync_folder(path: Path) -> None:
    with contextlib.suppress(OSError):  # not every file system syncs folders
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


if __name__ == "__main__":
    sys.exit(main())
