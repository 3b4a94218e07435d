"""Stores and experiments to read."""

from __future__ import annotations

import pytest

from trackkit_jupyter import tracking
from trackkit_jupyter.store import StoredExperiment, create_store


@pytest.fixture
def store(tmp_path):
    """Return an empty store."""
    return create_store(tmp_path / "store", handle=StoredExperiment)


@pytest.fixture
def running(store):
    """Return a running experiment of the store, which is finished after the test."""
    experiment = tracking.start("running", store=store.path, capture=False)
    yield experiment
    experiment.finish()
