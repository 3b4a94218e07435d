"""Records what a training asks of the file system, in order: what it writes, renames and syncs.

Run as ``python recording.py STORE TRACE SEED STEPS``. The functions of `os` are wrapped before anything of the package
is imported; what a library writes past them is seen when its file is synced, linked or renamed. Each operation is an
array of its name and arguments; files are told by a number, folders by their path.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

HEARTBEAT = 0.05


class Recorder:
    """The wrapped functions, and what they did below `root`."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.operations: list[list[Any]] = []
        self._lock = threading.RLock()
        self._numbers: dict[tuple[int, int], int] = {}
        self._sizes: dict[int, int] = {}
        self._count = 0
        self._whole = {
            name: getattr(os, name)
            for name in "open write fsync fdatasync replace rename link unlink remove mkdir ftruncate utime".split()
        }
        for name in self._whole:
            setattr(os, name, self._wrapped(name))

    def say(self, *what: Any) -> None:
        """Record something that is no operation of the file system."""
        with self._lock:
            self.operations.append(list(what))

    def _wrapped(self, name: str) -> Callable[..., Any]:
        whole, recorded = self._whole[name], getattr(self, f"_{name}")

        def call(*arguments: Any, **options: Any) -> Any:
            with self._lock:  # so that the order recorded is the order that was
                return recorded(whole, *arguments, **options)

        return call

    def _inside(self, path: Any) -> str | None:
        if isinstance(path, int):
            return None
        text = os.path.abspath(os.fspath(path))
        return os.path.relpath(text, self.root) if text.startswith(self.root + os.sep) else None

    def _of_descriptor(self, fd: int) -> str | None:
        return self._inside(os.readlink(f"/proc/self/fd/{fd}"))

    def _known(self, path: str) -> int:
        """Return the number of the file at a path, and record what was written to it past us."""
        full = os.path.join(self.root, path)
        state = os.stat(full)
        key = (state.st_dev, state.st_ino)
        if key not in self._numbers:
            self._numbers[key] = self._count
            self._sizes[self._count] = 0
            self.operations.append(["create", path, self._count])
            self._count += 1
        number = self._numbers[key]
        if state.st_size > self._sizes[number]:
            with open(full, "rb") as file:
                file.seek(self._sizes[number])
                self.operations.append(["write", number, self._sizes[number], file.read()])
            self._sizes[number] = state.st_size
        return number

    def _open(self, whole: Any, path: Any, flags: int, *arguments: Any, **options: Any) -> Any:
        inside = None if options.get("dir_fd") is not None else self._inside(path)
        new = inside is not None and bool(flags & os.O_CREAT) and not os.path.exists(path)
        fd = whole(path, flags, *arguments, **options)
        if new:
            self._known(inside)
        return fd

    def _write(self, whole: Any, fd: int, data: bytes) -> int:
        path = self._of_descriptor(fd)
        if path is None:
            return whole(fd, data)
        number = self._known(path)
        written = whole(fd, data)
        # All that the package writes so is appended.
        self.operations.append(["write", number, self._sizes[number], bytes(data[:written])])
        self._sizes[number] += written
        return written

    def _fsync(self, whole: Any, fd: int) -> None:
        path = self._of_descriptor(fd)
        whole(fd)
        if path is not None:
            folder = os.path.isdir(os.path.join(self.root, path))
            self.operations.append(["sync folder", path] if folder else ["sync", self._known(path)])
        elif os.readlink(f"/proc/self/fd/{fd}") == self.root:
            self.operations.append(["sync folder", "."])

    _fdatasync = _fsync

    def _replace(self, whole: Any, source: Any, target: Any) -> None:
        old, new = self._inside(source), self._inside(target)
        if old is not None and not os.path.isdir(source):
            number = self._known(old)
            whole(source, target)
            self.operations.append(["rename", old, new, number])
        else:
            whole(source, target)

    _rename = _replace

    def _link(self, whole: Any, source: Any, target: Any) -> None:
        old, new = self._inside(source), self._inside(target)
        number = None if old is None else self._known(old)
        whole(source, target)
        if number is not None:
            self.operations.append(["link", new, number])

    def _unlink(self, whole: Any, path: Any, **options: Any) -> None:
        inside = None if options.get("dir_fd") is not None else self._inside(path)
        state = os.stat(path) if inside is not None and os.path.exists(path) else None
        whole(path, **options)
        if inside is not None:
            self.operations.append(["unlink", inside])
            if state is not None and state.st_nlink == 1:  # its number may be given to another file
                self._numbers.pop((state.st_dev, state.st_ino), None)

    _remove = _unlink

    def _mkdir(self, whole: Any, path: Any, *arguments: Any, **options: Any) -> None:
        whole(path, *arguments, **options)
        inside = self._inside(path)
        if inside is not None:
            self.operations.append(["mkdir", inside])

    def _ftruncate(self, whole: Any, fd: int, size: int) -> None:
        path = self._of_descriptor(fd)
        whole(fd, size)
        if path is not None:
            number = self._known(path)
            self._sizes[number] = size
            self.operations.append(["truncate", number, size])

    def _utime(self, whole: Any, path: Any, *arguments: Any, **options: Any) -> None:
        whole(path, *arguments, **options)
        if self._inside(path) is not None:
            self.operations.append(["beat", time.monotonic()])  # the keeper has brought everything to the disk


def main(store: Path, trace: Path, seed: int, count: int) -> None:
    """Train, and leave the trace."""
    recorder = Recorder(str(store.parent))
    import training  # beside this script

    import trackkit_jupyter as track
    from trackkit_jupyter.store import changes

    changes.HEARTBEAT_SECONDS = HEARTBEAT
    recorder.say("starting")
    experiment = track.start(f"seed {seed}", store=store, config={"seed": seed}, capture=False)
    recorder.say("started", experiment.id)
    for place, step in zip(range(count), training.steps(seed), strict=False):
        training.take(experiment, step)
        recorder.say("acknowledged", place + 1, time.monotonic())
        time.sleep(0.002)  # a training that computes something, so that a few hundred calls see many heartbeats
    experiment.finish()
    recorder.say("finished")
    trace.write_bytes(msgspec.msgpack.encode(recorder.operations))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
