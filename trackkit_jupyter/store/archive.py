"""The archive: the points of an experiment that has ended, as one Parquet file in place of its scalar segments.

The rows lie series by series, each in the order in which it was logged, with the columns ``metric``, ``variant``,
``writer``, ``iteration``, ``value`` and ``time``: any Parquet reader can use them. A member of the file's metadata, the
index, says which rows belong to which series of which writer, which bytes of which segments the archive stands for, and
what checksum each row group has when it is decoded. So what is read is what was logged, damage costs a row group at
most, and a segment that is still there beside the archive is never read twice. The end of the file, without which
nothing of it can be read, is kept a second time beside it.

What this module gives back is bit by bit what the segments gave: cursors and views go on as if nothing had happened.
"""

from __future__ import annotations

import contextlib
import io
import os
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trackkit_jupyter.errors import SchemaError, TrackkitStorageError
from trackkit_jupyter.store.points import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GROUP_ROWS", "Archive", "Block", "Damaged", "Replaced", "State", "state_of", "write"]

#: Rows of a row group: what one damaged place costs at most.
GROUP_ROWS = 65_536
FORMAT = 1

_INDEX, _CHECK = b"trackkit", b"trackkit.crc32"
_POINT = ("iteration", "value", "time")
_CACHED = 4  # row groups that are kept decoded, for the short series in them
_FOOT = 8  # bytes after the footer: its length, and the magic

State = tuple[int, int, int]


class Block(NamedTuple):
    """The points of one series of one writer: where they lie in the archive."""

    writer: str
    number: int
    metric: str
    variant: str
    start: int
    rows: int


class Replaced(Exception):
    """The archive was replaced by a newer one, or is gone: look again."""


class Damaged(TrackkitStorageError):
    """Nothing of the archive can be read."""


def state_of(path: Path) -> State | None:
    """Return what tells one archive from another; ``None`` where there is none."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


class Archive:
    """An archive to read from. It keeps no file open.

    Attributes
    ----------
    generation : int
        How many archives of this experiment there were before, from 1.
    blocks : list of Block
        In the order of first appearance.
    sources : dict
        ``{(writer, number): bytes}`` of the segments that it stands for.
    identity : str
        Tells what is in it from what is in any other.
    damaged : int
        Records that were damaged when the archive was made, and rows that were found damaged in it so far.

    Raises
    ------
    Damaged
        Neither the end of the file nor its copy can be read.
    SchemaError
        A newer version wrote it.
    Replaced
        It is not the one with that state any more.
    """

    def __init__(self, path: Path, spare: Path, state: State) -> None:
        self._path, self._spare, self._state = path, spare, state
        self._cache: OrderedDict[int, Columns] = OrderedDict()
        self._bad: set[int] = set()
        self._metadata: Any = None  # the copy of the footer, where the file's own is not used
        self.identity = ""
        index = self._open()
        self.generation = int(index["generation"])
        self.sources = {(str(writer), int(number)): int(size) for writer, number, size in index["sources"]}
        self._checks: list[int] = index["groups"]
        self._damaged_before = int(index["damaged"])
        self.blocks: list[Block] = []
        start = 0
        for writer, number, metric, variant, count in index["series"]:
            self.blocks.append(Block(writer, number, metric, variant, start, count))
            start += count
        self.rows = start

    @property
    def damaged(self) -> int:
        """Records and rows known to be damaged."""
        return self._damaged_before + sum(
            min(GROUP_ROWS, self.rows - group * GROUP_ROWS) for group in sorted(self._bad)
        )

    @property
    def bad_groups(self) -> list[int]:
        """Row groups found damaged so far."""
        return sorted(self._bad)

    def read(self, start: int, count: int) -> Columns:
        """Return iterations, values and times of some rows, without those of damaged row groups.

        Raises
        ------
        Replaced
            Another archive took its place, or it is gone.
        """
        import numpy as np

        if not count:
            return np.empty(0, np.int64), np.empty(0), np.empty(0)
        first, last = start // GROUP_ROWS, (start + count - 1) // GROUP_ROWS
        groups = range(first, last + 1)
        if len(groups) > 1:
            found = self._read_all(groups)
            if found is not None:
                low = start - first * GROUP_ROWS
                return _part(found, low, low + count)
        parts = []
        for group in groups:
            columns = self._group(group)
            if columns is not None:
                low, high = max(start - group * GROUP_ROWS, 0), start + count - group * GROUP_ROWS
                parts.append(_part(columns, low, high))
        if not parts:
            return np.empty(0, np.int64), np.empty(0), np.empty(0)
        if len(parts) == 1:
            return parts[0]
        iterations, values, times = zip(*parts, strict=True)
        return np.concatenate(iterations), np.concatenate(values), np.concatenate(times)

    def footer(self) -> bytes:
        """Return the end of the file, as it is kept a second time."""
        return _footer(self._path)

    def has_spare(self) -> bool:
        """Return whether the second copy of the end is there, and whole."""
        try:
            return self._spare.read_bytes() == _footer(self._path)
        except OSError:
            return False

    def _group(self, group: int) -> Columns | None:
        if group in self._bad:
            return None
        known = self._cache.get(group)
        if known is None:
            known = self._read_all([group])
            if known is None and self._metadata is None and self._use_spare():
                known = self._read_all([group])
            if known is None:
                self._bad.add(group)
                return None
            self._cache[group] = known
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        self._cache.move_to_end(group)
        return known

    def _read_all(self, groups: Sequence[int]) -> Columns | None:
        """Return whole row groups; ``None`` if any of them is damaged."""
        import numpy as np
        import pyarrow as pa

        try:
            with self._file() as file:
                table = file.read_row_groups(list(groups), columns=list(_POINT))
            iterations, values, times = (np.ascontiguousarray(table.column(name).to_numpy()) for name in _POINT)
        except (OSError, ValueError, KeyError, MemoryError, pa.ArrowException):
            if state_of(self._path) != self._state:
                raise Replaced from None
            return None
        if iterations.dtype != np.int64 or values.dtype != np.float64 or times.dtype != np.float64:
            return None
        if len(iterations) != sum(min(GROUP_ROWS, self.rows - group * GROUP_ROWS) for group in groups):
            return None
        for place, group in enumerate(groups):
            part = slice(place * GROUP_ROWS, (place + 1) * GROUP_ROWS)
            if _check(iterations[part], values[part], times[part]) != self._checks[group]:
                return None
        return iterations, values, times

    @contextlib.contextmanager
    def _file(self) -> Iterator[Any]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            if state_of(self._path) != self._state:
                raise Replaced
            yield file

    def _open(self) -> dict[str, Any]:
        import pyarrow as pa

        problem = ""
        for spare in (False, True):
            if spare and not self._use_spare():
                break
            try:
                with self._file() as file:
                    self.identity = file.metadata.metadata[_CHECK].decode("ascii")
                    return _index(file.metadata)
            except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
                if isinstance(error, SchemaError):
                    raise
                if state_of(self._path) != self._state:
                    raise Replaced from None
                problem = problem or str(error).splitlines()[0]
        raise Damaged(f"{self._path.name} is damaged ({problem}). It is left as it is.")

    def _use_spare(self) -> bool:
        """Go on with the copy of the footer, if there is one of this file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            data = self._spare.read_bytes()
            metadata = pq.read_metadata(io.BytesIO(b"PAR1" + data))
            _index(metadata)
            last = metadata.row_group(metadata.num_row_groups - 1)
            end = max(
                last.column(column).data_page_offset + last.column(column).total_compressed_size
                for column in range(last.num_columns)
            )
            # Of another generation, it would not begin where the rows of this one end.
            if abs(self._state[2] - len(data) - end) > 1024:
                return False
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            return False
        self._metadata = metadata
        return True


def write(
    path: Path,
    blocks: Iterable[tuple[tuple[str, int], tuple[str, str], Columns]],
    *,
    generation: int,
    sources: dict[tuple[str, int], int],
    damaged: int,
) -> bytes:
    """Write an archive, synced to the disk, and return a copy of its footer.

    Parameters
    ----------
    path
        The file, which must not exist.
    blocks
        ``((writer, number), (metric, variant), (iterations, values, times))`` in the order of first appearance.
    generation, sources, damaged
        See :class:`Archive`.
    """
    import msgspec
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept = list(blocks)
    counts = np.array([len(columns[0]) for _, _, columns in kept], np.int64)
    ends = np.cumsum(counts)
    rows = int(ends[-1]) if len(ends) else 0
    name = pa.dictionary(pa.int32(), pa.string())
    fields = [("metric", name), ("variant", name), ("writer", name)]
    fields += [("iteration", pa.int64()), ("value", pa.float64()), ("time", pa.float64())]
    groups, checks = range(0, rows, GROUP_ROWS), []
    with path.open("xb") as file:
        with pq.ParquetWriter(
            file,
            pa.schema([pa.field(field, kind, nullable=False) for field, kind in fields]),
            compression="zstd",
            compression_level=3,
            use_dictionary=["metric", "variant", "writer"],
            column_encoding={
                "iteration": "DELTA_BINARY_PACKED",
                "value": "BYTE_STREAM_SPLIT",
                "time": "BYTE_STREAM_SPLIT",
            },
            write_statistics=["metric", "variant", "iteration"],
            store_schema=False,
        ) as writer:
            for start in groups:
                stop = min(start + GROUP_ROWS, rows)
                first, last = (int(place) for place in np.searchsorted(ends, (start, stop - 1), side="right"))
                parts, repeats = [], []
                for place in range(first, last + 1):
                    begin = int(ends[place] - counts[place])
                    low, high = max(start - begin, 0), min(stop - begin, int(counts[place]))
                    repeats.append(high - low)
                    parts.append([column[low:high] for column in kept[place][2]])
                points = [np.concatenate(column) for column in zip(*parts, strict=True)]
                checks.append(_check(*points))
                number = pa.array(np.repeat(np.arange(last + 1 - first, dtype=np.int32), repeats))
                texts = [
                    [pair[0] for _, pair, _ in kept[first : last + 1]],
                    [pair[1] for _, pair, _ in kept[first : last + 1]],
                    [key[0] for key, _, _ in kept[first : last + 1]],
                ]
                columns = [_named(text, number) for text in texts] + [pa.array(column) for column in points]
                writer.write_table(pa.table(columns, schema=writer.schema), row_group_size=GROUP_ROWS)
            index = msgspec.json.encode(
                {
                    "format": FORMAT,
                    "generation": generation,
                    "series": [[*key, *pair, int(count)] for (key, pair, _), count in zip(kept, counts, strict=True)],
                    "groups": checks,
                    "sources": [[*key, size] for key, size in sources.items()],
                    "damaged": damaged,
                }
            )
            writer.add_key_value_metadata({_INDEX: index, _CHECK: b"%08x" % zlib.crc32(index)})
        file.flush()
        os.fsync(file.fileno())
    return _footer(path)


def _footer(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-_FOOT, os.SEEK_END)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-_FOOT - length, os.SEEK_END)
        return file.read()


def _named(texts: list[str], number: Any) -> Any:
    """Return a column of names; series that lie together may have the same one."""
    import numpy as np
    import pyarrow as pa

    places: dict[str, int] = {}
    each = np.array([places.setdefault(text, len(places)) for text in texts], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(each[number.to_numpy()]), pa.array(list(places), pa.string()))


def _part(columns: Columns, low: int, high: int) -> Columns:
    iterations, values, times = columns
    return iterations[low:high], values[low:high], times[low:high]


def _check(*columns: NDArray[Any]) -> int:
    checksum = 0
    for column in columns:
        checksum = zlib.crc32(column.data, checksum)
    return checksum


def _index(metadata: Any) -> dict[str, Any]:
    import msgspec

    found = metadata.metadata
    text = found[_INDEX]
    if b"%08x" % zlib.crc32(text) != found[_CHECK]:
        raise ValueError("the checksum of its index is wrong")
    index: dict[str, Any] = msgspec.json.decode(text)
    if index["format"] > FORMAT:
        raise SchemaError(
            f"The archive was written by a newer version (format {index['format']}, this version reads {FORMAT}); it "
            "is left untouched. Upgrade trackkit_jupyter to open it."
        )
    return index
