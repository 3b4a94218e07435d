"""Calls back when a module is imported, at once if it is already; imports nothing itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

__all__ = ["forget", "when_imported"]

Action = Callable[[ModuleType], object]

_waiting: dict[str, list[Action]] = {}


def when_imported(name: str, action: Action) -> None:
    """Call `action` with the module once it is imported; what it raises goes no further."""
    module = sys.modules.get(name)
    # One that is just being imported lacks what its last lines define; it is looked at when it is whole.
    if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        _act(action, module)
        return
    _waiting.setdefault(name, []).append(action)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def forget(name: str, action: Action) -> None:
    """Wait no longer for a module."""
    actions = _waiting.get(name, [])
    if action in actions:
        actions.remove(action)
    if not actions:
        _waiting.pop(name, None)
    if not _waiting and _finder in sys.meta_path:
        sys.meta_path.remove(_finder)


def _act(action: Action, module: ModuleType) -> None:
    try:
        action(module)
    except Exception:  # noqa: BLE001 - an import succeeds whether we can follow it or not
        return


class _Finder:
    """Finds nothing itself: has the loader that another finder names tell when it has loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if name not in _waiting:
            return None
        for finder in list(sys.meta_path):
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None else None
            if spec is not None:
                _follow(name, spec.loader)
                return spec
        return None


def _follow(name: str, loader: Any) -> None:
    execute = getattr(loader, "exec_module", None)
    if execute is None or isinstance(loader, type):
        return

    def exec_module(module: ModuleType) -> None:
        vars(loader).pop("exec_module", None)
        execute(module)
        for action in list(_waiting.get(name, [])):
            _act(action, module)
            forget(name, action)

    try:
        loader.exec_module = exec_module
    except (AttributeError, TypeError):
        return


_finder: Any = _Finder()
