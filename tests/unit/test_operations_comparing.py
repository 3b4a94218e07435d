"""The reads of a comparison: what differs, what it is worth, and that one bad experiment hides no other."""

from __future__ import annotations

import json
import math
import random
import sys
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations, views
from trackkit_jupyter.charts import decode
from trackkit_jupyter.errors import NotFoundError, TrackkitValueError
from trackkit_jupyter.operations import importance

ABSENT = "0" * 32


def trained(store: Path, name: str, loss: list[float], **config: object) -> track.Experiment:
    with track.start(name, project="sweep", config=config, store=store, capture=False) as run:
        for step, value in enumerate(loss):
            run.log({"loss/val": value}, step)
    return run


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> list[track.Experiment]:
    """Forty experiments in which the rate decides, the width hints and the seed does nothing."""
    store, chance = tmp_path_factory.mktemp("sweep") / "s", random.Random(4)
    made = []
    for number in range(40):
        rate, width = chance.choice([0.5, 0.1, 0.01, 0.002]), chance.choice([16, 32])
        loss = abs(math.log10(rate) + 1) + 0.002 * width + 0.01 * chance.random()
        made.append(trained(store, f"run {number}", [1, loss], rate=rate, width=width, seed=number, batch=8))
    return made


@pytest.fixture
def odd(tmp_path: Path) -> list[track.Experiment]:
    """Experiments that do not fit together."""
    store = tmp_path / "s"
    made = [
        trained(store, "plain", [0.4, 0.2], workers="4", depth=2),
        trained(store, "text", [0.3, math.nan], workers="auto", depth=10),
        trained(store, "other", [], depth=1),
    ]
    with track.start("live", store=store, capture=False, config={"depth": 3}) as run:
        run.log({"reward": math.inf}, 0)
        run.log_single_value("minutes", 3.0)
        run.connect_configuration({"net": {"layers": [3, 4], "act": "relu"}}, name="net")
    made[0].set_properties(team="a")
    return [*made, run]


def ask(runs, operation, /, **arguments):
    return operations.call(operation, runs[0].store, {"objects": [run.id for run in runs], **arguments})


def texts(row):
    return [row["texts"][value] if value >= 0 else None for value in row["values"]]


def test_what_they_were_set_up_with_stands_side_by_side(odd) -> None:
    answer = ask(odd, "comparison")
    assert [one["name"] for one in answer["experiments"]] == ["plain", "text", "other", "live"]
    rows = {row["name"]: texts(row) for row in answer["hyperparameters"]}
    assert rows == {"workers": ["4", "auto", None, None], "depth": ["2", "10", "1", "3"]}
    assert [texts(row) for row in answer["properties"]] == [["a", None, None, None]]
    assert answer["metrics"] == [["loss", "val", 2], ["reward", "reward", 1]]
    assert answer["singles"] == [["minutes", 1]]
    assert answer["missing"] == []


def test_one_deleted_and_one_damaged_hide_no_other(odd) -> None:
    gone, broken = odd[0], odd[1]
    store, ids = gone.store, [run.id for run in odd]
    gone.archive()
    gone.delete()
    (store.path / "experiments" / broken.id / "experiment.json").write_text("{")
    for backup in (store.path / "experiments" / broken.id).glob("*.bak"):
        backup.unlink()
    answer = operations.call("comparison", store, {"objects": [*ids, ABSENT]})
    assert answer["missing"] == [gone.id, ABSENT]
    assert [one["name"] for one in answer["experiments"]] == [broken.id[:8], "other", "live"]
    assert "verify" in answer["experiments"][0]["problem"]
    assert operations.call("metric_values", store, {"objects": ids})["rows"][0]["values"] == [None, None, "Infinity"]
    assert list(operations.call("details", store, {"objects": ids, "part": "code"})["problems"]) == [gone.id, broken.id]


@pytest.mark.parametrize(
    ("objects", "said"), [([], "at least one"), (["x"], "32 lower"), ([f"{n:032x}" for n in range(1001)], "1,000")]
)
def test_what_cannot_be_compared_is_refused(odd, objects, said) -> None:
    with pytest.raises(TrackkitValueError, match=said) as refused:
        operations.call("comparison", odd[0].store, {"objects": objects})
    assert refused.value.field == "objects"


def test_colours_are_those_of_the_curves(odd) -> None:
    heads = {one["id"]: (one["color"], one["dash"]) for one in ask(odd, "comparison")["experiments"]}
    for chart in decode(ask(odd, "charts")).charts:
        for line in chart.series:
            assert (line.color, line.dash) == heads[line.experiment]


def test_values_of_each_metric(odd) -> None:
    answer = ask(odd, "metric_values", statistic="min")
    assert [row["values"] for row in answer["rows"]] == [[0.2, 0.3, None, None], [None, None, None, None]]
    assert ask(odd, "metric_values")["rows"][0]["values"][:2] == [0.2, "NaN"]
    assert answer["singles"] == [{"name": "minutes", "values": [None, None, None, 3.0]}]


def test_axes_of_numbers_texts_and_what_is_both(odd) -> None:
    axes = {axis["label"]: axis for axis in ask(odd, "parallel")["axes"]}
    assert list(axes) == ["workers", "depth", "loss/val", "reward"]
    assert axes["workers"]["kind"] == "category"
    assert axes["workers"]["mixed"]
    assert (axes["workers"]["categories"], axes["workers"]["values"]) == (["4", "auto"], [0, 1, None, None])
    assert (axes["depth"]["kind"], axes["depth"]["low"], axes["depth"]["high"]) == ("number", 1.0, 10.0)
    assert (axes["loss/val"]["missing"], axes["loss/val"]["nonfinite"]) == (3, 1)


def test_axes_by_the_digests_of_an_embed_address(odd) -> None:
    view = track.parse_embed(
        f"/trackkit/widgets/?type=parcoords&objects={odd[0].id}&objects={odd[1].id}&variants=General.depth&General.workers"
        "&metrics=29b4dc9a9d5ec4a7da1a1c9b4a1c8c5e.3a6d0284e743dc4a9b86f97d6dd1a3bf"
    )
    from hashlib import md5

    pair = f"{md5(b'loss').hexdigest()}.{md5(b'val').hexdigest()}"
    for metrics, statistic in (([pair], "min"), ([f"{pair}.max_value"], "max"), (["loss/val.max_value"], "max")):
        answer = ask(odd, "parallel", parameters=view.options["variants"], metrics=metrics, value_type="min_value")
        assert [axis["label"] for axis in answer["axes"]] == ["depth", "workers", f"loss/val ({statistic})"]
        assert answer["axes"][2]["key"] == f'metrics["loss"]["val"].{statistic}'
    unknown = ask(odd, "parallel", parameters=view.options["variants"], metrics=view.options["metrics"])
    assert unknown["unknown"] == view.options["metrics"]
    assert ask(odd, "parallel", metrics=["minutes"])["axes"][-1]["key"] == "single/minutes"


def test_the_rate_is_told_to_be_what_matters(sweep) -> None:
    answer = ask(sweep, "importance", metric="loss/val")
    assert answer["parameters"][0]["label"] == "rate"
    shares = {row["label"]: row["importance"] for row in answer["parameters"]}
    assert shares["rate"] > 0.8 > 0.1 > shares["seed"]
    assert "batch" not in shares, "it is the same everywhere"
    assert sum(shares.values()) == pytest.approx(1)
    assert answer["score"] > 0.8
    assert (answer["count"], answer["few"], answer["note"]) == (40, False, "")
    few = ask(sweep[:12], "importance", metric="loss/val")
    assert few["few"]


def test_what_is_shuffled_at_once_changes_no_answer(sweep, monkeypatch) -> None:
    whole = ask(sweep, "importance", metric="loss/val")
    monkeypatch.setattr(importance, "_AT_ONCE", 1)  # one hyperparameter after the other
    assert ask(sweep, "importance", metric="loss/val") == whole


def test_correlation_is_there_without_a_forest(sweep, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    answer = ask(sweep, "importance", metric="loss/val", value_type="max_value")
    assert "scikit-learn" in answer["note"] or "same" in answer["note"]
    answer = ask(sweep, "importance", metric="loss/val")
    assert "scikit-learn" in answer["note"]
    assert all(row["importance"] is None for row in answer["parameters"])
    correlation = {row["label"]: row for row in answer["parameters"]}
    assert correlation["rate"]["correlation"] < -0.3 < 0.3
    assert correlation["rate"]["p"] < 0.05


def test_what_is_said_where_nothing_can_be_told(odd) -> None:
    answer = ask(odd, "importance", metric="reward")
    assert (answer["count"], answer["parameters"]) == (0, [])
    assert answer["note"]
    assert "needs 10" in ask(odd, "importance", metric="loss/val", value_type="min_value")["note"]
    with pytest.raises(NotFoundError, match="None of these experiments has 'nothing'"):
        ask(odd, "importance", metric="nothing")
    assert "no number" in ask(odd, "trend", parameter="workers", metric="loss/val")["note"]
    assert "three experiments" in ask(odd, "trend", parameter="depth", metric="loss/val")["note"]


def test_a_trend_over_the_logarithm(tmp_path) -> None:
    runs = [trained(tmp_path / "s", f"{n}", [2.0 + 0.5 * n], rate=10.0**n) for n in range(-3, 3)]
    runs.append(trained(tmp_path / "s", "zero", [9.0], rate=0))
    answer = ask(runs, "trend", parameter="rate", metric="loss/val", log=True)
    assert (answer["slope"], answer["intercept"]) == pytest.approx((0.5, 2.0))
    assert answer["r"] == pytest.approx(1)
    assert answer["spearman"] == pytest.approx(1)
    assert (answer["count"], answer["left_out"]) == (6, 1)
    assert answer["line"] == [pytest.approx([0.001, 0.5]), pytest.approx([100.0, 3.0])]


def test_a_trend_of_the_logarithm_of_a_metric(tmp_path) -> None:
    runs = [trained(tmp_path / "s", f"{n}", [100.0 * 10.0 ** (-2 * n)], depth=n) for n in range(4)]
    runs.append(trained(tmp_path / "s", "below zero", [-1.0], depth=2))
    answer = ask(runs, "trend", parameter="depth", metric="loss/val", log_metric=True)
    assert (answer["slope"], answer["intercept"], answer["r"]) == pytest.approx((-2.0, 2.0, -1.0))
    assert (answer["count"], answer["left_out"]) == (4, 1)
    assert answer["line"] == [pytest.approx([0, 100.0]), pytest.approx([3, 1e-4])]
    both = ask(runs[1:4], "trend", parameter="depth", metric="loss/val", log=True, log_metric=True)
    assert both["line"][0][1] > both["line"][1][1] > 0
    assert both["line"][1][0] == pytest.approx(3)


def test_configuration_is_compared_value_by_value_and_line_by_line(odd) -> None:
    answer = ask(odd, "details", part="configuration")
    rows = {(row["group"], row["name"]): texts(row)[3] for row in answer["rows"]}
    assert rows["Configuration: net", "net.layers"] == "[3, 4]"
    assert answer["rows"][0]["long"]
    found = operations.call(
        "difference", odd[0].store, {"id": odd[3].id, "base": odd[0].id, "part": "configuration", "name": "net"}
    )
    assert found["removed"] == 0
    assert found["added"] == len(found["lines"]) > 3


def test_equal_lines_far_from_a_change_are_left_out(tmp_path) -> None:
    made = []
    for value in (1, 2):
        with track.start("run", store=tmp_path / "s", capture=False) as run:
            run.connect_configuration({f"k{n:02}": value if n == 20 else 0 for n in range(40)}, name="c")
        made.append(run)
    arguments = {"id": made[1].id, "base": made[0].id, "part": "configuration", "name": "c"}
    found = operations.call("difference", made[0].store, arguments)
    assert (found["added"], found["removed"]) == (1, 1)
    assert [kind for kind, *_ in found["lines"]].count("…") == 2
    assert [text for kind, text, *_ in found["lines"] if kind == "+"] == ['  "k20": 2,']
    same = operations.call("difference", made[0].store, {**arguments, "base": made[1].id})
    assert same["note"] == "The two are the same."


def test_of_two_diffs_only_what_they_change_is_told(tmp_path) -> None:
    made = []
    for blob, line in (("2a95614", "relu"), ("5808e31", "tanh")):
        with track.start("run", store=tmp_path / "s", capture=False) as run:
            lines = ["diff --git a/t.py b/t.py", f"index c713a9e..{blob} 100644", f"@@ -3,9 +3,{len(blob)} @@ def f():"]
            run.record_execution({"diff": "\n".join([*lines, f"+    {line}", "-    index 1..2"])})
        made.append(run)
    found = operations.call("difference", made[0].store, {"id": made[1].id, "base": made[0].id, "part": "diff"})
    assert [line[:2] for line in found["lines"]] == [
        [" ", "diff --git a/t.py b/t.py"],
        [" ", "@@ def f():"],
        ["-", "+    relu"],
        ["+", "+    tanh"],
        [" ", "-    index 1..2"],
    ]


def test_curves_are_grouped_by_what_is_no_hyperparameter(odd) -> None:
    odd[0].add_tags("best")
    charts = decode(ask(odd, "charts", metrics=["loss"], by=["tags", "properties/team"])).charts
    assert sorted(line.name for line in charts[0].series) == [
        "tags=best, properties/team=a",
        "tags=none, properties/team not set",
    ]
    with pytest.raises(TrackkitValueError, match="hyperparameter"):
        ask(odd, "charts", by=["properties/nobody"])


def test_its_picture_is_parallel_coordinates(sweep) -> None:
    view = views.comparison(sweep, section="parallel", log=['hyperparameters["General"]["rate"]'], theme="dark")
    svg = views.drawing.draw(view, sweep[0].store, format="svg").data
    assert svg is not None
    for text in ("rate", "width", "seed", "loss/val"):
        assert f"<!-- {text} -->" in svg.decode()
    assert views.mimebundle(view, sweep[0].store)["image/png"]
    # Grouped: the lines have the colours of their groups, which a legend names.
    view = views.comparison(sweep, section="parallel", group_by="width", theme="dark")
    grouped = views.drawing.draw(view, sweep[0].store, format="svg").data
    assert grouped is not None
    for text in ("width=16", "width=32"):
        assert f"<!-- {text} -->" not in svg.decode()
        assert f"<!-- {text} -->" in grouped.decode()


def test_groups_are_those_of_the_curves_in_their_colours(odd, sweep) -> None:
    assert ask(odd, "comparison")["groups"] == []
    drawn = decode(ask(sweep, "charts", over=["seed"]))
    lines = {line.experiment: (line.name, line.color, set(line.members)) for line in drawn.charts[0].series}
    groups = ask(sweep, "comparison", over=["seed"])["groups"]
    assert {one["id"]: (one["name"], one["color"], set(one["members"])) for one in groups} == lines
    assert len(groups) == 8
    assert groups[0]["members"][0] == sweep[0].id
    by = ask(odd, "comparison", by=["properties/team"])["groups"]
    assert [(one["name"], len(one["members"])) for one in by] == [
        ("properties/team=a", 1),
        ("properties/team not set", 3),
    ]
    # What cannot be is told by the curves; the rest of the comparison is shown.
    assert ask(odd, "comparison", by=["nope"])["groups"] == []
    assert ask(odd, "comparison", by=["depth"], over=["depth"])["groups"] == []


def test_an_address_keeps_what_a_comparison_shows(sweep) -> None:
    brush = [json.dumps(['hyperparameters["General"]["rate"]', 0.01, 0.5])]
    options = {"parameters": ["rate"], "targets": ["loss/val.min_value"], "log": ["x, y"], "brush": brush}
    view = views.comparison(sweep[:2], section="scatter", base=sweep[0], statistic="min", identical=True, **options)
    assert track.parse_embed(view.url).options == view.options
    with pytest.raises(TrackkitValueError, match="section"):
        views.comparison(sweep, section="else")
