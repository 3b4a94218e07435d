"""What may be done with an experiment in each status, and what is said where it may not."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import pytest

from trackkit_jupyter import operations, tracking
from trackkit_jupyter.errors import LockedError, NotFoundError, TrackkitStateError, TrackkitTypeError
from trackkit_jupyter.operations.handles import opened

STATUSES = ("draft", "queued", "running", "completed", "aborted", "failed", "published")


@pytest.fixture
def ended(store):
    """Return an experiment that has ended, with all that one can have."""
    with tracking.start(
        "ended", store=store.path, config={"lr": 0.1, "net": {"width": 8}}, tags=["a"], description="d", capture=False
    ) as experiment:
        experiment.log({"loss/val": 0.5})
        experiment.log_single_value("best", 1.0)
        experiment.log_plot("p", "q", {"data": [], "layout": {}})
        experiment.log_html("h", "v", "<p>text</p>")
        experiment.log_text("printed")
        experiment.log_artifact("data", {"a": 1})
        experiment.connect_configuration({"layers": 3}, "network", description="what it looks like")
        experiment.set_properties(place="here")
        experiment.record_runtime({"gpu_count": 1})
        experiment.record_execution({"commit": "abc"})
        experiment.record_cell("1 + 1", 1)
    return store.experiment(experiment.id)


@pytest.fixture
def running(store):
    experiment = tracking.start("running", store=store.path, capture=False)
    yield experiment
    experiment.finish()


def put(experiment, status):
    """Give it a status, whatever it was."""
    experiment._edit(status=status)


ACTIONS = {
    # action: the statuses in which it is possible
    "publish": {"completed", "aborted", "failed", "published"},
    "abort": {"queued", "failed", "aborted"},
    "reset": {"draft", "queued", "completed", "aborted", "failed"},
    "delete": {"draft"},
    "clone": {"draft", "queued", "completed", "aborted", "failed", "published"},
    "rename": {"draft", "queued", "completed", "aborted", "failed", "published"},
    "add_tags": {"draft", "queued", "completed", "aborted", "failed", "published"},
    "archive": {"draft", "queued", "completed", "aborted", "failed", "published"},
    "set_property": {"draft", "queued", "completed", "aborted", "failed"},
    "remove_properties": {"draft", "queued", "completed", "aborted", "failed"},
    "set_hyperparameter": {"draft"},
    "remove_hyperparameters": {"draft"},
    "set_configuration": {"draft"},
    "remove_configuration": {"draft"},
}
ARGUMENTS = {
    "rename": {"name": "other"},
    "add_tags": {"tags": ["b"]},
    "set_property": {"name": "place", "value": "there"},
    "remove_properties": {"names": ["place"]},
    "set_hyperparameter": {"section": "General", "name": "lr", "value": "0.2"},
    "remove_hyperparameters": {"section": "General", "names": ["lr"]},
    "set_configuration": {"name": "network", "text": "layers: 4"},
    "remove_configuration": {"names": ["network"]},
}


@pytest.mark.parametrize("action", ACTIONS)
def test_what_may_be_done_in_each_status(store, ended, action):
    ended.reset()  # its parameters are in the record then, as those of a draft are
    ended.set_configuration("network", "layers: 3")
    for status in (*(s for s in STATUSES if s not in ("running", "draft")), "draft"):
        copy = ended.clone(f"{status}")
        put(copy, status)
        arguments = {"id": copy.id, **ARGUMENTS.get(action, {})}
        if status in ACTIONS[action]:
            operations.call(action, store, arguments)
            continue
        before = copy.state()
        with pytest.raises(TrackkitStateError) as refused:
            operations.call(action, store, arguments)
        assert status in refused.value.message or "archive it first" in refused.value.message
        assert copy.state() == before
        if status == "published" and "set_" in action:
            assert refused.type is LockedError


@pytest.mark.parametrize("action", ["publish", "reset", "delete", "set_hyperparameter", "remove_configuration"])
def test_what_a_running_one_refuses(store, running, action):
    with pytest.raises(TrackkitStateError, match="running"):
        operations.call(action, store, {"id": running.id, **ARGUMENTS.get(action, {})})
    running.log({"loss": 1.0})
    assert running.status == "running"


@pytest.mark.parametrize("action", ["rename", "add_tags", "archive", "set_property", "clone"])
def test_what_a_running_one_allows(store, running, action):
    operations.call(action, store, {"id": running.id, **ARGUMENTS.get(action, {})})
    assert running.status == "running"


def test_a_reset_one_is_a_draft_with_what_it_was_made_from(store, ended):
    with opened(store, ended.id) as kept:  # a reader that knows it already
        kept.to_dict(events=True)
    before = ended.to_dict()
    ended.reset()
    with opened(store, ended.id) as kept:
        after = kept.to_dict(events=True)
    for name in ("hyperparameters", "configuration", "properties", "execution", "tags", "description", "name"):
        assert after[name] == before[name], name
    assert after["execution"]["cells"][0]["code"] == "1 + 1"
    for name in ("metrics", "single_values", "artifacts", "runtime", "plots", "samples", "console", "scalars"):
        assert not after[name], name
    assert (after["status"], after["started"], after["finished"]) == ("draft", None, None)
    assert [path.name for path in (store.path / "experiments" / ended.id).iterdir() if "-" in path.name] == []


def test_a_reset_one_starts_again_from_nothing(store, ended):
    ended.reset()
    again = tracking.start(resume=ended.id, store=store.path, capture=False)
    again.log({"loss/val": 7.0})
    again.finish()
    assert ended.series("loss/val").values.tolist() == [7.0]
    assert ended.metrics["loss"]["val"]["last"] == 7.0
    assert (ended.status, ended.started is None) == ("completed", False)
    assert ended.hyperparameters["General"]["net/width"]["value"] == "8"


def test_a_reset_that_cannot_remove_leaves_it_as_it_was(ended, monkeypatch):
    unlink = Path.unlink

    def broken(path, missing_ok=False):
        if path.suffix in {".bin", ".jsonl"}:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", broken)
    with pytest.raises(OSError, match="cannot be reset"):
        ended.reset()
    monkeypatch.undo()
    assert (ended.status, ended.series("loss/val").values.tolist()) == ("completed", [0.5])


def test_a_clone_is_a_draft_of_its_own(store, ended):
    copy = ended.clone()
    assert (copy.name, copy.status, copy.parent, copy.project) == ("ended (clone)", "draft", ended.id, ended.project)
    assert (copy.hyperparameters, copy.configuration) == (ended.hyperparameters, ended.configuration)
    assert (copy.properties, copy.tags, copy.description) == (ended.properties, ["a"], "d")
    assert (copy.metrics, copy.artifacts, copy.runtime, copy.started) == ({}, [], {}, None)
    copy.set_hyperparameter("General", "lr", 0.2, description="step")
    entry = copy.hyperparameters["General"]["lr"]
    assert (entry["value"], entry["type"], entry["description"]) == ("0.2", "float", "step")
    copy.remove_hyperparameters("General", "net/width")
    assert list(copy.hyperparameters["General"]) == ["lr"]
    assert ended.hyperparameters["General"]["lr"]["value"] == "0.1"
    assert [found.name for found in store.experiments('status == "draft"')] == ["ended (clone)"]
    assert ended.clone("x" * 250).clone().name.endswith("x (clone)")


def test_what_is_not_there_is_not_removed(ended):
    copy = ended.clone()
    with pytest.raises(NotFoundError, match="'absent'"):
        copy.remove_properties("place", "absent")
    assert list(copy.properties) == ["place"]
    with pytest.raises(TrackkitTypeError, match="Name what to remove"):
        copy.remove_configuration()


def test_a_description_stays_when_a_value_changes(ended):
    copy = ended.clone()
    copy.set_configuration("network", "layers: 9")
    assert copy.configuration["network"]["description"] == "what it looks like"


def _edit(path, id, place):
    experiment = tracking.open_store(path).experiment(id)
    for number in range(20):
        experiment.set_properties(**{f"{place}-{number}": number})
        experiment.set_hyperparameter("General", f"{place}-{number}", number)


def test_two_processes_that_edit_one_record_lose_nothing(store, ended, monkeypatch):
    # A shell that a test before this one made may have taken the place of __main__, and has none of these.
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)
    copy = ended.clone()
    context = multiprocessing.get_context("spawn")
    editors = [context.Process(target=_edit, args=(store.path, copy.id, place)) for place in range(2)]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    assert [editor.exitcode for editor in editors] == [0, 0]
    assert len(copy.properties) == 41
    assert len(copy.hyperparameters["General"]) == 42
