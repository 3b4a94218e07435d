"""Which experiment a callback logs to."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.capture.texts import row
from trackkit_jupyter.errors import TrackkitStateError
from trackkit_jupyter.tracking import Experiment, current
from trackkit_jupyter.tracking.captured import Captured

__all__ = ["chosen", "log_metrics", "record_settings"]


def chosen(experiment: Experiment | None) -> Experiment:
    """Return the experiment that was given, else the current one.

    Raises
    ------
    TrackkitStateError
        There is none.
    """
    found = experiment if experiment is not None else current()
    if found is None:
        raise TrackkitStateError(
            'No experiment is running here. Start one first: `with track.start("my first"): ...`, or give one to the '
            "callback."
        )
    return found


def log_metrics(experiment: Experiment, metrics: Any, iteration: int | None) -> None:
    """Log what is a number of a framework's dict of metrics, at one iteration."""
    values = {str(name): value for name, value in dict(metrics or {}).items() if _is_number(value)}
    if values:
        experiment.log(values, iteration)


def record_settings(experiment: Experiment, section: str, settings: dict[str, Any]) -> None:
    """Record settings of a framework as hyperparameters, without the secrets among them."""
    rows = [row(str(name), value, type(value).__name__) for name, value in settings.items()]
    Captured(experiment).record_parameters(section, rows)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return False
    return isinstance(value, int | float) or (hasattr(value, "item") and tuple(getattr(value, "shape", (2,))) in _ONE)


_ONE = {(), (1,)}  # the shapes of one number
