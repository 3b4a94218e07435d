"""Smoothing, down-sampling and axes against their definitions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series import ascending, axis, down_sample, ema, non_finite, window, word

finite = st.floats(-1e6, 1e6)
values = st.lists(finite | st.sampled_from([math.nan, math.inf, -math.inf]), max_size=300)
weights = st.sampled_from([0.001, 0.3, 0.6, 0.9, 0.99, 0.999])


@dataclass
class Logged:
    iterations: np.ndarray
    times: np.ndarray


def ema_by_definition(y, weight):
    state, count, result = 0.0, 0, []
    for value in y:
        if not math.isfinite(value):
            result.append(math.nan)
            continue
        count += 1
        state = weight * state + (1 - weight) * value
        result.append(state / (1 - weight**count))
    return result


@given(values, weights)
def test_ema_is_its_definition(y, weight):
    expected = ema_by_definition(y, weight)
    assert ema(np.array(y, dtype=float), weight) == pytest.approx(expected, rel=1e-9, abs=1e-6, nan_ok=True)


def test_ema_of_a_long_series_is_its_definition():
    y = np.random.default_rng(0).standard_normal(50_000).cumsum()
    assert ema(y, 0.999) == pytest.approx(ema_by_definition(y.tolist(), 0.999), rel=1e-9, abs=1e-9)


def test_ema_with_weight_zero_is_the_input_itself():
    y = np.array([1.0, math.nan, math.inf])
    assert ema(y, 0) is y


@given(st.lists(finite, min_size=1, max_size=200), weights)
def test_ema_begins_with_the_first_value(y, weight):
    assert ema(np.array(y), weight)[0] == y[0]


@given(st.lists(finite, min_size=2, max_size=200), weights, st.data())
def test_ema_does_not_depend_on_what_comes_later(y, weight, data):
    cut = data.draw(st.integers(1, len(y) - 1))
    assert ema(np.array(y), weight)[:cut] == pytest.approx(ema(np.array(y[:cut]), weight), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("weight", [1, 1.5, -0.1, math.nan])
def test_ema_refuses_a_weight_out_of_range(weight):
    with pytest.raises(TrackkitValueError) as caught:
        ema(np.ones(3), weight)
    assert caught.value.field == "smoothing"


def kept_by_definition(x, y, points):
    """Rows that must be kept, and those that may: any row with the value of a bucket's minimum or maximum."""
    buckets = (points - 2) // 2
    edges = [x[0] + (x[-1] - x[0]) * (k / buckets) for k in range(1, buckets)]
    groups = {}
    for row, position in enumerate(x):
        groups.setdefault(sum(edge <= position for edge in edges), []).append(row)
    kept = {0, len(x) - 1}
    for rows in groups.values():
        known = [row for row in rows if math.isfinite(y[row])]
        kept.add(min(known, key=lambda row: y[row]) if known else rows[0])
        kept.add(max(known, key=lambda row: (y[row], -row)) if known else rows[0])
    return sorted(kept)


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-5, 5) | st.sampled_from([math.nan, math.inf])), min_size=1),
    st.integers(4, 40),
)
def test_down_sample_keeps_first_last_and_the_extremes_of_every_bucket(rows, points):
    rows.sort(key=lambda row: row[0])
    x, y = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows], dtype=float)
    found = down_sample(x, y, points).tolist()
    assert len(found) <= points
    if len(rows) <= points:
        assert found == list(range(len(rows)))
    else:
        assert found == kept_by_definition(x.tolist(), y.tolist(), points)


@pytest.mark.parametrize(
    "x",
    [np.zeros(100), 1.7e9 + np.arange(100) * 1e-9, np.concatenate([np.zeros(99), [1e15]]), np.arange(100) * 1e-300],
    ids=["one place", "closer than the clock", "an outlier", "tiny"],
)
def test_down_sample_bears_every_spacing(x):
    y = np.sin(np.arange(100.0))
    found = down_sample(x, y, 10)
    assert {0, 99, int(y.argmin()), int(y.argmax())} <= set(found.tolist())
    assert len(found) <= 10


def test_down_sample_never_loses_a_single_peak_in_a_million():
    y = np.zeros(1_000_000)
    y[654_321], y[123_456] = 1, -1
    assert {654_321, 123_456} <= set(down_sample(np.arange(1e6), y, 2000).tolist())


def test_down_sample_refuses_too_few_points():
    with pytest.raises(TrackkitValueError, match="at least 4"):
        down_sample(np.arange(10.0), np.arange(10.0), 3)


def test_axes():
    series = Logged(np.array([5, 6, 7]), np.array([110.0, 120.0, 140.0]))
    assert axis(series, "iterations").tolist() == [5, 6, 7]
    assert axis(series, "relative", 100.0).tolist() == [10, 20, 40]
    assert axis(series, "relative").tolist() == [0, 10, 30]
    assert axis(series, "wall", 100.0).tolist() == [110, 120, 140]
    with pytest.raises(TrackkitValueError, match="'epochs'"):
        axis(series, "epochs")


def test_ascending_is_stable_and_says_when_there_is_nothing_to_do():
    assert ascending(np.array([1.0, 1.0, 2.0])) is None
    assert ascending(np.array([])) is None
    assert ascending(np.array([2.0, 1.0, 2.0, 1.0])).tolist() == [1, 3, 0, 2]


def test_window_takes_one_neighbour_on_each_side():
    x = np.arange(10.0)
    assert window(x, 3, 5) == slice(2, 7)
    assert window(x, None, 5) == slice(0, 7)
    assert window(x, 3.5, None) == slice(3, 10)
    assert window(x, 3.2, 3.4) == slice(3, 5)
    assert window(x, 20, 30) == slice(9, 10)
    assert window(np.array([]), 0, 1) == slice(0, 0)


def test_non_finite_says_what_and_where_and_how_many():
    y = np.array([1, math.nan, math.inf, 0, -math.inf])
    assert non_finite(np.arange(5.0), y) == ([(1, "NaN"), (2, "Infinity"), (4, "-Infinity")], 3)
    marks, count = non_finite(np.arange(1000.0), np.full(1000, math.nan), limit=10)
    assert count == 1000
    assert len(marks) == 10
    assert (marks[0][0], marks[-1][0]) == (0, 999)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([1.0, math.nan, math.inf])), min_size=2, max_size=300),
    st.integers(2, 20),
)
def test_every_part_of_a_curve_that_is_not_finite_somewhere_has_a_mark(rows, limit):
    rows.sort(key=lambda row: row[0])
    x, y = np.array([row[0] for row in rows], dtype=float), np.array([row[1] for row in rows])
    marks, count = non_finite(x, y, limit)
    bad = [place for place, value in rows if not math.isfinite(value)]
    assert count == len(bad)
    found = [place for place, _ in marks]
    assert found == sorted(found)
    if count <= limit:
        assert found == bad
        return
    assert len(found) <= limit
    assert {found[0], found[-1]} == {bad[0], bad[-1]}
    width = (x[-1] - x[0]) / (limit - 1)
    # Wherever the curve is not finite, the next mark before it is less than a part of the range away.
    assert all(min(abs(place - mark) for mark in found) <= width for place in bad)


def test_word_is_strict_json():
    assert [word(v) for v in (0.0, 1.5, math.nan, math.inf, -math.inf)] == [0, 1.5, "NaN", "Infinity", "-Infinity"]
