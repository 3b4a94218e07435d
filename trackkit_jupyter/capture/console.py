"""Listens to what the process prints on stdout and stderr while an experiment runs.

The stream objects stay the ones they are, with every attribute, and only one attribute of them is replaced. So logging
handlers and other libraries that hold a stream from before are heard as well. Bytes written to ``sys.stdout.buffer``
and output of forked children are not.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from .lines import LineAssembler

__all__ = ["Listener", "listen", "renew"]

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


class _Tap(ABC):
    """The place at one stream where its text is heard."""

    def __init__(self, name: str, stream: Any) -> None:
        self.name = name
        self.stream = stream
        self.lines = LineAssembler()
        self.lock = threading.RLock()  # re-entrant: a signal handler may end the experiment amid a print
        self.install()

    @abstractmethod
    def install(self) -> None: ...

    @abstractmethod
    def in_place(self) -> bool: ...

    @abstractmethod
    def remove(self) -> None: ...

    def peek(self) -> str:
        with self.lock:
            return self.lines.peek()

    def hear(self, text: str) -> None:
        """Pass the lines that are complete now to the listeners; called with the thread marked as busy."""
        try:
            with self.lock:
                complete = self.lines.feed(text)
        except Exception as error:  # noqa: BLE001 - print() never fails because of us
            _log.debug("console not recorded: %r", error)
            return
        if complete:  # passed on without the lock: a sink has locks of its own
            for listener in _listeners:
                listener.hear(self.name, complete)


class _WriteTap(_Tap):
    """Replaces the ``write`` of the stream object, as others do too: IPython does so while a cell runs."""

    def install(self) -> None:
        stream, busy, hear = self.stream, _busy, self.hear
        original = stream.write
        self.original = original
        self.own = "write" in vars(stream)  # somebody else has replaced it before

        def write(text: str, /) -> Any:
            # Busy: printed by a sink, or by a stream below another one that is listened to. Shown, not recorded again.
            if busy.now or not _listeners:
                return original(text)
            busy.now = True
            try:
                written = original(text)
                hear(text)
                return written
            finally:
                busy.now = False

        self.write = write
        stream.write = write

    def in_place(self) -> bool:
        return vars(self.stream).get("write") is self.write

    def remove(self) -> None:
        if not self.in_place():
            return  # wrapped since: whoever did it still calls ours, which only passes on
        if self.own:
            self.stream.write = self.original
        else:
            del self.stream.write


class _EchoTap(_Tap):
    """Takes the place of the echo of a kernel's stream, which gets every text that is written to it.

    IPython puts its own ``write`` on the stream at the start of a cell and the former one back at its end, and so would
    drop ours. The echo it leaves alone.
    """

    def install(self) -> None:
        self.echo = _Echo(self.stream.echo, self.hear)
        self.stream.echo = self.echo

    def in_place(self) -> bool:
        return self.stream.echo is self.echo

    def remove(self) -> None:
        if self.in_place():
            self.stream.echo = self.echo.inner


class _Echo:
    def __init__(self, inner: Any, hear: Callable[[str], None]) -> None:
        self.inner = inner  # the echo from before, usually None
        self._hear = hear

    def write(self, text: str) -> None:
        try:
            if self.inner is not None:
                self.inner.write(text)
        except OSError:
            if self.inner is not sys.__stderr__:  # of which the kernel makes no words either
                raise
        finally:
            if _listeners and not _busy.now:
                _busy.now = True
                try:
                    self._hear(text)
                finally:
                    _busy.now = False

    def flush(self) -> None:
        if self.inner is not None:
            self.inner.flush()


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
    if stream is None:
        return
    known = next((tap for tap in _taps if tap.stream is stream), None)
    try:
        if known is None:
            kernel = hasattr(stream, "echo") and hasattr(stream, "pub_thread")
            _taps.append(_EchoTap(name, stream) if kernel else _WriteTap(name, stream))
        elif not known.in_place():
            known.install()
    except (AttributeError, TypeError) as error:  # a stream that allows no attribute
        _log.debug("not captured: %s: %r", name, error)


def _remove_taps() -> None:
    while _taps:
        tap = _taps.pop()  # the last first: one may lie above another
        try:
            tap.remove()
        except Exception as error:  # noqa: BLE001 - the other stream is still to be restored
            _log.debug("%s not restored: %r", tap.name, error)


def renew() -> None:
    """Take hold of the streams again where somebody has dropped it; called when a cell begins."""
    with _registry:
        for tap in _taps if _listeners else ():
            _add_tap(tap.name, tap.stream)


def _after_fork() -> None:
    """Leave the console of a forked child alone: its locks may be held by threads that are not there."""
    global _listeners, _registry
    _registry = threading.RLock()
    _listeners = ()
    _remove_taps()
