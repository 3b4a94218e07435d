"""Start, go on, end: nested, from threads, in forks, when a cell is executed again, when the interpreter ends."""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import pytest
from jupyter_client.manager import start_new_kernel

from trackkit_jupyter import tracking
from trackkit_jupyter.errors import (
    NotFoundError,
    TrackkitError,
    TrackkitStateError,
    TrackkitTypeError,
    TrackkitValueError,
)
from trackkit_jupyter.store import changes
from trackkit_jupyter.tracking import experiment as experiment_module
from trackkit_jupyter.tracking import recorder as recorder_module


@pytest.fixture
def start(store):
    """Return a function that starts experiments, which are finished after the test."""
    made = []

    def begin(name="a", **options):
        made.append(tracking.start(name, store=store.path, capture=False, **options))
        return made[-1]

    yield begin
    for experiment in reversed(made):
        experiment.finish()


# -- start


def test_what_is_given_is_kept(store, start):
    parent = start("parent")
    made = start(
        "child", project="vision/digits", config={"lr": 0.1, "net": {"depth": 3}}, tags=("b", "a"), description="**x**",
        parent=parent.id,
    )  # fmt: skip
    seen = store.experiment(made.id)
    assert (seen.name, seen.project, seen.tags, seen.description) == ("child", "vision/digits", ["a", "b"], "**x**")
    assert (seen.parent, seen.archived, seen.status) == (parent.id, False, "running")
    general = seen.hyperparameters["General"]
    assert {name: entry["value"] for name, entry in general.items()} == {"lr": "0.1", "net/depth": "3"}
    assert seen.user


def test_without_a_name_it_is_the_time(start):
    assert time.strptime(start(None).name, "%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"name": ""}, TrackkitValueError),
        ({"name": 5}, TrackkitTypeError),
        ({"project": "a//b"}, TrackkitValueError),
        ({"tags": "linear"}, TrackkitTypeError),
        ({"tags": [1]}, TrackkitTypeError),
        ({"description": None}, TrackkitTypeError),
        ({"config": [1]}, TrackkitTypeError),
        ({"config": {1: 2}}, TrackkitTypeError),
        ({"parent": "x"}, TrackkitValueError),
        ({"parent": "0" * 32}, NotFoundError),
        ({"resume": "0" * 32}, NotFoundError),
        ({"resume": 5}, TrackkitTypeError),
    ],
    ids=repr,
)
def test_a_wrong_argument_makes_nothing(store, options, error):
    with pytest.raises(error) as raised:
        tracking.start(**{"name": "a", "store": store.path, "capture": False, **options})
    assert isinstance(raised.value, TrackkitError)
    assert list(store.paths.experiments.iterdir()) == []
    assert list(store.paths.live.iterdir()) == []
    assert tracking.current() is None


def test_a_config_that_breaks_after_the_check_ends_what_was_begun(store):
    class Moody(dict):
        looked = 0

        def items(self):
            type(self).looked += 1
            return [("a", 1)] if self.looked == 1 else [(1, 1)]

    with pytest.raises(TrackkitTypeError):
        tracking.start("a", store=store.path, capture=False, config=Moody(a=1))
    assert tracking.current() is None
    assert [item.status for item in store.experiments()] == ["failed"]


# -- current


def test_the_current_one_is_the_last_started_and_not_finished(start):
    assert tracking.current() is None
    with pytest.raises(TrackkitStateError, match="Start one first"):
        tracking.log({"a": 1.0})
    outer = start("outer")
    with start("inner") as inner:
        assert tracking.current() is inner
        tracking.log({"a": 1.0})
    assert tracking.current() is outer
    tracking.log({"b": 1.0})
    assert (inner.names(), outer.names()) == ([("a", "a")], [("b", "b")])
    outer.finish()
    assert tracking.current() is None


def test_a_thread_logs_to_the_one_that_is_open(start):
    experiment, seen = start(), []
    thread = threading.Thread(target=lambda: seen.append(tracking.current()))
    thread.start()
    thread.join()
    assert seen == [experiment]


def test_contexts_have_their_own(start):
    first, second = contextvars.copy_context(), contextvars.copy_context()
    one, two = first.run(start, "one"), second.run(start, "two")
    assert first.run(tracking.current) is one
    assert second.run(tracking.current) is two
    two.finish()
    assert second.run(tracking.current) is one


# -- the end


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, "completed"),
        (ValueError("broken"), "failed"),
        (KeyboardInterrupt(), "aborted"),
        (SystemExit(0), "completed"),
        (SystemExit(None), "completed"),
        (SystemExit(3), "failed"),
        (GeneratorExit(), "failed"),
    ],
    ids=repr,
)
def test_how_a_block_ends(store, start, error, status):
    caught = None
    try:
        with start() as experiment:
            if error is not None:
                raise error
    except BaseException as raised:  # whatever it is, it goes on
        caught = raised
    assert caught is error
    seen = store.experiment(experiment.id)
    assert (seen.status, seen.finished is None) == (status, False)
    text = "".join(line["text"] for line in seen.console()[0])
    assert ("broken" in text) == isinstance(error, ValueError)


def test_ending_again_changes_nothing(store, start):
    experiment = start()
    experiment.finish("failed")
    experiment.finish()
    experiment.finish("aborted")
    assert store.experiment(experiment.id).status == "failed"
    with pytest.raises(TrackkitValueError, match="completed, failed, aborted"):
        experiment.finish("done")


def test_many_threads_may_end_it(store, start):
    experiment = start()
    threads = [threading.Thread(target=experiment.finish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.experiment(experiment.id).status == "completed"
    assert [json.loads(line)["what"] for line in store.paths.changes.read_text().splitlines()] == ["start", "finish"]


def test_threads_that_log_while_it_ends_are_told(store, start):
    experiment, kept, told = start(), [0] * 4, []

    def log(place):
        try:
            for number in itertools.count():
                experiment.log_scalar("m", str(place), float(number), number)
                kept[place] = number + 1
        except TrackkitStateError as error:
            told.append(error)

    threads = [threading.Thread(target=log, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    while min(kept) < 50:
        pass
    experiment.finish()
    for thread in threads:
        thread.join()
    assert len(told) == 4
    seen = store.experiment(experiment.id)
    for place in range(4):
        assert seen.series("m", str(place)).values.tolist() == list(range(kept[place]))


def test_an_end_that_is_interrupted_leaves_no_heartbeat(store, start):
    experiment = start()
    files = {experiment_module.__file__, recorder_module.__file__}
    for at in itertools.count(1):
        lines = itertools.count()

        def trace(frame, event, argument, lines=lines, at=at):
            if frame.f_code.co_filename not in files:
                return None
            if event == "line" and next(lines) == at:
                raise KeyboardInterrupt
            return trace

        sys.settrace(trace)
        try:
            experiment.finish()
        except KeyboardInterrupt:
            interrupted = True
        else:
            interrupted = False
        finally:
            sys.settrace(None)
        # Either it can still be ended, or it is over.
        if experiment.running:
            assert tracking.current() is experiment
        else:
            assert tracking.current() is None
            assert store.experiment(experiment.id).status in {"aborted", "completed"}
            experiment = start()
        if not interrupted:
            break
    assert at > 20


def test_an_interrupt_in_the_middle_of_log_leaves_no_half(store, start):
    experiment = start()
    files = {path.__file__ for path in (experiment_module, recorder_module)}
    logged = 0
    for at in itertools.count():
        lines = itertools.count()

        def trace(frame, event, argument, lines=lines, at=at):
            if frame.f_code.co_filename not in files:
                return None
            if event == "line" and next(lines) == at:
                raise KeyboardInterrupt
            return trace

        sys.settrace(trace)
        try:
            experiment.log({f"a{at}/val": 1.0, f"b{at}/val": 2.0}, at)
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            sys.settrace(None)
        experiment.log({f"a{at}/val": 3.0, f"b{at}/val": 4.0}, at)
        logged += 1
    assert logged > 30
    experiment.finish()
    seen = store.experiment(experiment.id)
    for place in range(logged):
        a, b = (seen.series(f"{name}{place}/val").values.tolist() for name in "ab")
        assert (a, b) in (([3.0], [4.0]), ([1.0, 3.0], [2.0, 4.0]))
    assert not [name for name in seen.names() if "unnamed" in name[0]]


# -- going on


def test_resume_goes_on_where_it_was(store, start):
    first = start("a", config={"lr": 1})
    first.log({"loss": 1.0}, 7)
    first.log_image("i", "v", [[0.0]])
    first.finish("failed")
    again = start("another name", resume=first.id, tags=["again"], config={"lr": 2})
    assert (again.id, again.name, again.tags, again.status) == (first.id, "a", ["again"], "running")
    again.log({"loss": 2.0, "new": 1.0})
    again.log_image("i", "v", [[1.0]])
    again.finish()
    seen = store.experiment(first.id)
    assert seen.series("loss").iterations.tolist() == [7, 8]
    assert seen.series("new").iterations.tolist() == [0]
    assert [sample["iteration"] for sample in seen.samples()] == [0, 1]
    assert seen.hyperparameters["General"]["lr"]["value"] == "2"
    assert seen.status == "completed"


def test_what_runs_here_is_not_resumed(start):
    running = start()
    with pytest.raises(TrackkitStateError, match="running in this process already"):
        start(resume=running.id)
    running.log({"a": 1.0})


def test_markers_of_killed_processes_go(store, start):
    first = start()
    first.finish()
    (store.paths.live / f"{first.id}-dead").write_text('{"pid":1}')
    again = start(resume=first.id)
    assert len(list(store.paths.live.iterdir())) == 1
    again.finish()


# -- threads and forks


def test_sixteen_threads_lose_nothing(store, start):
    experiment = start()

    def log(place):
        for number in range(2000):
            if number % 2:
                experiment.log({"shared": float(number), f"m{place}/v": float(number)})
            else:
                experiment.log_scalar(f"m{place}", "v", float(number))
        experiment.log_text(f"done {place}")

    threads = [threading.Thread(target=log, args=(place,)) for place in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    experiment.finish()
    seen = store.experiment(experiment.id)
    for place in range(16):
        series = seen.series(f"m{place}", "v")
        assert series.values.tolist() == list(range(2000))
        assert series.iterations.tolist() == list(range(2000))
    assert sorted(seen.series("shared").iterations.tolist()) == list(range(16_000))
    assert len(seen.console()[0]) == 16
    assert (seen.damaged, seen.lost) == (0, 0)


def forked(action):
    """Run `action` in a forked child; return its exit status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads
        child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(30)
            action()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_child_logs_to_files_of_its_own(store, start):
    experiment = start()
    experiment.log({"a": 0.0}, 5)

    def child():
        experiment.log({"a": 1.0})
        experiment.log({"b": 2.0})
        experiment.log_text("from the child")
        experiment.finish()  # not its own to end

    assert forked(child) == 0
    experiment.log({"a": 3.0}, 9)
    assert store.experiment(experiment.id).status == "running"
    experiment.finish()
    seen = store.experiment(experiment.id)
    assert seen.series("a").values.tolist() == [0.0, 1.0, 3.0]
    assert seen.series("a").iterations.tolist() == [5, 6, 9]
    assert seen.series("b").values.tolist() == [2.0]
    assert len(list(seen._paths.root.glob("scalars-*"))) == 2
    assert seen.damaged == 0


def test_forks_while_threads_log_never_hang(store, start):
    experiment, stop = start(), threading.Event()

    def log(place):
        for number in itertools.count():
            if stop.is_set():
                return
            experiment.log({f"t{place}/{number % 50}": 1.0, f"new{number % 500}": 1.0})

    threads = [threading.Thread(target=log, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()

    def child():
        for number in range(20):
            experiment.log({f"child/{number}": 1.0})
        assert tracking.current() is experiment
        assert experiment.count("child", "19") >= 1

    statuses = [forked(child) for _ in range(20)]
    stop.set()
    for thread in threads:
        thread.join()
    assert statuses == [0] * 20
    experiment.finish()
    seen = store.experiment(experiment.id)
    assert [seen.count("child", str(number)) for number in range(20)] == [20] * 20
    assert seen.damaged == 0


def test_a_child_that_does_not_log_keeps_nothing_alive(store, start):
    start()
    ready, go = os.pipe(), os.pipe()

    def child():
        os.write(ready[1], b"x")
        os.read(go[0], 1)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        child()
        os._exit(0)
    os.read(ready[0], 1)
    assert len(list(store.paths.live.iterdir())) == 1
    os.write(go[1], b"x")
    os.waitpid(pid, 0)


# -- cells


@pytest.fixture
def shell():
    """A shell as kernels have one."""
    from ipykernel.zmqshell import ZMQInteractiveShell

    made = ZMQInteractiveShell.instance()
    yield made
    made.reset(new_session=False)
    ZMQInteractiveShell.clear_instance()


_requests = itertools.count()


def execute(shell, code, cell=None):
    shell.set_parent(
        {
            "header": {"msg_id": f"request-{next(_requests)}", "session": "s"},
            "metadata": {} if cell is None else {"cellId": cell},
            "content": {"code": code},
        }
    )
    shell.run_cell(code, store_history=True).raise_error()


@pytest.mark.parametrize("identified", [True, False])
def test_a_cell_that_is_executed_again_ends_what_it_began(store, shell, capsys, identified):
    begin = f"exp = tracking.start('again', store={str(store.path)!r}, capture=False)"
    shell.user_ns["tracking"] = tracking
    cells = ("cell-1", "cell-2") if identified else (None, None)
    execute(shell, begin, cells[0])
    first = shell.user_ns["exp"]
    execute(shell, f"other = tracking.start('other', store={str(store.path)!r}, capture=False)", cells[1])
    other = shell.user_ns["other"]
    assert (first.status, other.status) == ("running", "running")
    assert capsys.readouterr().out == ""
    execute(shell, begin, cells[0])
    second = shell.user_ns["exp"]
    assert (first.status, other.status, second.status) == ("completed", "running", "running")
    assert capsys.readouterr().out.count("finished 'again', which an earlier execution") == 1
    assert tracking.current() is second
    second.finish()
    other.finish()


def test_several_may_run_in_one_cell(store, shell):
    shell.user_ns["tracking"] = tracking
    execute(
        shell,
        f"both = [tracking.start(n, store={str(store.path)!r}, capture=False) for n in 'ab']",
        "cell-1",
    )
    both = shell.user_ns["both"]
    assert [experiment.status for experiment in both] == ["running", "running"]
    for experiment in both:
        experiment.finish()


# -- the interpreter's end

SCRIPT = """
import sys, os
import trackkit_jupyter as track
exp = track.start("a", store=sys.argv[1], capture=False)
for number in range(100):
    track.log({"loss": float(number)})
"""


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ("", "completed", None),
        ("sys.exit()", "completed", None),
        ("sys.exit(0)", "completed", None),
        ("sys.exit(3)", "failed", None),
        ("sys.exit('gone wrong')", "failed", "gone wrong"),
        ("exit(2)", "failed", None),
        ("import argparse; argparse.ArgumentParser().parse_args(['--what'])", "failed", None),
        ("\ntry: sys.exit(3)\nexcept SystemExit: pass", "completed", None),
        ("\ntry: sys.exit(3)\nexcept SystemExit as error: raise", "failed", None),
        ("import threading; t = threading.Thread(target=sys.exit, args=(3,)); t.start(); t.join()", "completed", None),
        ("raise ValueError('broken')", "failed", "broken"),
        ("raise KeyboardInterrupt", "aborted", None),
        ("os._exit(0)", "aborted", None),
        ("os.abort()", "aborted", None),
        ("os.kill(os.getpid(), 15)", "aborted", None),
        (
            "sys.excepthook(ValueError, ValueError('shown'), None); exp.log({'loss': 1.0})",
            "failed",
            "shown",
        ),
    ],
)
def test_how_a_script_ends(store, end, status, said):
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT + end, store.path], capture_output=True, text=True, timeout=60, check=False
    )
    [seen] = store.experiments()
    assert (seen.status, seen.series("loss").values.tolist()[:100]) == (status, list(range(100)))
    if said:
        assert said in "".join(line["text"] for line in seen.console()[0])
        assert said in ran.stderr
    assert seen.damaged == 0


def test_the_reason_of_an_end_is_kept(store, start):
    def ended_by(error):
        with contextlib.suppress(BaseException), start("a") as experiment:
            raise error
        return store.experiment(experiment.id).status_reason

    assert ended_by(SystemExit(3)) == "exit status 3"
    assert ended_by(ValueError("of no value")) == "ValueError: of no value"
    assert ended_by(KeyboardInterrupt()) == "interrupted"
    experiment = start("b")
    experiment.finish()
    assert store.experiment(experiment.id).status_reason is None


def test_an_error_at_a_prompt_ends_nothing(store):
    code = SCRIPT + "\n1 / 0\nprint('still', exp.running)\nexp.log({'loss': 1.0})\nexit()\n"
    ran = subprocess.run(
        [sys.executable, "-i", "-c", "", store.path],
        input=code,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "ZeroDivisionError" in ran.stderr
    assert "still True" in ran.stdout
    [seen] = store.experiments()
    assert (seen.status, seen.count("loss", "loss")) == ("completed", 101)


# -- a store that fails


def lead(target, path, flags):
    """Have a descriptor lead to another file."""
    fd = os.open(path, flags)
    os.dup2(fd, target)
    os.close(fd)


def log_ten(experiment):
    for number in range(1, 11):
        experiment.log({"a": float(number), "b": 0.0})


def test_a_fault_is_warned_of_once_and_counted(store, start, monkeypatch):
    monkeypatch.setattr(changes, "HEARTBEAT_SECONDS", 0.01)
    experiment = start()
    experiment.log({"a": 0.0})
    root = experiment._paths.root
    segment = next(root.glob("scalars-*"))
    target = experiment._recorder.journal._scalars._fd
    lead(target, "/dev/full", os.O_WRONLY)
    with pytest.warns(RuntimeWarning, match=r"No space left on device.*The training goes on") as warned:
        log_ten(experiment)
    assert len(warned) == 1
    assert experiment.lost == 20
    lead(target, segment, os.O_WRONLY | os.O_APPEND)
    experiment.log({"a": 11.0})
    experiment.finish()
    seen = store.experiment(experiment.id)
    assert seen.series("a").values.tolist() == [0.0, 11.0]
    assert seen.series("a").iterations.tolist() == [0, 11]
    assert (seen.lost, experiment.lost, seen.damaged) == (20, 20, 0)


def test_a_warning_that_is_an_error_stops_no_training(start, capsys):
    experiment = start()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        experiment._recorder.warn(OSError(5, "Input/output error"))
    assert "cannot be written (Input/output error)" in capsys.readouterr().err


# -- parameters


def test_a_dict_stays_live(store, start):
    config = {"lr": 0.1, "drop": 1, "deep": {"a": 1}}
    experiment = start(config=config)
    config["lr"] = 0.2
    config["new"] = [1, 2]
    del config["drop"]
    config["deep"]["a"] = 2
    experiment.finish()
    found = store.experiment(experiment.id).hyperparameters["General"]
    assert {name: entry["value"] for name, entry in found.items()} == {"lr": "0.2", "deep/a": "2", "new": "[1, 2]"}
    assert found["lr"]["type"] == "float"


def test_parameters_that_go_bad_end_nothing(store, start, recwarn):
    class Bad:
        def __str__(self):
            raise ValueError("no text")

    config = {"lr": 0.1}
    experiment = start(config=config)
    config["bad"] = Bad()
    experiment.finish()
    assert store.experiment(experiment.id).status == "completed"
    assert [warning.category for warning in recwarn] == [RuntimeWarning]  # said once


def test_what_can_be_connected(store, start):
    import argparse
    import dataclasses

    @dataclasses.dataclass
    class Net:
        depth: int = 3

    @dataclasses.dataclass
    class Config:
        lr: float = 0.5
        net: Net = dataclasses.field(default_factory=Net)

    experiment = start()
    for name, given in {"A": argparse.Namespace(a=1, b=None), "B": Config(), "C": {"x": (1, 2), "y": True}}.items():
        assert experiment.connect(parameters=given, name=name) is given
    found = experiment.hyperparameters
    values = {section: {name: entry["value"] for name, entry in names.items()} for section, names in found.items()}
    assert values == {
        "A": {"a": "1", "b": "None"},
        "B": {"lr": "0.5", "net/depth": "3"},
        "C": {"x": "[1, 2]", "y": "True"},
    }


def cyclic():
    made = {"a": {}}
    made["a"]["b"] = made
    return made


def nested(depth):
    made = {"leaf": 1}
    for _ in range(depth):
        made = {"in": made}
    return made


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({1: 2}, "must be text, not int"),
        ({"a": {None: 1}}, "must be text, not NoneType"),
        (cyclic(), "contain themselves"),
        (nested(21), "deeper than 20"),
        ([1], "not list"),
        ("x", "not str"),
        ({"": 1}, "empty"),
        ({"a\nb": 1}, r"U\+000A"),
    ],
)
def test_what_cannot_be_connected(start, given, says):
    experiment = start()
    with pytest.raises(TrackkitError, match=says):
        experiment.connect(given)
    assert experiment.hyperparameters == {}
    experiment.connect(nested(19), name="deep")


@pytest.mark.parametrize(
    ("code", "status"),
    [("", "completed"), ("import sys; sys.exit(3)", "completed"), ("import os; os._exit(0)", "aborted")],
    ids=["shutdown", "an exit that the kernel catches", "gone"],
)
def test_how_a_kernel_ends(store, code, status):
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        asked = (
            f"import trackkit_jupyter as track; exp = track.start('a', store={str(store.path)!r}); exp.log({{'a': 1}})"
        )
        assert client.execute_interactive(asked, timeout=60, output_hook=lambda _: None)["content"]["status"] == "ok"
        client.execute(code)
        if status == "aborted":
            deadline = time.monotonic() + 30
            while store.experiments()[0].status == "running":
                assert time.monotonic() < deadline
                threading.Event().wait(0.05)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    [seen] = store.experiments()
    assert (seen.status, seen.count("a", "a")) == (status, 1)


def test_what_runs_in_another_process_is_not_finished_here(store, running):
    elsewhere = tracking.open_store(store.path).experiment(running.id)  # as a reader has it, who started nothing
    with pytest.raises(TrackkitStateError, match=r"was not started here: stop\(\) asks its loop to end"):
        elsewhere.finish()
    assert running.status == "running"
    running.finish()
    elsewhere.finish()  # it has ended: nothing is left to do
    assert elsewhere.status == "completed"
