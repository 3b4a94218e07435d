"""The saved views of the tables: columns, query and sorting under a name."""

from __future__ import annotations

import json
from typing import Any

from trackkit_jupyter.errors import NotFoundError, TrackkitValueError, shown
from trackkit_jupyter.operations.paging import ObjectType
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.table_views import known_views, remove_view, save_view
from trackkit_jupyter.store.tags import tags_state

__all__ = ["options_of", "remove_table_view", "save_table_view", "table_views"]

_LARGEST = 64 << 10


def table_views(store: Store[Any], object_type: ObjectType = "experiment") -> dict[str, Any]:
    """Return the saved views of experiments, or of models: ``{"views": [{"name", "options"}]}``, by name."""
    return {"views": known_views(store, object_type)}


def save_table_view(
    store: Store[Any], name: str, options: str, object_type: ObjectType = "experiment"
) -> dict[str, Any]:
    """Keep a view of the table under a name, in place of the one that has it.

    Parameters
    ----------
    store
        The store.
    name
        What to call it.
    options
        The options of the view (query, columns, order ...) as a JSON object, 64 KB at most.
    object_type
        Of what the table is.
    """
    save_view(store, name, options_of(options), object_type)
    return {"state": tags_state(store)}


def remove_table_view(store: Store[Any], name: str, object_type: ObjectType = "experiment") -> dict[str, Any]:
    """Forget a saved view."""
    if not remove_view(store, name, object_type):
        raise NotFoundError(f"There is no view {shown(name)}.", "name")
    return {"state": tags_state(store)}


def options_of(text: str) -> dict[str, Any]:
    """Return the options of a view that are given as JSON.

    Raises
    ------
    TrackkitValueError
        It is no JSON object, or has more than 64 KB.
    """
    try:
        found = json.loads(text) if len(text) <= _LARGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise TrackkitValueError("options must be a JSON object of 64 KB at most.", "options")
    return found
