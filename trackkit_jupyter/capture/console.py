"""Listens to what the process prints on stdout and stderr while an experiment runs.

The stream objects stay the ones they are, with every attribute; only their ``write`` is replaced on the instance. So
logging handlers and other libraries that hold a stream from before are heard as well. Bytes written to
``sys.stdout.buffer`` and output of forked children are not.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from .lines import LineAssembler

__all__ = ["Listener", "listen"]

_log = logging.getLogger("trackkit_jupyter")


class _Busy(threading.local):
    now = False


class Listener:
    """One receiver of the console; made by :func:`listen`."""

    def __init__(self, log: Callable[[str, str], None]) -> None:
        self._log_console = log
        self._failed = False

    def hear(self, stream: str, text: str) -> None:
        """Pass text on; a receiver that fails is reported once."""
        try:
            self._log_console(stream, text)
        except Exception as error:  # noqa: BLE001 - print() never fails because of us
            if not self._failed:
                self._failed = True
                _log.debug("console not recorded: %r", error)

    def stop(self) -> None:
        """Stop listening; an unfinished line is passed on. The last one to go restores the streams."""
        global _listeners
        with _registry:
            if self not in _listeners:
                return
            unfinished = [(tap.name, tap.peek()) for tap in _taps]
            _listeners = tuple(each for each in _listeners if each is not self)
            if not _listeners:
                _remove_taps()
        before, _busy.now = _busy.now, True
        try:
            for name, text in unfinished:
                if text:
                    self.hear(name, text)
        finally:
            _busy.now = before


class _Tap:
    """The replaced ``write`` of one stream."""

    def __init__(self, name: str, stream: Any) -> None:
        self.name = name
        self.stream = stream
        self.lines = LineAssembler()
        self.lock = threading.Lock()
        self.original = stream.write
        self.own = "write" in vars(stream)  # somebody else has replaced it before
        self.write = self._make_write()
        stream.write = self.write

    def _make_write(self) -> Callable[[str], Any]:
        name, original, feed, lock, busy = self.name, self.original, self.lines.feed, self.lock, _busy

        def write(text: str, /) -> Any:
            # Busy: printed by a sink, or by a stream below another one that is listened to. Shown, not recorded again.
            if busy.now or not _listeners:
                return original(text)
            busy.now = True
            try:
                written = original(text)
                try:
                    with lock:
                        complete = feed(text)
                except Exception as error:  # noqa: BLE001 - print() never fails because of us
                    _log.debug("console not recorded: %r", error)
                    return written
                if complete:  # passed on without the lock: a sink has locks of its own
                    for listener in _listeners:
                        listener.hear(name, complete)
                return written
            finally:
                busy.now = False

        return write

    def in_place(self) -> bool:
        return vars(self.stream).get("write") is self.write

    def peek(self) -> str:
        with self.lock:
            return self.lines.peek()

    def remove(self) -> None:
        if not self.in_place():
            return  # wrapped since: whoever did it still calls ours, which only passes on
        if self.own:
            self.stream.write = self.original
        else:
            del self.stream.write


_busy = _Busy()
_registry = threading.RLock()  # re-entrant: a finaliser may end an experiment anywhere
_listeners: tuple[Listener, ...] = ()
_taps: list[_Tap] = []
_fork_hook = False


def listen(log: Callable[[str, str], None]) -> Listener:
    """Pass whole lines that the process prints to `log`, until the listener is stopped.

    Parameters
    ----------
    log
        Called with "stdout" or "stderr" and one or more lines, in the thread that printed.

    Returns
    -------
    Listener
        Its ``stop()`` ends it.
    """
    global _listeners, _fork_hook
    listener = Listener(log)
    with _registry:
        for name in ("stdout", "stderr"):
            _add_tap(name, getattr(sys, name, None))
        _listeners = (*_listeners, listener)
        if not _fork_hook and hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork)
            _fork_hook = True
    return listener


def _add_tap(name: str, stream: Any) -> None:
    if stream is None or any(tap.stream is stream and tap.in_place() for tap in _taps):
        return
    try:
        _taps.append(_Tap(name, stream))
    except (AttributeError, TypeError) as error:  # a stream that allows no attribute
        _log.debug("not captured: %s: %r", name, error)


def _remove_taps() -> None:
    while _taps:
        tap = _taps.pop()  # the last first: one may lie above another
        try:
            tap.remove()
        except Exception as error:  # noqa: BLE001 - the other stream is still to be restored
            _log.debug("%s not restored: %r", tap.name, error)


def _after_fork() -> None:
    """Leave the console of a forked child alone: its locks may be held by threads that are not there."""
    global _listeners, _registry
    _registry = threading.RLock()
    _listeners = ()
    _remove_taps()
