"""The catalogs that a process has open: one of each store, and none that another process opened."""

from __future__ import annotations

import atexit
import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.store.catalog.catalog import Catalog

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["catalog_of"]

_OPEN = 16  # catalogs that one process keeps open

_catalogs: OrderedDict[tuple[str, str, str], Catalog] = OrderedDict()
_catalogs_lock = threading.Lock()
_inherited: list[Any] = []


def catalog_of(store: Store[Any], what: str = "experiment") -> Catalog:
    """Return the catalog of a store's experiments, or of its models; one process has one."""
    key = (store.id, os.path.realpath(store.path), what)
    with _catalogs_lock:
        found = _catalogs.get(key)
        if found is None:
            found = _catalogs[key] = Catalog(store, what)
        _catalogs.move_to_end(key)
        spare = _catalogs.popitem(last=False)[1] if len(_catalogs) > _OPEN else None
    if spare is not None:
        spare.close()
    return found


def _close_all() -> None:
    for catalog in list(_catalogs.values()):
        catalog.close()


def _after_fork() -> None:
    # A connection must not be used, nor closed, by another process than its own.
    global _catalogs_lock
    _inherited.extend(_catalogs.values())
    _catalogs.clear()
    _catalogs_lock = threading.Lock()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
