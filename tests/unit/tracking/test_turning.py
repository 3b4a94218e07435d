"""Knobs, pause, resume, stop and checkpoints: what a loop heeds that is asked from outside."""

from __future__ import annotations

import contextlib
import functools
import itertools
import math
import os
import subprocess
import sys
import threading
import time

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import cli, operations
from trackkit_jupyter.errors import (
    ConflictError,
    NotFoundError,
    TrackkitStateError,
    TrackkitTypeError,
    TrackkitValueError,
)


def loop(exp, until, seconds=20.0):
    """Log until something holds; return how many iterations that took."""
    end = time.monotonic() + seconds
    for iteration in itertools.count():
        exp.log({"loss": 1.0}, iteration=iteration)
        if until():
            return iteration
        assert time.monotonic() < end, "it did not come to that"
    raise AssertionError


def wait_until(what, seconds=20.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        threading.Event().wait(0.005)


@pytest.fixture
def outside(running):
    """The running experiment as another process sees it."""
    return track.open_store(running.store.path).experiment(running.id)


def test_a_knob_is_its_default_until_it_is_turned(running, outside):
    def knob():
        return running.knob("lr", 0.1, min=1e-4, max=1)

    assert knob() == 0.1
    assert outside.knobs == {"lr": {"value": 0.1, "default": 0.1, "min": 1e-4, "max": 1}}
    outside.turn("lr", 0.5)
    loop(running, lambda: knob() == 0.5)
    assert outside.knobs["lr"]["value"] == 0.5
    (turn,) = outside.turns()
    assert (turn["kind"], turn["name"], turn["was"], turn["value"]) == ("turn", "lr", 0.1, 0.5)
    assert turn["user"] == running.user
    assert turn["heeded"] >= turn["time"]
    assert 0 <= turn["iteration"] <= running.last_iteration


@pytest.mark.parametrize(
    ("default", "value", "kept"),
    [(0.1, 1, 1.0), (4, 8, 8), (4, 8.0, 8), (False, True, True), ("adam", "sgd", "sgd")],
)
def test_a_knob_keeps_the_type_of_its_default(running, outside, default, value, kept):
    running.knob("k", default)
    outside.turn("k", value)
    loop(running, lambda: running.knob("k", default) == kept)
    assert type(running.knob("k", default)) is type(default)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (5, "takes at least 0.0001 and at most 1, not 5; nothing was turned"),
        (0.0, "takes at least 0.0001 and at most 1, not 0; nothing was turned"),
        (math.nan, "takes a finite number, not nan"),
        ("0.5", "takes a number, not '0.5'"),
        (True, "takes a number, not True"),
    ],
)
def test_a_value_that_a_knob_does_not_take_turns_nothing(running, outside, value, told):
    running.knob("lr", 0.1, min=1e-4, max=1)
    with pytest.raises(TrackkitValueError, match=told):
        outside.turn("lr", value)
    assert outside.turns() == []


def test_a_knob_that_is_not_there_is_named_with_those_that_are(running, outside):
    running.knob("lr", 0.1)
    with pytest.raises(NotFoundError, match=r"no knob .rate.\. Its knobs: lr"):
        outside.turn("rate", 0.2)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("", 0.1), TrackkitValueError),
        (("lr", None), TrackkitTypeError),
        (("lr", [1]), TrackkitTypeError),
        (("lr", 0.1, "low"), TrackkitTypeError),
        (("lr", 0.1, 1, 0), TrackkitValueError),
        (("lr", 5.0, 0, 1), TrackkitValueError),
        (("on", True, 0, 1), TrackkitTypeError),
        ((["lr"], 0.1), TrackkitTypeError),
    ],
)
def test_a_knob_that_cannot_be_is_refused(running, arguments, error):
    with pytest.raises(error):
        running.knob(*arguments)
    assert running.knobs == {}


def test_of_two_who_turn_at_once_the_second_is_told(running, outside):
    running.knob("lr", 0.1, min=0, max=1)
    outside.turn("lr", 0.2, seen=0.1)
    with pytest.raises(ConflictError, match=r"was turned to 0.2 by \w+ meanwhile; nothing was turned") as refused:
        outside.turn("lr", 0.3, seen=0.1)
    assert refused.value.kept == 0.2
    assert outside.knobs["lr"]["value"] == 0.2


def test_turns_of_many_threads_all_stand_in_their_order(running, outside):
    running.knob("n", 0)

    def turn(first):
        own = track.open_store(running.store.path).experiment(running.id)
        for value in range(first, first + 10):
            own.turn("n", value)

    threads = [threading.Thread(target=turn, args=(10 * each,)) for each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    turns = outside.turns()
    assert [one["number"] for one in turns] == list(range(1, 41))
    assert [one["was"] for one in turns[1:]] == [one["value"] for one in turns[:-1]]


def test_a_loop_that_is_paused_waits_and_goes_on(running, outside):
    count = itertools.count()
    seen = [0]
    ended = threading.Event()

    def train():
        while not ended.is_set():
            seen[0] = next(count)
            running.log_scalar("loss", "train", 0.5, seen[0])

    thread = threading.Thread(target=train)
    thread.start()
    try:
        wait_until(lambda: seen[0] > 10)
        outside.pause()
        wait_until(lambda: outside.loop == "paused")
        at = running.count("loss", "train")
        (pause,) = outside.turns()
        assert abs(pause["iteration"] + 1 - at) <= 1
        wait_until(lambda: outside.loop == "paused")
        assert running.count("loss", "train") == at
        assert running.status == "running"
        outside.resume()
        wait_until(lambda: running.count("loss", "train") > at + 10)
        assert outside.loop == "running"
    finally:
        ended.set()
        outside.resume()
        thread.join()


@pytest.mark.parametrize("way", ["log", "log_scalar", "log_single_value", "log_text"])
def test_every_way_of_logging_heeds_a_stop(running, outside, way):
    calls = {
        "log": lambda: running.log({"loss": 1.0}),
        "log_scalar": lambda: running.log_scalar("loss", "train", 1.0),
        "log_single_value": lambda: running.log_single_value("best", 1.0),
        "log_text": lambda: running.log_text("still there"),
    }
    calls[way]()
    outside.stop()
    assert outside.loop in {"stopping", None}
    with pytest.raises(KeyboardInterrupt, match="stopped by"):
        wait_until(lambda: calls[way]())
    assert running.status == "completed"
    assert running.status_reason == f"stopped by {running.user}"
    with pytest.raises(KeyboardInterrupt, match="stopped by"):
        running.log({"loss": 1.0})  # as often as it is tried


def test_how_it_stands_is_said_wherever_it_is_listed(running, outside, capsys):
    """As a reader sees it: in the rows of all lists, in words, and in a terminal."""
    store = outside.store
    ask = functools.partial(operations.call, store=store)

    def stands(word):
        cli.main(["list", "--store", str(store.path)])
        rows = [
            ask("table", arguments={})["items"][0],
            ask("home", arguments={"projects": [running.project]})["unfolded"][running.project][0],
            ask("comparison", arguments={"objects": [running.id]})["experiments"][0],
        ]
        assert word in capsys.readouterr().out
        assert (outside.standing, store.experiments()[0].standing) == (word, word)
        return [(row["status"], row["doing"], row["status_reason"]) for row in rows]

    running.log({"loss": 1.0})
    assert stands("running") == [("running", "running", None)] * 3
    outside.pause()
    thread = threading.Thread(target=lambda: ends(lambda: loop(running, lambda: False)))
    thread.start()
    wait_until(lambda: outside.loop == "paused")
    assert stands("paused") == [("running", "paused", None)] * 3
    outside.stop()
    thread.join()
    said = f"stopped by {running.user}"
    assert stands(said) == [("completed", None, said)] * 3
    outside.publish()
    assert stands("published") == [("published", None, said)] * 3  # why it had ended stays true


def ends(call):
    with contextlib.suppress(KeyboardInterrupt):
        call()


def test_a_block_that_is_stopped_ends_quietly(store):
    kept = []
    with track.start("stopped", store=store.path, capture=False) as exp:
        exp.log({"loss": 1.0})
        track.open_store(store.path).experiment(exp.id).stop()
        try:
            loop(exp, lambda: False)
        except Exception as error:
            kept.append(error)
    assert kept == []
    assert exp.status == "completed"
    assert exp.turns()[-1]["iteration"] == exp.last_iteration


def test_a_script_that_is_stopped_ends_with_one_line(store):
    code = f"""
import itertools
import trackkit_jupyter as track
exp = track.start("script", store={os.fspath(store.path)!r}, capture=False)
track.open_store({os.fspath(store.path)!r}).experiment(exp.id).stop()
for step in itertools.count():
    exp.log({{"loss": 1.0}}, step)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith("trackkit: stopped by ")
    assert len(done.stderr.splitlines()) == 1
    assert store.experiments()[0].status == "completed"


def test_a_checkpoint_is_asked_for_once(running, outside):
    assert not running.checkpoint_requested()
    outside.request_checkpoint()
    loop(running, running.checkpoint_requested)
    assert not running.checkpoint_requested()
    assert outside.turns()[-1]["heeded"]


def test_a_checkpoint_that_no_loop_looks_for_is_not_heeded(running, outside):
    running.knob("lr", 0.1)
    outside.request_checkpoint()
    outside.turn("lr", 0.2)
    loop(running, lambda: running.knob("lr", 0.1) == 0.2)
    checkpoint, turn = outside.turns()
    assert checkpoint["heeded"] is None
    assert turn["heeded"]


def test_what_has_ended_cannot_be_asked_for_anything(running, outside):
    running.knob("lr", 0.1)
    running.finish()
    for ask in (lambda: outside.turn("lr", 0.2), outside.pause, outside.resume, outside.stop):
        with pytest.raises(TrackkitStateError, match="is completed, not running: there is no loop"):
            ask()
    assert outside.loop is None
    with pytest.raises(TrackkitStateError, match="is not running here"):
        running.knob("lr", 0.1)


def test_a_knob_of_a_process_that_was_killed_is_not_turned(store):
    code = f"""
import signal
import trackkit_jupyter as track
exp = track.start("killed", store={os.fspath(store.path)!r}, capture=False)
exp.knob("lr", 0.1)
print(exp.id, flush=True)
signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        other = store.experiment(process.stdout.readline().strip())
        assert other.loop == "running"
        process.kill()
        process.wait(20)
    assert other.loop is None
    with pytest.raises(TrackkitStateError, match="is aborted, not running: there is no loop to turn a knob of"):
        other.turn("lr", 0.2)
    assert other.knobs["lr"]["value"] == 0.1
    assert other.turns() == []


def test_an_experiment_that_is_gone_on_with_keeps_its_turned_knobs_and_no_old_stop(store):
    with track.start("first", store=store.path, capture=False) as exp:
        exp.knob("lr", 0.1, min=0, max=1)
        other = track.open_store(store.path).experiment(exp.id)
        other.turn("lr", 0.4)
        other.stop()
    with track.start(resume=exp.id, store=store.path, capture=False) as again:
        assert again.knob("lr", 0.1, min=0, max=1) == 0.4
        assert other.loop == "running"
        again.log({"loss": 1.0})
    assert again.status == "completed"


def test_what_a_loop_does_is_told_whatever_the_clock_of_whoever_asks_says(store):
    """The clock of another machine may be an hour behind that of the loop, or ahead."""
    ask = """
import sys, time
import trackkit_jupyter as track
store, id, what, ahead = sys.argv[1:]
now = time.time
time.time = lambda: now() + float(ahead)
getattr(track.open_store(store).experiment(id), what)()
"""

    def asked(exp, what, ahead):
        subprocess.run([sys.executable, "-c", ask, str(store.path), exp.id, what, str(ahead)], check=True, timeout=60)

    with track.start("first", store=store.path, capture=False) as exp:
        asked(exp, "stop", 3600)
        loop(exp, lambda: False)
    with track.start(resume=exp.id, store=store.path, capture=False) as again:
        other = track.open_store(store.path).experiment(exp.id)
        assert other.loop == "running"
        asked(again, "pause", -3600)
        assert other.loop in {"pausing", "paused"}
        asked(again, "resume", -3600)
        loop(again, lambda: other.loop == "running")


def test_turns_survive_a_torn_line(running, outside):
    running.knob("lr", 0.1)
    outside.turn("lr", 0.2)
    path = running.store.paths.experiment(running.id).turns
    with path.open("ab") as file:
        file.write(b'{"number":2,"kind":"stop","na')
    outside.turn("lr", 0.3)
    assert [turn["value"] for turn in outside.turns()] == [0.2, 0.3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_forked_child_heeds_nothing(running, outside):
    running.log({"loss": 1.0})
    child = os.fork()
    if child == 0:
        try:
            outside.pause()
            running.log({"loss": 2.0})  # a worker must not wait for its parent
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    outside.resume()


def test_a_reset_forgets_what_was_asked(running, outside):
    running.knob("lr", 0.1)
    outside.turn("lr", 0.2)
    running.finish()
    outside.reset()
    assert outside.turns() == []
    assert outside.knobs == {}
