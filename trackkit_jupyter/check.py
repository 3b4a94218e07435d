"""``trackkit verify``: whether everything a store holds is whole."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["ids", "verify"]


def verify(store: Store[Any], only: str | None = None) -> list[dict[str, str]]:
    """Read everything of a store and return what is damaged, each ``{experiment, problem}``.

    Parameters
    ----------
    store
        The store; it is only read.
    only
        Id of the only experiment to look at.
    """
    problems = []
    for id in ids(store):
        if only is None or id == only:
            problems += [{"experiment": id, "problem": problem} for problem in _problems(store, id)]
    return problems


def ids(store: Store[Any]) -> list[str]:
    """Return the ids of all experiments that a store has a folder of, readable or not."""
    # Not store.experiments(): that leaves out those whose record cannot be read, which are the ones to find here.
    try:
        return sorted(place.name for place in store.paths.experiments.iterdir() if len(place.name) == 32)
    except FileNotFoundError:
        return []


def _problems(store: Store[Any], id: str) -> list[str]:
    try:
        exp = store.experiment(id)
        exp.to_dict()
        for metric, variant in exp.names():
            exp.series(metric, variant)
        exp.console(0, 1)
        found = []
        if exp.damaged:
            found.append(f"{exp.damaged} damaged records")
        blobs = {row["hash"] for row in [*exp.plots(), *exp.samples()]}
        blobs |= {row["hash"] for row in exp.artifacts if row.get("hash")}
    except (TrackkitError, KeyError, ValueError) as error:
        return [f"cannot be read: {error}"]
    for sha256 in sorted(blobs):
        try:
            with exp.blob(sha256).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    found.append(f"the file {sha256} is damaged")
        except (TrackkitError, OSError):
            found.append(f"the file {sha256} is missing")
    return found
