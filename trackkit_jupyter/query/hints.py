"""What was probably meant by a name that is none: a field spelled otherwise, a text without its quotes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from trackkit_jupyter.query.nodes import FIELDS, KEYED, Field

__all__ = ["example", "near", "no_field", "no_status"]

_LONGEST = 100  # characters of a name that are told
#: What other tools call the same.
_SPELLED: dict[str, str] = {
    "config": "hyperparameters",
    "params": "hyperparameters",
    "parameters": "hyperparameters",
    "hparams": "hyperparameters",
    "summary": "metrics",
    "state": "status",
    "tag": "tags",
    "createdat": "created",
    "created_at": "created",
    "updated": "last_update",
    "runtime": "duration",
    "notes": "description",
    "displayname": "name",
    "display_name": "name",
    "username": "user",
    "step": "last_iteration",
    "iteration": "last_iteration",
}
_STATUSES = {
    "finished": "completed",
    "succeeded": "completed",
    "success": "completed",
    "crashed": "failed",
    "error": "failed",
    "killed": "aborted",
    "cancelled": "aborted",
    "pending": "queued",
}


def near(word: str, known: Iterable[str]) -> str:
    """Return the question whether one of those was meant, or a full stop."""
    found = difflib.get_close_matches(word[:_LONGEST].lower(), list(known), 1)
    return f"; did you mean {found[0]}?" if found else "."


def no_field(name: str, dotted: str = "", *, value: bool = False) -> str:
    """Return the sentence for a name that is no field.

    Parameters
    ----------
    name, dotted
        The name, and what stands behind a dot after it.
    value
        Only a text can stand where it stands.
    """
    name, dotted = name[:_LONGEST], dotted[:_LONGEST]
    if value:
        return f'There is no field {name}; did you mean "{name}"?'
    meant = _SPELLED.get(name.lower(), name)
    if dotted and meant in KEYED:
        return f'There is no field {name}.{dotted}; did you mean {meant}["{dotted}"]?'
    if meant in FIELDS and meant != name:
        return f"There is no field {name}; did you mean {meant}?"
    hint = near(name, (*FIELDS, *KEYED))
    return f"There is no field {name}" + (f'; a hyperparameter is hyperparameters["{name}"].' if hint == "." else hint)


def no_status(word: str, told: str, known: Iterable[str]) -> str:
    """Return the sentence for a word, and how it is told, that is no status."""
    known = list(known)
    meant = _STATUSES.get(word.lower())
    hint = f"; did you mean {meant}?" if meant else near(word, known)
    return f"{told} is no status" + (f"; allowed: {', '.join(known)}." if hint == "." else hint)


def example(field: Field) -> str:
    """Return a condition on a field, as it is written."""
    return {
        "text": f'{field.name} == "..."',
        "tags": '"..." in tags',
        "time": f'{field.name} > "7 days ago"',
        "number": f'{field.name}["..."] < 0.1' if field.keys else f"{field.name} > 100",
    }.get(field.kind, f'{field.name}["..."] == 0.1')
