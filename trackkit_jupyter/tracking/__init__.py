"""The logging API that a training script uses."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Mapping
from typing import Any, Never

from trackkit_jupyter.capture import chosen
from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitStateError, shown
from trackkit_jupyter.records import (
    Status,
    check_id,
    check_name,
    check_project,
    check_tags,
    check_text,
    iso,
    new_id,
    user_name,
)
from trackkit_jupyter.store import Store, create_store
from trackkit_jupyter.store import open_store as _open_store
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.tracking import habits, parameters, session, takingup
from trackkit_jupyter.tracking.experiment import Experiment
from trackkit_jupyter.tracking.listing import Experiments
from trackkit_jupyter.tracking.model import Model
from trackkit_jupyter.tracking.models import register_model
from trackkit_jupyter.tracking.session import current

__all__ = ["Experiment", "Model", "current", "experiments", "log", "open_store", "register_model", "start"]


habits.explain(Experiment)


@habits.explained
def start(
    name: str | None = None,
    project: str = "default",
    config: Any = None,
    tags: Iterable[str] = (),
    description: str = "",
    store: str | os.PathLike[str] | None = None,
    resume: str | None = None,
    parent: str | None = None,
    capture: bool | Iterable[str] | Mapping[str, bool] = True,
) -> Experiment:
    """Start an experiment, or go on with one. Use it in a ``with`` block, or call :meth:`Experiment.finish`.

    Parameters
    ----------
    name
        Its name; several may have the same. The time of the start without it.
    project
        The name of its project, which is made if need be; a slash nests projects.
    config
        Hyperparameters: a dict, a Namespace, a dataclass or a pydantic model. The same as ``connect(config)``.
    tags, description
        To find it again.
    store
        The folder of the store, made if it is missing or empty. Without it: ``TRACKKIT_STORE``, else the nearest
        ``.trackkit/`` upward from the working directory, else ``~/.trackkit``.
    resume
        The id of an experiment to go on with; name, project, description and parent are then left as they are.
    parent
        The id of the experiment it comes from.
    capture
        What is recorded by itself: True for everything, or what ``TRACKKIT_CAPTURE`` says; False for nothing; a list of
        the parts that are wanted, or a dict of part and bool. The parts: execution, git, cells, packages, machine,
        monitor, environment, arguments, console, figures, models, tensorboard, boosting.

    Returns
    -------
    Experiment

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        A wrong argument; nothing was made.
    NotFoundError
        There is no experiment with the id `resume` or `parent`.
    TrackkitStorageError
        The store cannot be made or written.
    """
    title = check_name(name) if name is not None else time.strftime("%Y-%m-%d %H:%M:%S")
    check_project(project)
    labels = check_tags(tags)
    check_text(description, "description", what="A description")
    if config is not None:
        parameters.flatten(config)  # a wrong one must raise before anything is made
    for id, field in ((resume, "resume"), (parent, "parent")):
        if id is not None:
            check_id(id, field)
    parts = chosen(capture)
    session.finish_earlier_execution()
    draft = takingup.take() if resume is None else None
    where = store if draft is None else draft.store
    home: Store[Experiment] = create_store(where, handle=Experiment, listing=Experiments)
    if parent is not None and draft is None:
        home.experiment(parent)
    if draft is not None:
        experiment = _taken_up(home, draft.id, labels)
    elif resume is not None:
        experiment = _resumed(home, resume, labels)
    else:
        experiment = _started(home, title, project, labels, description, parent, session.started_in("cells" in parts))
    try:
        if config is not None:
            experiment.connect(config)
        if parts:
            experiment._start_capture(parts)
    except BaseException as error:
        experiment.finish_after(error)
        raise
    return experiment


def log(values: Mapping[str, float], iteration: int | None = None, *more: Never, **wrong: Never) -> None:
    """Log values to the current experiment, all of them or none.

    Parameters
    ----------
    values
        Numbers by key, such as ``"loss/val"``; see :meth:`Experiment.log`.
    iteration
        From 0 to 2**63 - 1; the next one of each series without it.
    *more, **wrong
        Nothing else is taken: the error says what to write instead, such as of ``step=4``.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        A wrong argument; nothing was logged.
    TrackkitStateError
        There is no current experiment.
    """
    if more or wrong:
        raise habits.not_logged(values, iteration, more, wrong)
    experiment = current()
    if experiment is None:
        raise TrackkitStateError(
            'No experiment is running here. Start one first: `with track.start("my first"): ...`, or `%%track`.'
        )
    experiment.log(values, iteration)


def open_store(uri: str | os.PathLike[str] | None = None) -> Store[Experiment]:
    """Open a store to read it; nothing is created.

    Parameters
    ----------
    uri
        Its folder; the default store without it, see :func:`start`.

    Raises
    ------
    NotAStoreError
        There is no store.
    SchemaError
        A newer version wrote it.
    """
    return _open_store(uri, handle=Experiment, listing=Experiments)


@habits.explained
def experiments(
    query: str | None = None,
    order_by: str | Iterable[str] = "-last_update",
    page: int = 0,
    page_size: int | None = None,
    archived: bool | None = False,
) -> Experiments[Experiment]:
    """Return experiments of the default store.

    Parameters
    ----------
    query
        Such as ``metrics["loss/val"].min < 0.1 and "baseline" in tags``.
    order_by, page, page_size, archived
        As in :meth:`Store.experiments`.

    Returns
    -------
    Experiments
        List-like; as the last line of a cell, a table.

    Raises
    ------
    QueryError
        The query or the order cannot be read; the message shows where.
    """
    found = open_store().experiments(query, order_by, page, page_size, archived)
    assert isinstance(found, Experiments)
    return found


def _started(
    store: Store[Experiment],
    name: str,
    project: str,
    tags: list[str],
    description: str,
    parent: str | None,
    cell: dict[str, str | None],
) -> Experiment:
    id, now = new_id(), iso(time.time())
    experiment = Experiment(store, id)
    folder = store.paths.experiment(id).root
    try:
        store.paths.experiments.mkdir(exist_ok=True)
        folder.mkdir()
        # The heartbeat comes before the record: whoever reads that it is running finds its process alive.
        experiment._begin()
        store.new_experiment(
            {
                "id": id,
                "name": name,
                "project": project,
                "status": Status.RUNNING.value,
                "tags": tags,
                "description": description,
                "user": user_name(),
                "parent": parent,
                "archived": False,
                "created": now,
                "started": now,
                "finished": None,
                "updated": now,
                "runtime": {},
                "execution": {},
                **cell,
            }
        )
        experiment._attend()
    except BaseException as error:
        experiment._abandon()
        with contextlib.suppress(OSError):
            folder.rmdir()
        if isinstance(error, OSError) and not isinstance(error, TrackkitError):
            raise storage_error(error, f"No experiment can be started in the store at {store.path}") from error
        raise
    return experiment


def _taken_up(store: Store[Experiment], id: str, tags: list[str]) -> Experiment:
    experiment = _resumed(store, id, tags)
    experiment._drafted = experiment.hyperparameters
    experiment.record_execution({"cells": []})  # those that run now are recorded as they are executed
    return experiment


def _resumed(store: Store[Experiment], id: str, tags: list[str]) -> Experiment:
    running = next((e for e in session.open_experiments() if e.id == id), None)
    if running is not None:
        raise TrackkitStateError(f"The experiment {shown(running.name)} is running in this process already.", "resume")
    try:
        experiment = store.experiment(id)
    except NotFoundError as error:
        raise NotFoundError(error.message, "resume") from None
    try:
        experiment._resume(tags)
    except TrackkitError:
        raise
    except OSError as error:
        raise storage_error(error, f"The experiment {id} cannot be gone on with") from error
    return experiment
