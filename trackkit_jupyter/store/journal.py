"""Journals: append-only files that keep every point, in the format that a kill at any moment cannot break.

A **scalar record** has 32 bytes, little endian: iteration i64, value f64, unix time f64, series u32, and last the
CRC-32 of the 28 bytes before it, seeded by the writer. A record or line that belongs to another writer fails its check,
so does a torn or flipped one; it alone is lost. An **event line** is one JSON object whose last member ``crc`` is the
checksum of the text before it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from trackkit_jupyter.errors import TrackkitStateError
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.syncing import sync_folder

__all__ = ["CRC_MEMBER", "RECORD_BYTES", "Journal", "line", "pack_checksum", "pack_point", "seed_of"]

RECORD_BYTES = 32
SEGMENT_BYTES = 128 << 20

#: ``pack_point(iteration, value, time, series)`` gives the first 28 bytes of a record; ``pack_checksum(crc)`` the rest.
pack_point = struct.Struct("<qddI").pack
pack_checksum = struct.Struct("<I").pack

#: What stands between the text of an event line and its checksum.
CRC_MEMBER = b',"crc":"'
_write, _crc32 = os.write, zlib.crc32


def seed_of(writer: str) -> int:
    """Return the seed of a writer's checksums."""
    return _crc32(writer.encode())


def line(payload: dict[str, Any], seed: int) -> bytes:
    """Return an event line."""
    body = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))[:-1].encode()
    return b'%s%s%08x"}\n' % (body, CRC_MEMBER, _crc32(body, seed))


class Segments:
    """The segments of one kind that one process writes; a new one is begun when the last is large, or suspect.

    Any thread may append, sync and close at any moment.

    Parameters
    ----------
    on_fault
        Called with the error and how many records were lost by it; never while a lock is held.
    on_begin
        Called when a segment is begun.
    """

    def __init__(
        self,
        paths: ExperimentPaths,
        kind: str,
        writer: str,
        whole: int,
        on_fault: Callable[[OSError, int], None],
        on_begin: Callable[[], None],
    ) -> None:
        self._paths, self._kind, self._writer = paths, kind, writer
        self._whole = whole  # bytes of a record; 0 for lines
        self._on_fault, self._on_begin = on_fault, on_begin
        # Re-entrant: a signal handler or a finaliser may log in the middle of a log.
        self._lock = threading.RLock()
        self._closed = False
        self._number = -1
        self._fd = -1
        self._room = 0
        self._synced = 0
        #: Lines that count and were not brought to the disk yet.
        self.fresh = 0
        self._full: list[int] = []  # descriptors of segments that are full, and not synced to their end

    def append(self, data: bytes, counted: bool = True) -> bool:
        """Append `data` with one ``write``; return whether it is all there. Never raises for a fault of the disk.

        Parameters
        ----------
        data
            Whole records, or lines.
        counted
            Whether they count as lost if they cannot be written.

        Raises
        ------
        TrackkitStateError
            The journal is closed.
        """
        with self._lock:
            try:
                if self._room <= 0:
                    self._begin()
                written = _write(self._fd, data)
                if written == len(data):
                    self._room -= written
                    return True
                kept, error = self._cut(data, written), OSError(errno.ENOSPC, "No space left on device")
            except OSError as fault:
                kept, error = 0, fault
        lost = (len(data) - kept) // self._whole if self._whole else data.count(b"\n", kept)
        self._on_fault(error, lost if counted else 0)
        return False

    def sync(self) -> None:
        """Bring what was written to the disk. A failed sync is never retried on the same file: a new one is begun."""
        with self._lock:
            full, self._full = self._full, []
            number, room, fd = self._number, self._room, -1
            if self._fd >= 0 and room != self._synced:
                with contextlib.suppress(OSError):  # no descriptor is left: the next sync is soon
                    fd = os.dup(self._fd)  # another thread may close the first meanwhile
        for each in full:
            self._bring(each, 0)
        if fd < 0:
            return
        fresh = self.fresh
        if self._bring(fd, (self._synced - room) // self._whole if self._whole else fresh):
            self._synced, self.fresh = room, self.fresh - fresh
            return
        self.fresh -= fresh
        with self._lock:
            if self._number == number and self._fd >= 0:
                os.close(self._fd)
                self._fd, self._room = -1, 0

    def close(self) -> None:
        """Close the files; what is appended from now on raises."""
        with self._lock:
            self._closed = True
            self._drop()

    def become(self, writer: str) -> None:
        """Leave the files to the process that opened them, and write as another writer (in a forked child)."""
        self._lock = threading.RLock()
        self._drop()
        self._writer, self._number = writer, -1

    def _begin(self) -> None:
        if self._closed:
            raise TrackkitStateError("The experiment was finished while this was logged; it is not kept.", "status")
        number = self._number + 1
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        while True:
            try:
                fd = os.open(self._paths.segment(self._kind, self._writer, number), flags, 0o666)
                break
            except FileExistsError:
                number += 1
        if self._fd >= 0:
            self._full.append(self._fd)
        self._fd, self._number = fd, number
        self._room = self._synced = SEGMENT_BYTES
        self._on_begin()

    def _bring(self, fd: int, worth: int) -> bool:
        """Sync and close one descriptor; return whether its file can be trusted, and is still in its folder."""
        try:
            if os.fstat(fd).st_nlink == 0:
                raise OSError(errno.ENOENT, "its folder was removed")
            worth = 0
            os.fdatasync(fd) if hasattr(os, "fdatasync") else os.fsync(fd)
        except OSError as error:
            self._on_fault(error, worth)
            return False
        finally:
            os.close(fd)
        return True

    def _cut(self, data: bytes, written: int) -> int:
        """Cut a torn tail off, and return how many bytes stay."""
        # What is whole stays: a reader may have seen it. The torn rest goes: the next record begins at its place.
        kept = written - written % self._whole if self._whole else data.rfind(b"\n", 0, written) + 1
        try:
            os.ftruncate(self._fd, os.fstat(self._fd).st_size - (written - kept))
            self._room -= kept
        except OSError:
            self._room = 0
        return kept

    def _drop(self) -> None:
        for fd in (self._fd, *self._full):
            if fd >= 0:
                os.close(fd)
        self._fd, self._room, self._full = -1, 0, []


class Journal:
    """What one process writes for one experiment: scalars, events and console, each in its own files.

    Parameters
    ----------
    on_fault, on_begin
        See :class:`Segments`.
    """

    def __init__(
        self,
        paths: ExperimentPaths,
        writer: str,
        on_fault: Callable[[OSError, int], None],
        on_begin: Callable[[], None] = lambda: None,
    ) -> None:
        self.writer, self.seed = writer, seed_of(writer)
        self._folder, self._on_begin = paths.root, on_begin
        self._has_new_names = False
        self._scalars = Segments(paths, ExperimentPaths.SCALARS, writer, RECORD_BYTES, on_fault, self._begun)
        self._events = Segments(paths, ExperimentPaths.EVENTS, writer, 0, on_fault, self._begun)
        self._console = Segments(paths, ExperimentPaths.CONSOLE, writer, 0, on_fault, self._begun)
        #: ``append(records)`` with whole scalar records.
        self.append = self._scalars.append

    def event(self, payload: dict[str, Any], counted: bool = True) -> bool:
        """Append an event line; return whether it is there, and count it as lost, if `counted`, where it is not."""
        kept = self._events.append(line(payload, self.seed), counted)
        self._events.fresh += kept and counted
        return kept

    def console(self, payloads: Iterable[dict[str, Any]]) -> bool:
        """Append console lines with one write; return whether they are there."""
        lines = [line(payload, self.seed) for payload in payloads]
        kept = self._console.append(b"".join(lines))
        self._console.fresh += len(lines) if kept else 0
        return kept

    def sync(self) -> None:
        """Bring everything to the disk, what gives names before what uses them."""
        for segments in (self._events, self._scalars, self._console):
            segments.sync()
        if self._has_new_names:
            self._has_new_names = False  # before: a segment that is begun meanwhile is for the next time
            sync_folder(self._folder)

    def close(self) -> None:
        """Sync and close the files."""
        self.sync()
        for segments in (self._events, self._scalars, self._console):
            segments.close()

    def become(self, writer: str) -> None:
        """Go on as another writer: a forked child must not share its parent's files."""
        self.writer, self.seed = writer, seed_of(writer)
        for segments in (self._events, self._scalars, self._console):
            segments.become(writer)

    def _begun(self) -> None:
        self._has_new_names = True
        self._on_begin()
