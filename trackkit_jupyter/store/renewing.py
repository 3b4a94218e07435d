"""Starting over: an experiment that becomes a draft again, or is copied as one."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError, TrackkitStateError, shown
from trackkit_jupyter.records import (
    Status,
    check_name,
    check_transition,
    iso,
    new_id,
    suffixed,
    user_name,
)
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.content import Content
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.locks import locked

if TYPE_CHECKING:
    from trackkit_jupyter.store.experiment import StoredExperiment

__all__ = ["Renewing"]


class Renewing(Content):
    """An experiment that can be started over."""

    def clone(self, name: str | None = None) -> StoredExperiment:
        """Copy it as a new draft: with its parameters, configuration and code, without what it made.

        Parameters
        ----------
        name
            The name of the copy; ``"<name> (clone)"`` without it.

        Returns
        -------
        The copy, of which this one is the parent.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong name.
        TrackkitStorageError
            The store cannot be written.
        """
        title = suffixed(self.name, " (clone)") if name is None else check_name(name)
        now = iso(time.time())
        record = {
            "id": new_id(),
            "name": title,
            "project": self.project,
            "status": Status.DRAFT.value,
            "tags": self.tags,
            "description": self.description,
            "user": user_name(),
            "parent": self.id,
            "archived": False,
            "created": now,
            "started": None,
            "finished": None,
            "updated": now,
            "runtime": {},
            "execution": {**(self._record.get("execution") or {}), "cells": self.execution["cells"]},
            "tables": {
                "hyperparameters": self._hyperparameter_rows(),
                "configuration": self._rows("configuration"),
                "properties": self._rows("properties"),
                "models": [row for row in self._rows("models") if row.get("role") == "input"],
            },
        }
        made: StoredExperiment = self.store.new_experiment(record)
        for row in made.models["input"]:
            with contextlib.suppress(NotFoundError):  # a model that is gone is still named by what used it
                self.store.model(row["id"]).note_use(made.id, row["name"])
        return made

    def reset(self) -> None:
        """Make it a draft again, for good without what it made: points, plots, samples, console, artifacts, outputs.

        Parameters, configuration, properties, code and input models stay.

        Raises
        ------
        TrackkitStateError
            It is published; or running: finish it, or abort it first.
        TrackkitStorageError
            The store cannot be written.
        """
        # In two steps: what the journals say of the parameters is in the record before the journals go.
        with self._editing_tables() as (record, database):
            self._check_reset(record)
            table = database.table("hyperparameters", cache_size=0)
            rows = self._hyperparameter_rows()
            table.truncate()
            table.insert_multiple(rows)
            record["execution"] = {**(record.get("execution") or {}), "cells": self.execution["cells"]}
        with self._editing_tables(note="reset") as (record, database), locked(self._paths.archive_lock, 30.0):
            self._check_reset(record)  # somebody may have gone on with it in between
            self._remove_logged()
            database.table("artifacts", cache_size=0).truncate()
            database.table("earlier_artifacts", cache_size=0).truncate()
            database.table("models", cache_size=0).remove(lambda row: row.get("role") != "input")
            record.update(status=Status.DRAFT.value, status_reason=None, started=None, finished=None, runtime={})
        changes.forget_dead(self.store.paths, self.id)

    def _check_reset(self, record: dict[str, Any]) -> None:
        kept = record["status"]
        if kept == Status.RUNNING.value and not changes.is_alive(self.store.paths, self.id):
            kept = Status.ABORTED.value
        check_transition(kept, Status.DRAFT.value)
        if changes.is_alive(self.store.paths, self.id):
            raise TrackkitStateError(
                f"The experiment {shown(record['name'])} is running: finish it, or abort it first; then it can be "
                "reset.",
                "status",
            )

    def _remove_logged(self) -> None:
        # The records of points go last: without the names of their series nobody takes them for something else.
        found = self._paths.segments()
        try:
            for kind in sorted(found, key=lambda kind: kind in {self._paths.SCALARS, self._paths.ARCHIVE}):
                for _, _, path in found[kind]:
                    path.unlink(missing_ok=True)
            self._paths.archive_overviews.unlink(missing_ok=True)
            self._paths.archive_footer.unlink(missing_ok=True)
            self._paths.turns.unlink(missing_ok=True)
            if self._paths.blobs.is_dir():
                gone = self._paths.blobs.with_name(f".deleted-{new_id()}")
                os.replace(self._paths.blobs, gone)
                shutil.rmtree(gone, ignore_errors=True)
        except OSError as error:
            raise storage_error(error, "The experiment cannot be reset; what is left of it stays") from error

    def _hyperparameter_rows(self) -> list[dict[str, Any]]:
        return [
            {"section": section, "name": name, **entry}
            for section, names in self.hyperparameters.items()
            for name, entry in names.items()
        ]
