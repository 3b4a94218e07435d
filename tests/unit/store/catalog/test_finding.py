"""What a list gives: handles that open no file for what the list knows, and show what is there now."""

from __future__ import annotations

import sys

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.errors import QueryError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.catalog import catalog_of

from .agreement import names


def test_what_a_field_has_is_told_once_and_sorted(store: Store) -> None:
    for number, framework in enumerate(("sklearn", None, "pytorch", "sklearn", "Keras")):
        track.register_model(None, f"net {number}", framework, store=store.path)
    assert catalog_of(store, "model").values("framework") == ["Keras", "pytorch", "sklearn"]
    assert catalog_of(store).values("framework") == []
    assert len(catalog_of(store).values("user")) == 1


def test_wrong_arguments(store: Store) -> None:
    for arguments, error in (
        ({"query": "nme == 1"}, QueryError),
        ({"order_by": "nme"}, QueryError),
        ({"query": 5}, TrackkitTypeError),
        ({"page": -1}, TrackkitValueError),
        ({"page": True}, TrackkitValueError),
        ({"page_size": 0}, TrackkitValueError),
        ({"page": 1}, TrackkitValueError),
    ):
        with pytest.raises(error):
            store.experiments(**arguments)


def test_archived_ones_are_left_out_unless_asked_for(store: Store) -> None:
    store.experiments('name == "run 0"')[0].archive()
    assert store.experiments().total == 4
    assert names(store.experiments(archived=True)) == ["run 0"]
    assert store.experiments(archived=None).total == 5
    assert names(store.experiments("archived")) == ["run 0"]
    assert store.experiments('archived or name == "run 1"').total == 2


def test_listing_opens_no_experiment(store: Store) -> None:
    store.experiments()
    opened: list[str] = []
    watching = True

    def hook(event: str, args: tuple) -> None:  # cannot be taken away again
        if watching and event == "open":
            opened.append(str(args[0]))

    sys.addaudithook(hook)
    for item in store.experiments(order_by='metrics["acc"]'):
        assert item.metrics["acc"]["acc"]["count"] == 3
        assert item.hyperparameters["General"]["net/depth"]["value"] == item.name[-1]
        assert item.single_values == {"best": int(item.name[-1])}
        assert (item.status, item.last_iteration, item.archived) == ("completed", 2, False)
    inside = str(store.paths.experiments)
    assert not [path for path in opened if inside in path]
    store.experiment(item.id).to_dict()
    watching = False
    assert [path for path in opened if inside in path]


def test_a_listed_item_shows_what_is_there_now(store: Store) -> None:
    item = store.experiments('name == "run 1"')[0]
    store.experiment(item.id).rename("other")
    assert item.name == "other"
    item.hyperparameters["General"].clear()
    assert item.hyperparameters["General"]
    again = track.start(store=store.path, resume=item.id, capture=False)
    again.log({"acc": 99.0}, iteration=50)
    assert (item.status, item.metrics["acc"]["acc"]["last"]) == ("running", 99.0)
    again.finish()
