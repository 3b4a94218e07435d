"""The loop of an experiment that runs: its knobs, and what is asked of it."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.records import check_id
from trackkit_jupyter.store import Store, StoredExperiment
from trackkit_jupyter.store.turns import read_value

__all__ = ["knobs_of", "loop", "pause", "request_checkpoint", "resume", "stop", "turn"]

_LAST = 500  # turns that are listed


def loop(store: Store[Any], id: str) -> dict[str, Any]:
    """Return what the loop does, its knobs, and the last 500 things that were asked of it, newest last.

    ``doing`` is running, pausing, paused, stopping, or ``None`` without a loop; each knob has ``name``, ``value``,
    ``default``, ``min``, ``max``; each turn is as :meth:`StoredExperiment.turns` says.
    """
    with opened(store, id) as found:
        return {"doing": found.loop, "knobs": knobs_of(found), "turns": found.turns()[-_LAST:]}


def knobs_of(found: StoredExperiment) -> list[dict[str, Any]]:
    """Return the knobs of a loop, each ``{name, value, default, min, max}``; no operation, but a part of some."""
    return [{"name": name, **knob} for name, knob in found.knobs.items()]


def turn(store: Store[Any], id: str, name: str, value: str, seen: str | None = None) -> dict[str, Any]:
    """Turn a knob of the loop.

    Parameters
    ----------
    store, id
        The experiment, running.
    name
        The knob.
    value
        As a person writes it: ``0.05``, ``true``.
    seen
        What it was when it was looked at, written likewise: if somebody else turned it since, nothing is turned.
    """
    experiment = store.experiment(check_id(id))
    knob = experiment.knobs.get(name)
    if knob is None:  # refused, in its words
        experiment.turn(name, value)
    else:
        before = None if seen is None else read_value(name, seen, knob)
        experiment.turn(name, read_value(name, value, knob), before)
    return {"state": experiment.state()}


def pause(store: Store[Any], id: str) -> dict[str, Any]:
    """Have the loop wait at its next log."""
    return _asked(store, id, "pause")


def resume(store: Store[Any], id: str) -> dict[str, Any]:
    """Have the loop that waits go on."""
    return _asked(store, id, "resume")


def stop(store: Store[Any], id: str) -> dict[str, Any]:
    """Have the loop end at its next log; its experiment is completed then."""
    return _asked(store, id, "stop")


def request_checkpoint(store: Store[Any], id: str) -> dict[str, Any]:
    """Ask the loop for a checkpoint."""
    return _asked(store, id, "request_checkpoint")


def _asked(store: Store[Any], id: str, what: str) -> dict[str, Any]:
    experiment = store.experiment(check_id(id))
    getattr(experiment, what)()
    return {"state": experiment.state()}
