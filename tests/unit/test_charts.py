"""What is drawn: grouping, names, colours, sampling, increments, cursors."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from trackkit_jupyter.charts import Curve, build, colors, decode, decode_cursor, encode, encode_cursor
from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.series import ema

A, B, C = "a" * 32, "b" * 32, "c" * 32
START = 1_700_000_000.0


def curve(values, metric="loss", variant="val", experiment=A, name="sgd", iterations=None, step=1.0, look=(0, 0)):
    values = np.array(values, dtype=float)
    iterations = np.arange(len(values)) if iterations is None else np.array(iterations)
    times = START + step * np.arange(1, len(values) + 1)
    return Curve(experiment, name, metric, variant, *look, iterations.astype(np.int64), values, times, START)


def only(charts):
    [chart] = charts
    [line] = chart.series
    return line


def test_by_metric_all_variants_share_a_chart():
    curves = [curve([1], "loss", "train"), curve([1], "acc", "acc"), curve([1], "loss", "val")]
    charts = build(curves)
    assert [(chart.id, chart.title, len(chart.series)) for chart in charts] == [("loss", "loss", 2), ("acc", "acc", 1)]


def test_by_none_each_variant_has_its_chart():
    curves = [curve([1], "loss", "train"), curve([1], "acc", "acc"), curve([1], "loss", "val")]
    assert [(c.id, c.title) for c in build(curves, group_by="none")] == [
        ("loss/train", "loss/train"),
        ("acc/acc", "acc"),
        ("loss/val", "loss/val"),
    ]


def test_names_with_slashes_stay_apart():
    curves = [curve([1], "a/b", "c"), curve([2], "a", "b/c")]
    charts = build(curves, group_by="none")
    assert len({chart.id for chart in charts}) == 2
    assert len({chart.series[0].id for chart in charts}) == 2


def test_monitor_metrics_come_last():
    curves = [curve([1], ":monitor:gpu"), curve([1], "loss"), curve([1], "accuracy")]
    assert [chart.title for chart in build(curves)] == ["loss", "accuracy", ":monitor:gpu"]


def test_one_experiment_names_lines_by_variant():
    assert [line.name for line in build([curve([1], variant="train"), curve([1], variant="val")])[0].series] == [
        "train",
        "val",
    ]


def test_several_experiments_are_named_with_their_variants_where_there_are_several():
    curves = [
        *(curve([1], "loss", v, e, n) for e, n in ((A, "sgd"), (B, "adam")) for v in ("train", "val")),
        *(curve([1], "acc", "val", e, n) for e, n in ((A, "sgd"), (B, "adam"))),
    ]
    loss, accuracy = build(curves)
    assert [line.name for line in loss.series] == ["train - sgd", "val - sgd", "train - adam", "val - adam"]
    assert [line.name for line in accuracy.series] == ["sgd", "adam"]


def test_experiments_of_the_same_name_show_part_of_their_id():
    curves = [curve([1], experiment=A), curve([1], experiment=B), curve([1], experiment=C, name="adam")]
    assert [line.name for line in build(curves)[0].series] == ["sgd (aaaaaa)", "sgd (bbbbbb)", "adam"]


def test_smoothing_comes_before_sampling():
    y = np.random.default_rng(0).standard_normal(10_000)
    smooth = ema(y, 0.9)
    line = only(build([curve(y)], smoothing=0.9, points=100))
    assert line.sampled
    assert (line.total, line.shown) == (10_000, len(line.x))
    assert line.shown <= 100
    assert line.y.tolist() == smooth[line.x.astype(int)].tolist()
    assert line.raw_y.tolist() == y[line.raw_x.astype(int)].tolist()
    assert (line.y.min(), line.y.max(), line.raw_y.min(), line.raw_y.max()) == (
        smooth.min(), smooth.max(), y.min(), y.max(),
    )  # fmt: skip


def test_without_smoothing_there_is_no_second_line():
    line = only(build([curve([1, 2])]))
    assert line.raw_x is None
    assert line.raw_y is None


def test_zooming_asks_for_the_raw_points():
    y = np.random.default_rng(0).standard_normal(10_000)
    line = only(build([curve(y)], points=100, x_range=(5000, 5050)))
    assert not line.sampled
    assert line.x.tolist() == list(range(4999, 5052))
    assert line.y.tolist() == y[4999:5052].tolist()
    assert line.total == line.shown == 53


def test_smoothed_values_do_not_change_when_zoomed():
    y = np.random.default_rng(0).standard_normal(1000)
    line = only(build([curve(y)], smoothing=0.6, x_range=(500, 510)))
    assert line.y.tolist() == ema(y, 0.6)[499:512].tolist()


def test_what_is_not_finite_is_a_gap_and_a_mark():
    line = only(build([curve([1, math.nan, math.inf, 2])], smoothing=0.5))
    assert np.isnan(line.y).tolist() == np.isnan(line.raw_y).tolist() == [False, True, True, False]
    assert line.nonfinite == [(1, "NaN"), (2, "Infinity")]
    assert line.nonfinite_count == 2


def test_last_is_at_the_greatest_iteration_and_zero_is_a_value():
    assert only(build([curve([5, 0, 3], iterations=[0, 9, 1])])).last == 0
    assert only(build([curve([1, math.nan])])).last == "NaN"
    assert only(build([curve([1, 2], iterations=[3, 3])])).last == 2
    assert only(build([curve([])])).last is None


def test_rows_are_ordered_by_place_and_repeats_keep_their_order():
    line = only(build([curve([10, 20, 30, 40], iterations=[2, 0, 2, 1])]))
    assert line.x.tolist() == [0, 1, 2, 2]
    assert line.y.tolist() == [20, 40, 10, 30]


@pytest.mark.parametrize(
    ("step", "unit", "label"),
    [(1, "s", "Seconds from start"), (60, "min", "Minutes from start"), (3600, "h", "Hours from start"),
     (86400, "d", "Days from start")],
)  # fmt: skip
def test_relative_time_has_a_unit_that_fits(step, unit, label):
    [chart] = build([curve(np.arange(60), step=step)], xaxis="relative")
    assert (chart.x.unit, chart.x.label) == (unit, label)
    assert chart.series[0].x.tolist() == [step * i for i in range(1, 61)]


def test_the_unit_of_an_increment_is_that_of_the_whole_chart():
    long, short = curve(np.arange(50), step=600), curve([1, 2], experiment=B, name="adam")
    [chart] = build([long, short], xaxis="relative", since={long.id: 50, short.id: 1})
    assert [line.id for line in chart.series] == [short.id]
    assert chart.x.unit == "h"


def test_wall_time_is_in_unix_seconds():
    [chart] = build([curve([1, 2])], xaxis="wall")
    assert chart.series[0].x.tolist() == [START + 1, START + 2]
    assert chart.x.label is None


def test_an_increment_brings_only_new_rows_of_what_grew():
    grown, still = curve([1, 2, 3]), curve([1], metric="acc")
    [chart] = build([grown, still], smoothing=0.5, since={grown.id: 2, still.id: 1})
    [line] = chart.series
    assert (line.first, line.total, line.shown) == (2, 3, 3)
    assert line.x.tolist() == [2]
    assert line.y.tolist() == [ema(np.array([1.0, 2, 3]), 0.5)[2]]
    assert line.raw_y.tolist() == [3]


@pytest.mark.parametrize(
    ("values", "iterations", "options"),
    [(range(50), None, {"points": 10}), ([1, 2, 3], [0, 2, 1], {}), ([1, 2, 3], None, {"x_range": (0, 9)})],
    ids=["sampled", "reordered", "zoomed"],
)
def test_what_is_not_a_continuation_is_sent_whole(values, iterations, options):
    one = curve(list(values), iterations=iterations)
    whole = only(build([one], **options))
    line = only(build([one], since={one.id: 2}, **options))
    assert line.first == 0
    assert line.x.tolist() == whole.x.tolist()


def test_a_reader_that_takes_increments_holds_the_whole():
    y = np.random.default_rng(0).standard_normal(30)
    held_x, held_y, cursor = np.empty(0), np.empty(0), ""
    for rows in (0, 1, 7, 7, 30):
        now = [curve(y[:rows])]
        for chart in build(now, smoothing=0.6, since=decode_cursor(cursor, now)):
            [line] = chart.series
            held_x = np.concatenate([held_x[: line.first], line.x])
            held_y = np.concatenate([held_y[: line.first], line.y])
        cursor = encode_cursor(now)
    assert held_x.tolist() == list(range(30))
    assert held_y == pytest.approx(ema(y, 0.6), rel=1e-12)


def test_a_cursor_forgets_series_that_are_no_longer_what_was_sent():
    before = curve([1, 2, 3])
    cursor = encode_cursor([before])
    assert decode_cursor(cursor, [before]) == {before.id: 3}
    assert decode_cursor(cursor, [curve([1, 2, 3, 4])]) == {before.id: 3}
    assert decode_cursor(cursor, [curve([1, 2])]) == {}  # it was reset
    assert decode_cursor(cursor, [curve([1, 2, 9, 4])]) == {}  # and has grown again
    assert decode_cursor(cursor, [dataclasses.replace(before, experiment_name="renamed")]) == {}
    assert decode_cursor(cursor, [before, curve([1, 2, 3], metric="new")]) == {before.id: 3}
    assert decode_cursor(cursor, [curve([1, 2, 3], metric="new")]) is None  # what was sent is gone
    assert decode_cursor("", [before]) == {}


def test_a_cursor_is_short_and_safe_in_a_url():
    cursor = encode_cursor([curve([1], metric=f"métric {i}/x") for i in range(40)])
    assert len(cursor) < 40 * 28
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("cursor", ["%%%", "abc", "é", "AAAA"])
def test_a_malformed_cursor_is_refused(cursor):
    with pytest.raises(TrackkitValueError) as caught:
        decode_cursor(cursor, [])
    assert caught.value.field == "since"


@pytest.mark.parametrize(
    ("options", "field"),
    [({"smoothing": 1}, "smoothing"), ({"smoothing": -1}, "smoothing"), ({"smoothing": math.nan}, "smoothing"),
     ({"points": 3}, "points"), ({"xaxis": "epoch"}, "xaxis"), ({"group_by": "variant"}, "group_by"),
     ({"x_range": (2, 1)}, "x_range"), ({"x_range": (math.nan, 1)}, "x_range")],
)  # fmt: skip
def test_options_out_of_range_are_refused(options, field):
    with pytest.raises(TrackkitValueError) as caught:
        build([curve([1])], **options)
    assert caught.value.field == field


def test_one_experiment_colours_by_variant_the_same_in_all_metrics():
    look = colors({A: [("loss", "train"), ("loss", "val"), ("acc", "val"), ("acc", "train")]})
    assert look[A, "loss", "val"] == look[A, "acc", "val"] == (1, 0)
    assert look[A, "loss", "train"] == look[A, "acc", "train"] == (0, 0)


def test_the_eleventh_variant_has_the_first_hue_with_a_dash():
    look = colors({A: [("loss", f"v{i}") for i in range(11)]})
    assert look[A, "loss", "v10"] == (0, 1)


def test_an_experiment_keeps_its_colour_when_later_ones_join():
    ids = [f"{i:032x}" for i in range(10)]
    few, many = (colors({id: [("loss", "val")] for id in some}) for some in (ids[:3], ids))
    assert all(few[id, "loss", "val"] == many[id, "loss", "val"] for id in ids[:3])
    assert len({color for color, _ in many.values()}) == 10


def test_forty_experiments_all_look_different():
    look = colors({f"{i:032x}": [("loss", "val")] for i in range(40)})
    assert len(set(look.values())) == 40


def test_of_several_experiments_variants_differ_by_dash():
    look = colors({A: [("loss", "train"), ("loss", "val")], B: [("loss", "val"), ("lr", "lr")]})
    assert look[A, "loss", "train"][0] == look[A, "loss", "val"][0] != look[B, "loss", "val"][0]
    assert look[A, "loss", "val"][1] == look[B, "loss", "val"][1] == 1
    assert look[A, "loss", "train"][1] == look[B, "lr", "lr"][1] == 0


def test_encoding_loses_nothing():
    charts = build([curve([1, math.nan, 3], "größe"), curve([], "leer")], smoothing=0.5)
    answer = decode(encode(charts, next="abc", unchanged=True))
    assert (answer.next, answer.unchanged) == ("abc", True)
    for before, after in zip(charts, answer.charts, strict=True):
        assert (before.id, before.title, before.x) == (after.id, after.title, after.x)
        for one, other in zip(before.series, after.series, strict=True):
            for key, value in vars(one).items():
                same = (
                    np.array_equal(value, getattr(other, key), equal_nan=True) if key in ("x", "y", "raw_y") else None
                )
                assert same if same is not None else np.all(value == getattr(other, key)), key


@pytest.mark.parametrize("keep", [0, 3, 40, -8])
def test_cut_bytes_are_refused(keep):
    data = encode(build([curve([1, 2, 3])]))
    with pytest.raises(TrackkitValueError):
        decode(data[:keep])
