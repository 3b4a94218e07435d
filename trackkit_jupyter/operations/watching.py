"""What changed since the last look: states of experiments, and the cursor that remembers them."""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from trackkit_jupyter.errors import NotFoundError, TrackkitStorageError, TrackkitValueError
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store, StoredExperiment
from trackkit_jupyter.store.tags import tags_state

__all__ = ["LONGEST_WAIT", "States", "changes", "check_wait", "compare", "knows"]

#: Seconds that a door may wait for a change.
LONGEST_WAIT = 25.0
_MOST = 10_000
#: What moved in these last seconds may have moved while the one who asks read it for the first time.
_RECENT_SECONDS = 10.0
_MISSING = "-"


def changes(store: Store[Any], ids: list[str], since: str = "", timeout: float = 20.0) -> dict[str, Any]:
    """Tell which experiments changed. Looks once; the waiting is done by the door.

    Parameters
    ----------
    store
        The store.
    ids
        Experiments to look at, 10,000 at most; the store's own id stands for what is chosen for all
        of it (tag colours, views of the table), and for the start, the end, an edit or the removal of any experiment.
    since
        ``next`` of an earlier answer. Of an experiment that it does not know, one whose first look this is, that counts
        as changed which moved in the last 10 seconds, and so may have moved while it was read; what is missing, too.
    timeout
        Seconds that the door waits if nothing changed, 0 to 25.

    Returns
    -------
    ``{"next", "changed": [ids], "missing": [ids]}``; one that went missing counts as changed, once.
    """
    check_wait(ids, timeout)
    states = States(store)
    now = states.look(ids)
    return compare(ids, since, now, states.recent)


def check_wait(ids: list[str], timeout: float) -> None:
    """Raise unless these experiments may be waited for so long.

    Raises
    ------
    TrackkitValueError
        Too many experiments, something that is no id, or a wait that is too long.
    """
    if not 0 <= timeout <= LONGEST_WAIT:
        raise TrackkitValueError(f"timeout must be from 0 to {LONGEST_WAIT:g} seconds, not {timeout:g}.", "timeout")
    if len(ids) > _MOST:
        raise TrackkitValueError(f"ids may name {_MOST:,} experiments at most, not {len(ids):,}.", "ids")
    for id in ids:
        check_id(id, "ids")


class States:
    """Short fingerprints of the states of experiments, for one who looks at the same ones again and again.

    Not for several threads at once.
    """

    def __init__(self, store: Store[Any]) -> None:
        self._store = store
        self._handles: dict[str, StoredExperiment] = {}
        #: Those that moved shortly before the last look.
        self.recent: set[str] = set()

    def look(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the fingerprint of each experiment; those that are missing have ``-``."""
        known = self._handles
        self._handles = {id: known[id] for id in ids if id in known}
        self.recent = set()
        return {id: self._state(id) for id in ids}

    def _whole(self) -> str:
        """Return what differs when anything was chosen for the store, or any experiment began, ended or changed."""
        try:
            changed = self._store.paths.changes.stat().st_size
        except OSError:
            changed = 0
        return f"{tags_state(self._store)}|{changed}"

    def _state(self, id: str) -> str:
        if id == self._store.id:
            return f"{zlib.crc32(self._whole().encode()):08x}"
        try:
            if id not in self._handles:
                self._handles[id] = self._store.record(id)
            state, moved = self._handles[id].look()
            # One that is being written counts in any case: the clock of the file system may be another one.
            if state.endswith("|1") or time.time() - moved < _RECENT_SECONDS:
                self.recent.add(id)
        except (NotFoundError, FileNotFoundError):  # the latter: deleted while a handle was kept
            self._handles.pop(id, None)
            return _MISSING
        except TrackkitStorageError as error:  # one broken experiment must not hide the changes of the others
            state = error.code
        return f"{zlib.crc32(state.encode()):08x}"


def compare(ids: list[str], since: str, now: Mapping[str, str], recent: Collection[str]) -> dict[str, Any]:
    """Return the answer of :func:`changes` for the states `now`, of which some moved recently."""
    before = dict(entry.split(":", 1) for entry in since.split(",") if ":" in entry)
    after = {id[:12]: now[id] for id in ids}

    def changed(id: str) -> bool:
        known = before.get(id[:12])
        if known is None:
            return id in recent or now[id] == _MISSING
        return known != now[id]

    return {
        "next": ",".join(f"{short}:{state}" for short, state in after.items()),
        "changed": [id for id in ids if changed(id)],
        "missing": [id for id in ids if now[id] == _MISSING],
    }


def knows(since: str, ids: Iterable[str]) -> bool:
    """Return whether a cursor knows all of some experiments: one that does not is answered at once."""
    known = {entry.partition(":")[0] for entry in since.split(",")}
    return all(id[:12] in known for id in ids)
