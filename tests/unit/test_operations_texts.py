"""Long texts are cut in the record and read whole; how a draft's code is run is edited, of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.errors import LockedError


@pytest.fixture
def run(tmp_path: Path) -> track.Experiment:
    with track.start("run", config={"short": 1, "long": "x" * 50_000}, store=tmp_path / "store", capture=False) as made:
        made.record_execution({"diff": "+line\n" * 20_000})
        made.set_properties(note="n" * 20_000)
    return made


def test_long_texts_are_cut_and_read_whole(run: track.Experiment) -> None:
    answer = operations.call("experiment", run.store, {"id": run.id})
    general = answer["hyperparameters"]["General"]
    assert general["short"] == {"value": "1", "type": "int", "description": None, "default": None}
    assert (len(general["long"]["value"]), general["long"]["length"]) == (10_000, 50_000)
    assert (len(answer["execution"]["diff"]), answer["execution"]["diff_length"]) == (10_000, 120_000)
    for part, length, names in (
        ("hyperparameter", 50_000, {"section": "General", "name": "long"}),
        ("property", 20_000, {"name": "note"}),
        ("diff", 120_000, {}),
    ):
        whole = operations.call("text", run.store, {"id": run.id, "part": part, **names})
        assert len(whole["text"]) == length
    with pytest.raises(track.NotFoundError, match="no configuration 'gone'"):
        operations.call("text", run.store, {"id": run.id, "part": "configuration", "name": "gone"})


def test_how_a_draft_is_run_is_edited(run: track.Experiment) -> None:
    draft = run.clone()
    values = {"image": "python:3.12", "setup": "pip install .", "output_uri": "s3://b/x", "log_level": "DEBUG"}
    operations.call("set_execution", run.store, {"id": draft.id, **values})
    operations.call("set_execution", run.store, {"id": draft.id, "output_uri": ""})
    execution = draft.execution
    assert execution["container"] == {"image": "python:3.12", "setup": "pip install ."}
    assert (execution["output_uri"], execution["log_level"]) == (None, "DEBUG")
    assert len(execution["diff"]) == 120_000
    with pytest.raises(track.TrackkitValueError, match=r"log_level must be one of CRITICAL, .*not 'LOUD'") as caught:
        operations.call("set_execution", run.store, {"id": draft.id, "log_level": "LOUD"})
    assert caught.value.field == "log_level"
    with pytest.raises(track.TrackkitValueError, match="Name what to set"):
        operations.call("set_execution", run.store, {"id": draft.id})


EDITS = {
    "set_execution": {"log_level": "INFO"},
    "set_hyperparameter": {"section": "General", "name": "short", "value": "2"},
    "remove_hyperparameters": {"section": "General", "names": ["short"]},
    "set_configuration": {"name": "General", "text": "{}"},
    "remove_configuration": {"names": ["General"]},
}
ALWAYS = {"set_property": {"name": "note", "value": "2"}, "remove_properties": {"names": ["note"]}}


@pytest.mark.parametrize("name", EDITS)
def test_what_draft_alone_allows_is_refused_elsewhere(run: track.Experiment, name: str) -> None:
    before = run.to_dict()
    with pytest.raises(track.TrackkitStateError, match="is completed\\. Clone it to edit"):
        operations.call(name, run.store, {"id": run.id, **EDITS[name]})
    with track.start("running", store=run.store.path, capture=False) as running:
        running.connect({"short": 1})
        with pytest.raises(track.TrackkitStateError, match="is running\\. Clone it to edit"):
            operations.call(name, run.store, {"id": running.id, **EDITS[name]})
    assert run.to_dict() == before


@pytest.mark.parametrize("name", [*EDITS, *ALWAYS])
def test_published_content_is_locked(run: track.Experiment, name: str) -> None:
    run.publish()
    before = run.to_dict()
    with pytest.raises(LockedError, match="is published: its content is locked"):
        operations.call(name, run.store, {"id": run.id, **{**EDITS, **ALWAYS}[name]})
    assert run.to_dict() == before


@pytest.mark.parametrize("name", ALWAYS)
def test_properties_are_edited_while_it_runs(tmp_path: Path, name: str) -> None:
    with track.start("running", store=tmp_path / "store", capture=False) as running:
        running.set_properties(note="1")
        operations.call(name, running.store, {"id": running.id, **ALWAYS[name]})
        assert running.properties.get("note", {}).get("value") == {"set_property": "2"}.get(name)
