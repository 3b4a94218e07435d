"""What reads ask for, within bounds: pages of experiments or models, several experiments by their ids, numbers."""

from __future__ import annotations

from typing import Any, Literal

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.query import Condition
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store

__all__ = ["ObjectType", "in_range", "page_of", "several"]

ObjectType = Literal["experiment", "model"]


def page_of(
    store: Store[Any],
    object_type: ObjectType,
    query: str | Condition,
    order_by: str,
    page: int,
    page_size: int,
    archived: bool,
) -> Any:
    """Return a page of what a query finds, list-like.

    Raises
    ------
    QueryError
        The query or the order cannot be read.
    TrackkitValueError
        A page that is not from 0 on, or not of 1 to 1,000.
    """
    in_range("page", page, 0, 10**9)
    in_range("page_size", page_size, 1, 1_000)
    find = store.models if object_type == "model" else store.experiments
    return find(query, order_by=order_by, page=page, page_size=page_size, archived=archived)


def in_range(name: str, value: float, low: float, high: float) -> None:
    """Raise unless `value` lies from `low` to `high`.

    Raises
    ------
    TrackkitValueError
        It does not.
    """
    if not low <= value <= high:
        raise TrackkitValueError(f"{name} must be from {low:,} to {high:,}, not {value:,}.", name)


def several(objects: list[str], most: int = 1_000) -> list[str]:
    """Return the ids of experiments that are read together, each once.

    Raises
    ------
    TrackkitValueError
        None or more than `most` are named, or something that is no id.
    """
    if not objects:
        raise TrackkitValueError("objects must name at least one experiment.", "objects")
    ids = list(dict.fromkeys(objects))
    if len(ids) > most:
        raise TrackkitValueError(f"objects may name {most:,} experiments at most, not {len(ids):,}.", "objects")
    return [check_id(id, "objects") for id in ids]
