"""What came to segments of scalars: verified, taken apart and put in order of series, block by block in the cache."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from trackkit_jupyter.store.journal import RECORD_BYTES
from trackkit_jupyter.store.points import Columns, room

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Arrived", "Segment", "read_blocks", "whole_records"]

_BLOCK = 1 << 16  # records: 2 MB, which stay in the cache of a core
_LONG_RUN = 64  # rows of a run from which on it is cheaper to copy it than to sort all rows
_DTYPE = [("iteration", "<i8"), ("value", "<f8"), ("time", "<f8"), ("series", "<u4"), ("crc", "<u4")]


class Segment(Protocol):
    """Where a segment lies, and how far it was read."""

    path: Path
    offset: int

    def bad(self, data: memoryview, count: int) -> list[int]:
        """Return which of the records are damaged."""


@dataclass(frozen=True, eq=False)
class Arrived:
    """What came.

    Parameters
    ----------
    columns
        Iterations, values and times. Behind the last row there may be room for more.
    runs
        int64[n, 3]: series, first row, and the one after its last. Series by series in the order of first
        appearance, the runs of each one as they came.
    """

    columns: Columns
    runs: NDArray[np.int64]

    def __len__(self) -> int:
        return int((self.runs[:, 2] - self.runs[:, 1]).sum())

    @property
    def iterations(self) -> NDArray[np.int64]:
        """int64[n], series by series."""
        import numpy as np

        parts = [self.columns[0][start:stop] for _, start, stop in self.runs.tolist()]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class _Block:
    segment: Segment
    offset: int  # in the file
    row: int  # in the columns
    count: int


def whole_records(fd: int, offset: int, size: int) -> tuple[int, int]:
    """Return how many records follow on `offset`, and how many of the file's last ones are zeros: not there yet."""
    count = max(size - offset, 0) // RECORD_BYTES
    zeros = 0
    while count:
        some = min(count, _BLOCK if zeros else 1)
        data = os.pread(fd, some * RECORD_BYTES, offset + (count - some) * RECORD_BYTES)
        written = -(-len(data.rstrip(b"\0")) // RECORD_BYTES)
        zeros, count = zeros + some - written, count - some + written
        if written:
            break
    return count, zeros


def read_blocks(found: Sequence[tuple[Segment, int, int]]) -> tuple[Arrived, list[tuple[int, int]]]:
    """Read some segments of one writer, several blocks at a time.

    Parameters
    ----------
    found
        Of each segment: itself, a descriptor of its file, and how many records to read.

    Returns
    -------
    Arrived
        What is undamaged.
    list of (int, int)
        Of each segment, how many records were there, and how many of them were damaged.
    """
    import numpy as np

    blocks: list[_Block] = []
    owners: list[int] = []
    row = 0
    for owner, (segment, _, count) in enumerate(found):
        for start in range(0, count, _BLOCK):
            some = min(_BLOCK, count - start)
            blocks.append(_Block(segment, segment.offset + start * RECORD_BYTES, row, some))
            owners.append(owner)
            row += some
    columns = room(row)
    workers = min(4, os.cpu_count() or 1, -(-len(blocks) // 4))
    runs: list[NDArray[np.int64]] = [np.empty((0, 4), np.int64)] * len(blocks)
    read = [(0, 0)] * len(blocks)

    def work(first: int) -> None:
        buffer = bytearray(max((block.count for block in blocks), default=0) * RECORD_BYTES)
        for place in range(first, len(blocks), workers):
            fd = found[owners[place]][1]
            runs[place], read[place] = _take(blocks[place], fd, memoryview(buffer), columns)

    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(workers)))
    elif blocks:
        work(0)
    counts = [(0, 0)] * len(found)
    for owner, (there, damaged) in zip(owners, read, strict=True):
        counts[owner] = (counts[owner][0] + there, counts[owner][1] + damaged)
    return _in_order(columns, np.concatenate(runs) if runs else np.empty((0, 4), np.int64)), counts


def _take(block: _Block, fd: int, buffer: memoryview, columns: Columns) -> tuple[NDArray[np.int64], tuple[int, int]]:
    """Read a block; return the runs in it (series, start, stop, place of its first record) and what was there."""
    import numpy as np

    data = buffer[: block.count * RECORD_BYTES]
    size = 0
    while size < len(data):
        got = os.preadv(fd, [data[size:]], block.offset + size)
        if not got:
            break
        size += got
    count = size // RECORD_BYTES
    records = np.frombuffer(data, _DTYPE, count)
    bad = block.segment.bad(data, count)
    if bad:
        records = np.delete(records, bad)
    rows = slice(block.row, block.row + len(records))
    targets = [column[rows] for column in columns]
    series = records["series"].astype(np.int64)
    if not len(series):
        return np.empty((0, 4), np.int64), (count, len(bad))
    least, most = int(series.min()), int(series.max())
    if least == most:
        for target, name in zip(targets, ("iteration", "value", "time"), strict=True):
            target[:] = records[name]
        return np.array([[least, rows.start, rows.stop, rows.start]]), (count, len(bad))
    # A sort of 16 bits goes through the numbers once.
    order = np.argsort((series - least).astype(np.uint16) if most - least < 1 << 16 else series, kind="stable")
    ordered = series[order]
    starts = np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1])
    stops = np.append(starts[1:], len(order))
    for target, name in zip(targets, ("iteration", "value", "time"), strict=True):
        np.take(records[name], order, out=target)
    runs = np.stack([ordered[starts], starts + rows.start, stops + rows.start, order[starts] + rows.start], axis=1)
    return runs, (count, len(bad))


def _in_order(columns: Columns, runs: NDArray[np.int64]) -> Arrived:
    """Put the runs of all blocks together, by series in the order of first appearance."""
    import numpy as np

    if not len(runs):
        return Arrived(columns, runs[:, :3])
    # Runs of one series that follow on one another are one.
    apart = np.append(True, (runs[1:, 0] != runs[:-1, 0]) | (runs[1:, 1] != runs[:-1, 2]))
    if not apart.all():
        ends = np.append(np.flatnonzero(apart)[1:] - 1, len(runs) - 1)
        runs = np.column_stack([runs[apart, :2], runs[ends, 2], runs[apart, 3]])
    by_series = np.argsort(runs[:, 0], kind="stable")
    runs = runs[by_series]
    firsts = np.flatnonzero(np.append(True, runs[1:, 0] != runs[:-1, 0]))
    lengths = runs[:, 2] - runs[:, 1]
    if len(firsts) < len(runs) and int(lengths.sum()) < _LONG_RUN * len(runs):
        # Many short runs: all rows are moved, so that each series is one.
        ends = np.cumsum(lengths)
        rows = np.arange(int(ends[-1])) + np.repeat(runs[:, 1] - (ends - lengths), lengths)
        iterations, values, times = (column[rows] for column in columns)
        columns = (iterations, values, times)
        starts = (ends - lengths)[firsts]
        stops = np.append(starts[1:], ends[-1])
        runs = np.column_stack([runs[firsts, 0], starts, stops, runs[firsts, 3]])
        firsts = np.arange(len(runs))
    appeared = np.repeat(runs[firsts, 3], np.diff(firsts, append=len(runs)))
    return Arrived(columns, runs[np.argsort(appeared, kind="stable"), :3])
