"""Open experiments, kept for the next read: so that polling reads only what was added to the journals.

A handle is used by one thread at a time; two experiments are read side by side.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from trackkit_jupyter.errors import NotFoundError
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store, StoredExperiment, StoredReport

__all__ = ["clear", "opened"]

_KEPT = 128  # handles of this process: a comparison lays the curves of a hundred experiments over one another

_lock = threading.Lock()
_handles: OrderedDict[tuple[str, str], tuple[StoredExperiment, threading.RLock]] = OrderedDict()


@contextmanager
def opened(store: Store[Any], id: str, field: str = "id") -> Iterator[StoredExperiment]:
    """Give an experiment, or a model, to read from, for this thread alone.

    Parameters
    ----------
    store
        The store.
    id
        The experiment's id.
    field
        The argument that named it, for the errors.

    Raises
    ------
    TrackkitValueError
        That is no id.
    NotFoundError
        There is no such experiment.
    """
    key = (str(store.path), check_id(id, field))
    with _lock:
        kept = _handles.get(key)
        if kept is not None:
            _handles.move_to_end(key)
    try:
        fresh = store.record(id)  # also when it is kept: it may have been deleted
        if isinstance(fresh, StoredReport):
            raise NotFoundError(f"There is no experiment with the id {id} in this store.", field)
    except LookupError:
        with _lock:
            _handles.pop(key, None)
        raise
    if kept is None:
        with _lock:
            kept = _handles.setdefault(key, (fresh, threading.RLock()))
            while len(_handles) > _KEPT:
                _handles.popitem(last=False)
    experiment, lock = kept
    with lock:
        yield experiment


def clear() -> None:
    """Forget all open experiments."""
    with _lock:
        _handles.clear()
