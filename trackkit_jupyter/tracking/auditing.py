"""Watching data: a DataFrame is an artifact, kept again whenever it changed."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitTypeError, shown
from trackkit_jupyter.records import check_name
from trackkit_jupyter.store.content_edits import ContentEdits
from trackkit_jupyter.tracking.attached import artifact_row, checked_metadata
from trackkit_jupyter.tracking.recorder import Recorder
from trackkit_jupyter.tracking.writing import Writing

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Auditing"]

_TYPE = "data-audit-table"
_REST = 50  # times as long as a look took, until the next


class Auditing(Writing, ContentEdits):
    """An experiment that keeps watch over data."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._audits: dict[str, _Audit] = {}

    def watch_artifact(self, name: str, dataframe: Any, metadata: Mapping[str, Any] | None = None) -> None:
        """Keep a DataFrame as an artifact of the data audit, and keep it again when it changed.

        It is kept now, looked at in the background, no more than a fiftieth of the time, and at the end of the
        experiment. It is followed as an object: what is assigned to the same variable is another one.

        Parameters
        ----------
        name
            Its name; watched again under it, the new one takes the place.
        dataframe
            A DataFrame, of pandas or polars.
        metadata
            What to know about it: a dict of JSON data.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            It is no DataFrame, or an argument is wrong; nothing was kept.
        TrackkitStateError
            The experiment is not running in this process.
        """
        from trackkit_jupyter.tracking import artifacts

        check_name(name)
        if not artifacts.is_frame(dataframe):
            raise TrackkitTypeError(
                f"dataframe must be a DataFrame, not {type(dataframe).__name__}; log_artifact() keeps it once.",
                "dataframe",
            )
        recorder = self._running()
        audit = _Audit(name, dataframe, checked_metadata(metadata))
        self._look(recorder, audit)
        if not self._audits:
            recorder.watchers.append(lambda: self._audit(recorder))
        self._audits[name] = audit

    # -- below --------------------------------------------------------------------------------------------------------

    def _audit(self, recorder: Recorder) -> None:
        if recorder.owner != os.getpid():
            return  # a forked child has a copy of its own, which is not what is watched
        for audit in list(self._audits.values()):
            if recorder.ending:
                self._look(recorder, audit)
            elif time.monotonic() >= audit.due and not audit.busy.locked():
                # Not in the thread that syncs and beats, which must not wait.
                threading.Thread(target=self._look, args=(recorder, audit), name="trackkit-audit", daemon=True).start()

    def _look(self, recorder: Recorder, audit: _Audit) -> None:
        from trackkit_jupyter.tracking import artifacts

        with audit.busy:
            if recorder.closed:
                return
            began = time.monotonic()
            try:
                before = _fingerprint(audit.frame)
                if before != audit.fingerprint:
                    kept = artifacts.keep_frame(self._blobs, audit.frame)
                    # Changed while it was written, it is written again by the next look.
                    audit.fingerprint = before if _fingerprint(audit.frame) == before else None
                    if kept.sha256 != audit.sha256:
                        row = artifact_row(audit.name, _TYPE, kept, audit.metadata)
                        self._put_rows("artifacts", [row], "key")
                        audit.sha256 = kept.sha256
            except OSError as error:
                recorder.lose(error)
            except Exception as error:  # noqa: BLE001 - just being changed, it may raise anything
                if recorder.ending:
                    recorder.complain(f"trackkit: the watched data {shown(audit.name)} cannot be read ({error}).")
            finally:
                audit.due = time.monotonic() + _REST * (time.monotonic() - began)


class _Audit:
    """One DataFrame, and what was kept of it."""

    def __init__(self, name: str, frame: Any, metadata: dict[str, Any]) -> None:
        self.name, self.frame, self.metadata = name, frame, metadata
        self.fingerprint: str | None = None
        self.sha256: str | None = None
        self.due = 0.0
        self.busy = threading.Lock()


def _fingerprint(frame: Any) -> str:
    """Return a text that differs when the data, the names or the types differ."""
    digest = hashlib.sha256()
    if hasattr(frame, "hash_rows"):  # polars
        digest.update(repr(frame.schema).encode())
        digest.update(frame.hash_rows().to_numpy().tobytes())
        return digest.hexdigest()
    from pandas.util import hash_pandas_object

    columns = frame if hasattr(frame, "columns") else frame.to_frame()
    digest.update(repr((list(columns.columns), list(columns.dtypes), columns.index.name)).encode())
    try:
        digest.update(hash_pandas_object(columns, index=True).to_numpy().tobytes())
    except TypeError:  # lists and the like in its cells
        digest.update(columns.to_csv().encode(errors="backslashreplace"))
    return digest.hexdigest()
