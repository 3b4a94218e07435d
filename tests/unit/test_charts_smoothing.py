"""What a chart shows of a smoothed curve is the formula on all of its points, whatever part of it is looked at."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackkit_jupyter.charts import Curve, build

finite = st.floats(-1e6, 1e6).map(lambda value: value if abs(value) > 1e-50 else 0.0)
values = st.lists(st.one_of(finite, st.sampled_from([math.nan, math.inf, -math.inf])), min_size=1, max_size=300)
weights = st.integers(1, 999).map(lambda thousandths: thousandths / 1000)


def curve(y: list[float]) -> Curve:
    count = np.arange(len(y))
    return Curve("e", "run", "loss", "train", 0, 0, count, np.array(y, dtype=float), count.astype(float), 0.0)


def formula(y: list[float], weight: float) -> list[float]:
    """De-biased moving average in exact arithmetic: what is not finite is skipped."""
    w, state, power, out = Fraction(weight), Fraction(0), Fraction(1), []
    for value in y:
        if not math.isfinite(value):
            out.append(math.nan)
            continue
        state = w * state + (1 - w) * Fraction(value)
        power *= w
        # Digits that no float holds are let go, or the numbers grow without end.
        state, power = (Fraction(round(x * 2**400), 2**400) for x in (state, power))
        out.append(float(state / (1 - power)))
    return out


@settings(deadline=None)
@given(values, weights, st.data())
def test_a_chart_shows_the_formula_whatever_the_zoom_and_the_sampling(
    y: list[float], weight: float, data: st.DataObject
):
    low, high = sorted(data.draw(st.tuples(*2 * [st.integers(0, len(y) - 1)])))
    points = data.draw(st.sampled_from([4, 10, 2_000]))
    expected = formula(y, weight)
    size = max((abs(value) for value in y if math.isfinite(value)), default=0.0)
    (chart,) = build([curve(y)], smoothing=weight, points=points, x_range=(low, high))
    (line,) = chart.series
    assert len(line.x) >= 1
    for x, shown in zip(line.x.tolist(), line.y.tolist(), strict=True):
        # Relative to the values that are averaged: they may cancel.
        assert shown == pytest.approx(expected[int(x)], rel=1e-12, abs=1e-12 * size, nan_ok=True)


def test_a_long_curve_is_the_formula_to_its_end():
    y = np.random.default_rng(0).normal(size=200_000) + 5
    state, power, expected = 0.0, 1.0, []
    for value in y.tolist():
        state = 0.999 * state + 0.001 * value
        power *= 0.999
        expected.append(state / (1 - power))
    for x_range in (None, (120_000.0, 120_500.0), (199_000.0, None)):
        ((line,),) = (chart.series for chart in build([curve(y.tolist())], smoothing=0.999, x_range=x_range))
        np.testing.assert_allclose(line.y, np.array(expected)[line.x.astype(int)], rtol=1e-12)
