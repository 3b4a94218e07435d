"""How the interpreter comes to its end: by itself, by an error, or by ``sys.exit``.

Python tells those who are called at its end nothing of it. An error is noted where it is printed; an exit where it is
asked for, and forgotten again if somebody catches it: the exception is then given up while Python code runs, whereas
the one that ends the interpreter is given up below all code.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import weakref
from types import TracebackType
from typing import Any

__all__ = ["Stopped", "last_words", "watch"]

_error: BaseException | None = None
_exit: tuple[object, weakref.ref[SystemExit]] | None = None


class Stopped(KeyboardInterrupt):
    """A loop was stopped by its owner, from outside; its experiment is completed.

    It ends a loop as an interrupt does, past ``except Exception``. A ``with track.start(...)`` block ends quietly with
    it, and so does a script.

    Attributes
    ----------
    id
        The experiment.
    """

    def __init__(self, id: str, message: str) -> None:
        super().__init__(message)
        self.id = id

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # what a notebook shows: nothing went wrong


def last_words() -> BaseException | None:
    """Return the error or the exit with a status that ends the interpreter; ``None`` if it ends by itself."""
    if _error is None and _exit is not None and _exit[0]:
        return SystemExit(_exit[0])
    return _error


def watch() -> None:
    """Take note of errors that nobody catches and of exits, from now on.

    Of an exit that is raised by ``raise SystemExit``, without ``sys.exit`` or ``exit``, nobody is told.
    """
    hook = sys.excepthook

    def on_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        global _error
        if isinstance(error, Stopped):
            sys.stderr.write(f"{error}\n")
            raise SystemExit(0)  # the interpreter takes it from here, too
        # At the end, not here: others call the hook too, and a prompt goes on after an error.
        if not hasattr(sys, "ps1"):
            _error = error
        hook(kind, error, trace)

    sys.excepthook = on_error
    plain_exit = sys.exit

    def on_exit(status: Any = None, /) -> Any:
        # IPython catches the exits of cells, and keeps them as the last error until the interpreter ends.
        if threading.current_thread() is not threading.main_thread() or _in_a_shell():
            plain_exit(status)
        _note(status)

    on_exit.__doc__ = plain_exit.__doc__
    sys.exit = on_exit
    _watch_quit()


def _in_a_shell() -> bool:
    module: Any = sys.modules.get("IPython.core.interactiveshell")
    return module is not None and bool(module.InteractiveShell.initialized())


def _note(status: object) -> None:
    global _exit
    error = _Exit() if status is None else _Exit(*status) if isinstance(status, tuple) else _Exit(status)
    _exit = (error.code, weakref.ref(error, _given_up))
    try:
        raise error
    finally:
        del error  # or its traceback would hold it


def _given_up(gone: weakref.ref[SystemExit]) -> None:
    global _exit
    try:
        sys._getframe(1)
    except ValueError:  # no code above: this is the end of the interpreter
        return
    if _exit is not None and _exit[1] is gone:
        _exit = None


class _Exit(SystemExit):
    """A SystemExit to which there can be a weak reference."""

    def __reduce__(self) -> tuple[Any, ...]:
        return SystemExit, self.args


_Exit.__name__ = _Exit.__qualname__ = "SystemExit"
_Exit.__module__ = "builtins"


def _watch_quit() -> None:
    """Have ``exit()`` and ``quit()`` of a script pass by ``sys.exit``."""
    import builtins

    kind: Any = type(getattr(builtins, "exit", None))
    if kind.__module__ != "_sitebuiltins":  # of another shell, or none
        return
    call = kind.__call__

    def quit_by_exit(self: Any, code: Any = None) -> None:
        with contextlib.suppress(SystemExit):
            call(self, code)
        sys.exit(code)

    kind.__call__ = quit_by_exit
