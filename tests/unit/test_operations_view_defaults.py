"""What the views of a project begin with, kept in the store."""

from __future__ import annotations

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.errors import NotFoundError, TrackkitValueError
from trackkit_jupyter.operations import handles


@pytest.fixture
def runs(tmp_path):
    made = []
    for name, project in (("one", "vision"), ("two", "vision"), ("other", "speech/small")):
        with track.start(name, project=project, store=tmp_path / "store", capture=False) as run:
            made.append(run)
    yield made
    handles.clear()


def call(run, name, **arguments):
    return operations.call(name, run.store, {"id": run.id, **arguments})


def test_they_are_those_of_the_project(runs):
    one, two, other = runs
    assert call(one, "view_default") == {"project": "vision", "options": None}
    before = call(one, "save_view_default", options='{"xaxis": "wall"}')["state"]
    assert call(two, "view_default") == {"project": "vision", "options": {"xaxis": "wall"}}
    assert call(other, "view_default") == {"project": "speech/small", "options": None}
    assert call(two, "save_view_default", options='{"xaxis": "relative"}')["state"] != before
    assert call(one, "view_default")["options"] == {"xaxis": "relative"}
    call(one, "save_view_default", options="")
    assert call(two, "view_default")["options"] is None


@pytest.mark.parametrize("options", ["[]", "{", "[" * 100_000, '{"a": "' + "x" * 70_000 + '"}'])
def test_what_is_no_object_is_refused(runs, options):
    with pytest.raises(TrackkitValueError, match="options must be a JSON object of 64 KB at most"):
        call(runs[0], "save_view_default", options=options)
    assert call(runs[0], "view_default")["options"] is None


def test_of_an_experiment_that_is_not_there(runs):
    with pytest.raises(NotFoundError):
        operations.call("view_default", runs[0].store, {"id": "0" * 32})
