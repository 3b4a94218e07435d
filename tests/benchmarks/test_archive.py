"""What the archive costs: bytes per point, and the time to read a million points from it."""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow.parquet  # noqa: F401 (its import is not what is measured)
import pytest

from trackkit_jupyter.store import StoredExperiment, create_store
from trackkit_jupyter.store.archivist import archive

from .rounds import in_turns, ratio, told
from .written import write_experiment

POINTS = 1_000_000


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """An archived experiment with a million points of the least compressible kind: noise in all 52 bits."""
    store = create_store(tmp_path_factory.mktemp("archive") / "store", handle=StoredExperiment)
    values = np.random.default_rng(0).standard_normal(POINTS)
    id = write_experiment(store, {("loss", "train"): values})
    before = store.experiment(id).series("loss/train")
    assert archive(store.paths, id)
    return store, id, before


def test_a_point_takes_12_bytes_at_most(archived):
    store, id, before = archived
    size = sum(path.stat().st_size for path in store.paths.experiment(id).root.glob("scalars*"))
    print(f"{size / POINTS:.2f} bytes per point of noise, where a record has 32")
    assert size <= 12 * POINTS
    after = store.experiment(id).series("loss/train")
    for name in ("iterations", "values", "times"):
        assert getattr(after, name).tobytes() == getattr(before, name).tobytes()


def test_a_million_points_from_the_archive(archived):
    """The budget is 30 ms, where 32 MB of bare reading and one crc32 over it take 14 ms: 2.1 times that."""
    store, id, _ = archived
    data = np.zeros(32 * POINTS, np.uint8)

    def read():
        assert len(store.experiment(id).series("loss/train")) == POINTS

    def bare():
        zlib.crc32(data.copy().data)

    bares, reads = in_turns(bare, read)
    told("a copy of 32 MB and one crc32 over it", bares)
    told("series() of a million points from the archive", reads)
    assert ratio(reads, bares) <= 2.1
