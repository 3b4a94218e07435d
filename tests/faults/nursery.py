"""Gives birth to trainings by forking, in a few milliseconds each: what they import is there already.

Run as ``python nursery.py``. Each line on its standard input asks for something, and is answered with a line:
``{"begin": life, ...}`` forks a process that lives that life and tells its id; ``{"wait": pid}`` waits for the end of
one and tells its status. How far a life is stands in a small file that both sides map, so that it outlives a kill.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

BORN, STARTING, LOGGING, FINISHING, FINISHED, ARCHIVING, ARCHIVED = range(7)
_SIZE = 64


class Progress:
    """How far a life is: its stage, how many of its calls returned, and the id of its experiment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)

    @property
    def stage(self) -> int:
        return struct.unpack_from("<q", self._map, 0)[0]

    @stage.setter
    def stage(self, stage: int) -> None:
        struct.pack_into("<q", self._map, 0, stage)

    @property
    def acknowledged(self) -> int:
        return struct.unpack_from("<q", self._map, 8)[0]

    @acknowledged.setter
    def acknowledged(self, count: int) -> None:
        struct.pack_into("<q", self._map, 8, count)

    @property
    def id(self) -> str | None:
        """The experiment's id, once its start has returned."""
        text = self._map[16:48].rstrip(b"\0").decode()
        return text or None

    @id.setter
    def id(self, id: str) -> None:
        self._map[16:48] = id.encode()

    def close(self) -> None:
        self._map.close()


def train(progress: Progress, store: str, seed: int, count: int) -> None:
    """Start, log so many steps of a training with that seed, and finish."""
    import training  # beside this script

    import trackkit_jupyter as track

    progress.stage = STARTING
    experiment = track.start(f"seed {seed}", project="kills", store=store, config={"seed": seed}, capture=False)
    progress.id = experiment.id
    progress.stage = LOGGING
    for done, step in zip(range(1, count + 1), training.steps(seed), strict=False):
        training.take(experiment, step)
        progress.acknowledged = done
    progress.stage = FINISHING
    experiment.finish()
    progress.stage = FINISHED


def train_and_archive(progress: Progress, store: str, seed: int, count: int) -> None:
    """Train, and put the points into the archive."""
    from trackkit_jupyter.store import archivist
    from trackkit_jupyter.store.paths import StorePaths

    train(progress, store, seed, count)
    progress.stage = ARCHIVING
    assert archivist.archive(StorePaths(Path(store)), str(progress.id), least=1)
    progress.stage = ARCHIVED


LIVES: dict[str, Callable[..., None]] = {"train": train, "train and archive": train_and_archive}


def main() -> None:
    """Answer until the standard input ends."""
    import numpy as np
    import pyarrow.parquet
    import training

    import trackkit_jupyter as track
    from trackkit_jupyter.tracking import figures, media

    # All of it is loaded late: once here, and not in every life.
    media.image(np.zeros((1, 1, 3), np.uint8))
    figures.figure_json(figures.table([{"a": 1}]))
    assert track.start
    assert training
    assert pyarrow.parquet
    for line in sys.stdin:
        order = json.loads(line)
        if "begin" in order:
            answer: dict[str, Any] = {"pid": _begin(order)}
        else:
            answer = {"status": os.waitpid(order["wait"], 0)[1]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _begin(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        sys.stdin = open(os.devnull)  # noqa: SIM115 - it lasts as long as the process
        life = LIVES[order.pop("begin")]
        life(Progress(Path(order.pop("progress"))), **order)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    main()
