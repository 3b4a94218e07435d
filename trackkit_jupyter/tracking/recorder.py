"""The writing half of a running experiment: its journal, its heartbeat, and what happens when the store fails.

A wrong argument raises; a fault of the store never does: the first is a warning, what is lost is counted and written down
as soon as the store can be written again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trackkit_jupyter.store import changes
from trackkit_jupyter.store.journal import RECORD_BYTES, Journal
from trackkit_jupyter.store.paths import StorePaths

__all__ = ["Counter", "Recorder"]


class Counter:
    """A series: its number in the journal, and the iteration that comes next."""

    __slots__ = ("next", "number")

    def __init__(self, number: int, next: int) -> None:
        self.number, self.next = number, next


class Recorder:
    """What one process writes for one experiment.

    Parameters
    ----------
    paths, id
        The store and the experiment.
    first_iteration
        Called with metric and variant; where a series goes on when no iteration is given.
    """

    def __init__(self, paths: StorePaths, id: str, first_iteration: Callable[[str, str], int]) -> None:
        self._paths, self._id = paths, id
        self._first_iteration = first_iteration
        self._lock = threading.RLock()
        self.owner = os.getpid()
        self.lost = 0
        self._lost_unsaid = 0
        self._warned = False
        self._counters: dict[tuple[str, str], Counter] = {}
        self._unnamed: list[tuple[str, str, Counter]] = []
        #: Run about once a second, and before the end: what watches for changes.
        self.watchers: list[Callable[[], None]] = []
        #: Called in a forked child, where the caches of series no longer hold.
        self.on_fork: Callable[[], None] = lambda: None
        self.journal = Journal(paths.experiment(id), secrets.token_hex(4), self._fault)
        self._marker: Path | None = changes.begin_beating(paths, id, self.journal.writer)
        _keep(self)

    def counter(self, metric: str, variant: str) -> Counter:
        """Return the series. Its name is written before its first point; where it cannot be, the next tick tries again."""
        with self._lock:
            known = self._counters.get((metric, variant))
            if known is not None:
                return known
            counter = Counter(len(self._counters), self._first_iteration(metric, variant))
            self._counters[metric, variant] = counter
            if not self._name(metric, variant, counter):
                self._unnamed.append((metric, variant, counter))
            return counter

    def next_iteration(self, counter: Counter) -> int:
        """Return the next iteration of a series, each only once."""
        with self._lock:
            iteration = counter.next
            counter.next = iteration + 1
            return iteration

    def event(self, kind: str, **values: Any) -> bool:
        """Append an event; return whether it is there."""
        return self.journal.event({"kind": kind, "time": time.time(), **values})

    def console(self, stream: str, text: str) -> None:
        """Append to the console, an entry per line; the line feed at the end of `text` ends its last line."""
        now = time.time()
        lines = text.removesuffix("\n").split("\n")
        self.journal.console({"time": now, "stream": stream, "text": entry} for entry in lines)

    def tick(self) -> None:
        """Sync, beat, watch, and say what was lost if the store can be written again."""
        for watcher in list(self.watchers):
            watcher()
        with self._lock:
            self._unnamed = [late for late in self._unnamed if not self._name(*late)]
        self.journal.sync()
        if self._lost_unsaid:
            count, self._lost_unsaid = self._lost_unsaid, 0
            if not self.event("lost", count=count):
                # The failed line has counted itself; it is no point.
                self._lost_unsaid = count
        with contextlib.suppress(OSError):
            if self._marker is None:
                self._marker = changes.begin_beating(self._paths, self._id, self.journal.writer)
            changes.beat(self._marker)

    def close(self) -> None:
        """Write what is left, and close the journal; the heartbeat goes on until :meth:`rest`."""
        _recorders.discard(self)
        self.tick()
        self.journal.close()

    def rest(self) -> None:
        """End the heartbeat."""
        with contextlib.suppress(OSError):
            if self._marker is not None:
                changes.stop_beating(self._marker)

    def warn(self, error: OSError | Exception) -> None:
        """Say once that the store cannot be written."""
        if not self._warned:
            self._warned = True
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            warnings.warn(
                f"trackkit: the store at {self._paths.root} cannot be written ({reason}). The training goes on; what is "
                "not kept is counted, and logging resumes when the store can be written again.",
                RuntimeWarning,
                stacklevel=4,
            )

    def _name(self, metric: str, variant: str, counter: Counter) -> bool:
        return self.journal.event({"kind": "series", "number": counter.number, "metric": metric, "variant": variant})

    def _fault(self, error: OSError, size: int) -> None:
        count = size // RECORD_BYTES if size % RECORD_BYTES == 0 else int(size > 0)
        self.lost += count
        self._lost_unsaid += count
        self.warn(error)

    def _after_fork(self) -> None:
        # Another thread of the parent may have held the lock, and must not hold it here for ever.
        self._lock = threading.RLock()
        self.journal.become(secrets.token_hex(4))
        self._counters, self._unnamed, self._marker = {}, [], None
        self.on_fork()


_recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()
_keeper: threading.Thread | None = None
_keeper_lock = threading.Lock()


def _keep(recorder: Recorder) -> None:
    """Have a background thread look after a recorder."""
    global _keeper
    with _keeper_lock:
        _recorders.add(recorder)
        if _keeper is None or not _keeper.is_alive():
            _keeper = threading.Thread(target=_look_after, name="trackkit-keeper", daemon=True)
            _keeper.start()


def _look_after() -> None:
    while True:
        time.sleep(changes.HEARTBEAT_SECONDS)
        with _keeper_lock:
            present = list(_recorders)
            if not present:
                global _keeper
                _keeper = None
                return
        for recorder in present:
            try:
                recorder.tick()
            except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
                recorder.warn(error)


def _after_fork_in_child() -> None:
    global _keeper, _keeper_lock
    _keeper, _keeper_lock = None, threading.Lock()
    for recorder in list(_recorders):
        recorder._after_fork()
        _keep(recorder)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
