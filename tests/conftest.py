"""Every test has a home of its own: none reads or changes the stores, the registry and the catalog of who runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lead the home, the data and the cache of the user to a new folder, and forget the default store.

    Fixtures that last longer than a test come before it: what they start has the environment that they give it.
    """
    home = tmp_path_factory.mktemp("home", numbered=True)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    monkeypatch.setenv("MPLCONFIGDIR", str(cache / "matplotlib"))  # its list of fonts takes seconds to make
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.delenv("TRACKKIT_STORE", raising=False)
    return home
