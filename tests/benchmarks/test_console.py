"""A long console: opening it, a page from its middle, and looking for a text in it, beside reading its file."""

from __future__ import annotations

import statistics
import time
import tracemalloc

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.operations import handles
from trackkit_jupyter.store.journal import line, seed_of
from trackkit_jupyter.store.lines import Lines

from .rounds import told

LINES = 200_000
WRITER = "0badc0de"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A segment of as many lines as a training of a day prints."""
    made, seed = tmp_path_factory.mktemp("console") / "segment", seed_of(WRITER)
    with made.open("wb") as file:
        for number in range(LINES):
            text = f"epoch {number // 100:5d} step {number:7d}  loss={1 / (1 + number):.6f}  {1000 + number % 37} img/s"
            file.write(line({"time": 1e9 + number, "stream": "stdout", "text": text}, seed))
    return made


def test_opening(path):
    """Every line is checked, for the price of taking the file apart a few times; what is kept is small."""

    def apart():
        begun = time.perf_counter()
        found = path.read_bytes().split(b"\n")
        return time.perf_counter() - begun, found

    def opened():
        begun, lines = time.perf_counter(), Lines()
        lines.refresh([(WRITER, 0, path)])
        return time.perf_counter() - begun, lines

    plain, checked = [], []
    for _ in range(5):
        plain.append(apart()[0])
        took, lines = opened()
        checked.append(took)
    told("read and split", plain)
    told("opened", checked)
    assert len(lines) == LINES
    assert statistics.median(checked) < 20 * statistics.median(plain)
    tracemalloc.start()
    kept = opened()[1]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"kept: {size / len(kept):.1f} bytes a line")
    assert size < 40 * LINES


def test_a_page_and_a_text(path):
    """A page from the middle costs what a page costs; looking for a text is cheaper than reading the lines."""
    lines = Lines()
    lines.refresh([(WRITER, 0, path)])

    def timed(work):
        begun = time.perf_counter()
        answer = work()
        return time.perf_counter() - begun, answer

    ends, middles, finds, reads = [], [], [], []
    for _ in range(5):
        ends.append(timed(lambda: lines.entries(LINES - 1_000, LINES))[0])
        middles.append(timed(lambda: lines.entries(LINES // 2, LINES // 2 + 1_000))[0])
        took, found = timed(lambda: lines.find("STEP  123456 ", 0, LINES))
        finds.append(took)
        assert found == [123_456]
        reads.append(timed(lambda: lines.entries(0, LINES))[0])
    told("a page at the end", ends)
    told("a page in the middle", middles)
    told("a text", finds, LINES)
    told("all lines", reads, LINES)
    assert statistics.median(middles) < 5 * statistics.median(ends)
    assert statistics.median(finds) < statistics.median(reads)


def test_what_is_new_costs_what_is_new(tmp_path):
    """A line that came is told without looking at the others again."""
    with track.start("a", store=tmp_path / "store", capture=False) as exp:
        exp.log_console("stdout", "".join(f"line {number}\n" for number in range(50_000)))
        store = track.open_store(tmp_path / "store")

        def asked(after):
            begun = time.perf_counter()
            answer = operations.call("console", store, {"id": exp.id, "after": after})
            return time.perf_counter() - begun, answer["total"]

        first, total = asked(-1_000)
        later = []
        for _ in range(9):
            exp.log_text("one more")
            took, total = asked(total)
            later.append(took)
        assert total == 50_009
    handles.clear()
    told("first", [first])
    told("after a new line", later)
    assert statistics.median(later) < first
