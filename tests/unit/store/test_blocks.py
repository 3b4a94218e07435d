"""Segments that are read in blocks give every series its points in the order in which they came."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from trackkit_jupyter.store import blocks
from trackkit_jupyter.store.journal import pack_checksum, pack_point, seed_of
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.reader import JournalReader
from trackkit_jupyter.store.segments import ScalarReader, read_all

SEED = seed_of("aaaaaaaa")


def record(iteration, series):
    point = pack_point(iteration, iteration + series / 1000, 1.7e9 + iteration, series)
    return point + pack_checksum(zlib.crc32(point, SEED))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK", 50)


def numbers_of(kind, count):
    random = np.random.default_rng(1)
    return {
        "one": np.full(count, 3),
        "turns": np.arange(count) % 4,
        "many": random.integers(0, 200, count),
        "far": random.choice([0, 2**32 - 1, 70_000], count),
        "late": np.sort(random.integers(0, 5, count))[::-1],
    }[kind]


@pytest.mark.parametrize("long_run", [1, 64])
@pytest.mark.parametrize("kind", ["one", "turns", "many", "far", "late"])
@pytest.mark.parametrize("bad", [[], [0], [49, 50, 51], [999]])
def test_every_series_has_its_points_in_order(tmp_path, monkeypatch, kind, bad, long_run):
    monkeypatch.setattr(blocks, "_LONG_RUN", long_run)
    series = numbers_of(kind, 1000).tolist()
    data = bytearray(b"".join(record(at, number) for at, number in enumerate(series)))
    for place in bad:
        data[place * 32 + 9] ^= 4
    paths = []
    for number, (start, stop) in enumerate([(0, 320), (320, 640), (640, 1000)]):
        paths.append(tmp_path / f"scalars-aaaaaaaa-{number}.bin")
        paths[-1].write_bytes(data[start * 32 : stop * 32])
    readers = [ScalarReader(path, "aaaaaaaa") for path in paths]
    arrived = read_all(readers)
    expected = {}
    for at, number in enumerate(series):
        if at not in bad:
            expected.setdefault(number, []).append(at)
    found = {}
    for number, start, stop in arrived.runs.tolist():
        found.setdefault(number, []).extend(arrived.columns[0][start:stop].tolist())
    assert list(found) == list(expected)
    assert found == expected
    assert sum(reader.damaged for reader in readers) == len(bad)
    assert len(arrived) == 1000 - len(bad)
    assert all(reader.offset == path.stat().st_size for reader, path in zip(readers, paths, strict=True))
    assert len(read_all(readers)) == 0


@pytest.mark.parametrize("kind", ["one", "turns", "many"])
def test_what_grows_does_not_change_what_was_handed_out_nor_its_neighbours(tmp_path, kind):
    series = numbers_of(kind, 1000).tolist()
    path = ExperimentPaths(tmp_path).segment(ExperimentPaths.SCALARS, "aaaaaaaa", 0)
    reader, handed = JournalReader(ExperimentPaths(tmp_path)), []
    for start, stop in [(0, 300), (300, 301), (301, 302), (302, 900), (900, 1000)]:
        with path.open("ab") as file:
            file.write(b"".join(record(at, series[at]) for at in range(start, stop)))
        reader.refresh()
        for pair in reader.pairs():
            found = reader.series(pair)
            number = int(pair[0].removeprefix("unnamed series "))
            rows = [at for at in range(stop) if series[at] == number]
            assert found.iterations.tolist() == rows
            assert found.times.tolist() == [1.7e9 + at for at in rows]
            handed.append((found.values, [at + number / 1000 for at in rows]))
    for values, expected in handed:
        assert values.tolist() == expected


def test_there_is_room_for_points_that_follow_on_many(tmp_path):
    path = ExperimentPaths(tmp_path).segment(ExperimentPaths.SCALARS, "aaaaaaaa", 0)
    path.write_bytes(b"".join(record(at, 0) for at in range(12_000)))
    reader = JournalReader(ExperimentPaths(tmp_path))
    reader.refresh()
    (pair,) = reader.pairs()
    before = reader.series(pair)
    with path.open("ab") as file:
        file.write(record(12_000, 0))
    reader.refresh()
    after = reader.series(pair)
    assert len(after) == 12_001
    assert np.shares_memory(before.values, after.values)  # nothing was copied
    assert before.kept is after.kept is not None
