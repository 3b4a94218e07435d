"""One clock: what belongs to a span of time, whichever axis it was drawn on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.operations import handles


@pytest.fixture
def run(tmp_path):
    with track.start("one", store=tmp_path / "store", capture=False) as made:
        for step in range(10):
            made.log({"loss/train": 1.0 / (step + 1), "loss/val": 2.0}, iteration=10 * step)
            made.log_text(f"step {step}")
            if step % 3 == 0:
                made.log_image("digits", "wrong", np.full((2, 2), step, np.uint8), iteration=10 * step)
                made.log_plot("curve", "roc", {"data": [{"type": "bar", "y": [step]}]}, iteration=10 * step)
            if step == 5:
                made.log({":monitor:cpu/percent": 50.0}, iteration=0)
    yield made
    handles.clear()


def span(run: track.Experiment, *ends: float, **arguments: Any) -> Any:
    return operations.call("span", run.store, {"id": run.id, "x_from": ends[0], "x_to": ends[-1], **arguments})


def time_of(run: track.Experiment, step: int) -> float:
    return float(run.series("loss/train").times[step])


def test_a_span_of_iterations_is_one_of_time(run):
    found = span(run, 20, 60, xaxis="iterations", metric="loss")
    assert (found["from"], found["to"]) == (time_of(run, 2), time_of(run, 6))
    assert found["iterations"] == {"loss": [20, 60], ":monitor:cpu": [0, 0]}
    lines, _ = run.console(found["console"][0], found["counts"]["console"])
    assert [line["text"] for line in lines] == [f"step {step}" for step in range(2, 6)]
    assert found["samples"] == [30, 30]
    assert found["plots"] == {f"{run.id}/curve/roc": 1}
    assert found["counts"] == {"console": 4, "samples": 1, "plots": 1, "cells": 0}


def test_the_timeline_has_how_far_everything_was(run):
    found = operations.call("timeline", run.store, {"id": run.id})
    assert found["times"] == [time_of(run, step) for step in range(10)]
    assert found["groups"] == [
        {"metrics": ["loss"], "iterations": [10 * step for step in range(10)]},
        {"metrics": [":monitor:cpu"], "iterations": [None] * 6 + [0] * 4},
    ]
    assert found["console"] == list(range(10))  # each line comes after its points
    assert found["samples"] == {
        "iterations": [None, 0, 0, 0, 30, 30, 30, 60, 60, 60],
        "counts": [0, 1, 1, 1, 2, 2, 2, 3, 3, 3],
    }
    assert found["plots"] == {f"{run.id}/curve/roc": [0, 1, 1, 1, 2, 2, 2, 3, 3, 3]}


def test_the_timeline_of_nothing_and_of_much(tmp_path):
    with track.start("much", store=tmp_path / "store", capture=False) as made:
        assert operations.call("timeline", made.store, {"id": made.id})["times"] == []
        for step in range(1_000):
            made.log({"loss": 1.0}, iteration=step)
        made.record_cell("train()", 1)
        found = operations.call("timeline", made.store, {"id": made.id})
    assert len(found["times"]) == 64
    assert found["groups"][0]["iterations"][0::63] == [0, 999]
    assert found["times"][-1] <= found["cells"][0] == made.execution["cells"][0]["time"]
    handles.clear()


def test_the_same_span_on_every_axis(run):
    drawn = span(run, 20, 60, xaxis="iterations", metric="loss")
    assert span(run, drawn["from"], drawn["to"]) == drawn
    assert span(run, *drawn["relative"], xaxis="relative") == drawn
    assert drawn["relative"][1] - drawn["relative"][0] == drawn["to"] - drawn["from"]


@pytest.mark.parametrize(("share", "nearest"), [(0.25, 30), (0.75, 60)])
def test_a_moment_has_what_is_nearest_and_the_iteration_that_was_the_latest(run, share, nearest):
    def between(times: list[float]) -> float:
        return times[0] + share * (times[1] - times[0])

    sampled = [row["time"] for row in run.samples() if row["iteration"] in (30, 60)]
    found = span(run, between(sampled))
    assert found["samples"] == [nearest, nearest]
    plotted = [plot["time"] for plot in run.plots()][1:3]
    assert span(run, between(plotted))["plots"] == {f"{run.id}/curve/roc": nearest // 30}
    lines, _ = run.console(3, 2)
    found = span(run, between([line["time"] for line in lines]))
    assert found["console"] == ([3, 4] if nearest == 30 else [4, 5])
    assert span(run, time_of(run, 4))["iterations"] == {"loss": [40, 40]}
    assert set(found["counts"].values()) == {0}


def test_iterations_between_two_points_are_those_of_the_closest(run):
    found = span(run, 31, 33, xaxis="iterations", metric="loss")
    assert found["from"] == found["to"] == time_of(run, 3)


def test_before_anything_the_first_is_nearest(run):
    found = span(run, 0.0, 1.0)
    assert (found["iterations"], found["cells"]) == ({}, [0, 0])
    assert (found["console"], found["samples"], found["plots"]) == ([0, 1], [0, 0], {f"{run.id}/curve/roc": 0})


def test_where_nothing_was_logged_there_is_nothing(tmp_path):
    with track.start("bare", store=tmp_path / "store", capture=False) as bare:
        bare.log({"loss": 1.0}, iteration=0)
    found = span(bare, 0.0, 1.0)
    assert (found["console"], found["samples"], found["plots"]) == ([0, 0], None, {})
    handles.clear()


def test_cells_are_at_work_until_the_next_begins(tmp_path):
    with track.start("cells", store=tmp_path / "store", capture=False) as run:
        for number in (1, 2, 3):
            run.record_cell(f"cell {number}", number)
    one, two, three = (cell["time"] for cell in run.execution["cells"])
    half = (two - one) / 2
    assert span(run, one + half, one + half)["cells"] == [0, 1]
    assert span(run, one + half, two)["cells"] == [0, 2]
    assert span(run, three + 1.0)["cells"] == [2, 3]
    assert span(run, one - 1.0)["cells"] == [0, 0]
    handles.clear()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x_from": 2.0, "x_to": 1.0}, "x_to must not be smaller than x_from, which is 2"),
        ({"x_from": 1.0, "x_to": 2.0, "xaxis": "iterations", "metric": "nothing"}, "that has points"),
    ],
)
def test_what_is_no_span_is_refused(run, arguments, words):
    with pytest.raises(TrackkitValueError, match=words):
        operations.call("span", run.store, {"id": run.id, **arguments})
