"""Connected parameters: what may be in them, and how they are followed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import functools
import warnings
from pathlib import PurePosixPath

import numpy as np
import pytest

import trackkit_jupyter as track
from trackkit_jupyter import NotFoundError, TrackkitTypeError, TrackkitValueError, tracking
from trackkit_jupyter.tracking.parameters import flatten


class Colour(enum.Enum):
    RED = 1


class Level(enum.StrEnum):
    LOW = "low"


class Bare:
    """Something that has no text of its own."""


def function() -> None:
    """A function."""


@dataclasses.dataclass
class Settings:
    rate: float = 0.1


def values(experiment, section="General"):
    return {name: entry["value"] for name, entry in experiment.hyperparameters.get(section, {}).items()}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (0.1, "0.1"),
        (True, "True"),
        (None, "None"),
        ("a", "a"),
        (Colour.RED, "Colour.RED"),
        (Level.LOW, "low"),
        (PurePosixPath("a/b"), "a/b"),
        (np.float32(0.5), "0.5"),
        (np.int64(3), "3"),
        (int, "int"),
        (Bare, f"{__name__}.Bare"),
        (function, f"{__name__}.function"),
        (dt.date(2024, 1, 2), "2024-01-02"),
        ([1, "a", None], '[1, "a", null]'),
        ({1, 2}, "{1, 2}"),
        ([dt.date(2024, 1, 2)], "[datetime.date(2024, 1, 2)]"),
        ({}, "{}"),
    ],
)
def test_what_has_a_plain_text_is_kept(value, text):
    assert flatten({"a": {"b": value}})["a/b"][0] == text


def test_where_a_function_lies_in_memory_is_not_kept():
    assert flatten({"a": functools.partial(function, 1)})["a"][0] == "functools.partial(<function function>, 1)"


@pytest.mark.parametrize("value", [object(), Bare(), [1, Bare()], {Bare()}], ids=["object", "own", "list", "set"])
def test_what_has_no_plain_text_is_refused_with_its_path(running, value):
    with pytest.raises(TrackkitTypeError, match=r"'a/b(/\d)?' must be something with a plain text"):
        running.connect({"a": {"b": value}})
    assert running.hyperparameters == {}


def test_a_name_that_comes_twice_is_refused():
    with pytest.raises(TrackkitValueError, match="name 'a/b' twice"):
        flatten({"a/b": 2, "a": {"b": 3}})
    with pytest.raises(TrackkitValueError, match="name 'a/b' twice"):
        flatten({"a": {"b": 3}, "a/b": 2})


def test_a_text_that_is_too_long_is_refused_with_size_and_limit():
    with pytest.raises(TrackkitValueError, match=r"'a' has 10\.0 MB of text; at most 10 MB are kept"):
        flatten({"a": "x" * 10_000_001})


def test_what_is_fit_is_recorded_beside_what_is_not(running):
    settings = {"lr": 0.1, "net": {"depth": 2}, "gone": 1}
    running.connect(settings)
    settings.update(lr=object(), new=1)
    settings["net"]["depth"] = 3
    settings[5] = "no text"
    del settings["gone"]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        running._recorder.tick()
        settings["new"] = 2
        running._recorder.tick()
    assert values(running) == {"lr": "0.1", "net/depth": "3", "new": "2"}
    said = " ".join(str(each.message) for each in heard)
    assert said.count("'lr' of the connected section 'General' is not recorded") == 1
    assert said.count("'5' of the connected section") == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings.update(new=3, lr=0.2)
        running.finish()
    assert values(running) == {"lr": "0.2", "net/depth": "3", "new": "3"}


def test_one_section_of_two_dicts_keeps_what_one_of_them_has(running):
    first, second = {"a": 1, "shared": 1}, {"b": 2, "shared": 2}
    running.connect(first)
    running.connect(second)
    first["shared"] = 3
    running._recorder.tick()
    del first["shared"], first["a"]
    running._recorder.tick()
    assert values(running) == {"b": "2", "shared": "2"}
    del second["shared"]
    running._recorder.tick()
    assert values(running) == {"b": "2"}


def test_what_is_connected_twice_is_followed_once(running):
    settings = {"a": 1, "b": 1}
    running.connect(settings)
    running.connect(settings)
    del settings["a"]
    running._recorder.tick()
    assert values(running) == {"b": "1"}
    assert len(running._connected) == 1


def test_a_dataclass_is_followed(store):
    settings = Settings()
    with track.start("dataclass", store=store.path, config=settings, capture=False) as experiment:
        settings.rate = 0.2
    assert values(experiment) == {"rate": "0.2"}


def test_what_is_declared_of_a_parameter_is_kept(running):
    @dataclasses.dataclass
    class Settings:
        lr: float = dataclasses.field(default=0.1, metadata={"help": "step size"})
        layers: list = dataclasses.field(default_factory=list)

    running.connect(Settings(lr=0.2), "dataclass")
    found = running.hyperparameters["dataclass"]
    assert found["lr"] == {"value": "0.2", "type": "float", "description": "step size", "default": "0.1"}
    assert found["layers"] == {"value": "[]", "type": "list", "description": None, "default": None}


def test_what_pydantic_declares_is_kept(running):
    import pydantic

    class Net(pydantic.BaseModel):
        width: int = pydantic.Field(default=8, description="units in a layer")

    class Model(pydantic.BaseModel):
        net: Net = Net()
        seed: int

    model = Model(seed=3)
    running.connect(model, "pydantic")
    model.net.width = 9
    running.finish()
    found = running.hyperparameters["pydantic"]
    assert found["net/width"] == {"value": "9", "type": "int", "description": "units in a layer", "default": "8"}
    assert found["seed"] == {"value": "3", "type": "int", "description": None, "default": None}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.5), "0.5"),
        (np.int64(2**60), str(2**60)),
        (np.bool_(True), "True"),
        (np.arange(2000), str(list(range(2000)))),
        ([np.float64(0.1), np.arange(2)], "[0.1, [0, 1]]"),
    ],
    ids=["float", "int", "bool", "array", "list"],
)
def test_numpy_values_are_kept_whole(running, value, text):
    running.connect({"a": value})
    assert running.hyperparameters["General"]["a"]["value"] == text


def test_nested_keys_come_and_go(running):
    parameters = {"net": {"width": 8, "depth": 2}, "lr": 0.1}
    running.connect(parameters)
    parameters["net"]["kind"] = "mlp"
    del parameters["net"]["depth"], parameters["lr"]
    running.finish()
    found = running.hyperparameters["General"]
    assert {name: entry["value"] for name, entry in found.items()} == {"net/width": "8", "net/kind": "mlp"}


def test_what_could_not_be_written_is_written_later(store):
    parameters = {"lr": 0.1}
    experiment = tracking.start("a", store=store.path, capture=False)
    experiment.log_text("a journal of its own")
    folder = store.paths.experiment(experiment.id).root
    away = folder.with_name("away")
    folder.rename(away)
    with pytest.warns(RuntimeWarning, match="cannot be written"):
        experiment.connect(parameters)
    experiment._recorder.tick()
    away.rename(folder)
    parameters["momentum"] = 0.9
    experiment.finish()
    written = store.experiment(experiment.id).hyperparameters["General"]
    assert {name: entry["value"] for name, entry in written.items()} == {"lr": "0.1", "momentum": "0.9"}


def test_edits_of_one_that_runs_warn_where_the_store_is_gone_and_count(store):
    experiment = tracking.start("a", store=store.path, capture=False)
    folder = store.paths.experiment(experiment.id).root
    away = folder.with_name("away")
    folder.rename(away)
    edits = (
        lambda: experiment.add_tags("a"),
        lambda: experiment.set_properties(a=1),
        lambda: experiment.rename("b"),
        lambda: experiment.connect_configuration({"a": 1}),
        lambda: experiment.archive(),
    )
    with pytest.warns(RuntimeWarning, match="cannot be written"):
        edits[0]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for edit in edits[1:]:
            edit()
    assert experiment.lost == len(edits)
    away.rename(folder)
    experiment.add_tags("later")
    experiment.finish()
    assert (experiment.tags, experiment.archived) == (["later"], False)
    folder.rename(away)
    for edit in edits[:3]:  # of one that does not run here they raise
        with pytest.raises(NotFoundError):
            edit()


def test_what_is_connected_while_it_is_looked_at_pushes_nothing_out(running):
    class Meeting(dict):
        """Parameters that are connected again by another thread, just when they are looked at."""

        meet = False

        def items(self):
            if self.meet:
                self.meet = False
                running.connect(self, "one")
            return super().items()

    one, two = Meeting(a=1), {"b": 1}
    running.connect(one, "one")
    running.connect(two, "two")
    one["a"], one.meet = 2, True
    running._watch(running._recorder)
    two["b"] = 2
    running._watch(running._recorder)
    assert running.hyperparameters["one"]["a"]["value"] == "2"
    assert running.hyperparameters["two"]["b"]["value"] == "2"
