"""What it costs to begin: importing the package, and the first start until the first value is logged."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

import pytest

import trackkit_jupyter as track

from .rounds import ROUNDS, in_turns, told

START = """
import os, sys, time
import trackkit_jupyter as track
track.start
begun = time.perf_counter()
experiment = track.start("first", store=sys.argv[1], capture=False)
experiment.log({"loss/train": 0.5})
took = time.perf_counter() - begun
experiment.finish()

def document(place):
    with open(place + ".new", "xb") as file:
        file.write(b"x" * 500)
        file.flush()
        os.fsync(file.fileno())
    os.replace(place + ".new", place)
    folder = os.open(os.path.dirname(place), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)

begun = time.perf_counter()
for number in range(2):
    document(f"{sys.argv[2]}/{number}")
print(took, time.perf_counter() - begun)
"""


@pytest.fixture
def python(tmp_path, monkeypatch):
    """Run code in a new Python, which finds all modules compiled, as they are where the package was installed."""
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)

    def run(code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run


def test_import(python):
    """The budget is 100 ms over bare Python.

    Measured in imports of three modules of the standard library, which are the same work, finding and executing
    compiled modules: they take 19 ms over bare Python on the machines that are meant. So five times these are 100 ms.
    The package loads its parts late, so the API is asked for too: who imports it wants to start.
    """
    bare, reference, own = in_turns(
        lambda: python("pass"),
        lambda: python("import json, dataclasses, typing"),
        lambda: python("import trackkit_jupyter; trackkit_jupyter.start"),
    )
    told("bare Python", bare)
    told("and import json, dataclasses, typing", reference)
    told("and import trackkit_jupyter, with start", own)
    base = statistics.median(bare)
    assert statistics.median(own) - base <= 5 * (statistics.median(reference) - base)


def test_start_to_first_log(python, tmp_path):
    """The budget is 50 ms in an existing store, in a process that starts its first experiment.

    A start writes two synced documents (the experiment's, and the project's), and loads what that needs. So the unit
    is two bare synced documents and a bare start of Python, 12 ms together on the machines that are meant: 4 are 50.
    """
    store = tmp_path / "store"
    with track.start("there is a store", store=store, capture=False):
        pass
    python(START, store, tmp_path)
    starts, documents, bare = [], [], []
    for _ in range(ROUNDS):
        bare += in_turns(lambda: python("pass"), rounds=1)[0]
        start, document = map(float, python(START, store, tmp_path).split())
        starts.append(start)
        documents.append(document)
    told("bare Python", bare)
    told("two bare synced documents", documents)
    told("start(capture=False) to first log", starts)
    units = [one + two for one, two in zip(bare, documents, strict=True)]
    assert statistics.median(a / b for a, b in zip(starts, units, strict=True)) <= 4
    assert len(os.listdir(store / "experiments")) == ROUNDS + 2
