"""Reading the segments of journals: what came since the last look, each record and line verified.

Since the checksum comes last, the CRC-32 over any run of whole records depends only on their number and the seed:
appending a record of which the check holds maps the running checksum c to ``R ^ L(c ^ seed)``, with R the residue of
CRC-32 and L the linear map of 32 zero bytes (W. W. Peterson, Cyclic codes for error detection, 1961). So one call
verifies a whole file, and only a mismatch is searched by bisection.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from trackkit_jupyter.store.blocks import Arrived, read_blocks, whole_records
from trackkit_jupyter.store.journal import CRC_MEMBER, RECORD_BYTES, seed_of

__all__ = [
    "Inspected",
    "LineReader",
    "ScalarReader",
    "decoded",
    "expected_checksum",
    "inspect",
    "read_all",
    "read_from",
]

_RESIDUE = 0x2144DF1C
_crc32 = zlib.crc32
_MANY_LINES = 100  # from which on a faster reader of JSON is worth its import


@cache
def _power(index: int) -> tuple[int, ...]:
    """Return L to the power 2**index as the images of the 32 unit vectors."""
    if index == 0:
        zeros = bytes(RECORD_BYTES)
        base = _crc32(zeros, 0)
        return tuple(_crc32(zeros, 1 << bit) ^ base for bit in range(32))
    half = _power(index - 1)
    return tuple(_apply(half, image) for image in half)


def _apply(matrix: tuple[int, ...], vector: int) -> int:
    result = 0
    for image in matrix:
        if vector & 1:
            result ^= image
        vector >>= 1
    return result


def expected_checksum(count: int, seed: int) -> int:
    """Return the CRC-32, seeded, over `count` undamaged records of a writer with that seed."""
    if count == 0:
        return seed
    constant = _RESIDUE ^ _apply(_power(0), seed)
    state, index, left = _RESIDUE, 0, count - 1
    while left:
        if left & 1:
            state = _apply(_power(index), state) ^ constant
        constant ^= _apply(_power(index), constant)
        index, left = index + 1, left >> 1
    return state


class ScalarReader:
    """Reads one scalar segment, each time what is new.

    Attributes
    ----------
    path : Path
        The segment.
    offset : int
        Bytes that were read so far; what the archive has of the segment is not read.
    damaged : int
        Records that failed their check so far.
    pending : int
        Records at the end that are not there yet: zeros, which some file systems show before the data.
    """

    def __init__(self, path: Path, writer: str, offset: int = 0) -> None:
        self.path, self._seed = path, seed_of(writer)
        self.offset = offset
        self.damaged = self.pending = 0

    def read(self) -> Arrived:
        """Return the records that came since the last call, those that are whole and undamaged."""
        return read_all([self])

    def bad(self, data: memoryview, count: int) -> list[int]:
        """Return which of the first `count` records in `data` are damaged."""
        found: list[int] = []
        _search(data, 0, count, self._seed, found)
        return found


def read_all(readers: Sequence[ScalarReader]) -> Arrived:
    """Return the records that came to some segments of one writer, in this order; see :meth:`ScalarReader.read`."""
    with contextlib.ExitStack() as opened:
        found = []
        for reader in readers:
            fd = _open(reader.path)
            if fd is None:
                reader.pending = 0
                continue
            opened.callback(os.close, fd)
            count, reader.pending = whole_records(fd, reader.offset, os.fstat(fd).st_size)
            if count:
                found.append((reader, fd, count))
        arrived, counts = read_blocks(found)
    for (reader, _, _), (there, damaged) in zip(found, counts, strict=True):
        reader.offset += there * RECORD_BYTES
        reader.damaged += damaged
    return arrived


class Inspected(NamedTuple):
    """Where a segment is damaged.

    Attributes
    ----------
    whole
        Records or lines that are not cut short.
    bad
        Byte offsets of those of them that failed their check.
    zeros
        Bytes at the end of a segment of scalars that are zeros: announced, and never written.
    torn
        Bytes at the end that are no whole record or line.
    """

    whole: int
    bad: list[int]
    zeros: int
    torn: int


def inspect(path: Path, writer: str, *, scalars: bool) -> Inspected:
    """Return where a segment is damaged."""
    data, seed = read_from(path, 0), seed_of(writer)
    if scalars:
        count = len(data) // RECORD_BYTES
        size = count * RECORD_BYTES
        written = -(-len(data[:size].rstrip(b"\0")) // RECORD_BYTES)
        places: list[int] = []
        _search(memoryview(data), 0, written, seed, places)
        bad = [place * RECORD_BYTES for place in places]
        return Inspected(written, bad, (count - written) * RECORD_BYTES, len(data) - size)
    lines = data.split(b"\n")
    bad, offset = [], 0
    for text in lines[:-1]:
        if not _is_whole(text, seed):
            bad.append(offset)
        offset += len(text) + 1
    return Inspected(len(lines) - 1, bad, 0, len(lines[-1]))


def _is_whole(text: bytes, seed: int) -> bool:
    body, member, rest = text.rpartition(CRC_MEMBER)
    return bool(member) and rest == b'%08x"}' % _crc32(body, seed)


def _search(data: memoryview, start: int, stop: int, seed: int, bad: list[int]) -> None:
    count = stop - start
    if _crc32(data[start * RECORD_BYTES : stop * RECORD_BYTES], seed) == expected_checksum(count, seed):
        return
    if count == 1:
        bad.append(start)
        return
    middle = start + count // 2
    _search(data, start, middle, seed, bad)
    _search(data, middle, stop, seed, bad)


class LineReader:
    """Reads one segment of event or console lines, each time what is new.

    Attributes
    ----------
    damaged : int
        Lines that failed their check so far.
    pending : int
        Lines at the end that are not whole; always 0, a torn one was never acknowledged.
    """

    pending = 0

    def __init__(self, path: Path, writer: str) -> None:
        self._path, self._seed = path, seed_of(writer)
        self._offset = 0
        self.damaged = 0

    def read(self) -> list[dict[str, Any]]:
        """Return what the lines that came since the last call say, those that are whole and undamaged."""
        data = read_from(self._path, self._offset)
        end = data.rfind(b"\n") + 1
        self._offset += end
        seed, whole = self._seed, []
        for text in data[:end].split(b"\n")[:-1]:
            body, member, rest = text.rpartition(CRC_MEMBER)
            if member and rest == b'%08x"}' % _crc32(body, seed):
                whole.append(body)
            else:
                self.damaged += 1
        return decoded(whole)


def decoded(bodies: list[bytes]) -> list[dict[str, Any]]:
    """Return what lines say, of each the text before its checksum."""
    if len(bodies) > _MANY_LINES:
        import msgspec

        with contextlib.suppress(msgspec.DecodeError):  # a number too large for it, half a character
            found: list[dict[str, Any]] = msgspec.json.decode(b"[%s}]" % b"},".join(bodies))
            return found
    return [json.loads(body + b"}") for body in bodies]


def read_from(path: Path, offset: int, most: int | None = None) -> bytes:
    """Return what a file holds from a place on, so many bytes at most; nothing where it is gone."""
    # pread, not mmap: a file that shrinks under a map kills the reader.
    fd = _open(path)
    if fd is None:
        return b""
    try:
        size = os.fstat(fd).st_size
        if most is not None:
            size = min(size, offset + most)
        chunks = []
        while offset < size:
            chunk = os.pread(fd, size - offset, offset)
            if not chunk:
                break
            chunks.append(chunk)
            offset += len(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)
    finally:
        os.close(fd)


def _open(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:  # its experiment was deleted, or the archive took its place
        return None
