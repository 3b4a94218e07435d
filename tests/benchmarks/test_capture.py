"""What it costs to record by itself: at the start, while a training does nothing, and at a call that is hooked."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.capture import console, monitor

from .rounds import in_turns, ratio, told

START = """
import sys, time
import numpy, pandas, sklearn, matplotlib.pyplot, plotly.io, argparse
import trackkit_jupyter as track
track.start("first", store=sys.argv[1], capture=False).finish()
begun = time.perf_counter()
experiment = track.start("second", store=sys.argv[1], capture=sys.argv[2] == "with")
took = time.perf_counter() - begun
experiment.finish()
print(took)
"""


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    return tmp_path / "store"


def test_start(store):
    """The budget is 150 ms more than without, in a process that has loaded what a training loads.

    In the unit of the other starts, it is that of a start without capture and ten times as much again at most: that is
    two synced documents, about 12 ms on the machines that are meant.
    """

    def starts(kind):
        command = [sys.executable, "-c", START, str(store), kind]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    starts("with")  # compiles
    with_, without = [], []
    for _ in range(5):
        without.append(starts("without"))
        with_.append(starts("with"))
    told("start(capture=False)", without)
    told("start()", with_)
    added = statistics.median(with_) - statistics.median(without)
    print(f"added: {added * 1000:.1f} ms")
    assert added < max(0.15, 10 * statistics.median(without))


def test_an_idle_training():
    """The budget is 1 % of a processor; a sample each ten seconds is all there is to do."""
    machine, gpus = monitor.Machine(), monitor.Gpus()
    machine.sample()
    gpus.sample()
    begun = time.process_time()
    for _ in range(20):
        machine.sample()
        gpus.sample()
    each = (time.process_time() - begun) / 20
    gpus.close()
    print(f"a sample: {each * 1000:.2f} ms of processor, {each / monitor._INTERVAL:.4%} of the time")
    assert each / monitor._INTERVAL < 0.01


def test_a_print():
    """A print that is heard costs less than five that are not, about 2 µs more on the machines that are meant."""

    def prints():
        for _ in range(2_000):
            print("loss 0.125")

    def heard():
        listener = console.listen(lambda stream, text: None)
        prints()
        listener.stop()

    alone, together = in_turns(prints, heard, turns=3, clock=time.thread_time)
    told("print", alone, 2_000)
    told("print, heard", together, 2_000)
    assert ratio(together, alone) < 5


def test_a_scalar_of_a_tensorboard_writer(tmp_path):
    """What is added to each is less than three times what the writer itself takes, and under 100 µs."""
    import tensorboardX

    writer = tensorboardX.SummaryWriter(str(tmp_path / "logs"))

    def write():
        for step in range(500):
            writer.add_scalar("loss/train", 0.5, step)

    def hooked():
        with track.start("a", store=tmp_path / "store", capture=["tensorboard"]):
            begun = time.perf_counter()
            write()
            return time.perf_counter() - begun

    alone, together = [], []
    for _ in range(5):
        alone += in_turns(write, rounds=1)[0]
        together.append(hooked())
    writer.close()
    told("add_scalar", alone, 500)
    told("add_scalar, recorded", together, 500)
    assert ratio(together, alone) < 4
