"""What a list says beside what the folders say, and a catalog as another process finds it."""

from __future__ import annotations

from trackkit_jupyter.query import matches, ordered, parse, parse_order
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.catalog import Catalog, catalog_of, opened


def names(found) -> list[str]:
    return [item.name for item in found]


def agrees(store: Store) -> None:
    """What a list says is what the folders say, read afresh."""
    afresh = [store.experiment(path.name).to_dict() for path in store.paths.experiments.iterdir()]
    assert len(afresh) > 0
    listed = store.experiments(archived=None, order_by="name")
    assert [item.to_dict() for item in listed] == ordered(afresh, parse_order("name"))
    for query in (
        'metrics["loss/val"].min < 0.25',
        'hyperparameters["opt"] == "adam"',
        '"odd" in tags',
        "not archived",
    ):
        found = store.experiments(query, archived=None, order_by="id")
        assert [item.id for item in found] == sorted(e["id"] for e in afresh if matches(parse(query), e))


def restarted(store: Store) -> Catalog:
    """The catalog as another process finds it."""
    catalog_of(store).close()
    opened._catalogs.clear()
    return catalog_of(store)
