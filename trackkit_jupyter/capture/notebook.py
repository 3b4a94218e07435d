"""Finds the notebook or script that is running, and follows the cells it executes.

IPython is never imported here: where it is not loaded, there is no notebook.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["Cells", "of_the_parent", "script"]

_log = logging.getLogger("trackkit_jupyter")


def script() -> str | None:
    """Return the absolute path of the running notebook or script; None where there is none or it is not known."""
    shell = _shell()
    if getattr(shell, "kernel", None) is not None:
        # Only inside a kernel: a script started from a notebook inherits its environment. Never the kernel's launcher.
        return _notebook(shell.user_ns)
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    # Not "<stdin>" and the like.
    return os.path.abspath(path) if isinstance(path, str) and os.path.isfile(path) else None


def _notebook(names: dict[str, Any]) -> str | None:
    """Return the path given by VS Code, by papermill, or by the Jupyter server, which also names consoles this way."""
    known = (names.get("__vsc_ipynb_file__"), names.get("PAPERMILL_OUTPUT_PATH"), os.environ.get("JPY_SESSION_NAME"))
    for path in known:
        if isinstance(path, str) and (path.endswith(".ipynb") or os.path.isfile(path)):
            return os.path.abspath(path)
    return None


def of_the_parent(directory: str | None) -> str | None:
    """Return the notebook that the parent process executes, as nbconvert, papermill and ``jupyter execute`` do.

    They tell the kernel nothing of it; but it is the one notebook of their command line.
    """
    if getattr(_shell(), "kernel", None) is None:
        return None
    try:
        parent = importlib.import_module("psutil").Process().parent()
        named = [word for word in parent.cmdline() if word.endswith(".ipynb")] if parent is not None else []
        if not named:
            return None
        for folder in (parent.cwd(), directory or ""):
            path = os.path.abspath(os.path.join(folder, named[0]))
            if os.path.isfile(path):
                return path
    except Exception as error:  # noqa: BLE001 - another user's process, or one that is gone
        _log.debug("notebook not known: %r", error)
    return None


class Cells:
    """Follows the cells that are executed, the one that is running included.

    Parameters
    ----------
    record
        Called with the source as written and its execution count.
    before
        Called before every cell, also one that is not recorded.
    """

    def __init__(self, record: Callable[[str, int | None], None], before: Callable[[], None] | None = None) -> None:
        self._record = record
        self._before = before
        self._shell: Any = None
        self._failed = False

    def start(self) -> None:
        """Begin; without IPython nothing happens."""
        shell = _shell()
        if shell is None or self._shell is not None:
            return
        running = getattr(shell.displayhook, "exec_result", None)  # None between two cells
        if running is not None and getattr(running, "info", None) is not None:
            self._take(running.info, len(shell.history_manager.input_hist_raw) - 1)
        shell.events.register("pre_run_cell", self._before_cell)
        self._shell = shell

    def stop(self) -> None:
        """End; a second call does nothing."""
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.events.unregister("pre_run_cell", self._before_cell)

    def _before_cell(self, info: Any) -> None:
        try:  # the shell's own counter has changed its meaning between versions, the history has not
            if self._before is not None:
                self._before()
            self._take(info, len(self._shell.history_manager.input_hist_raw))
        except Exception as error:  # noqa: BLE001 - a cell runs whether it was recorded or not
            if not self._failed:
                self._failed = True
                _log.debug("cell not recorded: %r", error)

    def _take(self, info: Any, number: int) -> None:
        if info.store_history and not info.silent:  # what the front end asks by itself is no cell
            self._record(info.raw_cell, number)


def _shell() -> Any:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython() if get_ipython is not None else None
