"""Model: what a training script holds of a model, to log to and to read back."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import LockedError, TrackkitError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import Status, check_name, check_project, check_tags, iso, new_id
from trackkit_jupyter.store import Store, StoredModel
from trackkit_jupyter.store.blobs import Blobs
from trackkit_jupyter.store.model_values import check_labels, config_text, is_address
from trackkit_jupyter.tracking import artifacts
from trackkit_jupyter.tracking.plots import PlotLogging
from trackkit_jupyter.tracking.recorder import Recorder
from trackkit_jupyter.tracking.scalars import ScalarLogging

__all__ = ["Given", "Model", "made"]

_FRAMEWORKS = {
    ".pt": "pytorch",
    ".pth": "pytorch",
    ".keras": "keras",
    ".onnx": "onnx",
    ".ubj": "xgboost",
    ".xgb": "xgboost",
    ".tflite": "tensorflow",
}


class Model(ScalarLogging, PlotLogging, StoredModel):
    """A model, to read, to edit while it is a draft, and to log metrics and plots to.

    What it logs is its own: the scores of an evaluation, say, which are not those of the training.
    """

    def show(self, tab: str | None = None) -> None:
        """Show it under the cell, live, with one of its tabs in front."""
        from trackkit_jupyter import views

        views.show(self, tab=tab)

    def _ipython_display_(self) -> None:
        self.show()

    def publish(self) -> None:
        """Publish it: from now on only its metadata, and what orders it, can be changed; nothing is logged any more.

        Raises
        ------
        TrackkitStateError
            It is published already.
        """
        self.rest()
        super().publish()

    def delete(self) -> None:
        """Delete it for good: a draft, or one that is archived, that nothing uses.

        Raises
        ------
        TrackkitStateError
            An experiment uses it, or the experiment that made it is published; or it is published and not archived.
        """
        self.rest()
        super().delete()

    def rest(self) -> None:
        """Close its journal; the next value that is logged opens another."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            self._ended = recorder
            self._forget()
            _rest(recorder)

    # -- below --------------------------------------------------------------------------------------------------------

    def _running(self) -> Recorder:
        if self._recorder is None:
            self._open()
        recorder = self._recorder
        assert recorder is not None
        return recorder

    def _open(self) -> None:
        if self._is_published():
            raise LockedError(f"The model {shown(self.name)} is published: nothing more is logged to it.", "status")
        self._resumed = True  # its series go on where they are, whoever wrote them
        # Weakly: a model that nobody holds any more closes its journal, and so does the interpreter's end.
        me = weakref.ref(self)

        def first(metric: str, variant: str) -> int:
            model = me()
            return 0 if model is None else model._first_iteration(metric, variant)

        def attend() -> None:
            model = me()
            if model is not None:
                model._rest_if_published()

        def forget() -> None:
            model = me()
            if model is not None:
                model._forget()

        self._recorder = Recorder(self.store.paths, self.id, first, what=self._what)
        self._recorder.attend, self._recorder.on_fork = attend, forget
        weakref.finalize(self, _rest, self._recorder)

    def _rest_if_published(self) -> None:
        if self._is_published():
            self.rest()

    def _is_published(self) -> bool:
        try:
            return bool(self._record["status"] == Status.PUBLISHED.value)
        except (TrackkitError, OSError, KeyError):  # what is wrong with the store is told when it is written
            return False


@dataclass(frozen=True)
class Given:
    """What a person said of a model, checked before anything is made."""

    name: str
    path: str | os.PathLike[str] | None
    framework: str | None
    labels: dict[str, int] | None
    config: tuple[str, str | None] | None
    tags: list[str]

    @classmethod
    def of(
        cls,
        name: str,
        path: str | os.PathLike[str] | None,
        framework: str | None,
        labels: Mapping[str, int] | None,
        config: str | Mapping[str, Any] | None,
        tags: Iterable[str],
    ) -> Given:
        """Return what was said.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            Something of it is not allowed, or there is no such file.
        """
        check_name(name)
        if path is not None and not isinstance(path, str | os.PathLike):
            raise TrackkitTypeError(f"path must be a path or an address, not {type(path).__name__}.", "path")
        if path is not None and not is_address(os.fspath(path)) and not Path(path).expanduser().exists():
            raise TrackkitValueError(f"There is no file {shown(os.fspath(path))}.", "path")
        if framework is not None:
            check_name(framework, "framework", what="A framework")
        return cls(
            name,
            path,
            framework or (None if path is None else _FRAMEWORKS.get(Path(os.fspath(path)).suffix.lower())),
            None if labels is None else check_labels(labels),
            None if config is None else config_text(config, None),
            check_tags(tags),
        )

    def weights(self, blobs: Blobs) -> dict[str, Any]:
        """Keep the weights, and return the fields that tell of them.

        Raises
        ------
        OSError
            They cannot be kept.
        TrackkitValueError
            They cannot be read.
        """
        if self.path is None:
            return {}
        text = os.fspath(self.path)
        if is_address(text):
            return {"uri": text, "hash": None, "size": None, "file_name": text.rpartition("/")[2]}
        source = Path(text).expanduser()
        kept = artifacts.keep(blobs, source)
        name = f"{source.resolve().name}.zip" if source.is_dir() else source.name
        return {"uri": f"blobs/{kept.sha256}", "hash": kept.sha256, "size": kept.size, "file_name": name}


def made(
    store: Store[Any],
    given: Given,
    *,
    project: str,
    user: str | None,
    experiment: str | None = None,
    iteration: int | None = None,
    now: float,
) -> Model:
    """Make a new model of a store: its weights first, so that no half of it is ever seen.

    Raises
    ------
    TrackkitStorageError, OSError
        It cannot be kept; nothing was made.
    """
    id = new_id()
    paths = store.paths.model(id)
    paths.root.mkdir(parents=True)
    try:
        weights = given.weights(Blobs(paths.blobs))
        text, kind = given.config or ("", None)
        labels = [{"name": name, "value": value} for name, value in (given.labels or {}).items()]
        snapshots = [snapshot(weights, iteration, now)] if weights else []
        model: Model = store.new_model(
            {
                "id": id,
                "name": given.name,
                "project": check_project(project),
                "status": Status.DRAFT.value,
                "tags": given.tags,
                "description": "",
                "user": user,
                "archived": False,
                "created": iso(now),
                "updated": iso(now),
                "framework": given.framework,
                "experiment": experiment,
                "config": text,
                "config_type": kind or "text",
                **({"uri": None, "hash": None, "size": None, "file_name": None} | weights),
                "tables": {"labels": labels, "snapshots": snapshots},
            }
        )
    except BaseException:
        import shutil

        shutil.rmtree(paths.root, ignore_errors=True)
        raise
    return model


def snapshot(weights: Mapping[str, Any], iteration: int | None, now: float) -> dict[str, Any]:
    """Return the row that tells of weights that were saved."""
    return {name: weights[name] for name in ("uri", "hash", "size")} | {"iteration": iteration, "time": iso(now)}


def _rest(recorder: Recorder) -> None:
    if recorder.owner == os.getpid():
        recorder.close()
        recorder.rest()
