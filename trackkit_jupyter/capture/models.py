"""Records the models that are saved: by joblib, torch, keras, xgboost and lightgbm."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from .hooks import Call, Hook
from .texts import safe_name

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["HOOKS", "saved"]


def saved(sink: Sink, framework: str, path: Any) -> None:
    """Record that a model was saved to a file or folder; its name is the file's, without the ending.

    Parameters
    ----------
    framework
        Such as "lightgbm".
    path
        Where it is. What is no path, such as an open file or a buffer, has no place to be found again: left out.
    """
    if not isinstance(path, str | os.PathLike):
        return
    place = os.path.abspath(os.fspath(path))
    save = getattr(sink, "save_model", None)
    if save is not None and os.path.exists(place):
        name = os.path.basename(place)
        save(safe_name(name.partition(".")[0] or name, "model"), path=place, framework=framework)


def _joblib(sink: Sink, call: Call) -> None:
    estimator = call.argument(0, "value")
    if hasattr(estimator, "fit") and not isinstance(estimator, type):
        module = type(estimator).__module__.partition(".")[0]
        saved(sink, {"sklearn": "scikit-learn"}.get(module, module), call.argument(1, "filename"))


def _torch(sink: Sink, call: Call) -> None:
    if _is_torch_model(call.argument(0, "obj")):
        saved(sink, "pytorch", call.argument(1, "f"))


def _is_torch_model(value: Any) -> bool:
    """Say whether it is a module, its state, or a checkpoint with one in it."""
    nn = sys.modules.get("torch.nn")
    torch = sys.modules.get("torch")
    if nn is not None and isinstance(value, nn.Module):
        return True
    if not isinstance(value, dict) or not value or torch is None:
        return False
    if any(isinstance(each, torch.Tensor) for each in value.values()):
        return True
    return any(_is_torch_model(each) for each in value.values())


def _keras(sink: Sink, call: Call) -> None:
    saved(sink, "keras", call.argument(1, "filepath"))


def _xgboost(sink: Sink, call: Call) -> None:
    saved(sink, "xgboost", call.argument(1, "fname"))


def _lightgbm(sink: Sink, call: Call) -> None:
    saved(sink, "lightgbm", call.argument(1, "filename"))


HOOKS = (
    Hook("models", "joblib", "dump", after=_joblib),
    Hook("models", "torch", "save", after=_torch),
    Hook("models", "keras", "Model.save", after=_keras),
    Hook("models", "xgboost.core", "Booster.save_model", after=_xgboost),
    Hook("models", "xgboost.sklearn", "XGBModel.save_model", after=_xgboost),
    Hook("models", "lightgbm.basic", "Booster.save_model", after=_lightgbm),
)
