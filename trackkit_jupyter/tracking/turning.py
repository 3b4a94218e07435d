"""What a loop heeds while it runs: knobs turned from outside, pause, resume, stop, a checkpoint that is wanted.

A thread of its own looks ten times a second whether something was asked (:mod:`trackkit_jupyter.store.turns`). A knob
that was not turned costs the loop one look into a dict; pause and stop cost nothing until they are asked: then the loop
finds the numbers of its series gone at its next ``log``, and comes here to ask for them again.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import Status, check_label
from trackkit_jupyter.store.segments import LineReader
from trackkit_jupyter.store.turns import Value, check_value, read_turns
from trackkit_jupyter.tracking.exits import Stopped
from trackkit_jupyter.tracking.life import Life
from trackkit_jupyter.tracking.recorder import Counter, Recorder
from trackkit_jupyter.tracking.scalars import ScalarLogging

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Turning", "aside"]

#: How often it is looked whether something was asked.
LOOK_SECONDS = 0.1

_aside = threading.local()


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Log meanwhile without heeding: what this thread logs is not the loop."""
    _aside.on = True
    try:
        yield
    finally:
        _aside.on = False


class Turning(ScalarLogging, Life):
    """An experiment whose loop can be turned, paused and stopped while it runs."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._knobs: dict[str, Value] = {}
        self._declared: dict[str, dict[str, Any]] = {}
        self._turned: dict[str, Value] = {}  # by knobs that the loop has not asked for yet
        self._reading: LineReader | None = None
        #: Whether the loop has something to heed at its next log: a pause or a stop.
        self._pending = False
        self._paused: dict[str, Any] | None = None
        self._stop_asked: dict[str, Any] | None = None
        self._stopped: str | None = None
        self._moved = threading.Event()
        self._checkpoints: deque[dict[str, Any]] = deque()  # that were asked for, until the loop looks

    def knob(self, name: str, default: Value, min: float | None = None, max: float | None = None) -> Any:
        """Return the value of a knob, which can be turned from the view, the side panel or the command line.

        Call it in the loop; a knob that was not turned costs about 0.1 microseconds. The first call declares it.

        Parameters
        ----------
        name
            What it is called.
        default
            Its value until it is turned: a number, a truth value or a text. A float takes whole numbers too.
        min, max
            The range of a number, both ends included; without it, any.

        Returns
        -------
        float, int, bool or str
            The value, of the type of `default`. What was turned before the experiment was gone on with stays turned.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A name, default or range that is not allowed.
        TrackkitStateError
            The experiment is not running in this process.

        Examples
        --------
        >>> lr = exp.knob("lr", 0.1, min=1e-4, max=1)  # doctest: +SKIP
        """
        try:
            return self._knobs[name]
        except (KeyError, TypeError):
            return self._declare(name, default, min, max)

    def checkpoint_requested(self) -> bool:
        """Return whether somebody asked for a checkpoint since the last call."""
        if not self._checkpoints:
            return False
        recorder = self._recorder
        while self._checkpoints:
            turn = self._checkpoints.popleft()
            if recorder is not None:
                self._heeded(recorder, turn)
        return True

    # -- below --------------------------------------------------------------------------------------------------------

    def _declare(self, name: str, default: Value, least: float | None, most: float | None) -> Value:
        check_label(name, "name", what="A knob's name")
        recorder = self._running()
        if type(default) not in (float, int, bool, str):
            raise TrackkitTypeError(
                f"The default of the knob {shown(name)} must be a number, a truth value or a text, not "
                f"{shown(default)}.",
                "default",
            )
        is_number = type(default) in (float, int)
        for field, end in (("min", least), ("max", most)):
            if end is not None and (not is_number or isinstance(end, bool) or not isinstance(end, int | float)):
                raise TrackkitTypeError(f"{field} must be a number, of a knob that is one, not {shown(end)}.", field)
        if least is not None and most is not None and not least < most:
            raise TrackkitValueError(f"min must be less than max, not {least:g} and {most:g}.", "min")
        knob = {"default": default, "min": least, "max": most}
        value = check_value(name, default, knob)
        if name in self._turned:  # before the loop was gone on with
            with contextlib.suppress(TrackkitValueError):  # it has another range now
                value = check_value(name, self._turned[name], knob)
        recorder.event("knob", name=name, value=value, **knob)
        self._declared[name] = knob
        self._knobs[name] = value
        return value

    def _begin(self) -> None:
        super()._begin()
        self._reading, self._knobs, self._stopped = read_turns(self._paths), {}, None
        earlier = self._reading.read()
        for turn in earlier:
            if turn["kind"] == "turn":
                self._turned[turn["name"]] = turn["value"]
        if earlier and self._recorder is not None:  # what was asked of the loop before does not hold for this one
            self._recorder.event("loop", asked=max(turn["number"] for turn in earlier))
        _listen(self)

    def _listen(self) -> None:
        """Look what was asked. Called by the thread that listens."""
        recorder, reading = self._recorder, self._reading
        if recorder is None or reading is None or recorder.owner != os.getpid():
            return
        for turn in reading.read():
            kind = turn["kind"]
            if kind == "turn":
                self._turned[turn["name"]] = turn["value"]
                if turn["name"] in self._knobs:
                    self._knobs[turn["name"]] = turn["value"]
                    self._heeded(recorder, turn)
            elif kind == "checkpoint":
                self._checkpoints.append(turn)  # heeded once the loop looks: there are loops that never do
            elif kind == "pause":
                self._paused = turn
            elif kind == "resume":
                self._paused = None
                self._heeded(recorder, turn)
            elif kind == "stop":
                self._stop_asked = turn
        self._pending = self._paused is not None or self._stop_asked is not None
        if self._pending:
            # The fast ways of logging find nothing here, and come to heed; see _counter and _keyed.
            self._counters, self._by_key = {}, {}
        self._moved.set()

    def _heeded(self, recorder: Recorder, turn: dict[str, Any]) -> None:
        recorder.event("heeded", asked=turn["number"], iteration=recorder.last_iteration())

    def _heed(self, recorder: Recorder) -> None:
        """Wait while it is paused; raise Stopped where it was stopped."""
        told = None
        while self._pending:
            stop, pause = self._stop_asked, self._paused
            if stop is not None:
                self._heeded(recorder, stop)
                self._stop_asked, self._pending = None, False
                self._stopped = f"stopped by {stop['user'] or 'its owner'}"
                self._finish(Status.COMPLETED.value, self._stopped)
                raise self._stop_error()
            if pause is not None and pause is not told:
                told = pause
                self._heeded(recorder, pause)
            self._moved.clear()
            if self._pending and self._paused is not None and self._stop_asked is None:
                self._moved.wait(LOOK_SECONDS)

    def _stop_error(self) -> Stopped:
        return Stopped(self.id, f"trackkit: {self._stopped}. What was logged is kept, and the experiment is completed.")

    def _running(self) -> Recorder:
        recorder = self._recorder
        if recorder is None and self._stopped is not None and not getattr(_aside, "on", False):
            raise self._stop_error()  # in every thread that logs, until the loop has ended
        recorder = super()._running()
        if self._pending and recorder.owner == os.getpid() and not getattr(_aside, "on", False):
            self._heed(recorder)
        return recorder

    def _counter(self, metric: str, variant: str) -> Counter:
        counter = super()._counter(metric, variant)
        while self._pending and not getattr(_aside, "on", False):  # asked in the middle of this
            self._counters = {}
            counter = super()._counter(metric, variant)
        return counter

    def _keyed(self, key: str) -> Counter:
        counter = super()._keyed(key)
        while self._pending and not getattr(_aside, "on", False):
            self._by_key = {}
            counter = super()._keyed(key)
        return counter

    def _forget(self) -> None:
        super()._forget()
        self._knobs, self._pending, self._paused, self._stop_asked = {}, False, None, None


_listening: weakref.WeakSet[Turning] = weakref.WeakSet()
_listener: threading.Thread | None = None
_lock = threading.Lock()


def _listen(experiment: Turning) -> None:
    """Have a thread look what is asked of an experiment that runs here."""
    global _listener
    with _lock:
        _listening.add(experiment)
        if _listener is None or not _listener.is_alive():
            _listener = threading.Thread(target=_look, name="trackkit-listener", daemon=True)
            _listener.start()


def _look() -> None:
    global _listener
    while True:
        time.sleep(LOOK_SECONDS)
        with _lock:
            running = [each for each in _listening if each.running]
            if not running:
                _listener = None
                return
        for each in running:
            try:
                each._listen()
            except (TrackkitError, OSError, KeyError, ValueError, TypeError):
                continue  # what is wrong with the store is told when it is written
        del running[:]


def _after_fork() -> None:
    global _listener, _lock
    _listener, _lock = None, threading.Lock()
    _listening.clear()  # a child heeds nothing: its parent's loop does


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
