"""A SIGKILL at any moment takes nothing of what was acknowledged, and what is read back is a prefix without a hole."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import signal
import statistics
import struct
import time

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.store import archivist

from . import nursery as nursery_module
from . import training
from .conftest import LONG

#: Kills in each of the parts of a life: while it starts, logs, finishes, and is archived.
KILLS = 250 if LONG else 50


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


def reached(progress, stage, acknowledged=0):
    """Wait until a life is there."""
    limit = time.monotonic() + 20
    while progress.stage < stage or progress.acknowledged < acknowledged:
        assert time.monotonic() < limit, f"it stays at stage {progress.stage}"
        time.sleep(0.0002)


@pytest.fixture(scope="module")
def lasts(nursery, shared_memory, tmp_path_factory):
    """How long an undisturbed start and an undisturbed end take, in seconds: ``lasts[stage]``."""
    found = {nursery_module.STARTING: [], nursery_module.FINISHING: [], nursery_module.ARCHIVING: []}
    for number in range(5):
        progress = nursery_module.Progress(tmp_path_factory.mktemp("lasts") / "progress")
        pid = nursery.begin(
            "train and archive", progress.path, store=str(shared_memory / "lasts"), seed=number, count=20
        )
        for stage, times in found.items():
            reached(progress, stage)
            begun = time.perf_counter()
            reached(progress, stage + 1)
            times.append(time.perf_counter() - begun)
        assert nursery.end(pid) == 0
        progress.close()
    return {stage: statistics.median(times) for stage, times in found.items()}


@pytest.fixture
def killed(life, nursery):
    """Begin a life, kill it some seconds after it is somewhere, and return how far it came."""

    def kill(stage, after, acknowledged=0, life_of="train", **options):
        pid, progress = life(life_of, **options)
        reached(progress, stage, acknowledged)
        time.sleep(after)  # the moment of the kill is the fault: nothing is waited for
        os.kill(pid, signal.SIGKILL)
        status = nursery.end(pid)
        assert status == signal.SIGKILL or (status == 0 and progress.stage >= nursery_module.FINISHED)
        return progress

    return kill


def check_train(home, progress, seed):
    """Compare what is there of a life with what it was told."""
    experiment = home.experiment(progress.id)
    status = experiment.status
    assert experiment.hyperparameters["General"]["seed"]["value"] == str(seed)
    done = progress.acknowledged
    check(experiment, list(itertools.islice(training.steps(seed), done + 1)), done)
    assert experiment.damaged == experiment.lost == 0
    return experiment, status


def test_kills_while_it_logs(killed, memory):
    for seed in range(KILLS):
        moment = int(10 ** random.Random(seed).uniform(0, 3.3))
        progress = killed(
            nursery_module.LOGGING, 0, acknowledged=moment, store=memory / "store", seed=seed, count=1_000_000
        )
        assert progress.stage == nursery_module.LOGGING
        experiment, status = check_train(track.open_store(memory / "store"), progress, seed)
        assert (status, experiment.finished) == ("aborted", None)
    home = track.open_store(memory / "store")
    assert sorted(item.number for item in home.experiments()) == list(range(KILLS))
    assert {item.status for item in home.experiments()} == {"aborted"}


def test_kills_while_it_starts(killed, lasts, memory):
    """Half of them make the store, too. What is left behind by a kill keeps nobody from starting, and hides nothing."""
    whole = lasts[nursery_module.STARTING]
    for seed in range(KILLS):
        store = memory / (f"new {seed}" if seed % 2 else "known")
        after = random.Random(seed).uniform(0, 1.2 * whole)
        progress = killed(nursery_module.STARTING, after, store=store, seed=seed, count=1_000_000)
        if progress.id is not None:
            check_train(track.open_store(store), progress, seed)
        with track.start("next", store=store, capture=False) as following:
            following.log({"loss": 1.0})
        home = track.open_store(store)
        assert following in home.experiments()
        listed = home.experiments('name != "next"')
        assert progress.id is None or progress.id in {item.id for item in listed}
        for item in listed:
            assert (item.status, item.to_dict()["status"]) == ("aborted", "aborted")


def test_kills_while_it_finishes(killed, lasts, memory):
    count, store = 20, memory / "store"
    whole = lasts[nursery_module.FINISHING]
    ends = []
    for seed in range(KILLS):
        after = random.Random(seed).uniform(0, 1.2 * whole)
        progress = killed(nursery_module.FINISHING, after, store=store, seed=seed, count=count)
        assert progress.acknowledged == count
        experiment, status = check_train(track.open_store(store), progress, seed)
        ends.append(status)
        assert status == "completed" or (status == "aborted" and progress.stage == nursery_module.FINISHING)
        assert (experiment.finished is None) == (status == "aborted")
        with track.start(store=store, resume=experiment.id, capture=False) as again:
            again.log_scalar("loss", "train", 0.5, count)
        assert experiment.status == "completed"
        assert experiment.series("loss/train").iterations[-1] == count
    assert set(ends) == {"aborted", "completed"}, "all kills came on one side of the end"


def test_kills_while_it_is_archived(killed, lasts, memory):
    """The points are in the segments, in the archive, or in both, and are read once."""
    count, store = 60, memory / "store"
    whole = lasts[nursery_module.ARCHIVING]
    done = set()
    for seed in range(KILLS):
        after = random.Random(seed).uniform(0, 1.2 * whole)
        progress = killed(
            nursery_module.ARCHIVING, after, life_of="train and archive", store=store, seed=seed, count=count
        )
        home = track.open_store(store)
        experiment, status = check_train(home, progress, seed)
        assert status == "completed"
        files = home.paths.experiment(experiment.id)
        done.add(bool(files.segments()["scalars"]))
        while files.segments()["scalars"]:  # the next one that looks does what was left
            archivist.archive(home.paths, experiment.id, least=1)
        check_train(home, progress, seed)
    assert done == {True, False}, "all kills came on one side of the archiving"


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
