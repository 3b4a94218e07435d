"""What the views of a report show, kept with it: a small store of its own, in which nothing changes any more."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.records import Status, iso, new_id
from trackkit_jupyter.store.documents import SCHEMA, storage_error
from trackkit_jupyter.store.paths import ExperimentPaths, StorePaths
from trackkit_jupyter.store.transfer import steady

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["answer_key", "freeze_records", "frozen_answer"]

_WENT_ON = "it was still running when the report was frozen"


def answer_key(what: str, parameters: Mapping[str, Any]) -> str:
    """Return the name under which the answer of a query is kept."""
    return json.dumps([what, parameters], sort_keys=True, ensure_ascii=False)


def frozen_answer(store: Store[Any], what: str, parameters: Mapping[str, Any]) -> list[str] | None:
    """Return what a query found when the report was frozen; ``None`` in other stores, and for other queries."""
    if not store.is_frozen:
        return None
    try:
        found = json.loads(store.paths.answers.read_bytes()).get(answer_key(what, parameters))
    except (OSError, ValueError, AttributeError):
        return None
    return [str(id) for id in found] if isinstance(found, list) else None


def freeze_records(
    target: Path, id: str, records: Iterable[Any], answers: Mapping[str, list[str]]
) -> tuple[int, list[str]]:
    """Copy experiments and models into a frozen store, and return its size in bytes, and the ids of those that went.

    One that is deleted at that moment is left out: its views say that it is gone.

    Records, journals, plots, debug samples and the kept pictures of figures are copied; the files of artifacts and the
    weights of models are not. Files that never change are linked, where the file system can.

    Parameters
    ----------
    target
        The folder, which takes the place of one that is there.
    id
        The id of the store that it is to be.
    records
        Experiments and models, of any store.
    answers
        What queries found, by :func:`answer_key`.

    Raises
    ------
    TrackkitStorageError
        It cannot be written; one that was there stays.
    """
    scratch = target.with_name(f".new-{new_id()}")
    paths = StorePaths(scratch)
    try:
        scratch.mkdir(parents=True)
        for folder in (paths.experiments, paths.models):
            folder.mkdir()
        workspaces, lost = set(), []
        for record in records:
            if record.store.paths.workspace not in workspaces:
                workspaces.add(record.store.paths.workspace)
                with contextlib.suppress(FileNotFoundError):  # colours of tags, and aliases
                    shutil.copyfile(record.store.paths.workspace, paths.workspace)
            if not _copy(record, paths.record(record._what, record.id)):
                lost.append(record.id)
        marker = {"schema": list(SCHEMA), "id": id, "created": iso(time.time()), "frozen": True}
        paths.marker.write_text(json.dumps(marker), encoding="utf-8")
        paths.answers.write_text(json.dumps(dict(answers), ensure_ascii=False), encoding="utf-8")
        _settle(scratch)
        size = sum(file.stat().st_size for file in scratch.rglob("*") if file.is_file())
        gone = scratch.with_name(f".deleted-{new_id()}")
        if target.exists():
            os.replace(target, gone)
        os.replace(scratch, target)
        shutil.rmtree(gone, ignore_errors=True)
    except OSError as error:
        raise storage_error(error, "The data of this report cannot be kept with it") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return size, lost


def _copy(record: Any, files: ExperimentPaths) -> bool:
    """Copy a record; return whether it was still there, else there is nothing of it."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, TrackkitError):
        _copy_files(record, files)
    if files.record.exists():
        return True
    shutil.rmtree(files.root, ignore_errors=True)
    return False


def _copy_files(record: Any, files: ExperimentPaths) -> None:
    source: ExperimentPaths = record.store.paths.record(record._what, record.id)
    shown = {event["hash"] for event in (*record.plots(), *record.samples())}
    files.root.mkdir()
    for folder in (files.blobs, files.pictures):
        folder.mkdir()
    for name, path in steady(source):
        is_blob = path.parent == source.blobs
        if is_blob and path.name not in shown:
            continue
        stays = is_blob or path in (source.archive, source.archive_overviews)
        with contextlib.suppress(FileNotFoundError):  # replaced meanwhile by what holds the same
            (_link if stays else shutil.copyfile)(path, files.root / name)
    with contextlib.suppress(FileNotFoundError):
        for path in source.pictures.iterdir():
            _link(path, files.pictures / path.name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _settle(folder: Path) -> None:
    """Say of what was running that it went on: nobody writes the copy."""
    from trackkit_jupyter.store import Store, StoredExperiment

    store = Store(folder, StoredExperiment)
    for path in store.paths.experiments.iterdir():
        experiment = store.experiment(path.name)
        if experiment._record["status"] == Status.RUNNING.value:
            experiment._edit(status=Status.ABORTED.value, status_reason=_WENT_ON)
