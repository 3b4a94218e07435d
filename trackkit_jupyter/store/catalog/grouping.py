"""The groups of a table, found in the catalog: by the fields they share, or by all hyperparameters but some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.query.grouping import Grouping
from trackkit_jupyter.query.groups import grouped
from trackkit_jupyter.query.nodes import Condition, Field, Order
from trackkit_jupyter.query.sql import Names, where
from trackkit_jupyter.query.tables import experiments, names, parameters

__all__ = ["Groups", "find_groups"]

_MOST_SETTINGS = 150  # hyperparameters, of which a query can still be made


@dataclass(frozen=True)
class Groups:
    """The groups that were found.

    Attributes
    ----------
    by : tuple of Field
        What the members of each share; of those that share all hyperparameters but some, where any of them differ.
    rows : list
        Of each group the values that they share, how many are in it, and what is said of each column, see
        :func:`trackkit_jupyter.query.groups.grouped`.
    total : int
        How many experiments there are in all groups, each once.
    """

    by: tuple[Field, ...]
    rows: list[tuple[tuple[Any, ...], int, tuple[Any, ...]]]
    total: int = 0


def find_groups(
    connection: Connection,
    condition: Condition,
    by: Grouping,
    columns: Sequence[Field],
    order: Order,
    most: int,
    known: Names,
) -> Groups | Field:
    """Return the groups of experiments, `most` at most; or the field that nobody ever had.

    Raises
    ------
    TrackkitValueError
        They are the same but for some hyperparameters, and differ in too many others.
    """
    if by.but:
        return _but(connection, condition, by.fields, columns, order, most, known)
    statement = grouped(condition, by.fields, columns, order, known)
    if isinstance(statement, Field):
        return statement
    size = len(by.fields)
    found = connection.execute(statement.limit(most)).fetchall()
    return Groups(by.fields, [(tuple(row[:size]), row[size], tuple(row[size + 1 :])) for row in found])


def _but(
    connection: Connection,
    condition: Condition,
    but: Sequence[Field],
    columns: Sequence[Field],
    order: Order,
    most: int,
    known: Names,
) -> Groups | Field:
    aside: list[int] = []
    for field in but:
        numbers = known("h", field.keys[0] if len(field.keys) == 2 else None, field.keys[-1])
        if not numbers:
            return field
        aside += numbers
    among = select(experiments.c.key).where(where(condition, known))
    settings: dict[int, dict[int, str]] = {row[0]: {} for row in _rows(connection, among)}
    entry = parameters.c
    chosen = select(entry.experiment, entry.name, entry.value).where(
        entry.experiment.in_(among), entry.name.not_in(aside), entry.value != ""
    )
    values: dict[int, set[str | None]] = {}
    counts: dict[int, int] = {}
    for key, number, value in _rows(connection, chosen):
        settings[key][number] = value
        values.setdefault(number, set()).add(value)
        counts[number] = counts.get(number, 0) + 1
    places = _places(
        connection, [number for number in values if len(values[number]) > 1 or counts[number] < len(settings)]
    )
    numbered: dict[tuple[str | None, ...], int] = {}
    found = [(key, numbered.setdefault(tuple(map(own.get, places)), len(numbered))) for key, own in settings.items()]
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE IF NOT EXISTS parts (experiment INTEGER PRIMARY KEY, part INTEGER)"
    )
    connection.exec_driver_sql("DELETE FROM parts")
    if found:
        connection.exec_driver_sql("INSERT INTO parts VALUES (?, ?)", found)
    statement = grouped(condition, (), columns, order, known)
    assert not isinstance(statement, Field)
    shared = list(numbered)
    fields = tuple(
        Field("hyperparameters", (name,) if alone else (section, name)) for section, name, alone in places.values()
    )
    rows = connection.execute(statement.limit(most)).fetchall()
    return Groups(fields, [(shared[row[0]], row[1], tuple(row[2:])) for row in rows])


def _rows(connection: Connection, statement: Any) -> Any:
    # Straight from the driver: wrapping a hundred thousand rows costs more than finding them.
    cursor = connection.execute(statement).cursor
    return () if cursor is None else cursor.fetchall()


def _places(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, str, bool]]:
    """Return section and name of some hyperparameters, and whether no other section has that name.

    Raises
    ------
    TrackkitValueError
        They are too many.
    """
    if len(numbers) > _MOST_SETTINGS:
        raise TrackkitValueError(
            f"These differ in {len(numbers):,} other hyperparameters, {_MOST_SETTINGS} at most make groups: search for "
            "some of them, or group by the hyperparameters that count.",
            "group_by",
        )
    there = connection.execute(select(names.c.key, names.c.first, names.c.second).where(names.c.kind == "h")).fetchall()
    wanted = set(numbers)
    called: dict[str, int] = {}
    for _, _, name in there:
        called[name] = called.get(name, 0) + 1
    ordered = sorted((row for row in there if row[0] in wanted), key=lambda row: (row[1] != "General", row[1], row[2]))
    return {number: (section, name, called[name] == 1) for number, section, name in ordered}
