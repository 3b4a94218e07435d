"""XGBoost: ``xgboost.train(..., callbacks=[TrackkitCallback()])``."""

from __future__ import annotations

from typing import Any

import xgboost

from trackkit_jupyter.capture.boosting import log_evaluations
from trackkit_jupyter.integrations.experiments import chosen, goes_on
from trackkit_jupyter.tracking import Experiment
from trackkit_jupyter.tracking.captured import Captured

__all__ = ["TrackkitCallback"]


class TrackkitCallback(xgboost.callback.TrainingCallback):  # type: ignore[misc, unused-ignore]
    """Logs each evaluation: its metric, the data set as the variant, the round as iteration.

    While an experiment runs, ``xgboost.train`` and the estimators log by themselves, and this adds nothing; it is for
    an experiment that is not the current one, or was started without capture.

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
        self._sink = Captured(self._experiment)

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        """Log the evaluations of a round; return whether the training ends: its owner stopped it."""
        return not goes_on(self._experiment, lambda: log_evaluations(self._sink, epoch, evals_log))
