"""Stores whose catalogs are filled directly, with what the API would have put there: `test_catalog` proves that."""

from __future__ import annotations

import os
import random
from pathlib import Path

import trackkit_jupyter as track
from trackkit_jupyter.store import Store, create_store
from trackkit_jupyter.store.catalog import catalog_of
from trackkit_jupyter.store.catalog.rows import CONTENT, Row

SUMMARY = "first last min max mean".split()


def content(number: int, chance: random.Random) -> dict:
    """Return an experiment with ten hyperparameters and five metrics."""
    at = f"2026-01-{number % 28 + 1:02d}T{number // 28 % 24:02d}:{number // 672 % 60:02d}:{number % 60:02d}.000+00:00"
    fields = dict.fromkeys(CONTENT["experiment"]) | dict.fromkeys(("created", "started", "finished", "last_update"), at)
    metrics = {}
    for metric in range(5):
        summary = {"count": 100, **{name: chance.random() for name in SUMMARY}}
        places = {f"{name}_iteration": 7 for name in SUMMARY if name != "mean"}
        metrics[f"m{metric}"] = {f"m{metric}": {**summary, **places}}
    values = {f"h{h}": repr(chance.random()) if h < 7 else chance.choice(["adam", "sgd"]) for h in range(10)}
    kinds = {name: "float" if name < "h7" else "str" for name in values}
    entries = {
        name: {"value": v, "type": kinds[name], "description": None, "default": None} for name, v in values.items()
    }
    return fields | {
        "id": f"{chance.getrandbits(128):032x}",
        "name": f"run {number}",
        "project": f"p{number % 20}",
        "status": "completed",
        "kept": "completed",
        "number": number,
        "tags": [f"t{number % 7}"],
        "description": "",
        "user": "somebody",
        "archived": number % 50 == 0,
        "last_iteration": 99,
        "hyperparameters": {"General": entries},
        "properties": {},
        "single_values": {},
        "metrics": metrics,
    }


def filled(root: Path, count: int) -> Store:
    """Return a store of so many experiments, of which only the catalog knows more than the folder."""
    store = create_store(root, handle=track.Experiment)
    chance, rows = random.Random(7), []
    for number in range(count):
        fields = content(number, chance)
        (store.paths.experiments / fields["id"]).mkdir()
        rows.append(Row(fields, "0:0:0", ""))
    for start in range(0, count, 5_000):
        catalog_of(store).put(rows[start : start + 5_000])
    # The folder was filled by hand: it is listed once, and again if that was within the tick of its time.
    store.paths.changes.touch()
    os.utime(store.paths.experiments, (1e9, 1e9))
    assert store.experiments(archived=None, page_size=1).total == count
    return store
