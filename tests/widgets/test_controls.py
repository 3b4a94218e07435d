"""Controls move the views they are linked to, and follow them."""

from __future__ import annotations

import numpy as np
import pytest

import trackkit_jupyter as track
from trackkit_jupyter.widgets import ComparisonView, PlotControls, PlotsView, SampleSlider, SamplesView, ScalarsView

from .sent import Comms


def test_controls_are_linked_both_ways(comms: Comms, exp: track.Experiment) -> None:
    one, two = ScalarsView(exp, smoothing=0.3), ComparisonView([exp, exp])
    controls = PlotControls(one, two)
    assert (controls.smoothing.value, two.smoothing) == (0.3, 0.3)
    controls.xaxis.value = "wall"
    assert (one.xaxis, two.xaxis) == ("wall", "wall")
    one.group_by = "none"
    assert (controls.group_by.value, two.group_by) == ("none", "none")
    controls.close()
    one.smoothing = 0.9
    assert two.smoothing == 0.3
    with pytest.raises(track.TrackkitTypeError, match="PlotsView is needed, not SamplesView"):
        PlotControls(SamplesView(exp))
    with pytest.raises(track.TrackkitTypeError):
        PlotControls()


def test_controls_of_plots_and_curves_move_what_each_has(comms: Comms, exp: track.Experiment) -> None:
    plots, curves = PlotsView(exp, metrics="confusion"), ScalarsView(exp, smoothing_kind="gaussian")
    controls = PlotControls(plots, curves)
    assert (controls.metrics.value, curves.metrics) == (["confusion"], ["confusion"])
    controls.metrics.value = ["loss"]
    assert (plots.metrics, curves.metrics) == (["loss"], ["loss"])
    controls.smoothing_kind.value = "running"
    assert curves.smoothing_kind == "running"
    alone = PlotControls(plots)
    assert alone.children == (alone.metrics,), "nothing that has no effect"


def test_the_slider_goes_over_the_iterations_of_samples(comms: Comms, exp: track.Experiment) -> None:
    view = SamplesView(exp)
    slider = SampleSlider(view)
    assert [value for _, value in slider.options] == [0, 3, 6, "newest"]
    assert slider.value == "newest"
    slider.value = 3
    assert view.iteration == 3
    exp.log_image("digits", "first", np.zeros((4, 4), dtype=np.uint8), iteration=9)
    view.iteration = 9
    assert slider.value == 9
    view.iteration = None
    assert slider.value == "newest"
    slider.close()
    slider.value = 0
    view.iteration = 6
    assert slider.value == 0
    with pytest.raises(track.TrackkitTypeError):
        SampleSlider(ScalarsView(exp))  # type: ignore[arg-type]
