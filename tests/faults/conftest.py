"""Real child processes, which end with the test."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from . import nursery as nursery_module
from .nursery import Progress

#: `make test-long` takes the large counts.
LONG = bool(os.environ.get("TRACKKIT_LONG"))

#: No wait is longer; none is ever reached where all is well.
SECONDS = 30.0

_PRELUDE = """
import json, os, signal, sys, time, warnings
import trackkit_jupyter as track
from trackkit_jupyter.store import changes

changes.HEARTBEAT_SECONDS = 0.05  # what happens in the background happens sooner

def say(**values):
    sys.stdout.write(json.dumps(values) + "\\n")
    sys.stdout.flush()

def wait():
    '''Wait until the test says go.'''
    sys.stdin.readline()

def until(holds):
    '''Wait until it holds.'''
    limit = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < limit, "waited for too long"
        time.sleep(0.005)

store = sys.argv[1]
warned = warnings.catch_warnings(record=True)
heard = warned.__enter__()
warnings.simplefilter("always")

def heard_of():
    '''The warnings so far.'''
    return [(each.category.__name__, str(each.message)) for each in heard]
"""


class Child(subprocess.Popen):  # type: ignore[type-arg]
    """A Python process that is told what to do on its standard input and tells on its standard output."""

    def __init__(self, arguments: list[str], **options: Any) -> None:
        super().__init__(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            **options,
        )
        self._rest = b""

    def line(self) -> bytes:
        """Return the next line that it writes."""
        while b"\n" not in self._rest:
            self._rest += self.some()
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def some(self) -> bytes:
        """Return what it writes next, at least one byte."""
        if self._rest:
            found, self._rest = self._rest, b""
            return found
        found = self._read(SECONDS)
        assert found, f"it ended: {self.stderr.read().decode()}"  # type: ignore[union-attr]
        return found

    def told(self) -> dict[str, Any]:
        """Return what it says next."""
        answer = json.loads(self.line())
        assert isinstance(answer, dict)
        return answer

    def go(self) -> None:
        """Let it go on."""
        self.stdin.write(b"\n")  # type: ignore[union-attr]

    def rest(self) -> bytes:
        """Return what it still writes until it ends."""
        parts = [self._rest]
        while part := self._read(SECONDS):
            parts.append(part)
        return b"".join(parts)

    def ends_well(self) -> None:
        """Wait for its end, which must be a good one."""
        self.stdin.close()  # type: ignore[union-attr]
        code = self.wait(SECONDS)
        assert code == 0, self.stderr.read().decode()  # type: ignore[union-attr]

    def _read(self, seconds: float) -> bytes:
        fd = self.stdout.fileno()  # type: ignore[union-attr]
        limit = time.monotonic() + seconds
        ready = select.select([fd], [], [], max(0.0, limit - time.monotonic()))[0]
        assert ready, "it says nothing"
        return os.read(fd, 1 << 16)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The folder of a store that nobody has made yet."""
    return tmp_path / "store"


@pytest.fixture
def child(store: Path) -> Iterator[Callable[..., Child]]:
    """Start a process on the store: ``child(code)``, or ``child(path, *arguments)`` for a script."""
    children: list[Child] = []

    def start(code: str | Path, *arguments: object) -> Child:
        head = [str(code)] if isinstance(code, Path) else ["-c", _PRELUDE + code]
        one = Child([*head, str(store), *map(str, arguments)])
        children.append(one)
        return one

    yield start
    for each in children:
        each.kill()
        each.wait()
        for stream in (each.stdin, each.stdout, each.stderr):
            stream.close()  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def shared_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory, where there is one: thousands of syncs would measure the disk, and wait for it."""
    folder = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        dir=folder if os.access(folder, os.W_OK) else tmp_path_factory.mktemp("memory")
    ) as made:
        yield Path(made)


@pytest.fixture
def memory(shared_memory: Path) -> Iterator[Path]:
    """A new folder in memory."""
    with tempfile.TemporaryDirectory(dir=shared_memory) as folder:
        yield Path(folder)


class Nursery(Child):
    """The process of ``nursery.py``."""

    def begin(self, life: str, progress: Path, **options: Any) -> int:
        """Fork a process that lives that life, and return its id."""
        self._ask(begin=life, progress=str(progress), **options)
        return int(self.told()["pid"])

    def end(self, pid: int) -> int:
        """Wait for the end of a process, and return its status."""
        self._ask(wait=pid)
        return int(self.told()["status"])

    def _ask(self, **order: Any) -> None:
        self.stdin.write(json.dumps(order).encode() + b"\n")  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """A process that forks trainings; it has a home of its own."""
    home = tmp_path_factory.mktemp("nursery")
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    one = Nursery([str(Path(nursery_module.__file__))], env=environment)
    yield one
    one.kill()
    one.wait()
    for stream in (one.stdin, one.stdout, one.stderr):
        stream.close()  # type: ignore[union-attr]


@pytest.fixture
def life(nursery: Nursery, tmp_path: Path) -> Iterator[Callable[..., tuple[int, Progress]]]:
    """Begin a life: ``life(name, store=..., ...)`` gives the process id, and how far it is."""
    begun: list[Progress] = []

    def begin(name: str, **options: Any) -> tuple[int, Progress]:
        path = tmp_path / f"progress-{len(begun)}"
        begun.append(Progress(path))
        return nursery.begin(name, path, **{key: _plain(value) for key, value in options.items()}), begun[-1]

    yield begin
    for progress in begun:
        progress.close()


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
