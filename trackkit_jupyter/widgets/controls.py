"""ipywidgets controls that are linked to the traits of views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
import traitlets

from trackkit_jupyter.errors import TrackkitTypeError
from trackkit_jupyter.widgets.view import ViewWidget
from trackkit_jupyter.widgets.views import SamplesView

__all__ = ["PlotControls", "SampleSlider"]

_NEWEST = "newest"
_KINDS = [
    ("Exponential", "ema"),
    ("Time-weighted", "time_weighted"),
    ("Running mean", "running"),
    ("Gaussian", "gaussian"),
    ("None", "none"),
]


class PlotControls(ipywidgets.HBox):  # type: ignore[misc]
    """Metrics, group by, axes and smoothing, for any number of views at once.

    Parameters
    ----------
    *widgets
        :class:`ScalarsView`, :class:`ComparisonView` or :class:`PlotsView`; the first one that has a trait says how its
        control stands at the beginning.

    Attributes
    ----------
    metrics, group_by, xaxis, smoothing_kind, smoothing, log_y, ignore_outliers
        The ipywidgets controls; each is linked both ways to the trait of that name of every view that has it, and only
        those that a view has are shown: of a :class:`PlotsView` it is the metrics.

    Raises
    ------
    TrackkitTypeError
        There is no view, or one that these controls are not for.
    """

    _links: Sequence[Any] = ()

    def __init__(self, *widgets: ViewWidget) -> None:
        for widget in widgets:
            if not isinstance(widget, ViewWidget) or not widget.has_trait("metrics"):
                needed = "A ScalarsView, ComparisonView or PlotsView"
                raise TrackkitTypeError(f"{needed} is needed, not {type(widget).__name__}.")
        if not widgets:
            raise TrackkitTypeError("At least one view is needed.")
        style = {"description_width": "initial"}
        self.metrics = ipywidgets.TagsInput(allow_duplicates=False, placeholder="Metrics: all")
        self.group_by = ipywidgets.Dropdown(
            options=[("Metric", "metric"), ("None", "none")], description="Group by", style=style
        )
        self.xaxis = ipywidgets.Dropdown(
            options=[("Iterations", "iterations"), ("Relative", "relative"), ("Wall", "wall")],
            description="Horizontal axis",
            style=style,
        )
        self.smoothing_kind = ipywidgets.Dropdown(options=_KINDS, description="Kind of smoothing", style=style)
        self.smoothing = ipywidgets.FloatSlider(
            min=0, max=0.999, step=0.001, readout_format=".3f", description="Smoothing", style=style
        )
        self.log_y = ipywidgets.Checkbox(description="Logarithmic", indent=False)
        self.ignore_outliers = ipywidgets.Checkbox(description="Ignore outliers", indent=False)
        links: list[Any] = []
        shown: list[Any] = []
        for name in ("metrics", "group_by", "xaxis", "smoothing_kind", "smoothing", "log_y", "ignore_outliers"):
            control = getattr(self, name)
            having = [widget for widget in widgets if widget.has_trait(name)]
            if having:
                shown.append(control)
                links.append(traitlets.link((having[0], name), (control, "value")))
                links += [traitlets.link((control, "value"), (other, name)) for other in having[1:]]
        self._links = links
        super().__init__(shown)

    def close(self) -> None:
        """Undo the links, and remove the controls."""
        for link in self._links:
            link.unlink()
        self._links = []
        for control in self.children:
            control.close()
        super().close()


class SampleSlider(ipywidgets.SelectionSlider):  # type: ignore[misc]
    """A slider over the iterations that have samples, linked both ways to ``SamplesView.iteration``.

    Parameters
    ----------
    view
        The view it moves. What is logged later is taken in by :meth:`refresh`.

    Raises
    ------
    TrackkitTypeError
        That is no :class:`SamplesView`.
    """

    _view: SamplesView | None = None

    def __init__(self, view: SamplesView) -> None:
        if not isinstance(view, SamplesView):
            raise TrackkitTypeError(f"A SamplesView is needed, not {type(view).__name__}.")
        self._view = view
        super().__init__(options=self._options_now(), value=self._option(view.iteration), description="Iteration")
        self.observe(self._chosen, "value")
        view.observe(self._moved, "iteration")

    def refresh(self) -> None:
        """Take in the iterations that were logged since."""
        if self._view is None:
            return
        self.unobserve(self._chosen, "value")  # new options begin with the first one chosen, which nobody meant
        self.options = self._options_now()
        self.value = self._option(self._view.iteration)
        self.observe(self._chosen, "value")

    def close(self) -> None:
        """Undo the link, and remove the slider."""
        if self._view is not None:
            self._view.unobserve(self._moved, "iteration")
            self._view = None
        super().close()

    def _chosen(self, change: Any) -> None:
        if self._view is not None:
            self._view.iteration = None if change["new"] == _NEWEST else change["new"]

    def _moved(self, change: Any) -> None:
        option = self._option(change["new"])
        if option not in dict(self.options).values():
            self.refresh()
        self.value = option

    def _option(self, iteration: int | None) -> int | str:
        return _NEWEST if iteration is None else iteration

    def _options_now(self) -> list[tuple[str, int | str]]:
        chosen = None if self._view is None else self._view.iteration
        every = [] if self._view is None else self._view.iterations
        if chosen is not None and chosen not in every:
            every = sorted([*every, chosen])
        return [*((f"{iteration:,}", iteration) for iteration in every), (_NEWEST, _NEWEST)]
