"""Stores and experiments to read."""

from __future__ import annotations

from pathlib import Path

import pytest

import trackkit_jupyter as track
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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the folder of a store with five experiments of several kinds."""
    root = tmp_path / "store"
    for number in range(5):
        config = {"lr": 10.0**-number, "net": {"depth": number}, "opt": "adam" if number % 2 else "sgd"}
        tags = ["odd"] if number % 2 else []
        with track.start(
            f"run {number}", store=root, project=f"p{number % 2}", config=config, tags=tags, capture=False
        ) as exp:
            for step in range(3):
                exp.log({"loss/val": 1 / (number + 1 + step), "acc": float(number)}, step)
            exp.log_single_value("best", number)
    return root
