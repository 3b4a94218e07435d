"""A power cut takes at most the last second, and never leaves a store that cannot be read.

What a training asked of the file system was recorded (`recording.py`). It is cut off anywhere, what was not synced is
dropped, torn or reordered (`disk.py`), and what is left is read with the public API.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import shutil
import statistics
import struct
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import trackkit_jupyter as track
from trackkit_jupyter import NotAStoreError, NotFoundError, TrackkitStorageError

from . import disk, recording, training
from .conftest import LONG

#: States in all, from several trainings.
SEEDS, STATES = range(4), 10_000 if LONG else 1_000
STEPS = 300


def bits(value):
    return struct.pack("<d", value)


@pytest.fixture(scope="module", params=SEEDS)
def trace(request, tmp_path_factory, shared_memory):
    """The operations of a training, its seed, and the id of its experiment."""
    home = tmp_path_factory.mktemp("recording")
    environment = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CACHE_HOME": str(home / "cache")}
    store, file = shared_memory / f"recorded-{request.param}" / "store", home / "trace"
    store.parent.mkdir()
    arguments = [recording.__file__, store, file, request.param, STEPS]
    subprocess.run([sys.executable, *map(str, arguments)], check=True, env=environment)
    operations = msgspec.msgpack.decode(file.read_bytes())
    shutil.rmtree(store.parent)
    (id,) = (operation[1] for operation in operations if operation[0] == "started")
    return operations, request.param, id


def rounds(operations):
    """Return where each round of syncs begins and ends, and when it began at the earliest.

    The heartbeat comes after it, and the next one not before the time of a heartbeat has passed.
    """
    found, begun, before = [], None, None
    for place, operation in enumerate(operations):
        if operation[0] == "sync" and begun is None:
            begun = place
        elif operation[0] == "beat":
            if begun is not None and before is not None:
                found.append((begun, place, before + recording.HEARTBEAT))
            begun, before = None, operation[1]
    return found


def test_syncs_follow_one_another_in_about_the_time_between_heartbeats(trace):
    operations, _, _ = trace
    beats = [operation[1] for operation in operations if operation[0] == "beat"]
    assert len(rounds(operations)) >= 5
    assert statistics.median(b - a for a, b in itertools.pairwise(beats)) < 2 * recording.HEARTBEAT


def test_whatever_a_power_cut_leaves_is_readable_and_lacks_at_most_the_last_second(trace, memory):
    operations, seed, id = trace
    steps = list(itertools.islice(training.steps(seed), STEPS))
    synced = rounds(operations)
    started = next(place for place, operation in enumerate(operations) if operation[0] == "started")
    chance = random.Random(seed)
    for state in range(STATES // len(SEEDS)):
        cut = chance.randrange(len(operations) + 1)
        before = operations[:cut]
        done = next((operation[1] for operation in reversed(before) if operation[0] == "acknowledged"), 0)
        finished = bool(before) and before[-1][0] == "finished"
        last, early = max(((begin, early) for begin, end, early in synced if end < cut), default=(0, 0.0))
        sure = sum(operation[0] == "acknowledged" and operation[2] < early for operation in operations[:last])
        home = memory / "state"
        home.mkdir()
        disk.lay_out(disk.left_behind(before, chance), home)
        try:
            check(home / "store", id, steps, done if finished else sure, done, last > started, finished)
        except BaseException as error:
            error.add_note(f"seed {seed}, state {state}: cut at {cut} of {len(operations)}; {sure} of {done} are sure")
            raise
        shutil.rmtree(home)


def check(store, id, steps, sure, done, begun, finished):
    """Compare what is left with the oracle: the sure steps are there, and nothing that was not logged.

    Parameters
    ----------
    sure, done
        How many steps were acknowledged a round of syncs ago, and in all. One more may have been under way.
    begun
        Whether the start is a round of syncs ago.
    finished
        Whether the end had returned.
    """
    try:
        home = track.open_store(store)
        experiment = home.experiment(id)
        status = experiment.status
    except (NotAStoreError, NotFoundError):
        assert not begun, "the experiment is gone"
        if store.exists():  # what is left keeps nobody from starting
            with track.start("next", store=store, capture=False) as following:
                following.log({"loss": 1.0})
            assert following in track.open_store(store).experiments()
        return
    assert status == ("completed" if finished else status)
    expected, certain = logged(steps[: done + 1]), logged(steps[:sure])
    every = {point for points in expected.values() for point in points}
    names = experiment.names()
    assert certain.keys() <= set(names)
    for pair in names:
        series = experiment.series(*pair)
        found = list(zip(series.iterations.tolist(), map(bits, series.values.tolist()), strict=True))
        assert set(certain.get(pair, ())) <= set(found), pair
        if pair in expected:
            assert set(found) <= set(expected[pair]), pair
            assert [place for place, _ in found] == sorted(place for place, _ in found)
        else:  # the line that names it is among what was not synced
            assert pair[0].startswith("unnamed series")
            assert set(found) <= every

    def told(kind, key):
        return tuple([key(step) for step in some if step.kind == kind] for some in (steps[:sure], steps[: done + 1]))

    within([entry["text"] for entry in experiment.console(0, 10_000)[0]], *told("text", lambda step: step.data))
    within([entry["iteration"] for entry in experiment.plots()], *told("table", lambda step: step.place))
    within([entry["iteration"] for entry in experiment.samples()], *told("image", lambda step: step.place))
    within(list(experiment.single_values), *told("single", lambda step: f"single {step.place}"))
    documented = [step.data for step in steps[:done] if step.kind == "tag"]  # synced before the call returned
    assert set(documented) <= set(experiment.tags) <= {step.data for step in steps[: done + 1] if step.kind == "tag"}
    for entry in [*experiment.plots(), *experiment.samples()]:
        if entry["iteration"] < sure:
            content = experiment.blob(entry["hash"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["hash"]
    for entry in experiment.plots():
        try:
            text = str(experiment.figure(entry["hash"]))
        except (NotFoundError, TrackkitStorageError):
            continue
        assert all(repr(row["value"]) in text for row in steps[entry["iteration"]].data)


def logged(steps):
    """Return the points of some steps, ``{(metric, variant): [(iteration, bits of the value), ...]}``."""
    points = {}
    for step in steps:
        if step.kind in {"scalar", "several"}:
            for key, value in step.data.items():
                points.setdefault(tuple(key.split("/")), []).append((step.place, bits(value)))
    return points


def within(found, sure, all):
    """Assert that the sure ones are there, and all in the order in which they were logged."""
    assert set(sure) <= set(found)
    assert [each for each in all if each in set(found)] == found


def test_the_model_of_the_disk_keeps_what_is_synced_and_may_lose_the_rest(tmp_path: Path):
    operations = [
        ["mkdir", "s"],
        ["sync folder", "."],
        ["create", "s/a", 0],
        ["sync folder", "s"],
        ["write", 0, 0, b"sure"],
        ["sync", 0],
        ["write", 0, 4, b"1234"],
        ["write", 0, 8, b"5678"],
        ["create", "s/b", 1],
    ]
    seen = {tuple(sorted(disk.left_behind(operations, random.Random(seed)).items())) for seed in range(2000)}
    contents = {dict(state)["s/a"] for state in seen}
    assert all(content.startswith(b"sure") for content in contents)
    assert {b"sure", b"sure1234", b"sure12345678", b"sure\0\0\0\x005678", b"sure12"} <= contents
    assert {len(state) for state in seen} == {2, 3}
