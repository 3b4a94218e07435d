"""What the catalog keeps of an experiment."""

from __future__ import annotations

from trackkit_jupyter.store import Store
from trackkit_jupyter.store.catalog.rows import CONTENT


def test_the_catalog_keeps_what_lists_show(store: Store) -> None:
    item = store.experiments()[0]
    assert item.listed is not None
    assert set(CONTENT["experiment"]) <= set(item.listed.content)
