"""The edits of a model: what a published one still allows, metadata, and two editors at once."""

from __future__ import annotations

from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.errors import (
    ConflictError,
    LockedError,
    TrackkitStateError,
    TrackkitTypeError,
    TrackkitValueError,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_published_locks_all_but_metadata_and_order(folder: Path) -> None:
    model = track.register_model(None, "net", labels={"a": 0}, config="x: 1", store=folder)
    model.log_scalar("m", "v", 1.0)
    model.publish()
    assert model.status == "published"
    for edit in (
        lambda: model.set_labels({"b": 1}),
        lambda: model.set_config("y: 2"),
        lambda: model.describe("text"),
        lambda: model.rename("other"),
        lambda: model.log_scalar("m", "v", 2.0),
    ):
        with pytest.raises(LockedError):
            edit()
    with pytest.raises(TrackkitStateError, match="published already"):
        model.publish()
    with pytest.raises(TrackkitStateError, match="archive it first"):
        model.delete()
    model.set_metadata("accuracy", 0.5)
    model.add_tags("released")
    model.add_alias("champion")
    model.move("elsewhere")
    model.archive()
    assert model.metadata == {"accuracy": {"type": "float", "value": "0.5"}}
    assert (model.labels, model.config, model.count("m", "v")) == ({"a": 0}, "x: 1", 1)
    model.delete()


def test_metadata(folder: Path) -> None:
    model = track.register_model(None, "net", store=folder)
    model.set_metadata("a", 1)
    model.set_metadata("b", "text", type="note")
    model.set_metadata("a", 2)
    assert model.metadata == {"a": {"type": "int", "value": "2"}, "b": {"type": "note", "value": "text"}}
    model.remove_metadata("a")
    model.remove_metadata("never")
    assert list(model.metadata) == ["b"]
    with pytest.raises(TrackkitValueError, match="A key must not be empty"):
        model.set_metadata("", 1)
    with pytest.raises(TrackkitTypeError, match="must not be None"):
        model.set_metadata("c", None)


def test_the_second_of_two_editors_is_told(folder: Path) -> None:
    model = track.register_model(None, "net", labels={"a": 0}, config="one", store=folder)
    seen = model.labels
    model.set_labels({"a": 0, "b": 1}, seen=seen)
    with pytest.raises(ConflictError) as caught:
        model.set_labels({"a": 5}, seen=seen)
    assert caught.value.kept == {"a": 0, "b": 1}
    assert model.labels == {"a": 0, "b": 1}
    with pytest.raises(ConflictError):
        model.set_config("mine", seen="another")
    with pytest.raises(ConflictError):
        model.replace_metadata({}, seen={"k": {"type": "int", "value": "1"}})
    assert model.config == "one"
