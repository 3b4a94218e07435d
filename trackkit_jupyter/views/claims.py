"""The claim of a view, as the data has it when it is looked at: in words, and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trackkit_jupyter import operations
from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.views import tables
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["ARGUMENTS", "arguments", "claim_of", "in_words", "picture", "words_of"]

#: The options of the view that the read takes.
ARGUMENTS = ("metric", "a", "b", "value", "better", "level")


def claim_of(view: View, store: Store[Any]) -> dict[str, Any]:
    """Return what the data says of the claim of a view now."""
    found: dict[str, Any] = operations.call("claim", store, arguments(view))
    return found


def arguments(view: View) -> dict[str, Any]:
    """Return what the read ``claim`` is asked for a view."""
    return {name: view.options[name] for name in ARGUMENTS if view.options.get(name) is not None}


def words_of(view: View, found: dict[str, Any]) -> str:
    """Return the verdict in words; where it held when the claim was made and no longer does, that first."""
    then = view.options.get("then")
    if isinstance(then, dict) and then.get("verdict") == "holds" and found["verdict"] != "holds":
        return f"This held on {str(then.get('time'))[:10]}; it no longer does. {found['sentence']}"
    return str(found["sentence"])


def in_words(view: View, store: Store[Any]) -> tables.Summary:
    """Return a claim and what the data says of it."""
    text = str(view.options.get("text") or view.title)
    try:
        found = claim_of(view, store)
    except TrackkitError as error:
        return tables.message(text, error.message)
    return tables.message(text, words_of(view, found))


def picture(view: View, store: Store[Any], look: dict[str, Any]) -> bytes | None:
    """Draw the two groups and the difference; ``None`` where there is nothing to draw."""
    from trackkit_jupyter.pictures.claims import claim_picture

    try:
        found = claim_of(view, store)
    except TrackkitError:
        return None
    if not found["a"]["values"] and not found["b"]["values"]:
        return None
    return claim_picture(found, title=str(view.options.get("text") or ""), **look)
