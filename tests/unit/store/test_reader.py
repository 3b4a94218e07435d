"""Reading journals: in pieces as at once, from threads, from several writers."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest

from trackkit_jupyter.store import reader as reader_module
from trackkit_jupyter.store import segments as segments_module
from trackkit_jupyter.store.journal import Journal, pack_checksum, pack_point
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.reader import JournalReader


class Writer:
    """A writing process, as far as the files tell."""

    def __init__(self, folder, writer):
        self.journal = Journal(ExperimentPaths(folder), writer, self.fault)
        self.time = 1.7e9

    def fault(self, error, count):
        raise AssertionError(error)

    def name(self, number, metric, variant):
        self.journal.event({"kind": "series", "number": number, "metric": metric, "variant": variant})

    def points(self, *points):
        data = b""
        for number, iteration, value in points:
            self.time += 1
            point = pack_point(iteration, value, self.time, number)
            data += point + pack_checksum(zlib.crc32(point, self.journal.seed))
        self.journal.append(data)

    def say(self, text, time=None):
        self.journal.console([{"time": self.time if time is None else time, "stream": "stdout", "text": text}])


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "experiment"
    made.mkdir()
    return made


def read(folder):
    reader = JournalReader(ExperimentPaths(folder))
    reader.refresh()
    reader.refresh_console()
    return reader


def values(reader, metric, variant):
    return reader.series((metric, variant)).values.tolist()


def everything(reader):
    series = {pair: reader.series(pair) for pair in reader.pairs()}
    return {
        "points": {
            pair: (s.iterations.tolist(), s.values.tolist(), s.times.tolist(), reader.count(pair))
            for pair, s in series.items()
        },
        "events": reader.events("x"),
        "console": reader.console(0, 1000),
        "damaged": reader.damaged,
    }


def test_nothing_there_is_nothing(folder):
    reader = read(folder)
    assert reader.pairs() == []
    assert reader.series(("a", "b")) is None
    assert reader.count(("a", "b")) == 0
    assert reader.console(0, 10) == ([], 0)
    folder.rmdir()
    reader.refresh()
    assert reader.pairs() == []


def test_series_keep_their_own_order(folder):
    writer = Writer(folder, "w")
    for number in range(300):
        writer.name(number, "m", str(number))
    order = np.random.default_rng(0).permutation(np.repeat(np.arange(300), 5))
    writer.points(*((int(number), place, place / 7) for place, number in enumerate(order)))
    reader = read(folder)
    assert reader.pairs() == [("m", str(number)) for number in dict.fromkeys(order.tolist())]
    for number in range(300):
        places = np.flatnonzero(order == number)
        series = reader.series(("m", str(number)))
        assert series.iterations.tolist() == places.tolist()
        assert series.values.tolist() == (places / 7).tolist()
        assert len(series) == reader.count(("m", str(number))) == 5


def test_numbers_far_apart_are_told_apart(folder):
    writer = Writer(folder, "w")
    for number in (0, 65_536, 2**32 - 1):
        writer.name(number, "m", str(number))
    writer.points((65_536, 0, 1.0), (0, 0, 2.0), (2**32 - 1, 0, 3.0), (65_536, 1, 4.0))
    reader = read(folder)
    assert [values(reader, "m", str(number)) for number in (0, 65_536, 2**32 - 1)] == [[2.0], [1.0, 4.0], [3.0]]


def test_in_pieces_it_reads_what_it_reads_at_once(folder):
    first, second = Writer(folder, "w"), Writer(folder, "v")
    second.time += 0.5
    generator = np.random.default_rng(1)
    piecewise = read(folder)
    for step in range(40):
        writer = (first, second)[step % 2]
        if step < 8:
            writer.name(step // 2, "m", f"{step % 2 if step < 4 else step}")
        number = int(generator.integers(0, min(step // 2, 3) + 1))
        writer.points(*((number, step, float(value)) for value in generator.random(int(generator.integers(1, 9)))))
        other = (second, first)[step % 2]
        other.time = writer.time + 0.5  # one clock
        writer.journal.event({"kind": "x", "time": writer.time, "step": step})
        writer.say(f"line {step}")
        if step % 3 == 0:
            piecewise.refresh()
            piecewise.refresh_console()
            for pair in piecewise.pairs():
                piecewise.series(pair)
    piecewise.refresh()
    piecewise.refresh_console()
    assert everything(piecewise) == everything(read(folder))
    assert [event["step"] for event in piecewise.events("x")] == list(range(40))
    assert [line["index"] for line in piecewise.console(0, 100)[0]] == list(range(40))


def test_what_was_handed_out_does_not_change(folder):
    writer = Writer(folder, "w")
    writer.name(0, "m", "v")
    writer.points(*((0, number, float(number)) for number in range(10)))
    reader = read(folder)
    before = reader.series(("m", "v"))
    for number in range(10, 200):
        writer.points((0, number, float(number)))
        reader.refresh()
    assert before.values.tolist() == list(range(10))
    assert values(reader, "m", "v") == list(range(200))
    with pytest.raises(ValueError, match="read-only"):
        reader.series(("m", "v")).values[0] = 5.0


def test_events_that_were_handed_out_are_copies(folder):
    writer = Writer(folder, "w")
    writer.journal.event({"kind": "x", "time": 1.0, "step": 1})
    reader = read(folder)
    reader.events("x")[0]["step"] = 7
    assert reader.events("x") == [{"time": 1.0, "step": 1}]


def test_a_clock_that_is_set_back_changes_no_order(folder):
    writer = Writer(folder, "w")
    writer.name(0, "m", "v")
    for place, time in enumerate((1e9, 2e9, 0.5e9, 1.5e9)):
        writer.time = time
        writer.points((0, place, float(place)))
        writer.journal.event({"kind": "x", "time": time, "step": place})
        writer.say(str(place))
    other = Writer(folder, "v")
    other.time = 3e9
    other.name(0, "m", "v")
    other.points((0, 9, 9.0))
    other.journal.event({"kind": "x", "time": 3e9, "step": 9})
    other.say("9")
    reader = read(folder)
    assert values(reader, "m", "v") == [0, 1, 2, 3, 9]
    assert [event["step"] for event in reader.events("x")] == [0, 1, 2, 3, 9]
    assert [line["text"] for line in reader.console(0, 10)[0]] == ["0", "1", "2", "3", "9"]


def test_a_name_that_came_late_is_taken(folder):
    writer = Writer(folder, "w")
    writer.points((4, 0, 1.0))  # the disk was full when its name was to be written
    reader = read(folder)
    assert values(reader, "unnamed series 4", "unnamed series 4") == [1.0]
    writer.name(4, "loss", "val")
    writer.points((4, 1, 2.0))
    reader.refresh()
    assert reader.pairs() == [("loss", "val")] == read(folder).pairs()
    assert values(reader, "loss", "val") == [1.0, 2.0]


def test_the_same_name_under_two_numbers_is_one_series(folder):
    writer, child = Writer(folder, "w"), Writer(folder, "v")
    writer.name(0, "loss", "val")
    child.name(3, "loss", "val")
    writer.points((0, 0, 1.0))
    child.time = writer.time
    child.points((3, 1, 2.0))
    assert values(read(folder), "loss", "val") == [1.0, 2.0]


def interrupted(reader, at):
    """Refresh, interrupted at a line of code; return whether there are so many."""
    lines = itertools.count()

    def trace(frame, event, argument):
        if frame.f_code.co_filename not in {reader_module.__file__, segments_module.__file__}:
            return None
        if event == "line" and next(lines) == at:
            raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        reader.refresh()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False


def test_an_interrupt_in_the_middle_of_reading_loses_nothing(folder):
    writer = Writer(folder, "w")
    writer.name(0, "m", "v")
    writer.name(1, "m", "w")
    writer.points((0, 0, 1.0), (1, 0, 2.0))
    writer.journal.event({"kind": "x", "time": 1.0})
    expected = everything(read(folder))
    for at in itertools.count():
        reader = JournalReader(ExperimentPaths(folder))
        more = interrupted(reader, at)
        reader.refresh()
        reader.refresh_console()
        assert everything(reader) == expected
        if not more:
            break
    assert at > 30


def test_threads_read_one_reader(folder):
    writer = Writer(folder, "w")
    writer.name(0, "m", "v")
    writer.points((0, 0, 0.0))
    reader = read(folder)
    stop, wrong = threading.Event(), []

    def look():
        last = 0
        while not stop.is_set():
            reader.refresh()
            reader.refresh_console()
            found = values(reader, "m", "v")
            steps = [event["step"] for event in reader.events("x")]
            lines, total = reader.console(0, 10**6)
            if found != list(range(len(found))) or len(found) < last or steps != list(range(len(steps))):
                wrong.append((found, steps))
            if [line["text"] for line in lines] != [str(number) for number in range(total)]:
                wrong.append(lines)
            last = len(found)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(400):
        writer.points((0, number + 1, float(number + 1)))
        writer.journal.event({"kind": "x", "time": writer.time, "step": number})
        writer.say(str(number))
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(values(reader, "m", "v")) <= 401
    reader.refresh()
    assert values(reader, "m", "v") == list(range(401))


def test_a_child_reads_although_a_thread_of_its_parent_was_reading(folder):
    writer = Writer(folder, "w")
    writer.name(0, "m", "v")
    writer.points((0, 0, 1.0))
    reader = read(folder)
    held, done = threading.Event(), threading.Event()

    def hold():
        with reader._lock:
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads, which is what this is about
        child = os.fork()
    if child == 0:
        signal.alarm(20)
        reader.refresh()
        os._exit(0 if values(reader, "m", "v") == [1.0] else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    done.set()
    thread.join()
    assert status == 0


def test_other_files_are_left_alone(folder):
    writer = Writer(folder, "w")
    writer.name(0, "m", "v")
    writer.points((0, 0, 1.0))
    for name in ("scalars-w.bin", "scalars-w-x.bin", "scalars-w-1.jsonl", "images-w-0.bin", "events--0.jsonl", "notes"):
        (folder / name).write_bytes(b"something else")
    reader = read(folder)
    assert values(reader, "m", "v") == [1.0]
    assert reader.damaged == 0
