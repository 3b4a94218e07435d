"""Keras: ``model.fit(..., callbacks=[TrackkitCallback()])``."""

from __future__ import annotations

from typing import Any

import keras

from trackkit_jupyter.capture.texts import safe_label
from trackkit_jupyter.integrations.experiments import chosen, goes_on, log_metrics, record_settings
from trackkit_jupyter.tracking import Experiment

__all__ = ["TrackkitCallback"]


class TrackkitCallback(keras.callbacks.Callback):  # type: ignore[misc, unused-ignore]
    """Logs the metrics of every epoch, ``val_loss`` as variant "val" of ``loss``, and the settings of the optimizer.

    Where the experiment is paused or stopped from outside, the training waits, or ends, after the batch at work.

    Parameters
    ----------
    experiment
        Where to log; the current one without it.

    Raises
    ------
    TrackkitStateError
        No experiment is running.
    """

    def __init__(self, experiment: Experiment | None = None) -> None:
        super().__init__()
        self._experiment = chosen(experiment)

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
        """Record the settings of the training and the architecture."""
        optimizer = getattr(self.model, "optimizer", None)
        settings = {f"optimizer/{name}": value for name, value in (optimizer.get_config() if optimizer else {}).items()}
        record_settings(self._experiment, "Keras", {**(self.params or {}), **settings})
        self._experiment.connect_configuration({"architecture": self.model.to_json()}, name="Keras")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Log the metrics of an epoch."""
        named = {
            f"{safe_label(name.removeprefix('val_'))}/{'val' if name.startswith('val_') else 'train'}": value
            for name, value in dict(logs or {}).items()
        }
        if not log_metrics(self._experiment, named, epoch):
            self.model.stop_training = True

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Heed what was asked of the loop."""
        if not goes_on(self._experiment):
            self.model.stop_training = True
