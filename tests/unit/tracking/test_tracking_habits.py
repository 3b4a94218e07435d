"""What people who know another tracker write: each says the line that does the same here, and the line works."""

import re

import numpy as np
import pytest

import trackkit_jupyter as track


@pytest.fixture
def exp(tmp_path):
    with track.start("x", store=tmp_path / "store", capture=False) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("init", 'with track.start("my first", project="sandbox"'),
        ("start_run", "with track.start("),
        ("SummaryWriter", "with track.start("),
        ("set_experiment", "with track.start("),
        ("log_metric", 'exp.log({"loss/train": 0.31}, iteration=4)'),
        ("log_params", "exp.connect({"),
        ("config", "exp.connect({"),
        ("summary", "exp.log_single_value("),
        ("Image", "exp.log_image("),
        ("Table", "exp.log_table("),
        ("Artifact", "exp.log_artifact("),
        ("log_artifact", "exp.log_artifact("),
        ("set_tag", "exp.add_tags("),
        ("finish", "exp.finish()"),
        ("end_run", "exp.finish()"),
        ("login", "there is no account"),
        ("Api", "track.experiments("),
        ("active_run", "track.current()"),
        ("publish", "exp.publish(...)"),
    ],
)
def test_a_name_of_the_package(name, line):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'. Here it is: .*{re.escape(line)}"):
        getattr(track, name)
    assert not hasattr(track, name)


def test_a_name_that_nobody_has(exp):
    with pytest.raises(AttributeError, match=r"module 'trackkit_jupyter' has no attribute 'lgo'$"):
        _ = track.lgo
    with pytest.raises(AttributeError, match=r"'Experiment' object has no attribute 'lgo'$"):
        _ = exp.lgo


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("add_scalar", 'exp.log({"loss/train": 0.31}, iteration=4)'),
        ("add_scalars", "exp.log({"),
        ("add_image", "exp.log_image("),
        ("add_histogram", "exp.log_histogram("),
        ("add_figure", "exp.log_plot("),
        ("add_text", "exp.log_text("),
        ("add_hparams", "exp.connect({"),
        ("summary", "exp.log_single_value("),
        ("config", "exp.connect({"),
        ("log_metric", "exp.log({"),
        ("close", "exp.finish()"),
        ("flush", "is on the disk"),
    ],
)
def test_a_name_of_an_experiment(exp, name, line):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'. Here it is: .*{re.escape(line)}"):
        getattr(exp, name)
    assert name not in dir(exp)
    assert {"log", "log_image", "connect", "id"} <= set(dir(exp))


def run_written(exp, message):
    """Run the line that a message says to write."""
    line = message.partition("Write: ")[2]
    eval(line, {"exp": exp, "track": track, "log": exp.log})


@pytest.mark.parametrize("log", ["experiment", "module"])
@pytest.mark.parametrize(
    ("arguments", "keywords", "iteration"),
    [
        (({"loss": 0.5},), {"step": 4}, 4),
        (({"loss": 0.5},), {"global_step": 4}, 4),
        (({"loss": 0.5},), {"epoch": 4}, 4),
        (({"loss": 0.5}, 4), {"commit": False}, 4),
        (({"loss": 0.5}, 4, None), {}, 4),
        (("loss", 0.5), {}, 0),
        (("loss", 0.5, 4), {}, 4),
        (("loss", 0.5), {"step": 4}, 4),
    ],
)
def test_a_call_of_log_says_how_it_is_written(exp, log, arguments, keywords, iteration):
    with pytest.raises(track.TrackkitTypeError) as caught:
        (exp.log if log == "experiment" else track.log)(*arguments, **keywords)
    assert exp.names() == []
    run_written(exp, str(caught.value))
    assert exp.series("loss").iterations.tolist() == [iteration]
    assert exp.series("loss").values.tolist() == [0.5]


def test_log_of_what_is_no_number_names_the_other_methods(exp):
    with pytest.raises(track.TrackkitTypeError, match=r"values must be a dict of numbers, not list. Write: exp.log"):
        exp.log([0.5])
    with pytest.raises(track.TrackkitTypeError, match=r"log_image, log_plot, log_table"):
        exp.log({"picture": "a.png"})


@pytest.mark.parametrize(
    ("keywords", "says"),
    [
        ({"entity": "me"}, "start() has no entity: leave it out."),
        ({"mode": "offline"}, "start() has no mode: leave it out."),
        ({"notes": "first try"}, "start() has no notes: write description='first try'."),
        ({"group": "seeds"}, "start() has no group: write tags=['seeds']."),
        ({"run_name": "one"}, "start() has no run_name: write name='one'."),
        ({"project_name": "p"}, "start() has no project_name: write project='p'."),
        ({"log_dir": "runs"}, "start() has no log_dir: write store='runs'."),
        ({"run_id": "a"}, "start() has no run_id: write resume='a'."),
        ({"step": 3}, "start() has no step: it takes name, project, config, tags"),
        ({"colour": 3}, "start() has no colour: it takes name, project, config, tags"),
    ],
)
def test_an_argument_of_start(tmp_path, keywords, says):
    with pytest.raises(track.TrackkitTypeError) as caught:
        track.start(store=tmp_path / "none", **keywords)
    assert str(caught.value).startswith(says)
    assert "track.start(" in str(caught.value)
    assert not (tmp_path / "none").exists()


def test_an_argument_of_another_method(exp):
    image = np.zeros((4, 4))
    with pytest.raises(
        track.TrackkitTypeError, match=r"log_image\(\) has no step: write iteration=3. Such as: exp.log_i"
    ):
        exp.log_image("mistakes", "digit", image, step=3)
    with pytest.raises(track.TrackkitTypeError, match=r"missing a required argument: 'sample'. Write: exp.log_image"):
        exp.log_image("mistakes", image)
    with pytest.raises(track.TrackkitTypeError, match=r"variant must be text, not ndarray. Write: exp.log_image"):
        exp.log_image("mistakes", image, 3)
    with pytest.raises(track.TrackkitTypeError, match=r"variant must be text, not ndarray. Write: exp.log_histogram"):
        exp.log_histogram("weights", image, 3)
    assert exp.samples() == []
    assert exp.plots() == []


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("name", "better", "exp.rename('better')"),
        ("notes", "why", "exp.describe('why')"),
        ("tags", ("a",), "exp.add_tags(*('a',))"),
        ("config", {"lr": 1}, "exp.connect({'lr': 1})"),
    ],
)
def test_what_is_assigned_to(exp, name, value, line):
    with pytest.raises(AttributeError) as caught:
        setattr(exp, name, value)
    assert str(caught.value) == f"{name} is not assigned to. Here it is: {line}"
    run_written(exp, f"Write: {line}")


def test_tags_with_values_are_refused(tmp_path):
    with pytest.raises(track.TrackkitTypeError, match=r"tags must be a list of texts, not dict. exp.set_properties"):
        track.start(tags={"data": "v2"}, store=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_an_argument_of_experiments(exp):
    with pytest.raises(track.TrackkitTypeError, match=r"experiments\(\) has no name: it takes query, .*'name == "):
        track.experiments(name="x")
    with pytest.raises(track.TrackkitTypeError, match=r"has no filter_string: write query='status'"):
        track.experiments(filter_string="status")
