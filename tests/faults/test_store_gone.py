"""A store that cannot be written any more, or is gone, stops no training; what was deleted does not come back."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import NotFoundError

#: A child of root may write everywhere until it gives that up; it stays the owner of its files.
WITHOUT_PRIVILEGE = """
import ctypes
if os.geteuid() == 0:
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(header, none) == 0
"""

LOG_EVERYTHING = """
def log_everything(experiment):
    experiment.log({"loss/train": -1.0})
    experiment.log_single_value("best", 1.0)
    experiment.log_text("text")
    experiment.log_image("image", "noise", [[0.0, 1.0]])
    experiment.log_table("table", "rows", [{"a": 1}])
    experiment.log_artifact("notes", "some text")
    experiment.set_properties(owner="me")
    experiment.connect({"lr": 0.1}, "late")
    experiment.connect_configuration({"a": 1})
"""


def test_unwritable_folder(child, store):
    process = child(
        WITHOUT_PRIVILEGE
        + """
experiment = track.start("unwritable", store=store, capture=False)
for i in range(100):
    experiment.log_scalar("loss", "train", float(i), i)
say(id=experiment.id)
wait()
for i in range(100, 200):
    experiment.log_scalar("loss", "train", float(i), i)
for i in range(3):
    experiment.log_image("image", "lost", [[0.0, 1.0]], i)
experiment.set_properties(lost="yes")
say(lost=experiment.lost, warnings=heard_of())
wait()
experiment.log_image("image", "kept", [[0.0, 1.0]])
experiment.set_properties(kept="yes")
experiment.finish()
say(lost=experiment.lost, warnings=heard_of())
"""
    )
    id = process.told()["id"]
    folder = store / "experiments" / id
    folder.chmod(0o500)
    process.go()
    told = process.told()
    assert told["lost"] == 4  # the journal is open: only new files cannot be made, three images and the record
    assert [category for category, _ in told["warnings"]] == ["RuntimeWarning"], told["warnings"]
    experiment = track.open_store(store).experiment(id)
    assert experiment.status == "running"
    assert experiment.series("loss/train").values.tolist() == [float(i) for i in range(200)]
    folder.chmod(0o700)
    process.go()
    told = process.told()
    process.ends_well()
    assert told["lost"] == 4
    assert len(told["warnings"]) == 1
    assert [sample["variant"] for sample in experiment.samples()] == ["kept"]
    assert list(experiment.properties) == ["kept"]
    assert (experiment.status, experiment.to_dict()["lost"]) == ("completed", 4)


@pytest.mark.parametrize("what", ["store", "experiments", "experiment"])
def test_removed_during_a_run(child, store, what):
    process = child(
        LOG_EVERYTHING
        + """
experiment = track.start("removed", store=store, capture=False)
for i in range(100):
    experiment.log_scalar("loss", "train", float(i), i)
say(id=experiment.id)
wait()
count = 0
def log():
    global count
    experiment.log_scalar("loss", "train", 0.0)
    count += 1

until(lambda: (log(), heard)[1])
log_everything(experiment)
for i in range(50):
    log()
experiment.finish()
say(count=count, lost=experiment.lost, warnings=heard_of())
"""
    )
    id = process.told()["id"]
    gone = {"store": store, "experiments": store / "experiments", "experiment": store / "experiments" / id}[what]
    gone.rename(gone.with_name(".gone"))
    shutil.rmtree(gone.with_name(".gone"))
    process.go()
    told = process.told()
    process.ends_well()
    # All since then, with the nine of `log_everything`; and of those before what may not have been synced.
    assert told["count"] + 9 <= told["lost"] <= told["count"] + 9 + 100
    assert [category for category, _ in told["warnings"]] == ["RuntimeWarning"], told["warnings"]
    assert not gone.exists()


def test_deleted_experiment_does_not_come_back(child, store):
    process = child(
        LOG_EVERYTHING
        + """
experiment = track.start("deleted", store=store, capture=False)
log_everything(experiment)
say(id=experiment.id)
wait()
log_everything(experiment)
until(lambda: (log_everything(experiment), heard)[1])
experiment.finish()
experiment.finish()
say(warnings=heard_of())
"""
    )
    id = process.told()["id"]
    home = track.open_store(store)
    neighbour = track.start("neighbour", store=store, capture=False)
    experiment = home.experiment(id)
    # Through a handle of another process: it is aborted while it runs, and stopped, so that it does not notice before.
    os.kill(process.pid, signal.SIGSTOP)
    super(track.Experiment, experiment).abort()
    experiment.archive()
    experiment.delete()
    os.kill(process.pid, signal.SIGCONT)
    process.go()
    told = process.told()
    process.ends_well()
    assert [category for category, _ in told["warnings"]] == ["RuntimeWarning"], told["warnings"]
    with pytest.raises(NotFoundError):
        home.experiment(id)
    assert [item.name for item in home.experiments()] == ["neighbour"]
    assert sorted(path.name for path in (store / "experiments").iterdir()) == [neighbour.id]
    neighbour.log({"loss": 1.0})
    neighbour.finish()
    assert list((store / "live").iterdir()) == []
