"""Widgets with traits in JupyterLab with everything of ours: linked both ways, read from the server, closed cleanly."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import trackkit_jupyter as track

from .lab import PATIENCE, Lab, wait_until
from .shelf import bring
from .test_kernel_only import MADE

LINKED = """
import ipywidgets
view = track.widgets.ScalarsView(exp, smoothing=0.2)
mirror = ipywidgets.FloatSlider(max=0.999, step=0.001, readout_format=".3f")
word = ipywidgets.Text()
joined = ipywidgets.jslink((view, "smoothing"), (mirror, "value"))
linked = ipywidgets.link((view, "xaxis"), (word, "value"))
display(view, mirror, word)
""".strip()


@pytest.fixture
def made(lab: Lab) -> Lab:
    """A page with an experiment in its kernel."""
    lab.server.write("widgets.ipynb", MADE, "", "", "")
    lab.open("widgets.ipynb")
    return lab


def run(lab: Lab, cell: int, source: str | None = None) -> None:
    """Run one cell, with another source."""
    lab.page.evaluate(
        """([cell, source]) => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = cell;
            if (source !== null) notebook.activeCell.model.sharedModel.setSource(source);
        }""",
        [cell, source],
    )
    lab.command("notebook:run-cell")
    lab.wait_for_cell(cell)


def holds(made: Lab, traits: str, values: str) -> None:
    """Wait until the kernel has these values: what a page changes is on its way for a while."""
    wait_until(lambda: made.python(f"print({traits})").strip() == values, f"{traits} is not {values}")


def test_traits_are_linked_both_ways(made: Lab) -> None:
    run(made, 0)
    run(made, 1, LINKED)
    output = made.output(1)
    expect(output.locator("canvas").first).to_be_visible()
    output.get_by_role("button", name="Settings").click()
    box = output.get_by_role("spinbutton", name="Smoothing")
    expect(box).to_have_value("0.2")
    expect(output.locator(".widget-readout")).to_have_text("0.200")

    box.fill("0.8")
    expect(output.locator(".widget-readout")).to_have_text("0.800")
    holds(made, "view.smoothing, mirror.value", "0.8 0.8")
    output.get_by_role("radio", name="Wall").or_(output.get_by_role("button", name="Wall")).first.click()
    expect(output.locator(".widget-text input")).to_have_value("wall")

    made.python("view.smoothing = 0.5; word.value = 'relative'")
    expect(box).to_have_value("0.5")
    expect(output.locator(".widget-readout")).to_have_text("0.500")
    holds(made, "view.xaxis", "relative")
    assert made.errors == []


def test_the_slider_turns_the_samples_and_the_samples_turn_the_slider(made: Lab) -> None:
    run(made, 0)
    run(
        made,
        1,
        "view = track.widgets.SamplesView(exp)\nslider = track.widgets.SampleSlider(view)\ndisplay(slider, view)",
    )
    output = made.output(1)
    top = output.locator(".tk-samples h3").first
    expect(top).to_have_text("Iteration 5")
    made.python("slider.value = 2")
    expect(top).to_have_text("Iteration 2")
    output.get_by_role("button", name="Newest").click()
    expect(top).to_have_text("Iteration 5")
    expect(output.locator(".widget-readout")).to_have_text("newest")
    output.get_by_role("button", name="Older").click()
    expect(top).to_have_text("Iteration 2")
    expect(output.locator(".widget-readout")).to_have_text("2")
    holds(made, "view.iteration, slider.value", "2 2")
    assert made.errors == []


def test_the_tab_is_a_trait(made: Lab) -> None:
    run(made, 0)
    run(made, 1, "view = track.widgets.ExperimentView(exp, tab='info'); view")
    output = made.output(1)
    tab = output.get_by_role("tab", selected=True)
    expect(tab).to_have_text("Info")
    output.get_by_role("tab", name="Debug samples").click()
    holds(made, "view.tab", "samples")
    made.python("view.tab = 'console'; view.height = 222")
    expect(tab).to_have_text("Console")
    expect(output.locator(".trackkit")).to_have_css("height", "222px")
    assert made.errors == []


def test_the_server_is_read_and_the_code_is_that_of_the_labextension(made: Lab) -> None:
    asked: list[str] = []
    received: list[int] = []
    made.page.on("request", lambda request: asked.append(request.url))

    def take(frame: str | bytes) -> None:
        # Of our own frames: how often the kernel says busy and idle varies.
        text = frame.decode("latin-1") if isinstance(frame, bytes) else frame
        kind = re.search(r'"msg_type": ?"(\w+)"', text)
        if kind and kind[1] in ("comm_open", "comm_msg", "display_data", "execute_result"):
            received.append(len(frame))

    made.page.on("websocket", lambda socket: socket.on("framereceived", take))
    made.open("widgets.ipynb")
    run(made, 0)
    received.clear()
    run(made, 1, "view = track.widgets.ScalarsView(exp); view")
    expect(made.output(1).locator("canvas").first).to_be_visible()
    wait_until(lambda: any("/trackkit/api/charts" in url for url in asked), "the server is not read", page=made.page)
    assert received
    assert max(received) < 18_000, "the display, with its picture"
    assert sum(received) - max(received) < 10_000, f"the hidden widget and the view, without code and data: {received}"
    print("bytes of the first view where our extension is:", sum(received))
    assert made.errors == []


def test_it_goes_when_it_is_closed_and_may_be_shown_twice(made: Lab) -> None:
    run(made, 0)
    run(made, 1, "view = track.widgets.ScalarsView(exp); display(view, view)")
    output = made.output(1)
    expect(output.locator(".trackkit")).to_have_count(2)
    for shown in output.locator(".trackkit").all():
        bring(shown)
        expect(shown.locator("canvas").first).to_be_visible()
    made.python("view.close()")
    expect(output.locator(".trackkit")).to_have_count(0)
    assert made.errors == []


def test_controls_move_two_views(made: Lab) -> None:
    run(made, 0)
    run(
        made,
        1,
        "one, two = track.widgets.ScalarsView(exp), track.widgets.ComparisonView([exp])\n"
        "display(track.widgets.PlotControls(one, two), one, two)",
    )
    output = made.output(1)
    expect(output.locator(".trackkit")).to_have_count(2)
    expect(output.locator("canvas").first).to_be_visible()
    output.locator("select").first.select_option("None")
    expect(output.get_by_role("region", name="loss/val", exact=True).first).to_be_visible()
    holds(made, "one.group_by, two.group_by", "none none")
    assert made.errors == []


def test_closing_one_of_two_displays_leaves_the_other_and_both_are_in_step(made: Lab) -> None:
    run(made, 0)
    run(made, 1, "view = track.widgets.ScalarsView(exp, smoothing=0.2); view")
    run(made, 2, "view")
    one, two = made.output(1), made.output(2)
    for output in (one, two):
        bring(output)
        expect(output.locator("canvas").first).to_be_visible()
        output.get_by_role("button", name="Settings").click()
    one.get_by_role("spinbutton", name="Smoothing").fill("0.7")
    expect(two.get_by_role("spinbutton", name="Smoothing")).to_have_value("0.7")
    run(made, 1, "pass")
    expect(one.locator(".trackkit")).to_have_count(0)
    made.python("view.smoothing = 0.4")
    expect(two.get_by_role("spinbutton", name="Smoothing")).to_have_value("0.4")
    two.get_by_role("spinbutton", name="Smoothing").fill("0.1")
    expect(two.get_by_role("spinbutton", name="Smoothing")).to_have_value("0.1")
    holds(made, "view.smoothing", "0.1")
    assert made.errors == []


def test_reopened_without_a_kernel_it_is_live_from_the_server(made: Lab) -> None:
    run(made, 0, MADE + "\nrunning = track.start('still', capture=False); running.log({'loss': 1.0}, iteration=0)")
    run(made, 1, "view = track.widgets.ScalarsView(running, smoothing=0.3); view")
    expect(made.output(1).locator("canvas").first).to_be_visible()
    made.command("docmanager:save")
    id = made.python("print(running.id)").strip()
    made.page.goto("about:blank")
    made.server.stop_kernels()
    made.open("widgets.ipynb", kernel=False)
    output = made.output(1)
    expect(output.locator("canvas").first).to_be_visible()
    expect(output.get_by_text("model not found")).to_have_count(0)
    output.get_by_role("button", name="Settings").click()
    expect(output.get_by_role("spinbutton", name="Smoothing")).to_have_value("0.3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", made.server.environment["XDG_DATA_HOME"])
        with track.start("still", store=made.server.store, resume=id, capture=False) as again:
            again.log({"fresh": 1.0}, iteration=1)
    expect(output.get_by_role("region", name="fresh", exact=True)).to_be_visible()
    assert made.errors == []


def test_a_page_loaded_anew_finds_the_models_of_its_kernel(made: Lab) -> None:
    run(made, 0)
    run(made, 1, "view = track.widgets.ScalarsView(exp); view")
    expect(made.output(1).locator("canvas").first).to_be_visible()
    made.command("docmanager:save")
    made.page.reload()
    made.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE * 1000)
    made.wait_for_kernel("idle")
    output = made.output(1)
    expect(output.locator("canvas").first).to_be_visible()
    output.get_by_role("button", name="Settings").click()
    made.python("view.smoothing = 0.6")
    expect(output.get_by_role("spinbutton", name="Smoothing")).to_have_value("0.6")
    assert made.errors == []
