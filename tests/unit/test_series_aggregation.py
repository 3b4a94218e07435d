"""Many curves as one, against the definitions and the printed tables."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackkit_jupyter.series import aggregate, student

members = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.integers(-20, 20).map(float) | st.sampled_from([math.nan, math.inf])),
             max_size=15).map(lambda rows: sorted(rows, key=lambda row: row[0])),
    min_size=1, max_size=5,
)  # fmt: skip
LINES, BANDS = ("mean", "median"), ("none", "minmax", "std", "stderr", "ci95")


def arrays(curves):
    return [(np.array([x for x, _ in c], dtype=float), np.array([y for _, y in c], dtype=float)) for c in curves]


def at_each_place(curves):
    """Place to the exact values of the curves there."""
    known = [{x: Fraction(y) for x, y in curve if math.isfinite(y)} for curve in curves]
    places = {}
    for x in sorted(set().union(*known)):
        for curve in known:
            before, after = [p for p in curve if p <= x], [p for p in curve if p >= x]
            if before and after:
                low, high = max(before), min(after)
                share = Fraction(x - low, high - low) if high > low else 0
                places.setdefault(x, []).append(curve[low] + (curve[high] - curve[low]) * share)
    return places


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("line", LINES)
@given(members)
def test_aggregate_is_its_definition(line, band, curves):
    found = aggregate(arrays(curves), line, band)
    places = at_each_place(curves)
    assert found.x.tolist() == list(places)
    assert found.count.tolist() == [len(values) for values in places.values()]
    low, high = [], []
    for values in places.values():
        mean, n = float(statistics.mean(values)), len(values)
        if band == "minmax":
            edges = float(min(values)), float(max(values))
        elif n == 1:
            edges = math.nan, math.nan
        else:
            spread = statistics.stdev(map(float, values)) / (1 if band == "std" else math.sqrt(n))
            spread *= student(n - 1) if band == "ci95" else 1
            edges = mean - spread, mean + spread
        low.append(edges[0])
        high.append(edges[1])
    middle = statistics.mean if line == "mean" else statistics.median
    np.testing.assert_allclose(found.line, [float(middle(v)) for v in places.values()], rtol=1e-12, atol=1e-12)
    if band == "none":
        assert found.low is found.high is None
    else:
        np.testing.assert_allclose(found.low, low, rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(found.high, high, rtol=1e-9, atol=1e-6)


def test_the_line_stays_inside_of_minimum_and_maximum():
    y = np.array([0.1, 0.3, 0.7])
    found = aggregate([(np.arange(3.0), y)] * 3, "mean", "minmax")
    assert (found.low <= found.line).all()
    assert (found.line <= found.high).all()


def test_a_curve_takes_part_in_its_own_range_only():
    long, short = (np.arange(5.0), np.zeros(5)), (np.array([1.0, 3.0]), np.array([10.0, 20.0]))
    found = aggregate([long, short], "mean", "std")
    assert found.count.tolist() == [1, 2, 2, 2, 1]
    assert found.line.tolist() == [0, 5, 7.5, 10, 0]
    assert np.isnan(found.low).tolist() == [True, False, False, False, True]


def test_more_values_than_are_held_at_a_time():
    rng = np.random.default_rng(0)
    curves = [(np.sort(rng.choice(10**6, 300_000, replace=False)).astype(float), rng.random(300_000)) for _ in range(4)]
    found = aggregate(curves, "mean", "minmax")
    for row in rng.integers(0, len(found.x), 200).tolist():
        place = found.x[row]
        there = [np.interp(place, x, y) for x, y in curves if x[0] <= place <= x[-1]]
        assert (found.count[row], found.low[row], found.high[row]) == (len(there), min(there), max(there))
        assert found.line[row] == pytest.approx(np.mean(there))


def test_nothing_is_aggregated_to_nothing():
    found = aggregate([(np.empty(0), np.empty(0)), (np.zeros(1), np.array([math.nan]))], "mean", "std")
    assert [len(column) for column in (found.x, found.line, found.low, found.high, found.count)] == [0] * 5


@pytest.mark.parametrize(
    ("freedom", "t"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622), (10, 2.2281), (29, 2.0452),
     (30, 2.0423), (60, 2.0003), (120, 1.9799), (999, 1.9623)],
)  # fmt: skip
def test_student_is_the_printed_table(freedom, t):
    assert student(freedom) == pytest.approx(t, abs=6e-5)


def test_nineteen_of_twenty_intervals_hold_the_mean():
    rng = np.random.default_rng(0)
    x = np.arange(4000.0)
    found = aggregate([(x, rng.standard_normal(4000)) for _ in range(5)], "mean", "ci95")
    assert ((found.low <= 0) & (found.high >= 0)).mean() == pytest.approx(0.95, abs=0.012)


def test_the_mean_of_the_largest_numbers_is_one_of_them() -> None:
    x = np.arange(3.0)
    curves = [(x, np.full(3, value)) for value in (1e308, 1.5e308, 1.7e308)]
    assert np.allclose(aggregate(curves).line / 1e308, 1.4)


@pytest.mark.parametrize("band", ["std", "stderr", "ci95"])
@pytest.mark.parametrize("line", ["mean", "median"])
def test_values_near_the_greatest_float_have_a_finite_band(line, band):
    x = np.arange(3.0)
    curves = [
        (x, np.full(3, 1.7e308)),
        (x, np.full(3, -1.7e308)),
        (np.array([0.0, 2.0]), np.array([1.7e308, -1.7e308])),
    ]
    found = aggregate(curves, line, band)
    for edge in (found.line, found.low, found.high):
        assert np.isfinite(edge).all()
    assert (found.low <= found.high).all()
    scaled = aggregate([(places, values / 1e10) for places, values in curves], line, band)
    expected = np.clip([scaled.low, scaled.high], -1.7976931348623e298, 1.7976931348623e298)
    np.testing.assert_allclose(np.array([found.low, found.high]) / 1e10, expected, rtol=1e-9)
    np.testing.assert_allclose(found.line / 1e10, scaled.line, rtol=1e-9, atol=1e285)
