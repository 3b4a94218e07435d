"""What every part of an experiment needs to write: the recorder while it runs, and the tables of its record."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import (
    NotFoundError,
    TrackkitError,
    TrackkitStateError,
    TrackkitStorageError,
    shown,
)
from trackkit_jupyter.records import Status
from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.tracking.recorder import Counter, Recorder

if TYPE_CHECKING:
    from tinydb import TinyDB

    from trackkit_jupyter.store import Store

__all__ = ["Writing"]


class Writing(Logged):
    """An experiment or a model that this process may write."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._recorder: Recorder | None = None
        self._ended: Recorder | None = None
        self._ended_by: str | None = None  # the status that another process gave it while it ran here
        self._resumed = False

    @property
    def running(self) -> bool:
        """Whether it was started in this process and not finished."""
        return self._recorder is not None

    @property
    def lost(self) -> int:
        """How many points could not be kept, because the store could not be written."""
        recorder = self._recorder or self._ended
        if recorder is None:
            return super().lost
        return max(recorder.lost, super().lost + recorder.lost_unsaid)

    # -- below --------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Forget what holds for one writer only: it ended, or this is a forked child."""

    def _running(self) -> Recorder:
        recorder = self._recorder
        if recorder is None:
            raise TrackkitStateError(self._why_not_running(), "status")
        return recorder

    def _why_not_running(self) -> str:
        try:
            if self._ended_by is not None:
                return self._why_ended()
            what = f"The experiment {shown(self.name)}"
        except (TrackkitError, KeyError):
            what = f"The experiment {self.id}"
        return f"{what} is not running here; `start(resume={self.id!r})` goes on with it."

    def _why_ended(self) -> str:
        return (
            f"The experiment {shown(self.name)} was {self._ended_by} elsewhere while it was running here; nothing more "
            "is recorded."
        )

    def _next(self, counter: Counter) -> int:
        return self._running().next_iteration(counter)

    def _first_iteration(self, metric: str, variant: str) -> int:
        # A series that another process, or this one before, has begun goes on where it is.
        if not self._resumed:
            return 0
        self._reader.refresh()
        series = self._reader.series((metric, variant))
        return 0 if series is None else int(series.iterations.max()) + 1

    def _change(self, change: Callable[[dict[str, Any], TinyDB], None]) -> None:
        try:
            super()._change(change)
        except (TrackkitStorageError, NotFoundError) as error:
            recorder = self._recorder
            if recorder is None or (isinstance(error, NotFoundError) and self._paths.record.exists()):
                raise
            recorder.lose(error)  # a fault of the store stops no training

    def _record_fields(self, field: str, values: dict[str, Any]) -> None:
        """Add to a field of the record, unless its content is locked."""

        def add(record: dict[str, Any], _: TinyDB) -> None:
            if record["status"] != Status.PUBLISHED.value:
                record[field] = {**(record.get(field) or {}), **values}

        with contextlib.suppress(TrackkitStorageError, NotFoundError):  # of one that has ended: nobody waits for it
            self._change(add)
