"""Plots of several experiments in one figure: which can be, in whose colours, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.errors import NotFoundError, TrackkitValueError
from trackkit_jupyter.operations import handles
from trackkit_jupyter.palette import HUES


def figure(*traces: dict[str, Any], **layout: Any) -> dict[str, Any]:
    return {"data": list(traces), "layout": layout}


@pytest.fixture
def runs(tmp_path):
    made = []
    for number in range(2):
        with track.start(f"run {number}", project="p", store=tmp_path / "store", capture=False) as run:
            line = {"type": "scatter", "y": [number, 2], "line": {"dash": "dot", "color": "red"}, "name": "roc"}
            run.log_plot("roc", "val", figure({"y": [9]}), iteration=0)
            run.log_plot("roc", "val", figure(line, title={"text": f"title {number}"}), iteration=5)
            chance = {"y": [0, 1], "name": "chance"}
            run.log_plot("two", "val", figure({**line, "marker": {"color": [1, 2]}}, chance), iteration=0)
            run.log_histogram("weights", "layer", [1.0, 2.0, 2.0], iteration=0)
            run.log_confusion_matrix("confusion", "val", [[1, 0], [0, 1]], iteration=0)
            made.append(run)
    yield made
    handles.clear()


def overlaid(runs: list[Any], metric: str, variant: str = "val") -> Any:
    ids = [run.id for run in runs]
    return json.loads(
        operations.call("overlaid", runs[0].store, {"objects": ids, "metric": metric, "variant": variant})
    )


def test_each_trace_has_the_name_and_the_colour_of_its_experiment(runs):
    found = overlaid(runs, "roc")
    assert [trace["name"] for trace in found["data"]] == ["run 0", "run 1"]
    assert [trace["y"] for trace in found["data"]] == [[0, 2], [1, 2]]
    hues = [trace["line"]["color"] for trace in found["data"]]
    assert len(set(hues)) == 2
    assert set(hues) <= set(HUES)
    assert [trace["line"]["dash"] for trace in found["data"]] == ["dot", "dot"]
    assert found["layout"]["title"] == {"text": "title 0"}
    turned = overlaid(runs[::-1], "roc")["data"]
    assert [trace["line"]["color"] for trace in turned] == hues[::-1], "the colour is that of the experiment"


def test_what_tells_points_apart_stays(runs):
    found = overlaid(runs, "two")["data"]
    assert [trace["name"] for trace in found] == ["run 0: roc", "run 0: chance", "run 1: roc", "run 1: chance"]
    assert found[0]["marker"]["color"] == [1, 2]
    assert found[1]["line"]["color"] == found[0]["line"]["color"] != found[2]["line"]["color"]


def test_histograms_are_seen_through_one_another(runs):
    found = overlaid(runs, "weights", "layer")
    kinds = {trace["type"] for trace in found["data"]}
    if kinds == {"histogram"}:
        assert found["layout"]["barmode"] == "overlay"
    assert len(found["data"]) == 2


def test_what_shares_axes_is_told_where_there_are_several(runs):
    def entries(*chosen: Any) -> dict[str, Any]:
        found = operations.call("plots", runs[0].store, {"objects": [run.id for run in chosen]})["plots"]
        return {entry["metric"]: entry.get("overlays") for entry in found}

    assert entries(*runs) == {"roc": True, "two": True, "weights": True, "confusion": False}
    assert set(entries(runs[0]).values()) == {None}


@pytest.mark.parametrize(
    ("metric", "error", "words"),
    [
        ("confusion", TrackkitValueError, "cannot be laid over one another"),
        ("nothing", NotFoundError, "no such plot"),
    ],
)
def test_what_cannot_be_laid_over_is_refused(runs, metric, error, words):
    with pytest.raises(error, match=words):
        overlaid(runs, metric)
