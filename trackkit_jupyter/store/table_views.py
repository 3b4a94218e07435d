"""The saved views of the experiments table, which belong to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError
from trackkit_jupyter.records import check_name
from trackkit_jupyter.store.documents import Document

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["known_views", "remove_view", "save_view"]

_TABLE = "table_views"


def known_views(store: Store[Any]) -> list[dict[str, Any]]:
    """Return the saved views by name, ``[{"name", "options"}]``."""
    try:
        rows = Document(store.paths.workspace).read().get(_TABLE, {}).values()
    except NotFoundError:
        return []
    return sorted(({"name": row["name"], "options": row["options"]} for row in rows), key=lambda row: str(row["name"]))


def save_view(store: Store[Any], name: str, options: dict[str, Any]) -> None:
    """Keep a view under a name, in place of the one that has it.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        That is no name.
    """
    check_name(name, "name", what="A view")
    with Document(store.paths.workspace).table(_TABLE) as table:
        table.upsert({"name": name, "options": options}, lambda row: row.get("name") == name)


def remove_view(store: Store[Any], name: str) -> bool:
    """Forget a view; return whether there was one."""
    with Document(store.paths.workspace).table(_TABLE) as table:
        return bool(table.remove(lambda row: row.get("name") == name))
