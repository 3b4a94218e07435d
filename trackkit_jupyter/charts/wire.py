"""How charts travel: a JSON header, then raw float64 columns, and a cursor that asks only for what is new."""

from __future__ import annotations

import base64
import binascii
import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from trackkit_jupyter.charts.data import Answer, Axis, Chart, ChartSeries, Curve, Floats
from trackkit_jupyter.errors import TrackkitValueError

__all__ = ["decode", "decode_cursor", "encode", "encode_cursor"]

_COLUMNS = ("x", "y", "raw_x", "raw_y", "low", "high", "count")
_ENTRY = struct.Struct("<8sQI")  # cursor: digest of the series id, rows sent, checksum of the last of them


def encode(charts: Sequence[Chart], next: str = "", unchanged: bool = False, whole: bool = False) -> bytes:
    """Write charts as they travel: header length, JSON header, float64 columns.

    Parameters
    ----------
    charts
        From `build`.
    next
        Cursor of this state, see `encode_cursor`.
    unchanged
        Whether a reader may keep everything as it is: it asked with a cursor and there are no charts.
    whole
        Whether a reader that asked with a cursor is to drop what it has: these are all charts and lines there are.

    Returns
    -------
    bytes
        u32 length of the header; UTF-8 JSON padded with spaces to a multiple of 8 bytes in all; little-endian float64
        columns. ``[offset, length]`` in the header count float64s from the first column.
    """
    blocks: list[Floats] = []
    offset = 0
    head = []
    for chart in charts:
        lines = []
        for line in chart.series:
            places: dict[str, list[int]] = {}
            for name in _COLUMNS:
                column = getattr(line, name)
                if column is None:
                    continue
                if name == "raw_x" and column is line.x:
                    places[name] = places["x"]
                    continue
                places[name] = [offset, len(column)]
                blocks.append(column)
                offset += len(column)
            lines.append({key: value for key, value in vars(line).items() if key not in _COLUMNS} | {"columns": places})
        axes = {"x": vars(chart.x), "y": {"label": chart.y_label}}
        head.append({"id": chart.id, "title": chart.title, "kind": chart.kind, **axes, "series": lines})
    header = {"charts": head, "next": next, "unchanged": unchanged, "whole": whole}
    text = json.dumps(header, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % 8)
    columns = (block.astype("<f8", copy=False).tobytes() for block in blocks)
    return b"".join([struct.pack("<I", len(text)), text, *columns])


def decode(data: bytes) -> Answer:
    """Read what `encode` wrote.

    Raises
    ------
    TrackkitValueError
        If the bytes are no charts, or cut short.
    """
    try:
        (length,) = struct.unpack_from("<I", data)
        header = json.loads(data[4 : 4 + length])
        columns = np.frombuffer(data, dtype="<f8", offset=4 + length)
        charts = [_decode_chart(chart, columns) for chart in header["charts"]]
        return Answer(charts, header["next"], header["unchanged"], header.get("whole", False))
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise TrackkitValueError("these bytes are no charts, or they are cut short") from error


def _decode_chart(chart: dict[str, Any], columns: Floats) -> Chart:
    lines = []
    for record in chart["series"]:
        places = record.pop("columns")
        if any(offset + length > len(columns) for offset, length in places.values()):
            raise ValueError("a column is missing")
        arrays: dict[str, Any] = {name: columns[offset : offset + length] for name, (offset, length) in places.items()}
        marks = [(float(x), str(what)) for x, what in record.pop("nonfinite")]
        span = record.pop("y_range", None)
        lines.append(ChartSeries(**record, nonfinite=marks, y_range=span and (span[0], span[1]), **arrays))
    return Chart(chart["id"], chart["title"], Axis(**chart["x"]), lines, chart["y"]["label"], chart["kind"])


def encode_cursor(curves: Sequence[Curve]) -> str:
    """Write down how much of each curve a reader has, about 27 characters per curve, safe in a URL."""
    structure = _structure(curves)
    entries = [(_digest(curve.id), curve.count, _check(curve, curve.count)) for curve in curves]
    if structure:
        entries.append((_digest(structure), 0, 0))
    return base64.urlsafe_b64encode(b"".join(_ENTRY.pack(*entry) for entry in entries)).decode().rstrip("=")


def decode_cursor(cursor: str, curves: Sequence[Curve]) -> dict[str, int] | None:
    """Read a cursor: series id to the rows that a reader has, for ``build(since=...)``.

    Parameters
    ----------
    cursor
        From `encode_cursor`; empty for a reader that has nothing.
    curves
        As they are now. A curve that is new, that no longer begins with the rows that were sent (its experiment was
        reset), or that has another name or colour, is left out, so that all of it is sent.

    Returns
    -------
    dict or None
        None if a curve is gone, experiments are grouped in another way, or the metric that is the horizontal axis has
        moved on: a reader is to drop what it has.

    Raises
    ------
    TrackkitValueError
        If it is no cursor.
    """
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        known = {digest: (rows, check) for digest, rows, check in _ENTRY.iter_unpack(data)}
    except (binascii.Error, struct.error, ValueError) as error:
        raise TrackkitValueError("since is not the cursor of an earlier answer", field="since") from error
    result, structure = {}, _structure(curves)
    if structure and known and known.pop(_digest(structure), None) is None:
        return None
    for curve in curves:
        rows, check = known.pop(_digest(curve.id), (-1, 0))
        if 0 <= rows <= curve.count and check == _check(curve, rows):
            result[curve.id] = rows
    return None if known else result


def _structure(curves: Iterable[Curve]) -> str:
    """Return what lines follow from besides their own rows; empty where that is nothing."""
    parts = {}
    for curve in curves:
        if curve.group is not None:
            parts[curve.experiment] = f"{curve.group.id}/{curve.group.name}"
        if curve.reference is not None:
            known = curve.reference
            last = (int(known.iterations[-1]), float(known.values[-1])) if len(known.values) else ()
            parts[f"{curve.experiment}/"] = f"{len(known.values)}/{last}"
    return json.dumps(parts) if parts else ""


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def _check(curve: Curve, rows: int) -> int | None:
    looks = zlib.crc32(f"{curve.experiment_name}/{curve.color}/{curve.dash}".encode())
    if not rows:
        return looks
    last = curve.arrived(rows - 1)
    return None if last is None else zlib.crc32(struct.pack("<qdd", *last), looks)
