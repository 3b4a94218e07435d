"""Records parameters and evaluations of LightGBM and XGBoost, whose trainings take callbacks."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .hooks import Call, Hook, guarded
from .texts import row, safe_label

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["HOOKS", "lightgbm_callback", "xgboost_callback"]

# What the frameworks call the data they evaluate on when nobody names it.
_NAMES = {"training": "train", "valid_0": "val", "validation_0": "val"}


def lightgbm_callback(sink: Sink) -> Any:
    """Return a callback of LightGBM that logs each evaluation: metric, data set as the variant, iteration."""

    def callback(environment: Any) -> None:
        for data, metric, value, *_ in environment.evaluation_result_list or []:
            guarded("boosting", lambda: sink.log_scalar(*_pair(metric, data), float(value), environment.iteration))  # noqa: B023

    callback.order = 20  # type: ignore[attr-defined] # after what may change the results, as LightGBM's own logging
    return callback


def xgboost_callback(sink: Sink, base: type[Any]) -> Any:
    """Return a callback of XGBoost that logs each evaluation; `base` is its ``TrainingCallback``."""

    class Callback(base):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
            guarded("boosting", lambda: log_evaluations(sink, epoch, evals_log))
            return False  # go on

    return Callback()


def log_evaluations(sink: Sink, iteration: int, evaluations: Mapping[str, Mapping[str, Any]]) -> None:
    """Log the last of the evaluations, ``{data: {metric: [value or (mean, deviation), ...]}}``."""
    for data, metrics in evaluations.items():
        for metric, values in metrics.items():
            last = values[-1]
            sink.log_scalar(*_pair(metric, data), float(last[0] if isinstance(last, tuple) else last), iteration)


def _pair(metric: str, data: str) -> tuple[str, str]:
    return safe_label(str(metric)), safe_label(_NAMES.get(str(data), str(data)))


def _lightgbm(sink: Sink, call: Call) -> None:
    _parameters(sink, "LightGBM", call.argument(0, "params"))
    _add(call, lightgbm_callback(sink))


def _xgboost(sink: Sink, call: Call) -> None:
    _parameters(sink, "XGBoost", call.argument(0, "params"))
    _add(call, xgboost_callback(sink, sys.modules["xgboost"].callback.TrainingCallback))


def _add(call: Call, callback: Any) -> None:
    if "callbacks" in call.kwargs or len(call.args) < 10:  # further on by place, they are left as they are
        call.kwargs["callbacks"] = [*(call.kwargs.get("callbacks") or ()), callback]


def _parameters(sink: Sink, section: str, parameters: Any) -> None:
    if isinstance(parameters, Mapping):
        rows = [row(str(name), value, type(value).__name__) for name, value in parameters.items()]
        if rows:
            sink.record_parameters(section, rows)


HOOKS = (
    Hook("boosting", "lightgbm", "train", before=_lightgbm),
    Hook("boosting", "lightgbm.sklearn", "train", before=_lightgbm),
    Hook("boosting", "xgboost", "train", before=_xgboost),
    Hook("boosting", "xgboost.sklearn", "train", before=_xgboost),
)
