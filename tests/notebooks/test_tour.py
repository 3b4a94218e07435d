"""The notebooks beside the quickstart: each runs from top to bottom, and shows what it says."""

import nbformat
import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations, views
from trackkit_jupyter.demo import execute

from .test_quickstart import NOTEBOOKS

KINDS = {
    "logging": ["experiment"],
    "capture": ["experiment"],
    "models": ["model", "model", "table", "comparison"],
    "magics": ["experiment", "experiment", "experiment", "table", "comparison", "scalars"],
    "attempts": ["experiment"],
    "comparison": ["table", "comparison", "comparison", "comparison"],
    "reports": [],
    "reading": ["table"],
    "one_clock": ["experiment"],
    "knobs": ["experiment"],
    "claims": ["claim", "claim"],
}


def again_with_another_rate(notebook, store):
    """The cell is run again after a change, as a person does: that is its second attempt."""
    content = nbformat.read(notebook, 4)
    train = next(cell for cell in content.cells if cell.id == "train")
    train.source = train.source.replace("rate, width = 0.003, 8", "rate, width = 0.03, 8")
    nbformat.write(content, notebook)
    execute(notebook, notebook, store.path)
    found = operations.call("attempts", store, {"cell": "train", "notebook": notebook.name})
    second, first = found["items"]
    assert (found["total"], found["metric"], second["number"]) == (2, ["accuracy", "val"], 2)
    assert second["parameters"] == [["rate", "0.003", "0.03"]]
    assert (second["code"]["added"], second["code"]["removed"]) == (1, 1)
    assert second["value"] > first["value"]
    assert len(second["course"]["y"]) == 25
    again = operations.call("text", store, {"id": second["id"], "part": "cell"})
    assert again["text"] == train.source
    assert operations.call("attempted", store, {"cells": ["train", "data"]})["cells"] == {"train": 2}


def what_was_logged_when_the_loss_jumped(notebook, store):
    (run,) = store.experiments()
    where = {"id": run.id, "x_from": 60, "x_to": 63, "xaxis": "iterations", "metric": "loss"}
    found = operations.call("span", store, where)
    first, stop = found["console"]
    lines = [line["text"] for line in run.console(first, stop - first)[0] if line["stream"] == "stdout"]
    assert [line for line in lines if "order differs" in line] == [
        f"step {60 + part}: reading part-{part}.npz again, order differs" for part in range(1, 4)
    ]  # that of step 60 was printed before its points
    assert found["samples"] == [60, 62]  # those of step 63 came after its points
    assert found["iterations"]["accuracy"] == [60, 63]
    code = run.to_dict()["execution"]["cells"][found["cells"][0]]["code"]
    assert code == "train(60, 120)"
    values = run.series("loss/val").values
    assert values[60:64].max() > 1.2 * values[55:60].max()


def every_turn_is_there(notebook, store):
    run = next(run for run in store.experiments() if run.name == "turned while it runs")
    assert run.status_reason == f"stopped by {run.user}"
    turn, checkpoint, stop = run.turns()
    assert (turn["name"], turn["was"], turn["value"], turn["user"]) == ("learning rate", 1e-5, 0.01, run.user)
    assert 20 <= turn["iteration"] <= checkpoint["iteration"] <= stop["iteration"] == run.last_iteration
    assert [artifact["key"] for artifact in run.artifacts] == ["weights"]
    accuracy = run.series("accuracy/test").values
    # What the hand waited for came before it asked; by the end it may have gone up and down again.
    assert accuracy[turn["iteration"]] < 0.93 <= accuracy[: checkpoint["iteration"] + 1].max()
    printed = nbformat.read(notebook, 4).cells[-2].outputs[0].text
    assert "takes at least 0.0001 and at most 1, not 3; nothing was turned" in printed
    assert "is completed, not running: there is no loop to turn a knob of" in printed


def both_claims_are_measured(notebook, store):
    (report,) = store.reports()
    first = nbformat.read(report.path, 4).cells[-1].outputs[0].data[views.MIME_TYPE]
    assert first["options"]["then"]["verdict"] == "holds"
    said = [
        output.data["text/plain"]
        for cell in nbformat.read(notebook, 4).cells
        for output in cell.get("outputs", ())
        if views.MIME_TYPE in output.get("data", {})
    ]
    # The second one was shown before its experiments came, and again when its cell ended.
    assert "5 against 5 experiments" in said[0]
    assert "5 against 5 experiments" in said[1]


CHECKS = {
    "attempts": again_with_another_rate,
    "one_clock": what_was_logged_when_the_loss_jumped,
    "knobs": every_turn_is_there,
    "claims": both_claims_are_measured,
}


@pytest.mark.parametrize("name", KINDS)
def test_it_runs_and_shows(name, tmp_path, monkeypatch):
    for variable in ("HOME", "XDG_DATA_HOME", "IPYTHONDIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
        (tmp_path / variable.lower()).mkdir()
    target, store = tmp_path / f"{name}.ipynb", tmp_path / ".trackkit"
    execute(NOTEBOOKS / f"{name}.ipynb", target, store)
    outputs = [output for cell in nbformat.read(target, 4).cells for output in cell.get("outputs", ())]
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    shown = [output.data[views.MIME_TYPE] for output in outputs if views.MIME_TYPE in output.get("data", {})]
    assert [view["kind"] for view in shown] == KINDS[name]
    runs = track.open_store(store).experiments()
    assert runs
    assert {run.status for run in runs} == {"completed"}
    if name in CHECKS:
        CHECKS[name](target, track.open_store(store))


def test_every_notebook_is_tested():
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == {"quickstart", "report", *KINDS}
