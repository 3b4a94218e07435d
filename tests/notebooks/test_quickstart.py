"""The quickstart notebook and ``trackkit demo``: executed on the real data, as a newcomer does."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

import trackkit_jupyter as track
from trackkit_jupyter import TrackkitStateError, views
from trackkit_jupyter.cli import main
from trackkit_jupyter.demo import execute, quickstart

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_committed_without_outputs(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# ")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("TRACKKIT_STORE", raising=False)
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        assert main(["demo"]) == 0
        yield folder / "demo"


@pytest.fixture
def runs(demo):
    return track.open_store(demo / ".trackkit").experiments(order_by="created")


def outputs(path):
    return [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", ())]


def test_three_experiments_recorded_everything(runs):
    assert [exp.name for exp in runs] == ["rate 0.1", "rate 0.01", "rate 1.0"]
    for exp in runs:
        assert (exp.status, exp.project, exp.tags) == ("completed", "vision/digits", ["linear"])
        assert {pair for pair in exp.names() if pair[0][0] != ":"} == {
            ("loss", "train"), ("loss", "val"), ("accuracy", "val")
        }  # fmt: skip
        assert exp.count("loss", "train") == 840
        assert set(exp.hyperparameters["General"]) == {"rate", "epochs", "batch"}
        assert len([line for line in exp.console()[0] if line["text"].startswith("epoch")]) == 20
        assert [plot["metric"] for plot in exp.plots()] == ["confusion"]
        assert {sample["variant"] for sample in exp.samples()} == {"digit 1", "digit 2", "digit 3", "digit 4"}
        assert len({sample["iteration"] for sample in exp.samples()}) == 4
        assert 0.85 < exp.single_values["accuracy"] <= 1
    assert runs[0].series("loss/val").values[-1] < runs[0].series("loss/val").values[0] / 4


def test_the_notebook_keeps_its_views(demo, runs):
    shown = [output.data for output in outputs(demo / "quickstart.ipynb") if views.MIME_TYPE in output.get("data", {})]
    assert [data[views.MIME_TYPE]["kind"] for data in shown] == ["experiment", "scalars"]
    assert shown[0][views.MIME_TYPE]["objects"] == [runs[0].id]
    assert shown[1][views.MIME_TYPE]["objects"] == [exp.id for exp in runs]
    assert "completed" in shown[0]["text/plain"]  # sent again when its cell ended
    for data in shown:
        assert data[views.MIME_TYPE]["store"]["path"] == ".trackkit"
        assert "image/png" in data
        assert len(json.dumps(data)) <= 60_000


def test_the_report_is_exported_with_its_pictures(demo):
    report = demo / "learning-rates-on-digits.ipynb"
    assert nbformat.read(report, 4).metadata.trackkit.report.project == "vision/digits"
    text = (demo / "report.md").read_text()
    pictures = re.findall(r"!\[.*rate.*\]\((report_files/\d\.png)\)", text)
    assert len(pictures) == 2
    for picture in pictures:
        assert (demo / picture).read_bytes().startswith(b"\x89PNG")
    assert "**0.1** serves" in text


def test_no_cell_failed_and_nothing_was_complained_about(demo):
    for output in outputs(demo / "quickstart.ipynb"):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"


def test_a_cell_that_fails_is_told_and_the_notebook_kept(tmp_path, capsys):
    source, target = tmp_path / "failing.ipynb", tmp_path / "quickstart.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("print('so far')\n1 / 0")]), source)
    with pytest.raises(TrackkitStateError, match="ZeroDivisionError"):
        execute(source, target, tmp_path)
    assert [output.output_type for output in outputs(target)] == ["stream", "error"]


def test_the_kernel_itself_prints_nothing(tmp_path, capfd):
    source = tmp_path / "source.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1 + 1")]), source)
    execute(source, tmp_path / "target.ipynb", tmp_path)
    said = capfd.readouterr()
    assert (said.out, said.err) == ("  [1/1] \n", "")


def test_the_notebook_is_found():
    assert quickstart().read_bytes() == (NOTEBOOKS / "quickstart.ipynb").read_bytes()
