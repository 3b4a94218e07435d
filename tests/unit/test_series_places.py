"""A metric as the axis, and the ranges that a chart suggests, against their definitions."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trackkit_jupyter.series import down_sample, join, typical, window

values = st.integers(-9, 9).map(float) | st.sampled_from([math.nan, math.inf])
rows = st.lists(st.tuples(st.integers(-5, 20), values), max_size=40)


@given(st.lists(st.integers(-8, 25), max_size=30), rows)
def test_join_takes_the_latest_value_at_or_before(iterations, other):
    expected = []
    for iteration in iterations:
        before = [(at, row) for row, (at, value) in enumerate(other) if at <= iteration and math.isfinite(value)]
        expected.append(other[max(before)[1]][1] if before else math.nan)
    at, along = np.array([row[0] for row in other], dtype=np.int64), np.array([row[1] for row in other], dtype=float)
    np.testing.assert_array_equal(join(np.array(iterations, dtype=np.int64), at, along), expected)


@given(st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf]), max_size=60))
def test_typical_is_the_fifth_and_the_ninety_fifth_percentile(y):
    known = sorted(value for value in y if math.isfinite(value))

    def percentile(percent):
        at = percent / 100 * (len(known) - 1)
        low = math.floor(at)
        return known[low] + (known[min(low + 1, len(known) - 1)] - known[low]) * (at - low)

    found = typical(np.array(y, dtype=float))
    if not known:
        assert found is None
    else:
        np.testing.assert_allclose(found, [percentile(5), percentile(95)], rtol=1e-9, atol=1e-6)


def test_typical_of_a_band_spans_its_edges_and_of_millions_is_close():
    y = np.arange(101.0)
    assert typical(y - 10, y + 10) == (-5, 105)
    low, high = typical(np.linspace(0, 1, 1_000_003))
    assert abs(low - 0.05) < 1e-3
    assert abs(high - 0.95) < 1e-3
    assert typical(np.array([-1.7e308, 1.7e308])) is None or typical(np.array([-1.7e308, 1.7e308]))[0] < 0


@given(st.lists(st.tuples(st.integers(0, 30), values, st.integers(0, 4)), min_size=1, max_size=80), st.integers(6, 30))
def test_a_band_keeps_the_extremes_of_its_edges_in_every_bucket(rows, points):
    rows.sort(key=lambda row: row[0])
    x, y, spread = (np.array([row[k] for row in rows], dtype=float) for k in range(3))
    found = down_sample(x, y, points, y - spread, y + spread)
    assert len(found) <= points
    if len(rows) <= points:
        assert found.tolist() == list(range(len(rows)))
        return
    assert {0, len(rows) - 1} <= set(found.tolist())
    buckets = (points - 2) // 4
    bucket = np.searchsorted(x[0] + (x[-1] - x[0]) * (np.arange(1, buckets) / buckets), x, side="right")
    for number in set(bucket.tolist()):
        inside, kept = bucket == number, found[bucket[found] == number]
        for column, extreme in ((y, np.min), (y, np.max), (y - spread, np.min), (y + spread, np.max)):
            known = column[inside & np.isfinite(column)]
            if len(known):
                assert extreme(known) in column[kept]


@given(
    st.lists(st.integers(-(10**15), 10**15) | st.integers(-20, 20), min_size=1, max_size=60).map(sorted),
    st.floats(-30, 30) | st.sampled_from([-1e300, 1e300, -math.inf, math.inf, 1e15, 0.0]),
    st.floats(0, 30) | st.sampled_from([0.0, 1e300, math.inf]),
    st.integers(4, 20),
)
def test_whole_numbers_are_cut_and_reduced_like_any_others(x, low, width, points):
    whole, x = np.array(x, dtype=np.int64), np.array(x, dtype=float)
    y = np.sin(np.arange(len(x)))
    high = low if math.isinf(low) else low + width
    for ends in ((low, high), (None, high), (low, None), (None, None)):
        assert window(whole, *ends) == window(x, *ends)
    assert down_sample(whole, y, points).tolist() == down_sample(x, y, points).tolist()


@given(st.integers(0, 2**32 - 1), st.integers(4, 12))
def test_long_buckets_keep_their_first_extremes(seed, points):
    rng = np.random.default_rng(seed)
    y = rng.integers(-3, 4, 4000).astype(float)
    y[rng.random(4000) < 0.3] = math.nan
    y[: 4000 // rng.integers(1, 9)] = math.nan  # perhaps a bucket or two with nothing in them
    x = np.arange(4000.0)
    buckets = (points - 2) // 2
    bucket = np.searchsorted(x[-1] * (np.arange(1, buckets) / buckets), x, side="right")
    kept = {0, 3999}
    for number in range(buckets):
        rows = np.flatnonzero(bucket == number)
        known = rows[np.isfinite(y[rows])]
        kept |= {int(known[y[known].argmin()]), int(known[y[known].argmax()])} if len(known) else {int(rows[0])}
    assert down_sample(x, y, points).tolist() == sorted(kept)
