"""Transformers: ``Trainer(..., callbacks=[TrackkitCallback()])``."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from trackkit_jupyter.capture.texts import safe_label
from trackkit_jupyter.integrations.experiments import chosen, goes_on, log_metrics, record_settings
from trackkit_jupyter.tracking import Experiment

__all__ = ["TrackkitCallback"]


class TrackkitCallback(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Logs what the trainer logs, ``eval_loss`` as variant "eval" of ``loss``; records its arguments and the model's.

    Where the experiment is paused or stopped from outside, the training waits, or ends, after the step at work.

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
        self._experiment = chosen(experiment)

    def on_train_begin(self, args: Any, state: Any, *rest: Any, model: Any = None, **named: Any) -> None:  # noqa: ARG002
        """Record the arguments of the trainer, and the configuration of the model."""
        if not state.is_world_process_zero:
            return
        record_settings(self._experiment, "Transformers", args.to_sanitized_dict())
        config = getattr(model, "config", None)
        if config is not None and hasattr(config, "to_diff_dict"):
            self._experiment.connect_configuration({"model": config.to_diff_dict()}, name="Transformers")

    def on_step_end(self, args: Any, state: Any, control: Any, **named: Any) -> None:  # noqa: ARG002
        """Heed what was asked of the loop."""
        if state.is_world_process_zero and not goes_on(self._experiment):
            control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **named: Any) -> None:  # noqa: ARG002
        """Log what the trainer logs, at its global step."""
        if not state.is_world_process_zero:
            return
        metrics = {}
        for name, value in dict(logs or {}).items():
            head, underscore, inner = name.partition("_")
            variant = head if underscore and head in {"train", "eval", "test"} else "train"
            metric = inner if underscore and head in {"train", "eval", "test"} else name
            metrics[f"{safe_label(metric)}/{variant}"] = value
        if not log_metrics(self._experiment, metrics, state.global_step):
            control.should_training_stop = True
