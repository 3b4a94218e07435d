"""Several processes at once: forks, starts, edits and resumes; nothing of any is lost."""

from __future__ import annotations

import json
import os
import signal

import numpy as np
import pytest

import trackkit_jupyter as track

RECORD = np.dtype([("iteration", "<i8"), ("value", "<f8"), ("time", "<f8"), ("series", "<u4"), ("crc", "<u4")])


def by_writer(store, id):
    """Return the values of each writer, as its files have them."""
    found = {}
    for path in sorted((store / "experiments" / id).glob("scalars-*.bin")):
        found.setdefault(path.name.split("-")[1], []).extend(np.fromfile(path, RECORD)["value"].tolist())
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("ending", ["os._exit(0)", "sys.exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_fork_gives_the_child_files_of_its_own(child, store, ending):
    process = child(
        f"""
experiment = track.start("forked", store=store, capture=False)
experiment.log_scalar("loss", "shared", -1.0)
for i in range(100):
    experiment.log_scalar("loss", "parent", float(i), i)
children = []
for number in range(4):
    pid = os.fork()
    if pid == 0:
        for i in range(100):
            experiment.log({{f"child {{number}}/values": 1000.0 * (number + 1) + i}}, i)
        experiment.log_text(f"from {{number}}")
        experiment.finish()  # its parent's to end
        {ending}
    children.append(pid)
for i in range(100, 200):
    experiment.log_scalar("loss", "parent", float(i), i)
for pid in children:
    os.waitpid(pid, 0)
status = track.open_store(store).experiment(experiment.id).status
experiment.log_text("from the parent")
experiment.finish()
say(id=experiment.id, status=status, warnings=heard_of())
"""
    )
    told = process.told()
    process.ends_well()
    assert (told["status"], told["warnings"]) == ("running", [])
    experiment = track.open_store(store).experiment(told["id"])
    assert experiment.status == "completed"
    assert experiment.series("loss", "parent").values.tolist() == [float(i) for i in range(200)]
    for number in range(4):
        series = experiment.series(f"child {number}", "values")
        assert series.values.tolist() == [1000.0 * (number + 1) + i for i in range(100)]
        assert series.iterations.tolist() == list(range(100))
    own = [[1000.0 * (number + 1) + i for i in range(100)] for number in range(4)]
    assert sorted(by_writer(store, experiment.id).values()) == [[-1.0, *(float(i) for i in range(200))], *own]
    texts = [line["text"] for line in experiment.console()[0]]
    assert sorted(texts) == [*(f"from {number}" for number in range(4)), "from the parent"]
    assert experiment.damaged == 0


def test_fork_while_other_threads_log(child, store):
    process = child(
        """
import threading
experiment = track.start("threads", store=store, capture=False)
ended = threading.Event()
counts = [0, 0]
def log(number):
    while not ended.is_set():
        experiment.log({f"thread/{number}": float(counts[number])})
        counts[number] += 1
threads = [threading.Thread(target=log, args=(number,)) for number in range(2)]
for thread in threads:
    thread.start()
for number in range(50):
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)  # a deadlock ends it
        experiment.log({f"child/{number}": 1.0})
        experiment.log_single_value(f"child {number}", 1.0)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0, "a child came to no end"
ended.set()
for thread in threads:
    thread.join()
experiment.finish()
say(id=experiment.id, counts=counts)
"""
    )
    told = process.told()
    process.ends_well()
    experiment = track.open_store(store).experiment(told["id"])
    for number, count in enumerate(told["counts"]):
        series = experiment.series("thread", str(number))
        assert series.values.tolist() == series.iterations.tolist() == list(range(count))
    assert [len(experiment.series("child", str(number))) for number in range(50)] == [1] * 50
    assert set(experiment.single_values) == {f"child {number}" for number in range(50)}
    assert experiment.damaged == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_sixty_four_writers_of_one_experiment_lose_none_of_their_points(child, memory):
    writers, points = 64, 10_000
    process = child(
        f"""
experiment = track.start("many", store={str(memory / "store")!r}, capture=False)
children = []
for writer in range({writers}):
    pid = os.fork()
    if pid == 0:
        log = experiment.log_scalar
        for i in range({points}):
            log("loss", "all", writer * 1e6 + i, i)
        os._exit(experiment.lost)
    children.append(pid)
assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * {writers}
experiment.finish()
say(id=experiment.id, warnings=heard_of())
"""
    )
    told = process.told()
    process.ends_well()
    assert told["warnings"] == []
    expected = [[writer * 1e6 + i for i in range(points)] for writer in range(writers)]
    assert sorted(by_writer(memory / "store", told["id"]).values()) == expected
    experiment = track.open_store(memory / "store").experiment(told["id"])
    series = experiment.series("loss", "all")
    assert (len(series), experiment.damaged, experiment.status) == (writers * points, 0, "completed")
    for writer in range(writers):
        own = series.values[(series.values // 1e6).astype(int) == writer]
        assert own.tolist() == expected[writer], "each writer's own order is kept"


def test_eight_starts_in_one_new_folder_make_one_store(child, store):
    processes = [
        child(
            """
say(ready=True)
wait()
experiment = track.start("one of eight", store=store, capture=False)
for i in range(20):
    experiment.log({"loss": float(i)})
say(id=experiment.id, store=experiment.store.id, number=experiment.number, warnings=heard_of())
experiment.finish()
"""
        )
        for _ in range(8)
    ]
    for process in processes:
        assert process.told() == {"ready": True}
    for process in processes:
        process.go()
    told = [process.told() for process in processes]
    for process in processes:
        process.ends_well()
    home = track.open_store(store)
    assert {each["store"] for each in told} == {home.id}
    assert [each["warnings"] for each in told] == [[]] * 8
    assert {item.id for item in home.experiments()} == {each["id"] for each in told}
    assert sorted(each["number"] for each in told) == list(range(8))
    assert [project.experiment_count for project in home.projects()] == [8]
    for item in home.experiments():
        assert (item.status, len(item.series("loss"))) == ("completed", 20)
    assert not list(store.glob("new-*"))


def test_edits_of_eight_processes_lose_nothing(child, memory):
    count, store = 500, memory / "store"
    with track.start("edited", store=store, capture=False) as experiment:
        pass
    record = store / "experiments" / experiment.id / "experiment.json"

    def generation():
        head = record.read_bytes().partition(b"\n")[0].rstrip(b",")
        return json.loads(head + b"}")["_envelope"]["1"]["sequence"]

    before = generation()
    processes = [
        child(
            f"""
experiment = track.open_store({str(store)!r}).experiment({experiment.id!r})
me = sys.argv[2]
say(ready=True)
wait()
for k in range({count // 2}):
    experiment.add_tags(f"{{me}} {{k}}")
    experiment.remove_tags(f"{{me}} {{k - 5}}")
    if k % 25 == 24:
        say(done=k + 1)
""",
            number,
        )
        for number in range(8)
    ]
    for process in processes:
        assert process.told() == {"ready": True}
    for process in processes:
        process.go()
    for process in processes:
        for done in range(25, count // 2 + 1, 25):
            assert process.told() == {"done": done}
        process.ends_well()
    last = range(count // 2 - 5, count // 2)
    assert experiment.tags == sorted(f"{number} {k}" for number in range(8) for k in last)
    assert generation() - before == 8 * count


def test_of_two_processes_that_resume_the_same_experiment_one_is_refused(child, store):
    with track.start("resumed", store=store, capture=False) as experiment:
        experiment.log({"loss/train": -1.0}, 0)
    code = f"""
say(ready=True)
wait()
try:
    experiment = track.start(store=store, resume={experiment.id!r}, capture=False)
except track.TrackkitStateError as error:
    say(refused=str(error), warnings=heard_of())
    sys.exit(0)
for i in range(1, 201):
    experiment.log({{"loss/train": float(i)}}, i)
say(refused=None, warnings=heard_of())
wait()
experiment.finish()
"""
    processes = [child(code, number) for number in range(2)]
    for process in processes:
        assert process.told() == {"ready": True}
    for process in processes:
        process.go()
    told = [process.told() for process in processes]
    assert [each["warnings"] for each in told] == [[], []]
    refused = next(each["refused"] for each in told if each["refused"])
    assert "'resumed' is running elsewhere: finish it there first" in refused
    assert sum(each["refused"] is None for each in told) == 1
    assert experiment.status == "running"
    for process, each in zip(processes, told, strict=True):
        if each["refused"] is None:
            process.go()
        process.ends_well()
    assert experiment.series("loss/train").iterations.tolist() == list(range(201))
    assert sorted(map(len, by_writer(store, experiment.id).values())) == [1, 200]
    assert (experiment.status, experiment.damaged) == ("completed", 0)


@pytest.mark.parametrize("after", [False, True], ids=["aborted", "killed"])
def test_what_was_aborted_or_killed_elsewhere_can_be_resumed_at_once(child, store, after):
    process = child(
        """
experiment = track.start("left", store=store, capture=False)
experiment.log({"loss": 1.0})
say(id=experiment.id)
wait()
"""
    )
    id = process.told()["id"]
    experiment = track.open_store(store).experiment(id)
    if after:
        process.kill()
        process.wait()
    else:
        experiment.abort()
    with track.start(store=store, resume=id, capture=False) as resumed:
        resumed.log({"loss": 2.0})
    assert (experiment.status, experiment.series("loss").values.tolist()) == ("completed", [1.0, 2.0])


def test_what_another_process_ended_is_recorded_no_longer(child, store):
    process = child(
        """
experiment = track.start("ended", store=store, capture=False)
experiment.log({"loss": 1.0})
say(id=experiment.id)
wait()
until(lambda: not experiment.running and heard)
for call in (lambda: experiment.log({"loss": 2.0}), lambda: experiment.log_scalar("loss", "loss", 2.0)):
    try:
        call()
    except track.TrackkitStateError as error:
        say(refused=str(error))
experiment.finish("failed")
say(warnings=heard_of(), current=repr(track.current()))
"""
    )
    id = process.told()["id"]
    experiment = track.open_store(store).experiment(id)
    with pytest.raises(track.TrackkitStateError, match="running cannot become published"):
        experiment.publish()
    experiment.abort()
    process.go()
    for _ in range(2):
        assert "'ended' was aborted elsewhere while it was running here" in process.told()["refused"]
    told = process.told()
    process.ends_well()
    assert [category for category, _ in told["warnings"]] == ["RuntimeWarning"]
    assert "'ended' was aborted elsewhere" in told["warnings"][0][1]
    assert told["current"] == "None"
    experiment.publish()
    assert (experiment.status, len(experiment.series("loss"))) == ("published", 1)


def test_what_a_process_still_writes_cannot_be_published(child, store):
    process = child(
        """
experiment = track.start("written", store=store, capture=False)
changes.HEARTBEAT_SECONDS = 3600
experiment.log({"loss": 1.0})
say(id=experiment.id)
wait()
experiment.finish()
"""
    )
    id = process.told()["id"]
    experiment = track.open_store(store).experiment(id)
    os.kill(process.pid, signal.SIGSTOP)  # so that it does not notice
    experiment.abort()
    with pytest.raises(track.TrackkitStateError, match="'written' is still written by another process: finish it"):
        experiment.publish()
    os.kill(process.pid, signal.SIGCONT)
    process.go()
    process.ends_well()
    experiment.publish()
    assert experiment.status == "published"
