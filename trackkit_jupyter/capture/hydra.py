"""Records the configuration that Hydra has composed, and the overrides it was given."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from .secrets import without_secrets_in_lines
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
    text = without_secrets_in_lines(str(omegaconf.OmegaConf.to_yaml(config)))
    sink.record_configuration("Hydra", text, "yaml", "The configuration that Hydra has composed.")
    values = _flat(omegaconf.OmegaConf.to_container(config, resolve=False), "")
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


def _flat(values: Any, prefix: str) -> dict[str, Any]:
    if not isinstance(values, dict):
        return {prefix: values}
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= _flat(value, f"{prefix}.{key}" if prefix else str(key))
    return found
