"""Groups of experiments: from their hyperparameters to the band in a picture."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

import trackkit_jupyter as track
from trackkit_jupyter import operations, pictures, views
from trackkit_jupyter.charts import decode, groups
from trackkit_jupyter.errors import TrackkitError, TrackkitValueError
from trackkit_jupyter.operations import handles


def settings(**values):
    return {"General": {name: {"value": str(value)} for name, value in values.items()}}


FOUR = {
    "a": settings(lr=0.1, seed=1),
    "b": settings(lr=0.1, seed=2),
    "c": settings(lr=0.2, seed=1),
    "d": settings(seed=1),
}


def names(found):
    return {id: group.name for id, group in found.items()}


def test_by_a_hyperparameter():
    found = groups(FOUR, by=["lr"])
    assert names(found) == {"a": "lr=0.1", "b": "lr=0.1", "c": "lr=0.2", "d": "lr not set"}
    assert found["a"].id == found["b"].id != found["c"].id


def test_over_a_hyperparameter_is_by_all_others():
    assert names(groups(FOUR, over=["seed"])) == names(groups(FOUR, by=["lr"]))
    assert names(groups(FOUR, over=["seed", "lr"])) == dict.fromkeys("abcd", "all")


def test_one_odd_experiment_does_not_hide_what_tells_the_others_apart():
    sweep = {
        f"{rate} {penalty} {seed}": settings(epochs=8, penalty=penalty, rate=rate, seed=seed)
        for rate in (1, 2, 3)
        for penalty in ("l1", "l2")
        for seed in (0, 1)
    }
    odd = {"odd": settings(aside="a long text", seed=0), "twin": settings(aside="a long text", more=1, seed=0)}
    found = names(groups({**odd, **sweep}, over=["seed"]))
    assert found["1 l1 0"] == "rate=1, penalty=l1"
    assert len(set(found.values())) == 8
    assert (found["odd"], found["twin"]) == ("aside=a long text", "more=1")


def test_a_name_is_that_of_any_section_unless_it_names_one():
    two = {
        "a": {"Args": {"lr": {"value": "1"}}, "Other": {"lr": {"value": "1"}}},
        "b": {"Args": {"lr": {"value": "1"}}, "Other": {"lr": {"value": "2"}}},
    }
    assert names(groups(two, by=["lr"])) == {"a": "Args/lr=1, Other/lr=1", "b": "Args/lr=1, Other/lr=2"}
    assert names(groups(two, by=["Args/lr"])) == {"a": "lr=1", "b": "lr=1"}
    assert names(groups(two, over=["Other/lr"])) == {"a": "all", "b": "all"}


def test_a_group_keeps_its_id_in_other_company():
    few = groups({"a": FOUR["a"], "b": FOUR["b"]}, over=["seed"])
    assert few["a"].id == groups(FOUR, over=["seed"])["a"].id


def test_a_value_that_is_not_set_is_no_text():
    two = {"a": {"General": {"x": {"value": None}}}, "b": {"General": {"x": {"value": "None"}}}, "c": {}}
    assert len({group.id for group in groups(two, by=["x"]).values()}) == 3


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"by": ["sede"]}, "by"), ({"over": ["sede"]}, "over"), ({"by": ["lr"], "over": ["seed"]}, "over"), ({}, "over")],
)
def test_what_cannot_be_grouped_is_refused(arguments, field):
    with pytest.raises(TrackkitValueError) as caught:
        groups(FOUR, **arguments)
    assert caught.value.field == field


@pytest.fixture
def runs(tmp_path):
    found = []
    for lr in (0.1, 1.0):
        for seed in range(3 if lr < 1 else 1):
            config = {"lr": lr, "seed": seed}
            with track.start(f"{lr} {seed}", config=config, store=tmp_path / "store", capture=False) as exp:
                for iteration in range(1, 6):
                    exp.log({"loss/val": lr * iteration + seed, "tokens": 100.0 * iteration}, iteration)
                exp.log({"loss/val": -math.inf}, 0)
            found.append(exp)
    yield found
    handles.clear()


def charts(runs, **arguments):
    answer = operations.call("charts", runs[0].store, {"objects": [exp.id for exp in runs], **arguments})
    return decode(answer)


def test_the_operation_draws_groups(runs):
    [chart] = charts(runs, metrics=["loss"], over=["seed"], band="std").charts
    three, alone = chart.series
    assert [(line.name, len(line.members)) for line in chart.series] == [("lr=0.1", 3), ("lr=1.0", 1)]
    assert three.y == pytest.approx([0.1 * k + 1 for k in range(1, 6)])
    assert three.high - three.y == pytest.approx([1] * 5)
    assert (three.nonfinite_count, alone.nonfinite_count, alone.low) == (3, 1, None)
    assert (three.color, three.dash) != (alone.color, alone.dash)


def test_a_group_keeps_its_colour_when_members_join(runs):
    def looks(some):
        lines = charts(some, metrics=["loss"], by=["lr"]).charts[0].series
        return {line.id: (line.color, line.dash) for line in lines}

    assert looks([runs[0], runs[3]]) == looks(runs)


def test_a_poll_of_groups_brings_those_that_grew(runs):
    first = charts(runs, metrics=["loss"], over=["seed"])
    assert charts(runs, metrics=["loss"], over=["seed"], since=first.next).unchanged
    with track.start(resume=runs[0].id, store=runs[0].store.path, capture=False) as exp:
        exp.log({"loss/val": 9.0}, 9)
    more = charts(runs, metrics=["loss"], over=["seed"], since=first.next)
    assert [(line.name, line.first, line.count.tolist()) for line in more.charts[0].series] == [
        ("lr=0.1", 0, [3, 3, 3, 3, 3, 1])
    ]
    with track.start(resume=runs[1].id, store=runs[0].store.path, capture=False) as exp:
        exp.connect({"lr": 0.5})
    moved = charts(runs, metrics=["loss"], over=["seed"], since=more.next)
    assert moved.whole
    assert [line.name for line in moved.charts[0].series] == ["lr=0.1", "lr=0.5", "lr=1.0"]


def test_the_operation_takes_a_metric_as_the_axis(runs):
    [chart] = charts(runs[:1], metrics=["loss"], xaxis="metric", x_metric="tokens").charts
    assert chart.x.label == "tokens"
    assert chart.series[0].x.tolist() == [100, 200, 300, 400, 500]
    assert chart.series[0].unplaced == 1
    [chart] = charts(runs[:1], metrics=["tokens"], xaxis="metric", x_metric="val/loss").charts
    assert chart.series[0].x.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    [chart] = charts(runs[:1], metrics=["loss"], xaxis="metric", x_metric="absent").charts
    assert (chart.series[0].unplaced, chart.series[0].total) == (6, 0)


def test_new_values_of_the_axis_are_news(runs):
    asked = {"metrics": ["loss"], "xaxis": "metric", "x_metric": "tokens"}
    first = charts(runs[:1], **asked)
    with track.start(resume=runs[0].id, store=runs[0].store.path, capture=False) as exp:
        exp.log({"tokens": 50.0}, 0)
    more = charts(runs[:1], **asked, since=first.next)
    assert more.charts[0].series[0].unplaced == 0
    assert more.charts[0].series[0].x.tolist() == [50, 100, 200, 300, 400, 500]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"xaxis": "metric"}, "x_metric"), ({"by": ["lr"], "over": ["seed"]}, "over"), ({"by": ["none such"]}, "by"),
     ({"band": "sem"}, "band"), ({"line": "mode"}, "line"), ({"smoothing_kind": "sma"}, "smoothing_kind"),
     ({"smoothing_kind": "running", "smoothing_window": 2}, "smoothing_window"),
     ({"smoothing_kind": "gaussian", "smoothing_sigma": 9.0}, "smoothing_sigma"),
     ({"band": "std", "points": 5}, "points")],
)  # fmt: skip
def test_the_operation_refuses_by_name(runs, arguments, field):
    with pytest.raises(TrackkitError) as caught:
        charts(runs, **arguments)
    assert caught.value.field == field


def test_a_comparison_carries_its_groups(runs):
    assert [
        dict(view.options)
        for view in (
            views.comparison(runs, over="seed"),
            views.comparison(runs, group_by=["lr"], band="ci95", line="median"),
            views.comparison(runs, group_by="none"),
            views.comparison(runs),
        )
    ] == [
        {"over": ["seed"], "band": "minmax"},
        {"by": ["lr"], "band": "ci95", "line": "median"},
        {"group_by": "none"},
        {},
    ]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"group_by": "lr", "over": "seed"}, "over"),
        ({"band": "std"}, "band"),
        ({"over": "seed", "band": "sem"}, "band"),
    ],
)
def test_compare_refuses_groups_that_make_no_sense(runs, options, field):
    with pytest.raises(TrackkitValueError) as caught:
        track.compare(runs, **options)
    assert caught.value.field == field


@pytest.mark.parametrize("options", [{"group_by": "nope"}, {"group_by": ["lr", "nope"]}, {"over": "nope"}])
def test_compare_refuses_at_once_what_nobody_has_and_tells_what_there_is(runs, options):
    with pytest.raises(TrackkitValueError, match=r"hyperparameter 'nope'. They have lr, seed\.") as caught:
        track.compare(runs, **options)
    assert caught.value.field == ("over" if "over" in options else "by")


def test_compare_checks_ids_and_what_is_given_only_once_too(runs, monkeypatch, capsys):
    monkeypatch.setenv("TRACKKIT_STORE", str(runs[0].store.path))
    for several in ([run.id for run in runs], iter(runs), (run.id for run in runs)):
        with pytest.raises(TrackkitValueError, match=r"hyperparameter 'nope'. They have lr, seed\."):
            track.compare(several, group_by="nope")
    track.compare((run.id for run in runs), over="seed")
    assert "loss" in capsys.readouterr().out


def test_compare_takes_what_one_has_and_fields(runs, capsys):
    for options in ({"group_by": "lr"}, {"over": "seed"}, {"group_by": "project"}):
        track.compare(runs, **options)
    assert capsys.readouterr().out.count("loss") >= 3


def test_a_displayed_comparison_draws_its_groups(runs):
    plain, grouped = (views.mimebundle(views.comparison(runs, ["loss"], **more)) for more in ({}, {"over": "seed"}))
    assert grouped["image/png"] != plain["image/png"]
    assert grouped[views.MIME_TYPE]["options"] == {"metrics": ["loss"], "over": ["seed"], "band": "minmax"}


def test_the_embed_url_carries_how_curves_are_drawn(runs):
    view = views.comparison(
        runs, over=["seed", "a,b"], band="std", line="median", smoothing_kind="gaussian", smoothing_window=7,
        smoothing_sigma=1.5, x_metric="a/b,c",
    )  # fmt: skip
    assert dict(views.parse_embed(view.url).options) == dict(view.options)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_draws_the_band(runs, theme):
    def colours(band):
        [chart] = charts(runs, metrics=["loss"], variants=["val"], over=["seed"], band=band).charts
        picture = Image.open(io.BytesIO(pictures.chart_picture(chart, theme=theme))).convert("RGB")
        return np.asarray(picture).reshape(-1, 3), chart

    plain, _ = colours("none")
    filled, chart = colours("minmax")
    paper, hue = np.array(plain[0], dtype=float), np.array([0x42, 0x69, 0xD0], dtype=float)
    assert chart.series[0].color == 0
    tint = np.round(paper + 0.15 * (hue - paper))
    near = [int((np.abs(pixels - tint).max(axis=1) <= 4).sum()) for pixels in (plain, filled)]
    assert near[0] < 0.005 * len(plain)
    assert near[1] > 0.1 * len(filled)


def test_a_picture_says_what_has_no_place(runs):
    chart = charts(runs[:1], metrics=["loss"], xaxis="metric", x_metric="tokens").charts[0]
    assert b"<svg" in pictures.chart_picture(chart, format="svg")
    from trackkit_jupyter.pictures.lines import _note

    assert "1 without a place" in _note(chart)
