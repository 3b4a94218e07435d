"""The read of curves: from the series of experiments to charts on the wire."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from trackkit_jupyter.errors import TrackkitError, TrackkitValueError
from trackkit_jupyter.operations.comparing import fields_by
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import in_range, several
from trackkit_jupyter.records import split_key
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.overviews import POINTS

if TYPE_CHECKING:
    from trackkit_jupyter.charts import Curve, Reference
    from trackkit_jupyter.series import Overview
    from trackkit_jupyter.store.points import Series

__all__ = ["charts", "check_groups", "collect"]

_MOST_EXPERIMENTS = 100
_MOST_GROUPED = 1_000
_MOST_POINTS = 1_000_000
_SEVERAL = 8  # experiments from which on they are read side by side
#: A cursor travels in the body of a request, which ends at 1 MB. Without one, everything is sent again.
_LONGEST_CURSOR = 500_000


def charts(
    store: Store[Any],
    objects: list[str],
    metrics: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    variants: list[str] = [],  # noqa: B006
    group_by: Literal["metric", "none"] = "metric",
    xaxis: Literal["iterations", "relative", "wall", "metric"] = "iterations",
    smoothing: float = 0.0,
    points: int = 2000,
    x_from: float | None = None,
    x_to: float | None = None,
    since: str = "",
    x_metric: str = "",
    smoothing_kind: Literal["none", "ema", "time_weighted", "running", "gaussian"] = "ema",
    smoothing_window: int = 5,
    smoothing_sigma: float = 1.0,
    by: list[str] = [],  # noqa: B006
    over: list[str] = [],  # noqa: B006
    line: Literal["mean", "median"] = "mean",
    band: Literal["none", "minmax", "std", "stderr", "ci95"] = "none",
) -> bytes:
    """Return the scalar charts of one or more experiments.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of the experiments, 100 at most (1,000 if they are grouped); several are laid over one another.
    metrics, variants
        Only series with one of these names; empty: all.
    group_by
        One chart per ``metric``, or (``none``) per metric and variant.
    xaxis
        ``iterations``, ``relative`` (seconds from the start), ``wall`` (unix seconds), or ``metric``: the value of
        `x_metric` at the iteration, or its latest before. Points before its first value are left out and counted.
    smoothing
        Weight of a moving average, 0 to 0.999.
    points
        Points per line at most, at least 4 (with a band 6); longer ones keep the minimum and maximum of every bucket.
        With 300, those of a whole curve that was archived are kept beside its archive.
    x_from, x_to
        Zoom: only this part of the axis, in its base unit.
    since
        ``next`` of an earlier answer to the same question: lines that only grew then bring their new rows alone.
    x_metric
        Key of a logged series, such as ``loss/train``, or as it stands in the id of a line (slashes inside the metric
        as ``%2F``).
    smoothing_kind, smoothing_window, smoothing_sigma
        See :class:`trackkit_jupyter.series.Smoothing`.
    by, over
        Draw as one line the experiments with the same values of these hyperparameters, or the same but for these. See
        :func:`trackkit_jupyter.charts.groups`. `by` may also name ``project``, ``status``, ``user``, ``tags`` or
        ``properties/name``.
    line, band
        That line, and how far the experiments spread around it. See :func:`trackkit_jupyter.series.aggregate`.

    Returns
    -------
    bytes
        See :func:`trackkit_jupyter.charts.encode`.
    """
    from trackkit_jupyter import charts as drawing
    from trackkit_jupyter.series import Smoothing

    in_range("smoothing", smoothing, 0, 0.999)
    in_range("points", points, 4 if band == "none" else 6, _MOST_POINTS)
    if xaxis == "metric" and not x_metric:
        raise TrackkitValueError("x_metric must name the series that is the horizontal axis.", "x_metric")
    if by and over:
        raise TrackkitValueError("Experiments are grouped either by some hyperparameters, or over some.", "over")
    if x_from is not None and x_to is not None and x_from > x_to:
        raise TrackkitValueError(f"x_to must not be smaller than x_from, which is {x_from:g}.", "x_to")
    zoomed = x_from is not None or x_to is not None
    smoothed = Smoothing(smoothing_kind, smoothing, smoothing_window, smoothing_sigma).active
    # As a comparison asks at first: then most points need not be read.
    brief = points == POINTS and xaxis == "iterations" and not (zoomed or smoothed or by or over)
    found = collect(store, objects, metrics, variants, x_metric if xaxis == "metric" else "", by, over, brief)
    cursor = drawing.encode_cursor(found)
    if len(cursor) > _LONGEST_CURSOR:
        cursor = ""
    if since and since == cursor:
        return drawing.encode([], cursor, unchanged=True)
    held = drawing.decode_cursor(since, found) if since else {}
    built = drawing.build(
        found,
        group_by=group_by,
        xaxis=xaxis,
        smoothing=smoothing,
        points=points,
        x_range=(x_from, x_to) if zoomed else None,
        since=held,
        x_label=x_metric,
        smoothing_kind=smoothing_kind,
        smoothing_window=smoothing_window,
        smoothing_sigma=smoothing_sigma,
        line=line,
        band=band,
    )
    return drawing.encode(built, cursor, whole=held is None)


@dataclass(frozen=True, eq=False)
class _Found:
    id: str
    name: str
    started: float | None
    number: int | None
    created: tuple[str, str]
    names: list[tuple[str, str]]
    chosen: list[tuple[str, str]]
    series: list[Series | Overview]
    reference: Reference | None
    setting: tuple[dict[str, Any], dict[str, str | None]] | None


def collect(
    store: Store[Any],
    objects: list[str],
    metrics: list[str],
    variants: list[str],
    x_metric: str = "",
    by: Sequence[str] = (),
    over: Sequence[str] = (),
    brief: bool = False,
) -> list[Curve]:
    """Return the curves of some experiments, in the order of the experiments and of first appearance.

    Where they are to be `brief`, those of which an overview is kept have no points. Colours are given by identity, of
    experiments or of groups: they depend neither on the order of `objects` nor on what is chosen of them. Dashes tell
    apart the variants that are chosen, so that one variant of several is solid.
    """
    from trackkit_jupyter import charts as drawing

    ids = several(objects, _MOST_GROUPED if by or over else _MOST_EXPERIMENTS)

    def read(id: str) -> _Found:
        with opened(store, id, "objects") as experiment:
            names = list(experiment.names())
            chosen = [
                (metric, variant)
                for metric, variant in names
                if (not metrics or metric in metrics) and (not variants or variant in variants)
            ]
            series = [(experiment.overview(*pair) if brief else None) or experiment.series(*pair) for pair in chosen]
            reference = None
            if (place := _named(names, x_metric)) is not None:
                along = experiment.series(*place)
                reference = drawing.Reference(along.iterations, along.values)
            setting = (experiment.hyperparameters, _fields(experiment, by)) if by or over else None
            created = (experiment.created or "", id)
            about = (experiment.name, experiment.started_time, experiment.number)
            return _Found(id, *about, created, names, chosen, series, reference, setting)

    if len(ids) < _SEVERAL:
        found = [read(id) for id in ids]
    else:  # what is decoded and verified does not hold up the others
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            found = list(pool.map(read, ids))
    set_up = {one.id: one.setting for one in found if one.setting is not None}
    settings = {id: parameters for id, (parameters, _) in set_up.items()}
    fields = {id: named for id, (_, named) in set_up.items()}
    groups = drawing.groups(settings, by, over, fields) if settings else {}
    looks: dict[str, dict[tuple[str, str], None]] = {}
    numbers: dict[str, int | None] = {}
    identities = {one.id: groups[one.id].id if one.id in groups else one.id for one in found}
    apart = len(set(identities.values())) > 1
    for one in sorted(found, key=lambda one: one.created):
        # the colour tells the experiment; dashes tell apart the variants that are shown
        looks.setdefault(identities[one.id], {}).update(dict.fromkeys(one.chosen if apart else one.names))
        numbers.setdefault(identities[one.id], one.number)
    colors = drawing.colors({identity: list(names) for identity, names in looks.items()}, numbers)
    return [
        drawing.Curve(
            experiment=one.id,
            experiment_name=one.name,
            metric=metric,
            variant=variant,
            color=colors[identities[one.id], metric, variant][0],
            dash=colors[identities[one.id], metric, variant][1],
            started=one.started,
            group=groups.get(one.id),
            reference=one.reference,
            **_held(series),
        )
        for one in found
        for (metric, variant), series in zip(one.chosen, one.series, strict=True)
    ]


def _held(series: Series | Overview) -> dict[str, Any]:
    import numpy as np

    from trackkit_jupyter.series import Overview

    if isinstance(series, Overview):
        none = np.empty(0)
        return {"iterations": none.astype(np.int64), "values": none, "times": none, "overview": series}
    return {name: getattr(series, name) for name in ("iterations", "values", "times", "kept")}


def check_groups(store: Store[Any], objects: Sequence[str], by: Sequence[str], over: Sequence[str]) -> None:
    """Refuse groups that would have no members: names that none of the experiments has. Their curves are not read.

    Raises
    ------
    TrackkitValueError
        Such a name is among those of `by` or `over`.
    """
    from trackkit_jupyter import charts as drawing

    settings: dict[str, Any] = {}
    fields: dict[str, dict[str, str | None]] = {}
    for id in objects:
        try:
            with opened(store, id, "objects") as experiment:
                settings[id] = experiment.hyperparameters
                fields[id] = _fields(experiment, by)
        except TrackkitError:  # one that cannot be read is told of in the view
            continue
    if settings:
        drawing.groups(settings, by, over, fields)


def _fields(experiment: Any, wanted: Sequence[str]) -> dict[str, str | None]:
    own = {name: getattr(experiment, name) for name in ("project", "status", "user", "tags") if name in wanted}
    return fields_by(wanted, own, getattr(experiment, "properties", {}))


def _named(names: list[tuple[str, str]], text: str) -> tuple[str, str] | None:
    """Return the series that a text means: metric and variant as in the id of a line, or a key as it was logged."""
    metric, _, variant = text.partition("/")
    for place in ((metric.replace("%2F", "/").replace("%25", "%"), variant), split_key(text)):
        if place in names:
            return place
    return None
