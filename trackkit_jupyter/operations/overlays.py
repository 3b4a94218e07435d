"""Plots of several experiments in one figure, where their traces can share axes (as in ClearML's comparison)."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import several
from trackkit_jupyter.operations.plain import encode
from trackkit_jupyter.operations.reads import figure
from trackkit_jupyter.palette import HUES, colors
from trackkit_jupyter.store import Store, StoredExperiment

__all__ = ["overlaid", "shares_axes"]

#: What can be laid over one another; tables, pictures and all else stand side by side.
_KINDS = frozenset({"scatter", "scattergl", "bar", "scatter3d", "box", "histogram"})
_LARGEST = 2 << 20
_MOST = 100


def overlaid(store: Store[Any], objects: list[str], metric: str, variant: str) -> bytes:
    """Return the newest plots of that name of some experiments as one figure, plotly JSON.

    Each trace is named by its experiment and has its colour, the same as its curves; all else is as it was logged, the
    layout that of the first experiment.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of the experiments, 100 at most; those without such a plot are left out.
    metric, variant
        The plot.

    Raises
    ------
    NotFoundError
        None of them has such a plot.
    TrackkitValueError
        Too many experiments, or one of the plots cannot be laid over others.
    """
    found: list[_Plot] = []
    for id in several(objects, _MOST):
        with opened(store, id, "objects") as experiment:
            plots = [plot for plot in experiment.plots() if (plot["metric"], plot["variant"]) == (metric, variant)]
            if plots:
                last = max(int(plot["iteration"]) for plot in plots)
                hash = [plot["hash"] for plot in plots if plot["iteration"] == last][-1]
                if not shares_axes(experiment, hash):
                    raise TrackkitValueError("These plots cannot be laid over one another.", "variant")
                created = experiment.created or ""
                drawn = json.loads(figure(store, id, hash))
                found.append(_Plot(id, experiment.name, experiment.number, created, drawn))
    if not found:
        raise NotFoundError("There is no such plot in these experiments.", "variant")
    return encode(_together(found))


@dataclass(frozen=True)
class _Plot:
    id: str
    name: str
    number: int | None
    created: str
    figure: dict[str, Any]


def _together(found: list[_Plot]) -> dict[str, Any]:
    pair = ("plot", "plot")
    # In the order in which they were made, as their curves are coloured.
    made = {plot.id: [pair] for plot in sorted(found, key=lambda plot: (plot.created, plot.id))}
    hues = colors(made, {plot.id: plot.number for plot in found})
    traces: list[dict[str, Any]] = []
    for plot in found:
        data = plot.figure["data"]
        for trace in data:
            own = trace.get("name")
            named = f"{plot.name}: {own}" if own and len(data) > 1 else plot.name
            told = {"name": named, "legendgroup": plot.id, "showlegend": True}
            traces.append({**_painted(trace, HUES[hues[plot.id, *pair][0]]), **told})
    layout = dict(found[0].figure.get("layout") or {})
    if {trace.get("type") for trace in traces} == {"histogram"}:
        layout.setdefault("barmode", "overlay")
        traces = [{"opacity": 0.6, **trace} for trace in traces]
    return {"data": traces, "layout": {**layout, "showlegend": True}}


def _painted(trace: dict[str, Any], color: str) -> dict[str, Any]:
    """Return a trace in the colour of its experiment; what tells points apart by their colour stays."""
    painted = dict(trace)
    for part in ("marker", "line"):
        given = trace.get(part)
        known = dict(given) if isinstance(given, dict) else {}
        if not isinstance(known.get("color"), list):
            painted[part] = {**known, "color": color}
    if trace.get("type") in ("bar", "histogram"):
        painted.pop("line", None)  # it has none
    return painted


def shares_axes(experiment: StoredExperiment, hash: str) -> bool:
    """Return whether a figure has nothing but traces that can be laid over those of others."""
    try:
        return _shares(str(experiment.blob(hash)))
    except (TrackkitError, OSError):
        return False


@functools.lru_cache(4096)  # a blob never changes
def _shares(path: str) -> bool:
    file = Path(path)
    if file.stat().st_size > _LARGEST:
        return False
    try:
        traces = json.loads(file.read_bytes())["data"]
        return bool(traces) and all(trace.get("type", "scatter") in _KINDS for trace in traces)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
