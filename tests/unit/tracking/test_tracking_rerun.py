"""Running a draft again: notebook, recorded cells or script, with the values that were edited in it."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest

import trackkit_jupyter as track
from trackkit_jupyter.store import rerun
from trackkit_jupyter.tracking import takingup

SCRIPT = """
import argparse
import trackkit_jupyter as track

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1, help="step size")
parser.add_argument("data")
args = parser.parse_args()
options = {"momentum": 0.9, "layers": [8, 8], "deep": {"on": True}}
with track.start("script") as exp:
    exp.connect(options)
    exp.log({"lr": args.lr, "momentum": options["momentum"], "on": float(options["deep"]["on"])})
    print(args.data, options)
"""

CELLS = [
    "import trackkit_jupyter as track\nexp = track.start('notebook')\nconfig = exp.connect({'lr': 0.1})",
    "for step in range(3):\n    exp.log({'lr': config['lr']}, iteration=step)",
    "exp.finish()",
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "store"
    monkeypatch.setenv("TRACKKIT_STORE", str(folder))
    monkeypatch.setenv("TRACKKIT_CAPTURE", "execution,git,arguments,cells")
    return folder


def recorded(store: Path, **execution: object) -> track.Experiment:
    """An experiment that ended, with code as capture would have recorded it."""
    with track.start("made", config={"lr": 0.1}, capture=False) as exp:
        exp.record_execution(execution)
    return exp


def test_a_script_runs_with_the_values_of_the_draft(store: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    subprocess.run([sys.executable, str(script), "digits"], check=True, cwd=tmp_path, capture_output=True)
    (first,) = track.experiments()
    clone = first.clone()
    clone.set_hyperparameter("Args", "lr", "0.5")
    clone.set_hyperparameter("General", "momentum", "0.25")
    clone.set_hyperparameter("General", "deep/on", "False")
    done = clone.run(wait=True)
    assert done.experiment.id == clone.id
    assert clone.status == "completed"
    assert clone.name == "script (clone)"
    assert clone.parent == first.id
    assert {name: clone.metrics[name][name]["last"] for name in ("lr", "momentum", "on")} == {
        "lr": 0.5,
        "momentum": 0.25,
        "on": 0.0,
    }
    assert clone.hyperparameters["Args"]["lr"]["value"] == "0.5"
    assert clone.hyperparameters["Args"]["data"]["value"] == "digits"
    assert len(track.experiments()) == 2


def test_a_notebook_is_executed_in_a_fresh_kernel(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "train.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS]), path)
    clone = recorded(store, script=str(path), working_dir=str(tmp_path)).clone()
    clone.set_hyperparameter("General", "lr", "0.5")
    run = clone.run()
    assert "train.ipynb" in repr(run)
    run.wait(120)
    assert run.done
    assert run.progress == (3, 3) or run.error is None
    assert clone.status == "completed"
    assert clone.metrics["lr"]["lr"]["last"] == 0.5


def test_recorded_cells_stand_in_for_a_notebook_that_is_gone(store: Path, tmp_path: Path) -> None:
    cells = [{"code": code, "number": place} for place, code in enumerate(CELLS, 1)]
    clone = recorded(store, script=str(tmp_path / "moved.ipynb"), working_dir=str(tmp_path), cells=cells).clone()
    run = clone.run()
    assert run.code == "3 recorded cells"
    run.wait(120)
    assert clone.status == "completed"


def test_code_that_does_not_heed_the_signal_is_stopped(store: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(rerun, "_GRACE_SECONDS", 0.1)
    script = tmp_path / "stubborn.py"
    script.write_text(
        "import pathlib, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pathlib.Path('up').touch()\nwhile True: time.sleep(1)\n"
    )
    draft = recorded(store, script=str(script), working_dir=str(tmp_path)).clone()
    run = draft.run()
    while not (tmp_path / "up").exists():
        assert not run.done
        threading.Event().wait(0.01)
    stopping = threading.Thread(target=run.stop, daemon=True)
    stopping.start()
    stopping.join(10)
    try:
        assert not stopping.is_alive()
        assert run.done
        assert draft.status == "draft"
    finally:
        run._process.kill()


def test_what_is_killed_before_it_starts_is_a_draft_again(store: Path, tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    draft = recorded(store, script=str(script), working_dir=str(tmp_path)).clone()
    run = draft.run()
    end = time.monotonic() + 20
    while draft.status == "queued":  # nobody asks for the run itself
        assert time.monotonic() < end, "it stays queued"
        threading.Event().wait(0.01)
    assert draft.status == "draft"
    with pytest.raises(track.TrackkitStateError, match="ended with status -9"):
        run.wait()


def test_what_fails_is_told(store: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("import trackkit_jupyter as track\ntrack.start('x')\nraise ValueError('too wide')\n")
    clone = recorded(store, script=str(script), working_dir=str(tmp_path)).clone()
    with pytest.raises(track.TrackkitStateError, match="ValueError: too wide"):
        clone.run(wait=True)
    assert clone.status == "failed"
    script.write_text("print('nothing')\n")
    clone = recorded(store, script=str(script), working_dir=str(tmp_path)).clone()
    with pytest.raises(track.TrackkitStateError, match=r"without calling start\(\)"):
        clone.run(wait=True)
    assert clone.status == "draft"


def test_code_that_is_gone_is_refused(store: Path, tmp_path: Path) -> None:
    made = recorded(store, script=str(tmp_path / "gone.py"), working_dir=str(tmp_path))
    with pytest.raises(track.TrackkitStateError, match=r"Only a draft can be run.*completed"):
        made.run()
    with pytest.raises(track.NotFoundError, match="not there any more"):
        made.clone().run()
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "train.py").write_text("")
    clone = recorded(store, script="train.py", repository_root=str(tmp_path), commit="0" * 40).clone()
    with pytest.raises(track.TrackkitStateError, match="commit 000000000000 is not in its repository"):
        clone.run()
    assert clone.status == "draft"


@pytest.mark.parametrize(
    ("present", "text", "wanted"),
    [
        (1, "2", 2),
        (0.1, "1e-3", 1e-3),
        (True, "False", False),
        ("a", "5", "5"),
        (None, "3", 3),
        ([1], "[2, 3]", [2, 3]),
    ],
)
def test_values_keep_the_type_of_the_code(present: object, text: str, wanted: object) -> None:
    options = {"x": present}
    takingup.feed(options, {"x": {"value": text}})
    assert options == {"x": wanted}
    assert type(options["x"]) is type(wanted)


def test_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(track.TrackkitValueError, match="'x' must be an integer"):
        takingup.feed({"x": 1}, {"x": {"value": "many"}})
    space = argparse.Namespace(x=1)
    takingup.feed(space, {"x": {"value": "2"}, "added": {"value": "3"}})
    assert vars(space) == {"x": 2}
