"""What is looked at first of the points in an archive: the summaries of its series, and of the long ones an overview.

The file lies beside the archive and takes one byte for each of its points at most, so that a first look at a hundred
experiments does not decode all of them. It is derived: it says of which archive it was made, and what is missing,
damaged, or of another archive is not used; the archivist makes it anew.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from trackkit_jupyter.store.archive import Archive, state_of
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.summaries import summaries
from trackkit_jupyter.store.syncing import sync_file

if TYPE_CHECKING:
    from trackkit_jupyter.series import Overview
    from trackkit_jupyter.store.points import Columns

__all__ = ["POINTS", "First", "is_lacking", "read_overviews", "write_overviews"]

#: Points of an overview: as many as the charts of a comparison of a hundred experiments ask for.
POINTS = 300
#: Points from which on a series has one: it takes a byte for each of them then, or less.
LEAST_ROWS = 5_000
FORMAT = 1

_HEAD = struct.Struct("<8sII")  # magic, length of the compressed header, checksum of all that follows
_MAGIC = b"tkview\0\1"
_LATEST = struct.Struct("<qdd")


class First(NamedTuple):
    """What is known of a series before its points are read: how many, their summary, and the overview of a long one."""

    rows: int
    summary: dict[str, Any]
    overview: Overview | None


def write_overviews(files: ExperimentPaths) -> None:
    """Write that of the archive there is, unless it is there.

    Raises
    ------
    Replaced, TrackkitStorageError, OSError
        The archive or the disk is not as it should be; what was there stays.
    """
    import msgspec

    from trackkit_jupyter.series import overview

    state = state_of(files.archive)
    if state is None:
        return
    archive = Archive(files.archive, files.archive_footer, state)
    if read_overviews(files, archive) is not None:
        return
    series: list[dict[str, Any]] = []
    columns: list[bytes] = []
    for block in archive.blocks:
        points = archive.read(block.start, block.rows)
        if len(points[0]) != block.rows:  # damaged
            return
        entry: dict[str, Any] = {"summary": _summary(points), "overview": None}
        if block.rows >= LEAST_ROWS:
            made = overview(*points, POINTS)
            facts = vars(made.reduced.facts)
            entry["overview"] = {**facts, "last": made.last, "drawn": len(made.reduced.x)}
            columns += [_LATEST.pack(*made.latest), made.reduced.x.tobytes(), made.reduced.y.tobytes()]
        series.append(entry)
    header = msgspec.json.encode({"format": FORMAT, "archive": archive.identity, "points": POINTS, "series": series})
    packed = zlib.compress(header, 1)
    body = b"".join([packed, bytes(-len(packed) % 8), *columns])
    fresh = files.archive_overviews.with_name(f"{files.archive_overviews.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        fresh.write_bytes(_HEAD.pack(_MAGIC, len(packed), zlib.crc32(body)) + body)
        sync_file(fresh)
        os.replace(fresh, files.archive_overviews)
    finally:
        fresh.unlink(missing_ok=True)


def is_lacking(files: ExperimentPaths) -> bool:
    """Return whether there is an archive without an overview, or with one that is older; costs two looks."""
    with contextlib.suppress(OSError):
        made = os.stat(files.archive).st_mtime_ns
        try:
            return os.stat(files.archive_overviews).st_mtime_ns < made
        except FileNotFoundError:
            return True
    return False


def read_overviews(files: ExperimentPaths, archive: Archive) -> dict[tuple[str, int], First] | None:
    """Return what is known of the series of an archive, by writer and number; ``None`` where nothing is.

    Parameters
    ----------
    files
        Of the experiment.
    archive
        Its archive: what is there for another one does not count.
    """
    import msgspec

    try:
        data = files.archive_overviews.read_bytes()
        magic, length, checksum = _HEAD.unpack_from(data)
        body = memoryview(data)[_HEAD.size :]
        if magic != _MAGIC or zlib.crc32(body) != checksum:
            return None
        header = msgspec.json.decode(zlib.decompress(body[:length]))
        if (header["format"], header["archive"]) != (FORMAT, archive.identity):
            return None
        return _taken(header, data, _HEAD.size + length + -length % 8, archive)
    except (OSError, ValueError, KeyError, TypeError, struct.error, zlib.error):
        return None


def _taken(header: dict[str, Any], data: bytes, offset: int, archive: Archive) -> dict[tuple[str, int], First]:
    import numpy as np

    from trackkit_jupyter.series import Facts, Overview, Reduced

    found = {}
    for block, entry in zip(archive.blocks, header["series"], strict=True):
        known, overview = entry["overview"], None
        if known is not None:
            last, drawn = known.pop("last"), known.pop("drawn")
            latest = _LATEST.unpack_from(data, offset)
            x = np.frombuffer(data, "<f8", drawn, offset + _LATEST.size)
            y = np.frombuffer(data, "<f8", drawn, offset + _LATEST.size + x.nbytes)
            offset += _LATEST.size + x.nbytes + y.nbytes
            known["nonfinite"] = [(float(at), str(word)) for at, word in known["nonfinite"]]
            known["y_range"] = known["y_range"] and (float(known["y_range"][0]), float(known["y_range"][1]))
            overview = Overview(Reduced(header["points"], Facts(**known), x, y), last, latest)
        found[block.writer, block.number] = First(block.rows, entry["summary"], overview)
    return found


def _summary(points: Columns) -> dict[str, Any]:
    iterations, values, _ = points
    (found,) = summaries([(iterations, values, 0, len(values))])
    return found
