"""A training that says after every call that it returned. The tests kill it, and know from the seed what it had logged.

Run as ``python training.py STORE SEED STEPS``: it prints the experiment's id, then one byte per call that returned, and
finishes after that many steps.
"""

from __future__ import annotations

import math
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ACKNOWLEDGED = b"."
_SPECIAL = (math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1.7976931348623157e308)


@dataclass(frozen=True)
class Step:
    """One call: what is logged, and its iteration, which is its place among all."""

    kind: str
    place: int
    data: Any


def steps(seed: int) -> Iterator[Step]:
    """Yield the calls of the training with that seed, without end."""
    chance = random.Random(seed)
    kinds = ("scalar", "several", "text", "table", "image", "single", "tag")
    place = 0
    while True:
        (kind,) = chance.choices(kinds, weights=(80, 10, 4, 1, 1, 2, 0.3))
        value = chance.choice(_SPECIAL) if chance.random() < 0.05 else chance.uniform(-1e6, 1e6)
        data: Any = value
        if kind == "scalar":
            data = {chance.choice(("loss/train", "loss/val", "rate/now")): value}
        elif kind == "several":
            data = {f"wide/{index}": value + index for index in range(chance.randrange(1, 12))}
        elif kind == "text":
            data = f"line {place} of {seed}: {'ä☃' * chance.randrange(4)}"
        elif kind == "table":
            data = [{"place": place, "value": chance.random()} for _ in range(3)]
        elif kind == "image":
            data = chance.randbytes(48)
        elif kind == "tag":
            data = f"tag {place}"
        yield Step(kind, place, data)
        place += 1


def take(experiment: Any, step: Step) -> None:
    """Log one step."""
    import numpy as np

    if step.kind == "scalar":
        ((key, value),) = step.data.items()
        experiment.log_scalar(*key.split("/"), value, step.place)
    elif step.kind == "several":
        experiment.log(step.data, step.place)
    elif step.kind == "text":
        experiment.log_text(step.data)
    elif step.kind == "table":
        experiment.log_table("table", "rows", step.data, step.place)
    elif step.kind == "image":
        pixels = np.frombuffer(step.data, dtype=np.uint8).reshape(4, 4, 3)
        experiment.log_image("image", "noise", pixels, step.place)
    elif step.kind == "single":
        experiment.log_single_value(f"single {step.place}", step.data)
    else:
        experiment.add_tags(step.data)


def main(store: str, seed: int, count: int) -> None:
    """Train."""
    import trackkit_jupyter as track

    experiment = track.start(f"seed {seed}", store=store, capture=False)
    os.write(1, f"{experiment.id}\n".encode())
    for step, _ in zip(steps(seed), range(count), strict=False):
        take(experiment, step)
        os.write(1, ACKNOWLEDGED)
    experiment.finish()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
