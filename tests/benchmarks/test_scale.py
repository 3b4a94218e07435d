"""Large experiments: one series of ten million points, and a hundred thousand series."""

from __future__ import annotations

import json
import time
import zlib

import numpy as np
import pytest

from trackkit_jupyter import charts as drawing
from trackkit_jupyter.operations import call, handles
from trackkit_jupyter.store import StoredExperiment, create_store
from trackkit_jupyter.store.catalog import catalog_of
from trackkit_jupyter.store.journal import pack_checksum, pack_point, seed_of
from trackkit_jupyter.store.paths import ExperimentPaths

from .rounds import in_turns, ratio, told
from .written import write_experiment

POINTS, SERIES = 10_000_000, 100_000


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return create_store(tmp_path_factory.mktemp("scale") / "store", handle=StoredExperiment)


def test_ten_million_points_down_sampled(store):
    """The first time at most 500 ms, after a new point and zoomed at most 50; 10 times a ``cumsum``, and once."""
    values = np.random.default_rng(0).standard_normal(POINTS).cumsum()
    id = write_experiment(store, {("loss", "val"): values})
    path = store.paths.experiment(id).segment(ExperimentPaths.SCALARS, "aaaaaaaa", 3)
    seed, added = seed_of("aaaaaaaa"), iter(range(1 << 30))

    def asked(**options):
        (chart,) = drawing.decode(call("charts", store, {"objects": [id], "points": 2000, **options})).charts
        return chart.series[0]

    def first():
        handles.clear()
        assert asked().sampled

    def again():
        point = pack_point(POINTS + next(added), 0.5, 1.8e9, 0)
        with path.open("ab") as file:
            file.write(point + pack_checksum(zlib.crc32(point, seed)))
        assert asked().total > POINTS

    def zoomed():
        assert asked(x_from=0.2 * POINTS, x_to=0.7 * POINTS).sampled

    bares, firsts, more, zooms = in_turns(values.cumsum, first, again, zoomed, rounds=5, clock=time.process_time)
    told("cumsum of ten million values", bares)
    told("the chart of ten million points, the first time", firsts)
    told("and after a new point", more)
    told("and zoomed", zooms)
    assert ratio(firsts, bares) <= 10
    assert ratio(more, bares) <= 1
    assert ratio(zooms, bares) <= 1


def test_a_hundred_thousand_series(store):
    """Opened and named in 0.8 s, summed up in 0.6, found by the first query in 4, where its lines as JSON take 0.14."""
    id = write_experiment(store, {(f"m{number // 100}", f"v{number % 100}"): np.ones(3) for number in range(SERIES)})
    files = store.paths.experiment(id)
    text = files.segment(ExperimentPaths.EVENTS, "aaaaaaaa", 0).read_text().splitlines()
    known = store.experiment(id)
    assert len(known.names()) == SERIES

    def bare():
        for line in text:
            json.loads(line)

    def opened():
        assert len(store.experiment(id).names()) == SERIES

    def opened_and_summed():
        found = store.experiment(id).metrics
        assert sum(map(len, found.values())) == SERIES

    def again():
        assert len(known.names()) == SERIES

    def listed():
        assert [item.id for item in store.experiments('metrics["m7"]["v7"].last == 1')] == [id]

    def listed_first():
        catalog_of(store).renew()
        listed()

    works = (bare, opened, opened_and_summed, again, listed_first, listed)
    times = in_turns(*works, rounds=3, clock=time.process_time)
    names = ("json.loads of its lines", "names() of 100,000 series", "and metrics", "names() again", "the first query")
    for what, taken in zip((*names, "the next one"), times, strict=True):
        told(what, taken)
    bares, opens, sums, more, firsts, lists = (min(taken) for taken in times)
    assert opens <= 5 * bares
    assert sums <= 8 * bares
    assert more <= 0.2 * bares
    assert firsts <= 32 * bares
    assert lists <= 0.7 * bares
