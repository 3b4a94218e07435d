"""Figures that are shown: one for each call, all kept, none when nothing was drawn."""

from __future__ import annotations

import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest

import trackkit_jupyter as track


@pytest.fixture
def experiment(tmp_path: Path) -> Iterator[Any]:
    before = mpl.get_backend()
    plt.switch_backend("agg")
    with track.start("a", store=tmp_path / "store", capture=["figures"]) as made:
        yield made
    plt.close("all")
    plt.switch_backend(before)


def kept(experiment: Any) -> list[tuple[str, str, int]]:
    return [(plot["metric"], plot["variant"], plot["iteration"]) for plot in experiment.plots()]


def show() -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")  # told where there is a display
        plt.show()


def test_pyplot(experiment: Any) -> None:
    plt.plot([1, 2])
    plt.title("Loss <b>\nof all")
    show()
    show()  # unchanged: once
    plt.plot([2, 1])
    show()
    plt.close("all")
    plt.figure()
    show()  # nothing on it
    plt.close("all")
    for _ in range(3):
        plt.figure()
        plt.plot([3])
        show()
        plt.close("all")
    assert kept(experiment) == [
        ("Loss <b> of all", "Loss <b> of all", 0),
        ("Loss <b> of all", "Loss <b> of all", 1),
        ("figure 1", "figure 1", 0),
        ("figure 1", "figure 1", 1),
        ("figure 1", "figure 1", 2),
    ]
    drawn = experiment.figure(experiment.plots()[0]["hash"])
    assert drawn["layout"]["images"][0]["source"].startswith("data:image/png;base64,")


def test_several_at_once_and_a_title_above_all(experiment: Any) -> None:
    for name in ("one", "two"):
        figure, axes = plt.subplots(2)
        figure.suptitle(name)
        axes[0].set_title("not this")
    show()
    assert kept(experiment) == [("one", "one", 0), ("two", "two", 0)] == kept(experiment)


def test_what_cannot_be_drawn_is_told_and_the_program_goes_on(experiment: Any) -> None:
    plt.plot([1])
    plt.title("$\\frac{$")
    with pytest.warns((RuntimeWarning, UserWarning)) as told:
        plt.show()
    assert any("the part 'figures' is no longer recorded" in str(each.message) for each in told)
    assert kept(experiment) == []


def test_plotly(experiment: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    figure = go.Figure(go.Bar(y=[1, 2]), layout={"title": {"text": "<b>Bars</b> &<br>more, 1 < 2"}})
    figure.show(renderer="json")
    plotly.io.show({"data": [{"type": "bar", "y": [3]}], "layout": {"title": "Plain"}}, renderer="json")
    go.Figure().show(renderer="json")
    capsys.readouterr()
    assert kept(experiment) == [("Bars & more, 1 < 2",) * 2 + (0,), ("Plain", "Plain", 0), ("plotly", "plotly", 0)]
    assert experiment.figure(experiment.plots()[0]["hash"])["data"][0]["type"] == "bar"


def test_a_show_that_fails_is_as_it_was(experiment: Any) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        go.Figure(go.Bar(y=[1])).show(renderer="nonsense")
    assert len(kept(experiment)) == 1


def test_large_figures(experiment: Any) -> None:
    plt.imshow(np.zeros((2000, 2000)))
    show()
    assert len(kept(experiment)) == 1


def test_in_a_real_kernel_at_the_end_of_each_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    pictures: list[str] = []

    def run(code: str) -> None:
        def output(message: dict[str, Any]) -> None:
            pictures.extend(name for name in message["content"].get("data", {}) if name == "image/png")

        reply = client.execute_interactive(textwrap.dedent(code), timeout=60, output_hook=output)
        assert reply["content"]["status"] == "ok", reply["content"]

    try:
        run(
            "%matplotlib inline\nimport matplotlib.pyplot as plt\nimport trackkit_jupyter as track\n"
            f"exp = track.start('a', store={str(tmp_path / 'store')!r})"
        )
        run("plt.plot([1, 2]); plt.title('at the end of the cell')")
        run("plt.plot([1, 2]); plt.title('shown'); plt.show()\nplt.plot([2, 1]); plt.title('and another'); plt.show()")
        run("plt.plot([1]); plt.title('in the last cell'); exp.finish()")
        run("plt.plot([1]); plt.title('after it')")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    (experiment,) = track.open_store(tmp_path / "store").experiments()
    assert [name for name, _, _ in kept(experiment)] == ["at the end of the cell", "shown", "and another"]
    assert len(pictures) == 5
    assert sys.modules["trackkit_jupyter"]
