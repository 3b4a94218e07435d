"""A disk that fails: one warning, an exact count of what was lost, and logging goes on when it can."""

from __future__ import annotations

import time

import numpy as np
import pytest

import trackkit_jupyter as track

LIMITED = """
import resource
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def fill(room):
    '''No file may grow beyond this.'''
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

def free():
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def until(holds):
    limit = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < limit, "waited for too long"
        time.sleep(0.01)


def the(store, id):
    return track.open_store(store).experiment(id)


def test_full_disk_warns_once_counts_exactly_and_logging_resumes(child, store):
    process = child(
        LIMITED
        + """
experiment = track.start("full", store=store, capture=False)
for i in range(1000):
    experiment.log_scalar("loss", "train", float(i), i)
fill(1000 * 32 + 5 * 32 + 17)  # five more records fit, and a half
experiment.log({f"wide/{k}": float(k) for k in range(10)}, 1000)
short = experiment.lost
for i in range(20):
    experiment.log_scalar("loss", "train", -1.0, 2000 + i)
say(id=experiment.id, short=short, lost=experiment.lost, warnings=heard_of())
wait()
free()
for i in range(1000, 1010):
    experiment.log_scalar("loss", "train", float(i), i)
say(lost=experiment.lost)
wait()
experiment.finish()
say(lost=experiment.lost, warnings=heard_of())
"""
    )
    told = process.told()
    assert (told["short"], told["lost"]) == (5, 25)
    ((category, message),) = told["warnings"]
    assert category == "RuntimeWarning"
    assert str(store) in message
    experiment = the(store, told["id"])
    assert experiment.series("loss/train").values.tolist() == [float(i) for i in range(1000)]
    assert [experiment.series("wide", str(k)).values.tolist() for k in range(5)] == [[float(k)] for k in range(5)]
    assert experiment.names() == [("loss", "train"), *(("wide", str(k)) for k in range(5))]
    assert experiment.damaged == 0
    process.go()
    assert process.told() == {"lost": 25}
    assert experiment.series("loss/train").values.tolist() == [float(i) for i in range(1010)]
    until(lambda: experiment.to_dict()["lost"] == 25)  # written down while it runs
    process.go()
    told = process.told()
    assert told["lost"] == 25
    assert len(told["warnings"]) == 1
    process.ends_well()
    assert experiment.status == "completed"
    whole = the(store, experiment.id)
    assert (whole.to_dict()["lost"], whole.damaged) == (25, 0)
    assert len(whole.series("loss/train")) == 1010


def test_finish_on_a_full_disk_neither_raises_nor_loses(child, store):
    process = child(
        LIMITED
        + """
experiment = track.start("full", store=store, capture=False)
for i in range(100):
    experiment.log_scalar("loss", "train", float(i), i)
experiment.log_text("before")
fill(0)
experiment.log_scalar("loss", "train", -1.0, 100)
experiment.log_text("lost")
experiment.log_single_value("lost", 1.0)
experiment.log_image("lost", "image", [[0.0, 1.0]])
experiment.log_table("lost", "table", [{"a": 1}])
experiment.log_artifact("lost", "text")
experiment.set_properties(lost="yes")
experiment.connect({"lost": 1})
experiment.finish()
say(id=experiment.id, lost=experiment.lost, warnings=heard_of(), running=experiment.running)
"""
    )
    told = process.told()
    process.ends_well()
    assert not told["running"]
    assert told["lost"] == 8
    assert [category for category, _ in told["warnings"]] == ["RuntimeWarning"], told["warnings"]
    experiment = the(store, told["id"])
    assert experiment.status == "aborted"  # that it was completed could not be written
    assert experiment.series("loss/train").values.tolist() == [float(i) for i in range(100)]
    assert [entry["text"] for entry in experiment.console()[0]] == ["before"]
    assert (experiment.damaged, experiment.single_values, experiment.samples(), experiment.plots()) == (0, {}, [], [])
    # The room is there again: the next process goes on with it.
    with track.start(store=store, resume=experiment.id, capture=False) as again:
        again.log_scalar("loss", "train", 100.0)
    assert experiment.status == "completed"
    assert experiment.series("loss/train").iterations.tolist() == list(range(101))


def test_what_is_asked_of_a_loop_on_a_full_disk_is_refused_whole(child, store):
    process = child(
        LIMITED
        + """
experiment = track.start("full", store=store, capture=False)
experiment.knob("lr", 0.1)
outside = track.open_store(store).experiment(experiment.id)
outside.turn("lr", 0.2)
path = experiment.store.paths.experiment(experiment.id).turns
before = path.stat().st_size
fill(before + 20)
try:
    outside.turn("lr", 0.3)
except track.StorageFullError as error:
    say(refused=str(error), grown=path.stat().st_size - before)
free()
outside.turn("lr", 0.4)
say(turned=[turn["value"] for turn in outside.turns()], damaged=outside.damaged)
experiment.finish()
"""
    )
    told = process.told()
    assert "cannot be told to turn a knob of" in told["refused"]
    assert told["grown"] == 0
    assert process.told() == {"turned": [0.2, 0.4], "damaged": 0}
    process.ends_well()


@pytest.mark.parametrize("kind", ["scalars", "events", "console"])
def test_failing_sync_begins_a_new_segment_and_loses_nothing(child, store, kind):
    process = child(
        """
import errno
whole, failures = os.fdatasync, [2]

def fdatasync(fd):
    if failures[0] and f"/{sys.argv[2]}-" in os.readlink(f"/proc/self/fd/{fd}"):
        failures[0] -= 1
        raise OSError(errno.EIO, "Input/output error")
    whole(fd)

experiment = track.start("failing", store=store, capture=False)
os.fdatasync = fdatasync
i = 0
def some(count):
    global i
    for _ in range(count):
        experiment.log_scalar("loss", "train", i / 3, i)
        i += 1
    experiment.log_single_value("last", i)
    experiment.log_text(str(i))

some(500)
until(lambda: (some(1), not failures[0])[1])
some(500)
experiment.finish()
say(id=experiment.id, count=i, lost=experiment.lost, warnings=heard_of())
""",
        kind,
    )
    told = process.told()
    process.ends_well()
    experiment = the(store, told["id"])
    series = experiment.series("loss/train")
    assert series.iterations.tolist() == list(range(told["count"]))
    assert np.array_equal(series.values, np.arange(told["count"]) / 3)
    lines, total = experiment.console(0, 1 << 20)
    assert [int(line["text"]) for line in lines] == [500, *range(501, told["count"] - 499), told["count"]]
    assert total == len(lines)
    assert experiment.single_values == {"last": told["count"]}
    assert (experiment.damaged, told["lost"]) == (0, 0)
    assert [category for category, _ in told["warnings"]] == ["RuntimeWarning"]
    assert experiment.status == "completed"
    segments = list((store / "experiments" / experiment.id).glob(f"{kind}-*"))
    assert len(segments) == 3, "a segment that failed to sync is left alone"
