"""Running a draft: its notebook or script again, in a process of its own, with the values that were edited."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitStateError, shown
from trackkit_jupyter.records import Status, check_transition
from trackkit_jupyter.store.content import Content

__all__ = ["Rerunning", "Run"]

E = TypeVar("E", bound="Rerunning")

_GIT_SECONDS = 10
_GRACE_SECONDS = 5.0  # for a run, and then for what it started, to end when asked to
_WORKER = "trackkit_jupyter.tracking.rerunworker"  # by name: it starts experiments, which nothing here does


class Rerunning(Content):
    """An experiment that can be run, as long as it is a draft."""

    def run(self, wait: bool = False) -> Run[Self]:
        """Run the code of this draft again; the draft becomes the experiment that runs.

        A notebook is executed in a fresh kernel, cell by cell; where its file is gone, the cells that were recorded. A
        script runs in a process of its own, in the directory where it ran. The first ``start()`` in it takes up this
        draft; ``connect`` and argparse get its hyperparameters. The code is the one that lies there now.

        Parameters
        ----------
        wait
            Whether to wait for the end, and to raise what went wrong.

        Returns
        -------
        How far it is, and how to wait for it or stop it.

        Raises
        ------
        TrackkitStateError
            It is no draft: clone it. Or the commit that it was made with is gone, or it failed while it was waited for.
        NotFoundError
            No code was recorded, or it is not there any more.
        """
        self._check_draft(self.status)
        plan = _plan(self)
        folder = Path(tempfile.mkdtemp(prefix="trackkit-run-"))
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        self.queue()
        try:
            with (folder / "output.log").open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", _WORKER, str(folder / "plan.json")],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=plan["directory"],
                    start_new_session=True,  # an interrupt of this cell is none of the run
                )
        except OSError as error:
            self.unqueue()
            raise TrackkitStateError(f"The run could not be started: {error.strerror}.") from error
        made = Run(self, process, folder, plan)
        if wait:
            made.wait()
        return made

    def queue(self) -> None:
        """Note that a draft is about to run: nobody edits or runs it meanwhile.

        Raises
        ------
        TrackkitStateError
            It is no draft.
        """
        with self._editing() as record:  # checked under the lock: of two at once one is refused
            self._check_draft(record["status"])
            record["status"] = Status.QUEUED.value

    def unqueue(self) -> None:
        """Make it a draft again, as nothing took it up.

        Raises
        ------
        TrackkitStateError
            It is running, or has ended.
        """
        with self._editing() as record:
            check_transition(record["status"], Status.DRAFT.value)
            record["status"] = Status.DRAFT.value

    def _check_draft(self, status: str) -> None:
        if status != Status.DRAFT.value:
            raise TrackkitStateError(
                f"Only a draft can be run; the experiment {shown(self.name)} is {status}. Clone it first: "
                "`experiment.clone().run()`.",
                "status",
            )


class Run(Generic[E]):
    """The run of a draft, in a process of its own; it goes on when this kernel ends.

    Attributes
    ----------
    experiment
        The experiment that runs.
    code
        What is executed, in words.
    log
        The file with all that the process printed.
    """

    def __init__(self, experiment: E, process: subprocess.Popen[bytes], folder: Path, plan: dict[str, Any]) -> None:
        self.experiment = experiment
        self.code = str(plan["code"])
        self.log = folder / "output.log"
        self._process, self._folder = process, folder
        # Whoever asks or not: a process that has ended is taken note of, and its draft is not left queued.
        threading.Thread(target=self._follow, name="trackkit-run", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many cells were executed, of how many; None for a script, and until the kernel is there."""
        told = self._told()
        return (told["cell"], told["cells"]) if "cells" in told else None

    @property
    def error(self) -> str | None:
        """Why it failed, in a sentence; None while it runs, and when it did not."""
        if not self.done or self._process.returncode == 0:
            return None
        told = self._told().get("error")
        return str(told or f"The process ended with status {self._process.returncode}; it printed to {self.log}.")

    def wait(self, timeout: float | None = None) -> E:
        """Wait for the end.

        Parameters
        ----------
        timeout
            Seconds at most; without end if it is None. An interrupt stops the waiting, not the run.

        Returns
        -------
        The experiment.

        Raises
        ------
        TrackkitStateError
            The run failed; the message says why.
        TimeoutError
            It has not ended in time; it goes on.
        """
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"The run has not ended after {timeout:g} seconds; it goes on.") from None
        self._give_back()
        if self.error is not None:
            raise TrackkitStateError(f"The run of {shown(self.experiment.name)} failed: {self.error}")
        return self.experiment

    def stop(self) -> None:
        """Stop it, with the kernel that it started; what was logged stays."""
        if self.done:
            return
        import psutil

        try:
            family = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:  # it has just ended
            family = []
        for each in [*family, self._process]:
            with contextlib.suppress(psutil.NoSuchProcess, OSError):
                each.terminate()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:  # code may catch the signal, and go on
            self._process.kill()
            self._process.wait()
        for each in psutil.wait_procs(family, _GRACE_SECONDS)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self._give_back()

    def printed(self, most: int) -> str:
        """Return the end of what the process printed, at most so many characters."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - 4 * most))
                return log.read().decode(errors="replace")[-most:].strip()
        except OSError:
            return ""

    def __repr__(self) -> str:
        place = self.progress
        if self.done:
            state = f"failed: {self.error}" if self.error else "ended"
        elif place:
            state = f"running cell {place[0] + 1} of {place[1]}"
        else:
            state = "running"
        return f"<run of {self.experiment.name!r}, {self.code}: {state}>"

    def _follow(self) -> None:
        self._process.wait()
        self._give_back()

    def _give_back(self) -> None:
        """Make it a draft again where nothing took it up, and the process was killed before it could say so."""
        with contextlib.suppress(TrackkitError, OSError):
            draft: Any = self.experiment.store.experiment(self.experiment.id)
            if draft.status == Status.QUEUED.value:
                draft.unqueue()

    def _told(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self._folder / "progress.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}


def _plan(draft: Rerunning) -> dict[str, Any]:
    """Return what to run, and where."""
    execution = draft.execution
    root, script = execution.get("repository_root"), execution["script"]
    cells = [cell["code"] for cell in execution["cells"] if cell.get("code")]
    path = os.path.join(root or "", script) if script else None
    here = path is not None and os.path.isabs(path) and os.path.isfile(path)
    directory = os.path.join(root or "", execution["working_dir"] or "") or os.getcwd()
    common = {
        "id": draft.id,
        "store": str(draft.store.path),
        "directory": directory if os.path.isdir(directory) else os.getcwd(),
        "arguments": {name: entry["value"] for name, entry in draft.hyperparameters.get("Args", {}).items()},
        "cells": cells,
    }
    if path is not None and not path.endswith(".ipynb"):
        if here:
            _check_commit(root, execution["commit"])
            return {**common, "kind": "script", "script": path, "code": f"script {os.path.basename(path)}"}
        if not cells:
            raise NotFoundError(
                f"The script {shown(os.path.basename(path))} is not there any more, so this draft cannot be run.",
                "script",
            )
    if here:
        return {**common, "kind": "notebook", "script": path, "code": f"notebook {os.path.basename(path or '')}"}
    if cells:
        return {**common, "kind": "notebook", "script": None, "code": f"{len(cells)} recorded cells"}
    what = (
        f"The notebook {shown(os.path.basename(path))} is not there any more"
        if path
        else "No script or notebook was recorded"
    )
    raise NotFoundError(f"{what}, and no cells were recorded: this draft cannot be run.", "script")


def _check_commit(root: str | None, commit: str | None) -> None:
    if not root or not commit:
        return
    asked = ["git", "-C", root, "cat-file", "-e", f"{commit}^{{commit}}"]
    try:
        found = subprocess.run(asked, capture_output=True, timeout=_GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return  # without git there is still the script
    if found.returncode:
        raise TrackkitStateError(
            f"The commit {commit[:12]} is not in its repository any more: the code there is another one. Check out the "
            "code, and start it by hand.",
            "commit",
        )
