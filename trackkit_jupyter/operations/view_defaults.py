"""What the views of a project's experiments begin with: the settings that a person made its default."""

from __future__ import annotations

from typing import Any, Literal

from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.table_views import options_of
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.tags import tags_state
from trackkit_jupyter.store.view_defaults import keep_view_default, known_view_default

__all__ = ["save_view_default", "view_default"]


def view_default(store: Store[Any], id: str, view: Literal["scalars"] = "scalars") -> dict[str, Any]:
    """Return what a view of an experiment begins with.

    Parameters
    ----------
    store, id
        The experiment, or model.
    view
        The kind of view.

    Returns
    -------
    ``{"project", "options"}``; `options` is None where nobody chose any for its project.
    """
    with opened(store, id) as found:
        project = found.project or ""
    return {"project": project, "options": known_view_default(store, project, view)}


def save_view_default(store: Store[Any], id: str, options: str, view: Literal["scalars"] = "scalars") -> dict[str, Any]:
    """Make settings what the views of an experiment's project begin with.

    Parameters
    ----------
    store, id
        The experiment, or model.
    options
        The settings as a JSON object, 64 KB at most; empty: those of the project are forgotten.
    view
        The kind of view.
    """
    with opened(store, id) as found:
        project = found.project or ""
    keep_view_default(store, project, view, options_of(options) if options else None)
    return {"state": tags_state(store)}
