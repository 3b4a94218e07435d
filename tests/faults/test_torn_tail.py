"""A tail torn at any byte costs what it tore; the next process goes on behind it."""

from __future__ import annotations

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.store import Store, StoredExperiment

POINTS = 40


@pytest.fixture
def home(store) -> Store[StoredExperiment]:
    """A store with one experiment: points, events and console lines."""
    with track.start("whole", store=store, capture=False) as experiment:
        for i in range(POINTS):
            experiment.log({"loss/train": i / 3}, i)
            experiment.log_single_value(f"value {i}", i / 7)
            experiment.log_text(f"line {i} ä☃")
    return Store(store, StoredExperiment)


@pytest.fixture
def experiment(home):
    return home.experiments()[0]


def segment(experiment, kind):
    (path,) = (experiment.store.path / "experiments" / experiment.id).glob(f"{kind}-*")
    return path


def test_scalars_torn_at_every_byte_of_the_last_three_records(home, experiment):
    path = segment(experiment, "scalars")
    content = path.read_bytes()
    assert len(content) == 32 * POINTS
    for size in range(len(content) - 96, len(content) + 1):
        path.write_bytes(content[:size])
        fresh = home.experiment(experiment.id)
        series, whole = fresh.series("loss/train"), size // 32
        assert series.iterations.tolist() == list(range(whole))
        assert series.values.tolist() == [i / 3 for i in range(whole)]
        assert fresh.metrics["loss"]["train"]["count"] == whole
        # One that reads while the rest arrives sees it all in the end.
        path.write_bytes(content)
        assert fresh.series("loss/train").values.tolist() == [i / 3 for i in range(POINTS)]
        assert fresh.damaged == 0


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("events", lambda experiment: list(experiment.single_values.items())),
        ("console", lambda experiment: [line["text"] for line in experiment.console(0, 1000)[0]]),
    ],
)
def test_lines_torn_at_every_byte_of_the_last_three(home, experiment, kind, read):
    path = segment(experiment, kind)
    content, whole = path.read_bytes(), read(experiment)
    assert len(whole) == POINTS
    others = content.count(b"\n") - POINTS
    begin = content[:-1].rfind(b"\n", 0, content[:-1].rfind(b"\n", 0, content[:-1].rfind(b"\n"))) + 1
    assert content[begin:].count(b"\n") == 3
    for size in range(begin, len(content) + 1):
        path.write_bytes(content[:size])
        fresh = home.experiment(experiment.id)
        assert read(fresh) == whole[: content.count(b"\n", 0, size) - others]
        path.write_bytes(content)
        assert read(fresh) == whole
        assert fresh.damaged == 0


@pytest.mark.parametrize("torn", range(0, 32, 5))
def test_resume_behind_a_torn_tail(home, experiment, store, torn):
    path = segment(experiment, "scalars")
    content = path.read_bytes()[: 32 * (POINTS - 1) + torn]
    path.write_bytes(content)
    with track.start(store=store, resume=experiment.id, capture=False) as again:
        again.log({"loss/train": -1.0})
        again.log({"loss/train": -2.0})
    assert path.read_bytes() == content  # another process's file is left alone
    series = home.experiment(experiment.id).series("loss/train")
    assert series.iterations.tolist() == list(range(POINTS + 1))
    assert series.values.tolist()[-2:] == [-1.0, -2.0]


@pytest.mark.parametrize("tail", [bytes(32), bytes(100), b"\xff" * 32, bytes(range(70))])
def test_a_tail_of_something_else_is_damage_and_no_point(home, experiment, tail):
    path = segment(experiment, "scalars")
    path.write_bytes(path.read_bytes() + tail)
    fresh = home.experiment(experiment.id)
    assert fresh.series("loss/train").values.tolist() == [i / 3 for i in range(POINTS)]
    assert fresh.damaged == len(tail) // 32


def test_zeros_at_the_end_of_a_running_experiment_are_not_there_yet(store):
    """Some file systems show the length of a file before its content."""
    with track.start("running", store=store, capture=False) as running:
        for i in range(POINTS):
            running.log({"loss/train": i / 3}, i)
        reader = track.open_store(store).experiment(running.id)
        path = segment(reader, "scalars")
        content = path.read_bytes()
        for missing in (3, 2, 1, 0):  # whole records: no page ends within one
            whole = POINTS - missing
            path.write_bytes(content[: 32 * whole] + bytes(32 * missing))
            assert reader.series("loss/train").values.tolist() == [i / 3 for i in range(whole)]
            assert reader.damaged == 0
