"""Which experiment a callback logs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trackkit_jupyter.capture.texts import row
from trackkit_jupyter.errors import TrackkitStateError
from trackkit_jupyter.tracking import Experiment, current
from trackkit_jupyter.tracking.captured import Captured
from trackkit_jupyter.tracking.exits import Stopped

__all__ = ["chosen", "goes_on", "log_metrics", "record_settings"]


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


def goes_on(experiment: Experiment, log: Callable[[], object] | None = None) -> bool:
    """Log, and return whether the training goes on: not where the owner of the experiment stopped it.

    A callback ends its training as the framework ends one. An exception through the trainer would pass for Ctrl+C
    there: one framework then ends the interpreter.

    Parameters
    ----------
    experiment
        Where it is logged.
    log
        What logs; without it nothing is logged, and a loop that is paused waits here all the same.
    """
    try:
        (log or Captured(experiment).heed)()
    except Stopped as stopped:
        if stopped.id != experiment.id:
            raise
        return False
    return True


def log_metrics(experiment: Experiment, metrics: Any, iteration: int | None) -> bool:
    """Log what is a number of a framework's dict of metrics, at one iteration; return whether the training goes on."""
    values = {str(name): value for name, value in dict(metrics or {}).items() if _is_number(value)}
    return goes_on(experiment, (lambda: experiment.log(values, iteration)) if values else None)


def record_settings(experiment: Experiment, section: str, settings: dict[str, Any]) -> None:
    """Record settings of a framework as hyperparameters, without the secrets among them."""
    rows = [row(str(name), value, type(value).__name__) for name, value in settings.items()]
    Captured(experiment).record_parameters(section, rows)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return False
    return isinstance(value, int | float) or (hasattr(value, "item") and tuple(getattr(value, "shape", (2,))) in _ONE)


_ONE = {(), (1,)}  # the shapes of one number
