"""The reads of the side panel: what runs and how far it is, what was done last, projects and what is in them."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.errors import NotAStoreError, TrackkitValueError
from trackkit_jupyter.operations.home import _fraction
from trackkit_jupyter.store.catalog import catalog_of
from trackkit_jupyter.store.catalog.rows import CONTENT, Row

STORE = "s"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[track.Experiment]:
    """One that runs, in a store with two that ended, one of them archived, and a model."""
    for name, project in (("first", "vision/digits"), ("second", "vision"), ("put away", "old")):
        with track.start(name, project=project, store=tmp_path / STORE, capture=False) as run:
            run.log({"loss": 1.0})
    run.archive()
    track.register_model(None, "net", store=tmp_path / STORE)
    run = track.start("live", project="vision", config={"epochs": 20}, store=tmp_path / STORE, capture=False)
    yield run
    run.finish()


def ask(store: Any, operation: str = "home", /, **arguments: Any) -> Any:
    return operations.call(operation, store, arguments)


def test_the_panel_has_what_runs_what_was_last_and_the_projects(live: track.Experiment) -> None:
    answer = ask(live.store)
    assert answer["folder"] == str(live.store.path)
    assert answer["projects"] == {"vision": 2, "vision/digits": 1}
    assert answer["total"] == 3
    assert [row["name"] for row in answer["running"]["items"]] == ["live"]
    assert [row["name"] for row in answer["recent"]] == ["second", "first"]
    assert [model["name"] for model in answer["models"]["items"]] == ["net"]
    assert answer["models"]["total"] == 1
    assert answer["unfolded"] == {}
    assert ask(live.store, recent=1)["recent"][0]["name"] == "second"
    assert ask(live.store, recent=0)["recent"] == []


def test_an_unfolded_project_has_its_newest_and_only_its_own(live: track.Experiment) -> None:
    unfolded = ask(live.store, projects=["vision", "no such project"])["unfolded"]
    assert {project: [row["name"] for row in rows] for project, rows in unfolded.items()} == {
        "vision": ["live", "second"]
    }
    with pytest.raises(TrackkitValueError, match="100 at most, not 101"):
        ask(live.store, projects=[str(number) for number in range(101)])


def test_what_runs_tells_how_far_it_is(live: track.Experiment) -> None:
    (row,) = ask(live.store, "running")["items"]
    assert (row["metric"], row["fraction"], row["nan"], row["doing"]) == (None, None, [], "running")
    live.log({"accuracy/val": 0.5, "loss/train": 0.4, "loss/val": 0.3}, iteration=4)
    (row,) = ask(live.store, "running")["items"]
    assert row["metric"] == {"name": "loss/val", "last": 0.3}
    assert row["fraction"] == 5 / 20
    assert row["last_iteration"] == 4
    live.log({"loss/val": math.nan}, iteration=5)
    (row,) = ask(live.store, "running")["items"]
    assert row["nan"] == ["loss/val"]
    assert row["metric"]["last"] == "NaN"
    live.log({"loss/val": 0.2}, iteration=6)
    assert ask(live.store, "running")["items"][0]["nan"] == []


@pytest.mark.parametrize(
    ("parameters", "iteration", "fraction"),
    [
        ({"max_steps": "100"}, 49, 0.5),
        ({"max_steps": "100", "epochs": "3"}, 1, 0.02),
        ({"epochs": "3"}, 4, None),  # it counts something else
        ({"epochs": "3"}, 3, 1.0),
        ({"epochs": "many"}, 3, None),
        ({"epochs": "0"}, 0, None),
        ({"epochs": "nan"}, 0, None),
        ({"lr": "3"}, 1, None),
        ({"epochs": "3"}, None, None),
    ],
)
def test_a_share_is_told_where_it_is_known(
    parameters: dict[str, str], iteration: int | None, fraction: float | None
) -> None:
    sections = {"General": {name: {"value": value} for name, value in parameters.items()}}
    assert _fraction(sections, iteration) == fraction


def test_one_that_is_stopped_says_so_until_it_heeds(live: track.Experiment) -> None:
    ask(live.store, "stop", id=live.id)
    assert ask(live.store, "running")["items"][0]["doing"] == "stopping"


def test_one_that_was_aborted_from_the_panel_does_not_run(live: track.Experiment) -> None:
    ask(live.store, "abort", id=live.id)
    answer = ask(live.store)
    assert answer["running"]["items"] == []
    assert answer["recent"][0]["status"] == "aborted"


def test_an_empty_store_and_one_that_is_gone(tmp_path: Path) -> None:
    run = track.start(store=tmp_path / STORE, capture=False)
    run.abort()
    run.archive()
    store = run.store
    run.delete()
    answer = ask(store)
    assert (answer["total"], answer["projects"], answer["recent"], answer["running"]["items"]) == (0, {}, [], [])
    shutil.rmtree(tmp_path / STORE)
    with pytest.raises(NotAStoreError):
        track.open_store(tmp_path / STORE)


def test_ten_thousand_experiments_are_counted_without_opening_them(tmp_path: Path) -> None:
    with track.start("real", store=tmp_path / STORE, capture=False) as run:
        pass
    # A folder changed within the tick of its time is listed again, and then rows without a folder are forgotten.
    os.utime(run.store.paths.experiments, (1e9, 1e9))
    ask(run.store)
    content = {"status": "completed", "tags": [], "archived": False, "description": "", "kept": "completed"}
    content |= {key: {} for key in CONTENT["experiment"][13:]} | {"user": None, "parent": None, "number": 0}
    content |= dict.fromkeys(("created", "started", "finished", "last_update", "last_iteration"))
    rows = [
        Row({**content, "id": f"{number:032x}", "name": f"run {number}", "project": f"p/{number % 300}"}, "0:0", "")
        for number in range(10_000)
    ]
    catalog_of(run.store).put(rows)  # there are no folders of these
    answer = ask(run.store)
    assert len(answer["projects"]) == 301
    assert answer["total"] == 10_001
