"""The operations on real stores: every read, every edit, and what is refused."""

from __future__ import annotations

import json
import math
import os
import threading

import numpy as np
import pytest

from trackkit_jupyter import charts, operations, tracking
from trackkit_jupyter.errors import (
    ConflictError,
    NotFoundError,
    TrackkitError,
    TrackkitStateError,
    TrackkitTypeError,
    TrackkitValueError,
)
from trackkit_jupyter.operations import handles

ABSENT = "0" * 32


@pytest.fixture
def store(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    with tracking.start("first", project="a/b", config={"lr": 0.1}, store=tmp_path / "store", capture=False) as first:
        for iteration in range(10):
            first.log({"loss/train": 1 / (iteration + 1), "loss/val": math.nan if iteration == 3 else 2.0}, iteration)
        first.log_scalar(":monitor:cpu", "percent", 50.0, 0)
        first.log_single_value("best", math.inf)
        for iteration in (0, 5):
            first.log_plot("confusion", "val", {"data": [{"type": "bar", "y": [iteration]}], "layout": {}}, iteration)
        for iteration in range(5):
            first.log_image("digits", "wrong", np.full((4, 6), iteration, dtype=np.uint8), iteration)
        first.log_html("page", "table", "<b>hi</b>", 2)
        for line in range(5):
            first.log_text(f"line {line}")
    with tracking.start("second", store=tmp_path / "store", capture=False) as second:
        second.log({"loss/train": 5.0}, 0)
    opened = tracking.open_store(tmp_path / "store")
    yield opened
    handles.clear()


@pytest.fixture
def first(store):
    return next(item for item in store.experiments() if item.name == "first")


@pytest.fixture
def second(store):
    return next(item for item in store.experiments() if item.name == "second")


def read(store, name, **arguments):
    answer = operations.call(name, store, arguments)
    if not isinstance(answer, bytes):
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    return answer


def test_experiment_is_its_record_with_state_and_time(store, first):
    answer = read(store, "experiment", id=first.id)
    assert answer["state"] == first.state()
    assert answer["now"] > answer["created"]
    assert answer["hyperparameters"]["General"]["lr"]["value"] == "0.1"
    assert answer["single_values"] == {"best": "Infinity"}
    assert answer["metrics"]["loss"]["val"]["count"] == 10
    assert "scalars" not in answer


def test_experiments_in_pages(store, first, second):
    answer = read(store, "experiments", order_by="name", page_size=1)
    assert [item["name"] for item in answer["items"]] == ["first"]
    assert answer["total"] == 2
    assert [item["id"] for item in read(store, "experiments", order_by="name", page=1, page_size=1)["items"]] == [
        second.id
    ]
    assert read(store, "experiments", archived=True) == {"items": [], "total": 0}


def test_charts_of_one_experiment(store, first):
    answer = charts.decode(read(store, "charts", objects=[first.id]))
    assert [chart.title for chart in answer.charts] == ["loss", ":monitor:cpu"]
    train, val = answer.charts[0].series
    assert (train.variant, val.variant) == ("train", "val")
    assert train.color != val.color
    assert train.y.tolist() == [1 / (i + 1) for i in range(10)]
    assert val.nonfinite == [(3.0, "NaN")]


def test_charts_answers_only_what_is_new(store, first):
    whole = charts.decode(read(store, "charts", objects=[first.id], metrics=["loss"]))
    same = charts.decode(read(store, "charts", objects=[first.id], metrics=["loss"], since=whole.next))
    assert same.unchanged
    assert same.charts == []
    with tracking.start(store=store.path, resume=first.id, capture=False) as again:
        again.log({"loss/train": 9.0}, 10)
    more = charts.decode(read(store, "charts", objects=[first.id], metrics=["loss"], since=whole.next))
    (train,) = more.charts[0].series
    assert (train.variant, train.first, train.y.tolist()) == ("train", 10, [9.0])
    assert not more.unchanged


def test_charts_choose_and_zoom(store, first):
    answer = charts.decode(read(store, "charts", objects=[first.id], variants=["val"], group_by="none"))
    assert [chart.title for chart in answer.charts] == ["loss/val"]
    answer = charts.decode(read(store, "charts", objects=[first.id], metrics=["loss"], x_from=2, x_to=4.0))
    assert answer.charts[0].series[0].x.tolist() == [1, 2, 3, 4, 5]  # and a neighbour on each side
    answer = charts.decode(read(store, "charts", objects=[first.id], metrics=["absent"]))
    assert answer.charts == []


def test_colours_of_several_do_not_depend_on_their_order(store, first, second):
    def colors(*objects):
        answer = charts.decode(read(store, "charts", objects=list(objects), metrics=["loss"]))
        return {line.id: (line.color, line.dash) for line in answer.charts[0].series}

    assert colors(first.id, second.id) == colors(second.id, first.id)
    assert len({color for color, _ in colors(first.id, second.id).values()}) == 2


def test_console_in_pieces_and_from_the_end(store, first):
    answer = read(store, "console", id=first.id, limit=2)
    assert [line["text"] for line in answer["lines"]] == ["line 0", "line 1"]
    assert (answer["next"], answer["total"]) == (2, 5)
    rest = read(store, "console", id=first.id, after=answer["next"])
    assert [line["index"] for line in rest["lines"]] == [2, 3, 4]
    assert [line["text"] for line in read(store, "console", id=first.id, after=-2)["lines"]] == ["line 3", "line 4"]
    assert read(store, "console", id=first.id, after=99)["lines"] == []


def test_plots_are_the_latest_and_know_the_others(store, first, second):
    (plot,) = read(store, "plots", objects=[first.id, second.id])["plots"]
    assert (plot["iteration"], plot["iterations"]) == (5, [0, 5])
    assert (plot["experiment"], plot["experiment_name"]) == (first.id, "first")
    figure = read(store, "figure", id=first.id, hash=plot["hash"])
    assert json.loads(figure)["data"][0]["y"] == [5]


def test_a_figure_is_only_what_was_logged_as_one(store, first):
    sample = first.samples()[0]["hash"]
    with pytest.raises(NotFoundError) as refused:
        read(store, "figure", id=first.id, hash=sample)
    assert refused.value.field == "hash"


def test_a_figure_with_prototype_keys_is_refused(store):
    with tracking.start("evil", store=store.path, capture=False) as evil:
        # By hand: what logs a figure may refuse such keys, but a copied folder holds what it holds.
        sha256, _ = evil._blobs.put(b'{"data": [{"type": "bar", "__proto__": {"polluted": 1}}]}')
        evil._running().event("plot", metric="p", variant="v", iteration=0, hash=sha256, size=1)
    with pytest.raises(TrackkitValueError):
        read(store, "figure", id=evil.id, hash=sha256)


def test_a_damaged_figure_is_an_error_of_the_store(store, first):
    plot = first.plots()[0]
    first.blob(plot["hash"]).write_bytes(b"\xff not json")
    with pytest.raises(TrackkitError) as refused:
        read(store, "figure", id=first.id, hash=plot["hash"])
    assert refused.value.code == "damaged"


def test_samples_newest_first_in_batches(store, first):
    answer = read(store, "samples", id=first.id, metric="digits", limit=2)
    assert answer["metrics"] == ["digits", "page"]
    assert [entry["iteration"] for entry in answer["iterations"]] == [4, 3]
    assert (answer["older"], answer["newer"]) == (True, False)
    answer = read(store, "samples", id=first.id, metric="digits", before=3, limit=10)
    assert [entry["iteration"] for entry in answer["iterations"]] == [2, 1, 0]
    assert (answer["older"], answer["newer"]) == (False, True)
    answer = read(store, "samples", id=first.id, metric="digits", after=1, limit=2)
    assert [entry["iteration"] for entry in answer["iterations"]] == [3, 2]
    assert (answer["older"], answer["newer"]) == (True, True)
    assert len(read(store, "samples", id=first.id)["iterations"][2]["samples"]) == 2
    assert read(store, "samples", id=first.id, metric="absent")["iterations"] == []


def test_sample_iterations_ascend(store, first):
    answer = read(store, "sample_iterations", id=first.id, metric="digits", variant="wrong")
    assert [item["iteration"] for item in answer["samples"]] == [0, 1, 2, 3, 4]
    assert (answer["samples"][0]["width"], answer["samples"][0]["height"]) == (6, 4)


def test_single_values_of_several(store, first, second):
    answer = read(store, "single_values", objects=[second.id, first.id, second.id])
    assert answer["items"] == [
        {"id": second.id, "name": "second", "values": {}},
        {"id": first.id, "name": "first", "values": {"best": "Infinity"}},
    ]


def test_changes_tell_what_moved_and_what_is_gone(store, first, second):
    ids = [first.id, second.id, ABSENT]
    start = read(store, "changes", ids=ids)
    assert start["changed"] == ids  # they were made just now, and may have moved while they were read
    for exp in (first, second):
        for path in store.paths.experiment(exp.id).root.rglob("*"):
            os.utime(path, (0, path.stat().st_mtime - 60))
    start = read(store, "changes", ids=ids)
    assert start["changed"] == [ABSENT]
    assert start["missing"] == [ABSENT]
    still = read(store, "changes", ids=ids, since=start["next"])
    assert still == {"next": start["next"], "changed": [], "missing": [ABSENT]}
    second.add_tags("moved")
    assert read(store, "changes", ids=ids, since=start["next"])["changed"] == [second.id]
    second.archive()
    second.delete()
    gone = read(store, "changes", ids=ids, since=start["next"])
    assert (gone["changed"], gone["missing"]) == ([second.id], [second.id, ABSENT])


def test_every_edit(store, first):
    def edit(operation, **arguments):
        before = first.state()
        state = operations.call(operation, store, {"id": first.id, **arguments})["state"]
        assert state != before
        return store.experiment(first.id)

    assert edit("rename", name="other").name == "other"
    assert edit("describe", text="**bold**").description == "**bold**"
    assert edit("move", project="c").project == "c"
    assert edit("add_tags", tags=["x", "y"]).tags == ["x", "y"]
    assert edit("remove_tags", tags=["x"]).tags == ["y"]
    assert edit("archive").archived
    assert not edit("unarchive").archived
    with pytest.raises(TrackkitStateError):
        edit("abort")  # it has ended


def test_abort_of_a_running_one(store):
    running = tracking.start("running", store=store.path, capture=False)
    try:
        operations.call("abort", store, {"id": running.id})
        assert store.experiment(running.id).status == "aborted"
    finally:
        running.finish()
    assert store.experiment(running.id).status == "aborted"


REFUSED = [
    ("nothing", {}, NotFoundError, "operation"),
    ("__class__", {}, NotFoundError, "operation"),
    ("experiment", {}, TrackkitValueError, "id"),
    ("experiment", {"id": ABSENT}, NotFoundError, "id"),
    ("experiment", {"id": "../" * 10}, TrackkitValueError, "id"),
    ("experiment", {"id": 7}, TrackkitTypeError, "id"),
    ("experiment", {"id": None}, TrackkitTypeError, "id"),
    ("experiment", {"id": ABSENT, "extra": 1}, TrackkitValueError, "extra"),
    ("experiment", {"id": ABSENT, "store": "x"}, TrackkitValueError, "store"),
    ("experiments", {"page": -1}, TrackkitValueError, "page"),
    ("experiments", {"page": 1.5}, TrackkitTypeError, "page"),
    ("experiments", {"page": True}, TrackkitTypeError, "page"),
    ("experiments", {"page": 1 << 64}, TrackkitValueError, "page"),
    ("experiments", {"page_size": 0}, TrackkitValueError, "page_size"),
    ("experiments", {"page_size": 10**6}, TrackkitValueError, "page_size"),
    ("experiments", {"archived": 1}, TrackkitTypeError, "archived"),
    ("experiments", {"order_by": "__class__"}, TrackkitValueError, "order_by"),
    ("charts", {"objects": []}, TrackkitValueError, "objects"),
    ("charts", {"objects": ABSENT}, TrackkitTypeError, "objects"),
    ("charts", {"objects": [1]}, TrackkitTypeError, "objects"),
    ("charts", {"objects": ["x"]}, TrackkitValueError, "objects"),
    ("charts", {"objects": [f"{i:032x}" for i in range(101)]}, TrackkitValueError, "objects"),
    ("charts", {"objects": ["FIRST"], "xaxis": "epochs"}, TrackkitValueError, "xaxis"),
    ("charts", {"objects": ["FIRST"], "group_by": ""}, TrackkitValueError, "group_by"),
    ("charts", {"objects": ["FIRST"], "smoothing": 1}, TrackkitValueError, "smoothing"),
    ("charts", {"objects": ["FIRST"], "smoothing": math.nan}, TrackkitValueError, "smoothing"),
    ("charts", {"objects": ["FIRST"], "smoothing": "0.5"}, TrackkitTypeError, "smoothing"),
    ("charts", {"objects": ["FIRST"], "points": 1}, TrackkitValueError, "points"),
    ("charts", {"objects": ["FIRST"], "points": 10**9}, TrackkitValueError, "points"),
    ("charts", {"objects": ["FIRST"], "x_from": 2.0, "x_to": 1.0}, TrackkitValueError, "x_to"),
    ("charts", {"objects": ["FIRST"], "since": "!"}, TrackkitValueError, "since"),
    ("console", {"id": "FIRST", "limit": 0}, TrackkitValueError, "limit"),
    ("console", {"id": "FIRST", "limit": 10**6}, TrackkitValueError, "limit"),
    ("figure", {"id": "FIRST", "hash": "../../store.json"}, NotFoundError, "hash"),
    ("samples", {"id": "FIRST", "before": 1, "after": 1}, TrackkitValueError, "after"),
    ("samples", {"id": "FIRST", "limit": 101}, TrackkitValueError, "limit"),
    ("single_values", {"objects": []}, TrackkitValueError, "objects"),
    ("changes", {"ids": [], "timeout": 26}, TrackkitValueError, "timeout"),
    ("changes", {"ids": [], "timeout": -1}, TrackkitValueError, "timeout"),
    ("changes", {"ids": ["x"]}, TrackkitValueError, "ids"),
    ("changes", {"ids": [ABSENT] * 10_001}, TrackkitValueError, "ids"),
    ("rename", {"id": "FIRST", "name": ""}, TrackkitValueError, "name"),
    ("rename", {"id": "FIRST", "name": "a\x00b"}, TrackkitValueError, "name"),
    ("rename", {"id": ABSENT, "name": "x"}, NotFoundError, "id"),
    ("move", {"id": "FIRST", "project": "a/../b"}, TrackkitValueError, "project"),
    ("add_tags", {"id": "FIRST", "tags": []}, TrackkitValueError, "tags"),
    ("add_tags", {"id": "FIRST", "tags": ["ok", " "]}, TrackkitValueError, "tags"),
    ("add_tags", {"id": "FIRST", "tags": "one"}, TrackkitTypeError, "tags"),
]


@pytest.mark.parametrize(("name", "arguments", "kind", "field"), REFUSED, ids=lambda value: str(value)[:40])
def test_wrong_arguments_are_refused_by_name(store, first, name, arguments, kind, field):
    before = first.state()
    text = json.dumps(arguments).replace('"FIRST"', f'"{first.id}"')
    with pytest.raises(kind) as refused:
        operations.call(name, store, json.loads(text))
    assert refused.value.field == field
    assert len(str(refused.value)) < 500
    assert str(store.path) not in str(refused.value)
    assert first.state() == before


def test_the_message_says_what_is_allowed(store, first):
    with pytest.raises(TrackkitValueError, match="iterations, relative, wall"):
        operations.call("charts", store, {"objects": [first.id], "xaxis": "epochs"})
    with pytest.raises(TrackkitValueError, match="allowed: id"):
        operations.call("experiment", store, {"di": first.id})


def test_arguments_of_a_query_string():
    charts_ = operations.READS["charts"]
    query = {"objects": ["a", "b"], "smoothing": ["0.6"], "points": ["100"], "x_from": ["-1e3"], "since": [""]}
    assert operations.read_text(charts_, query) == {
        "objects": ["a", "b"],
        "smoothing": 0.6,
        "points": 100,
        "x_from": -1000.0,
        "since": "",
    }
    assert operations.read_text(operations.READS["experiments"], {"archived": ["true"]}) == {"archived": True}
    for name, values in (
        ("points", ["1.5"]),
        ("points", ["9" * 5000]),
        ("points", ["٣"]),
        ("smoothing", ["high"]),
        ("since", ["a", "b"]),
        ("extra", ["1"]),
    ):
        with pytest.raises(TrackkitValueError) as refused:
            operations.read_text(charts_, {name: values})
        assert refused.value.field == name


def test_every_operation_has_plain_parameters_and_a_docstring():
    for name, operation in {**operations.READS, **operations.EDITS}.items():
        assert operation.__doc__, name
        assert all(parameter.kind for parameter in operations.parameters(operation).values()), name
    assert not operations.READS.keys() & operations.EDITS.keys()


def test_a_handle_reads_on_where_it_stopped_and_from_several_threads(store, first):
    read(store, "charts", objects=[first.id])
    with handles.opened(store, first.id) as one, handles.opened(store, first.id) as two:
        assert one is two
    answers: list[int] = []

    def look():
        for _ in range(5):
            record = read(store, "experiment", id=first.id)
            answers.append(record["metrics"]["loss"]["train"]["count"])

    threads = [threading.Thread(target=look) for _ in range(4)]
    with tracking.start(store=store.path, resume=first.id, capture=False) as again:
        for thread in threads:
            thread.start()
        for value in range(50):
            again.log({"loss/train": float(value)}, 10 + value)
        for thread in threads:
            thread.join()
    assert len(answers) == 20
    assert all(10 <= count <= 60 for count in answers)
    assert read(store, "experiment", id=first.id)["metrics"]["loss"]["train"]["count"] == 60


def test_a_deleted_experiment_is_forgotten(store, second):
    read(store, "experiment", id=second.id)
    second.archive()
    second.delete()
    with pytest.raises(NotFoundError):
        read(store, "experiment", id=second.id)


def test_the_loop_is_read_and_asked(store):
    running = tracking.start("loop", store=store.path, capture=False)
    try:
        assert operations.call("experiment", store, {"id": running.id})["loop"] == {"doing": "running", "knobs": 0}
        running.knob("lr", 0.1, min=0.01, max=1)
        running.knob("augment", True)
        operations.call("turn", store, {"id": running.id, "name": "lr", "value": "0.5", "seen": "0.1"})
        operations.call("turn", store, {"id": running.id, "name": "augment", "value": "false"})
        operations.call("pause", store, {"id": running.id})
        told = operations.call("loop", store, {"id": running.id})
        assert told["knobs"] == [
            {"name": "lr", "value": 0.5, "default": 0.1, "min": 0.01, "max": 1},
            {"name": "augment", "value": False, "default": True, "min": None, "max": None},
        ]
        assert told["doing"] == "pausing"
        assert [turn["kind"] for turn in told["turns"]] == ["turn", "turn", "pause"]
        before = operations.call("experiment", store, {"id": running.id})["state"]
        after = operations.call("request_checkpoint", store, {"id": running.id})["state"]
        assert after != before  # views notice
        for value, error in (("five", TrackkitValueError), ("5", TrackkitValueError)):
            with pytest.raises(error):
                operations.call("turn", store, {"id": running.id, "name": "lr", "value": value})
        with pytest.raises(ConflictError):
            operations.call("turn", store, {"id": running.id, "name": "lr", "value": "0.2", "seen": "0.1"})
        with pytest.raises(NotFoundError):
            operations.call("turn", store, {"id": running.id, "name": "momentum", "value": "0.2"})
        operations.call("resume", store, {"id": running.id})
    finally:
        running.finish()
    assert operations.call("loop", store, {"id": running.id})["doing"] is None
    with pytest.raises(TrackkitStateError):
        operations.call("stop", store, {"id": running.id})
