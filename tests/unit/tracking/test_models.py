"""Models: saved by an experiment, registered by hand, published, used, found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.errors import (
    NotFoundError,
    TrackkitStateError,
    TrackkitTypeError,
    TrackkitValueError,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "net.pt"
    path.write_bytes(b"first")
    return path


def start(folder: Path, name: str = "training", **settings: Any) -> track.Experiment:
    return track.start(name, store=folder, capture=False, **settings)


def test_an_experiment_saves_a_model(folder: Path, weights: Path) -> None:
    with start(folder, project="vision") as exp:
        exp.log({"loss/train": 1.0}, iteration=7)
        model = exp.save_model("net", weights, labels={"cat": 0, "dog": 1}, config={"layers": 3}, tags=["good"])
    assert (model.name, model.version, model.project, model.status) == ("net", 1, "vision", "draft")
    assert model.framework == "pytorch"  # told by the suffix
    assert model.path.read_bytes() == b"first"
    assert model.labels == {"cat": 0, "dog": 1}
    assert json.loads(model.config) == {"layers": 3}
    assert model.config_type == "json"
    assert model.tags == ["good"]
    assert model.experiment == exp.id
    assert [snapshot["iteration"] for snapshot in model.snapshots] == [7]
    assert exp.models == {"input": [], "output": [{"id": model.id, "name": "net"}]}


def test_saved_again_it_has_one_more_snapshot(folder: Path, weights: Path) -> None:
    with start(folder) as exp:
        model = exp.save_model("net", weights, iteration=1, tags=["a"])
        weights.write_bytes(b"second")
        assert exp.save_model("net", weights, iteration=2, labels={"x": 3}, tags=["b"]) == model
        other = exp.save_model("head")
    assert [(s["iteration"], s["size"]) for s in model.snapshots] == [(1, 5), (2, 6)]
    assert {Path(s["uri"]).read_bytes() for s in model.snapshots} == {b"first", b"second"}
    assert model.path.read_bytes() == b"second"
    assert (model.labels, model.tags) == ({"x": 3}, ["a", "b"])
    assert [row["name"] for row in exp.models["output"]] == ["net", "head"]
    assert other.uri is None
    with pytest.raises(NotFoundError, match="none were saved"):
        _ = other.path


def test_an_experiment_that_goes_on_saves_the_same_model(folder: Path, weights: Path) -> None:
    with start(folder) as exp:
        first = exp.save_model("net", weights)
    with track.start(store=folder, resume=exp.id, capture=False) as again:
        assert again.save_model("net", weights) == first
    assert len(first.snapshots) == 2


def test_a_published_one_is_not_saved_over(folder: Path, weights: Path) -> None:
    with start(folder) as exp:
        first = exp.save_model("net", weights)
        first.publish()
        second = exp.save_model("net", weights)
    assert (first.version, second.version) == (1, 2)
    assert len(first.snapshots) == 1


def test_models_are_found(folder: Path, weights: Path) -> None:
    models = [track.register_model(weights, "net", framework=f"f{n}", store=folder) for n in range(3)]
    with start(folder) as exp:
        exp.save_model("other", "s3://bucket/other.onnx").log_scalar("accuracy", "test", 0.5, 0)
    store = track.open_store(folder)
    assert store.model(models[0].id) == models[0]
    assert store.model("net") == models[2]
    assert store.model("net@2") == models[1]
    models[0].add_alias("champion")
    assert store.model("net@champion") == models[0]
    models[1].add_alias("champion")  # it moves
    assert (models[0].aliases, models[1].aliases) == ([], ["champion"])
    models[1].remove_alias("champion")
    with pytest.raises(NotFoundError, match="its aliases: none"):
        store.model("net@champion")
    with pytest.raises(NotFoundError, match="has no version 9"):
        store.model("net@9")
    with pytest.raises(NotFoundError, match="no model 'nothing'"):
        store.model("nothing")
    assert [m.version for m in store.models('name == "net"', order_by="-version")] == [3, 2, 1]
    assert [m.name for m in store.models('framework == "onnx"')] == ["other"]
    assert [m.name for m in store.models('metrics["accuracy/test"] >= 0.5')] == ["other"]
    assert [m.name for m in store.models(f'experiment == "{exp.id}"')] == ["other"]
    models[2].archive()
    assert (len(store.models()), len(store.models(archived=True))) == (3, 1)
    assert list(store.models().to_pandas()["name"].unique()) == ["other", "net"]
    assert len(store.experiments()) == 1


def test_weights_elsewhere_are_kept_as_an_address(folder: Path, tmp_path: Path) -> None:
    model = track.register_model("https://example.org/net.keras", "net", store=folder)
    assert (model.uri, model.framework, model.size) == ("https://example.org/net.keras", "keras", None)
    with pytest.raises(NotFoundError, match=r"https://example.org/net.keras"):
        model.copy_to(tmp_path)


def test_a_copy_stays_in_its_folder(folder: Path, weights: Path, tmp_path: Path) -> None:
    model = track.register_model(weights, "vision/../../net", store=folder)
    model._edit(file_name=None)
    target = tmp_path / "deep" / "out"
    target.mkdir(parents=True)
    assert model.copy_to(target) == target / "net"


def test_a_copy_has_the_name_of_the_file(folder: Path, weights: Path, tmp_path: Path) -> None:
    model = track.register_model(weights, "net", store=folder)
    target = tmp_path / "out"
    target.mkdir()
    assert model.copy_to(target) == target / "net.pt"
    with pytest.raises(TrackkitValueError, match="already"):
        model.copy_to(target)


def test_an_experiment_uses_models(folder: Path, weights: Path) -> None:
    model = track.register_model(weights, "base", store=folder)
    with start(folder, "fine-tune") as exp:
        assert exp.use_model("base").path.read_bytes() == b"first"
        assert exp.use_model(model.id, name="backbone") == model
        with pytest.raises(NotFoundError):
            exp.use_model("nothing")
    assert exp.models["input"] == [{"id": model.id, "name": "backbone"}]
    assert model.uses == [exp.id]
    with pytest.raises(TrackkitStateError, match="is used by the experiment"):
        model.delete()
    exp.archive()
    exp.delete()
    assert model.uses == []
    model.delete()
    with pytest.raises(NotFoundError):
        track.open_store(folder).model(model.id)


def test_a_model_of_another_store_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    model = track.register_model(None, "base", store=tmp_path / "elsewhere")
    with start(folder) as exp, pytest.raises(TrackkitValueError, match="of another store"):
        exp.use_model(model)


def test_a_model_has_metrics_and_plots_of_its_own(folder: Path) -> None:
    model = track.register_model(None, "net", store=folder)
    for value in (0.5, 0.75):
        model.log_scalar("accuracy", "test", value)
    model.log_single_value("f1", 0.9)
    model.log_histogram("weights", "layer", [1, 2, 3])
    model.rest()
    read = track.open_store(folder).model("net")
    read.log_scalar("accuracy", "test", 1.0)  # goes on where it was
    assert model.series("accuracy", "test").iterations.tolist() == [0, 1, 2]
    assert model.single_values == {"f1": 0.9}
    assert [plot["metric"] for plot in model.plots()] == ["weights"]
    found = model.to_dict(events=True)
    assert [row[1] for row in found["scalars"]["accuracy"]["test"]] == [0.5, 0.75, 1.0]
    assert len(found["plots"]) == 1
    assert json.loads(json.dumps(found)) == found


def test_publishing_an_experiment_publishes_its_models(folder: Path) -> None:
    with start(folder) as exp:
        net, head, gone = (exp.save_model(name) for name in ("net", "head", "gone"))
        base = exp.use_model(track.register_model(None, "base", store=folder))
    head.publish()
    gone.delete()
    exp.publish()
    assert (exp.status, net.status, head.status, base.status) == ("published", "published", "published", "draft")
    net.archive()
    with pytest.raises(TrackkitStateError, match="made this model is published"):
        net.delete()


def test_a_copy_starts_from_the_same_models(folder: Path) -> None:
    base = track.register_model(None, "base", store=folder)
    with start(folder) as exp:
        exp.use_model(base)
        exp.save_model("net")
    copy = exp.clone()
    assert copy.models == {"input": [{"id": base.id, "name": "base"}], "output": []}
    assert base.uses == [exp.id, copy.id]


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (["cat"], TrackkitTypeError, "labels must be a dict"),
        ({"cat": 1.5}, TrackkitTypeError, "ID of the label 'cat' must be a whole number"),
        ({"cat": True}, TrackkitTypeError, "must be a whole number"),
        ({"cat": 1 << 63}, TrackkitValueError, "64 bits"),
        ({"": 1}, TrackkitValueError, "A label must not be empty"),
        ({1: 1}, TrackkitTypeError, "A label must be text"),
    ],
)
def test_wrong_labels(folder: Path, labels: Any, error: type[Exception], message: str) -> None:
    with start(folder) as exp, pytest.raises(error, match=message):
        exp.save_model("net", labels=labels)
    assert exp.models["output"] == []
    assert len(track.open_store(folder).models()) == 0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name": ""}, TrackkitValueError, "must not be empty"),
        ({"path": "missing.pt"}, TrackkitValueError, "There is no file 'missing.pt'"),
        ({"path": 3}, TrackkitTypeError, "path must be a path or an address"),
        ({"config": 3}, TrackkitTypeError, "config must be text or a dict"),
        ({"config": {"a": object()}}, TrackkitValueError, "cannot be kept as JSON"),
        ({"config": "x" * 10_000_001}, TrackkitValueError, "10,000,000 characters at most"),
        ({"framework": 3}, TrackkitTypeError, "A framework must be text"),
        ({"iteration": -1}, TrackkitValueError, "iteration"),
    ],
)
def test_a_wrong_argument_saves_nothing(
    folder: Path, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with start(folder) as exp:
        with pytest.raises(error, match=message):
            exp.save_model(**{"name": "net", **arguments})
        assert not list(exp.store.paths.models.glob("*"))


def test_a_full_disk_stops_no_training(folder: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with start(folder) as exp:
        exp.store.paths.models.write_bytes(b"")  # in the way: no folder can be made there
        with pytest.warns(RuntimeWarning, match="cannot be written"):
            exp.save_model("net", weights).log_scalar("accuracy", "test", 1.0)
        exp.log({"loss": 1.0})
    assert exp.status == "completed"
    assert exp.models["output"] == []


def test_the_operations_answer_and_edit(folder: Path) -> None:
    with start(folder, "maker", tags=["nightly"]) as maker:
        model = maker.save_model("net", labels={"a": 0})
    with start(folder, "user one", tags=["x"], description="warm start") as one:
        one.use_model(model)
    with start(folder, "user two") as two:
        two.use_model(model)
    store = track.open_store(folder)

    def call(operation: str, **arguments: Any) -> Any:
        return operations.call(operation, store, {"id": model.id, **arguments})

    assert call("model")["experiment_name"] == "maker"
    assert operations.call("models", store, {})["items"][0]["name"] == "net"
    found = call("lineage")
    assert found["creator"]["id"] == maker.id
    assert [user["name"] for user in found["users"]] == ["user one", "user two"]
    assert found["tags"] == ["x"]
    for narrowed in ({"search": "WARM"}, {"tags": ["x"]}, {"search": one.id[:8]}):
        assert [user["id"] for user in call("lineage", **narrowed)["users"]] == [one.id]
    assert call("lineage", status=["failed"])["users"] == []
    before = call("model")["state"]
    assert call("set_labels", labels='{"a": 1, "b": 2}', seen='{"a": 0}')["state"] != before
    with pytest.raises(TrackkitValueError, match="names 'a' more than once"):
        call("set_labels", labels='{"a": 1, "a": 2}')
    with pytest.raises(TrackkitValueError, match="no valid JSON"):
        call("set_config", config="{", type="json")
    call("set_metadata", items='{"k": {"type": "int", "value": "3"}}')
    call("add_alias", alias="best")
    call("rename", name="renamed")
    call("add_tags", tags=["t"])
    call("publish")
    now = call("model")
    assert (now["labels"], now["metadata"]["k"]["value"], now["status"]) == ({"a": 1, "b": 2}, "3", "published")
    assert (now["name"], now["tags"], now["aliases"]) == ("renamed", ["t"], [])  # an alias is of a name's versions
    with pytest.raises(NotFoundError, match="no model"):
        operations.call("model", store, {"id": maker.id})


def test_charts_read_a_model_as_they_read_an_experiment(folder: Path) -> None:
    model = track.register_model(None, "net", project="vision", store=folder)
    answer = operations.call("experiment", track.open_store(folder), {"id": model.id})
    assert (answer["name"], answer["project"], answer["status"]) == ("net", "vision", "draft")
