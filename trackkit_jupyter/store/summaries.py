"""What a series comes to: first, last, least, greatest and mean value, and where they lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.store.reader import Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["json_number", "summary"]


def json_number(value: float) -> float | str:
    """Return a number as JSON knows it: NaN and infinity as the texts "NaN", "Infinity" and "-Infinity"."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def summary(series: Series) -> dict[str, Any]:
    """Return the summary of a series as ``metrics`` shows it, and ``max_seen``, its greatest iteration."""
    import numpy as np

    iterations, values = series.iterations, series.values
    found: dict[str, Any] = {"count": len(values)}
    last = len(values) - 1 - int(np.argmax(iterations[::-1]))
    least = iterations.min()
    first = int(np.flatnonzero(iterations == least)[-1])
    places: dict[str, int | None] = {"first": first, "last": last, "min": None, "max": None}
    finite = np.isfinite(values)
    mean = None
    if finite.all():
        places["min"], places["max"], mean = int(values.argmin()), int(values.argmax()), _mean(values)
    elif finite.any():
        places["min"] = int(np.where(finite, values, np.inf).argmin())
        places["max"] = int(np.where(finite, values, -np.inf).argmax())
        mean = _mean(values[finite])
    for name, place in places.items():
        found[name] = None if place is None else json_number(float(values[place]))
        found[f"{name}_iteration"] = None if place is None else int(iterations[place])
    found["mean"] = None if mean is None else json_number(mean)
    found["max_seen"] = int(iterations[last])
    return found


def _mean(values: NDArray[np.float64]) -> float:
    """Return the mean of finite values, also where their sum is too large for a float64."""
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(values.mean())
    if math.isfinite(mean):
        return mean
    scale = float(np.abs(values).max())
    return float((values / scale).mean()) * scale
