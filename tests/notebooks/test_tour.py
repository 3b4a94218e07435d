"""The notebooks beside the quickstart: each runs from top to bottom, and shows what it says."""

import nbformat
import pytest

import trackkit_jupyter as track
from trackkit_jupyter import views
from trackkit_jupyter.demo import execute

from .test_quickstart import NOTEBOOKS

KINDS = {
    "logging": ["experiment"],
    "capture": ["experiment"],
    "models": ["model", "model", "table", "comparison"],
    "magics": ["experiment", "experiment", "experiment", "table", "comparison", "scalars"],
    "attempts": ["experiment"],
    "comparison": ["comparison", "comparison", "comparison"],
    "reports": [],
    "reading": ["table"],
    "one_clock": ["experiment"],
    "knobs": ["experiment"],
    "claims": ["claim", "claim"],
}


@pytest.mark.parametrize("name", KINDS)
def test_it_runs_and_shows(name, tmp_path, monkeypatch):
    for variable in ("HOME", "XDG_DATA_HOME", "IPYTHONDIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
        (tmp_path / variable.lower()).mkdir()
    target, store = tmp_path / f"{name}.ipynb", tmp_path / ".trackkit"
    execute(NOTEBOOKS / f"{name}.ipynb", target, store)
    outputs = [output for cell in nbformat.read(target, 4).cells for output in cell.get("outputs", ())]
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    shown = [output.data[views.MIME_TYPE] for output in outputs if views.MIME_TYPE in output.get("data", {})]
    assert [view["kind"] for view in shown] == KINDS[name]
    runs = track.open_store(store).experiments()
    assert runs
    assert {run.status for run in runs} == {"completed"}


def test_every_notebook_is_tested():
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == {"quickstart", "report", *KINDS}
