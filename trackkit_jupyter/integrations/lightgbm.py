"""LightGBM: ``lightgbm.train(..., callbacks=[trackkit_callback()])``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightgbm

from trackkit_jupyter.capture.boosting import lightgbm_callback
from trackkit_jupyter.integrations.experiments import chosen, goes_on
from trackkit_jupyter.tracking import Experiment
from trackkit_jupyter.tracking.captured import Captured

__all__ = ["trackkit_callback"]


def trackkit_callback(experiment: Experiment | None = None) -> Callable[[Any], None]:
    """Return a callback that logs each evaluation: its metric, the data set as the variant, the round as iteration.

    While an experiment runs, ``lightgbm.train`` and the estimators log by themselves, and this adds nothing; it is for
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
    found = chosen(experiment)
    log = lightgbm_callback(Captured(found))

    def callback(environment: Any) -> None:
        if not goes_on(found, lambda: log(environment)):
            raise lightgbm.callback.EarlyStopException(environment.iteration, environment.evaluation_result_list)

    callback.order = log.order  # type: ignore[attr-defined]
    return callback
