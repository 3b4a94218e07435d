"""Takes what capture finds, for one experiment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.tracking import session
from trackkit_jupyter.tracking.turning import aside

if TYPE_CHECKING:
    from trackkit_jupyter.tracking.experiment import Experiment

__all__ = ["Captured"]


class Captured:
    """The sink of capture for an experiment; what comes after its end is left out.

    Parameters
    ----------
    experiment
        The experiment, running.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._started = experiment.started_time or time.time()
        self.log_scalar, self.log_plot = experiment.log_scalar, experiment.log_plot
        self.log_image, self.log_audio, self.log_html = experiment.log_image, experiment.log_audio, experiment.log_html
        self.log_console, self.record_cell = experiment.log_console, experiment.record_cell
        self.record_runtime, self.record_execution = experiment.record_runtime, experiment.record_execution

    def is_current(self) -> bool:
        """Say whether it is the current experiment where this is called."""
        return session.current() is self._experiment

    def heed(self) -> None:
        """Wait while the loop is paused, and raise Stopped where it was stopped, as every log does."""
        self._experiment._running()

    def record_parameters(self, section: str, rows: list[dict[str, str | None]]) -> None:
        """Add hyperparameters, each with name, value, type, description and default."""
        recorder = self._experiment._recorder
        if recorder is not None:
            for row in rows:
                recorder.event("hyperparameter", section=section, **row)

    def record_configuration(self, name: str, text: str, kind: str, description: str | None) -> None:
        """Set a configuration object."""
        row = {"name": name, "value": text, "type": kind, "description": description}
        self._experiment._put_rows("configuration", [row], "name")

    def record_monitor(self, values: Mapping[str, Mapping[str, float]]) -> None:
        """Log how the machine is used; the iteration is the number of seconds since the start of the experiment."""
        seconds = max(0, int(time.time() - self._started))
        if self._experiment.running:
            for metric, variants in values.items():
                for variant, value in variants.items():
                    with aside():  # a loop that is paused waits by itself
                        self._experiment.log_scalar(metric, variant, float(value), seconds)

    def save_model(self, name: str, path: str, framework: str) -> None:
        """Record a model that was saved, if the experiment can."""
        save: Any = getattr(self._experiment, "save_model", None)
        if save is not None and self._experiment.running:
            save(name, path=path, framework=framework)
