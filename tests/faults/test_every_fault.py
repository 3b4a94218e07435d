"""Each request to the file system fails once: what is lost is exactly what was told, and no training is stopped."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys

import pytest

import trackkit_jupyter as track

from . import failing, training
from .test_kill import bits, logged

KINDS = ("text", "table", "image", "single", "tag")


@pytest.mark.parametrize(
    ("what", "error"),
    [("write", "ENOSPC"), ("write", "EIO"), ("write", "short"), ("sync", "EIO"), ("name", "EIO"), ("name", "ENOSPC")],
)
def test_one_failing_request_costs_what_it_wrote_and_nothing_else(memory, what, error):
    store = memory / "store"
    steps = list(itertools.islice(training.steps(failing.SEED), failing.STEPS))
    assert {step.kind for step in steps} == {"scalar", "several", "text", "table", "image", "single", "tag"}
    lives = []
    with subprocess.Popen(
        [sys.executable, failing.__file__, str(store), what, error], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:  # each is looked at while the next one lives
            lives.append(json.loads(line))
            try:
                check(track.open_store(store), steps, lives[-1], what)
            except BaseException as problem:
                problem.add_note(f"request {len(lives)}: {line}")
                raise
    assert process.returncode == 0
    assert len(lives) > {"write": failing.STEPS, "sync": 8, "name": 20}[what]
    home = track.open_store(store)
    # A start that was refused is left out; what did not end because that could not be written reads as aborted.
    started = {life["id"] for life in lives if life["id"]}
    assert started <= {item.id for item in home.experiments()}
    assert not lives[-1]["hit"]
    assert home.experiment(lives[-1]["id"]).status == "completed"
    assert sum(home.experiment(id).status != "completed" for id in started) < 10


def check(home, steps, life, what):
    """Compare what is there of a life with what it was told."""
    assert life["raised"] == {}, "a fault of the store stopped the training"
    assert life["refused"] in (None, "TrackkitStorageError", "StorageFullError")
    assert life["warnings"] in ([], ["RuntimeWarning"])
    if life["id"] is None:
        return
    experiment = home.experiment(life["id"])
    lost = {int(place): count for place, count in life["lost"].items()}
    assert len(lost) <= 1
    if lost:
        assert life["warnings"] == ["RuntimeWarning"]
    expected = logged(steps)
    for place, count in lost.items():
        step = steps[place]
        keys = [tuple(key.split("/")) for key in step.data] if step.kind in {"scalar", "several"} else []
        for pair in keys[len(keys) - count :]:  # the torn end of what was written at once
            expected[pair] = [point for point in expected[pair] if point[0] != place]
    for pair, points in expected.items():
        if not points:
            assert pair not in experiment.names()
            continue
        series = experiment.series(*pair)
        found = list(zip(series.iterations.tolist(), map(bits, series.values.tolist()), strict=True))
        assert found == points
    kept = {kind: [s for s in steps if s.kind == kind and s.place not in lost] for kind in KINDS}
    assert [entry["text"] for entry in experiment.console(0, 1000)[0]] == [s.data for s in kept["text"]]
    assert [entry["iteration"] for entry in experiment.plots()] == [s.place for s in kept["table"]]
    assert [entry["iteration"] for entry in experiment.samples()] == [s.place for s in kept["image"]]
    assert list(experiment.single_values) == [f"single {s.place}" for s in kept["single"]]
    for entry in experiment.plots():
        assert experiment.figure(entry["hash"])
    # A document that was renamed into its place, but could not be tidied up behind, counts as lost too.
    tags = {s.data for s in steps if s.kind == "tag"}
    assert {s.data for s in kept["tag"]} <= set(experiment.tags) <= tags
    assert experiment.damaged == 0
    if what != "sync":  # what a failed sync makes doubtful is counted, too
        assert life["total"] == sum(lost.values())
    if not life["finishing"]:
        assert experiment.lost == life["total"]
