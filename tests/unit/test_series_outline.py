"""The outline of a long curve changes nothing of what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from trackkit_jupyter.charts import Curve, build
from trackkit_jupyter.series import LONG, Outline, down_sample

VALUES = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.5, 1e308, -1e308, np.nan, np.inf, -np.inf])
CURVES = arrays.arrays(float, st.integers(5, 700), elements=VALUES)


def made(values, cuts=()):
    """Return the outline of a curve that came in several pieces."""
    kept, at = {}, np.arange(len(values))
    for cut in sorted(cuts):
        Outline.of(kept, at[:cut], values[:cut])
    return Outline.of(kept, at, values)


@settings(deadline=None, max_examples=300)
@given(CURVES, st.lists(st.integers(0, 700), max_size=4), st.data(), st.integers(4, 40))
def test_what_is_chosen_with_an_outline_is_what_is_chosen_without(values, cuts, data, points):
    outline = made(values, cuts)
    start = data.draw(st.integers(0, len(values) - 1))
    stop = data.draw(st.integers(start + 1, len(values)))
    x, y = np.arange(start, stop), values[start:stop]
    found = down_sample(x, y, points, outline=(outline, start))
    assert found.tolist() == down_sample(x, y, points).tolist()


@settings(deadline=None, max_examples=300)
@given(CURVES, st.lists(st.integers(0, 700), max_size=4), st.data())
def test_it_counts_what_is_not_finite_and_not_above_zero(values, cuts, data):
    outline = made(values, cuts)
    start = data.draw(st.integers(0, len(values)))
    stop = data.draw(st.integers(start, len(values)))
    y = values[start:stop]
    assert outline.nonpositive_in(y, start) == np.count_nonzero(np.isfinite(y) & (y <= 0))
    rows = outline.maybe_nonfinite(start, stop)
    assert np.all(np.diff(rows) > 0)
    assert set(start + np.flatnonzero(~np.isfinite(y))) <= set(rows.tolist()) <= set(range(start, stop))
    if len(y):
        assert {start, stop - 1} <= set(rows.tolist())


@given(st.lists(st.integers(0, 9), max_size=300), st.lists(st.integers(0, 300), max_size=3))
def test_it_says_that_iterations_ascend_only_where_they_do(steps, cuts):
    iterations, kept = np.array(steps, np.int64), {}
    for cut in [*sorted(cuts), len(steps)]:
        outline = Outline.of(kept, iterations[:cut], np.zeros(len(steps))[:cut])
    assert outline.ascending(iterations) == bool((iterations[1:] >= iterations[:-1]).all())
    assert outline.ascending(np.arange(len(steps))) in (True, outline.ascends)


def test_one_that_knows_more_serves_a_reader_that_has_less():
    values, kept = np.random.default_rng(0).normal(size=1000), {}
    more = Outline.of(kept, np.arange(1000), values)
    assert Outline.of(kept, np.arange(500), values[:500]) is more
    found = down_sample(np.arange(500), values[:500], 20, outline=(more, 0))
    assert found.tolist() == down_sample(np.arange(500), values[:500], 20).tolist()


@pytest.mark.parametrize("options", [{}, {"xaxis": "relative"}, {"smoothing": 0.9}, {"x_range": (20_000, 190_000)}])
@pytest.mark.parametrize("harm", ["none", "nan", "backwards"])
def test_a_chart_is_the_same_with_what_was_kept_and_without(options, harm):
    count = 2 * LONG
    random = np.random.default_rng(3)
    iterations, values, times = np.arange(count), random.normal(size=count).cumsum(), 1.7e9 + np.arange(count) * 0.1
    if harm == "nan":
        values[random.integers(0, count, 500)] = random.choice([np.nan, np.inf, -np.inf], 500)
    elif harm == "backwards":
        iterations[-5:] = 7

    def drawn(kept, stop=count):
        about = ("e" * 32, "e", "loss", "val", 0, 0, iterations[:stop], values[:stop], times[:stop], 1.7e9)
        (chart,) = build([Curve(*about, kept=kept)], **options)
        return chart.series[0]

    kept = {}
    drawn(kept, LONG + 77)  # what came before
    one, other = drawn(kept), drawn(None)
    assert kept
    for name, expected in vars(other).items():
        np.testing.assert_array_equal(vars(one)[name], expected, err_msg=name)
