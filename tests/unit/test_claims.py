"""Claims: measured over seeds, looked at again, and said plainly when later data contradicts them."""

import json
import math
import tracemalloc

import numpy as np
import pytest
from scipy import stats

import trackkit_jupyter as track
from trackkit_jupyter import LockedError, QueryError, TrackkitTypeError, TrackkitValueError, cli, operations, views
from trackkit_jupyter.operations import claims
from trackkit_jupyter.operations.claims import interval
from trackkit_jupyter.reports.freeze import frozen_store
from trackkit_jupyter.reports.notebooks import read_notebook

FAST, SLOW = 'hyperparameters["lr"] == 0.1', 'hyperparameters["lr"] == 0.01'


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def train(lr, *values, metric="accuracy/val"):
    for value in values:
        with track.start(config={"lr": lr}, capture=False) as exp:
            exp.log({metric: value}, 0)


@pytest.fixture
def report(home):
    train(0.1, 0.91, 0.92, 0.93, 0.94)
    train(0.01, 0.88, 0.89, 0.9, 0.9)
    return track.report.create("Rates", "vision", path="rates.ipynb")


def claim(report, **options):
    return report.claim("lr 0.1 beats 0.01", metric="accuracy/val", a=FAST, b=SLOW, **options)


def test_it_holds_with_the_interval_that_scipy_gives(report):
    found = claim(report)
    assert found.holds
    assert found.difference == pytest.approx(0.925 - 0.8925)
    first, second = np.array([0.91, 0.92, 0.93, 0.94]), np.array([0.88, 0.89, 0.9, 0.9])
    reference = stats.bootstrap(
        (first, second), lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis), n_resamples=20_000,
        rng=np.random.default_rng(5),
    ).confidence_interval  # fmt: skip
    assert found.interval == pytest.approx((reference.low, reference.high), abs=2e-3)
    assert "It holds: accuracy/val differs by +0.0325 (a − b), 95% interval +0.0" in found.sentence
    assert "4 against 4 experiments." in found.sentence
    assert found.sentence == f"It holds: {found.data['finding']}"
    assert sorted(found.data["a"]["values"]) == list(first)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    rounds = 60
    hits = 0
    for _ in range(rounds):
        low, high = interval(rng.normal(1, 1, 30), rng.normal(0, 1, 30), 0.9)[1:]
        hits += low <= 1 <= high
    assert 0.78 <= hits / rounds <= 0.99  # 0.9, three standard deviations of 60 rounds apart


def test_the_direction_and_the_opposite(report):
    train(0.1, 0.1, 0.2, 0.3, metric="loss/val")
    train(0.01, 1.1, 1.2, 1.3, metric="loss/val")
    assert report.claim("less loss", "loss/val", FAST, SLOW).holds
    assert report.claim("the other way round", "loss/val", SLOW, FAST).verdict == "contradicted"
    assert claim(report, better="lower").verdict == "contradicted"


def test_later_data_contradicts_it_wherever_it_is_read(report, home, capsys):
    assert claim(report).holds
    assert cli.main(["report", "check"]) == 0
    before = report.path.read_bytes()
    train(0.1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    view = views.View.from_json(read_notebook(report.path).cells[-1].outputs[0].data[views.MIME_TYPE])
    words = views.drawing.summarise(view, report.store).plain()
    assert "This held on" in words
    assert "it no longer does" in words
    assert "The data says the opposite" in words
    assert "no longer does" in report.export("out.md").read_text()
    capsys.readouterr()
    assert cli.main(["report", "check", str(report.path)]) == 1
    assert "no longer does" in capsys.readouterr().out
    assert cli.main(["report", "check", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["verdict"] == "contradicted"
    assert report.path.read_bytes() == before


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ([], [0.1, 0.2], "no experiment is found by a"),
        ([0.1], [0.2, 0.3], "a has one experiment only. Run it with other seeds"),
        ([0.1, 0.2], [0.3], "b has one experiment only"),
        ([math.nan, math.inf], [0.1, 0.2], "none of the 2 experiments of a has a finite value"),
        ([math.nan], [0.1, 0.2], "the one experiment of a has no finite value of accuracy/val"),
        ([0.1, 0.2], [0.3, math.nan], "b has one experiment with a finite value only. Run it with other seeds"),
    ],
)
def test_too_little_is_said_in_a_sentence(home, one, other, says):
    train(0.1, *one)
    train(0.01, *other)
    found = claim(track.report.create("Few", "vision"))
    assert (found.verdict, found.holds, found.difference, found.interval) == ("unknown", False, None, None)
    assert says in found.sentence
    assert cli.main(["report", "check"]) == 1


def test_a_metric_that_was_never_logged_is_no_missing_value(report):
    found = report.claim("a slip", "accurcy/val", FAST, SLOW)
    assert "none of the 4 experiments of a has logged accurcy/val; there is accuracy/val." in found.sentence


def test_a_check_tells_an_open_claim_from_a_wrong_one(report, capsys):
    claim(report)
    report.claim("the other way round", "accuracy/val", SLOW, FAST)
    report.claim("better than itself", "accuracy/val", FAST, FAST)
    report.claim("better than nothing", "accuracy/val", FAST, 'name == "nobody"')
    assert cli.main(["report", "check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:8:2]] == ["ok", "WRONG", "open", "unknown"]
    assert "Zero is in the interval" in lines[5]
    assert lines[8:] == ["1 of 4 claims hold."]


def test_what_has_no_finite_value_is_left_out_and_counted(report):
    train(0.1, math.nan)
    found = claim(report)
    assert found.holds
    assert found.data["a"]["left_out"] == 1
    assert "Left out: 1 without a finite value." in found.sentence


def test_what_is_in_both_groups_is_said(report):
    found = report.claim("better than itself", "accuracy/val", a=FAST, b='hyperparameters["lr"] > 0')
    assert "4 are in both groups, which are taken for independent." in found.sentence


def test_more_experiments_than_are_measured_are_said(report, monkeypatch):
    monkeypatch.setattr(claims, "_MOST", 3)
    found = claim(report)
    assert [len(found.data[name]["values"]) for name in "ab"] == [3, 3]
    assert [found.data[name]["total"] for name in "ab"] == [4, 4]
    assert sorted(found.data["a"]["values"]) == [0.92, 0.93, 0.94]
    assert "Of the 4 experiments of a, the newest 3 are measured." in found.sentence


def test_seeds_that_change_nothing(home):
    train(0.1, 0.9, 0.9, 0.9)
    train(0.01, 0.8, 0.8)
    assert claim(track.report.create("Same", "vision")).interval == (pytest.approx(0.1), pytest.approx(0.1))


def test_large_groups_are_resampled_in_parts():
    values = np.random.default_rng(0).normal(size=1_000)
    tracemalloc.start()
    difference, low, high = interval(values + 1, values, 0.95)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert low < difference < high
    assert peak < 100e6  # all at once: 240 MB


def test_a_wrong_claim_adds_nothing(report):
    before = report.path.read_bytes()
    for error, wrong in (
        (QueryError, {"a": "lr ==", "b": SLOW}),
        (TrackkitValueError, {"a": FAST, "b": SLOW, "value": "median"}),
        (TrackkitValueError, {"a": FAST, "b": SLOW, "level": 1.5}),
        (TrackkitTypeError, {"a": FAST, "b": 3}),
    ):
        with pytest.raises(error):
            report.claim("wrong", "accuracy/val", **wrong)
    assert report.path.read_bytes() == before
    report.add("Text").publish()
    with pytest.raises(LockedError):
        claim(report)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "missing the required arguments metric, a, b"),
        ({"metric": "accuracy/val"}, "missing the required arguments a, b"),
        ({"metric": "accuracy/val", "a": FAST}, "missing a required argument: 'b'"),
    ],
)
def test_what_a_claim_lacks_is_named_with_a_line_that_works(report, given, missing):
    before = report.path.read_bytes()
    for made in (report.claim, track.report.claim):
        with pytest.raises(TrackkitTypeError) as refused:
            made("lr 0.1 beats 0.01", **given)
        assert missing in refused.value.message
        line = refused.value.message.partition("Write: ")[2]
    assert report.path.read_bytes() == before
    assert eval(line, {"report": report}).holds


def test_its_code_makes_the_same_view_again(report):
    claim(report, value="max")
    cell = read_notebook(report.path).cells[-1]
    saved = views.View.from_json(cell.outputs[0].data[views.MIME_TYPE])
    again = eval(cell.source, {"track": track})
    assert (again.kind, again.options) == ("claim", {k: v for k, v in saved.options.items() if k != "then"})
    assert set(cell.outputs[0].data) >= {"image/png", "text/markdown", "text/plain"}


def test_a_frozen_claim_is_what_it_was(report):
    claim(report)
    report.publish(freeze=True)
    train(0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
    store = frozen_store(report)
    arguments = {"metric": "accuracy/val", "a": FAST, "b": SLOW}
    assert operations.call("claim", store, arguments)["verdict"] == "holds"
    assert operations.call("claim", report.store, arguments)["verdict"] == "contradicted"


def test_as_the_last_line_of_a_cell_it_is_its_card(report):
    found = claim(report)
    shown = found._repr_mimebundle_()
    assert shown[views.MIME_TYPE]["kind"] == "claim"
    assert found.sentence in repr(found)
    report.is_here = True  # there the card is shown by adding it
    assert claim(report)._repr_mimebundle_() == {}
