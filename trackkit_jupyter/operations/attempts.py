"""The attempts of a notebook cell: the experiments that it started, each with what changed since the one before."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from typing import Any

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import in_range
from trackkit_jupyter.operations.table import course
from trackkit_jupyter.query.grouping import one_field
from trackkit_jupyter.query.nodes import Compare, Field
from trackkit_jupyter.store import Store

__all__ = ["attempted", "attempts"]

_MOST = 100  # attempts in one answer
_CELLS = 1_000
_KNOWN = 1_000  # attempts that are counted
_POINTS = 32
_LINES = 40  # changed lines of code that are told
_DIFFED = 5_000  # lines of code that are compared line by line
_PARAMETERS = 40
_CHARACTERS = 200  # of a value, or of a line
_VALIDATION = ("val", "valid", "validation", "dev", "test", "eval")


def attempts(store: Store[Any], cell: str, notebook: str = "", metric: str = "", limit: int = 20) -> dict[str, Any]:
    """Return the experiments that a notebook cell started, the newest first; archived ones are left out.

    A copy of a notebook has the same cell ids: an attempt of another notebook that is still there is none of this cell.
    That of one that is gone is, since it was renamed or moved.

    Parameters
    ----------
    store
        The store.
    cell
        The id of the cell.
    notebook
        The path of its notebook, or the end of it, as Jupyter's contents have it; any without it.
    metric
        Of what the course and the final value are told, such as ``metrics["loss/val"]``; without it the first metric
        of the newest attempt that has one, one of a validation before others.
    limit
        Attempts at most, 0 to 100; 0 only counts them.

    Returns
    -------
    ``{"total", "metric": [metric, variant] or null, "values": [its last value in each attempt, the newest first, also
    of those beyond the limit], "items": [{"id", "number", "name", "status", "created", "tags", "value",
    "course": {"x", "y"} or null, "has_code", "code", "parameters"}]}``. `number` is from 1, the oldest.
    `code` is null where the code is that of the attempt before, else ``{"added", "removed", "lines"}``, counts and the
    changed lines, each with ``+`` or ``-`` in front; `parameters` are the ones that differ, ``[name, before, after]``.
    """
    in_range("limit", limit, 0, _MOST)
    if not cell:
        raise TrackkitValueError("cell must be the id of a cell.", "cell")
    wanted = one_field(metric, "metric") if metric else None
    if wanted is not None and wanted.name != "metrics":
        raise TrackkitValueError('metric must be a metric, such as metrics["loss/val"].', "metric")
    found = store.experiments(Compare(Field("cell"), "==", cell), order_by="-created", page=0, page_size=_KNOWN)
    here = _Here(notebook)
    known = [item for item in found if here(item.notebook)]
    total = len(known) + max(0, found.total - _KNOWN)
    shown = known[: limit + 1] if limit else []  # one more, with which the oldest is compared
    pair = (wanted.keys[0], wanted.keys[1]) if wanted is not None else _first_metric(shown)
    told, texts = [], []
    for item in shown:
        with opened(store, item.id) as live:
            told.append(_read(live, pair))
            texts.append((live.cell_code, _flat(live.hyperparameters)))
    items = []
    for place, each in enumerate(told[:limit]):
        code, parameters = texts[place]
        old_code, old = texts[min(place + 1, len(texts) - 1)]  # the first of all is compared with itself
        items.append(
            {
                **each,
                "number": total - place,
                "has_code": code is not None,
                "code": _changed_code(old_code, code),
                "parameters": _changed_parameters(old, parameters),
            }
        )
    values = [_last(item, pair) for item in known] if limit else []
    return {"total": total, "metric": None if pair is None else list(pair), "values": values, "items": items}


def attempted(store: Store[Any], cells: list[str], notebook: str = "") -> dict[str, Any]:
    """Return how many attempts each of the cells of a notebook has had; none where it had none.

    Parameters
    ----------
    store
        The store.
    cells
        The ids of cells, 1,000 at most.
    notebook
        The path of their notebook, as in :func:`attempts`.

    Returns
    -------
    ``{"cells": {id: count}}``
    """
    from trackkit_jupyter.store.catalog import catalog_of

    if len(cells) > _CELLS:
        raise TrackkitValueError(f"cells may name {_CELLS:,} cells at most, not {len(cells):,}.", "cells")
    here, found = _Here(notebook), dict[str, int]()
    for cell, recorded, count in catalog_of(store).cells(list(dict.fromkeys(cells))):
        if here(recorded):
            found[cell] = found.get(cell, 0) + count
    return {"cells": found}


class _Here:
    """Says whether a path that was recorded is that of a notebook."""

    def __init__(self, notebook: str) -> None:
        self._end = notebook.replace("\\", "/").strip("/")
        self._known: dict[str, bool] = {}

    def __call__(self, recorded: str | None) -> bool:
        if not self._end or not recorded:
            return True
        if recorded not in self._known:
            path = recorded.replace("\\", "/")
            ours = path == self._end or path.endswith(f"/{self._end}") or path.strip("/") == self._end
            self._known[recorded] = ours or not os.path.isfile(recorded)
        return self._known[recorded]


def _first_metric(items: Iterable[Any]) -> tuple[str, str] | None:
    for item in items:
        pairs = [(metric, name) for metric, names in item.metrics.items() if metric[:1] != ":" for name in names]
        if pairs:
            return next((pair for pair in pairs if pair[1] in _VALIDATION), pairs[0])
    return None


def _last(item: Any, pair: tuple[str, str] | None) -> Any:
    summary = None if pair is None else item.metrics.get(pair[0], {}).get(pair[1])
    return None if summary is None else summary["last"]


def _read(item: Any, pair: tuple[str, str] | None) -> dict[str, Any]:
    value = _last(item, pair)
    return {
        **{name: getattr(item, name) for name in ("id", "name", "status", "created", "tags")},
        "value": value,
        "course": None if value is None or pair is None else course(item, pair, _POINTS),
    }


def _flat(sections: dict[str, Any]) -> dict[tuple[str, str], str | None]:
    return {(section, name): entry["value"] for section, names in sections.items() for name, entry in names.items()}


def _changed_code(before: str | None, after: str | None) -> dict[str, Any] | None:
    if before is None or after is None or before == after:
        return None
    old, new = before.splitlines(), after.splitlines()
    if len(old) + len(new) > _DIFFED:
        return {"added": None, "removed": None, "lines": []}
    lines = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:2] != "@@"][2:]
    added = sum(line[0] == "+" for line in lines)
    return {"added": added, "removed": len(lines) - added, "lines": [line[:_CHARACTERS] for line in lines[:_LINES]]}


def _changed_parameters(before: dict[Any, Any], after: dict[Any, Any]) -> list[list[Any]]:
    names = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [[key[1], _cut(before.get(key)), _cut(after.get(key))] for key in names[:_PARAMETERS]]


def _cut(value: str | None) -> str | None:
    return value if value is None or len(value) <= _CHARACTERS else f"{value[: _CHARACTERS - 1]}…"
