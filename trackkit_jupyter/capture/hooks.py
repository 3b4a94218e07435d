"""Puts our calls around functions of other libraries while an experiment runs, and takes them away after the last.

The call that is hooked always runs, with the result or the exception it has without us. What goes wrong on our side is
told once by a warning, and the part is switched off. A library that is not imported is never imported: its functions
are hooked when it is.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError, TrackkitStateError

from .imports import forget, when_imported

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["Call", "Hook", "Watch", "complain", "guarded"]


@dataclass
class Call:
    """A call of a hooked function. What a `before` puts in place of the arguments is what the function gets."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any = None
    #: What `before` keeps for `after`.
    kept: dict[str, Any] = field(default_factory=dict)

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """Return an argument that was given by place or by name."""
        return self.args[place] if len(self.args) > place else self.kwargs.get(name, default)


Taker = Callable[["Sink", Call], object]


@dataclass(frozen=True)
class Hook:
    """One function, and what is called before and after it.

    Attributes
    ----------
    part
        The part that it belongs to.
    module, name
        Where it is: the module, and the name in it, such as "Booster.save_model".
    before, after
        Called with each sink that listens and is current.
    alone
        Whether the part's hooks within such a call are left out: what a function does inside is not done by the user.
    """

    part: str
    module: str
    name: str
    before: Taker | None = None
    after: Taker | None = None
    alone: bool = True


class Watch:
    """One experiment that listens to hooks, until :meth:`stop`."""

    def __init__(self, sink: Sink, parts: Iterable[str], hooks: Iterable[Hook]) -> None:
        self.sink, self.parts = sink, frozenset(parts)
        global _watches
        with _lock:
            _watches = (*_watches, self)
            for hook in hooks:
                if hook.part in self.parts and hook not in _placed:
                    placing = _placed[hook] = _Placing(hook)
                    when_imported(hook.module, placing.place)

    def stop(self) -> None:
        """Stop listening; the last one takes all hooks away. A second call does nothing."""
        global _watches
        with _lock:
            _watches = tuple(each for each in _watches if each is not self)
            if not _watches:
                _off.clear()
                _told.clear()
                while _placed:
                    hook, placing = _placed.popitem()  # the last first: one may lie above another
                    forget(hook.module, placing.place)
                    guarded(hook.part, placing.remove)


class _Placing:
    """A hook in its place, or on the way there."""

    def __init__(self, hook: Hook) -> None:
        self.hook = hook
        self._undo: Callable[[], None] | None = None

    def place(self, module: Any) -> None:
        """Put it into its module, which was imported."""
        *above, name = self.hook.name.split(".")
        try:
            owner = functools.reduce(_there, above, module)
            original = _there(owner, name)
        except (AttributeError, KeyError):  # another version of the library
            return
        own = name in vars(owner)
        wrapper = _around(self.hook, original)
        main = vars(sys.modules["__main__"]) if not above and "__main__" in sys.modules else {}

        def undo() -> None:
            _rebind(main, wrapper, original)
            if vars(owner).get(name) is not wrapper:
                return  # wrapped since: whoever did it still calls ours, which only passes on
            if own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)

        with _lock:
            if _placed.get(self.hook) is self:  # not if all ended while it was imported
                setattr(owner, name, wrapper)
                _rebind(main, original, wrapper)
                self._undo = undo

    def remove(self) -> None:
        """Put back what was there."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()


def _there(owner: Any, name: str) -> Any:
    """Return what is there; a module that makes its parts when they are asked for is not asked."""
    return vars(owner)[name] if isinstance(owner, ModuleType) else getattr(owner, name)


class _Inside(threading.local):
    def __init__(self) -> None:
        self.parts: set[str] = set()


_lock = threading.RLock()
_watches: tuple[Watch, ...] = ()
_placed: dict[Hook, _Placing] = {}
_off: set[str] = set()
_told: set[str] = set()
_inside = _Inside()


def guarded(part: str, action: Callable[[], object]) -> bool:
    """Do something for a part and return whether it went well; what is raised is told once, and goes no further."""
    try:
        action()
        return True
    except TrackkitStateError:  # the experiment has ended meanwhile
        return False
    except TrackkitError as error:  # this one cannot be kept as it is; the next may
        _tell(part, f"trackkit: something of the part {part!r} cannot be recorded: {error}")
    except Exception as error:  # noqa: BLE001 - the call of the user runs, whatever happens on our side
        _off.add(part)
        _tell(part, f"trackkit: the part {part!r} is no longer recorded: {type(error).__name__}: {error}")
    return False


def _tell(part: str, message: str) -> None:
    if part not in _told:
        _told.add(part)
        complain(message[:1000])


def complain(message: str) -> None:
    """Warn; where warnings are errors, say it on stderr instead."""
    import warnings

    try:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        stream = sys.stderr
        if stream is not None:
            try:
                stream.write(message + "\n")
            except (OSError, ValueError):
                return


def _listening(part: str) -> list[Sink]:
    if part in _off or part in _inside.parts:
        return []
    found: list[Sink] = []
    guarded(part, lambda: found.extend(each.sink for each in _watches if part in each.parts and each.sink.is_current()))
    return found


def _rebind(names: dict[str, Any], before: Any, after: Any) -> None:
    """Replace a function where the program has imported it by its name."""
    for name, value in list(names.items()):
        if value is before:
            names[name] = after


def _around(hook: Hook, original: Callable[..., Any]) -> Callable[..., Any]:
    part, before, after = hook.part, hook.before, hook.after

    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        sinks = _listening(part) if _watches else []
        if not sinks:
            return original(*args, **kwargs)
        call = Call(args, dict(kwargs))
        inside = _inside.parts
        inside.add(part)
        try:
            if before is not None:
                for sink in sinks:
                    if not guarded(part, functools.partial(before, sink, call)):
                        call.args, call.kwargs = args, kwargs
            if not hook.alone:
                inside.discard(part)
            call.result = original(*call.args, **call.kwargs)
            inside.add(part)
            if after is not None:
                for sink in sinks:
                    guarded(part, functools.partial(after, sink, call))
        finally:
            inside.discard(part)
        return call.result

    return wrapper
