"""Real child processes, which end with the test."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
