"""Axes, zooms, kinds of smoothing, increments and groups, as they are drawn."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackkit_jupyter.charts import Curve, Group, Reference, build, decode, decode_cursor, encode, encode_cursor
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series import aggregate, gaussian, running_mean, time_weighted

START = 1_700_000_000.0
LR = Group("f" * 32, "lr=0.1")
KINDS = {
    "plain": {},
    "ema": {"smoothing": 0.6},
    "time_weighted": {"smoothing_kind": "time_weighted", "smoothing": 0.99},
    "running": {"smoothing_kind": "running", "smoothing_window": 5},
    "gaussian": {"smoothing_kind": "gaussian", "smoothing_window": 5},
}
AXES = ("iterations", "relative", "wall", "metric")


def curve(values, experiment="a", variant="val", metric="loss", iterations=None, times=None, **more):
    values = np.array(values, dtype=float)
    iterations = np.arange(len(values)) if iterations is None else np.array(iterations, dtype=np.int64)
    times = START + 1.0 + np.arange(len(values)) if times is None else np.array(times, dtype=float)
    return Curve(experiment * 32, experiment, metric, variant, 0, 0, iterations, values, times, START, **more)


def reference(iterations, values):
    return Reference(np.array(iterations, dtype=np.int64), np.array(values, dtype=float))


def only(charts):
    [chart] = charts
    [line] = chart.series
    return line


def test_a_metric_is_the_axis():
    one = curve([10, 20, 30, 40, 50], reference=reference([1, 2, 4], [0.5, 0.25, 1.0]))
    [chart] = build([one], xaxis="metric", x_label="epoch")
    line = chart.series[0]
    assert (chart.x.kind, chart.x.label, chart.x.unit) == ("metric", "epoch", None)
    assert line.x.tolist() == [0.25, 0.25, 0.5, 1.0]
    assert line.y.tolist() == [30, 40, 20, 50]
    assert (line.unplaced, line.total, line.shown) == (1, 4, 4)


def test_an_experiment_without_that_metric_has_no_place():
    with_it, without = curve([1, 2], reference=reference([0], [7])), curve([1, 2, 3], "b")
    [chart] = build([with_it, without], xaxis="metric", x_label="epoch")
    assert [(line.unplaced, line.total, line.x.tolist()) for line in chart.series] == [(0, 2, [7, 7]), (3, 0, [])]


def test_a_point_without_a_time_is_counted_on_the_time_axes_alone():
    one = curve([1, 2, 3], times=[START, math.nan, START + 2])
    assert [only(build([one], xaxis=kind)).unplaced for kind in ("iterations", "relative", "wall")] == [0, 1, 1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("xaxis", AXES)
def test_zooming_ends_at_the_raw_points_on_every_axis(xaxis, kind):
    rng = np.random.default_rng(0)
    n = 20_000
    y, along = rng.standard_normal(n).cumsum(), rng.integers(0, 5000, n) / 7
    one = curve(y, times=START + rng.exponential(size=n).cumsum(), reference=reference(np.arange(n), along))
    x = {"iterations": one.iterations, "relative": one.times - START, "wall": one.times, "metric": along}[xaxis]
    order = np.argsort(x, kind="stable")
    x, y = x[order].astype(float), y[order]
    whole = only(build([one], xaxis=xaxis, points=500, **KINDS[kind]))
    assert (whole.total, whole.sampled, whole.shown) == (n, True, len(whole.x))
    assert whole.shown <= 500
    full = only(build([one], xaxis=xaxis, points=n, **KINDS[kind]))
    for first, last in ((0, n - 1), (5000, 9000), (7000, 7100), (n - 30, n - 1)):
        line = only(build([one], xaxis=xaxis, points=500, x_range=(x[first], x[last]), **KINDS[kind]))
        inside = np.flatnonzero((x >= x[first]) & (x <= x[last]))
        part = slice(max(inside[0] - 1, 0), inside[-1] + 2)
        assert line.total == len(x[part])
        assert (line.shown, line.sampled) == (len(line.x), len(x[part]) > 500)
        if not line.sampled:
            assert line.x.tolist() == x[part].tolist()
            assert line.y.tolist() == full.y[part].tolist()
            raw = line.y if line.raw_y is None else line.raw_y
            assert raw.tolist() == y[part].tolist()


def test_each_kind_is_computed_before_sampling():
    y = np.random.default_rng(0).standard_normal(5000)
    x = np.arange(5000.0)
    expected = {
        "time_weighted": time_weighted(x, y, 0.99, 4.999),
        "running": running_mean(y, 5),
        "gaussian": gaussian(y, 5, 1.0),
    }
    for kind, smooth in expected.items():
        line = only(build([curve(y)], points=100, **KINDS[kind]))
        assert line.y.tolist() == smooth[line.x.astype(int)].tolist()
        assert line.raw_y.tolist() == y[line.raw_x.astype(int)].tolist()


def test_time_weighting_takes_the_width_of_the_whole_chart():
    short, long = curve(range(100)), curve(range(1000), "b")
    together = build([short, long], **KINDS["time_weighted"])[0].series[0]
    assert together.y == pytest.approx(time_weighted(np.arange(100.0), np.arange(100.0), 0.99, 0.999))
    assert together.y[-1] < only(build([short], **KINDS["time_weighted"])).y[-1]


def test_what_a_logarithmic_axis_has_no_place_for_is_counted():
    line = only(build([curve([-1, 0, math.nan, -math.inf, 2, 3], iterations=[-1, 0, 1, 2, 3, 4])], smoothing=0.9))
    assert (line.nonpositive, line.nonpositive_x) == (2, 2)
    assert only(build([curve([1, 2, 3])], x_range=(2, None))).nonpositive_x == 0


def test_the_suggested_range_leaves_outliers_out():
    [chart] = build([curve([*range(101), 1e9]), curve([-5, -5], "b"), curve([], "c"), curve([math.nan], "d")])
    assert chart.series[0].y_range == pytest.approx((5.05, 95.95))
    assert [line.y_range for line in chart.series[1:]] == [(-5, -5), None, None]
    assert chart.y_range == pytest.approx((-5, 95.95))
    assert build([curve([])])[0].y_range is None


def group_of(*values, group=LR, **more):
    return [curve(one, "abcdefgh"[k], group=group, **more) for k, one in enumerate(values)]


def test_a_group_is_one_line_with_its_band_and_counts():
    members = group_of([1, 2, 3], [3, 4], [5, 6, math.nan])
    line = only(build(members, band="minmax"))
    assert (line.id, line.experiment, line.members) == (f"{LR.id}/loss/val", LR.id, [c.experiment for c in members])
    assert line.x.tolist() == [0, 1, 2]
    assert line.y.tolist() == [3, 4, 3]
    assert line.low.tolist() == [1, 2, 3]
    assert line.high.tolist() == [5, 6, 3]
    assert line.count.tolist() == [3, 3, 1]
    assert (line.nonfinite, line.nonfinite_count, line.last, line.total) == ([(2, "NaN")], 1, 3, 3)


def test_groups_are_named_and_variants_stay_apart():
    other = Group("e" * 32, "lr=0.2")
    curves = [*group_of([1], [3]), *group_of([5], [7], variant="train"), curve([9], "z", group=other)]
    [chart] = build(curves)
    assert [line.name for line in chart.series] == ["val - lr=0.1", "train - lr=0.1", "val - lr=0.2"]
    assert [line.y.tolist() for line in chart.series] == [[2], [6], [9]]
    assert [line.name for line in build(curves, group_by="none")[1].series] == ["lr=0.1"]
    assert only(build(group_of([1], [3]))).name == "val"


def test_a_group_of_one_is_drawn_as_its_line():
    alone = curve([1, math.nan, 3, 3], iterations=[0, 1, 2, 2], group=LR)
    line = only(build([alone], band="std"))
    assert (line.low, line.high, line.count, line.members) == (None, None, None, [alone.experiment])
    assert line.x.tolist() == [0, 1, 2, 2]
    assert np.isnan(line.y).tolist() == [False, True, False, False]


def test_members_are_smoothed_before_they_are_aggregated():
    a, b = np.random.default_rng(0).standard_normal((2, 50))
    line = only(build(group_of(a, b), band="minmax", **KINDS["running"]))
    smooth = [running_mean(a, 5), running_mean(b, 5)]
    assert line.y == pytest.approx(np.mean(smooth, axis=0))
    assert line.low.tolist() == np.min(smooth, axis=0).tolist()
    assert line.raw_y == pytest.approx((a + b) / 2)


@pytest.mark.parametrize("band", ["minmax", "ci95"])
def test_a_sampled_band_keeps_its_extremes_and_zooms_to_the_raw_points(band):
    rng = np.random.default_rng(0)
    values = rng.standard_normal((3, 10_000)).cumsum(axis=1)
    members = group_of(*values)
    full = aggregate([(np.arange(1e4), y) for y in values], "mean", band)
    line = only(build(members, band=band, points=200))
    assert (line.total, line.sampled, line.shown) == (10_000, True, len(line.x))
    assert line.shown <= 200
    assert (line.low.min(), line.high.max()) == (full.low.min(), full.high.max())
    assert (line.y.min(), line.y.max()) == (full.line.min(), full.line.max())
    near = only(build(members, band=band, points=200, x_range=(5000, 5100)))
    assert (near.sampled, near.total) == (False, 103)
    assert near.low.tolist() == full.low[4999:5102].tolist()
    assert near.count.tolist() == [3] * 103


def test_a_group_on_other_axes_is_aligned_there():
    slow = curve([0, 10], times=[START, START + 10], group=LR, reference=reference([0, 1], [0, 100]))
    fast = curve([0, 10], "b", times=[START, START + 5], group=LR, reference=reference([0, 1], [0, 50]))
    line = only(build([slow, fast], xaxis="relative"))
    assert (line.x.tolist(), line.y.tolist(), line.count.tolist()) == ([0, 5, 10], [0, 7.5, 10], [2, 2, 1])
    line = only(build([slow, fast], xaxis="metric", x_label="tokens"))
    assert (line.x.tolist(), line.y.tolist()) == ([0, 50, 100], [0, 7.5, 10])


def merged(held, answer):
    """What a reader holds after an answer: the same as mergeCharts in the browser."""
    held = {} if answer.whole else dict(held)
    for chart in answer.charts:
        lines = dict(held.get(chart.id, {}))
        for line in chart.series:
            if line.first:
                before = lines[line.id]
                assert len(before.x) >= line.first
                columns = {
                    name: np.concatenate([getattr(before, name)[: line.first], getattr(line, name)])
                    for name in ("x", "y", "raw_x", "raw_y")
                    if getattr(line, name) is not None
                }
                line = dataclasses.replace(line, first=0, **columns)
            lines[line.id] = line
        held[chart.id] = lines
    return held


def taken(held, now, cursor, **options):
    """One poll, as the operation answers it."""
    if cursor and cursor == encode_cursor(now):
        return held, cursor
    since = decode_cursor(cursor, now) if cursor else {}
    answer = decode(encode(build(now, since=since, **options), whole=since is None))
    return merged(held, answer), encode_cursor(now)


def same(held, charts):
    assert list(held) == [chart.id for chart in charts]
    for chart in charts:
        lines = held[chart.id]
        assert set(lines) == {line.id for line in chart.series}
        for line in chart.series:
            one = lines[line.id]
            for name in ("x", "raw_x", "count"):
                a, b = getattr(one, name), getattr(line, name)
                assert a is b is None or a.tolist() == b.tolist(), name
            for name in ("y", "raw_y", "low", "high"):
                a, b = getattr(one, name), getattr(line, name)
                assert a is b is None or a == pytest.approx(b, rel=1e-9, abs=1e-9, nan_ok=True), name
            for name in ("total", "shown", "sampled", "unplaced", "nonpositive", "y_range", "nonfinite", "members"):
                assert getattr(one, name) == getattr(line, name), name


value = st.integers(-9, 9).map(float) | st.just(math.nan)
step = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-1, 2), value), max_size=12
)  # curve, iterations further, value


@pytest.mark.parametrize("grouped", [False, True], ids=["each", "grouped"])
@pytest.mark.parametrize("xaxis", AXES)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@given(st.lists(step, max_size=5))
def test_a_reader_that_polls_holds_what_one_that_comes_late_reads(kind, xaxis, grouped, steps):
    options = {"xaxis": xaxis, "points": 16, "band": "minmax" if grouped else "none", **KINDS[kind]}
    rows = [[(0, 1.0)], [(0, 2.0)], [(0, 3.0)]]
    held, cursor = {}, ""
    for added in [[], *steps]:
        for number, further, number_value in added:
            rows[number].append((rows[number][-1][0] + further, number_value))
        along = reference([at for at, _ in rows[2]], [v for _, v in rows[2]])
        now = [
            curve(
                [v for _, v in part],
                "abc"[k],
                iterations=[at for at, _ in part],
                group=LR if grouped and k else None,
                reference=along if k else None,
            )
            for k, part in enumerate(rows)
        ]
        held, cursor = taken(held, now, cursor, **options)
        same(held, build(now, **options))


def test_only_causal_kinds_send_new_rows_alone():
    one = curve(range(9))
    firsts = {kind: only(build([one], since={one.id: 5}, **options)).first for kind, options in KINDS.items()}
    assert firsts == {"plain": 5, "ema": 5, "time_weighted": 0, "running": 5, "gaussian": 0}


def test_time_weighting_sends_the_whole_chart_when_one_line_grew():
    still, grown = curve([1, 2]), curve([1, 2, 3], "b")
    [chart] = build([still, grown], since={still.id: 2, grown.id: 2}, **KINDS["time_weighted"])
    assert [(line.first, len(line.x)) for line in chart.series] == [(0, 2), (0, 3)]
    assert build([still, grown], since={still.id: 2, grown.id: 3}, **KINDS["time_weighted"]) == []


def test_a_reader_drops_lines_of_groups_that_are_no_more():
    before = group_of([1, 2], [3, 4])
    held, cursor = taken({}, before, "")
    moved = [before[0], dataclasses.replace(before[1], group=Group("e" * 32, "lr=0.2"))]
    held, cursor = taken(held, moved, cursor)
    same(held, build(moved))
    held, cursor = taken(held, moved[:1], cursor)
    same(held, build(moved[:1]))


def test_encoding_keeps_bands_and_what_is_told_of_a_line():
    charts = build(group_of([1, -2, 3], [3, math.nan], [9]), band="std", **KINDS["running"])
    answer = decode(encode(charts, whole=True))
    assert answer.whole
    before, after = only(charts), only(answer.charts)
    for name, one in vars(before).items():
        np.testing.assert_array_equal(getattr(after, name), one, err_msg=name)


@pytest.mark.parametrize(
    ("options", "field"),
    [({"smoothing_kind": "mean"}, "smoothing_kind"), ({"smoothing_kind": "running", "smoothing_window": 4},
     "smoothing_window"), ({"line": "mode"}, "line"), ({"band": "sem"}, "band"),
     ({"band": "std", "points": 5}, "points")],
)  # fmt: skip
def test_options_out_of_range_are_refused_by_name(options, field):
    with pytest.raises(TrackkitValueError) as caught:
        build([curve([1])], **options)
    assert caught.value.field == field


def test_what_is_drawn_of_a_long_curve_is_kept_until_it_grows():
    kept = {}
    long = curve(np.sin(np.arange(500) / 9), kept=kept)
    first = only(build([long], points=50))
    again = only(build([dataclasses.replace(long, experiment_name="b", color=3)], points=50))
    assert again.x is first.x
    assert (again.color, again.total, again.last) == (3, 500, first.last)
    assert len(only(build([long], points=20)).x) <= 20
    assert only(build([long], points=50, x_range=(100, 200))).total < 110
    assert only(build([long], points=50, smoothing=0.5)).raw_y is not None
    grown = only(build([curve(np.sin(np.arange(501) / 9), kept=kept)], points=50))
    assert (grown.total, grown.x[-1]) == (501, 500)
    bare = only(build([curve(np.sin(np.arange(501) / 9))], points=50))
    np.testing.assert_array_equal(grown.y, bare.y)
