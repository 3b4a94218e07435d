"""Which experiments are open in this process: the current one, those of a cell, and what the interpreter's end does."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.capture.notebook import script
from trackkit_jupyter.tracking import exits
from trackkit_jupyter.tracking.recorder import valid_text

if TYPE_CHECKING:
    from trackkit_jupyter.tracking.experiment import Experiment

__all__ = ["current", "enter", "finish_earlier_execution", "leave", "open_experiments", "started_in"]

_CELL_ID_CHARACTERS = 1_000  # one front end writes an address
_CELL_CHARACTERS = 1_000_000  # a longer cell holds data, and is none that anyone wants back

_lock = threading.RLock()
_open: list[Experiment] = []
_here: ContextVar[tuple[Experiment, ...]] = ContextVar("trackkit_experiments", default=())
_cells: dict[str, tuple[str, str]] = {}  # experiment id -> the cell that started it, and the execution of that cell


def current() -> Experiment | None:
    """Return the experiment last started and not finished in this context; ``None`` without one."""
    for experiment in reversed(_here.get()):
        if experiment.running:
            return experiment
    return next(reversed(open_experiments()), None)


def enter(experiment: Experiment) -> None:
    """Note that an experiment is open."""
    with _lock:
        _open.append(experiment)
        cell = _executing_cell()
        if cell is not None:
            _cells[experiment.id] = cell
    _here.set((*(open_ for open_ in _here.get() if open_.running), experiment))


def leave(experiment: Experiment) -> None:
    """Note that an experiment was finished."""
    with _lock:
        _cells.pop(experiment.id, None)
        if experiment in _open:
            _open.remove(experiment)


def open_experiments() -> list[Experiment]:
    """Return the experiments that are open in this process, the last started last."""
    with _lock:
        return [experiment for experiment in _open if experiment.running]


def finish_earlier_execution() -> None:
    """Finish what an earlier execution of the present cell started and left open, with a notice."""
    cell = _executing_cell()
    if cell is None:
        return
    with _lock:
        earlier = [e for e in _open if e.id in _cells and _cells[e.id][0] == cell[0] and _cells[e.id][1] != cell[1]]
    for experiment in earlier:
        name = experiment.name
        experiment.finish()
        print(f"trackkit: finished {name!r}, which an earlier execution of this cell had started.")  # noqa: T201


def started_in(code: bool) -> dict[str, str | None]:
    """Return what a record says of the cell that is executing: its id, its notebook and, if wanted, its code.

    ``cell_execution`` is the same for all that one execution of the cell starts, and for nothing else: the id of the
    request with which the front end had it executed.

    Empty outside a notebook, and where the front end gives its cells no ids.
    """
    shell = _shell()
    parent = {} if shell is None else _request(shell)
    cell = (parent.get("metadata") or {}).get("cellId")
    if not isinstance(cell, str) or not 0 < len(cell) <= _CELL_ID_CHARACTERS:
        return {}
    text = _code(parent)
    request = (parent.get("header") or {}).get("msg_id")
    if not isinstance(request, str) or len(request) > _CELL_ID_CHARACTERS:
        request = ""
    return {
        "cell": valid_text(cell),
        "cell_execution": valid_text(request) or None,
        "notebook": script(),
        "cell_code": valid_text(text) if code and len(text) <= _CELL_CHARACTERS else None,
    }


def _shell() -> Any:
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _request(shell: Any) -> dict[str, Any]:
    found: dict[str, Any] = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return found


def _code(request: dict[str, Any]) -> str:
    return str((request.get("content") or {}).get("code") or "")


def _executing_cell() -> tuple[str, str] | None:
    shell = _shell()
    if shell is None:
        return None
    parent = _request(shell)
    cell = (parent.get("metadata") or {}).get("cellId")
    if cell is None:
        text = _code(parent)
        if not text:
            return None
        import hashlib

        cell = hashlib.sha256(text.encode()).hexdigest()
    # The request, not the count: code of the cell may run other cells, which count too.
    request = (parent.get("header") or {}).get("msg_id")
    return str(cell), str(request or shell.execution_count)


def _finish_all() -> None:
    for experiment in open_experiments():
        with contextlib.suppress(Exception):
            experiment.finish_after(exits.last_words())


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()  # another thread of the parent may have held it


atexit.register(_finish_all)
exits.watch()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
