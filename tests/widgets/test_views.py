"""The views as widgets: traits that are checked and sent, and no data in any of them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import traitlets

import trackkit_jupyter as track
from trackkit_jupyter.views.view import CURVES
from trackkit_jupyter.widgets import (
    ComparisonView,
    ExperimentsTable,
    ExperimentView,
    PlotsView,
    SamplesView,
    ScalarsView,
    ViewWidget,
)

from .sent import Comms, opened

VIEWS = [ExperimentView, ScalarsView, PlotsView, SamplesView, ComparisonView]


@pytest.mark.parametrize("kind", VIEWS)
def test_a_state_is_small_and_holds_no_data(comms: Comms, exp: track.Experiment, kind: type[ViewWidget]) -> None:
    widget = kind(exp)
    state = opened(comms, widget)
    assert len(json.dumps(state)) < 4_000
    assert state["objects"] == [exp.id]
    assert len(state["_esm"]) < 1_000
    assert not any(buffers for id, _, _, buffers in comms if id == widget.model_id)


def test_options_are_traits(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp, metrics="loss", variants=("train", "val"), smoothing=0.6, xaxis="wall", height=300)
    assert (widget.metrics, widget.variants, widget.height) == (["loss"], ["train", "val"], 300)
    assert widget.view.kind == "scalars"
    assert widget.view.options["smoothing"] == 0.6
    state = opened(comms, widget)
    assert (state["smoothing"], state["xaxis"], state["metrics"]) == (0.6, "wall", ["loss"])


def test_the_look_of_curves_is_traits_too(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp, hidden=["rate"], log_y=True, y_range=[None, 5], ignore_outliers=True)
    state = opened(comms, widget)
    assert {name: state[name] for name in ("hidden", "log_y", "log_x", "y_range", "x_range", "ignore_outliers")} == {
        "hidden": ["rate"],
        "log_y": True,
        "log_x": False,
        "y_range": [None, 5.0],
        "x_range": [None, None],
        "ignore_outliers": True,
    }
    assert widget.view.options["y_range"] == [None, 5.0]
    assert PlotsView(exp, hidden=["confusion/val"]).hidden == ["confusion/val"]


@pytest.mark.parametrize(
    "options",
    [
        *({"smoothing": 1.0}, {"xaxis": "time"}, {"group_by": 3}, {"nonsense": 1}, {"height": -1}, {"metrics": [3]}),
        *({"log_y": "yes"}, {"hidden": b"loss, rate"}, {"y_range": [2.0, 1.0]}, {"x_range": [0.0]}),
        *({"x_range": [math.nan, 1.0]}, {"y_range": ["low", None]}),
    ],
)
def test_a_wrong_option_raises(comms: Comms, exp: track.Experiment, options: dict[str, Any]) -> None:
    with pytest.raises(track.TrackkitValueError):
        ScalarsView(exp, **options)


def test_groups_of_experiments_are_options_too(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp, by=["lr"], band="std", xaxis="wall")
    assert widget.view.options["band"] == "std"
    state = opened(comms, widget)
    assert (state["by"], state["band"], state["_extra"]) == (["lr"], "std", {})
    assert ComparisonView([exp, exp], group_by=["lr"]).band == "minmax", "as track.compare has it"


def test_a_trait_set_later_is_checked_and_sent(comms: Comms, exp: track.Experiment) -> None:
    widget = ExperimentView(exp, tab="plots")
    comms.clear()
    widget.tab = "console"
    assert [data["state"] for _, _, data, _ in comms] == [{"tab": "console"}]
    with pytest.raises(traitlets.TraitError):
        widget.tab = "nowhere"


def test_the_page_knows_every_option() -> None:
    source = (Path(__file__).parents[2] / "labextension" / "src" / "ui" / "bound.ts").read_text(encoding="utf-8")
    (listed,) = re.findall(r"const TRAITS = \[(.*?)\]", source, re.DOTALL)
    assert set(re.findall(r"'(\w+)'", listed)) == set().union(
        *(kind.option_names() for kind in [*VIEWS, ExperimentsTable])
    )
    assert set(CURVES) <= ScalarsView.option_names()


def test_a_widget_shows_the_samples_of_one_metric(comms: Comms, exp: track.Experiment) -> None:
    exp.log_image("faces", "first", np.zeros((4, 4), dtype=np.uint8), iteration=5)
    view = SamplesView(exp, metric="faces")
    assert (view.iterations, view.view.options) == ([5], {"metrics": ["faces"]})
    view.metric = "digits"
    assert view.iterations == [0, 3, 6]
    assert SamplesView(exp, metrics="faces").metric == "faces", "as the other views name it"
