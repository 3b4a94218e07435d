"""The read of curves: from the series of experiments to charts on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.reads import in_range
from trackkit_jupyter.store import Store

if TYPE_CHECKING:
    from trackkit_jupyter.charts import Curve

__all__ = ["charts", "collect"]

_MOST_EXPERIMENTS = 100
_MOST_POINTS = 1_000_000
#: A cursor travels in an address, which servers and proxies cut at 64 kB. Without one, everything is sent again.
_LONGEST_CURSOR = 48_000


def charts(
    store: Store[Any],
    objects: list[str],
    metrics: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    variants: list[str] = [],  # noqa: B006
    group_by: Literal["metric", "none"] = "metric",
    xaxis: Literal["iterations", "relative", "wall"] = "iterations",
    smoothing: float = 0.0,
    points: int = 2000,
    x_from: float | None = None,
    x_to: float | None = None,
    since: str = "",
) -> bytes:
    """Return the scalar charts of one or more experiments.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of the experiments, 100 at most; several are laid over one another.
    metrics, variants
        Only series with one of these names; empty: all.
    group_by
        One chart per ``metric``, or (``none``) per metric and variant.
    xaxis
        ``iterations``, ``relative`` (seconds from the start) or ``wall`` (unix seconds).
    smoothing
        Weight of the moving average, 0 to 0.999.
    points
        Points per line at most; longer ones keep the minimum and maximum of every bucket.
    x_from, x_to
        Zoom: only this part of the axis, in its base unit.
    since
        ``next`` of an earlier answer to the same question: lines that only grew then bring their new rows alone.

    Returns
    -------
    bytes
        See :func:`trackkit_jupyter.charts.encode`.
    """
    from trackkit_jupyter import charts as drawing

    in_range("smoothing", smoothing, 0, 0.999)
    in_range("points", points, 4, _MOST_POINTS)
    if x_from is not None and x_to is not None and x_from > x_to:
        raise TrackkitValueError(f"x_to must not be smaller than x_from, which is {x_from:g}.", "x_to")
    found = collect(store, objects, metrics, variants)
    cursor = drawing.encode_cursor(found)
    if len(cursor) > _LONGEST_CURSOR:
        cursor = ""
    if since and since == cursor:
        return drawing.encode([], cursor, unchanged=True)
    built = drawing.build(
        found,
        group_by=group_by,
        xaxis=xaxis,
        smoothing=smoothing,
        points=points,
        x_range=None if x_from is None and x_to is None else (x_from, x_to),
        since=drawing.decode_cursor(since, found) if since else None,
    )
    return drawing.encode(built, cursor)


def collect(store: Store[Any], objects: list[str], metrics: list[str], variants: list[str]) -> list[Curve]:
    """Return the curves of some experiments, in the order of the experiments and of first appearance.

    Colours are given by identity: they depend neither on the order of `objects` nor on what is chosen of them. Dashes
    tell apart the variants that are chosen, so that one variant of several experiments is drawn solid.
    """
    from trackkit_jupyter import charts as drawing

    if not objects:
        raise TrackkitValueError("objects must name at least one experiment.", "objects")
    if len(objects) > _MOST_EXPERIMENTS:
        raise TrackkitValueError(f"objects may name {_MOST_EXPERIMENTS} experiments at most.", "objects")
    names: dict[str, list[tuple[str, str]]] = {}
    created: dict[str, tuple[str, str]] = {}
    numbers: dict[str, int | None] = {}
    parts = []
    for id in dict.fromkeys(objects):
        with opened(store, id, "objects") as experiment:
            names[id] = [(metric, variant) for metric, variant in experiment.names()]
            created[id], numbers[id] = (experiment.created or "", id), experiment.number
            chosen = [
                (metric, variant)
                for metric, variant in names[id]
                if (not metrics or metric in metrics) and (not variants or variant in variants)
            ]
            for metric, variant in chosen:
                series = experiment.series(metric, variant)
                parts.append((id, experiment.name, metric, variant, series, experiment.started_time))
            if len(set(objects)) > 1:
                names[id] = chosen  # the colour tells the experiment; dashes tell apart the variants that are shown
    colors = drawing.colors({id: names[id] for id in sorted(names, key=created.__getitem__)}, numbers)
    return [
        drawing.Curve(
            experiment=id,
            experiment_name=name,
            metric=metric,
            variant=variant,
            color=colors[id, metric, variant][0],
            dash=colors[id, metric, variant][1],
            iterations=series.iterations,
            values=series.values,
            times=series.times,
            started=started,
        )
        for id, name, metric, variant, series, started in parts
    ]
