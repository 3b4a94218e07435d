"""What the views of a project's experiments begin with, which belongs to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError
from trackkit_jupyter.store.documents import Document

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["keep_view_default", "known_view_default"]

_TABLE = "view_defaults"


def known_view_default(store: Store[Any], project: str, view: str) -> dict[str, Any] | None:
    """Return the options that a kind of view of a project begins with; ``None`` where nobody chose any."""
    try:
        rows = Document(store.paths.workspace).read().get(_TABLE, {}).values()
    except NotFoundError:
        return None
    return next((row["options"] for row in rows if row["project"] == project and row["view"] == view), None)


def keep_view_default(store: Store[Any], project: str, view: str, options: dict[str, Any] | None) -> None:
    """Keep the options that a kind of view of a project begins with; ``None`` forgets them."""
    with Document(store.paths.workspace).table(_TABLE) as table:
        table.remove(lambda row: row.get("project") == project and row.get("view") == view)
        if options is not None:
            table.insert({"project": project, "view": view, "options": options})
