"""Running a draft from a view, how far it is, and stopping it."""

from __future__ import annotations

import threading
from typing import Any

from trackkit_jupyter.errors import TrackkitStateError, shown
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.rerun import Run

__all__ = ["run", "running", "stop_run"]

_MOST = 200  # runs of which this process knows how they ended
_TAIL = 2_000  # characters of what a run printed that are told when it failed

_lock = threading.Lock()
_runs: dict[tuple[str, str], Run[Any]] = {}


def run(store: Store[Any], id: str) -> dict[str, Any]:
    """Run the code of a draft again, in a process of its own; the draft becomes the experiment that runs.

    What is executed is the notebook or script that was recorded in the user's own store, as the user whose process this
    is (a Jupyter server, or a kernel) and with its Python; nothing of it comes from who asks. It is an edit: signed in,
    with the XSRF token, and the server asks its authorizer for the right to execute kernels too.

    Raises
    ------
    TrackkitStateError
        It is no draft; or the commit that it was made with is gone.
    NotFoundError
        No code was recorded, or it is not there any more.
    """
    experiment = store.record(check_id(id))
    made = experiment.run()
    with _lock:
        _runs[str(store.path), id] = made
        for key in [key for key, each in _runs.items() if each.done][: max(0, len(_runs) - _MOST)]:
            del _runs[key]
    return {"state": experiment.state()}


def stop_run(store: Store[Any], id: str) -> dict[str, Any]:
    """Stop a run that was started from here, with the kernel that it started; what was logged stays.

    Raises
    ------
    TrackkitStateError
        It was not started from here, or has ended.
    """
    experiment = store.record(check_id(id))
    known = _known(store, id)
    if known is None or known.done:
        raise TrackkitStateError(
            f"No run of {shown(experiment.name)} was started from here, or it has ended: stop it where it was started.",
            "id",
        )
    known.stop()
    return {"state": experiment.state()}


def running(store: Store[Any], id: str) -> dict[str, Any] | None:
    """Return how far a run is that was started from here; ``None`` where there was none.

    Not an operation: a part of what is read of an experiment.

    Returns
    -------
    ``{"code", "cell", "cells", "done", "error", "printed"}``: what is executed, in words; which cell of how many, from
    0, both ``None`` for a script; why it failed, and the end of what its process printed then.
    """
    known = _known(store, id)
    if known is None:
        return None
    done, error = known.done, known.error
    cell, cells = known.progress or (None, None)
    return {
        "code": known.code,
        "cell": cell,
        "cells": cells,
        "done": done,
        "error": error,
        "printed": known.printed(_TAIL) if error else None,
    }


def _known(store: Store[Any], id: str) -> Run[Any] | None:
    with _lock:
        return _runs.get((str(store.path), id))
