"""Remembers what argparse parsed last, because a program parses before it starts an experiment."""

from __future__ import annotations

import functools
import sys
from types import FrameType, ModuleType
from typing import Any

from .imports import when_imported

__all__ = ["is_of_the_program", "last", "remember"]

# Who parses lines that are none of the program.
_OTHERS = frozenset("IPython ipykernel traitlets trackkit_jupyter _pytest pytest jupyter_core jupyter_server".split())

_last: tuple[Any, Any] | None = None
_watching = False


def last() -> tuple[Any, Any] | None:
    """Return the parser and the namespace of the last parse; None where there was none."""
    return _last


def remember() -> None:
    """From now on keep what was parsed last. The parse itself is what it was."""
    global _watching
    if not _watching:
        _watching = True
        when_imported("argparse", _place)


def _place(argparse: ModuleType) -> None:
    original = argparse.ArgumentParser.parse_known_args

    @functools.wraps(original)
    def parse_known_args(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = original(self, *args, **kwargs)
        try:
            if is_of_the_program(self, sys._getframe()):
                global _last
                _last = (self, found[0])
        except Exception:  # noqa: BLE001 - the program gets what it parsed
            return found
        return found

    argparse.ArgumentParser.parse_known_args = parse_known_args


def is_of_the_program(parser: Any, frame: FrameType | None) -> bool:
    """Say whether the program parses, not IPython a magic or a module of the standard library its own line."""
    if type(parser).__name__ == "MagicArgumentParser":
        return False
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module != "argparse" and not module.startswith("trackkit_jupyter.capture"):
            top = module.partition(".")[0]
            return top not in _OTHERS and top not in sys.stdlib_module_names - {"__main__"}
        frame = frame.f_back
    return True
