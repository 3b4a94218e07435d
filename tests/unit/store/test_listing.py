"""What the list of a query can do: be sliced, give the best of it, and become a table of pandas."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.store import Store


@pytest.fixture
def store(home: Path) -> Store:
    return track.open_store(home)


def test_best_and_pandas(store: Store) -> None:
    found = store.experiments(order_by="name")
    assert found.best("acc").name == "run 4"
    assert found.best("loss/val", mode="min").name == "run 4"
    assert found.best("loss/val").name == "run 0"
    with pytest.raises(track.NotFoundError):
        found.best("never")
    with pytest.raises(TrackkitValueError):
        found.best("acc", mode="most")
    frame = found.to_pandas()
    assert list(frame["acc/acc"]) == [0, 1, 2, 3, 4]
    assert list(frame["net/depth"]) == list("01234")
    assert found[-1].name == "run 4"
    assert [item.name for item in found[1:3]] == ["run 1", "run 2"]
    assert "5 of 5" in repr(found)


def test_a_frame_has_numbers_and_no_column_for_two_things(tmp_path) -> None:
    config = {"name": "a parameter", "loss/val": 3, "lr": 0.1}
    with track.start("one", store=tmp_path / "store", config=config, capture=False) as exp:
        exp.log({"loss/val": math.nan, "speed": math.inf})
    with track.start("two", store=tmp_path / "store", capture=False) as exp:
        exp.log({"loss/val": 2.0, "speed": 1.0})
    frame = track.open_store(tmp_path / "store").experiments(order_by="name").to_pandas()
    assert list(frame["name"]) == ["one", "two"]
    assert frame["hyperparameters/name"][0] == "a parameter"
    assert frame["loss/val"][0] == "3"
    assert frame["metrics/loss/val"].dtype == frame["speed/speed"].dtype == "float64"
    assert math.isnan(frame["metrics/loss/val"][0])
    assert list(frame["speed/speed"]) == [math.inf, 1.0]


def test_a_frame_of_nothing_has_its_columns(store: Store) -> None:
    assert list(store.experiments('name == "none"').to_pandas()) == ["id", "name", "project", "status", "created"]


def test_wrong_arguments_of_lists_raise(store: Store) -> None:
    with pytest.raises(TrackkitTypeError, match="archived"):
        store.experiments(archived="yes")  # type: ignore[arg-type]
    with pytest.raises(TrackkitTypeError, match="key"):
        store.experiments().best(3)  # type: ignore[arg-type]
