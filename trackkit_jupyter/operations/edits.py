"""The edits: what a person may change about an experiment; each answers its new state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store, StoredExperiment

__all__ = ["abort", "add_tags", "archive", "describe", "move", "remove_tags", "rename", "unarchive"]


def rename(store: Store[Any], id: str, name: str) -> dict[str, Any]:
    """Give an experiment another name."""
    return _edit(store, id, lambda experiment: experiment.rename(name))


def describe(store: Store[Any], id: str, text: str) -> dict[str, Any]:
    """Give an experiment another description; empty text takes it away."""
    return _edit(store, id, lambda experiment: experiment.describe(text))


def move(store: Store[Any], id: str, project: str) -> dict[str, Any]:
    """Move an experiment to another project; a slash nests projects."""
    return _edit(store, id, lambda experiment: experiment.move(project))


def add_tags(store: Store[Any], id: str, tags: list[str]) -> dict[str, Any]:
    """Add tags to an experiment."""
    return _edit(store, id, lambda experiment: experiment.add_tags(*_some(tags)))


def remove_tags(store: Store[Any], id: str, tags: list[str]) -> dict[str, Any]:
    """Take tags from an experiment; tags that it does not have are left out."""
    return _edit(store, id, lambda experiment: experiment.remove_tags(*_some(tags)))


def archive(store: Store[Any], id: str) -> dict[str, Any]:
    """Put an experiment aside."""
    return _edit(store, id, lambda experiment: experiment.archive())


def unarchive(store: Store[Any], id: str) -> dict[str, Any]:
    """Bring an archived experiment back."""
    return _edit(store, id, lambda experiment: experiment.unarchive())


def abort(store: Store[Any], id: str) -> dict[str, Any]:
    """Mark an experiment as aborted."""
    return _edit(store, id, lambda experiment: experiment.abort())


def _edit(store: Store[Any], id: str, change: Callable[[StoredExperiment], Any]) -> dict[str, Any]:
    experiment = store.experiment(check_id(id))  # not a kept handle: an edit waits for no read
    change(experiment)
    return {"state": experiment.state()}


def _some(tags: list[str]) -> list[str]:
    if not tags:
        raise TrackkitValueError("tags must name at least one tag.", "tags")
    return tags
