"""Pages of a query are the same, whichever way they were found."""

from __future__ import annotations

from trackkit_jupyter.query import parse
from trackkit_jupyter.store import Store

from .agreement import names


def test_queries_orders_and_pages(store: Store) -> None:
    assert names(store.experiments('name == "run 3"')) == ["run 3"]
    assert names(store.experiments('metrics["acc"].last > 1 and hyperparameters["lr"] >= 0.001', "name")) == [
        "run 2",
        "run 3",
    ]
    assert names(store.experiments(order_by='-metrics["acc"].last', page=1, page_size=2)) == ["run 2", "run 1"]
    assert names(store.experiments(order_by=["-project", "name"])) == ["run 1", "run 3", "run 0", "run 2", "run 4"]
    found = store.experiments(parse('"odd" in tags'), order_by="-created", page_size=1)
    assert (names(found), found.total) == (["run 3"], 2)
    assert names(store.experiments(page=9, page_size=2)) == []
    assert names(store.experiments(order_by='-metrics["acc"].last', page=2, page_size=2)) == ["run 0"]


def test_a_page_is_the_same_whether_all_were_sorted_or_not(store: Store) -> None:
    for order in ('-metrics["acc"].last', 'hyperparameters["lr"]', "-name", 'metrics["never"]'):
        whole = names(store.experiments(order_by=order))
        for _ in range(5):  # the first times a page is taken from an index, then from all that was sorted
            pages = [names(store.experiments(order_by=order, page=page, page_size=2)) for page in range(4)]
            assert [name for found in pages for name in found] == whole
