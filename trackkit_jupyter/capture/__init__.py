"""What is recorded by itself while an experiment runs; ``PARTS`` names what can be switched.

The parts are imported when the first experiment is started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .parts import PARTS, chosen

if TYPE_CHECKING:
    from .capture import Capture
    from .sink import Sink

__all__ = ["PARTS", "Capture", "Sink", "chosen"]


def __getattr__(name: str) -> Any:
    if name == "Capture":
        from .capture import Capture

        return Capture
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
