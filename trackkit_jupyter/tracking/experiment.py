"""Experiment: what a training script holds, to log and to read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trackkit_jupyter.tracking.attached import Attaching
from trackkit_jupyter.tracking.auditing import Auditing
from trackkit_jupyter.tracking.connecting import Connecting
from trackkit_jupyter.tracking.models import ModelSaving
from trackkit_jupyter.tracking.plots import PlotLogging
from trackkit_jupyter.tracking.samples import SampleLogging
from trackkit_jupyter.tracking.turning import Turning

if TYPE_CHECKING:
    from trackkit_jupyter.store import StoredReport

__all__ = ["Experiment"]


class Experiment(Turning, PlotLogging, SampleLogging, Connecting, Attaching, Auditing, ModelSaving):
    """An experiment, to read and, while it was started here and not finished, to log to.

    Every call that returned survives a kill of the process. A wrong argument raises at once and nothing is written; a
    fault of the store never raises, see :attr:`lost`.
    """

    def show(self, tab: str | None = None) -> None:
        """Show it under the cell, live, with one of its tabs in front."""
        from trackkit_jupyter import views

        views.show(self, tab=tab)

    @classmethod
    def report_type(cls) -> type[StoredReport]:
        """Return what its store's reports are: those that can be written, published and exported."""
        from trackkit_jupyter.reports import Report

        return Report

    def _ipython_display_(self) -> None:
        self.show()  # shown in the middle of a cell, its picture is drawn again when the cell ends

    # -- what capture calls -------------------------------------------------------------------------------------------

    def log_console(self, stream: str, text: str) -> None:
        """Append what was printed."""
        recorder = self._recorder
        if recorder is not None:
            recorder.console(stream, text)

    def record_runtime(self, values: dict[str, Any]) -> None:
        """Add to what is known of the machine."""
        self._record_fields("runtime", values)

    def record_execution(self, values: dict[str, Any]) -> None:
        """Add to what is known of the code."""
        self._record_fields("execution", values)

    def record_cell(self, code: str, number: int | None) -> None:
        """Record a cell that was executed."""
        recorder = self._recorder
        if recorder is not None:
            recorder.event("cell", code=code, number=number)

    def _start_capture(self, parts: frozenset[str]) -> None:
        from trackkit_jupyter.capture import Capture
        from trackkit_jupyter.tracking.captured import Captured

        self._capture = Capture(Captured(self), parts)
        self._capture.start()
