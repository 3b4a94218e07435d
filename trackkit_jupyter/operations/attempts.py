"""The attempts of a notebook cell: its executions, with what each started, and what changed since the one before."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.operations.better import direction_of
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import in_range
from trackkit_jupyter.operations.table import course
from trackkit_jupyter.query.grouping import one_field
from trackkit_jupyter.query.nodes import Compare, Field
from trackkit_jupyter.store import Store

__all__ = ["attempted", "attempts"]

_MOST = 100  # attempts in one answer
_CELLS = 1_000
_LOOKED = 100  # experiments that are looked through for a metric
_POINTS = 32
_LINES = 40  # changed lines of code that are told
_DIFFED = 5_000  # lines of code that are compared line by line
_PARAMETERS = 40
_CHARACTERS = 200  # of a value, or of a line
_VALIDATION = ("val", "valid", "validation", "dev", "test", "eval")
_PINNED = "pinned"


def attempts(store: Store[Any], cell: str, notebook: str = "", metric: str = "", limit: int = 20) -> dict[str, Any]:
    """Return the attempts of a notebook cell, the newest first: an attempt is one execution, and all that it started.

    What is archived is left out. A copy of a notebook has the same cell ids: what another notebook started that is
    still there is none of this cell. What one did that is gone is, since it was renamed or moved. Of experiments of
    which the execution was not recorded, by an older version, each counts as an attempt.

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
        of the newest experiment that has one, one of a validation before others.
    limit
        Attempts at most, 0 to 100; 0 only counts them.

    Returns
    -------
    ``{"total": attempts, "experiments": how many they started, "unrecorded": of how many of those the execution is not
    known, "metric": [metric, variant] or null, "better": ``min``, ``max`` or null, "values": [the final value of each
    attempt, the newest first, also of those beyond the limit], "items": [{"id", "number", "name", "status",
    "status_reason", "doing", "created", "experiments", "ended": {status: experiments}, "where", "pinned": [ids],
    "value", "course": {"x", "y"} or null, "has_code", "code", "parameters"}]}``.

    `number` is from 1, the oldest. An attempt of several experiments is told by the one with the best final value, or
    the newest where the metric's name does not say what better means; `where` is the query that finds them all. `code`
    is null where the code is that of the attempt before, else ``{"added", "removed", "lines"}``, counts and the changed
    lines, each with ``+`` or ``-`` in front; `parameters` are the ones that differ, ``[name, before, after]``: all of
    the first attempt's. Of several experiments a value is what it was in all of them.
    """
    from trackkit_jupyter.store.catalog import attempts as known
    from trackkit_jupyter.store.catalog import catalog_of

    in_range("limit", limit, 0, _MOST)
    if not cell:
        raise TrackkitValueError("cell must be the id of a cell.", "cell")
    wanted = one_field(metric, "metric") if metric else None
    if wanted is not None and wanted.name != "metrics":
        raise TrackkitValueError('metric must be a metric, such as metrics["loss/val"].', "metric")
    here, catalog = _Here(notebook), catalog_of(store)
    pair = (
        (wanted.keys[0], wanted.keys[1]) if wanted is not None else _first_metric(store, cell, here) if limit else None
    )
    better = None if pair is None else direction_of(pair[0])
    found = [item for item in known.started(catalog, cell, pair) if here(item.notebook)]
    gathered: dict[str, list[known.Started]] = {}
    for item in found:
        gathered.setdefault(item.attempt, []).append(item)
    tries = [_Attempt.of(members, better) for members in gathered.values()]
    shown = tries[: limit + 1] if limit else []  # one more, with which the oldest is compared
    keys = [each.key for each in shown]
    settings = known.settings(catalog, cell, keys)
    pinned = known.marked(catalog, cell, keys, _PINNED)
    told = [_read(store, each, pair, settings[each.key]) for each in shown]
    items = []
    for place, each in enumerate(shown[:limit]):
        now, before = told[place], told[place + 1] if place + 1 < len(shown) else None
        items.append(
            {
                **now.row,
                "number": len(tries) - place,
                "experiments": each.experiments,
                "ended": each.ended,
                "where": each.where,
                "pinned": pinned[each.key],
                "has_code": now.code is not None,
                "code": None if before is None else _changed_code(before.code, now.code),
                "parameters": _changed({} if before is None else before.parameters, now.parameters),
            }
        )
    return {
        "total": len(tries),
        "experiments": len(found),
        "unrecorded": sum(not item.recorded for item in found),
        "metric": None if pair is None else list(pair),
        "better": better,
        "values": [each.value for each in tries] if limit else [],
        "items": items,
    }


def attempted(store: Store[Any], cells: list[str], notebook: str = "") -> dict[str, Any]:
    """Return how many attempts each of the cells of a notebook has had, and what they started; none where it had none.

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
    ``{"cells": {id: attempts}, "experiments": {id: experiments}}``
    """
    from trackkit_jupyter.store.catalog import attempts as known
    from trackkit_jupyter.store.catalog import catalog_of

    if len(cells) > _CELLS:
        raise TrackkitValueError(f"cells may name {_CELLS:,} cells at most, not {len(cells):,}.", "cells")
    here, times, experiments = _Here(notebook), dict[str, int](), dict[str, int]()
    for cell, recorded, tries, count in known.counted(catalog_of(store), list(dict.fromkeys(cells))):
        if here(recorded):
            times[cell] = times.get(cell, 0) + tries
            experiments[cell] = experiments.get(cell, 0) + count
    return {"cells": times, "experiments": experiments}


@dataclass(frozen=True)
class _Attempt:
    """An attempt, by the experiment that it is told by."""

    key: str
    id: str
    value: float | None
    status: str
    experiments: int
    ended: dict[str, int]
    where: str

    @classmethod
    def of(cls, members: Sequence[Any], better: str | None) -> _Attempt:
        finite = [item for item in members if item.value is not None and math.isfinite(item.value)]
        newest = members[0]
        best = newest
        if len(members) > 1 and better is not None and finite:
            best = (min if better == "min" else max)(finite, key=lambda item: item.value)
        ended: dict[str, int] = {}
        for item in members:
            ended[item.status] = ended.get(item.status, 0) + 1
        # What is still at work, or went wrong, is told before what went well.
        status = min(ended, key=lambda name: _TOLD.index(name) if name in _TOLD else len(_TOLD))
        field = "cell_execution" if newest.recorded else "id"
        key = newest.attempt.replace("\\", "\\\\").replace('"', '\\"')
        return cls(newest.attempt, best.id, best.value, status, len(members), ended, f'{field} == "{key}"')


_TOLD = ("running", "failed", "aborted")


@dataclass(frozen=True)
class _Told:
    """What is told of an attempt by itself: its row, the code of the cell then, and its parameters as text."""

    row: dict[str, Any]
    code: str | None
    parameters: dict[tuple[str, str], str]


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


def _first_metric(store: Store[Any], cell: str, here: _Here) -> tuple[str, str] | None:
    newest = store.experiments(Compare(Field("cell"), "==", cell), order_by="-created", page=0, page_size=_LOOKED)
    for item in newest:
        if not here(item.notebook):
            continue
        pairs = [(metric, name) for metric, names in item.metrics.items() if metric[:1] != ":" for name in names]
        if pairs:
            return next((pair for pair in pairs if pair[1] in _VALIDATION), pairs[0])
    return None


def _read(store: Store[Any], each: _Attempt, pair: tuple[str, str] | None, settings: dict[Any, Any]) -> _Told:
    with opened(store, each.id) as item:
        row = {name: getattr(item, name) for name in ("id", "name", "created")}
        alone = each.experiments == 1
        row |= {
            "status": item.status if alone else each.status,
            "status_reason": item.status_reason if alone else None,
            "doing": item.loop if alone else None,
            "value": each.value,
            "course": None,
        }
        if each.value is not None and pair is not None:
            row["course"] = course(item, pair, _POINTS)
        # In the order in which this one has them, and then what only others have.
        names = [(section, name) for section, names in item.hyperparameters.items() for name in names]
        order = dict.fromkeys([*(name for name in names if name in settings), *settings])
        return _Told(row, item.cell_code, {name: _said(settings[name]) for name in order})


def _said(setting: Any) -> str:
    """Return what a hyperparameter was in an attempt, as text: in all of its experiments."""
    if setting.kinds == 1:
        return _cut(setting.value)
    ends = [f"{end:g}" if isinstance(end, float) else _cut(end) for end in (setting.low, setting.high)]
    return f"{' … '.join(ends)} ({setting.kinds:,} values)"


def _changed_code(before: str | None, after: str | None) -> dict[str, Any] | None:
    if before is None or after is None or before == after:
        return None
    old, new = before.splitlines(), after.splitlines()
    if len(old) + len(new) > _DIFFED:
        return {"added": None, "removed": None, "lines": []}
    lines = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:2] != "@@"][2:]
    added = sum(line[0] == "+" for line in lines)
    return {"added": added, "removed": len(lines) - added, "lines": [line[:_CHARACTERS] for line in lines[:_LINES]]}


def _changed(before: dict[Any, str], after: dict[Any, str]) -> list[list[str | None]]:
    names = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [[key[1], before.get(key), after.get(key)] for key in names[:_PARAMETERS]]


def _cut(value: str) -> str:
    return value if len(value) <= _CHARACTERS else f"{value[: _CHARACTERS - 1]}…"
