"""The running notebook and its cells, in a real shell and a real kernel."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trackkit_jupyter.capture import console, notebook


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    yield shell
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()


def test_cells_while_it_runs_and_the_one_that_started_it(shell: Any) -> None:
    taken: list[tuple[str, int | None]] = []
    cells = notebook.Cells(lambda code, number: taken.append((code, number)))
    shell.user_ns["cells"] = cells
    run = shell.run_cell
    run("before = 1", store_history=True)
    run("# go\ncells.start()\ncells.start()", store_history=True)
    run("%time x = 1\n", store_history=True)
    run("asked_by_the_front_end = 1", silent=True)
    run("not_stored = 1", store_history=False)
    run("1 / 0", store_history=True)
    run("this is no python", store_history=True)
    run("cells.stop()", store_history=True)
    run("cells.stop()\nafter = 1", store_history=True)
    assert taken == [
        ("# go\ncells.start()\ncells.start()", 2),
        ("%time x = 1\n", 3),
        ("1 / 0", 4),
        ("this is no python", 5),
        ("cells.stop()", 6),
    ]
    assert shell.user_ns["In"][6] == "cells.stop()"


def test_started_between_two_cells(shell: Any) -> None:
    taken: list[tuple[str, int | None]] = []
    shell.run_cell("before = 1", store_history=True)
    cells = notebook.Cells(lambda code, number: taken.append((code, number)))
    cells.start()
    shell.run_cell("a = 1", store_history=True)
    cells.stop()
    assert taken == [("a = 1", 2)]


def test_a_failing_receiver_does_not_stop_the_cell(shell: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(code: str, number: int | None) -> None:
        raise RuntimeError("no")

    cells = notebook.Cells(broken)
    cells.start()
    with caplog.at_level(logging.DEBUG, "trackkit_jupyter"):
        assert shell.run_cell("a = 1", store_history=True).success
        assert shell.run_cell("b = 2", store_history=True).success
    cells.stop()
    assert (shell.user_ns["a"], shell.user_ns["b"]) == (1, 2)
    assert [record.getMessage() for record in caplog.records] == ["cell not recorded: RuntimeError('no')"]


def test_console_over_several_cells_of_a_terminal_shell(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The shell puts its own write on the stream for each cell, and takes away what was put there meanwhile."""
    heard: list[str] = []
    listeners: list[console.Listener] = []
    cells = notebook.Cells(lambda code, number: None, before=console.renew)
    shell.user_ns |= {"cells": cells, "console": console, "listeners": listeners, "heard": heard}
    run = shell.run_cell
    start = "listeners.append(console.listen(lambda stream, text: heard.append(text))); cells.start()"
    run(start, store_history=True)
    for number in range(3):
        run(f"print('cell {number}')", store_history=True)
    run("get_ipython().run_cell('print(1)'); print(2)", store_history=True)
    run("cells.stop(); listeners[0].stop()", store_history=True)
    run("print('after')", store_history=True)
    assert heard == ["cell 0\n", "cell 1\n", "cell 2\n", "1\n", "2\n"]
    assert capsys.readouterr().out == "".join(heard) + "after\n"


def test_script_of_a_plain_process(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text("from trackkit_jupyter.capture import notebook\nprint(notebook.script())\n", encoding="utf-8")
    environment = {"JPY_SESSION_NAME": str(tmp_path / "of the notebook that called me.ipynb")}

    def script(*arguments: str, typed: str = "") -> str:
        env = {**environment, "PYTHONPATH": str(Path(notebook.__file__).parents[2])}
        done = subprocess.run(
            [sys.executable, *arguments], input=typed, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert script("train.py") == str(program)
    assert script("-c", program.read_text(encoding="utf-8")) == "None"
    assert script("-", typed=program.read_text(encoding="utf-8")) == "None"


def test_real_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel's own streams, its notebook's path, output of threads and of child processes, and the cells."""
    from jupyter_client.manager import start_new_kernel

    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)  # ipykernel watches the file descriptors only without it
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "study.ipynb"))
    monkeypatch.setenv("PYTHONPATH", str(Path(notebook.__file__).parents[2]))
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    shown: list[str] = []

    def run(code: str) -> None:
        def output(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                shown.append(message["content"]["text"])

        reply = client.execute_interactive(textwrap.dedent(code), timeout=60, output_hook=output)
        assert reply["content"]["status"] == "ok", reply["content"]

    try:
        run("""
            import json, subprocess, sys, threading, time
            from trackkit_jupyter.capture import Capture
            heard, taken, facts = [], [], {}
            class Sink:
                def is_current(self): return False
                def log_console(self, stream, text): heard.append((stream, text))
                def record_cell(self, code, number): taken.append((code.strip().splitlines()[0], number))
                def record_runtime(self, values): facts.update(values)
                def record_execution(self, values): facts.update(values)
            before = sys.stdout
            capture = Capture(Sink())
            capture.start()
            assert sys.stdout is before and sys.stdout.fileno() >= 0 and sys.stdout.encoding == "UTF-8"
            print("the starting cell")
        """)
        run("print('from a cell')")
        run("print('warned', file=sys.stderr)")
        run("""
            go, gone = threading.Event(), threading.Event()
            def later():
                go.wait(20)
                print("between cells")
                gone.set()
            threading.Thread(target=later).start()
            threading.Timer(0.2, go.set).start()  # this cell has ended by then
        """)
        run("gone.wait(20)")
        run("""
            subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
            end = time.monotonic() + 10
            while ("stdout", "from a child\\n") not in heard and time.monotonic() < end:
                time.sleep(0.01)
        """)
        run("""
            capture.stop()
            assert sys.stdout.echo is None and sys.stderr.echo is None
            open("out.json", "w").write(json.dumps([heard, taken, facts]))
        """)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    heard, taken, facts = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    expected = ["the starting cell\n", "from a cell\n", "warned\n", "between cells\n", "from a child\n"]
    assert [text for stream, text in heard if stream != "cell"] == expected
    marks = ["In [1]\n", "In [2]\n", "In [3]\n"]  # each before the first line of its cell, of those that print
    assert [text for _, text in heard][:6] == [line for pair in zip(marks, expected, strict=False) for line in pair]
    assert [stream for stream, text in heard if text == "warned\n"] == ["stderr"]
    assert "".join(shown).count("from a cell\n") == 1
    assert taken[0] == ["import json, subprocess, sys, threading, time", 1]
    assert [number for _, number in taken] == [1, 2, 3, 4, 5, 6, 7]
    assert facts["script"] == str(tmp_path / "study.ipynb")
    assert facts["packages"]["ipykernel"]
    assert facts["cpu_cores"] >= 1
