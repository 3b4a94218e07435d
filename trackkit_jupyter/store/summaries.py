"""What a series comes to: first, last, least, greatest and mean value, and where they lie."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = tuple[NDArray[np.int64], NDArray[np.float64], int, int]

__all__ = ["json_number", "summaries"]

_CHUNK = 1 << 18  # values looked at at a time
_PLACES = ("first", "last", "min", "max")
_NAMES = (*(name + end for name in _PLACES for end in ("", "_iteration")), "mean", "max_seen")


def json_number(value: float) -> float | str:
    """Return a number as JSON knows it: NaN and infinity as the texts "NaN", "Infinity" and "-Infinity"."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def summaries(series: Sequence[Rows]) -> list[dict[str, Any]]:
    """Return the summaries of series as ``metrics`` shows them, and ``max_seen``, the greatest iteration.

    Those of one length are looked at at once.

    Parameters
    ----------
    series
        Of each the columns of iterations and values, and in them its first row and the one after its last.
    """
    import numpy as np

    alike: dict[tuple[int, int, int], list[int]] = {}
    for place, (iterations, values, start, stop) in enumerate(series):
        alike.setdefault((stop - start, id(iterations), id(values)), []).append(place)
    found: list[dict[str, Any]] = [{}] * len(series)
    for (length, _, _), places in alike.items():
        iterations, values, *_ = series[places[0]]
        most = max(1, _CHUNK // length)
        for some in (places[at : at + most] for at in range(0, len(places), most)):
            if len(some) == 1:
                rows = slice(series[some[0]][2], series[some[0]][3])
                columns = iterations[None, rows], values[None, rows]
            else:
                at = np.array([series[place][2] for place in some])[:, None] + np.arange(length)
                columns = iterations[at], values[at]
            for place, made in zip(some, _summaries(*columns), strict=True):
                found[place] = made
    return found


def _summaries(iterations: NDArray[np.int64], values: NDArray[np.float64]) -> Iterator[dict[str, Any]]:
    """Give the summary of each row of two matrices."""
    import numpy as np

    count, length = values.shape
    each = np.arange(count)
    places = {
        # of a repeated iteration the later one
        "first": length - 1 - iterations[:, ::-1].argmin(axis=1),
        "last": length - 1 - iterations[:, ::-1].argmax(axis=1),
    }
    finite = np.isfinite(values)
    whole = finite.all(axis=1)
    known = bool(whole.all())
    places["min"] = (values if known else np.where(finite, values, np.inf)).argmin(axis=1)
    places["max"] = (values if known else np.where(finite, values, -np.inf)).argmax(axis=1)
    there: NDArray[np.bool_] = np.count_nonzero(finite, axis=1) > 0
    with np.errstate(over="ignore", invalid="ignore"):
        means = values.mean(axis=1)
    again = np.flatnonzero(~(whole & np.isfinite(means)) & there)
    for row in again.tolist():
        means[row] = _mean(values[row][finite[row]])
    lacking: NDArray[np.bool_] = np.logical_not(there)
    columns: list[list[Any]] = []
    for name in _PLACES:
        place = places[name]
        chosen, at = values[each, place], iterations[each, place]
        missing = lacking if name in ("min", "max") else None
        columns += [_numbers(chosen, missing), _or_none(at.tolist(), missing)]
    columns += [_numbers(means, lacking), iterations[each, places["last"]].tolist()]
    for found in zip(*columns, strict=True):
        yield {"count": length, **dict(zip(_NAMES, found, strict=True))}


def _numbers(values: NDArray[np.float64], missing: NDArray[np.bool_] | None) -> list[Any]:
    import numpy as np

    found = values.tolist()
    for row in np.flatnonzero(~np.isfinite(values)).tolist():
        found[row] = json_number(found[row])
    return _or_none(found, missing)


def _or_none(found: list[Any], missing: NDArray[np.bool_] | None) -> list[Any]:
    if missing is not None and missing.any():
        for row in missing.nonzero()[0].tolist():
            found[row] = None
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
