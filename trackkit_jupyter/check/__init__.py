"""``trackkit verify`` and ``trackkit repair``: whether everything a store holds is whole, and what can be mended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.check.files import blobs, document, leftovers, markers, store_leftovers
from trackkit_jupyter.check.findings import Finding
from trackkit_jupyter.check.journals import journals
from trackkit_jupyter.check.mending import mend
from trackkit_jupyter.store import changes

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Finding", "ids", "repair", "verify"]


def verify(store: Store[Any], only: str | None = None) -> list[Finding]:
    """Read everything of a store and return what is not as it should be; it is only read.

    Parameters
    ----------
    store
        The store.
    only
        Id of the only experiment to look at.
    """
    return list(_findings(store, only))


def repair(store: Store[Any], only: str | None = None) -> tuple[list[Finding], list[Finding]]:
    """Mend what can be mended, and return that, and what is left.

    Nothing is ever deleted: what is damaged or left over goes to a folder ``quarantine`` in the experiment or the
    store. Doing it again, after being killed in the middle too, gives the same result. What a running experiment
    writes is left alone.

    Parameters
    ----------
    store, only
        As of :func:`verify`.
    """
    found = verify(store, only)
    mended = [finding for finding in found if mend(store, finding)]
    left = verify(store, only) if mended else found
    if only is None and os.access(store.paths.root, os.W_OK):
        from trackkit_jupyter.store.catalog import catalog_of

        catalog_of(store).renew()
    return mended, left


def ids(store: Store[Any]) -> list[str]:
    """Return the ids of all experiments that a store has a folder of, readable or not."""
    return _folders(store.paths.experiments)


def _folders(root: Path) -> list[str]:
    # Not store.experiments(): that leaves out those whose record cannot be read, which are the ones to find here.
    try:
        return sorted(place.name for place in root.iterdir() if len(place.name) == 32)
    except FileNotFoundError:
        return []


def _findings(store: Store[Any], only: str | None) -> Iterator[Finding]:
    paths, root = store.paths, store.paths.root
    if only is None:
        if paths.workspace.exists():
            yield from document(root, paths.workspace, "", journals=False)
        yield from store_leftovers(paths)
        yield from markers(paths)
        for id in _folders(paths.reports):
            yield from document(root, paths.report(id).record, id, journals=False)
    for what, folder in (("experiment", paths.experiments), ("model", paths.models)):
        for id in _folders(folder):
            if only is not None and id != only:
                continue
            files, alive = paths.record(what, id), changes.is_alive(paths, id)
            yield from document(root, files.record, id, journals=what == "experiment", what=what)
            yield from journals(root, files, alive)
            yield from blobs(root, files)
            yield from leftovers(root, files.root, id, alive=alive)
            yield from leftovers(root, files.blobs, id, alive=alive)
