"""The edits of an experiment that need no writing process."""

from __future__ import annotations

import os
import time

from trackkit_jupyter.errors import TrackkitStateError, shown
from trackkit_jupyter.records import Status, check_transition, iso, new_id
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.organising import Organising

__all__ = ["Edits"]


class Edits(Organising):
    """How an experiment ends, is published and deleted, each under the lock of its record."""

    def abort(self) -> None:
        """Mark it as aborted.

        Raises
        ------
        TrackkitStateError
            It has ended already.
        """
        self._change_status(Status.ABORTED.value)

    def publish(self) -> None:
        """Publish it: its content is locked from now on; tags, name and archive stay possible.

        Raises
        ------
        TrackkitStateError
            It is still running, or a draft; or a process still writes it.
        """
        self._change_status(Status.PUBLISHED.value)

    def delete(self) -> None:
        """Delete it for good: a draft, or one that is archived.

        Raises
        ------
        TrackkitStateError
            It is neither, or running.
        """
        import shutil

        self._record_state()  # tells by its name which one is not there
        gone = self._paths.root.with_name(f".deleted-{new_id()}")
        with self._document.edit():  # under its lock, so that nobody goes on with it meanwhile
            if self.status == Status.RUNNING.value:
                raise TrackkitStateError("A running experiment cannot be deleted; abort it first.", "status")
            if not self.archived and self.status != Status.DRAFT.value:
                raise TrackkitStateError("Only an archived experiment can be deleted; archive it first.", "archived")
            try:
                os.replace(self._paths.root, gone)  # out of sight in one step; what follows may be interrupted
            except OSError as error:
                raise storage_error(error, "The experiment cannot be deleted") from error
        changes.forget_dead(self.store.paths, self.id)
        shutil.rmtree(gone, ignore_errors=True)
        changes.note(self.store.paths, self.id, "delete")

    def _change_status(self, status: str) -> None:
        # The check is made under the lock, on what is kept then: two that change it at once cannot both be right.
        with self._editing(note="finish") as record:
            kept = record["status"]
            if kept == Status.RUNNING.value and not changes.is_alive(self.store.paths, self.id):
                kept = Status.ABORTED.value
            check_transition(kept, status)
            if status == Status.PUBLISHED.value and changes.is_alive(self.store.paths, self.id):
                raise TrackkitStateError(
                    f"The experiment {shown(record['name'])} is still written by another process: finish it there "
                    "first; then it can be published.",
                    "status",
                )
            if record["status"] == status:
                return
            if record["status"] == Status.RUNNING.value:
                record["finished"] = iso(time.time())
            published = status == Status.PUBLISHED.value  # why it had ended stays true
            record.update(status=status, status_reason=record.get("status_reason") if published else None)
