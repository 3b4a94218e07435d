"""An experiment that another process writes is not resumed, and what another process ended is recorded no longer."""

from __future__ import annotations

import warnings

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import TrackkitStateError
from trackkit_jupyter.store import changes
from trackkit_jupyter.tracking import life as module


@pytest.fixture
def ended(store):
    with track.start("ended", store=store.path, capture=False) as experiment:
        experiment.log({"loss": 1.0})
    return experiment


@pytest.fixture
def written_elsewhere(store, ended, monkeypatch):
    """Return an ended experiment for which another writer beats."""
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.01)
    marker = changes.begin_beating(store.paths, ended.id, "other")
    yield ended
    marker.unlink(missing_ok=True)


def test_resuming_what_is_written_elsewhere_is_refused(store, written_elsewhere):
    with pytest.raises(TrackkitStateError, match="'ended' is running elsewhere: finish it there first, or abort it"):
        track.start(store=store.path, resume=written_elsewhere.id, capture=False)
    assert (written_elsewhere.running, track.current()) == (False, None)
    assert store.experiment(written_elsewhere.id).status == "completed"


def test_publishing_what_is_written_elsewhere_is_refused(store, written_elsewhere):
    with pytest.raises(TrackkitStateError, match="'ended' is still written by another process"):
        written_elsewhere.publish()
    assert store.experiment(written_elsewhere.id).status == "completed"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_end_elsewhere_is_noticed_and_told_once(store, running):
    running.log_scalar("loss", "train", 1.0)
    recorder = running._recorder
    recorder.attend()
    assert running.running
    store.experiment(running.id).abort()
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        recorder.attend()
        recorder.attend()
    assert len(heard) <= 1  # the keeper may have been first
    for call in (lambda: running.log_scalar("loss", "train", 2.0), lambda: running.log({"loss": 2.0})):
        with pytest.raises(TrackkitStateError, match="'running' was aborted elsewhere while it was running here"):
            call()
    running.finish("failed")
    assert (running.status, len(running.series("loss", "train"))) == ("aborted", 1)
    assert not changes.is_alive(store.paths, running.id)


def test_logging_after_the_end_names_the_experiment(ended):
    with pytest.raises(TrackkitStateError, match=r"The experiment 'ended' is not running here; `start\(resume="):
        ended.log({"loss": 1.0})
