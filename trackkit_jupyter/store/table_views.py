"""The saved views of the tables of experiments and models, which belong to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError
from trackkit_jupyter.records import check_name
from trackkit_jupyter.store.documents import Document

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["known_views", "remove_view", "save_view"]

_TABLE = "table_views"


def known_views(store: Store[Any], of: str) -> list[dict[str, Any]]:
    """Return the saved views of experiments, or of models, by name, ``[{"name", "options"}]``."""
    try:
        rows = Document(store.paths.workspace).read().get(_TABLE, {}).values()
    except NotFoundError:
        return []
    found = ({"name": row["name"], "options": row["options"]} for row in rows if _is_of(row, of))
    return sorted(found, key=lambda row: str(row["name"]))


def save_view(store: Store[Any], name: str, options: dict[str, Any], of: str) -> None:
    """Keep a view under a name, in place of the one that has it.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        That is no name.
    """
    check_name(name, "name", what="A view")
    with Document(store.paths.workspace).table(_TABLE) as table:
        row = {"name": name, "options": options, "of": of}
        table.upsert(row, lambda row: row.get("name") == name and _is_of(row, of))


def remove_view(store: Store[Any], name: str, of: str) -> bool:
    """Forget a view; return whether there was one."""
    with Document(store.paths.workspace).table(_TABLE) as table:
        return bool(table.remove(lambda row: row.get("name") == name and _is_of(row, of)))


def _is_of(row: Any, of: str) -> bool:
    return bool(row.get("of", "experiment") == of)
