"""Lives of a training in which one request to the file system fails: the first, then the second, and so on.

Run as ``python failing.py STORE WHAT ERROR``, where `WHAT` is write, sync or name (what makes, renames and removes),
and `ERROR` the name of an error or ``short``, a write of which half is written. For each life it prints a line of JSON,
until one came to its end before anything failed. The functions of the standard library are wrapped before anything of
the package is imported.
"""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any

SEED, STEPS = 0, 200
NAMES = "replace link unlink mkdir ftruncate"


class Fault:
    """Fails the N-th request below `root`."""

    def __init__(self, root: str, what: str, error: str) -> None:
        self.root, self.what, self.error = root, what, error
        self.left = 0
        if what == "write":
            write = os.write
            os.write = lambda fd, data: self._writing(write, fd, fd, data)
            whole = io.open

            def opened(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
                if isinstance(path, int) or not set(mode) & set("wxa"):
                    return whole(path, mode, *arguments, **options)
                raw = Raw(os.fspath(path), mode.replace("b", "").replace("t", ""))
                raw.fault = self
                buffered = io.BufferedWriter(raw)
                return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding="utf-8")

            io.open = opened
        elif what == "sync":
            for name in ("fsync", "fdatasync"):
                self._wrap(name)
        else:
            for name in NAMES.split():
                self._wrap(name)
            make = os.open
            os.open = lambda path, flags, *rest, **options: (
                self.meets(path) if flags & os.O_CREAT and not os.path.exists(path) else None,
                make(path, flags, *rest, **options),
            )[1]

    def _wrap(self, name: str) -> None:
        whole = getattr(os, name)

        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            if options.get("dir_fd") is None:
                self.meets(path)
            return whole(path, *arguments, **options)

        setattr(os, name, call)

    def _writing(self, write: Callable[..., int], path: Any, *arguments: Any) -> int:
        if self.meets(path):
            *head, data = arguments
            return write(*head, bytes(data)[: len(data) // 2])
        return write(*arguments)

    def meets(self, path: Any) -> bool:
        """Fail if it is the one; return whether it is to be short."""
        full = os.readlink(f"/proc/self/fd/{path}") if isinstance(path, int) else os.path.abspath(os.fspath(path))
        if not full.startswith(self.root) or self.left <= 0:
            return False
        self.left -= 1
        if self.left:
            return False
        if self.error == "short":
            return True
        raise OSError(getattr(errno, self.error), os.strerror(getattr(errno, self.error)))


class Raw(io.FileIO):
    """A file as `open` makes it."""

    fault: Fault

    def write(self, data: Any) -> int:
        return self.fault._writing(super().write, self.fileno(), data)


def main(store: str, what: str, error: str) -> None:
    """Live until nothing fails any more."""
    fault = Fault(store, what, error)
    import training  # beside this script

    import trackkit_jupyter as track
    from trackkit_jupyter.store import changes

    changes.HEARTBEAT_SECONDS = 3600  # so that the order of the requests is always the same
    with track.start("before", store=store, capture=False):
        pass
    for number in itertools.count(1):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            fault.left = number
            told = live(track, training, store, fault)
        told["warnings"] = [each.category.__name__ for each in heard]
        told["hit"] = fault.left == 0
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if fault.left > 0:
            break
        fault.left = 0


def live(track: Any, training: Any, store: str, fault: Fault) -> dict[str, Any]:
    """Return what became of a life, and what it was told to be lost by which step."""
    told: dict[str, Any] = {"id": None, "refused": None, "lost": {}, "raised": {}, "total": 0, "finishing": False}
    try:
        experiment = track.start("failing", store=store, capture=False)
    except track.TrackkitError as problem:
        told["refused"] = type(problem).__name__
        return told
    told["id"] = experiment.id
    for place, step in zip(range(STEPS), training.steps(SEED), strict=False):
        before = experiment.lost
        try:
            training.take(experiment, step)
        except Exception as problem:
            told["raised"][place] = repr(problem)
        if experiment.lost != before:
            told["lost"][place] = experiment.lost - before
    told["finishing"] = fault.left > 0
    experiment.finish()
    told["total"] = experiment.lost
    return told


if __name__ == "__main__":
    main(*sys.argv[1:])
