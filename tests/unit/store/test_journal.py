"""Journals as files: what is damaged is lost alone, and nothing wrong is ever read."""

from __future__ import annotations

import itertools
import os
import random
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from trackkit_jupyter.errors import TrackkitStateError
from trackkit_jupyter.store import journal
from trackkit_jupyter.store.journal import (
    RECORD_BYTES,
    Journal,
    line,
    pack_checksum,
    pack_point,
    seed_of,
)
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.segments import LineReader, ScalarReader, expected_checksum


def record(number: int, seed: int) -> bytes:
    point = pack_point(number, number / 3, 1.7e9 + number, 0)
    return point + pack_checksum(zlib.crc32(point, seed))


@pytest.fixture
def scalars(tmp_path):
    """Return the path of a segment of 100 records of writer ``w``."""
    path = tmp_path / "scalars-w-0.bin"
    path.write_bytes(b"".join(record(number, seed_of("w")) for number in range(100)))
    return path


@pytest.fixture
def faults():
    return []


@pytest.fixture
def written(tmp_path, faults):
    """Return the journal of writer ``w`` in an experiment's folder."""
    made = Journal(ExperimentPaths(tmp_path), "w", lambda error, count: faults.append((error.errno, count)))
    yield made
    made.close()


def iterations(reader: ScalarReader) -> list[int]:
    return reader.read().iterations.tolist()


# -- the checksum over a run of records


@given(count=st.integers(0, 300), seed=st.integers(0, 2**32 - 1), points=st.randoms(use_true_random=False))
def test_the_checksum_depends_on_count_and_seed_alone(count, seed, points):
    data = b""
    for _ in range(count):
        point = points.randbytes(28)
        data += point + pack_checksum(zlib.crc32(point, seed))
    assert zlib.crc32(data, seed) == expected_checksum(count, seed)


@given(count=st.integers(1, 10**9), seed=st.integers(0, 2**32 - 1))
def test_the_checksum_of_one_more_follows_from_any_count(count, seed):
    assume(seed != 0x2144DF1C)  # the residue itself: with it as the seed, every count gives the residue again
    point = bytes(28)
    one = point + pack_checksum(zlib.crc32(point, seed))
    assert zlib.crc32(one, expected_checksum(count, seed)) != expected_checksum(count, seed)
    # Appending to a run is the same as having one more: the state before is all that counts.
    state = expected_checksum(count, seed)
    assert zlib.crc32(point + pack_checksum(zlib.crc32(point, seed)), state) == expected_checksum(count + 1, seed)


# -- reading scalars


def test_the_format_is_the_one_of_the_design(scalars):
    data = scalars.read_bytes()
    assert RECORD_BYTES == 32
    for number in range(100):
        part = data[32 * number : 32 * number + 32]
        assert struct.unpack("<qddII", part) == (
            number,
            number / 3,
            1.7e9 + number,
            0,
            zlib.crc32(part[:28], zlib.crc32(b"w")),
        )


@pytest.mark.parametrize("cut", range(1, 97))
def test_a_torn_tail_costs_what_is_torn(scalars, cut):
    data = scalars.read_bytes()
    scalars.write_bytes(data[:-cut])
    reader = ScalarReader(scalars, "w")
    whole = (len(data) - cut) // 32
    assert iterations(reader) == list(range(whole))
    assert reader.damaged == 0
    scalars.write_bytes(data)  # the rest arrives
    assert iterations(reader) == list(range(whole, 100))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bits=st.sets(st.integers(0, 100 * 256 - 1), min_size=1, max_size=6))
def test_flipped_bits_cost_the_records_they_hit(scalars, bits):
    whole = scalars.read_bytes()
    data = bytearray(whole)
    for bit in bits:
        data[bit // 8] ^= 1 << bit % 8
    scalars.write_bytes(data)
    reader = ScalarReader(scalars, "w")
    found = iterations(reader)
    scalars.write_bytes(whole)
    hit = {bit // 256 for bit in bits}
    assert found == [number for number in range(100) if number not in hit]
    assert reader.damaged == len(hit)


@pytest.mark.parametrize("block", [32, 512, 1600])
@pytest.mark.parametrize("harm", ["zero", "delete", "double", "noise"])
def test_a_damaged_block_costs_the_records_it_touches(scalars, block, harm):
    data = scalars.read_bytes()
    start = 320
    part = data[start : start + block]
    put = {"zero": bytes(block), "delete": b"", "double": part + part, "noise": random.Random(3).randbytes(block)}[harm]
    scalars.write_bytes(data[:start] + put + data[start + block :])
    reader = ScalarReader(scalars, "w")
    hit = range(10, 10 + block // 32)
    others = [number for number in range(100) if number not in hit]
    expected = {
        "zero": others,
        "noise": others,
        "delete": others,
        "double": [*range(hit.stop), *hit, *range(hit.stop, 100)],
    }
    assert iterations(reader) == expected[harm]
    assert reader.damaged == (len(hit) if harm in {"zero", "noise"} else 0)


@pytest.mark.parametrize("zeros", [1, 31, 32, 33, 4096])
def test_zeros_at_the_end_are_not_there_yet(scalars, zeros):
    data = scalars.read_bytes()
    scalars.write_bytes(data + bytes(zeros))
    reader = ScalarReader(scalars, "w")
    assert iterations(reader) == list(range(100))
    assert (reader.damaged, reader.pending) == (0, zeros // 32)
    more = b"".join(record(number, seed_of("w")) for number in range(100, 110))
    scalars.write_bytes(data + more)  # what the zeros stood for
    assert iterations(reader) == list(range(100, 110))
    assert (reader.damaged, reader.pending) == (0, 0)


def test_records_that_end_in_zeros_are_records(tmp_path):
    # The check of some records ends in a zero byte, and zeros follow.
    seed = seed_of("w")
    ending = [number for number in range(3000) if record(number, seed)[-1] == 0][:3]
    assert ending
    path = tmp_path / "scalars-w-0.bin"
    path.write_bytes(b"".join(record(number, seed) for number in ending) + bytes(64))
    assert iterations(ScalarReader(path, "w")) == ending


def test_records_of_another_writer_are_refused(scalars):
    reader = ScalarReader(scalars, "v")
    assert iterations(reader) == []
    assert reader.damaged == 100


@given(chunks=st.lists(st.integers(1, 500), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_read_in_any_pieces_it_is_the_same(scalars, chunks):
    whole = scalars.read_bytes()
    reader, found = ScalarReader(scalars, "w"), []
    for end in [*itertools.accumulate(chunks), len(whole)]:
        scalars.write_bytes(whole[:end])
        found += iterations(reader)
    scalars.write_bytes(whole)
    assert found == list(range(100))
    assert reader.damaged == 0


def test_a_file_that_is_gone_or_shorter_is_no_error(scalars):
    reader = ScalarReader(scalars, "w")
    assert len(iterations(reader)) == 100
    scalars.write_bytes(b"")
    assert iterations(reader) == []
    scalars.unlink()
    assert iterations(reader) == []


def test_a_damaged_million_is_searched_in_a_moment(tmp_path):
    records = np.zeros(200_000, dtype="V32")
    data = bytearray(records.tobytes())
    seed = seed_of("w")
    one = record(7, seed)
    for place in range(0, len(data), 32):
        data[place : place + 32] = one
    for place in (0, 3_200_000, len(data) - 1):
        data[place] ^= 1
    path = tmp_path / "scalars-w-0.bin"
    path.write_bytes(data)
    reader = ScalarReader(path, "w")
    assert len(reader.read()) == 199_997
    assert reader.damaged == 3


# -- reading lines

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(payloads=st.lists(st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.none())), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_are_read_as_they_were_written(tmp_path, payloads):
    path = tmp_path / "events-w-0.jsonl"
    path.write_bytes(b"".join(line({"kind": "x", **payload}, 5) for payload in payloads))
    reader = LineReader(path, "")
    reader._seed = 5
    assert reader.read() == [{"kind": "x", **payload} for payload in payloads]
    assert reader.damaged == 0


def test_a_line_holds_only_finite_numbers():
    with pytest.raises(ValueError, match="not JSON compliant"):
        line({"value": float("nan")}, 0)


def test_every_cut_and_flip_of_lines(tmp_path):
    seed = seed_of("w")
    lines = [line({"kind": "x", "text": "größer\n</script>", "number": number}, seed) for number in range(3)]
    whole = b"".join(lines)
    path = tmp_path / "events-w-0.jsonl"
    ends = list(itertools.accumulate(map(len, lines)))
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        reader = LineReader(path, "w")
        found = [payload["number"] for payload in reader.read()]
        assert found == list(range(sum(end <= cut for end in ends)))
        assert reader.damaged == 0
        path.write_bytes(whole)
        assert found + [payload["number"] for payload in reader.read()] == [0, 1, 2]
    for place in range(len(whole)):
        for bit in (0, 5):
            data = bytearray(whole)
            data[place] ^= 1 << bit
            path.write_bytes(data)
            reader = LineReader(path, "w")
            found = [payload["number"] for payload in reader.read()]
            hit = sum(end <= place for end in ends)
            if place == len(whole) - 1:  # the last line has no end: it is not there yet
                assert found == [0, 1]
            else:
                # Without the line feed between them, two lines are one that fails.
                gone = {hit, hit + 1} if place + 1 in ends else {hit}
                assert found == [number for number in range(3) if number not in gone]
                assert reader.damaged >= 1


# -- writing


def points(journal: Journal, numbers: range) -> bytes:
    return b"".join(record(number, journal.seed) for number in numbers)


def test_segments_follow_one_another(tmp_path, written, faults, monkeypatch):
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 320)
    for number in range(35):
        assert written.append(points(written, range(number, number + 1)))
    found = sorted(tmp_path.glob("scalars-*.bin"))
    assert [path.name for path in found] == [f"scalars-w-{number}.bin" for number in range(4)]
    assert [number for path in found for number in iterations(ScalarReader(path, "w"))] == list(range(35))
    before = len(os.listdir("/proc/self/fd"))
    written.sync()  # the full ones are synced, then closed
    assert len(os.listdir("/proc/self/fd")) == before - 3
    assert faults == []


def test_a_name_that_is_taken_is_never_written(tmp_path, written):
    (tmp_path / "scalars-w-0.bin").write_bytes(b"somebody else's")
    written.append(points(written, range(3)))
    assert (tmp_path / "scalars-w-0.bin").read_bytes() == b"somebody else's"
    assert iterations(ScalarReader(tmp_path / "scalars-w-1.bin", "w")) == [0, 1, 2]


def test_what_is_closed_refuses(written):
    written.append(points(written, range(1)))
    written.close()
    with pytest.raises(TrackkitStateError, match="finished"):
        written.append(points(written, range(1)))
    with pytest.raises(TrackkitStateError):
        written.event({"kind": "x"})


@pytest.mark.parametrize("written_bytes", range(97))
def test_a_short_write_keeps_what_is_whole(tmp_path, written, faults, monkeypatch, written_bytes):
    written.append(points(written, range(1)))

    def short(fd: int, data: bytes) -> int:
        return os.write(fd, data[:written_bytes])

    if written_bytes < 96:
        monkeypatch.setattr(journal, "_write", short)
        assert not written.append(points(written, range(1, 4)))
        monkeypatch.undo()
        assert faults == [(28, 3 - written_bytes // 32)]
    else:
        assert written.append(points(written, range(1, 4)))
    assert written.append(points(written, range(4, 6)))  # in the same file, where a reader goes on
    kept = 1 + written_bytes // 32
    assert iterations(ScalarReader(tmp_path / "scalars-w-0.bin", "w")) == [*range(kept), 4, 5]


def test_a_short_write_of_lines_keeps_what_is_whole(tmp_path, written, faults, monkeypatch):
    first = len(line({"number": 0}, written.seed))
    monkeypatch.setattr(journal, "_write", lambda fd, data: os.write(fd, data[: first + 4]))
    assert not written.console([{"number": 0}, {"number": 1}, {"number": 2}])
    monkeypatch.undo()
    assert faults == [(28, 2)]
    written.console([{"number": 3}])
    reader = LineReader(tmp_path / "console-w-0.jsonl", "w")
    assert [payload["number"] for payload in reader.read()] == [0, 3]
    assert reader.damaged == 0


def test_a_failed_sync_begins_a_new_segment(tmp_path, written, faults, monkeypatch):
    written.append(points(written, range(2)))
    calls = []

    def failing(fd: int) -> None:
        calls.append(fd)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", failing)
    written.sync()
    written.sync()
    assert len(calls) == 1  # never tried again on the same file
    assert faults == [(5, 0)]  # suspect, not lost
    monkeypatch.undo()
    written.append(points(written, range(2, 4)))
    written.sync()
    assert iterations(ScalarReader(tmp_path / "scalars-w-0.bin", "w")) == [0, 1]
    assert iterations(ScalarReader(tmp_path / "scalars-w-1.bin", "w")) == [2, 3]


def test_a_removed_file_is_noticed_and_counted(tmp_path, written, faults):
    written.append(points(written, range(2)))
    written.sync()
    written.append(points(written, range(2, 7)))
    (tmp_path / "scalars-w-0.bin").unlink()
    written.sync()
    assert faults == [(2, 5)]
    assert written.append(points(written, range(7, 8)))  # the folder is there: a new file
    assert iterations(ScalarReader(tmp_path / "scalars-w-1.bin", "w")) == [7]


def test_an_interrupt_at_any_line_of_an_append_leaves_it_usable(tmp_path, written):
    import sys

    def interrupted(at: int) -> bool:
        lines = itertools.count()

        def trace(frame, event, argument):
            if frame.f_code.co_filename != journal.__file__:
                return None
            if event == "line" and next(lines) == at:
                raise KeyboardInterrupt
            return trace

        sys.settrace(trace)
        try:
            written.append(points(written, range(1)))
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(None)
        return False

    at = 0
    while interrupted(at):
        at += 1
        assert written.append(points(written, range(1)))
    assert at > 3
    for path in tmp_path.glob("scalars-*.bin"):
        reader = ScalarReader(path, "w")
        assert set(iterations(reader)) <= {0}
        assert reader.damaged == 0
        assert path.stat().st_size % 32 == 0
