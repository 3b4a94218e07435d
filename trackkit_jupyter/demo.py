"""``trackkit demo``: the quickstart, executed on real data in a folder of its own, with its report exported."""

from __future__ import annotations

import os
import shutil
import sys
import time
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitStateError, TrackkitStorageError

__all__ = ["execute", "quickstart", "run"]

_NEEDED = {"sklearn": "scikit-learn", "nbclient": "nbclient", "ipykernel": "ipykernel"}
_CELL_SECONDS = 170


def quickstart() -> Path:
    """Return the quickstart notebook: from the installed package, else from the source tree beside it."""
    packaged = resources.files("trackkit_jupyter") / "notebooks" / "quickstart.ipynb"
    for path in (Path(str(packaged)), Path(__file__).resolve().parents[1] / "notebooks" / "quickstart.ipynb"):
        if path.is_file():
            return path
    raise TrackkitStorageError("The quickstart notebook is not part of this installation.", "notebook")


def run(folder: Path) -> int:
    """Make `folder` with its own store, execute the quickstart in it, and say what was made; return the exit status."""
    missing = [package for module, package in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise TrackkitStateError(f"The demo needs {' and '.join(missing)}: pip install {' '.join(missing)}")
    from trackkit_jupyter.store import StoredExperiment, create_store
    from trackkit_jupyter.store.paths import FOLDER

    folder = folder.expanduser().absolute()
    store = create_store(folder / FOLDER, handle=StoredExperiment)
    target = folder / "quickstart.ipynb"
    if target.exists():  # a person may have worked in it
        number = 1
        while (kept := folder / f"quickstart-before-{number}.ipynb").exists():
            number += 1
        shutil.copyfile(target, kept)
    started = time.monotonic()
    earlier = {exp.id for exp in store.experiments()}
    _say(f"Running the quickstart in {_short(folder)} ...\n")
    execute(quickstart(), target, store.path)
    made = [exp for exp in store.experiments(order_by="created") if exp.id not in earlier]
    _say("")
    for exp in made:
        accuracy = exp.single_values.get("accuracy")
        points = sum(exp.count(*pair) for pair in exp.names())
        result = f"accuracy {accuracy:.1%}" if isinstance(accuracy, float) else ""
        _say(f"  {exp.name:<12} {exp.status:<10} {points:>6,} points   {result}")
    _say(f"\nDone in {time.monotonic() - started:.0f} s. In {_short(folder)} you find:\n")
    _say("  quickstart.ipynb   the notebook, with its views")
    for report in sorted(folder.glob("*.ipynb")):
        if not report.name.startswith("quickstart"):
            _say(f"  {report.name}   the report, a notebook too")
    if (folder / "report.md").is_file():
        pictures = len(list((folder / "report_files").glob("*")))
        _say(f"  report.md   the report, exported with {pictures} pictures in report_files")
    _say(f"\nOpen it: jupyter lab {_short(target)}")
    return 0


def execute(source: Path, target: Path, store: Path) -> None:
    """Execute a notebook in this interpreter's kernel and write it with its outputs, also when a cell fails."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    from trackkit_jupyter.reports.notebooks import read_notebook, write_notebook

    notebook = read_notebook(source)
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    progress: dict[str, Any] = {"done": 0, "title": ""}

    def on_cell_start(cell: Any, cell_index: int) -> None:
        # As JupyterLab does, so that the attempts of a cell are known when it is run again there.
        assert client.kc is not None
        client.kc.session.metadata = {"cellId": cell.get("id")}
        progress["title"] = _title(notebook, cell_index) if cell.cell_type == "code" else ""

    def on_cell_executed(**_: Any) -> None:
        progress["done"] += 1
        _say(f"  [{progress['done']}/{total}] {progress['title']}")

    client = NotebookClient(
        notebook,
        kernel_manager_class=_this_interpreter(),
        timeout=_CELL_SECONDS,
        coalesce_streams=True,
        resources={"metadata": {"path": str(target.parent)}},
        on_cell_start=on_cell_start,
        on_cell_executed=on_cell_executed,
    )
    # The store of the demo, whatever this shell's environment says.
    environment = {**os.environ, "TRACKKIT_STORE": str(store), "JPY_SESSION_NAME": str(target)}
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        raise TrackkitStateError(f"A cell of the quickstart failed:\n{error}") from None
    finally:
        write_notebook(notebook, target)


def _this_interpreter() -> type[Any]:
    """Return a manager of kernels of this interpreter; no kernel needs to be installed for it."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]

    class ThisInterpreter(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(argv=command, display_name="Python 3", language="python")

    return ThisInterpreter


def _title(notebook: Any, index: int) -> str:
    """Return the heading above a cell."""
    for cell in reversed(notebook.cells[:index]):
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            return str(cell.source.splitlines()[0].strip("# "))
    return ""


def _short(path: Path) -> str:
    shown = os.path.relpath(path)
    return str(path) if shown.startswith("..") else shown


def _say(text: str) -> None:
    print(text, flush=True)
