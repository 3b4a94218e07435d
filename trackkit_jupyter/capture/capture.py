"""Everything that is recorded by itself for one experiment: what is followed in the process, what is looked up aside.

Nothing here may break or slow a training. What is hooked is guarded (see ``hooks``); a look-up that fails leaves one
debug line of the logger ``trackkit_jupyter`` and nothing else.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Collection
from types import FrameType
from typing import TYPE_CHECKING, Any

from . import arguments, boosting, console, figures, hydra, models, notebook, tensorboard
from .hooks import Watch
from .monitor import Monitor
from .parts import PARTS

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["Capture"]

_PATIENCE = 2.0  # seconds that stop() waits for the slow parts
_HEAD_START = 0.02  # seconds in which the caller of start() has the interpreter for itself
_HOOKS = (*arguments.HOOKS, *figures.HOOKS, *models.HOOKS, *tensorboard.HOOKS, *boosting.HOOKS)

_log = logging.getLogger("trackkit_jupyter")


class Capture:
    """Records by itself for one experiment.

    Parameters
    ----------
    sink
        Takes what was captured.
    parts
        What is wanted, out of ``PARTS``.
    """

    def __init__(self, sink: Sink, parts: Collection[str] = tuple(PARTS)) -> None:
        self._sink = sink
        self._parts = frozenset(parts)
        self._listener: console.Listener | None = None
        self._cells: notebook.Cells | None = None
        self._watch: Watch | None = None
        self._monitor: Monitor | None = None
        self._slow: threading.Thread | None = None
        self._stopped = threading.Event()
        self._cell: str | None = None  # what marks the cell that has not printed yet

    def start(self) -> None:
        """Begin; returns within milliseconds. A second call does nothing."""
        if self._slow is not None or self._stopped.is_set():
            return
        caller = sys._getframe(1)
        place: dict[str, str | None] = {"script": None, "directory": None}
        self._attempt("script", lambda: place.update(script=notebook.script()))
        self._attempt("working directory", lambda: place.update(directory=os.getcwd()))
        self._begin("cells", self._follow_cells)
        self._begin("console", self._listen)
        self._begin("arguments", lambda: self._given(caller))
        self._attempt("hooks", self._hook)
        self._begin("monitor", self._sample)
        self._slow = threading.Thread(target=self._look_up, kwargs=place, name="trackkit-capture", daemon=True)
        self._attempt("thread", self._slow.start)

    def stop(self) -> None:
        """End: give everything back, wait at most 2 s for the slow parts. A second call does nothing."""
        if self._stopped.is_set():
            return
        for part, followed in (
            ("hooks", self._watch),
            ("monitor", self._monitor),
            ("cells", self._cells),
            ("console", self._listener),
        ):
            if followed is not None:
                self._attempt(part, followed.stop)
        slow = self._slow
        if slow is not None and slow.ident is not None and slow is not threading.current_thread():
            slow.join(_PATIENCE)
        self._stopped.set()

    # -- followed in the process --------------------------------------------------------------------------------------

    def _listen(self) -> None:
        self._listener = console.listen(self._heard)

    def _heard(self, stream: str, text: str) -> None:
        cell, self._cell = self._cell, None
        if cell is not None:  # only now: most cells print nothing
            self._sink.log_console("cell", cell)
        self._sink.log_console(stream, text)

    def _follow_cells(self) -> None:
        self._cells = notebook.Cells(self._executed, before=console.renew)
        self._cells.start()

    def _executed(self, code: str, number: int | None) -> None:
        self._cell = f"In [{'*' if number is None else number}]\n"
        self._sink.record_cell(code, number)

    def _given(self, caller: FrameType) -> None:
        arguments.take_given(self._sink)
        hydra.take(self._sink, caller)

    def _hook(self) -> None:
        self._watch = Watch(self._sink, self._parts, _HOOKS)

    def _sample(self) -> None:
        self._monitor = Monitor(self._sink)
        self._monitor.start()

    # -- looked up aside ----------------------------------------------------------------------------------------------

    def _look_up(self, script: str | None, directory: str | None) -> None:
        """Do the slow parts, the one that can hang (the graphics driver) last."""
        if self._stopped.wait(_HEAD_START):
            return
        self._begin("environment", self._environment)
        self._begin("machine", lambda: self._machine(gpus=False))
        self._attempt("execution", lambda: self._source(script, directory))
        self._begin("packages", self._packages)
        self._begin("machine", lambda: self._machine(gpus=True))

    def _environment(self) -> None:
        from . import environment

        rows = environment.asked_for()
        if rows and not self._stopped.is_set():
            self._sink.record_parameters("Environment", rows)

    def _machine(self, *, gpus: bool) -> None:
        from . import runtime

        self._record(self._sink.record_runtime, runtime.gpus() if gpus else runtime.machine())

    def _source(self, script: str | None, directory: str | None) -> None:
        found: dict[str, Any] = {}
        if "execution" in self._parts:
            from .place import place

            script = script or notebook.of_the_parent(directory)
            found = {"script": script, "working_dir": directory, **place()}
        if "git" in self._parts:
            from . import git

            described = git.describe(script, directory)
            if "execution" not in self._parts:
                described = {name: value for name, value in described.items() if name not in {"script", "working_dir"}}
            found |= described
        if found:
            self._record(self._sink.record_execution, found)

    def _packages(self) -> None:
        from . import packages

        self._record(self._sink.record_execution, {"packages": packages.installed()})

    def _record(self, record: Callable[[dict[str, Any]], None], values: dict[str, Any]) -> None:
        if self._stopped.is_set():  # the experiment has ended: its record is closed
            _log.debug("captured too late: %s", ", ".join(values))
        else:
            record(values)

    def _begin(self, part: str, action: Callable[[], object]) -> None:
        if part in self._parts:
            self._attempt(part, action)

    def _attempt(self, part: str, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a training never fails because something was not captured
            _log.debug("not captured: %s: %r", part, error)
