"""The editor of a model as a widget: what it holds is saved, follows the store, and is checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
import traitlets

import trackkit_jupyter as track
from trackkit_jupyter.widgets import ModelEditor, ModelView

from .sent import Comms


@pytest.fixture
def model(exp: track.Experiment) -> track.Model:
    return track.register_model(None, "net", labels={"cat": 0}, config={"layers": 3}, store=exp.store.path)


def sent(comms: Comms, widget: ModelView) -> str:
    """All that travelled to the page for a widget."""
    return json.dumps([data for id, _, data, _ in comms if id == widget.model_id])


def test_a_view_has_its_tab(model: track.Model) -> None:
    view = ModelView(model, tab="labels", height=300)
    assert (view.kind, view.objects, view.tab, view.height) == ("model", [model.id], "labels", 300)
    with pytest.raises(traitlets.TraitError):
        view.tab = "console"


def test_what_is_set_is_saved(model: track.Model) -> None:
    editor = ModelEditor(model)
    assert (editor.labels, json.loads(editor.config), editor.metadata) == ({"cat": 0}, {"layers": 3}, {})
    editor.labels = {"cat": 0, "dog": 1}
    editor.config = '{"layers": 4}'
    editor.metadata = {"dataset": "v2", "rows": 5}
    assert model.labels == {"cat": 0, "dog": 1}
    assert model.config == '{"layers": 4}'
    assert model.metadata == {"dataset": {"type": "str", "value": "v2"}, "rows": {"type": "int", "value": "5"}}


def test_what_was_edited_in_the_page_is_read(model: track.Model) -> None:
    editor = ModelEditor(model)
    seen = []
    editor.observe(lambda change: seen.append(change["new"]), "labels")
    model.set_labels({"horse": 7})
    editor._state = model.state()  # as the page says it
    assert editor.labels == {"horse": 7}
    assert seen == [{"horse": 7}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("labels", {"cat": 1.5}),
        ("labels", {"": 1}),
        ("config", "{no json"),
        ("metadata", {"": "x"}),
        ("metadata", {"key": None}),
    ],
)
def test_what_is_wrong_changes_nothing(model: track.Model, name: str, value: Any) -> None:
    editor = ModelEditor(model)
    before = getattr(editor, name)
    with pytest.raises((track.TrackkitTypeError, track.TrackkitValueError)):
        setattr(editor, name, value)
    assert getattr(editor, name) == before == getattr(model, name)


def test_of_a_published_model_only_the_metadata(model: track.Model) -> None:
    editor = ModelEditor(model)
    model.publish()
    with pytest.raises(track.LockedError):
        editor.labels = {"dog": 1}
    with pytest.raises(track.LockedError):
        editor.config = "{}"
    editor.metadata = {"dataset": "v2"}
    assert (model.labels, editor.labels, list(model.metadata)) == ({"cat": 0}, {"cat": 0}, ["dataset"])


def test_large_values_do_not_travel(comms: Comms, model: track.Model) -> None:
    editor = ModelEditor(model)
    editor.labels = {f"class {n}": n for n in range(5_000)}
    editor.config = json.dumps(["x" * 100_000])
    assert len(sent(comms, editor)) < 4_000


def test_two_editors_are_linked(model: track.Model, exp: track.Experiment) -> None:
    other = track.register_model(None, "other", store=exp.store.path)
    one, two = ModelEditor(model), ModelEditor(other)
    traitlets.link((one, "labels"), (two, "labels"))
    one.labels = {"dog": 3}
    assert other.labels == {"dog": 3}
