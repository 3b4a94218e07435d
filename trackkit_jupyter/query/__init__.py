"""Queries: one grammar for Python, search boxes and embed URLs.

::

    metrics["loss/val"].min < 0.1           first, last, min, max, mean, count; last without one
    metrics["loss"]["val"] < 0.1            metric and variant apart
    hyperparameters["lr"] == 0.1            in any section; hyperparameters["Args"]["lr"] in one
    properties["k"] == "v"
    status in ("completed", "published") and not archived
    "baseline" in tags and name ~ "resnet"  ~ means contains, in upper or lower case
    created > "7 days ago"                  also "yesterday", "2026-01", "2026-01-31", "2026-01-31T14:30" (UTC)
    0.01 < hyperparameters["lr"] <= 0.1
    finished == none                        what is missing
    metrics["loss"] == nan

Fields: id, name, project, status, user, parent, description, tags, created, started, finished, last_update,
last_iteration, duration, archived, cell, cell_execution, notebook; of models also framework, uri, version and
experiment.
What comparisons mean in corner cases stands in :mod:`trackkit_jupyter.query.evaluate`.
"""

from __future__ import annotations

from trackkit_jupyter.errors import TrackkitTypeError, shown
from trackkit_jupyter.query.asking import asked
from trackkit_jupyter.query.evaluate import matches, ordered
from trackkit_jupyter.query.grammar import parse, parse_order
from trackkit_jupyter.query.nodes import All, Compare, Condition, Field, Order, fields_of
from trackkit_jupyter.query.tags import search, tag_filter

__all__ = [
    "Condition",
    "Order",
    "asked",
    "fields_of",
    "matches",
    "ordered",
    "parse",
    "parse_order",
    "search",
    "tag_filter",
    "within",
]


def within(query: str | Condition | None, archived: bool | None) -> Condition:
    """Return the condition of a query among the archived experiments, the others, or all.

    Parameters
    ----------
    query
        A query, or a condition, that may be missing.
    archived
        True: the archived ones; false: the others; ``None``: all. What the query itself says of ``archived`` decides.

    Raises
    ------
    QueryError
        The query cannot be read.
    TrackkitTypeError
        `archived` is none of these.
    """
    if archived is not None and not isinstance(archived, bool):
        raise TrackkitTypeError(f"archived must be True, False or None, not {shown(archived)}.", "archived")
    if query is None:
        condition: Condition = All(())
    else:
        condition = query if isinstance(query, Condition) else parse(query)
    if archived is None or "archived" in fields_of(condition):
        return condition
    kept = Compare(Field("archived"), "==", archived)
    return kept if condition == All(()) else All((kept, condition))
