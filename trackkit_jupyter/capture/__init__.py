"""What is recorded by itself while an experiment runs.

Console output and executed cells are followed in the process; the machine, the git repository and the installed
packages are looked up once, in a daemon thread. Nothing here may break or slow a training: a part that fails leaves one
debug line of the logger ``trackkit_jupyter`` and nothing else.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any, Protocol

from . import console, notebook

__all__ = ["Capture", "Sink"]

_PATIENCE = 2.0  # seconds that stop() waits for the slow parts
_HEAD_START = 0.02  # seconds in which the caller of start() has the interpreter for itself

_log = logging.getLogger("trackkit_jupyter")


class Sink(Protocol):
    """Where the captured things go; every method may be called from any thread.

    A sink must not print or warn while it holds a lock that ``log_console`` takes, unless that lock is re-entrant:
    what it prints comes back to it.
    """

    def log_console(self, stream: str, text: str) -> None:
        """Take whole lines, each ended by a newline (the last one of all may lack it), of "stdout" or "stderr"."""

    def record_runtime(self, values: dict[str, str | int | float | None]) -> None:
        """Merge facts about the machine; called more than once."""

    def record_execution(self, values: dict[str, Any]) -> None:
        """Merge facts about the code; called more than once."""

    def record_cell(self, code: str, number: int | None) -> None:
        """Take one executed notebook cell, in order; `number` is its execution count."""


class Capture:
    """Everything that is recorded by itself for one experiment.

    Parameters
    ----------
    sink
        Takes what was captured.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._listener: console.Listener | None = None
        self._cells: notebook.Cells | None = None
        self._slow: threading.Thread | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin; returns within milliseconds. A second call does nothing."""
        if self._slow is not None or self._stopped.is_set():
            return
        place: dict[str, str | None] = {"script": None, "directory": None}
        self._attempt("script", lambda: place.update(script=notebook.script()))
        self._attempt("working directory", lambda: place.update(directory=os.getcwd()))
        self._attempt("console", self._listen)
        self._attempt("cells", self._follow_cells)
        self._slow = threading.Thread(target=self._look_up, kwargs=place, name="trackkit-capture", daemon=True)
        self._attempt("thread", self._slow.start)

    def stop(self) -> None:
        """End: give the streams back, wait at most 2 s for the slow parts. A second call does nothing."""
        if self._stopped.is_set():
            return
        if self._cells is not None:
            self._attempt("cells", self._cells.stop)
        if self._listener is not None:
            self._attempt("console", self._listener.stop)
        slow = self._slow
        if slow is not None and slow.ident is not None and slow is not threading.current_thread():
            slow.join(_PATIENCE)
        self._stopped.set()

    def _listen(self) -> None:
        self._listener = console.listen(self._sink.log_console)

    def _follow_cells(self) -> None:
        self._cells = notebook.Cells(self._sink.record_cell, before=console.renew)
        self._cells.start()

    def _look_up(self, script: str | None, directory: str | None) -> None:
        """Do the slow parts, the one that can hang (the graphics driver) last."""
        if self._stopped.wait(_HEAD_START):
            return
        self._attempt("runtime", lambda: self._runtime(gpus=False))
        self._attempt("git", lambda: self._source(script, directory))
        self._attempt("packages", self._packages)
        self._attempt("gpus", lambda: self._runtime(gpus=True))

    def _runtime(self, *, gpus: bool) -> None:
        from . import runtime

        self._record(self._sink.record_runtime, runtime.gpus() if gpus else runtime.machine())

    def _source(self, script: str | None, directory: str | None) -> None:
        from . import git

        self._record(self._sink.record_execution, git.describe(script, directory))

    def _packages(self) -> None:
        from . import packages

        self._record(self._sink.record_execution, {"packages": packages.installed()})

    def _record(self, record: Callable[[dict[str, Any]], None], values: dict[str, Any]) -> None:
        if self._stopped.is_set():  # the experiment has ended: its record is closed
            _log.debug("captured too late: %s", ", ".join(values))
        else:
            record(values)

    def _attempt(self, part: str, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a training never fails because something was not captured
            _log.debug("not captured: %s: %r", part, error)
