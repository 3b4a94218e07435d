"""The reads and edits of models; what orders them (name, tags, ...) is edited as that of experiments."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import NotFoundError, TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import page_of
from trackkit_jupyter.records import check_id, iso
from trackkit_jupyter.store import Store, StoredModel

__all__ = [
    "add_alias",
    "lineage",
    "model",
    "models",
    "remove_alias",
    "set_config",
    "set_labels",
    "set_metadata",
]

_SUMMARY = (
    "id name version project status tags description user archived created last_update framework experiment size "
    "single_values"
).split()
_USER = "id name project status tags description user created last_update status_reason".split()


def model(store: Store[Any], id: str) -> dict[str, Any]:
    """Return everything recorded about a model but its events; its ``state``, and ``now`` by this clock.

    ``experiment_name`` is what the experiment that made it is called, if it is still there; ``local`` says whether its
    weights are a file that this machine can reach, and ``missing``, of a snapshot, that the store kept them and their
    file is gone.
    """
    with opened(store, id) as found:
        if not isinstance(found, StoredModel):
            raise NotFoundError(f"There is no model with the id {id} in this store.", "id")
        state = found.state()  # before the data: what changes in between is then read again
        record = found.to_dict()
        record["experiment_name"] = _name(store, record["experiment"])
        for kept in record["snapshots"]:
            kept["missing"] = kept["hash"] is not None and not Path(kept["uri"]).is_file()
        record["local"] = "://" not in str(record["uri"] or "") or str(record["uri"]).startswith("file://")
        return {**record, "state": state, "now": iso(time.time())}


def models(
    store: Store[Any],
    order_by: str = "-last_update",
    page: int = 0,
    page_size: int = 100,
    archived: bool = False,
    query: str = "",
) -> dict[str, Any]:
    """Return one page of the models of a store, each in summary, and how many there are.

    Parameters
    ----------
    store
        The store.
    order_by
        A field; ``-`` in front for descending.
    page, page_size
        Page number from 0, and models per page, 1 to 1,000.
    archived
        Whether the archived ones are meant.
    query
        Which ones, as in Python; all if it is empty.
    """
    chosen = page_of(store, "model", query, order_by, page, page_size, archived)
    aliases = store.aliases()
    items = [
        {**{key: getattr(item, key) for key in _SUMMARY}, "aliases": sorted(aliases.get(item.id, []))}
        for item in chosen
    ]
    return {"items": items, "total": chosen.total}


def lineage(
    store: Store[Any],
    id: str,
    search: str = "",
    tags: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    status: list[str] = [],  # noqa: B006
) -> dict[str, Any]:
    """Return where a model comes from and what uses it.

    Parameters
    ----------
    store, id
        The model.
    search
        Only experiments with this in their name, id or description, in upper or lower case.
    tags
        Only those that carry one of these.
    status
        Only those in one of these.

    Returns
    -------
    ``{"creator": experiment or None, "users": [experiments], "total": how many use it, "tags": [of all of them]}``;
    each experiment in summary.
    """
    with opened(store, id) as found:
        if not isinstance(found, StoredModel):
            raise NotFoundError(f"There is no model with the id {id} in this store.", "id")
        creator, uses = found.experiment, found.uses
    users = [item for item in (_summary(store, one) for one in uses) if item is not None]
    wanted = search.strip().casefold()
    shown = [
        item
        for item in users
        if (not wanted or any(wanted in str(item[key] or "").casefold() for key in ("name", "id", "description")))
        and (not tags or not set(tags).isdisjoint(item["tags"]))
        and (not status or item["status"] in status)
    ]
    return {
        "creator": _summary(store, creator) if creator else None,
        "users": shown,
        "total": len(users),
        "tags": sorted({tag for item in users for tag in item["tags"]}),
    }


def set_labels(store: Store[Any], id: str, labels: str, seen: str = "") -> dict[str, Any]:
    """Set the labels of a draft.

    Parameters
    ----------
    store, id
        The model.
    labels
        A JSON object, a whole number by each name.
    seen
        The labels that whoever edits them saw, in the same form: if they are others by now, nothing is changed.
    """
    given, before = _object("labels", labels), _object("seen", seen) if seen else None
    return _edit(store, id, lambda found: found.set_labels(given, seen=before))


def set_config(store: Store[Any], id: str, config: str, type: str = "text", seen: str | None = None) -> dict[str, Any]:
    """Set the configuration of a draft; empty text clears it.

    Parameters
    ----------
    store, id
        The model.
    config
        The text.
    type
        json, yaml or text; what is to be JSON must be.
    seen
        The text that whoever edits it saw: if it is another by now, nothing is changed.
    """
    return _edit(store, id, lambda found: found.set_config(config, type, seen=seen))


def set_metadata(store: Store[Any], id: str, items: str, seen: str = "") -> dict[str, Any]:
    """Set all metadata items of a model, also of a published one.

    Parameters
    ----------
    store, id
        The model.
    items
        A JSON object, ``{"type", "value"}`` by each key.
    seen
        The items that whoever edits them saw, in the same form: if they are others by now, nothing is changed.
    """
    given, before = _object("items", items), _object("seen", seen) if seen else None
    return _edit(store, id, lambda found: found.replace_metadata(given, seen=before))


def add_alias(store: Store[Any], id: str, alias: str) -> dict[str, Any]:
    """Have an alias point at a model, and no longer at another of its name."""
    return _edit(store, id, lambda found: found.add_alias(alias))


def remove_alias(store: Store[Any], id: str, alias: str) -> dict[str, Any]:
    """Take an alias away from a model."""
    return _edit(store, id, lambda found: found.remove_alias(alias))


def _edit(store: Store[Any], id: str, change: Callable[[StoredModel], Any]) -> dict[str, Any]:
    found: StoredModel = store.model(check_id(id))
    change(found)
    return {"state": found.state()}


def _object(field: str, text: str) -> dict[str, Any]:
    """Return the object that a JSON text says; a key may stand there once only."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(name for index, (name, _) in enumerate(pairs) if name in {n for n, _ in pairs[:index]})
            raise TrackkitValueError(f"{field} names {twice!r} more than once; names must be unique.", field)
        return found

    try:
        value = json.loads(text, object_pairs_hook=unique)
    except TrackkitValueError:
        raise
    except ValueError as error:
        raise TrackkitValueError(f"{field} is no valid JSON: {error}.", field) from None
    if not isinstance(value, dict):
        raise TrackkitValueError(f"{field} must be a JSON object.", field)
    return value


def _summary(store: Store[Any], id: str) -> dict[str, Any] | None:
    """Return an experiment in summary; ``None`` if it is gone or cannot be read."""
    try:
        with opened(store, id) as found:
            return {key: getattr(found, key) for key in _USER}
    except (LookupError, OSError):
        return None


def _name(store: Store[Any], id: str | None) -> str | None:
    found = _summary(store, id) if id else None
    return None if found is None else str(found["name"])
