"""A SIGKILL at any moment takes nothing of what was acknowledged, and what is read back is a prefix without a hole."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import signal
import struct
import time
from pathlib import Path

import pytest

import trackkit_jupyter as track

from . import training

SCRIPT = Path(training.__file__)


def bits(value):
    """Compare floats by their bits: NaN equals itself, and zero differs from minus zero."""
    return struct.pack("<d", value)


def logged(steps):
    """Return the points of some steps, ``{(metric, variant): [(iteration, bits of the value), ...]}``."""
    points = {}
    for step in steps:
        if step.kind in {"scalar", "several"}:
            for key, value in step.data.items():
                points.setdefault(tuple(key.split("/")), []).append((step.place, bits(value)))
    return points


def check(experiment, steps, acknowledged):
    """Compare an experiment with its oracle: all acknowledged steps, at most the one under way, nothing else."""
    assert len(steps) == acknowledged + 1
    sure = logged(steps[:acknowledged])
    likely = logged(steps)
    names = experiment.names()
    assert set(sure) <= set(names) <= set(likely)
    for pair in names:
        series = experiment.series(*pair)
        found = list(zip(series.iterations.tolist(), map(bits, series.values.tolist()), strict=True))
        assert found in (sure.get(pair), likely[pair])
        assert series.damaged == 0
        assert (series.times[1:] >= series.times[:-1]).all()
    of = {kind: [step for step in steps if step.kind == kind] for kind in ("text", "table", "image", "single", "tag")}
    last = steps[-1]

    def prefix(found, kind, told):
        whole = [told(step) for step in of[kind]]
        assert found in (whole, whole[:-1] if last.kind == kind else whole)

    lines, total = experiment.console(0, len(of["text"]) + 10)
    assert total == len(lines)
    prefix([entry["text"] for entry in lines], "text", lambda step: step.data)
    prefix([plot["iteration"] for plot in experiment.plots()], "table", lambda step: step.place)
    prefix([sample["iteration"] for sample in experiment.samples()], "image", lambda step: step.place)
    told = {f"single {step.place}": step.data for step in of["single"]}
    singles = experiment.single_values
    assert list(singles) in (list(told), list(told)[:-1])
    for name, value in singles.items():
        assert bits(float(value)) == bits(told[name])
    for tags in (set(experiment.tags),):
        assert {step.data for step in of["tag"] if step is not last} <= tags <= {step.data for step in of["tag"]}
    for plot, step in zip(experiment.plots(), of["table"], strict=False):
        text = json.dumps(experiment.figure(plot["hash"]))
        assert all(str(row["value"]) in text for row in step.data)
    for entry in [*experiment.plots(), *experiment.samples()]:
        content = experiment.blob(entry["hash"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["hash"]
        assert len(content) == entry["size"]


@pytest.mark.parametrize("seed", range(15))
def test_kill_at_a_random_moment(child, store, seed):
    moment = int(10 ** random.Random(seed).uniform(0.5, 3.7))
    process = child(SCRIPT, seed, 1_000_000)
    id = process.line().decode()
    acknowledged = 0
    while acknowledged < moment:
        acknowledged += len(process.some())
    process.kill()
    acknowledged += len(process.rest())
    process.wait()
    begun = time.perf_counter()
    experiment = track.open_store(store).experiment(id)
    assert experiment.status == "aborted"
    assert time.perf_counter() - begun < 1
    assert experiment.finished is None
    check(experiment, list(itertools.islice(training.steps(seed), acknowledged + 1)), acknowledged)


@pytest.mark.parametrize("seed", range(100, 103))
def test_kill_while_it_finishes(child, store, seed):
    count = 50
    process = child(SCRIPT, seed, count)
    id = process.line().decode()
    acknowledged = 0
    while acknowledged < count:
        acknowledged += len(process.some())
    process.kill()
    process.wait()
    experiment = track.open_store(store).experiment(id)
    assert experiment.status in {"aborted", "completed"}
    check(experiment, list(itertools.islice(training.steps(seed), count + 1)), count)
    with track.start(store=store, resume=id, capture=False) as again:
        again.log_scalar("loss", "train", 0.5, count)
    assert experiment.status == "completed"
    assert experiment.series("loss/train").iterations[-1] == count


def test_kill_of_the_group_after_a_burst(child, store):
    process = child(
        """
import subprocess
helper = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
experiment = track.start("burst", store=store, capture=False)
for i in range(5000):
    experiment.log_scalar("loss", "train", i / 7, i)
say(id=experiment.id, helper=helper.pid)
wait()
"""
    )
    told = process.told()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    experiment = track.open_store(store).experiment(told["id"])
    assert experiment.status == "aborted"
    series = experiment.series("loss/train")
    assert series.iterations.tolist() == list(range(5000))
    assert series.values.tolist() == [i / 7 for i in range(5000)]
    assert (series.damaged, experiment.lost) == (0, 0)
