"""What it costs to smooth a million points, and to choose what is drawn of ten million."""

from __future__ import annotations

import numpy as np
import pytest

from trackkit_jupyter.charts import Curve, Group, build

from .rounds import in_turns, ratio, told

GROUP = Group("f" * 32, "all")
KINDS = {
    "none": {"smoothing_kind": "none"},
    "ema": {"smoothing": 0.99},
    "time_weighted": {"smoothing_kind": "time_weighted", "smoothing": 0.99},
    "running": {"smoothing_kind": "running", "smoothing_window": 35},
    "gaussian": {"smoothing_kind": "gaussian", "smoothing_window": 15},
}


def curve(points, experiment="a", group=None):
    values = np.random.default_rng(0).standard_normal(points).cumsum()
    times = 1.7e9 + 0.01 * np.arange(points)
    return Curve(experiment * 32, experiment, "loss", "val", 0, 0, np.arange(points), values, times, 1.7e9, group)


@pytest.mark.parametrize("kind", KINDS)
def test_a_million_points_smoothed_and_reduced(kind):
    """The budget is 100 ms, where one ``cumsum`` over the values takes 2.5 ms: 40 times that."""
    one = curve(1_000_000)
    bare, drawn = in_turns(one.values.cumsum, lambda: build([one], **KINDS[kind]))
    told("cumsum of a million values", bare)
    told(f"build() of a million points, {kind}", drawn)
    assert ratio(drawn, bare) <= 40


def test_ten_million_points_reduced():
    """Everything is looked at again after new points: 44 ms, where one ``cumsum`` takes 33. Twice that is the bound."""
    one = curve(10_000_000)
    bare, drawn = in_turns(one.values.cumsum, lambda: build([one]), rounds=5)
    told("cumsum of ten million values", bare)
    told("build() of ten million points", drawn)
    assert ratio(drawn, bare) <= 3


def test_five_experiments_of_a_million_points_as_one_line_with_its_band():
    members = [curve(1_000_000, name, GROUP) for name in "abcde"]
    bare, drawn = in_turns(members[0].values.cumsum, lambda: build(members, band="ci95"), rounds=5)
    told("build() of a group of five, a million points each", drawn)
    assert ratio(drawn, bare) <= 100
