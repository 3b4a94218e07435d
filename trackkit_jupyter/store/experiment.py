"""An experiment as it is kept: everything recorded of it, and the edits that need no writing process."""

from __future__ import annotations

from typing import Any, ClassVar

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitStateError, TrackkitStorageError
from trackkit_jupyter.records import Status, iso
from trackkit_jupyter.store.content_edits import ContentEdits
from trackkit_jupyter.store.edits import Edits
from trackkit_jupyter.store.model import StoredModel
from trackkit_jupyter.store.record import only
from trackkit_jupyter.store.renewing import Renewing
from trackkit_jupyter.store.report import StoredReport
from trackkit_jupyter.store.rerun import Rerunning
from trackkit_jupyter.store.summaries import json_number
from trackkit_jupyter.store.turns import Turned

__all__ = ["StoredExperiment"]


class StoredExperiment(Rerunning, Renewing, Turned, ContentEdits, Edits):
    """An experiment of a store.

    A handle: it reads the store when asked, and only what is new, so that it shows a running experiment as it is now.
    """

    #: What its models are, to whoever holds the store.
    model_type: ClassVar[type[StoredModel]] = StoredModel

    @classmethod
    def report_type(cls) -> type[StoredReport]:
        """Return what its store's reports are, to whoever holds the store."""
        return StoredReport

    def __repr__(self) -> str:
        try:
            return f"<Experiment {self.name!r} in {self.project!r}, {self.standing}, id {self.id}>"
        except (TrackkitError, KeyError):
            return f"<Experiment that cannot be read, id {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredExperiment) and other.id == self.id and other.store.path == self.store.path

    def __hash__(self) -> int:
        return hash(self.id)

    def publish(self) -> None:
        """Publish it, and the models that it made: their content is locked from now on.

        Raises
        ------
        TrackkitStateError
            It is still running, or a draft; or a process still writes it.
        TrackkitStorageError
            One of its models cannot be written; then it is what it was.
        """
        before = self.status
        super().publish()
        try:
            for row in self.models["output"]:
                self._publish_model(row["id"])
        except TrackkitStorageError:
            self._edit(status=before)
            raise

    def _publish_model(self, id: str) -> None:
        try:
            model = self.store.model(id)
            if model.status == Status.DRAFT.value:
                model.publish()
        except (NotFoundError, TrackkitStateError):  # deleted meanwhile, or published by somebody else
            pass

    def to_dict(self, events: bool = False) -> dict[str, Any]:
        """Return everything recorded as plain JSON data.

        Parameters
        ----------
        events
            Also all points, plots, samples and console lines. The figure of a plot whose file is damaged is ``None``.
        """
        record: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "id name project status tags description user parent archived created started finished last_update "
                "last_iteration execution hyperparameters properties configuration artifacts models runtime "
                "single_values metrics"
            ).split()
        }
        record["damaged"], record["lost"] = self.damaged, self.lost
        if events:
            scalars: dict[str, dict[str, list[list[Any]]]] = {}
            for metric, variant in self.names():
                series = self.series(metric, variant)
                rows = zip(series.iterations.tolist(), series.values.tolist(), series.times.tolist(), strict=True)
                scalars.setdefault(metric, {})[variant] = [[i, json_number(value), iso(at)] for i, value, at in rows]
            record["scalars"] = scalars
            record["plots"] = [
                {**only(plot, "metric", "variant", "iteration"), "figure": self._whole_figure(plot["hash"])}
                for plot in self.plots()
            ]
            shape = ("metric", "variant", "iteration", "kind", "mime", "width", "height", "size", "hash")
            record["samples"] = [only(sample, *shape) for sample in self.samples()]
            record["console"] = [
                {"time": iso(entry["time"]), "stream": entry["stream"], "text": entry["text"]}
                for entry in self.console(0, 1 << 62)[0]
            ]
        return record

    def _whole_figure(self, sha256: str) -> dict[str, Any] | None:
        try:
            return self.figure(sha256)
        except (NotFoundError, TrackkitStorageError):  # one damaged file hides nothing else
            return None
