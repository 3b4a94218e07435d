"""Lightning: ``Trainer(logger=TrackkitLogger())``; there trackers are loggers."""

from __future__ import annotations

from argparse import Namespace
from typing import Any
from weakref import ReferenceType, ref

try:
    from lightning.pytorch.loggers.logger import Logger, rank_zero_experiment
    from lightning.pytorch.utilities import rank_zero_only
except ImportError:  # the older name of the package
    from pytorch_lightning.loggers.logger import Logger, rank_zero_experiment
    from pytorch_lightning.utilities import rank_zero_only

from trackkit_jupyter.capture.texts import safe_label
from trackkit_jupyter.integrations.experiments import chosen, log_metrics, record_settings
from trackkit_jupyter.tracking import Experiment

__all__ = ["TrackkitLogger"]


class TrackkitLogger(Logger):  # type: ignore[misc, unused-ignore]
    """Logs what ``self.log`` of a module logs, ``val_loss`` as variant "val" of ``loss``, and the hyperparameters.

    Where the experiment is paused or stopped from outside, the training waits, or ends, when it logs next.

    Parameters
    ----------
    experiment
        Where to log; the current one without it. It stays open when the training ends.

    Raises
    ------
    TrackkitStateError
        No experiment is running.
    """

    def __init__(self, experiment: Experiment | None = None) -> None:
        super().__init__()
        self._experiment = chosen(experiment)
        self._trainer: ReferenceType[Any] | None = None

    @property
    def name(self) -> str:
        """The name of the project."""
        return self._experiment.project

    @property
    def version(self) -> str:
        """The id of the experiment."""
        return self._experiment.id

    @property
    @rank_zero_experiment  # type: ignore[untyped-decorator, unused-ignore]
    def experiment(self) -> Experiment:
        """The experiment, to log to it directly."""
        return self._experiment

    @rank_zero_only  # type: ignore[untyped-decorator, unused-ignore]
    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Record hyperparameters."""
        settings = vars(params) if isinstance(params, Namespace) else dict(params or {})
        record_settings(self._experiment, "Lightning", settings)

    @rank_zero_only  # type: ignore[untyped-decorator, unused-ignore]
    def log_metrics(self, metrics: Any, step: int | None = None) -> None:
        """Log metrics at a step."""
        named = {}
        for name, value in dict(metrics or {}).items():
            head, underscore, rest = str(name).partition("_")
            named[f"{safe_label(rest)}/{head}" if underscore and head in _PARTS else safe_label(str(name))] = value
        if not log_metrics(self._experiment, named, step):
            self._end()

    @rank_zero_only  # type: ignore[untyped-decorator, unused-ignore]
    def log_graph(self, model: Any, input_array: Any = None) -> None:  # noqa: ARG002
        """Log no graph; of all that a logger is told, this alone leads to the trainer."""
        self._trainer = ref(model.trainer)

    @rank_zero_only  # type: ignore[untyped-decorator, unused-ignore]
    def finalize(self, status: str) -> None:
        """End nothing: the experiment belongs to who started it."""

    def _end(self) -> None:
        trainer = self._trainer() if self._trainer is not None else None
        if trainer is not None:
            trainer.should_stop = True
            # They hold against early stopping, not against the owner.
            trainer.fit_loop.min_epochs = trainer.fit_loop.epoch_loop.min_steps = None


_PARTS = frozenset({"train", "training", "val", "valid", "validation", "test", "eval"})
