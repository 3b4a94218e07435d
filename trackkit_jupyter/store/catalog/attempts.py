"""The attempts of notebook cells, as the catalog knows them: each is one execution, and all that it started."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, distinct, func, select

from trackkit_jupyter.query.sql import Names
from trackkit_jupyter.query.tables import attempt, experiments, metrics, names, parameters, tags
from trackkit_jupyter.store.catalog import Catalog

__all__ = ["Setting", "Started", "counted", "marked", "settings", "started"]


@dataclass(frozen=True, slots=True)
class Started:
    """An experiment that a cell started.

    Attributes
    ----------
    id, status : str
        Of the experiment; the status as a reader sees it.
    attempt : str
        What it has in common with all that the same execution of the cell started.
    recorded : bool
        Whether that execution was recorded; an attempt of its own where it was not.
    notebook : str or None
        The path of the cell's notebook then.
    value : float or None
        The last value of the metric that was asked for; ``None`` without one.
    """

    id: str
    status: str
    attempt: str
    recorded: bool
    notebook: str | None
    value: float | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a hyperparameter was in an attempt.

    Attributes
    ----------
    kinds : int
        How many different values there were.
    value : str
        One of them, as text; the only one where there is one.
    low, high : float or str
        The least and the greatest, as numbers where all of them are.
    """

    kinds: int
    value: str
    low: float | str
    high: float | str


def counted(catalog: Catalog, cells: Sequence[str]) -> list[tuple[str, str | None, int, int]]:
    """Return of each cell and notebook how many attempts there were, and how many experiments, but archived ones."""

    def work(connection: Connection, _: Names) -> list[tuple[str, str | None, int, int]]:
        place = (experiments.c.cell, experiments.c.notebook)
        chosen = select(*place, func.count(distinct(attempt)), func.count()).where(
            experiments.c.cell.in_(cells), ~experiments.c.archived
        )
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(chosen.group_by(*place))]

    return catalog.ask(work)


def started(catalog: Catalog, cell: str, pair: tuple[str, str] | None = None) -> list[Started]:
    """Return the experiments that a cell started, but archived ones, the newest first.

    Parameters
    ----------
    catalog
        Of the experiments of a store.
    cell
        The id of the cell.
    pair
        The metric and variant of which the last value is told.
    """

    def work(connection: Connection, known: Names) -> list[Started]:
        found = [] if pair is None else known("m", *pair)
        of = experiments.c
        columns = [of.id, of.status, attempt, of.cell_execution.is_not(None), of.notebook]
        source: Any = experiments
        if found:
            joined = (metrics.c.experiment == of.key) & (metrics.c.series == found[0])
            source = experiments.outerjoin(metrics, joined)
            columns += [metrics.c.count, metrics.c.last]
        chosen = select(*columns).select_from(source).where(_of(cell))
        rows = connection.execute(chosen.order_by(of.created.desc(), of.id))
        return [Started(row[0], row[1], row[2], bool(row[3]), row[4], _last(*row[5:])) for row in rows]

    return catalog.ask(work)


def settings(catalog: Catalog, cell: str, attempts: Iterable[str]) -> dict[str, dict[tuple[str, str], Setting]]:
    """Return the hyperparameters of some attempts of a cell, by (section, name)."""
    wanted = list(attempts)

    def work(connection: Connection, _: Names) -> dict[str, dict[tuple[str, str], Setting]]:
        of = parameters.c
        texts = [func.count(distinct(of.value)), func.min(of.value), func.max(of.value)]
        numbers = [func.count(of.number), func.count(), func.min(of.number), func.max(of.number)]
        source = parameters.join(experiments, of.experiment == experiments.c.key).join(names, of.name == names.c.key)
        chosen = (
            select(attempt, names.c.first, names.c.second, *texts, *numbers)
            .select_from(source)
            .where(_of(cell), attempt.in_(wanted), names.c.kind == "h")
            .group_by(attempt, of.name)
            .order_by(names.c.first, names.c.second)
        )
        found: dict[str, dict[tuple[str, str], Setting]] = {key: {} for key in wanted}
        for key, section, name, kinds, first, last, are_numbers, count, low, high in connection.execute(chosen):
            ends = (low, high) if are_numbers == count else (first, last)
            found[key][section, name] = Setting(kinds, first, *ends)
        return found

    return catalog.ask(work)


def marked(catalog: Catalog, cell: str, attempts: Iterable[str], tag: str) -> dict[str, list[str]]:
    """Return which experiments of some attempts of a cell carry a tag."""
    wanted = list(attempts)

    def work(connection: Connection, _: Names) -> dict[str, list[str]]:
        source = tags.join(experiments, tags.c.experiment == experiments.c.key)
        chosen = select(attempt, experiments.c.id).select_from(source)
        found: dict[str, list[str]] = {key: [] for key in wanted}
        for key, id in connection.execute(chosen.where(_of(cell), attempt.in_(wanted), tags.c.tag == tag)):
            found[key].append(id)
        return found

    return catalog.ask(work)


def _of(cell: str) -> ColumnElement[bool]:
    return (experiments.c.cell == cell) & ~experiments.c.archived


def _last(count: int | None = None, last: float | None = None) -> float | None:
    return None if count is None else math.nan if last is None else last
