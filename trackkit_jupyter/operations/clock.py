"""The read of one clock: what of an experiment belongs to a span of time, whichever axis the span was drawn on."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.records import timestamp
from trackkit_jupyter.store import Store, StoredExperiment
from trackkit_jupyter.store.sampled import away

if TYPE_CHECKING:
    from trackkit_jupyter.store.points import Series

__all__ = ["span", "timeline"]

_KNOTS = 64


def span(
    store: Store[Any],
    id: str,
    x_from: float,
    x_to: float,
    xaxis: Literal["iterations", "relative", "wall"] = "wall",
    metric: str = "",
) -> dict[str, Any]:
    """Tell what was logged in a span of time; where nothing was, as in a moment, what is nearest.

    Parameters
    ----------
    store, id
        The experiment.
    x_from, x_to
        The ends of the span, both included, in the base unit of the axis; the same number twice is a moment.
    xaxis
        The axis: ``iterations``, ``relative`` (seconds from the start) or ``wall`` (unix seconds).
    metric
        On the axis of iterations: whose iterations are meant; empty: those of the metric logged first. Where none of
        its points lies in the span, the closest one stands for it.

    Returns
    -------
    dict
        ``from``, ``to``: unix seconds. ``relative``: the same in seconds from the start. ``iterations``: by metric, the
        first and the last iteration. ``console``, ``cells``: index of the first line, or cell, and of the first one
        after. ``samples``: the first and the last iteration. ``plots``: by the id of the plot, which of its figures was
        the latest at the end. ``counts``: how many ``console`` lines, ``samples``, ``plots`` and ``cells`` lie in the
        span. Where no line, sample or figure of a plot was logged in the span, the nearest in time stands for it, of
        iterations the latest before; ``samples`` is None where there is none.

    Raises
    ------
    TrackkitValueError
        The span ends before it begins, or there are no points that could tell when an iteration was.
    """
    if x_from > x_to:
        raise TrackkitValueError(f"x_to must not be smaller than x_from, which is {x_from:g}.", "x_to")
    with opened(store, id) as found:
        series = [(pair[0], found.series(*pair)) for pair in found.names()]
        started = found.started_time
        if started is None:
            started = min((float(one.times.min()) for _, one in series if len(one)), default=0.0)
        if xaxis == "iterations":
            start, end = _when(series, metric, x_from, x_to)
        else:
            shift = started if xaxis == "relative" else 0.0
            start, end = x_from + shift, x_to + shift
        first, stop = found.lines_between(start, end)
        shown = (first, stop) if first < stop else _nearest_line(found, stop, start, end)
        sampled = found.sampled().between(start, end)
        plots, logged = _plots(found, start, end)
        cells = _cells(found.execution["cells"], start, end)
    return {
        "from": start,
        "to": end,
        "relative": [start - started, end - started],
        "iterations": _iterations(series, start, end),
        "console": list(shown),
        "samples": None if sampled is None else list(sampled[:2]),
        "plots": plots,
        "cells": list(cells),
        "counts": {
            "console": stop - first,
            "samples": 0 if sampled is None else sampled[2],
            "plots": logged,
            "cells": cells[1] - cells[0],
        },
    }


def timeline(store: Store[Any], id: str) -> dict[str, Any]:
    """Tell how far everything was at 64 moments, with which a page guesses what :func:`span` would answer.

    A kernel that is busy answers no question; but it sends this, and the page need not wait for the end of the cell.

    Parameters
    ----------
    store, id
        The experiment.

    Returns
    -------
    dict
        ``times``: unix seconds, ascending, those of points; ``started``. How far it was then: ``groups``, each of
        ``metrics`` with the same ``iterations``, null before the first; ``console``, lines; ``samples``, the last
        ``iterations``, null before the first, and ``counts``; ``plots`` by id, figures. ``cells``: when each began.
    """
    import numpy as np

    with opened(store, id) as found:
        by_metric: dict[str, Series] = {}
        for pair in found.names():
            one = found.series(*pair)
            if len(one) > len(by_metric.get(pair[0], ())):
                by_metric[pair[0]] = one
        longest = max(by_metric.values(), key=len, default=None)
        if longest is None:
            times = np.empty(0)
        else:
            places = np.unique(np.linspace(0, len(longest) - 1, _KNOTS).astype(int))
            times = np.maximum.accumulate(longest.times[places])
        groups: dict[tuple[int | None, ...], list[str]] = {}
        for metric, one in by_metric.items():
            rows = np.searchsorted(np.maximum.accumulate(one.times), times, side="right") - 1
            reached = tuple(int(one.iterations[row]) if row >= 0 else None for row in rows)
            groups.setdefault(reached, []).append(metric)
        sampled, counts = found.sampled().reached(times.tolist())
        plots: dict[str, list[float]] = {}
        for plot in found.plots():
            plots.setdefault("/".join((found.id, plot["metric"], plot["variant"])), []).append(plot["time"])
        begun = [_time(cell.get("time")) for cell in found.execution["cells"]]
        return {
            "times": times.tolist(),
            "started": found.started_time if found.started_time is not None else float(times[0]) if len(times) else 0.0,
            "groups": [{"metrics": metrics, "iterations": list(reached)} for reached, metrics in groups.items()],
            "console": [found.lines_between(0.0, time)[1] for time in times.tolist()],
            "samples": {"iterations": sampled, "counts": counts},
            "plots": {name: [bisect.bisect_right(at, time) for time in times] for name, at in plots.items()},
            "cells": [] if None in begun else begun,
        }


def _when(series: Sequence[tuple[str, Series]], metric: str, first: float, last: float) -> tuple[float, float]:
    """Return from when to when the iterations of a metric were logged."""
    import numpy as np

    named = metric or next((name for name, one in series if len(one) and not name.startswith(":")), "")
    chosen = [one for name, one in series if name == named and len(one)]
    if not chosen:
        raise TrackkitValueError("metric must name a metric that has points.", "metric")
    within = [one.times[(one.iterations >= first) & (one.iterations <= last)] for one in chosen]
    times = np.concatenate(within)
    if not len(times):
        places = [(abs(one.iterations - (first + last) / 2), one) for one in chosen]
        away, closest = min(places, key=lambda place: float(place[0].min()))
        times = closest.times[int(away.argmin())][None]
    return float(times.min()), float(times.max())


def _iterations(series: Sequence[tuple[str, Series]], start: float, end: float) -> dict[str, list[int]]:
    """Return of each metric the first and the last iteration in the span, else that of its latest point before."""
    within: dict[str, list[int]] = {}
    before: dict[str, tuple[float, int]] = {}
    for metric, one in series:
        past = one.times <= end
        inside = one.iterations[past & (one.times >= start)]
        if len(inside):
            ends = within.setdefault(metric, [int(inside[0]), int(inside[0])])
            within[metric] = [min(ends[0], int(inside.min())), max(ends[1], int(inside.max()))]
        elif metric not in within and past.any():
            row = len(past) - 1 - int(past[::-1].argmax())
            before[metric] = max(before.get(metric, (0.0, 0)), (float(one.times[row]), int(one.iterations[row])))
    return {**{metric: [iteration, iteration] for metric, (_, iteration) in before.items()}, **within}


def _nearest_line(found: StoredExperiment, place: int, start: float, end: float) -> tuple[int, int]:
    """Return the first of the lines around a place that is nearest to a span, and the first one after."""
    lines, _ = found.console(max(0, place - 1), 1 + (place > 0))
    nearest = min(lines, key=lambda line: away(line["time"], start, end), default=None)
    return (0, 0) if nearest is None else (nearest["index"], nearest["index"] + 1)


def _plots(found: StoredExperiment, start: float, end: float) -> tuple[dict[str, int], int]:
    times: dict[str, list[float]] = {}
    for plot in found.plots():
        times.setdefault("/".join((found.id, plot["metric"], plot["variant"])), []).append(plot["time"])
    shown, logged = {}, 0
    for name, logs in times.items():
        within = [place for place, time in enumerate(logs) if start <= time <= end]
        distances = [away(time, start, end) for time in logs]
        shown[name] = within[-1] if within else distances.index(min(distances))
        logged += len(within)
    return shown, logged


def _cells(cells: Sequence[dict[str, Any]], start: float, end: float) -> tuple[int, int]:
    """Return the first cell that was at work in the span, and the first one after: each is until the next begins."""
    begun = [_time(cell.get("time")) for cell in cells]
    if None in begun:
        return 0, 0
    stop = bisect.bisect_right(begun, end)  # type: ignore[type-var]
    return max(0, bisect.bisect_right(begun, start, 0, stop) - 1) if stop else 0, stop  # type: ignore[type-var]


def _time(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else timestamp(value) if value else None
