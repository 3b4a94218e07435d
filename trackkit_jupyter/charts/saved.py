"""Read again what "Download JSON" of a chart of curves has saved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trackkit_jupyter.charts.data import Floats
from trackkit_jupyter.errors import TrackkitValueError

__all__ = ["SavedSeries", "read_series"]

_NAMES = ("experiment", "metric", "variant")
_WORDS = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}


@dataclass(frozen=True, eq=False)
class SavedSeries:
    """One series of a saved chart.

    Parameters
    ----------
    experiment, metric, variant
        Id of the experiment, names of the series.
    iterations, values
        int64[n], float64[n], by iteration: every point that there was, unsmoothed.
    """

    experiment: str
    metric: str
    variant: str
    iterations: NDArray[np.int64]
    values: Floats


def read_series(path: str | PathLike[str]) -> list[SavedSeries]:
    """Read the series of a chart from the file that its control "Download JSON" has saved.

    >>> for series in read_series("loss.json"):  # doctest: +SKIP
    ...     for iteration, value in zip(series.iterations.tolist(), series.values.tolist()):
    ...         exp.log_scalar(series.metric, series.variant, value, iteration)

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    list of SavedSeries
        In the order of the chart's legend.

    Raises
    ------
    TrackkitValueError
        If it is not such a file.
    OSError
        If it cannot be read.
    """
    try:
        found = json.loads(Path(path).read_bytes())
    except ValueError as error:
        raise TrackkitValueError(f"{Path(path).name} is not JSON: {error}", field="path") from None
    try:
        return [_series(record) for record in (found if isinstance(found, list) else [found])]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        text = f"{Path(path).name} is not a chart's JSON: each series has {', '.join(_NAMES)}, iterations and values"
        raise TrackkitValueError(f"{text} ({type(error).__name__}: {error})", field="path") from None


def _series(record: dict[str, Any]) -> SavedSeries:
    experiment, metric, variant = names = [record[name] for name in _NAMES]
    iterations = np.array(record["iterations"], dtype=np.int64)
    values = np.array([_WORDS[one] if isinstance(one, str) else float(one) for one in record["values"]], dtype=float)
    if not all(isinstance(name, str) for name in names) or iterations.shape != values.shape or iterations.ndim != 1:
        raise ValueError("names are texts, and there is a value for each iteration")
    return SavedSeries(experiment, metric, variant, iterations, values)
