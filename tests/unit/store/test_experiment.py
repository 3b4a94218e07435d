"""An experiment as it is kept: its status, summaries, edits, and its end."""

from __future__ import annotations

import json
import math
import os
import threading
import time

import numpy as np
import pytest

from trackkit_jupyter import tracking
from trackkit_jupyter.errors import (
    LockedError,
    NotFoundError,
    TrackkitStateError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
)
from trackkit_jupyter.records import iso
from trackkit_jupyter.store import changes


@pytest.fixture
def ended(store):
    """Return an experiment that has ended, as another process reads it."""
    with tracking.start("ended", store=store.path, capture=False, tags=["b"]) as experiment:
        experiment.log({"loss/val": 0.5})
    return store.experiment(experiment.id)


def marker_of(store, id):
    return next(store.paths.live.glob(f"{id}-*"))


# -- status


def test_status_follows_its_life(store):
    experiment = tracking.start("a", store=store.path, capture=False)
    seen = store.experiment(experiment.id)
    assert (experiment.status, seen.status, seen.finished) == ("running", "running", None)
    experiment.finish()
    assert (experiment.status, seen.status) == ("completed", "completed")
    assert seen.finished >= seen.started >= seen.created
    assert list(store.paths.live.iterdir()) == []


def rewrite(marker, **values):
    marker.write_text(json.dumps({**json.loads(marker.read_text()), **values}))


def test_a_process_id_that_was_given_again_deceives_nobody(store, running):
    rewrite(marker_of(store, running.id), since="1")
    assert store.experiment(running.id).status == "aborted"


def test_a_process_that_is_gone_shows_at_once(store, running):
    rewrite(marker_of(store, running.id), pid=2**22 + 1)
    assert store.experiment(running.id).status == "aborted"


@pytest.mark.parametrize("elsewhere", [{"host": "another"}, {"boot": "earlier"}, {"space": 1}])
def test_a_process_elsewhere_is_gone_after_a_minute(store, running, elsewhere):
    marker = marker_of(store, running.id)
    rewrite(marker, **elsewhere, pid=2**22 + 1)
    os.utime(marker, (time.time() - 50,) * 2)
    assert store.experiment(running.id).status == "running"
    os.utime(marker, (time.time() - 61,) * 2)
    assert store.experiment(running.id).status == "aborted"


@pytest.mark.parametrize("text", ["", "{", "5", "[]", "{}", '{"pid":"x"}'])
def test_a_damaged_marker_is_no_heartbeat(store, ended, text):
    (store.paths.live / f"{ended.id}-damaged").write_text(text)
    assert not changes.is_alive(store.paths, ended.id)


def test_a_marker_that_was_removed_is_made_again(store, running, monkeypatch):
    monkeypatch.setattr(changes, "HEARTBEAT_SECONDS", 0.01)
    marker_of(store, running.id).unlink()
    limit = time.monotonic() + 10
    while store.experiment(running.id).status != "running":
        assert time.monotonic() < limit


def test_the_state_tells_every_change(store, running):
    seen = store.experiment(running.id)
    steps = [
        lambda: None,
        lambda: running.log({"loss": 1.0}),
        lambda: running.log_text("hello"),
        lambda: running.log_single_value("a", 1.0),
        lambda: running.log_image("a", "b", np.zeros((2, 3))),
        lambda: running.set_properties(a=1),
        lambda: seen.rename("other"),
        running.finish,
    ]
    states = []
    for step in steps:
        step()
        states.append(seen.state())
    assert len(set(states)) == len(steps)
    assert seen.state() == states[-1]


# -- summaries


def summary(store, points):
    with tracking.start("s", store=store.path, capture=False) as experiment:
        for iteration, value in points:
            experiment.log_scalar("m", "v", value, iteration)
    return store.experiment(experiment.id).metrics["m"]["v"]


def test_first_and_last_are_by_iteration_the_later_where_it_repeats(store):
    found = summary(store, [(5, 1.0), (2, 9.0), (7, 3.0), (2, 4.0), (7, 2.0), (3, 8.0)])
    assert (found["first"], found["first_iteration"]) == (4.0, 2)
    assert (found["last"], found["last_iteration"]) == (2.0, 7)
    assert (found["min"], found["min_iteration"]) == (1.0, 5)
    assert (found["max"], found["max_iteration"]) == (9.0, 2)
    assert (found["count"], found["mean"]) == (6, 27 / 6)


def test_nan_and_infinity_are_kept_and_left_out_of_the_extremes(store):
    inf, nan = math.inf, math.nan
    found = summary(store, [(0, nan), (1, 2.0), (2, inf), (3, -inf), (4, 1.0), (5, nan)])
    assert (found["first"], found["last"]) == ("NaN", "NaN")
    assert (found["min"], found["max"], found["mean"], found["count"]) == (1.0, 2.0, 1.5, 6)
    assert (found["min_iteration"], found["max_iteration"]) == (4, 1)


def test_without_a_finite_value_there_are_no_extremes(store):
    found = summary(store, [(0, math.inf)])
    assert (found["first"], found["min"], found["max"], found["mean"]) == ("Infinity", None, None, None)


def test_a_mean_of_which_the_sum_is_too_large_is_a_number(store):
    found = summary(store, [(0, 1.7e308), (1, 1.7e308)])
    assert found["mean"] == 1.7e308
    assert found["max"] == 1.7e308


def test_summaries_follow_a_running_experiment(store, running):
    seen = store.experiment(running.id)
    for count in (1, 2, 3):
        running.log({"loss": float(count)})
        assert seen.metrics["loss"]["loss"]["count"] == count
        assert seen.metrics["loss"]["loss"]["last"] == count
        assert seen.last_iteration == count - 1


def test_the_monitor_has_no_say_in_the_last_iteration(store, running):
    running.log_scalar(":monitor:gpu", "util", 1.0, 500)
    assert running.last_iteration is None
    running.log({"loss": 1.0}, 3)
    assert running.last_iteration == 3


def test_to_dict_is_plain_json(store, running):
    running.log({"loss": math.nan})
    running.log_single_value("accuracy", math.inf)
    running.connect({"lr": 0.1})
    running.log_text("hello")
    running.log_table("t", "v", [{"a": 1}])
    found = json.loads(json.dumps(running.to_dict(events=True), allow_nan=False))
    assert found["scalars"]["loss"]["loss"][0][:2] == [0, "NaN"]
    assert found["single_values"] == {"accuracy": "Infinity"}
    assert found["plots"][0]["figure"]["data"][0]["type"] == "table"
    assert [line["text"] for line in found["console"]] == ["hello"]
    assert (found["damaged"], found["lost"]) == (0, 0)


def test_console_lines_are_counted_from_either_end(store, running):
    for number in range(10):
        running.log_text(f"line {number}")
    lines, total = running.console(after=7)
    assert ([line["text"] for line in lines], total) == (["line 7", "line 8", "line 9"], 10)
    assert [line["index"] for line in running.console(after=-2, limit=1)[0]] == [8]
    assert [line["index"] for line in running.console(after=-50)[0]] == list(range(10))
    assert running.console(after=10)[0] == []


def test_last_update_follows_the_journals(store, running):
    before = running.last_update
    path = next(running._paths.root.glob("events-*"), None)
    running.log({"loss": 1.0})
    path = next(running._paths.root.glob("scalars-*"))
    os.utime(path, (4e9, 4e9))
    assert running.last_update == iso(4e9) > before


# -- edits


def test_edits_are_kept_and_noted(store, ended):
    ended.rename("better")
    ended.describe("**bold**")
    ended.move("a/b")
    ended.add_tags("c", "a")
    ended.remove_tags("b", "unknown")
    ended.archive()
    fresh = store.experiment(ended.id)
    assert (fresh.name, fresh.description, fresh.project) == ("better", "**bold**", "a/b")
    assert (fresh.tags, fresh.archived) == (["a", "c"], True)
    notes = [json.loads(line) for line in store.paths.changes.read_text().splitlines()]
    assert [note["what"] for note in notes] == ["start", "finish"] + 6 * ["edit"]
    assert {note["id"] for note in notes} == {ended.id}


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (lambda e: e.rename(""), TrackkitValueError),
        (lambda e: e.rename(None), TrackkitTypeError),
        (lambda e: e.describe(5), TrackkitTypeError),
        (lambda e: e.describe("x" * 10_000_001), TrackkitValueError),
        (lambda e: e.move("a//b"), TrackkitValueError),
        (lambda e: e.add_tags("a", ""), TrackkitValueError),
        (lambda e: e.remove_tags(3), TrackkitTypeError),
    ],
)
def test_a_wrong_edit_changes_nothing(ended, edit, error):
    before = (ended._paths.root / "experiment.json").read_bytes()
    with pytest.raises(error):
        edit(ended)
    assert (ended._paths.root / "experiment.json").read_bytes() == before


def test_what_is_published_is_locked_its_organisation_not(store, ended):
    ended.publish()
    assert ended.status == "published"
    own = tracking.open_store(store.path).experiment(ended.id)
    for change in (
        lambda: own.set_properties(a=1),
        lambda: own.connect_configuration({"a": 1}),
    ):
        with pytest.raises(LockedError, match="published"):
            change()
    with pytest.raises(TrackkitStateError):
        tracking.start(resume=ended.id, store=store.path, capture=False)
    own.add_tags("later")
    own.archive()
    assert (own.tags, own.archived, own.status) == (["b", "later"], True, "published")


def test_only_what_may_change_its_status_does(ended, running):
    with pytest.raises(TrackkitStateError, match="completed cannot become aborted"):
        ended.abort()
    with pytest.raises(TrackkitStateError, match="running cannot become published"):
        running.store.experiment(running.id)._change_status("published")


def test_aborted_from_elsewhere_it_stays_so(store):
    experiment = tracking.start("a", store=store.path, capture=False)
    store.experiment(experiment.id).abort()
    experiment.log({"loss": 1.0})  # its process goes on, and loses nothing
    experiment.finish()
    seen = store.experiment(experiment.id)
    assert (seen.status, seen.count("loss", "loss")) == ("aborted", 1)


def test_edits_of_threads_and_the_end_lose_nothing(store):
    experiment = tracking.start("a", store=store.path, capture=False)
    handles = [store.experiment(experiment.id) for _ in range(4)]

    def edit(handle, place):
        for number in range(10):
            handle.add_tags(f"{place}-{number}")

    threads = [threading.Thread(target=edit, args=(handle, place)) for place, handle in enumerate(handles)]
    for thread in threads:
        thread.start()
    experiment.record_runtime({"gpu_count": 2})
    experiment.set_properties(a=1)
    experiment.finish()
    for thread in threads:
        thread.join()
    seen = store.experiment(experiment.id)
    assert len(seen.tags) == 40
    assert (seen.status, seen.runtime, seen.properties["a"]["value"]) == ("completed", {"gpu_count": 2}, "1")


def test_one_handle_in_many_threads_is_never_stale(store, ended):
    handle, stop, wrong = store.experiment(ended.id), threading.Event(), []

    def look():
        last = 0
        while not stop.is_set():
            number = len(handle.tags)
            if number < last:
                wrong.append((last, number))
            last = number

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(40):
        ended.add_tags(f"t{number}")
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(handle.tags) == 41


# -- deleting


def test_only_what_was_put_away_is_deleted(store, ended, running):
    with pytest.raises(TrackkitStateError, match="archive it first"):
        ended.delete()
    running.archive()
    with pytest.raises(TrackkitStateError, match="abort it first"):
        store.experiment(running.id).delete()
    ended.archive()
    ended.delete()
    assert [entry.name for entry in store.paths.experiments.iterdir()] == [running.id]


def test_what_is_deleted_is_not_found_by_any_handle(store, ended):
    handle = store.experiment(ended.id)
    assert handle.series("loss/val").values.tolist() == [0.5]
    ended.archive()
    ended.delete()
    for look in (
        handle.state,
        lambda: handle.name,
        lambda: handle.status,
        handle.to_dict,
        lambda: handle.rename("x"),
        lambda: handle.add_tags("x"),
        lambda: store.experiment(ended.id),
    ):
        with pytest.raises(NotFoundError):
            look()
    assert "cannot be read" in repr(handle)
    assert list(store.paths.experiments.iterdir()) == []


def test_a_folder_without_its_record_is_not_found(store, ended):
    for name in ("experiment.json", "experiment.json.bak"):
        (ended._paths.root / name).unlink(missing_ok=True)
    with pytest.raises(NotFoundError):
        store.experiment(ended.id).rename("x")
    assert not (ended._paths.root / "experiment.json").exists()


def test_damage_is_counted_and_costs_nothing_else(store, ended):
    root = ended._paths.root
    ended.add_tags("x")
    (root / "experiment.json").write_bytes(b"{")
    path = next(root.glob("scalars-*"))
    path.write_bytes(path.read_bytes() + b"\xff" * 64 + bytes(32))
    seen = store.experiment(ended.id)
    assert seen.name == "ended"
    assert seen.damaged == 1 + 2 + 1  # the record, two records of noise, one that never came
    assert seen.series("loss/val").values.tolist() == [0.5]


def test_a_blob_is_named_by_its_hash(store, ended):
    for wrong in ("", "x" * 64, "../" * 10, "A" * 64, 5):
        with pytest.raises(TrackkitValueError):
            ended.blob(wrong)
    with pytest.raises(NotFoundError):
        ended.blob("a" * 64)
    ended._paths.blobs.mkdir()
    (ended._paths.blobs / ("b" * 64)).symlink_to("/etc/passwd")
    with pytest.raises(NotFoundError):
        ended.blob("b" * 64)


def test_a_store_that_cannot_be_read_is_said(store, ended):
    handle = store.experiment(ended.id)
    (ended._paths.root / "experiment.json").unlink()
    (ended._paths.root / "experiment.json").mkdir()
    with pytest.raises(TrackkitStorageError, match="cannot be read"):
        handle.name  # noqa: B018


def test_the_mean_of_the_largest_numbers_is_a_number(store, running):
    for value in (1e308, 1.5e308, 1.7e308):
        running.log_scalar("large", "a", value)
        running.log_scalar("small", "a", -value)
    metrics = store.experiment(running.id).metrics
    assert metrics["large"]["a"]["mean"] == pytest.approx(1.4e308)
    assert metrics["small"]["a"]["mean"] == pytest.approx(-1.4e308)


def test_many_series_are_summed_up_as_each_of_them_is(store):
    import numpy as np

    from trackkit_jupyter.store.summaries import summaries

    random = np.random.default_rng(5)
    lengths = [*([3] * 40), *([9] * 20), 1, 200, 64]
    values = random.choice([0.0, -1.5, 2.25, 1.7e308, np.nan, np.inf, -np.inf, 0.1], sum(lengths))
    iterations = random.integers(0, 4, sum(lengths))
    ends = np.cumsum(lengths).tolist()
    series = [(iterations, values, end - length, end) for end, length in zip(ends, lengths, strict=True)]
    apart = [
        summaries([(iterations[start:stop], values[start:stop], 0, stop - start)])[0] for *_, start, stop in series
    ]
    assert summaries(series) == apart
    assert summaries([]) == []
