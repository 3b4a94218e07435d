"""Large experiments: one series of ten million points, and a hundred thousand series."""

from __future__ import annotations

import time
import zlib

import numpy as np
import pytest

from trackkit_jupyter import charts as drawing
from trackkit_jupyter.operations import call, handles
from trackkit_jupyter.store import StoredExperiment, create_store
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
    """Opening it and listing its names may take 3 s, where its lines parsed as JSON take 0.19: 15 times that."""
    import json

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

    def again():
        assert len(known.names()) == SERIES

    def listed():
        assert [item.id for item in store.experiments('metrics["m7"]["v7"].last == 1')] == [id]

    bares, opens, more, lists = in_turns(bare, opened, again, listed, rounds=3)
    told("json.loads of its lines", bares)
    told("names() of 100,000 series", opens)
    told("names() again", more)
    told("a query that finds it", lists)
    assert min(opens) <= 15 * min(bares)
    assert min(more) <= 0.2 * min(bares)
    assert min(lists) <= 0.5 * min(bares)
