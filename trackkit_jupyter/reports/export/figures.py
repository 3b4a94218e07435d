"""The figures of a report: as a browser kept them, else drawn by a Chrome, else by matplotlib, else why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from trackkit_jupyter import pictures
from trackkit_jupyter.pictures import chrome

__all__ = ["Figures", "Wanted"]

Format = Literal["png", "svg"]


@dataclass(frozen=True, eq=False)
class Wanted:
    """A figure that a report shows: plotly's JSON, the picture a browser kept of it, and its name."""

    figure: Mapping[str, Any]
    kept: bytes | None
    name: str


class Figures:
    """All figures of a report; those that need a browser are drawn by one of it, together.

    Parameters
    ----------
    format
        ``svg`` where there is a choice, or ``png``.
    """

    def __init__(self, format: Format) -> None:
        self._format = format
        self._waiting: list[Wanted] = []
        self._drawn: dict[Wanted, tuple[bytes, Format]] = {}
        self._why: dict[Wanted, str] = {}
        self.browser = chrome.find()

    @property
    def waiting(self) -> int:
        """How many figures wait for the browser."""
        return len(self._waiting)

    def want(self, figure: Mapping[str, Any], kept: bytes | None, name: str) -> Wanted:
        """Take note of a figure."""
        wanted = Wanted(figure, kept, name)
        if kept is not None:
            self._drawn[wanted] = (kept, "png")
        elif self.browser is not None and pictures.kinds_of(figure) != ["table"]:
            self._waiting.append(wanted)
        return wanted

    def draw(self) -> None:
        """Let the browser draw those that wait for it."""
        if self.browser is None or not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        answers = chrome.draw(self.browser, [wanted.figure for wanted in waiting], self._format)
        for wanted, answer in zip(waiting, answers, strict=True):
            if isinstance(answer, bytes):
                self._drawn[wanted] = (answer, self._format)
            else:
                self._why[wanted] = answer

    def image(self, wanted: Wanted) -> tuple[bytes, Format] | None:
        """Return the picture of a figure and its format; ``None`` where nothing here can draw it."""
        found = self._drawn.get(wanted)
        if found is None:
            data = pictures.draw_figure(
                wanted.figure, theme="light", format=self._format, scale=2 if self._format == "png" else 1
            )
            found = None if data is None else (data, self._format)
        return found

    def reason(self, wanted: Wanted) -> str:
        """Return why a figure could not be drawn, and what would help."""
        kinds = ", ".join(pictures.kinds_of(wanted.figure)) or "no traces"
        name = f"The figure {wanted.name}" if wanted.name else "This figure"
        if wanted in self._why:
            return f"{name} ({kinds}) could not be drawn: {self._why[wanted]}."
        return (
            f"{name} ({kinds}) needs a browser to be drawn: open the report in JupyterLab once, which keeps its "
            "picture, or install Chrome or Chromium."
        )
