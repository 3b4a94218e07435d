"""Curves that come in, charts that go out: plain records with arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.series import AxisKind

__all__ = ["Answer", "Axis", "Chart", "ChartSeries", "Curve", "Floats", "escape"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """One series of one experiment, as it comes from the store.

    Parameters
    ----------
    experiment, experiment_name
        Id and name of the experiment.
    metric, variant
        Names of the series.
    color, dash
        Index into the ten hues and number of the dash, see `colors`.
    iterations, values, times
        int64[n], float64[n], float64[n] (unix seconds), in order of arrival.
    started
        Start of the experiment, unix seconds, for the relative axis.
    """

    experiment: str
    experiment_name: str
    metric: str
    variant: str
    color: int
    dash: int
    iterations: NDArray[np.int64]
    values: Floats
    times: Floats
    started: float | None = None

    @property
    def id(self) -> str:
        """Identity of the series: ``<experiment>/<metric>/<variant>``, slashes inside the metric escaped."""
        return f"{self.experiment}/{escape(self.metric)}/{self.variant}"


@dataclass(frozen=True)
class Axis:
    """The horizontal axis of a chart.

    Parameters
    ----------
    kind
        ``"iterations"``, ``"relative"`` (columns in seconds) or ``"wall"`` (columns in unix seconds).
    label
        Title of the axis, or None where it is obvious.
    unit
        Unit that ticks are shown in on the relative axis: ``"s"``, ``"min"``, ``"h"`` or ``"d"``.
    """

    kind: AxisKind
    label: str | None = None
    unit: str | None = None


@dataclass(frozen=True, eq=False)
class ChartSeries:
    """One line of a chart.

    Parameters
    ----------
    id, experiment, name, metric, variant, color, dash
        Identity and looks. `name` is what a legend says.
    total
        Rows of the series (of the part looked at, if the chart is zoomed).
    shown
        Rows that a reader holds once it has taken this in: `first` earlier ones and those of the columns.
    sampled
        Whether `shown` are a choice of `total`.
    first
        0: the columns replace what a reader has. Else: they follow its first `first` rows.
    last
        The value at the greatest iteration: a number, "NaN", "Infinity", "-Infinity", or None without rows.
    nonfinite, nonfinite_count
        At most 200 positions and words of values that are not finite, and how many there are, also of rows
        before `first`.
    x, y
        float64[m]. What is not finite is NaN in `y`: the line has a gap there.
    raw_x, raw_y
        float64[k] or None: the original of a smoothed line.
    """

    id: str
    experiment: str
    name: str
    metric: str
    variant: str
    color: int
    dash: int
    total: int
    shown: int
    sampled: bool
    first: int
    last: float | str | None
    nonfinite: list[tuple[float, str]]
    nonfinite_count: int
    x: Floats
    y: Floats
    raw_x: Floats | None = None
    raw_y: Floats | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart: a title, axes, and the lines in it."""

    id: str
    title: str
    x: Axis
    series: list[ChartSeries]
    y_label: str | None = None
    kind: str = "line"


@dataclass(frozen=True, eq=False)
class Answer:
    """What `decode` reads: the charts, the cursor to ask with next time, and whether nothing is new."""

    charts: list[Chart]
    next: str
    unchanged: bool


def escape(metric: str) -> str:
    """Write a metric so that it may stand in front of a slash in an id."""
    return metric.replace("%", "%25").replace("/", "%2F")
