"""The models of an experiment, those that it saves and those that it starts from; and those of none."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import (
    NotFoundError,
    TrackkitError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import Status, check_name, check_project, new_id, user_name
from trackkit_jupyter.store import create_store
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.model import StoredModel
from trackkit_jupyter.tracking.life import Life
from trackkit_jupyter.tracking.model import Given, Model, made, snapshot
from trackkit_jupyter.tracking.recorder import Recorder
from trackkit_jupyter.tracking.values import check_iteration

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["ModelSaving", "register_model"]


class ModelSaving(Life):
    """An experiment that saves models and uses models."""

    model_type = Model

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._saved: dict[str, Model] = {}

    def save_model(
        self,
        name: str,
        path: str | os.PathLike[str] | None = None,
        framework: str | None = None,
        labels: Mapping[str, int] | None = None,
        config: str | Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
        *,
        iteration: int | None = None,
    ) -> Model:
        """Save a model that this experiment made. Saved again under its name, it gets one more snapshot.

        Parameters
        ----------
        name
            Its name; models of other experiments with this name are its other versions.
        path
            Its weights: a file or folder, of which a copy is kept, or an address (``s3://...``, ``file:///...``), which
            is kept as it is.
        framework
            What it was made with; told by the file's suffix where that is clear.
        labels
            What its classes are called, a whole number by each name.
        config
            The configuration of the network: text, or a dict.
        tags
            To find it again; added to those that it has.
        iteration
            Of the snapshot; the last one of the experiment's metrics without it.

        Returns
        -------
        Model
            A draft.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument, or no such file; nothing was saved.
        TrackkitStateError
            The experiment is not running in this process.
        """
        recorder = self._running()
        given = Given.of(name, path, framework, labels, config, tags)
        at = self.last_iteration if iteration is None else check_iteration(iteration)
        try:
            known = self._saved.get(name) or self._saved_before(name)
        except TrackkitError:  # what is wrong with the store is told when it is written
            known = None
        try:
            if known is not None and known.status == Status.DRAFT.value:
                self._save_again(known, given, at)
                return known
            user, now = self._record.get("user"), time.time()
            model = made(self.store, given, project=self.project, user=user, experiment=self.id, iteration=at, now=now)
        except (TrackkitTypeError, TrackkitValueError):
            raise
        except (TrackkitError, OSError) as error:
            recorder.lose(error if isinstance(error, OSError) else OSError(str(error)))
            return known or Model(self.store, new_id())
        self._saved[name] = model
        self._put_rows("models", [_row("output", model, name)], "key")
        return model

    def use_model(self, model: StoredModel | str, name: str | None = None) -> Model:
        """Note that this experiment starts from a model.

        Parameters
        ----------
        model
            A model; or its id, its name (the newest version), ``name@alias`` or ``name@3``, its third version.
        name
            What this experiment calls it; its own name without it.

        Returns
        -------
        Model
            ``.path`` is the file of its weights.

        Raises
        ------
        NotFoundError
            There is none.
        TrackkitTypeError, TrackkitValueError
            Something else, or a model of another store.
        TrackkitStateError
            The experiment is not running in this process.
        """
        recorder = self._running()
        if name is not None:
            check_name(name)
        if isinstance(model, StoredModel) and model.store.path != self.store.path:
            raise TrackkitValueError(
                f"The model {shown(model.name)} is of another store ({model.store.path}); register it in this one.",
                "model",
            )
        found: Model = self.store.model(model.id if isinstance(model, StoredModel) else model)
        called = name or found.name
        self._put_rows("models", [_row("input", found, called)], "key")
        try:
            found.note_use(self.id, called)
        except (TrackkitStorageError, NotFoundError) as error:
            recorder.warn(error)
        return found

    # -- below --------------------------------------------------------------------------------------------------------

    def _saved_before(self, name: str) -> Model | None:
        """Return the model that this experiment saved under a name before it was gone on with."""
        for row in self.models["output"]:
            if row["name"] == name and self.store.paths.model(row["id"]).root.is_dir():
                self._saved[name] = Model(self.store, row["id"])
        return self._saved.get(name)

    def _save_again(self, model: Model, given: Given, iteration: int | None) -> None:
        weights = given.weights(model._blobs)
        with model._editing_tables() as (record, database):
            record.update(weights)
            if given.framework is not None:
                record["framework"] = given.framework
            if given.config is not None:
                record["config"], record["config_type"] = given.config[0], given.config[1] or "text"
            record["tags"] = sorted({*record.get("tags", []), *given.tags})
            if weights:
                database.table("snapshots", cache_size=0).insert(snapshot(weights, iteration, time.time()))
            if given.labels is not None:
                table = database.table("labels", cache_size=0)
                table.truncate()
                table.insert_multiple({"name": name, "value": value} for name, value in given.labels.items())

    def _stop(self, recorder: Recorder, status: str | None = None, reason: str | None = None) -> None:
        for model in self._saved.values():
            model.rest()
        super()._stop(recorder, status, reason)


def _row(role: str, model: StoredModel, name: str) -> dict[str, str]:
    return {"key": f"{role}:{model.id}", "role": role, "id": model.id, "name": name}


def register_model(
    path_or_uri: str | os.PathLike[str] | None,
    name: str,
    framework: str | None = None,
    labels: Mapping[str, int] | None = None,
    config: str | Mapping[str, Any] | None = None,
    *,
    project: str = "default",
    tags: Iterable[str] = (),
    store: str | os.PathLike[str] | None = None,
) -> Model:
    """Register a model that no experiment of this store made.

    Parameters
    ----------
    path_or_uri
        Its weights: a file or folder, of which a copy is kept, or an address (``s3://...``), which is kept as it is.
    name
        Its name; it becomes the newest version of that name.
    framework, labels, config, tags
        As in :meth:`Experiment.save_model`.
    project
        Its project; a slash nests projects.
    store
        The folder of the store; the default one without it, see :func:`trackkit_jupyter.start`.

    Returns
    -------
    Model
        A draft.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        A wrong argument, or no such file; nothing was registered.
    TrackkitStorageError
        The store cannot be made or written.
    """
    from trackkit_jupyter.tracking.experiment import Experiment
    from trackkit_jupyter.tracking.listing import Experiments

    given = Given.of(name, path_or_uri, framework, labels, config, tags)
    check_project(project)
    home = create_store(store, handle=Experiment, listing=Experiments)
    try:
        return made(home, given, project=project, user=user_name(), now=time.time())
    except TrackkitError:
        raise
    except OSError as error:
        raise storage_error(error, f"The model {shown(name)} cannot be kept") from error
