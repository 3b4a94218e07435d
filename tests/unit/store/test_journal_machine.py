"""A journal under everything that can happen to it, against a model in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from trackkit_jupyter.store import journal
from trackkit_jupyter.store.journal import Journal, pack_checksum, pack_point
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.reader import JournalReader

NAMES = st.sampled_from([("loss", "train"), ("loss", "val"), ("accuracy", "val")])
VALUES = st.lists(st.floats(allow_nan=False), min_size=1, max_size=5)
DISK = Path("/dev/shm")


class JournalMachine(RuleBasedStateMachine):
    """Writers come and go, are killed, forked, and have their files torn; what is read is what the model says."""

    writers = Bundle("writers")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=DISK if os.access(DISK, os.W_OK) else None))
        self.paths = ExperimentPaths(self.folder)
        self.reader = JournalReader(self.paths)
        self.points: dict[str, list[tuple[tuple[str, str], int, float]]] = {}
        self.numbers: dict[str, dict[tuple[str, str], int]] = {}
        self.lines: dict[str, list[str]] = {}
        self.count = 0
        self.damaged = 0
        self.faults: list[int] = []

    @rule(target=writers)
    def open(self) -> Journal:
        self.count += 1
        return self.known(Journal(self.paths, f"{self.count:08x}", lambda _, lost: self.faults.append(lost)))

    def known(self, writer: Journal) -> Journal:
        self.points[writer.writer], self.numbers[writer.writer], self.lines[writer.writer] = [], {}, []
        return writer

    @rule(writer=writers, pair=NAMES, values=VALUES)
    def log(self, writer: Journal, pair: tuple[str, str], values: list[float]) -> None:
        numbers, points = self.numbers[writer.writer], self.points[writer.writer]
        if pair not in numbers:
            numbers[pair] = len(numbers)
            assert writer.event({"kind": "series", "number": numbers[pair], "metric": pair[0], "variant": pair[1]})
        records = b""
        for value in values:
            points.append((pair, len(points), value))
            point = pack_point(len(points) - 1, value, float(len(points)), numbers[pair])
            records += point + pack_checksum(zlib.crc32(point, writer.seed))
        assert writer.append(records)

    @rule(writer=writers, text=st.text(max_size=20))
    def say(self, writer: Journal, text: str) -> None:
        lines = self.lines[writer.writer]
        assert writer.console([{"time": float(len(lines)), "stream": "stdout", "text": text}])
        lines.append(text)

    @rule(writer=writers)
    def sync(self, writer: Journal) -> None:
        writer.sync()

    @rule(writer=writers)
    def fork(self, writer: Journal) -> None:
        """The child goes on under a name of its own; the files of its parent stay as they are."""
        self.count += 1
        writer.become(f"{self.count:08x}")
        self.known(writer)

    @rule(writer=writers)
    def begin_a_segment(self, writer: Journal) -> None:
        """The next record comes into a new file, as after 128 MB or a failed sync."""
        writer._scalars._room = 0

    @rule(writer=consumes(writers), torn=st.integers(0, 31))
    def kill(self, writer: Journal, torn: int) -> None:
        """The process is gone, and left a part of the record that it was writing."""
        segments = [path for name, _, path in self.paths.segments()["scalars"] if name == writer.writer]
        if segments and torn:
            with segments[-1].open("ab") as file:
                file.write(b"\x01" * torn)

    @rule(writer=consumes(writers))
    def close(self, writer: Journal) -> None:
        writer.close()

    @rule(block=st.binary(min_size=32, max_size=32).filter(any))
    def damage(self, block: bytes) -> None:
        """Something else of the size of a record lies behind those of a writer that never comes back."""
        path = self.paths.segment(self.paths.SCALARS, f"{self.count + 1:08x}", 0)
        self.count += 1
        path.write_bytes(block)
        self.damaged += 1

    @rule()
    def look_anew(self) -> None:
        self.reader = JournalReader(self.paths)

    @invariant()
    def reads_what_the_model_says(self) -> None:
        if not hasattr(self, "reader"):
            return
        self.reader.refresh()
        self.reader.refresh_console()
        every: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for points in self.points.values():
            for pair, place, value in points:
                every.setdefault(pair, []).append((place, value))
        assert set(self.reader.pairs()) == set(every)
        for pair, points in every.items():
            series = self.reader.series(pair)
            assert series is not None
            assert self.reader.count(pair) == len(points)
            assert sorted(zip(series.iterations.tolist(), series.values.tolist(), strict=True)) == sorted(points)
        if len(self.points) == 1:
            for pair, points in every.items():
                series = self.reader.series(pair)
                assert series is not None
                assert list(zip(series.iterations.tolist(), series.values.tolist(), strict=True)) == points
        lines, total = self.reader.console(0, 1_000_000)
        assert total == sum(map(len, self.lines.values()))
        assert sorted(line["text"] for line in lines) == sorted(text for texts in self.lines.values() for text in texts)
        assert (self.reader.damaged, self.faults) == (self.damaged, [])

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


JournalMachine.TestCase.settings = settings(
    max_examples=2_000 if os.environ.get("TRACKKIT_LONG") else 60, stateful_step_count=25
)


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments are full after eight records."""
    monkeypatch.setattr(journal, "SEGMENT_BYTES", 256)


TestJournal = JournalMachine.TestCase
