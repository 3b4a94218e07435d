"""The store of five experiments."""

from __future__ import annotations

from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.store import Store


@pytest.fixture
def store(home: Path) -> Store:
    """Return it opened."""
    return track.open_store(home)
