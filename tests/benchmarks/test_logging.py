"""What logging costs the training: measured against bare writes of the same bytes in the same rounds."""

from __future__ import annotations

import os

import pytest

import trackkit_jupyter as track

from .least import least, within
from .rounds import in_turns, ratio, told

#: Calls in a turn, which then takes well under a millisecond; and turns in a round.
CALLS, TURNS = 200, 50


@pytest.fixture
def experiment(tmp_path):
    with track.start("logging", store=tmp_path / "store", capture=False) as experiment:
        yield experiment


@pytest.fixture
def bare_writes(tmp_path):
    """As many bare writes of 32 bytes: what the operating system asks for a point that survives a kill."""
    fd = os.open(tmp_path / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    record, write = bytes(32), os.write

    def writes():
        for _ in range(CALLS):
            write(fd, record)

    yield writes
    os.close(fd)


def test_log_scalar_costs_at_most_two_and_a_half_bare_writes(experiment, bare_writes, tmp_path):
    def scalars():
        for iteration in range(CALLS):
            experiment.log_scalar("loss", "train", 0.5, iteration)

    make = least(tmp_path / "least")

    def leasts():
        for _ in range(CALLS):
            make(1)

    writes, calls, made = in_turns(bare_writes, scalars, leasts, turns=TURNS)
    told("a bare write of 32 bytes", writes, CALLS)
    told("the least for a record", made, CALLS)
    told("log_scalar", calls, CALLS)
    assert within(2.5, 1.3, ratio(calls, writes), ratio(calls, made))


def test_ten_values_at_once_cost_less_than_a_bare_write_each(experiment, bare_writes, tmp_path):
    """The budget is 0.6 µs a value: 0.7 of a bare write, which takes 0.9 µs and more on the machines that are meant."""
    values = {f"metric {place}/train": 0.5 for place in range(10)}

    def scalars():
        for iteration in range(CALLS // 10):
            experiment.log(values, iteration)

    make = least(tmp_path / "least")

    def leasts():
        for _ in range(CALLS // 10):
            make(10)

    writes, calls, made = in_turns(bare_writes, scalars, leasts, turns=TURNS)
    told("a bare write of 32 bytes", writes, CALLS)
    told("the least for each of ten records", made, CALLS)
    told("each of ten values in one log()", calls, CALLS)
    assert within(0.7, 1.8, ratio(calls, writes), ratio(calls, made))


def test_a_scalar_takes_32_bytes(experiment, tmp_path):
    for iteration in range(1000):
        experiment.log_scalar("loss", "train", 0.5, iteration)
        experiment.log({"loss/val": 0.5, "accuracy": 0.5}, iteration)
    (journal,) = (tmp_path / "store" / "experiments" / experiment.id).glob("scalars-*")
    assert journal.stat().st_size == 3000 * 32
    names = sum(path.stat().st_size for path in journal.parent.glob("events-*"))
    assert names < 1000, "what names a series is written once"


def test_a_knob_that_was_not_turned_costs_a_call(experiment):
    """The budget is 300 ns: not much more than the call of a method that looks into a dict."""

    class Plain:
        def __init__(self):
            self.known = {"lr": 0.1}

        def look(self, name, default, min=None, max=None):
            return self.known[name]

    plain = Plain()
    experiment.knob("lr", 0.1, min=1e-4, max=1)

    def looks():
        for _ in range(CALLS):
            plain.look("lr", 0.1, min=1e-4, max=1)

    def knobs():
        for _ in range(CALLS):
            experiment.knob("lr", 0.1, min=1e-4, max=1)

    bare, calls = in_turns(looks, knobs, turns=TURNS)
    told("a method that looks into a dict", bare, CALLS)
    told("knob() that was not turned", calls, CALLS)
    assert ratio(calls, bare) <= 1.6
