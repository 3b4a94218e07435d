"""Logging plots: figures, and what is drawn as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trackkit_jupyter.tracking.placed import PlacedLogging

__all__ = ["PlotLogging"]


class PlotLogging(PlacedLogging):
    """An experiment to which plots are logged."""

    def log_plot(self, metric: str, variant: str, figure: Any, iteration: int | None = None) -> None:
        """Log a figure: plotly (or a dict of data and layout), drawn unchanged; or matplotlib, kept as its picture."""
        self._log_figure(metric, variant, lambda: figure, iteration)

    def log_table(self, metric: str, variant: str, table: Any, iteration: int | None = None) -> None:
        """Log a table: a DataFrame, a list of dicts, or the path or URL of a CSV file."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, lambda: figures.table(table), iteration)

    def log_histogram(
        self, metric: str, variant: str, values: Any, iteration: int | None = None, *, bins: int = 50
    ) -> None:
        """Log the histogram of an array."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, lambda: figures.histogram(values, bins), iteration)

    def log_line(self, metric: str, variant: str, y: Any, x: Any = None, iteration: int | None = None) -> None:
        """Log a line that is no time series; `x` counts from 0 without it."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, lambda: figures.line(y, x), iteration)

    def log_scatter(self, metric: str, variant: str, points: Any, iteration: int | None = None) -> None:
        """Log points, shape (n, 2)."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, lambda: figures.scatter(points), iteration)

    def log_scatter3d(self, metric: str, variant: str, points: Any, iteration: int | None = None) -> None:
        """Log points, shape (n, 3)."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, lambda: figures.scatter3d(points), iteration)

    def log_surface(self, metric: str, variant: str, heights: Any, iteration: int | None = None) -> None:
        """Log a surface, heights of shape (rows, columns)."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, lambda: figures.surface(heights), iteration)

    def log_confusion_matrix(
        self, metric: str, variant: str, matrix: Any, labels: Any = None, iteration: int | None = None
    ) -> None:
        """Log a confusion matrix, shape (n, n): rows are true classes, columns predicted ones; `labels` names them."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, lambda: figures.confusion_matrix(matrix, labels), iteration)

    def _log_figure(self, metric: str, variant: str, make: Callable[[], Any], iteration: int | None) -> None:
        from trackkit_jupyter.tracking import figures

        self._check_place(metric, variant)
        self._log_blob("plot", metric, variant, iteration, figures.figure_json(make()), {})
