"""Records the configuration that Hydra has composed, and the overrides it was given."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from .secrets import MARK, is_secret_name, without_secrets
from .texts import row

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["take"]


def take(sink: Sink, frame: FrameType | None) -> None:
    """Record the configuration of the job that is running, found in the frames from `frame` upwards.

    Each value becomes a hyperparameter of the section "Hydra", its name joined by dots, and the whole becomes the
    configuration object "Hydra" as YAML.
    """
    omegaconf = sys.modules.get("omegaconf")
    if omegaconf is None or "hydra.core.utils" not in sys.modules:
        return
    config = _running_job(frame)
    if config is None:
        return
    kept = _without_secrets(omegaconf.OmegaConf.to_container(config, resolve=False), "")
    text = str(omegaconf.OmegaConf.to_yaml(omegaconf.OmegaConf.create(kept)))
    sink.record_configuration("Hydra", text, "yaml", "The configuration that Hydra has composed.")
    values = _flat(kept, "")
    rows = [row(name, value, type(value).__name__) for name, value in values.items()]
    folder = _folder()
    if folder is not None:
        rows.append(row("hydra.runtime.output_dir", str(folder), "str"))
    sink.record_parameters("Hydra", rows)


def _running_job(frame: FrameType | None) -> Any:
    while frame is not None:
        if frame.f_code.co_name == "run_job" and frame.f_globals.get("__name__") == "hydra.core.utils":
            return frame.f_locals.get("task_cfg")
        frame = frame.f_back
    return None


def _folder() -> Path | None:
    config = getattr(sys.modules.get("hydra.core.hydra_config"), "HydraConfig", None)
    if config is None or not config.initialized():
        return None
    return Path(config.get().runtime.output_dir)


def _without_secrets(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without_secrets(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_secrets(inner, name) for inner in value]
    secret = value is not None and not isinstance(value, str) and is_secret_name(name)
    return MARK if secret else without_secrets(value, name) if isinstance(value, str) else value


def _flat(values: Any, prefix: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        return {prefix: values}
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= _flat(value, f"{prefix}.{key}" if prefix else str(key))
    return found
