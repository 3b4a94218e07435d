"""Experiments as the API writes them, made at once: a million calls would take a second, ten million ten."""

from __future__ import annotations

import zlib

import numpy as np

from trackkit_jupyter.records import new_id
from trackkit_jupyter.store.journal import RECORD_BYTES, SEGMENT_BYTES, line, pack_checksum, pack_point, seed_of
from trackkit_jupyter.store.paths import ExperimentPaths

RECORD = np.dtype([("iteration", "<i8"), ("value", "<f8"), ("time", "<f8"), ("series", "<u4"), ("crc", "<u4")])


def checksums(records, seed):
    """Return the CRC-32 of the first 28 bytes of each record: byte by byte, for all records at once."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0xEDB88320), table >> 1)
    data = records.view(np.uint8).reshape(-1, RECORD_BYTES)
    state = np.full(len(records), ~np.uint32(seed), np.uint32)
    for column in range(RECORD_BYTES - 4):
        state = table[(state ^ data[:, column]) & 0xFF] ^ (state >> 8)
    return ~state


def write_experiment(store, series, writer="aaaaaaaa", status="completed"):
    """Put an experiment with some series, ``{(metric, variant): values}``, into a store; return its id."""
    stamp = "2026-01-01T00:00:00.000+00:00"
    record = {
        "id": new_id(), "name": "written", "project": "p", "status": status, "tags": [], "description": "",
        "created": stamp, "started": stamp, "finished": stamp, "user": None, "parent": None, "archived": False,
    }  # fmt: skip
    made = store.new_experiment(record)
    seed, files = seed_of(writer), store.paths.experiment(made.id)
    names = [
        {"kind": "series", "number": number, "metric": metric, "variant": variant}
        for number, (metric, variant) in enumerate(series)
    ]
    files.segment(ExperimentPaths.EVENTS, writer, 0).write_bytes(b"".join(line(name, seed) for name in names))
    counts = [len(values) for values in series.values()]
    records = np.zeros(sum(counts), RECORD)
    records["iteration"] = np.concatenate([np.arange(count) for count in counts])
    records["value"] = np.concatenate(list(series.values()))
    jitter = np.random.default_rng(1).exponential(1e-3, len(records))
    records["time"] = 1.7e9 + np.cumsum(jitter)
    records["series"] = np.repeat(np.arange(len(counts)), counts)
    records["crc"] = checksums(records, seed)
    first = records[0].item()
    point = pack_point(*first[:4])
    assert records[:1].tobytes() == point + pack_checksum(zlib.crc32(point, seed))
    whole = SEGMENT_BYTES // RECORD_BYTES
    for number, start in enumerate(range(0, len(records), whole)):
        path = files.segment(ExperimentPaths.SCALARS, writer, number)
        records[start : start + whole].tofile(path)
    return made.id
