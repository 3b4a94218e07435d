"""Place, smooth, down-sample and aggregate curves: pure functions over arrays.

They are applied in one order everywhere: place (`axis`, `ascending`), smooth the full data (`Smoothing`), aggregate
experiments (`aggregate`), cut to what is looked at (`window`), and only then reduce (`down_sample`): a curve never
changes with the number of points drawn.
"""

from __future__ import annotations

from trackkit_jupyter.series.aggregation import Aggregate, Band, Line, aggregate, student
from trackkit_jupyter.series.outline import LONG, Outline
from trackkit_jupyter.series.places import (
    AxisKind,
    Places,
    Timed,
    ascending,
    axis,
    join,
    non_finite,
    typical,
    window,
    word,
)
from trackkit_jupyter.series.reduction import Facts, Overview, Reduced, describe, gapped, overview, reduce
from trackkit_jupyter.series.sampling import down_sample
from trackkit_jupyter.series.smoothing import Smoothing, SmoothingKind, ema, gaussian, running_mean, time_weighted

__all__ = [
    "LONG",
    "Aggregate",
    "AxisKind",
    "Band",
    "Facts",
    "Line",
    "Outline",
    "Overview",
    "Places",
    "Reduced",
    "Smoothing",
    "SmoothingKind",
    "Timed",
    "aggregate",
    "ascending",
    "axis",
    "describe",
    "down_sample",
    "ema",
    "gapped",
    "gaussian",
    "join",
    "non_finite",
    "overview",
    "reduce",
    "running_mean",
    "student",
    "time_weighted",
    "typical",
    "window",
    "word",
]
