"""The kinds of smoothing against their definitions, point by point."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series import Smoothing, ema, gaussian, running_mean, time_weighted

finite = st.floats(-1e6, 1e6)
values = st.lists(finite | st.sampled_from([math.nan, math.inf, -math.inf]), max_size=150)
weights = st.sampled_from([0.001, 0.3, 0.6, 0.9, 0.99, 0.999])
gaps = st.sampled_from([0.0, 0.0, 1e-3, 0.5, 1.0, 7.0, 1e6])


def skipping(y, smooth):
    """`smooth` is given the finite values alone; the rest is NaN at its place."""
    rows = [row for row, value in enumerate(y) if math.isfinite(value)]
    result = [math.nan] * len(y)
    for row, value in zip(rows, smooth([y[row] for row in rows]), strict=True):
        result[row] = value
    return result


def agrees(found, expected):
    return found == pytest.approx(expected, rel=1e-9, abs=1e-6, nan_ok=True)


@given(st.lists(st.tuples(gaps, finite | st.just(math.nan)), max_size=150), weights, st.sampled_from([0.5, 1.0, 40.0]))
def test_time_weighted_is_its_definition(rows, weight, step):
    x, y = np.cumsum([gap for gap, _ in rows]), [value for _, value in rows]
    places = [float(x[row]) for row, value in enumerate(y) if math.isfinite(value)]

    def definition(known):
        for n in range(len(known)):
            shares = [weight ** ((places[n] - places[i]) / step) for i in range(n + 1)]
            yield sum(share * value for share, value in zip(shares, known, strict=False)) / sum(shares)

    assert agrees(time_weighted(x, np.array(y, dtype=float), weight, step), skipping(y, definition))


@given(st.lists(finite, max_size=200), weights)
def test_time_weighted_of_even_steps_is_the_plain_average(y, weight):
    x = 10.0 + 2.5 * np.arange(len(y))
    assert agrees(time_weighted(x, np.array(y), weight, 2.5), ema(np.array(y), weight))


def test_time_weighted_smooths_sparse_and_dense_curves_alike():
    dense, sparse = np.arange(0.0, 1000), np.arange(0.0, 1000, 50)
    smooth = [time_weighted(x, np.sin(x / 100), 0.99, 1.0) for x in (dense, sparse)]
    plain = [ema(np.sin(x / 100), 0.99) for x in (dense, sparse)]
    assert abs(smooth[0][::50] - smooth[1])[5:].max() < 0.25
    assert abs(plain[0][::50] - plain[1])[5:].max() > 0.5


def test_time_weighted_without_width_weighs_all_points_the_same():
    assert time_weighted(np.zeros(3), np.array([1.0, 3.0, 8.0]), 0.9, 0.0).tolist() == [1, 2, 4]


def test_time_weighted_of_a_long_series_is_its_definition():
    rng = np.random.default_rng(0)
    x, y = np.cumsum(rng.exponential(size=30_000)), rng.standard_normal(30_000).cumsum()
    state, total, expected = 0.0, 0.0, []
    for n in range(len(x)):
        decay = 0.99 ** (x[n] - x[n - 1]) if n else 0.0
        state, total = decay * state + y[n], decay * total + 1
        expected.append(state / total)
    assert time_weighted(x, y, 0.99, 1.0) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(values, st.integers(1, 17).map(lambda half: 2 * half + 1))
def test_running_mean_is_its_definition(y, window):
    def definition(known):
        for n in range(len(known)):
            part = known[max(0, n - window + 1) : n + 1]
            yield math.fsum(part) / len(part)

    assert agrees(running_mean(np.array(y, dtype=float), window), skipping(y, definition))


def test_running_mean_forgets_what_has_left_the_window():
    y = np.concatenate([[1e17], np.ones(50)])
    assert running_mean(y, 7)[7:].tolist() == [1.0] * 44


@given(values, st.integers(1, 7).map(lambda half: 2 * half + 1), st.sampled_from([0.5, 1.0, 3.0]))
def test_gaussian_is_its_definition(y, window, sigma):
    reach = window // 2
    kernel = [math.exp(-k * k / (2 * sigma * sigma)) for k in range(-reach, reach + 1)]

    def definition(known):
        for n in range(len(known)):
            near = [known[min(max(n + k, 0), len(known) - 1)] for k in range(-reach, reach + 1)]
            yield sum(w * v for w, v in zip(kernel, near, strict=True)) / sum(kernel)

    assert agrees(gaussian(np.array(y, dtype=float), window, sigma), skipping(y, definition))


KINDS = [
    Smoothing("ema", 0.9),
    Smoothing("time_weighted", 0.9),
    Smoothing("running", window=9),
    Smoothing("gaussian", window=9, sigma=2),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@given(st.lists(finite, min_size=1, max_size=80))
def test_no_kind_leaves_the_range_of_the_values(kind, y):
    found = kind(np.arange(float(len(y))), np.array(y), float(len(y)))
    slack = 1e-9 * max(map(abs, y)) + 1e-300  # the least of numbers has no parts
    assert found.min() >= min(y) - slack
    assert found.max() <= max(y) + slack


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_nothing_finite_stays_nothing(kind):
    y = np.array([math.nan, math.inf])
    assert np.isnan(kind(np.arange(2.0), y, 1.0)).all()
    assert len(kind(np.empty(0), np.empty(0), 0.0)) == 0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@given(st.lists(finite, min_size=2, max_size=80), st.data())
def test_causal_kinds_do_not_depend_on_what_comes_later(kind, y, data):
    cut, x = data.draw(st.integers(1, len(y) - 1)), np.arange(float(len(y)))
    early, whole = kind(x[:cut], np.array(y[:cut]), float(cut)), kind(x, np.array(y), float(len(y)))
    if kind.causal:
        assert whole[:cut] == pytest.approx(early, rel=1e-12, abs=1e-9)


def test_what_is_causal_and_what_changes_nothing():
    assert [kind.causal for kind in KINDS] == [True, False, True, False]
    assert not any(kind.active for kind in (Smoothing(), Smoothing("none", 0.5), Smoothing("time_weighted", 0)))
    assert all(kind.active for kind in KINDS)
    y = np.array([1.0, 2.0])
    assert Smoothing("none", 0.9)(np.arange(2.0), y, 1.0) is y


@pytest.mark.parametrize(
    ("options", "field"),
    [({"kind": "median"}, "smoothing_kind"), ({"weight": 1}, "smoothing"), ({"weight": -0.1}, "smoothing"),
     ({"kind": "time_weighted", "weight": math.nan}, "smoothing"),
     ({"kind": "running", "window": 4}, "smoothing_window"),
     ({"kind": "running", "window": 1}, "smoothing_window"), ({"kind": "running", "window": 37}, "smoothing_window"),
     ({"kind": "gaussian", "window": 17}, "smoothing_window"), ({"kind": "gaussian", "sigma": 0.4}, "smoothing_sigma"),
     ({"kind": "gaussian", "sigma": math.nan}, "smoothing_sigma")],
)  # fmt: skip
def test_parameters_out_of_range_are_refused_by_name(options, field):
    with pytest.raises(TrackkitValueError) as caught:
        Smoothing(**options)
    assert caught.value.field == field


def test_parameters_that_a_kind_does_not_use_are_not_looked_at():
    assert Smoothing("ema", 0.5, window=4, sigma=99).active
