"""The life of an experiment that runs here: how it begins, is gone on with, and ends."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from trackkit_jupyter.errors import TrackkitError, TrackkitStateError, TrackkitValueError, shown
from trackkit_jupyter.records import Status, check_transition, iso
from trackkit_jupyter.store import StoredExperiment
from trackkit_jupyter.store.changes import HEARTBEAT_SECONDS, forget_dead, is_alive
from trackkit_jupyter.tracking import session
from trackkit_jupyter.tracking.exits import Stopped
from trackkit_jupyter.tracking.recorder import Recorder, valid_text
from trackkit_jupyter.tracking.writing import Writing

if TYPE_CHECKING:
    from trackkit_jupyter.capture import Capture
    from trackkit_jupyter.store import Store
    from trackkit_jupyter.tracking.experiment import Experiment

__all__ = ["Life"]

_ENDS = (Status.COMPLETED.value, Status.FAILED.value, Status.ABORTED.value)


class Life(Writing, StoredExperiment):
    """An experiment that is started, gone on with and finished in this process."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._capture: Capture | None = None
        self._ending = threading.RLock()

    def finish(self, status: str = "completed") -> None:
        """End it, as completed, failed or aborted. Ending it again changes nothing.

        Raises
        ------
        TrackkitValueError
            Another status.
        TrackkitStateError
            It is running, and was not started through this handle.
        """
        if status not in _ENDS:
            raise TrackkitValueError(f"status must be one of {', '.join(_ENDS)}, not {shown(status)}.", "status")
        if self._recorder is None and self._ended is None and self.status == Status.RUNNING.value:
            raise TrackkitStateError(
                f"The experiment {shown(self.name)} is running, but was not started here: stop() asks its loop to end, "
                "abort() marks it as aborted.",
                "status",
            )
        self._finish(status, None)

    def finish_after(self, error: BaseException | None) -> None:
        """End it as a block left with `error`: completed, aborted by an interrupt, or failed with its traceback."""
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.finish()
        elif isinstance(error, KeyboardInterrupt) or _is_cancellation(error):
            self._finish(Status.ABORTED.value, "interrupted")
        else:
            import traceback

            text = valid_text("".join(traceback.format_exception(error)))
            recorder = self._recorder
            if recorder is not None and recorder.owner == os.getpid():
                recorder.event("failure", text=text)
                recorder.console("stderr", text)
            if isinstance(error, SystemExit):
                reason = f"exit status {error.code:d}" if isinstance(error.code, int) else str(error.code)
            else:
                reason = "".join(traceback.format_exception_only(error)).strip()
            self._finish(Status.FAILED.value, valid_text(reason[:1000]))

    def abort(self) -> None:
        """End it as aborted."""
        if self.running:
            self.finish(Status.ABORTED.value)
        else:
            super().abort()

    def publish(self) -> None:
        """Publish it, after finishing it: its content is locked from now on; tags, name and archive stay possible.

        Raises
        ------
        TrackkitStateError
            Another process is writing it: finish it there first.
        """
        if self.running:
            self.finish()
        super().publish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.finish_after(error)
        # A trainer that catches an interrupt may leave by an exit.
        cause = error.__context__ if isinstance(error, SystemExit) else error
        return isinstance(cause, Stopped) and cause.id == self.id  # its end, wanted by its owner

    # -- below --------------------------------------------------------------------------------------------------------

    def _finish(self, status: str, reason: str | None) -> None:
        recorder = self._recorder
        if recorder is None or recorder.owner != os.getpid():  # a forked child ends nothing of its parent
            return
        with self._ending:  # two threads may end it at once
            if self._recorder is None:
                return
            self._stop(recorder, status, reason)

    def _begin(self) -> None:
        """Become able to log: from the moment the heartbeat runs."""
        recorder = self._recorder = Recorder(self.store.paths, self.id, self._first_iteration)
        recorder.on_fork = self._forget
        recorder.sync_files = lambda: self._blobs.sync(recorder.lose)
        session.enter(cast("Experiment", self))

    def _stop(self, recorder: Recorder, status: str | None = None, reason: str | None = None) -> None:
        """Stop recording, and write down that it ended unless another process did."""
        if self._capture is not None:
            self._capture.stop()
            self._capture = None
        try:
            self._recorder, self._ended = None, recorder
            self._forget()
            recorder.close()
            if status is not None:
                self._write_end(recorder, status, reason)
        finally:  # an interrupt here leaves it without a heartbeat: it reads as aborted, and can be resumed
            session.leave(cast("Experiment", self))
            recorder.rest()

    def _write_end(self, recorder: Recorder, status: str, reason: str | None) -> None:
        try:
            with self._editing(note="finish") as record:
                if record["status"] == Status.RUNNING.value:
                    record.update(status=status, status_reason=reason, finished=iso(time.time()))
        except TrackkitError as error:
            recorder.warn(error)

    def _resume(self, tags: list[str]) -> None:
        """Take up an experiment that has ended, or whose process is gone."""
        self._resumed = True
        # A process that has just written its end, or was just told of it, is about to leave.
        patience = time.monotonic() + 3 * HEARTBEAT_SECONDS
        while is_alive(self.store.paths, self.id) and time.monotonic() < patience:
            if self._record["status"] == Status.RUNNING.value:
                break
            time.sleep(0.02)
        try:
            with self._editing(note="start") as record:
                check_transition(record["status"], Status.RUNNING.value)
                # Under the lock, and before there is a heartbeat of this process: of two at once one is second.
                if is_alive(self.store.paths, self.id):
                    raise TrackkitStateError(
                        f"The experiment {shown(record['name'])} is running elsewhere: finish it there first, or abort "
                        "it. One that was killed on another machine counts as running for a minute.",
                        "resume",
                    )
                forget_dead(self.store.paths, self.id)
                self._begin()
                record.update(status=Status.RUNNING.value, status_reason=None, finished=None)
                record["started"] = record.get("started") or iso(time.time())  # a draft was never started
                record["tags"] = sorted({*record.get("tags", []), *tags})
        except BaseException:
            self._abandon()
            raise
        self._attend()

    def _attend(self) -> None:
        """From now on the record says that it is running; when it no longer does, another process ended it."""
        recorder = self._recorder
        if recorder is not None:
            recorder.attend = lambda: self._end_if_ended(recorder)

    def _end_if_ended(self, recorder: Recorder) -> None:
        try:
            status = str(self._record["status"])  # one look at the file, which is read only when it changed
        except (TrackkitError, OSError, KeyError):  # what is wrong with the store is told when it is written
            return
        if status == Status.RUNNING.value:
            return
        if recorder.owner != os.getpid() and status in {Status.COMPLETED.value, Status.FAILED.value}:
            return  # a forked child may outlast its parent, whose end this is
        if not self._ending.acquire(blocking=False):
            return  # it is being ended here
        try:
            if self._recorder is not recorder:
                return
            self._ended_by = status
            self._stop(recorder)
        finally:
            self._ending.release()
        recorder.complain(f"trackkit: {self._why_ended()}")

    def _abandon(self) -> None:
        recorder, self._recorder = self._recorder, None
        session.leave(cast("Experiment", self))
        if recorder is not None:
            recorder.close()
            recorder.rest()


def _is_cancellation(error: BaseException) -> bool:
    """Whether an awaiting cell was interrupted: the kernel cancels it then."""
    asyncio = sys.modules.get("asyncio")  # not imported for this: without it nothing was cancelled
    return asyncio is not None and isinstance(error, asyncio.CancelledError)
