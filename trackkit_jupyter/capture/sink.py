"""Where the captured things go: what an experiment takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["Sink"]


class Sink(Protocol):
    """Takes what was captured; every method may be called from any thread.

    A sink must not print or warn while it holds a lock that ``log_console`` takes, unless that lock is re-entrant:
    what it prints comes back to it.
    """

    def is_current(self) -> bool:
        """Say whether what happens in this thread now belongs to it, of all that are open."""

    def log_console(self, stream: str, text: str) -> None:
        """Take whole lines, each ended by a newline (the last one of all may lack it).

        The stream is "stdout", "stderr", or "cell" for the line that marks the beginning of a cell.
        """

    def record_runtime(self, values: dict[str, str | int | float | None]) -> None:
        """Merge facts about the machine; called more than once."""

    def record_execution(self, values: dict[str, Any]) -> None:
        """Merge facts about the code; called more than once."""

    def record_cell(self, code: str, number: int | None) -> None:
        """Take one executed notebook cell, in order; `number` is its execution count."""

    def record_parameters(self, section: str, rows: list[dict[str, str | None]]) -> None:
        """Take hyperparameters, each ``{name, value, type, description, default}``."""

    def record_configuration(self, name: str, text: str, kind: str, description: str | None) -> None:
        """Take a configuration object as text, `kind` such as "yaml"."""

    def record_monitor(self, values: Mapping[str, Mapping[str, float]]) -> None:
        """Take how the machine is used now, ``{metric: {variant: value}}``."""

    def log_scalar(self, metric: str, variant: str, value: float, iteration: int | None = None) -> None:
        """Take one value."""

    def log_plot(self, metric: str, variant: str, figure: Any, iteration: int | None = None) -> None:
        """Take a figure of plotly or matplotlib."""

    def log_image(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Take the bytes of an image."""

    def log_audio(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Take the bytes of audio."""

    def log_html(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Take a page."""

    def save_model(self, name: str, path: str, framework: str) -> None:
        """Take the file of a model."""
