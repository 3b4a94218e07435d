"""What a view would show now, drawn without a browser: for the picture of a display, and for exported reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitStorageError
from trackkit_jupyter.views import claims, listing, tables
from trackkit_jupyter.views.view import CURVES, View

if TYPE_CHECKING:
    from trackkit_jupyter.charts import Chart
    from trackkit_jupyter.store import Store

__all__ = [
    "Drawing",
    "caption_of",
    "charts_of",
    "draw",
    "in_series",
    "missing",
    "newest_plots",
    "newest_samples",
    "parallel",
    "summarise",
]

Format = Literal["png", "svg"]
_WIDTH = 640  # CSS pixels, of an output in a notebook
_SAMPLES = 12  # thumbnails in a picture
_LINES = 1_000  # experiments of parallel coordinates
_NAMED = 12  # and those that are told apart by their own colours
_GROUPED = 20  # groups, which were asked for, take colours in any case


@dataclass(frozen=True)
class Drawing:
    """A drawn view: the picture, or ``None`` where words say it all, and what it shows in one line."""

    data: bytes | None
    caption: str


def summarise(view: View, store: Store[Any]) -> tables.Summary:
    """Return what a view shows now, in words."""
    if view.kind == "table":
        return listing.in_words(view, store)
    if view.kind == "claim":
        return claims.in_words(view, store)
    if view.kind == "reports":
        return listing.reports_in_words(store)
    try:
        ids = view.resolve(store)
    except TrackkitError as error:
        return tables.message(view.title, error.message)
    if not ids:
        return tables.message(view.title, missing(view))
    experiments = [store.record(id) for id in ids]
    if view.kind == "model":
        return tables.describe_model(experiments[0])
    if view.kind == "single":
        return tables.single_values(experiments)
    if view.kind in ("plot", "samples"):
        logged = any(_wanted(view, exp.plots() if view.kind == "plot" else exp.samples()) for exp in experiments)
        what = "plots" if view.kind == "plot" else "debug samples"
        return tables.message(caption_of(view, experiments), "" if logged else f"no {what} logged yet")

    def wanted(metric: str, variant: str) -> bool:
        return view.options.get("type") == "parcoords" or _is_wanted(view, metric, variant)

    if len(experiments) == 1:
        return tables.describe(experiments[0], wanted)
    return tables.compare(experiments, wanted)


def draw(
    view: View,
    store: Store[Any],
    *,
    format: Format = "png",
    theme: Literal["light", "dark"] | None = None,
    points: int = 500,
    scale: float = 2,
) -> Drawing:
    """Draw what a view shows now.

    Parameters
    ----------
    view
        What to show.
    store
        Where its objects are.
    format
        ``png`` or ``svg``; debug samples are always PNG.
    theme
        ``light`` or ``dark``; ``None``: as the view says, else light.
    points
        Points per curve at most; the minimum and maximum of every stretch are kept.
    scale
        Pixels of a PNG per CSS pixel.

    Returns
    -------
    Drawing
        Without a picture where there is none to draw: no such plot or sample, or a table of single values.
    """
    if view.kind == "table":
        return Drawing(None, listing.in_words(view, store).title)
    if view.kind == "reports":
        return Drawing(None, listing.reports_in_words(store).title)
    if view.kind == "claim":
        style = {"theme": theme or view.options.get("theme") or "light", "format": format, "scale": scale}
        return Drawing(claims.picture(view, store, style), claims.in_words(view, store).title)
    try:
        ids = view.resolve(store)
    except TrackkitError as error:
        return Drawing(None, error.message)
    if not ids:
        return Drawing(None, missing(view))
    experiments = [store.record(id) for id in ids]
    named = view.options.get("theme")
    look: dict[str, Any] = {
        "theme": theme or (named if named in ("light", "dark") else "light"),
        "format": format,
        "scale": scale,
    }
    caption = caption_of(view, experiments)
    if view.kind == "plot":
        return Drawing(_plot(view, experiments, look), caption)
    if view.kind == "samples":
        return Drawing(_samples(view, experiments, look), caption)
    if view.kind == "single":
        return Drawing(None, caption)
    if view.options.get("type") == "parcoords" or view.options.get("tab") == "parallel":
        return Drawing(parallel(view, store, ids, look), caption)
    found = charts_of(view, store, ids, points)
    picture = None
    if not found and view.kind == "model":
        return Drawing(None, caption)
    if not found and view.kind == "experiment":
        picture = _plot(view, experiments, look) or _samples(view, experiments, look)
    return Drawing(picture or _grid(found, caption, view, look), caption)


def missing(view: View) -> str:
    """Return the sentence for a view whose objects are all gone."""
    what = "model" if view.kind == "model" or view.options.get("object_type") == "model" else "experiment"
    if len(view.objects) == 1:
        return f"The {what} {view.objects[0]} is not in this store any more."
    return f"None of the {len(view.objects)} {what}s is in this store any more."


def caption_of(view: View, experiments: Sequence[Any]) -> str:
    """Return what a view shows in one line."""
    if len(experiments) == 1:
        text = f"{experiments[0].name} · {experiments[0].standing}"
    else:
        names = [exp.name for exp in experiments[:4]]
        text = ", ".join(names) + (f" and {len(experiments) - 4} more" if len(experiments) > 4 else "")
    metrics, variants = (list(view.options.get(key) or ()) for key in ("metrics", "variants"))
    if len(metrics) == len(variants) == 1 and metrics != variants:
        metrics = [f"{metrics[0]}/{variants[0]}"]
    text = f"{', '.join(metrics)}: {text}" if 0 < len(metrics) <= 3 and view.options.get("type") is None else text
    gone = len(view.objects) - len(experiments)
    return f"{text} ({gone} no longer in this store)" if gone > 0 else text


def charts_of(view: View, store: Store[Any], ids: Sequence[str], points: int) -> list[Chart]:
    """Return the charts of a view, as they are drawn, without those that are empty."""
    from trackkit_jupyter import charts, operations

    options = view.options
    asked = {key: options[key] for key in CURVES if options.get(key)}
    if options.get("x_metric"):
        asked["xaxis"] = "metric"
    if options.get("type") != "parcoords":  # it names its metrics by their digests
        asked.update({key: list(options[key]) for key in ("metrics", "variants") if options.get(key)})
    answer = operations.call("charts", store, {"objects": list(ids), "points": points, **asked})
    found = charts.decode(answer).charts
    if view.kind == "experiment":  # the machine's own curves are not what a picture is for
        found = [chart for chart in found if not chart.title.startswith(":")] or found
    return [chart for chart in found if any(len(line.x) for line in chart.series)]


def parallel(view: View, store: Store[Any], ids: Sequence[str], look: dict[str, Any]) -> bytes | None:
    """Return the parallel coordinates of hyperparameters and metrics."""
    from trackkit_jupyter import charts, operations, pictures

    options = view.options
    embedded = options.get("type") == "parcoords"
    asked = {
        "objects": list(ids)[:_LINES],
        "parameters": list(options.get("variants" if embedded else "parameters") or ()),
        "metrics": list(options.get("metrics" if embedded else "targets") or ()),
        "value_type": options.get("value_type") or "value",
    }
    answer = operations.call("parallel", store, asked)
    order = list(options.get("order") or ())
    axes = [charts.ParallelAxis(**axis) for axis in answer["axes"]]
    axes.sort(key=lambda axis: order.index(axis.key) if axis.key in order else len(order))
    groups = _groups(view, store, list(ids)[:_LINES])
    looks = {id: (one["name"], one["color"], one["dash"]) for one in groups for id in one["members"]}
    lines = [looks.get(one["id"], (one["name"], one["color"], one["dash"])) for one in answer["experiments"]]
    keys = [axis.key for axis in axes]
    color = keys.index(options["color"]) if options.get("color") in keys else None
    told = len(groups) <= _GROUPED if groups else len(lines) <= _NAMED
    if color is None and not told and options.get("color") != "experiment":
        # More lines than colours tell apart: they are told apart by what came out.
        color = next((at for at, key in enumerate(keys) if not key.startswith("hyperparameters")), None)
    return pictures.parallel_picture(axes, lines, color_by=color, log=list(options.get("log") or ()), **look)


def _groups(view: View, store: Store[Any], ids: list[str]) -> list[dict[str, Any]]:
    """Return the groups that a comparison's lines are coloured by; none where each has a colour of its own."""
    from trackkit_jupyter import operations

    asked = {key: list(view.options[key]) for key in ("by", "over") if view.options.get(key)}
    return operations.call("comparison", store, {"objects": ids, **asked})["groups"] if asked else []


def _grid(found: list[Chart], caption: str, view: View, look: dict[str, Any]) -> bytes:
    from trackkit_jupyter import pictures

    if len(found) == 1 and view.kind not in ("experiment", "model"):
        return pictures.chart_picture(found[0], **look)
    return pictures.charts_picture(found, caption, width=_WIDTH, **look)


def _wanted(view: View, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if _is_wanted(view, row["metric"], row["variant"])]


def _is_wanted(view: View, metric: str, variant: str) -> bool:
    metrics, variants = view.options.get("metrics"), view.options.get("variants")
    return (not metrics or metric in metrics) and (not variants or variant in variants)


def _plot(view: View, experiments: Sequence[Any], look: dict[str, Any]) -> bytes | None:
    from trackkit_jupyter import pictures

    for exp in in_series(view, experiments):
        rows = newest_plots(view, exp)
        if rows:
            newest = max(rows, key=lambda row: row["iteration"] or 0)
            try:
                return pictures.figure_picture(
                    exp.figure(newest["hash"]), kept=exp.figure_picture(newest["hash"]), **look
                )
            except (NotFoundError, TrackkitStorageError, json.JSONDecodeError):
                continue  # its file is damaged; the next one may not be
    return None


def in_series(view: View, experiments: Sequence[Any]) -> list[Any]:
    """Return the experiments whose plots a view shows: all, or the one that its ``series`` names or whose id it is."""
    wanted = view.options.get("series")
    chosen = [exp for exp in experiments if wanted in (exp.id, exp.name)] if wanted else []
    return chosen or list(experiments)


def newest_plots(view: View, exp: Any) -> list[dict[str, Any]]:
    """Return the newest plot of each metric and variant that a view shows, in the order they were first logged."""
    return _newest(_wanted(view, exp.plots()))


def newest_samples(view: View, exp: Any) -> list[dict[str, Any]]:
    """Return the debug samples that a view shows, of each metric and variant those of the newest iteration."""
    rows = _wanted(view, exp.samples())
    newest = {(row["metric"], row["variant"]): row["iteration"] for row in _newest(rows)}
    return [row for row in rows if newest[row["metric"], row["variant"]] == row["iteration"]]


def _newest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        before = found.get((row["metric"], row["variant"]))
        if before is None or (row["iteration"] or 0) >= (before["iteration"] or 0):
            found[row["metric"], row["variant"]] = row
    return list(found.values())


def _samples(view: View, experiments: Sequence[Any], look: dict[str, Any]) -> bytes | None:
    """Return a sheet of the newest image of each metric and variant."""
    from trackkit_jupyter import pictures

    newest: dict[tuple[str, str, str], tuple[Any, dict[str, Any]]] = {}
    for exp in experiments:
        for row in _wanted(view, exp.samples()):
            if row["kind"] == "image":
                newest[exp.id, row["metric"], row["variant"]] = (exp, row)
    images = []
    for exp, row in list(newest.values())[:_SAMPLES]:
        try:
            images.append((row["variant"], exp.blob(row["hash"]).read_bytes()))
        except (OSError, NotFoundError):
            images.append((row["variant"], b""))  # drawn as an empty frame that says so
    return pictures.samples_picture(images, theme=look["theme"], scale=look["scale"]) if images else None
