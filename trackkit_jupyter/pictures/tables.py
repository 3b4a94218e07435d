"""The table traces of plotly figures: columns as wide as their texts ask, numbers to the right."""

from __future__ import annotations

from typing import Any

import numpy as np

from trackkit_jupyter.pictures import ticks
from trackkit_jupyter.pictures.paper import NOTE, TEXT, Align, Box, Paper
from trackkit_jupyter.pictures.plotly import array, plain

__all__ = ["draw_table"]


def draw_table(paper: Paper, box: Box, trace: dict[str, Any]) -> None:
    """Draw a table into a box, as many rows as fit; of the others it says how many."""
    left, top, right, bottom = box
    header = [plain(first) for first in map(_first, array((trace.get("header") or {}).get("values")))]
    columns = [list(array(column)) for column in array((trace.get("cells") or {}).get("values"))]
    count = max((len(column) for column in columns), default=0)
    fitting = int((bottom - top - 24) / 22)
    shown = count if count <= fitting else fitting - 1
    texts = [[_cell(item) for item in column[:shown]] for column in columns]
    numeric = [all(_numeric(item) for item in column[:shown]) for column in columns]
    header += [""] * (len(columns) - len(header))
    wanted = [
        max([paper.measure(head, TEXT, bold=True), *(paper.measure(cell) for cell in cells[:50])]) + 20
        for head, cells in zip(header, texts, strict=False)
    ]
    room = right - left
    stretch = room / sum(wanted) if wanted else 1.0
    x = left
    for head, cells, width, is_number in zip(header, texts, wanted, numeric, strict=False):
        width *= stretch
        at = x + width - 10 if is_number else x + 2
        align: Align = "right" if is_number else "left"
        paper.text(at, top + 10, paper.fit(head, width - 12, bold=True), bold=True, align=align)
        for row, cell in enumerate(cells):
            paper.text(at, top + 34 + row * 22, paper.fit(cell, width - 12), align=align)
        x += width
    for row in range(shown + 1):
        y = top + 23 + row * 22
        paper.line([left, right], [y, y], paper.ink.line if row == 0 else paper.ink.grid, linewidth=1)
    if shown < count:
        y = top + 34 + shown * 22
        paper.text(left + 2, y, f"{count - shown:,} more rows", size=NOTE, color=paper.ink.secondary)


def _first(head: Any) -> Any:
    return head[0] if isinstance(head, list | np.ndarray) and len(head) else head


def _numeric(item: Any) -> bool:
    if isinstance(item, str):
        return item.replace(",", "").replace(".", "", 1).lstrip("-+").isdigit()
    return isinstance(item, int | float | np.number)


def _cell(item: Any) -> str:
    return ticks.number(float(item)) if isinstance(item, float | np.floating) else plain(item)
