"""The tags of a store: which there are, how many objects carry each, and the colours a person gave them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError, TrackkitValueError, shown
from trackkit_jupyter.records import check_name
from trackkit_jupyter.store.documents import Document

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["known_tags", "set_tag_colors", "tags_state"]

_COLOR = re.compile(r"#[0-9a-f]{6}")


def known_tags(store: Store[Any]) -> list[dict[str, Any]]:
    """Return every tag that an experiment or model carries or that was given colours, by name.

    Returns
    -------
    ``[{"name", "count", "background", "foreground"}]``: how many experiments and models carry it, and its colours as
    ``#rrggbb``; both ``None`` while nobody chose any.
    """
    from trackkit_jupyter.store.catalog import catalog_of

    counts = catalog_of(store).tags()
    for name, count in catalog_of(store, "model").tags().items():
        counts[name] = counts.get(name, 0) + count
    colors = _colors(store)
    return [
        {"name": name, "count": counts.get(name, 0), "background": None, "foreground": None, **colors.get(name, {})}
        for name in sorted({*counts, *colors})
    ]


def set_tag_colors(store: Store[Any], tag: str, background: str | None, foreground: str | None) -> None:
    """Give a tag its two colours, wherever it is shown; without any it has those that follow from its text again.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        No tag, no colour, or one colour without the other.
    """
    check_name(tag, "tag", what="A tag")
    pair = {"background": background, "foreground": foreground}
    given = [value for value in pair.values() if value is not None]
    if len(given) == 1:
        raise TrackkitValueError(
            "A tag has two colours, or none of its own: give background and foreground.",
            next(name for name, value in pair.items() if value is None),
        )
    for name, value in pair.items():
        if value is not None and not _COLOR.fullmatch(value):
            raise TrackkitValueError(f"{name} must be a colour as #rrggbb, in lower case, not {shown(value)}.", name)
    with Document(store.paths.workspace).table("tags") as table:
        table.remove(lambda row: row.get("name") == tag)
        if given:
            table.insert({"name": tag, **pair})


def tags_state(store: Store[Any]) -> str:
    """Return a text that differs when a tag's colours were changed meanwhile; it may when something else was."""
    try:
        found = store.paths.workspace.stat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns}:{found.st_size}:{found.st_ino}"


def _colors(store: Store[Any]) -> dict[str, dict[str, Any]]:
    try:
        rows = Document(store.paths.workspace).read().get("tags", {}).values()
    except NotFoundError:
        return {}
    return {row["name"]: {name: row.get(name) for name in ("background", "foreground")} for row in rows}
