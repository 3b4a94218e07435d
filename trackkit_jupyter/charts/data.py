"""Curves that come in, charts that go out: plain records with arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.series import AxisKind, Overview

__all__ = ["Answer", "Axis", "Chart", "ChartSeries", "Curve", "Floats", "Group", "Reference", "escape"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Experiments that are drawn as one.

    Parameters
    ----------
    id
        Stands for the id of an experiment: the same as long as what its members have in common is the same.
    name
        What its members have in common, in words.
    """

    id: str
    name: str


@dataclass(frozen=True, eq=False)
class Reference:
    """The series that is the horizontal axis of an experiment's other ones.

    Parameters
    ----------
    iterations, values
        int64[m], float64[m], in order of arrival.
    """

    iterations: NDArray[np.int64]
    values: Floats


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
    group
        The experiments that it is aggregated with; None draws it on its own.
    reference
        Its horizontal axis where that is a metric; None if the experiment has no such metric.
    kept
        A place for what is made of the curve, which belongs to it as long as it only grows; None: it is made each time.
    overview
        What stands for its points, which then are not there: such a curve is drawn as a whole, along its iterations,
        unsmoothed, and with as many points as the overview was made for.
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
    group: Group | None = None
    reference: Reference | None = None
    kept: dict[str, Any] | None = None
    overview: Overview | None = None

    @property
    def count(self) -> int:
        """How many points it has."""
        return len(self.values) if self.overview is None else self.overview.reduced.facts.total

    def arrived(self, row: int) -> tuple[int, float, float] | None:
        """Return iteration, value and time of a row, in order of arrival; None where it is not known."""
        if self.overview is not None:
            return self.overview.latest if row == self.count - 1 else None
        return int(self.iterations[row]), float(self.values[row]), float(self.times[row])

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
        ``"iterations"``, ``"relative"`` (columns in seconds), ``"wall"`` (columns in unix seconds) or ``"metric"``.
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
        Identity and looks. `name` is what a legend says. Of aggregated experiments `experiment` is the id of the group.
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
        Positions and words of values that are not finite, and how many there are, also of rows before `first`. At
        most 200 are named, or one for every ten of the points asked for.
    x, y
        float64[m]. What is not finite is NaN in `y`: the line has a gap there.
    raw_x, raw_y
        float64[k] or None: the original of a smoothed line.
    low, high, count
        float64[m] or None: of an aggregated line the edges of its band (None without one; NaN where it has no spread),
        and the number of experiments behind each point.
    members
        Ids of the experiments of a group; empty where a line is not that of a group. A group of one has no band.
    unplaced
        Rows left out because they have no place on the horizontal axis: no time, or no value of its metric so far.
    nonpositive, nonpositive_x
        Rows of the part looked at, unsmoothed, for which a logarithmic axis has no place.
    y_range
        5th and 95th percentile of the part looked at, unsmoothed: the range of an axis that ignores outliers.
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
    low: Floats | None = None
    high: Floats | None = None
    count: Floats | None = None
    members: list[str] = field(default_factory=list)
    unplaced: int = 0
    nonpositive: int = 0
    nonpositive_x: int = 0
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart: a title, axes, and the lines in it."""

    id: str
    title: str
    x: Axis
    series: list[ChartSeries]
    y_label: str | None = None
    kind: str = "line"

    @property
    def y_range(self) -> tuple[float, float] | None:
        """The vertical range that ignores the outliers of each line, or None without finite values."""
        ranges = [line.y_range for line in self.series if line.y_range is not None]
        return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None


@dataclass(frozen=True, eq=False)
class Answer:
    """What `decode` reads: the charts, the cursor to ask with next time, whether nothing is new, or all is."""

    charts: list[Chart]
    next: str
    unchanged: bool
    whole: bool = False


def escape(metric: str) -> str:
    """Write a metric so that it may stand in front of a slash in an id."""
    return metric.replace("%", "%25").replace("/", "%2F")
