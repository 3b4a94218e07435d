"""Freezing: what the views of a report show at one moment, kept with it, and found again by whoever shows them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.store import Store, StoredExperiment, open_store, registry
from trackkit_jupyter.store.freezing import answer_key, freeze_records
from trackkit_jupyter.store.paths import StorePaths
from trackkit_jupyter.views import parse_embed
from trackkit_jupyter.views.bundle import find_store
from trackkit_jupyter.views.snippets import snippets
from trackkit_jupyter.views.view import MIME_TYPE, View

__all__ = ["Frozen", "freeze", "frozen_of", "frozen_store", "open_frozen", "views_of"]

#: Experiments of one table that are kept.
MOST = 500


class Frozen:
    """What was kept.

    Attributes
    ----------
    views, objects : int
        How many views, and experiments and models that they show.
    gone : int
        How many views show something that was no longer there.
    size : int
        In bytes.
    """

    def __init__(self, views: int, objects: int, gone: int, size: int) -> None:
        self.views, self.objects, self.gone, self.size = views, objects, gone, size


def freeze(report: Any, content: Any) -> Frozen:
    """Keep what the views of a report show now.

    Parameters
    ----------
    report
        The report.
    content
        Its notebook.

    Raises
    ------
    TrackkitStorageError
        It cannot be written.
    """
    records: dict[str, Any] = {}
    answers: dict[str, list[str]] = {}
    count = gone = 0
    for view in views_of(content):
        count += 1
        try:
            store = _home(view, report)
            ids = _shown(view, store, answers)
        except TrackkitError:
            gone += 1
            continue
        for id in ids:
            if id not in records:
                with contextlib.suppress(TrackkitError):  # deleted since
                    records[id] = store.record(id)
        gone += len(ids) < len(view.objects) or not records.keys() >= set(ids)
    size, lost = freeze_records(report.store.paths.frozen(report.id), report.id, records.values(), answers)
    return Frozen(count, len(records) - len(lost), gone + len(lost), size)


def views_of(content: Any) -> Iterator[View]:
    """Give the views of a notebook: those of outputs, and the embed snippets of Markdown cells."""
    for cell in content.cells:
        found: list[Any] = [
            output.data[MIME_TYPE] for output in cell.get("outputs", ()) if MIME_TYPE in output.get("data", {})
        ]
        if cell.cell_type == "markdown":
            found += snippets(cell.source)
        for each in found:
            try:
                yield parse_embed(each) if isinstance(each, str) else View.from_json(each)
            except (TrackkitError, TypeError, AttributeError):  # shown as what cannot be read
                continue


def frozen_store(report: Any) -> Store[Any] | None:
    """Return the store that holds what a report's views show; ``None`` if it was not frozen."""
    return open_frozen(report.store.paths, report.id)


def open_frozen(paths: StorePaths, id: str, handle: type[StoredExperiment] = StoredExperiment) -> Store[Any] | None:
    """Return the frozen store of a report of a store; ``None`` if there is none."""
    try:
        store: Store[Any] = Store(paths.frozen(id), handle)
    except (TrackkitError, OSError, ValueError):
        return None
    return store if store.id == id and store.is_frozen else None


def frozen_of(content: Any, store: Store[Any] | None = None) -> Store[Any] | None:
    """Return the store from which the views of a notebook are drawn, if it is a frozen report.

    Parameters
    ----------
    content
        The notebook, which says whose it is.
    store
        Where to look for the report first; then the default store, and those that are known on this machine.
    """
    trackkit = content.get("metadata", {}).get("trackkit")
    about = trackkit.get("report") if isinstance(trackkit, dict) else None
    id = about.get("id") if isinstance(about, dict) and about.get("frozen") else None
    if not isinstance(id, str) or len(id) != 32 or id.strip("0123456789abcdef"):
        return None
    for paths in _places(store):
        found = open_frozen(paths, id)
        if found is not None:
            return found
    return None


def _places(store: Store[Any] | None) -> Iterator[StorePaths]:
    if store is not None:
        yield store.paths
    with contextlib.suppress(TrackkitError):
        yield open_store().paths
    for path in registry.stores().values():
        yield StorePaths(path)


def _home(view: View, report: Any) -> Store[Any]:
    if view.store is None or view.store.get("id") == report.store.id:
        store: Store[Any] = report.store
        return store
    return find_store(view, report.path.parent)


def _shown(view: View, store: Store[Any], answers: dict[str, list[str]]) -> list[str]:
    if view.kind == "table" and not view.objects:
        from trackkit_jupyter.query import asked

        condition = asked(str(view.options.get("query") or ""))
        archived = bool(view.options.get("archived"))
        return [each.id for each in store.experiments(condition, page_size=MOST, archived=archived)]
    if view.kind == "claim":
        from trackkit_jupyter.views.claims import claim_of

        found = claim_of(view, store)
        return [*found["a"]["ids"], *found["b"]["ids"]]
    ids = view.resolve(store)
    if view.query and not view.objects:
        what = "model" if view.options.get("object_type") == "model" else "experiment"
        answers[answer_key(what, view.query)] = ids
    return ids
