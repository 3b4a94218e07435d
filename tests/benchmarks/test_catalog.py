"""What lists and queries cost, against a fixed piece of work beside them and at several sizes of the store.

The catalogs are filled directly, with what the API would have put there; by hand, ``TRACKKIT_CATALOG=100000`` takes the
design's own size and prints what it measures.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.catalog import catalog_of, opened
from trackkit_jupyter.store.catalog.rows import read_row

from .catalogs import content, filled
from .rounds import in_turns, ratio, told

SMALL, LARGE = 1_000, int(os.environ.get("TRACKKIT_CATALOG", "20000"))
BEST = '-metrics["m0"].last'


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory):
    """A small store and a large one."""
    home = tmp_path_factory.mktemp("catalogs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        yield [filled(home / str(count), count) for count in (SMALL, LARGE)]
    for found in list(opened._catalogs.values()):
        found.close()
    opened._catalogs.clear()
    shutil.rmtree(home)


def forgets(store: Store) -> None:
    catalog_of(store)._pages.clear()


#: What depends on when, where and by whom an experiment was made, or counts those of its project.
ITS_OWN = ("id", "created", "started", "finished", "last_update", "user", "number")


def test_the_rows_are_those_of_the_api(tmp_path: Path) -> None:
    """What the catalogs are filled with is what is read of a hundred experiments that the API records."""
    chance = random.Random(3)
    for number in range(100):
        made = content(number, chance)
        values = {name: entry["value"] for name, entry in made["hyperparameters"]["General"].items()}
        config = {name: float(value) if name < "h7" else value for name, value in values.items()}
        points = [chance.random() for _ in range(3)]
        with track.start(
            made["name"], made["project"], config, made["tags"], store=tmp_path / "s", capture=False
        ) as exp:
            for step, value in enumerate(points):
                exp.log({f"m{metric}": value + metric for metric in range(5)}, step)
        if made["archived"]:
            exp.archive()
        for metric, summaries in enumerate(made["metrics"].values()):
            least, most = points.index(min(points)), points.index(max(points))
            (summary,) = summaries.values()
            places = {"first": 0, "last": 2, "min": least, "max": most}
            assert summary.keys() == {"count", "mean", *places, *(f"{name}_iteration" for name in places)}
            summary.update({name: points[place] + metric for name, place in places.items()})
            summary.update({f"{name}_iteration": place for name, place in places.items()})
            summary.update(count=3, mean=sum(value + metric for value in points) / 3)
        made["last_iteration"] = 2
        real = read_row(exp).content
        assert real.keys() == made.keys()
        for name in ITS_OWN:
            assert type(real[name]) is type(made[name]), name
            real[name] = made[name]
        for metric, variants in real["metrics"].items():
            mean = made["metrics"][metric][metric]["mean"]
            assert variants[metric]["mean"] == pytest.approx(mean, rel=1e-12)
            variants[metric]["mean"] = mean
        assert real == made


def test_the_first_page_by_a_metric_does_not_depend_on_their_number(stores) -> None:
    small, large = in_turns(
        *(lambda store=store: (forgets(store), store.experiments(order_by=BEST, page_size=100)) for store in stores),
        turns=5,
    )
    told(f"first page of {SMALL}", small)
    told(f"first page of {LARGE}", large)
    # The count of all is read from an index: a little for each.
    assert ratio(large, small) < 3


def test_a_later_page_costs_less_than_listing_its_experiments_would(stores) -> None:
    store = stores[1]
    page = LARGE // 200

    def later() -> None:
        forgets(store)
        assert len(store.experiments(order_by=BEST, page=page, page_size=100)) == 100

    def names() -> None:
        assert len(os.listdir(store.paths.experiments)) == LARGE

    ours, floor = in_turns(later, names)
    told(f"a later page of {LARGE}", ours)
    told(f"the names of {LARGE} folders", floor)
    assert ratio(ours, floor) < 12
    for _ in range(4):
        store.experiments(order_by=BEST, page=page, page_size=100)
    again, floor_again = in_turns(lambda: store.experiments(order_by=BEST, page=page + 1, page_size=100), names)
    told("the page after it", again)
    assert ratio(again, floor_again) < 0.7 * ratio(ours, floor)


def test_a_filter_by_metric_and_hyperparameter(stores) -> None:
    query = 'metrics["m0"].last > 0.5 and hyperparameters["h1"] < 0.3'

    def asked(store: Store) -> int:
        forgets(store)
        return store.experiments(query, order_by=BEST, page_size=100).total

    small, large = in_turns(lambda: asked(stores[0]), lambda: asked(stores[1]), turns=3)
    told(f"a filter of {SMALL}", small)
    told(f"a filter of {LARGE}", large)
    assert asked(stores[1]) == pytest.approx(0.15 * 0.98 * LARGE, rel=0.1)
    assert ratio(large, small) < 1.5 * LARGE / SMALL


def test_bringing_it_up_to_date_does_not_depend_on_their_number(stores) -> None:
    running = [track.start("live", store=store.path, capture=False) for store in stores]
    for store in stores:
        assert store.experiments('status == "running"').total == 1

    def logged(number: int) -> None:
        running[number].log({"m0": 0.5})
        catalog_of(stores[number]).refresh()

    small, large = in_turns(lambda: logged(0), lambda: logged(1), turns=9)
    told(f"up to date after a log, {SMALL}", small)
    told(f"up to date after a log, {LARGE}", large)
    assert ratio(large, small) < 2

    def nothing(number: int) -> None:
        catalog_of(stores[number]).refresh()

    for experiment in running:
        experiment.finish()
    small, large = in_turns(lambda: nothing(0), lambda: nothing(1), turns=21)
    told(f"nothing new, {SMALL}", small)
    told(f"nothing new, {LARGE}", large)
    assert ratio(large, small) < 2


def test_listing_with_metrics_costs_no_file(stores) -> None:
    """A thousand items with their metrics and hyperparameters, against a look at a thousand files."""
    store = stores[1]
    paths = [store.paths.experiment(name).record for name in os.listdir(store.paths.experiments)[:1_000]]

    def listed() -> None:
        for item in store.experiments(order_by=BEST, page_size=1_000):
            assert item.metrics["m0"]
            assert item.hyperparameters["General"]

    def looked() -> None:
        for path in paths:
            assert not path.is_file()

    ours, floor = in_turns(listed, looked, rounds=5)
    told("1,000 items with metrics and hyperparameters", ours)
    told("a look at 1,000 files", floor)
    assert ratio(ours, floor) < 60
