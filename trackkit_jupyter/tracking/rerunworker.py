"""The process that runs a draft's code: ``python -m trackkit_jupyter.tracking.rerunworker PLAN``.

It says how far it is in a file beside the plan, so that nobody needs to listen, and puts the draft back if the code
never started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from trackkit_jupyter.capture import regiven
from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.records import Status
from trackkit_jupyter.tracking import open_store
from trackkit_jupyter.tracking.takingup import VARIABLE

__all__ = ["main", "say"]


def say(folder: Path, **values: Any) -> None:
    """Write down how far the run is; whoever reads sees the old or the new."""
    target = folder / "progress.json"
    aside = target.with_suffix(".new")
    aside.write_text(json.dumps(values), encoding="utf-8")
    os.replace(aside, target)


def main(plan_file: str) -> int:
    """Run the code of a plan; returns the exit status."""
    folder = Path(plan_file).parent
    plan = json.loads(Path(plan_file).read_text(encoding="utf-8"))
    os.environ[VARIABLE] = f"{plan['id']}:{plan['store']}"
    os.environ["TRACKKIT_STORE"] = plan["store"]
    error = None
    try:
        if plan["kind"] == "notebook":
            _notebook(plan, folder)
        else:
            _script(plan)
    except SystemExit as stopped:
        error = None if not stopped.code else f"The script ended with exit status {stopped.code}."
    except BaseException as raised:  # noqa: BLE001 - told by the handle, whatever it is
        traceback.print_exception(type(raised), raised, _of_the_code(raised))
        error = f"{type(raised).__name__}: {raised}".strip()[:2000]
    draft = open_store(plan["store"]).experiment(plan["id"])
    if draft.status == Status.QUEUED.value:
        with contextlib.suppress(TrackkitError):
            draft.unqueue()
        error = error or "The code ended without calling start(), so nothing took up the draft."
    say(folder, done=True, error=error)
    return 1 if error else 0


def _of_the_code(raised: BaseException) -> TracebackType | None:
    """Return the traceback from the person's code on: the frames that ran it are not theirs."""
    trace = raised.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in (__file__, runpy.__file__, "<frozen runpy>"):
        trace = trace.tb_next
    return trace or raised.__traceback__


def _script(plan: dict[str, Any]) -> None:
    os.chdir(plan["directory"])
    regiven.give(plan["arguments"])
    sys.argv = [plan["script"]]
    sys.path[0] = str(Path(plan["script"]).parent)
    runpy.run_path(plan["script"], run_name="__main__")


def _notebook(plan: dict[str, Any], folder: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    class Client(NotebookClient):
        async def async_execute_cell(self, cell: Any, cell_index: int, *more: Any, **options: Any) -> Any:
            place = codes.index(cell_index) if cell_index in codes else 0
            say(folder, cell=place, cells=len(codes))
            return await super().async_execute_cell(cell, cell_index, *more, **options)

    if plan["script"]:
        notebook = nbformat.read(plan["script"], as_version=4)
    else:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in plan["cells"]])
    codes = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    name = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    client = Client(
        notebook,
        timeout=None,
        kernel_name=name,
        resources={"metadata": {"path": plan["directory"]}},
        record_timing=False,
    )
    try:
        client.execute()
    finally:
        nbformat.write(notebook, folder / "executed.ipynb")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
