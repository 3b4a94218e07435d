"""The grid of an HTML table: which column and row each cell has, whatever the cells before it span."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

__all__ = ["Cell", "Grid", "grid_of"]

_MOST_CELLS = 20_000


@dataclass(frozen=True)
class Cell:
    """A cell in its place.

    Attributes
    ----------
    tag
        Its tag, ``td`` or ``th``.
    x, y : int
        Its column and row, from 0.
    wide, tall : int
        The columns and rows that it spans.
    side : str
        The side at which its text stands; empty: none is named.
    """

    tag: Any
    x: int
    y: int
    wide: int
    tall: int
    side: str


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes
    ----------
    cells : list of Cell
        The cells, row by row.
    align : list of str
        The side of the text of each column, or ``default``.
    head : int
        How many rows are its head.
    left_out : int
        How many rows at its end are not among the cells: there are too many.
    """

    cells: list[Cell]
    align: list[str]
    head: int
    left_out: int


def grid_of(table: Any) -> Grid:
    """Return the grid of a table; tables inside of it are not looked into."""
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    head = columns = left_out = 0
    aligns: dict[int, str] = {}
    for y, row in enumerate(rows):
        if len(cells) > _MOST_CELLS:
            left_out = len(rows) - y
            break
        found = row.find_all(["td", "th"], recursive=False)
        if found and head == y and (all(cell.name == "th" for cell in found) or row.parent.name == "thead"):
            head += 1
        x = 0
        for cell in found:
            while (x, y) in taken:
                x += 1
            wide, tall = _span(cell.get("colspan")), min(_span(cell.get("rowspan")), len(rows) - y)
            places = {(x + i, y + j) for i in range(wide) for j in range(tall)}
            if places & taken:
                wide = tall = 1
                places = {(x, y)}
            taken |= places
            side = _side(cell)
            if side and wide == 1:
                aligns.setdefault(x, side)
            cells.append(Cell(cell, x, y, wide, tall, side))
            x += wide
            columns = max(columns, x)
    return Grid(cells, [aligns.get(x, "default") for x in range(columns)], head, left_out)


def _span(value: Any) -> int:
    return max(1, min(100, int(value))) if str(value or "").isdecimal() else 1


def _side(cell: Any) -> str:
    found = re.search(
        r"text-align:\s*(left|right|center)", f"{cell.get('style') or ''};text-align:{cell.get('align') or ''}"
    )
    return found[1] if found else ""
