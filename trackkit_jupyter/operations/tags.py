"""The operations on the tags of a store: which there are, and their colours."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.store import Store
from trackkit_jupyter.store.tags import known_tags, tags_state
from trackkit_jupyter.store.tags import set_tag_colors as set_colors

__all__ = ["set_tag_colors", "tags"]


def tags(store: Store[Any]) -> dict[str, Any]:
    """Return the tags of a store: ``{"tags": [{"name", "count", "background", "foreground"}]}``, by name.

    The colours are ``#rrggbb``, or null while nobody chose any; whoever watches the store's own id with ``changes`` is
    told when they change.
    """
    return {"tags": known_tags(store)}


def set_tag_colors(
    store: Store[Any], tag: str, background: str | None = None, foreground: str | None = None
) -> dict[str, Any]:
    """Give a tag a background and a foreground, ``#rrggbb``, wherever it is shown; none to take them back."""
    set_colors(store, tag, background, foreground)
    return {"state": tags_state(store)}
