"""Long texts: cut in what a view asks again and again, and read whole when they are opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from trackkit_jupyter.errors import NotFoundError, shown
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.store import Store

__all__ = ["LONG", "shortened", "text"]

#: Characters of a value that are sent with a record; its length is said when there are more.
LONG = 10_000


def text(
    store: Store[Any],
    id: str,
    part: Literal["hyperparameter", "property", "configuration", "diff", "cell"],
    name: str = "",
    section: str = "",
) -> dict[str, Any]:
    """Return a text of an experiment whole.

    Parameters
    ----------
    store, id
        The experiment.
    part
        What it is.
    name, section
        Which one; there is one diff, and one cell that started it.

    Returns
    -------
    ``{"text"}``
    """
    with opened(store, id) as found:
        if part == "diff":
            return {"text": found.execution["diff"] or ""}
        if part == "cell":
            if found.cell_code is None:
                raise NotFoundError("The code of the cell that started this experiment was not recorded.", "part")
            return {"text": found.cell_code}
        entries: Mapping[str, Any] = {
            "hyperparameter": lambda: found.hyperparameters.get(section, {}),
            "property": lambda: found.properties,
            "configuration": lambda: found.configuration,
        }[part]()
    if name not in entries:
        raise NotFoundError(f"There is no {part} {shown(name)}.", "name")
    return {"text": entries[name]["value"] or ""}


def shortened(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with its long texts cut; ``length`` beside a value, ``diff_length`` beside the diff, say so."""
    execution = dict(record["execution"])
    diff = execution["diff"]
    if diff is not None and len(diff) > LONG:
        execution |= {"diff": diff[:LONG], "diff_length": len(diff)}
    return {
        **record,
        "execution": execution,
        "hyperparameters": {section: _cut(entries) for section, entries in record["hyperparameters"].items()},
        "properties": _cut(record["properties"]),
        "configuration": _cut(record["configuration"]),
    }


def _cut(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: entry
        if entry["value"] is None or len(entry["value"]) <= LONG
        else {**entry, "value": entry["value"][:LONG], "length": len(entry["value"])}
        for name, entry in entries.items()
    }
