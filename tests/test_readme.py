"""The README's promises: its Python runs in a real shell as it stands, and what it names exists."""

import os
import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import trackkit_jupyter as track
from trackkit_jupyter.cli import main
from trackkit_jupyter.views import MIME_TYPE, display

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKKIT_STORE", raising=False)
    for name in ("HOME", "XDG_DATA_HOME", "IPYTHONDIR"):
        (tmp_path / name.lower()).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="nocolor")
    shell.history_manager.enabled = False
    yield shell
    display.refresh()
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def run(shell, code):
    with capture_output() as caught:
        result = shell.run_cell(code, store_history=True)
    assert result.success, f"{code}\n{caught.stdout}{caught.stderr}"
    return result.result, [output.data for output in caught.outputs]


def test_its_code_runs_from_top_to_bottom(shell):
    assert any(block.startswith("%%track") for block in BLOCKS)
    assert any("track.start(" in block for block in BLOCKS)
    shown = [data for block in BLOCKS for data in run(shell, block)[1]]
    assert [data[MIME_TYPE]["kind"] for data in shown if MIME_TYPE in data]
    runs = {exp.name: exp for exp in track.experiments(order_by="created")}
    assert list(runs) == ["my first", "my second"]
    assert {exp.status for exp in runs.values()} == {"completed"}
    assert runs["my first"].count("loss", "val") == 1000
    assert runs["my second"].single_values == {"accuracy": 0.97}
    assert Path(runs["my first"].store.path) == Path(os.environ["HOME"]) / ".trackkit"


def test_what_its_table_says_to_write_works(shell):
    for block in BLOCKS:
        run(shell, block)
    rows = re.findall(r"^\| ([^|]+) \| (.+) \|$", README, re.MULTILINE)[1:]
    wanted = {want.strip(): re.findall(r"`([^`]+)`", write) for want, write in rows}
    for code in wanted["see an experiment again"] + wanted["compare several"]:
        assert MIME_TYPE in run(shell, code)[1][0]
    for code in wanted["see all, as a table"]:
        assert "my second" in run(shell, f"from IPython.display import display; display({code})")[1][0]["text/html"]
    for name in wanted["log more than numbers"]:
        assert hasattr(track.Experiment, name.removeprefix("exp."))
    values, record = (run(shell, code)[0] for code in wanted["read the points back"])
    assert values[0] == 1.1
    assert record["scalars"]
    for code in wanted["write a report"]:
        run(shell, code)
    assert Path("finding.md").read_text().startswith("# Finding")
    exp = shell.user_ns["exp"]
    for line in wanted["look from a terminal"]:
        arguments = line.replace("ID", exp.id[:8]).split()[1:]
        with capture_output():
            assert main(arguments) == 0 or arguments == ["doctor"]


def migration():
    """Return the rows of the table for those who come from other trackers: what they wrote, what they write here."""
    table = README.partition("### Coming from")[2].partition("\n| there")[2].partition("\n\n")[0]
    rows = [re.findall(r"`([^`]+)`", cell) for line in table.splitlines()[2:] for cell in line.strip("| ").split(" | ")]
    return list(zip(rows[::2], rows[1::2], strict=True))


@pytest.mark.parametrize("here", [code for _, codes in migration() for code in codes if "(" in code and " " in code])
def test_what_it_says_to_write_instead_works(shell, here):
    Path("weights.pt").write_bytes(b"weights")
    for code in ("import numpy as np, trackkit_jupyter as track", "image, query = np.zeros((4, 4)), None"):
        run(shell, code)
    run(shell, "exp = track.start('x', capture=False)")
    run(shell, here + (" ..." if here.endswith(":") else ""))
    run(shell, "exp.finish()")


def test_what_others_call_it_is_answered(shell):
    with track.start("x", capture=False) as exp:
        for there, _ in migration():
            for owner, name in re.findall(r"(wandb|mlflow|writer|run|track)\.(\w+)", " ".join(there)):
                asked = exp if owner in {"writer", "run"} else track
                if hasattr(asked, name):  # log, tags: the same word
                    continue
                with pytest.raises(AttributeError, match="Here it is: "):
                    getattr(asked, name)


def test_its_files_exist():
    for path in re.findall(r"\]\(([^)#:]+)\)|src(?:set)?=\"([^\"]+)\"", README):
        assert (Path(__file__).parents[1] / "".join(path)).exists(), path
