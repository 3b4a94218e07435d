"""Dynamic queries, evaluated: which experiments or models of a store they mean now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.query import dynamic
from trackkit_jupyter.store.catalog import catalog_of
from trackkit_jupyter.store.catalog.digests import read_order
from trackkit_jupyter.store.freezing import frozen_answer

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["found", "ids_of"]


def ids_of(store: Store[Any], what: str, parameters: Mapping[str, Any]) -> list[str]:
    """Return the ids that a dynamic query finds, see :func:`found`."""
    return found(store, what, parameters)[0]


def found(store: Store[Any], what: str, parameters: Mapping[str, Any]) -> tuple[list[str], int]:
    """Return the ids that a dynamic query finds, in its order, and how many more there are.

    500 are found at most, 1,000 by a query in our own words. Where it says itself how many it wants, no more are
    counted.

    Parameters
    ----------
    store
        Where to look.
    what
        Of what: "experiment" or "model".
    parameters
        See :func:`trackkit_jupyter.query.dynamic.read`.

    Raises
    ------
    QueryError
        A parameter cannot be read; ``field`` names it.
    """
    frozen = frozen_answer(store, what, parameters)
    if frozen is not None:
        return frozen, 0
    catalog = catalog_of(store, what)
    asked = dynamic.read(parameters, dynamic.Known(catalog.projects, catalog.series, lambda id: _users(store, id)))
    order = read_order(asked.order, catalog.series)
    entries, total = catalog.page(asked.condition, order, 0, asked.start + asked.size)
    ids = [entry.id for entry in entries[asked.start :]]
    return ids, 0 if asked.paged else max(0, total - len(ids))


def _users(store: Store[Any], model: str) -> list[str]:
    """Return the experiments that use a model as input; of one that is not there, none."""
    try:
        return list(store.model(model).uses)
    except TrackkitError:
        return []
