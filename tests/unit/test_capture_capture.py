"""The parts together: quick to start, harmless when they fail, nothing after the end."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from trackkit_jupyter.capture import PARTS, Capture, console


class Recorder:
    def __init__(self) -> None:
        self.console: list[tuple[str, str]] = []
        self.runtime: dict[str, Any] = {}
        self.execution: dict[str, Any] = {}
        self.cells: list[tuple[str, int | None]] = []
        self.gpus = threading.Event()

    def is_current(self) -> bool:
        return False

    def log_console(self, stream: str, text: str) -> None:
        self.console.append((stream, text))

    def record_runtime(self, values: dict[str, str | int | float | None]) -> None:
        self.runtime |= values
        if "gpu_count" in values:
            self.gpus.set()

    def record_execution(self, values: dict[str, Any]) -> None:
        self.execution |= values

    def record_cell(self, code: str, number: int | None) -> None:
        self.cells.append((code, number))


def test_everything_of_one_experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(tmp_path)], check=True)
    (tmp_path / "train.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(tmp_path / "train.py"), raising=False)
    sink = Recorder()
    capture = Capture(sink)
    capture.start()
    capture.start()
    print("epoch 1")
    assert sink.gpus.wait(20), "the last slow part did not come"
    capture.stop()
    capture.stop()
    capture.start()
    print("not recorded")
    assert sink.console == [("stdout", "epoch 1\n")]
    assert (sink.execution["script"], sink.execution["branch"], sink.execution["working_dir"]) == (
        "train.py",
        "main",
        ".",
    )
    assert sink.execution["packages"]["pytest"] == pytest.__version__
    assert {
        "os", "cpu_cores", "gpu_count", "cpu_type", "gpu_type", "memory_gb", "hostname", "processor", "python_version",
        "cuda_driver_version", "gpu_memory",
    } <= set(sink.runtime)  # fmt: skip
    assert not console._listeners


def test_stop_at_once_waits_for_the_slow_parts() -> None:
    sink = Recorder()
    capture = Capture(sink)
    capture.start()
    capture.stop()
    assert sink.runtime["python_version"]
    assert "repository_note" in sink.execution


def test_failing_sink_costs_one_line_each_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Recorder):
        def log_console(self, stream: str, text: str) -> None:
            raise OSError("disk full")

        record_runtime = record_execution = log_console  # type: ignore[assignment]

    with caplog.at_level(logging.DEBUG, "trackkit_jupyter"):
        # Without the arguments: whether this process ever read any is not for this test to say.
        capture = Capture(Broken(), [part for part in PARTS if part != "arguments"])
        capture.start()
        print("a")
        print("b")
        assert capture._slow is not None
        capture._slow.join(20)
        capture.stop()
    parts = sorted(record.getMessage().partition(": ")[2].partition(":")[0] for record in caplog.records)
    assert parts == ["OSError('disk full')", "execution", "machine", "machine", "packages"]


def test_two_at_once_and_one_that_ends_in_the_others_callback() -> None:
    first, second = Recorder(), Recorder()
    inner = Capture(second)

    class Ending(Recorder):
        def log_console(self, stream: str, text: str) -> None:
            super().log_console(stream, text)
            if text == "end\n":
                inner.stop()

    outer = Capture(first := Ending())
    outer.start()
    inner.start()
    print("both")
    print("end")
    print("one")
    outer.stop()
    assert [text for _, text in first.console] == ["both\n", "end\n", "one\n"]
    assert [text for _, text in second.console][:1] == ["both\n"]
    assert "one\n" not in [text for _, text in second.console]


def test_a_slow_part_that_hangs_does_not_hold_the_end_and_is_not_recorded_later() -> None:
    release, entered = threading.Event(), threading.Event()

    class Slow(Recorder):
        def record_runtime(self, values: dict[str, str | int | float | None]) -> None:
            entered.set()
            release.wait(20)

    sink = Slow()
    capture = Capture(sink)
    capture.start()
    assert entered.wait(20)
    begin = time.perf_counter()
    capture.stop()
    waited = time.perf_counter() - begin
    release.set()
    assert capture._slow is not None
    capture._slow.join(20)
    assert 1.5 < waited < 4
    assert sink.execution == {}


def test_import_is_cheap() -> None:
    code = """if True:
        import sys
        import trackkit_jupyter
        before = set(sys.modules)
        import trackkit_jupyter.capture
        heavy = {"IPython", "subprocess", "platform", "importlib.metadata", "pynvml", "psutil", "numpy", "urllib.parse"}
        print(sorted(heavy & (set(sys.modules) - before)))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
