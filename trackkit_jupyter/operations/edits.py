"""The edits: what a person may change about an experiment; each answers its new state."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from trackkit_jupyter.errors import NotFoundError, TrackkitValueError
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store, StoredExperiment, StoredModel, StoredReport

__all__ = [
    "abort",
    "add_tags",
    "archive",
    "clone",
    "delete",
    "describe",
    "keep_picture",
    "move",
    "publish",
    "remove_configuration",
    "remove_hyperparameters",
    "remove_properties",
    "remove_tags",
    "rename",
    "reset",
    "set_configuration",
    "set_execution",
    "set_hyperparameter",
    "set_property",
    "unarchive",
]


def rename(store: Store[Any], id: str, name: str) -> dict[str, Any]:
    """Give an experiment, a model or a report another name."""
    return _organise(store, id, lambda found: found.rename(name))


def describe(store: Store[Any], id: str, text: str) -> dict[str, Any]:
    """Give an experiment another description; empty text takes it away."""
    return _organise(store, id, lambda found: found.describe(text))


def move(store: Store[Any], id: str, project: str) -> dict[str, Any]:
    """Move an experiment to another project; a slash nests projects."""
    return _organise(store, id, lambda found: found.move(project))


def add_tags(store: Store[Any], id: str, tags: list[str]) -> dict[str, Any]:
    """Add tags to an experiment."""
    return _organise(store, id, lambda found: found.add_tags(*_some(tags)))


def remove_tags(store: Store[Any], id: str, tags: list[str]) -> dict[str, Any]:
    """Take tags from an experiment; tags that it does not have are left out."""
    return _organise(store, id, lambda found: found.remove_tags(*_some(tags)))


def archive(store: Store[Any], id: str) -> dict[str, Any]:
    """Put an experiment aside."""
    return _organise(store, id, lambda found: found.archive())


def unarchive(store: Store[Any], id: str) -> dict[str, Any]:
    """Bring an archived experiment back."""
    return _organise(store, id, lambda found: found.unarchive())


def abort(store: Store[Any], id: str) -> dict[str, Any]:
    """Mark an experiment as aborted."""
    return _edit(store, id, lambda experiment: experiment.abort())


def publish(store: Store[Any], id: str, freeze: bool = False) -> dict[str, Any]:
    """Lock what an experiment, a model or the notebook of a report holds; tags, name and archive stay possible.

    Parameters
    ----------
    store, id
        The experiment, model or report.
    freeze
        Of a report: keep the data that its views show with it.
    """
    found: Any = store.record(check_id(id))
    if freeze and not isinstance(found, StoredReport):
        raise TrackkitValueError("Only a report is frozen when it is published.", "freeze")
    found.publish(**({"freeze": True} if freeze else {}))
    return {"state": found.state()}


def reset(store: Store[Any], id: str) -> dict[str, Any]:
    """Make an experiment a draft again, without what it made."""
    return _edit(store, id, lambda experiment: experiment.reset())


def clone(store: Store[Any], id: str, name: str | None = None) -> dict[str, Any]:
    """Copy an experiment or a report as a new draft, and answer its ``id`` too."""
    found = store.record(check_id(id))
    if isinstance(found, StoredModel):
        raise NotFoundError(f"There is no experiment with the id {id} in this store.", "id")
    made = found.clone(name)
    return {"id": made.id, "state": made.state()}


def delete(store: Store[Any], id: str) -> dict[str, Any]:
    """Delete a draft, or what is archived, for good; it has no state then."""
    store.record(check_id(id)).delete()
    return {"state": None}


def set_property(store: Store[Any], id: str, name: str, value: str) -> dict[str, Any]:
    """Set a user property of an experiment that is not published."""
    return _edit(store, id, lambda experiment: experiment.set_properties(**{name: value}))


def remove_properties(store: Store[Any], id: str, names: list[str]) -> dict[str, Any]:
    """Remove user properties of an experiment that is not published."""
    return _edit(store, id, lambda experiment: experiment.remove_properties(*names))


def set_hyperparameter(
    store: Store[Any], id: str, section: str, name: str, value: str, description: str | None = None
) -> dict[str, Any]:
    """Set a hyperparameter of a draft."""
    return _edit(store, id, lambda experiment: experiment.set_hyperparameter(section, name, value, description))


def remove_hyperparameters(store: Store[Any], id: str, section: str, names: list[str]) -> dict[str, Any]:
    """Remove hyperparameters of a draft, the whole section if no names are given."""
    return _edit(store, id, lambda experiment: experiment.remove_hyperparameters(section, *names))


def set_configuration(
    store: Store[Any], id: str, name: str, text: str, description: str | None = None
) -> dict[str, Any]:
    """Set the text of a draft's configuration object."""
    return _edit(store, id, lambda experiment: experiment.set_configuration(name, text, description))


def remove_configuration(store: Store[Any], id: str, names: list[str]) -> dict[str, Any]:
    """Remove configuration objects of a draft."""
    return _edit(store, id, lambda experiment: experiment.remove_configuration(*names))


def set_execution(
    store: Store[Any],
    id: str,
    image: str | None = None,
    arguments: str | None = None,
    setup: str | None = None,
    output_uri: str | None = None,
    log_level: str | None = None,
) -> dict[str, Any]:
    """Set how a draft's code is to be run; what is not given stays, empty text takes a field away.

    Parameters
    ----------
    store, id
        The draft.
    image, arguments, setup
        The container: its image, the arguments it is run with, the script that prepares it.
    output_uri
        Where checkpoints and artifacts go.
    log_level
        A level of the standard library's logging: CRITICAL, ERROR, WARNING, INFO, DEBUG or NOTSET.
    """
    fields = {
        "image": image,
        "arguments": arguments,
        "setup": setup,
        "output_uri": output_uri,
        "log_level": log_level,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    if not given:
        raise TrackkitValueError(f"Name what to set: {', '.join(fields)}.", "image")
    return _edit(store, id, lambda experiment: experiment.set_execution(**given))


def keep_picture(store: Store[Any], id: str, hash: str, picture: str) -> dict[str, Any]:
    """Keep the drawing of a figure that a browser made, for pictures and exports; never in place of a better one.

    Parameters
    ----------
    store, id
        The experiment.
    hash
        The figure.
    picture
        A PNG in base64, at most 0.7 MB and 4,096 pixels a side.
    """
    try:
        data = base64.b64decode(picture, validate=True)
    except ValueError:
        raise TrackkitValueError("picture must be base64.", "picture") from None
    return _edit(store, id, lambda experiment: experiment.keep_picture(hash, data))


def _edit(store: Store[Any], id: str, change: Callable[[StoredExperiment], Any]) -> dict[str, Any]:
    if isinstance(store.record(check_id(id)), StoredReport):
        raise NotFoundError(f"There is no experiment with the id {id} in this store.", "id")
    return _organise(store, id, change)


def _organise(store: Store[Any], id: str, change: Callable[[Any], Any]) -> dict[str, Any]:
    found = store.record(check_id(id))  # not a kept handle: an edit waits for no read
    change(found)
    return {"state": found.state()}


def _some(tags: list[str]) -> list[str]:
    if not tags:
        raise TrackkitValueError("tags must name at least one tag.", "tags")
    return tags
