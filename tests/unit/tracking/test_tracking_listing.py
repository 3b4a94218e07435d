"""A list of experiments as the last line of a cell: a table, in the saved notebook too."""

import pytest
from IPython.core.formatters import DisplayFormatter

import trackkit_jupyter as track
from trackkit_jupyter.views import MIME_TYPE


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    for name, loss in (("one", 0.25), ("two|<b>", 0.5)):
        with track.start(name, project="sandbox", capture=False) as exp:
            exp.log({"loss/val": loss})
    return track.experiments(order_by="created")


def test_it_is_a_table_in_every_form(runs):
    data, _ = DisplayFormatter().format(runs)
    assert data["text/markdown"].startswith("**2 experiments**\n\n| name | project | status | loss/val | id |")
    assert "| one | sandbox | completed | 0.25 |" in data["text/markdown"]
    assert "<th>loss/val</th>" in data["text/html"]
    assert "two|&lt;b&gt;" in data["text/html"]
    assert data["text/plain"].splitlines()[:2] == ["2 experiments", data["text/plain"].splitlines()[1]]
    assert data["text/plain"].splitlines()[2].split()[:4] == ["one", "sandbox", "completed", "0.25"]


def test_lists_of_a_store_and_parts_of_them_are_too(runs, tmp_path):
    for listed in (track.open_store().experiments(), runs[:1], runs[0].store.experiments()):
        assert "text/html" in DisplayFormatter().format(listed)[0]
    assert "1 experiment" in DisplayFormatter().format(runs[:1])[0]["text/plain"]
    assert runs[:1].total == 1


def test_an_empty_one_says_so(runs):
    assert DisplayFormatter().format(track.experiments('"none" in tags'))[0]["text/plain"] == "0 experiments"


def test_compared(runs, monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    try:
        with capture_output() as caught:
            runs.compare()
    finally:
        shell.history_manager.end_session()
        InteractiveShell.clear_instance()
    (shown,) = caught.outputs
    assert shown.data[MIME_TYPE]["kind"] == "comparison"
    assert shown.data[MIME_TYPE]["objects"] == [run.id for run in runs]
