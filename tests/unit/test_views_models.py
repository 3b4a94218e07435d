"""What is shown of a model: its view, in words and as a picture, and its curves as an embed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import views
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.views import MIME_TYPE


@pytest.fixture
def model(tmp_path: Path) -> track.Model:
    made = track.register_model(
        None, "net", framework="pytorch", labels={"cat": 0}, tags=["good"], store=tmp_path / "store"
    )
    made.log_scalar("accuracy", "test", 0.5, 0)
    made.log_scalar("accuracy", "test", 0.75, 1)
    made.log_single_value("f1", 0.25)
    made.set_metadata("origin", "here")
    return made


def test_a_model_shows_itself(model: track.Model) -> None:
    bundle = views.mimebundle(model)
    assert bundle[MIME_TYPE]["kind"] == "model"
    assert bundle[MIME_TYPE]["objects"] == [model.id]
    assert bundle[MIME_TYPE]["title"] == "net"
    assert "image/png" in bundle
    for text in ("version 1", "draft", "pytorch", "good", "accuracy/test", "0.75", "f1", "cat", "origin"):
        assert text in bundle["text/html"]


def test_without_curves_it_is_words(tmp_path: Path) -> None:
    bundle = views.mimebundle(track.register_model(None, "net", store=tmp_path / "store"))
    assert "image/png" not in bundle
    assert "version 1" in bundle["text/plain"]


def test_a_tab(model: track.Model) -> None:
    assert views.model(model, "labels").options == {"tab": "labels"}
    with pytest.raises(TrackkitValueError, match="tab must be one of general, network"):
        views.model(model, "console")


def test_its_curves_are_embedded_as_those_of_a_model(model: track.Model) -> None:
    view = track.embed(model, metrics="accuracy")
    assert "objectType=model" in view.url
    assert track.parse_embed(view.url).with_store(model.store) == view
    assert view.resolve(model.store) == [model.id]
    assert "image/png" in views.mimebundle(view)


def test_one_that_is_gone_is_said(model: track.Model) -> None:
    view = views.model(model)
    model.delete()
    assert f"The model {model.id} is not in this store any more." in views.mimebundle(view)["text/plain"]


def test_a_list_of_models_shows_itself(model: track.Model, capsys: pytest.CaptureFixture[str]) -> None:
    found = model.store.models()
    bundle = found._repr_mimebundle_()
    assert (bundle[MIME_TYPE]["kind"], bundle[MIME_TYPE]["objects"]) == ("table", [model.id])
    assert bundle[MIME_TYPE]["options"] == {"object_type": "model"}
    assert "pytorch" in bundle["text/html"]
    track.table(found, columns=["name", "version"])
    assert capsys.readouterr().out.startswith("1 model\n")
    both = views.mimebundle([model, track.start("run", store=model.store.path, capture=False)])
    assert MIME_TYPE not in both  # of two kinds: words


def test_the_table_of_models_is_asked_for_by_a_query(
    model: track.Model, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKKIT_STORE", str(model.store.path))
    track.table('framework == "pytorch"', object_type="model", group_by="status")
    assert capsys.readouterr().out.startswith("1 model · grouped by status\n")
    track.table("keras", object_type="model")
    assert capsys.readouterr().out.startswith("0 models")
    for wrong in ({"object_type": "report"}, {"group_by": "statuss"}, {"columns": ["nope"]}, {"query": "name =="}):
        with pytest.raises(TrackkitValueError):
            track.table(**wrong)


def test_a_table_is_embedded(model: track.Model) -> None:
    from trackkit_jupyter.views.listing import table_view

    view = table_view('name ~ "net, a"', "model", ["name", 'metrics["a"]["b"].min'], "-version", "status")
    found = track.parse_embed(view.url)
    assert (found.kind, found.objects, found.query, dict(found.options)) == ("table", (), None, dict(view.options))
    assert track.parse_embed("/trackkit/widgets/?type=table").options == {}


def test_groups_of_a_table_are_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    for seed in range(2):
        with track.start("run", config={"lr": 0.1, "seed": seed}, capture=False) as run:
            run.log({"accuracy/val": 0.5 + seed / 10})
    capsys.readouterr()
    track.table(over="seed", columns=['metrics["accuracy"]["val"].last', 'hyperparameters["seed"]', "status"])
    head, columns, row = capsys.readouterr().out.splitlines()
    assert head == '2 experiments · grouped by all but hyperparameters["seed"]'
    assert columns.split() == ["group", "experiments", "accuracy/val", "last", "seed", "status"]
    assert re.split(r"\s{2,}", row) == ["all", "2", "0.55 ± 0.07071", "2 values", "completed"]
    track.table(group_by=["status", 'hyperparameters["lr"]'])
    assert "completed, lr=0.1" in capsys.readouterr().out
    with pytest.raises(TrackkitValueError, match="either by some fields, or over"):
        track.table(group_by="status", over="seed")
    for wrong in (3, [3]):
        with pytest.raises(track.TrackkitTypeError):
            track.table(over=wrong)
        with pytest.raises(track.TrackkitTypeError):
            track.table(group_by=wrong)
