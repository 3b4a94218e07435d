"""The writing half of a running experiment: its journal, its heartbeat, and what happens when the store fails.

A wrong argument raises; a fault of the store never does: the first is a warning, what is lost is counted and written
down as soon as the store can be written again.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import threading
import time
import unicodedata
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.journal import Journal
from trackkit_jupyter.store.paths import StorePaths
from trackkit_jupyter.tracking.values import LAST_ITERATION

__all__ = ["Counter", "Recorder", "valid_text"]


class Counter:
    """A series: its number in the journal, and the iteration that comes next."""

    __slots__ = ("next", "number")

    def __init__(self, number: int, next: int) -> None:
        self.number, self.next = number, next


class Recorder:
    """What one process writes for one experiment or model.

    Parameters
    ----------
    paths, id
        The store and the experiment.
    first_iteration
        Called with metric and variant; where a series goes on when no iteration is given.
    what
        "experiment", or "model".
    """

    def __init__(
        self, paths: StorePaths, id: str, first_iteration: Callable[[str, str], int], what: str = "experiment"
    ) -> None:
        self._paths, self._id, self._files = paths, id, paths.record(what, id)
        self._first_iteration = first_iteration
        self._lock, self._ticking = threading.RLock(), threading.RLock()
        self.owner = os.getpid()
        #: Points and events that could not be kept; and how many of them the journal does not tell of.
        self.lost = self.lost_unsaid = 0
        self._warned = False
        #: Whether its last look at things is being taken, and whether it has written its last.
        self.ending = self.closed = False
        self._numbers = itertools.count()
        self._counters: dict[tuple[str, str], Counter] = {}
        self._inherited: dict[tuple[str, str], int] = {}
        self._folded: dict[str, tuple[str, str]] = {}
        self._alike = False
        self._unnamed: list[tuple[str, str, Counter]] = []
        #: Run about once a second, and before the end: what watches for changes.
        self.watchers: list[Callable[[], None]] = []
        #: Brings files to the disk, before the lines that tell of them.
        self.sync_files: Callable[[], None] = lambda: None
        #: Run after each tick of the keeper: ends it if another process ended the experiment.
        self.attend: Callable[[], None] = lambda: None
        #: Called in a forked child, where the caches of series no longer hold.
        self.on_fork: Callable[[], None] = lambda: None
        self.journal = Journal(self._files, os.urandom(4).hex(), self._fault, self._begun)
        self._marker: Path | None = changes.begin_beating(paths, id, self.journal.writer)
        self._kept_in = os.getpid()
        _keep(self)

    def counter(self, metric: str, variant: str) -> Counter:
        """Return the series. Its name is written before its first point, or else by a later tick."""
        with self._lock:
            known = self._counters.get((metric, variant))
            if known is not None:
                return known
            first = self._inherited.get((metric, variant))
            if first is None:
                first = self._first_iteration(metric, variant)
            self._compare_names(metric, variant)
            counter = Counter(next(self._numbers), first)
            late = (metric, variant, counter)
            self._unnamed.append(late)  # before it is used: an interrupt here must not leave it without a name
            self._counters[metric, variant] = counter
            if self._name(*late):
                self._unnamed.remove(late)
            return counter

    def _compare_names(self, metric: str, variant: str) -> None:
        """Say once that two names differ so little that people, and some disks, take them for one; both are kept."""
        folded = unicodedata.normalize("NFC", f"{metric}/{variant}").casefold()
        other = self._folded.setdefault(folded, (metric, variant))
        if other != (metric, variant) and not self._alike:
            self._alike = True
            names = [shown("/".join(pair)) for pair in (other, (metric, variant))]
            if names[0] == names[1]:
                names = [ascii("/".join(pair)) for pair in (other, (metric, variant))]
            self.complain(
                f"trackkit: {names[1]} differs from {names[0]} only in case or in its Unicode form. Both are kept, as "
                "two series."
            )

    def next_iteration(self, counter: Counter) -> int:
        """Return the next iteration of a series, each only once."""
        with self._lock:
            iteration = counter.next
            if iteration > LAST_ITERATION:
                raise TrackkitValueError("There is no iteration after 2**63 - 1; name one.", "iteration")
            counter.next = iteration + 1
            return iteration

    def last_iteration(self) -> int | None:
        """Return the greatest iteration that this process logged to any metric but the monitor's."""
        with self._lock:
            known = [each.next - 1 for (metric, _), each in self._counters.items() if not metric.startswith(":")]
        return max((iteration for iteration in known if iteration >= 0), default=None)

    def event(self, kind: str, counted: bool = True, /, **values: Any) -> bool:
        """Append an event; return whether it is there, and count it as lost, if `counted`, where it is not."""
        return self.journal.event({"kind": kind, "time": time.time(), **values}, counted)

    def console(self, stream: str, text: str) -> None:
        """Append to the console, an entry per line; the line feed at the end of `text` ends its last line."""
        now = time.time()
        lines = valid_text(text).removesuffix("\n").split("\n")
        self.journal.console({"time": now, "stream": stream, "text": entry} for entry in lines)

    def tick(self) -> None:
        """Sync, beat, watch, and say what was lost if the store can be written again."""
        with self._ticking:
            if self.closed:
                return
            for watcher in list(self.watchers):
                try:
                    watcher()
                except Exception as error:  # noqa: BLE001 - it looks at objects of other people, which may do anything
                    self.complain(f"trackkit: the connected parameters cannot be looked at ({error}).")
            with self._lock:
                self._unnamed = [late for late in self._unnamed if not self._name(*late)]
            self.sync_files()
            self.journal.sync()
            self._say_lost()
            self._beat()

    def close(self) -> None:
        """Write what is left, and close the journal; the marker stays until :meth:`rest`."""
        _recorders.discard(self)
        with self._ticking:
            self.ending = True
            self.tick()
            self.closed = True
            self.journal.close()

    def rest(self) -> None:
        """End the heartbeat."""
        with contextlib.suppress(OSError):
            if self._marker is not None:
                changes.stop_beating(self._marker)

    def lose(self, error: Exception) -> None:
        """Count something that could not be kept."""
        self._fault(error, 1)

    def warn(self, error: Exception) -> None:
        """Say once that the store cannot be written."""
        if self._warned:
            return
        self._warned = True
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        self.complain(
            f"trackkit: the store at {self._paths.root} cannot be written ({reason}). The training goes on; what is "
            "not kept is counted, and logging resumes when the store can be written again."
        )

    def complain(self, message: str) -> None:
        """Warn; where warnings are errors, say it instead, as it must stop no training."""
        try:
            warnings.warn(message, RuntimeWarning, stacklevel=5)
        except RuntimeWarning:  # warnings were made errors; but a fault of the store stops no training
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.stderr.write(message + "\n")

    def _name(self, metric: str, variant: str, counter: Counter) -> bool:
        named = {"kind": "series", "number": counter.number, "metric": metric, "variant": variant}
        return self.journal.event(named, counted=False)

    def _say_lost(self) -> None:
        with self._lock:
            count = self.lost_unsaid
        if count and self.journal.event({"kind": "lost", "time": time.time(), "count": count}, counted=False):
            with self._lock:
                self.lost_unsaid -= count

    def _beat(self) -> None:
        with contextlib.suppress(OSError):
            try:
                if self._marker is not None:
                    changes.beat(self._marker)
                    return
            except FileNotFoundError:
                if not self._files.root.is_dir():
                    return  # deleted: it does not come back
            self._marker = changes.begin_beating(self._paths, self._id, self.journal.writer)

    def _fault(self, error: Exception, count: int) -> None:
        with self._lock:
            self.lost += count
            self.lost_unsaid += count
        self.warn(error)

    def _begun(self) -> None:
        # A forked child that never logs needs no heartbeat: it must not make a killed parent look alive.
        if self._kept_in != os.getpid():
            self._kept_in = os.getpid()
            self._beat()
            _keep(self)

    def _after_fork(self) -> None:
        # Another thread of the parent may have held a lock, and must not hold it here for ever.
        self._lock, self._ticking = threading.RLock(), threading.RLock()
        self.journal.become(os.urandom(4).hex())
        self._inherited = {pair: counter.next for pair, counter in self._counters.items()}
        self._counters, self._unnamed, self._marker = {}, [], None
        self.lost = self.lost_unsaid = 0
        self.on_fork()


def valid_text(text: str) -> str:
    """Return a text of other people as one that can be kept: what is not Unicode is written as an escape."""
    if text.isascii():
        return text
    return text.encode(errors="backslashreplace").decode()


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
                recorder.attend()
            except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
                recorder.warn(error)
        del present[:]  # what was finished meanwhile may go


def _after_fork_in_child() -> None:
    global _keeper, _keeper_lock
    _keeper, _keeper_lock = None, threading.Lock()
    recorders = list(_recorders)
    _recorders.clear()
    for recorder in recorders:
        recorder._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
