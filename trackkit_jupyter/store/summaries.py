"""What a series comes to: first, last, least, greatest and mean value, and where they lie."""

from __future__ import annotations

import math
from typing import Any

from trackkit_jupyter.store.reader import Series

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
    with np.errstate(over="ignore"):  # a sum may be too large for a float64; then the mean is infinite, and says so
        if finite.all():
            places["min"], places["max"], mean = int(values.argmin()), int(values.argmax()), float(values.mean())
        elif finite.any():
            places["min"] = int(np.where(finite, values, np.inf).argmin())
            places["max"] = int(np.where(finite, values, -np.inf).argmax())
            mean = float(values[finite].mean())
    for name, place in places.items():
        found[name] = None if place is None else json_number(float(values[place]))
        found[f"{name}_iteration"] = None if place is None else int(iterations[place])
    found["mean"] = None if mean is None else json_number(mean)
    found["max_seen"] = int(iterations[last])
    return found
