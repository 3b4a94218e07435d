"""The file of a catalog lies in the user's cache, else in the temporary folder, else nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from trackkit_jupyter.store import Store
from trackkit_jupyter.store.catalog import catalog_of, place

from .agreement import agrees, restarted


def test_it_lies_in_the_cache_of_the_user(store: Store, isolated: Path) -> None:
    store.experiments()
    path = catalog_of(store).path
    assert path.parent == isolated / "cache" / "trackkit" / "catalogs"
    assert path.name.startswith(store.id)
    assert not list(store.path.rglob("*.sqlite*"))


def test_where_no_file_can_be_it_is_held_in_memory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(place.tempfile, "gettempdir", lambda: str(blocked))
    assert restarted(store).path == place.MEMORY
    agrees(store)
    store.experiment(store.experiments()[0].id).rename("seen")
    agrees(store)


def test_the_temporary_folder_comes_after_the_cache(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(place.tempfile, "gettempdir", lambda: str(tmp_path))
    assert tmp_path in restarted(store).path.parents
    agrees(store)
