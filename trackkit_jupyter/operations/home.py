"""The reads of the side panel: what runs now, what was done last, the projects, the models."""

from __future__ import annotations

import time
from typing import Any

from trackkit_jupyter.errors import TrackkitError, TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.loops import knobs_of
from trackkit_jupyter.operations.paging import in_range
from trackkit_jupyter.query.nodes import Compare, Condition, Field, Negation
from trackkit_jupyter.records import iso
from trackkit_jupyter.store import Store

__all__ = ["home", "running"]

_HEAD = "id name project status archived created started finished last_update last_iteration status_reason".split()
_MODEL = "id name framework version status experiment created".split()
_MOST_RUNNING, _MOST_OPENED, _MOST_OF_A_PROJECT, _MOST_MODELS = 50, 100, 20, 20
_RUNS = Compare(Field("status"), "==", "running")
#: Metrics that tell most, and variants, the first of which there is one.
_TELLING = ("loss", "accuracy", "acc", "score", "error", "reward")
_VARIANTS = ("val", "valid", "validation", "dev", "test", "eval")
#: Hyperparameters that say how far the iterations go; those of epochs count only while the iterations stay below.
_STEPS = ("max_steps", "total_steps", "num_steps", "n_steps", "steps", "max_iter", "iterations", "n_iterations")
_ROUNDS = ("epochs", "max_epochs", "num_epochs", "n_epochs", "num_train_epochs", "n_estimators", "num_boost_round")


def running(store: Store[Any]) -> dict[str, Any]:
    """Return the experiments that run now, 50 at most, the newest first.

    Returns
    -------
    ``{"items": [{"id", "name", ..., "doing": what its loop does, "metric": {"name", "last"} or null, "fraction": 0 to 1
    or null, "nan": [names of metrics whose last value is not a number], "knobs": as of :func:`loop`}], "total",
    "now": by this clock}``. `fraction` is how much of the iterations is done, where a hyperparameter such as
    ``max_steps`` or ``epochs`` says how many there will be.
    """
    found = store.experiments(_RUNS, order_by="-started", page_size=_MOST_RUNNING)
    items = []
    for item in found:
        try:
            with opened(store, item.id) as live:  # its kept handle reads only what is new
                if live.status == "running":  # the catalog may be a moment older
                    items.append(_running_row(live))
        except (TrackkitError, OSError):
            continue  # the table names what cannot be read
    return {"items": items, "total": found.total - len(found) + len(items), "now": iso(time.time())}


def home(
    store: Store[Any],
    projects: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    recent: int = 8,
) -> dict[str, Any]:
    """Return what the side panel shows of a store.

    Parameters
    ----------
    store
        The store.
    projects
        Names of the projects that are unfolded, 100 at most.
    recent
        How many of those that do not run are shown, 0 to 100; the ones that changed last.

    Returns
    -------
    ``{"folder": where the store lies, "total", "projects": {name: count}, "running": as :func:`running`, "recent":
    [rows], "unfolded": {project: [its 20 newest]}, "models": {"items": [the 20 newest], "total"}}``; what is archived
    does not count.
    """
    from trackkit_jupyter.store.catalog import catalog_of

    in_range("recent", recent, 0, 100)
    if len(projects) > _MOST_OPENED:
        raise TrackkitValueError(f"projects may name {_MOST_OPENED} at most, not {len(projects)}.", "projects")
    counted = catalog_of(store).projects(archived=False)
    ended = _rows(store, Negation(_RUNS), "-last_update", recent) if recent else []
    models = store.models(order_by="-created", page_size=_MOST_MODELS)
    return {
        "folder": str(store.path),
        "total": sum(counted.values()),
        "projects": counted,
        "running": running(store),
        "recent": ended,
        "unfolded": {
            name: _rows(store, Compare(Field("project"), "==", name), "-created", _MOST_OF_A_PROJECT)
            for name in dict.fromkeys(projects)
            if name in counted
        },
        "models": {"items": [{key: getattr(item, key) for key in _MODEL} for item in models], "total": models.total},
    }


def _rows(store: Store[Any], condition: Condition, order_by: str, count: int) -> list[dict[str, Any]]:
    rows = []
    for item in store.experiments(condition, order_by=order_by, page_size=count):
        try:
            rows.append({**{name: getattr(item, name) for name in _HEAD}, "doing": item.loop})
        except (TrackkitError, OSError):
            continue
    return rows


def _running_row(item: Any) -> dict[str, Any]:
    metrics = item.metrics
    return {
        **{name: getattr(item, name) for name in _HEAD},
        "doing": item.loop,
        "knobs": knobs_of(item),
        "metric": _telling(metrics),
        "fraction": _fraction(item.hyperparameters, item.last_iteration),
        "nan": sorted(
            _joined(metric, variant)
            for metric, variants in metrics.items()
            for variant, summary in variants.items()
            if metric[:1] != ":" and str(summary.get("last")).lower() == "nan"
        ),
    }


def _telling(metrics: dict[str, Any]) -> dict[str, Any] | None:
    """Return the last value of the metric that tells most: a loss rather than others, of validation if there is one."""
    own = [name for name in metrics if name[:1] != ":"]  # a colon begins what the machine is watched by
    if not own:
        return None
    metric = min(own, key=lambda name: _place(name.casefold(), _TELLING))
    variant = min(metrics[metric], key=lambda name: _place(name.casefold(), _VARIANTS))
    return {"name": _joined(metric, variant), "last": metrics[metric][variant].get("last")}


def _place(name: str, known: tuple[str, ...]) -> int:
    return next((at for at, word in enumerate(known) if word in name), len(known))


def _joined(metric: str, variant: str) -> str:
    return metric if metric == variant else f"{metric}/{variant}"


def _fraction(sections: dict[str, Any], iteration: int | None) -> float | None:
    if iteration is None:
        return None
    for names in (_STEPS, _ROUNDS):
        for name in names:
            for parameters in sections.values():
                try:
                    last = float(parameters[name]["value"])
                except (KeyError, TypeError, ValueError):
                    continue
                if 0 <= iteration <= last and last > 0:
                    return min(1.0, (iteration + 1) / last)  # counted from 0, as most do
    return None
