"""Figures under the hand: every control by its effect, earlier iterations, what is shown, what is odd about them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import drawn, opened, page_of, picture, point_at, use

X, Y = list(range(1, 11)), [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]


@pytest.fixture(scope="module")
def run(server: LabServer) -> track.Experiment:
    """An experiment with figures of every kind."""
    with track.start("figures", project="plots", store=server.store, capture=False) as made:
        flat = go.Figure(go.Scatter(x=X, y=Y, mode="lines+markers", name="squares"))
        flat.update_layout(xaxis={"range": [-5, 20]}, yaxis={"range": [-50, 200]}, showlegend=True)
        made.log_plot("flat", "squares", flat, iteration=0)
        made.log_scatter3d("deep", "points", np.random.default_rng(0).normal(size=(50, 3)), iteration=0)
        for step in range(3):
            made.log_plot("steps", "bars", go.Figure(go.Bar(y=[step + 1, 2, 3])), iteration=10 * step)
        made.log_histogram("weights", "layer", np.random.default_rng(0).normal(size=500), iteration=0)
        made.log_confusion_matrix("confusion", "val", [[5, 1], [2, 7]], labels=["cat", "dog"], iteration=0)
        mpl.use("Agg")
        from matplotlib import pyplot as plt

        sheet, axes = plt.subplots()
        axes.plot([1, 3, 2])
        made.log_plot("sheet", "matplotlib", sheet, iteration=0)
        plt.close(sheet)
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as made:
        yield made


@pytest.fixture
def panel(page: Page, server: LabServer, run: track.Experiment) -> Locator:
    return opened(page, server, run, "Plots")


@pytest.fixture
def card(panel: Locator) -> Locator:
    """The card of a figure with two axes."""
    found = panel.get_by_role("region", name="flat/squares")
    drawn(found)
    return found


def layout(card: Locator, path: str) -> Any:
    """What plotly.js has for an option of the layout; while a figure is drawn anew, it has none."""
    there = "?.".join(("graph", "_fullLayout", *path.split(".")))
    frame = "await new Promise(requestAnimationFrame)"
    read = f"async graph => {{ while (graph.isConnected && !graph._fullLayout) {frame}; return {there}; }}"
    return card.locator(".js-plotly-plot").evaluate(read)


def span(card: Locator, axis: str = "xaxis") -> float:
    low, high = layout(card, f"{axis}.range")
    return float(high - low)


def drag(page: Page, card: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over a plot, between two places given as parts of its plotting area."""
    area = card.locator(".nsewdrag").first.bounding_box()
    assert area
    places = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=8)
    page.mouse.up()


def until(condition: Any, message: str) -> None:
    wait_until(condition, message)


def test_pan_and_zoom_by_dragging(page: Page, card: Locator) -> None:
    use(card, "Pan")
    low, high = layout(card, "xaxis.range")
    drag(page, card, (0.2, 0.5), (0.6, 0.5))
    until(lambda: layout(card, "xaxis.range")[0] < low - 1, "nothing moved")
    assert span(card) == pytest.approx(high - low)
    use(card, "Zoom")
    drag(page, card, (0.3, 0.3), (0.7, 0.7))
    until(lambda: span(card) < 0.6 * (high - low), "nothing was enlarged")


@pytest.mark.parametrize("tool", ["Box select", "Lasso select"])
def test_a_selection_tells_what_it_holds(page: Page, card: Locator, tool: str) -> None:
    use(card, "Autoscale")
    until(lambda: span(card) < 15, "the axes did not fit the data")
    use(card, tool)
    area = card.locator(".nsewdrag").first.bounding_box()
    assert area
    corners = [(0.01, 0.99), (0.99, 0.99), (0.99, 0.01), (0.01, 0.01), (0.01, 0.98)]
    places = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in corners]
    if tool == "Box select":
        places = [places[0], places[2]]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()
    selection = card.get_by_role("region", name="Selection")
    expect(selection).to_contain_text("10 points: min 1, max 100, mean 38.50")
    selection.get_by_role("button", name="Copy CSV").click()
    expect(card.get_by_role("status").last).to_contain_text("copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(lines) == 11
    assert lines[10].endswith("10,100")


def test_zoom_by_steps_autoscale_and_reset(card: Locator) -> None:
    first = layout(card, "xaxis.range")
    use(card, "Zoom in")
    until(lambda: span(card) == pytest.approx(12.5), "it did not zoom in by two")
    use(card, "Zoom out")
    until(lambda: span(card) == pytest.approx(25), "it did not zoom out by two")
    use(card, "Autoscale")
    until(lambda: span(card) < 15, "the axes did not fit the data")
    use(card, "Reset axes")
    until(lambda: layout(card, "xaxis.range") == first, "the axes did not go back to those of the figure")


def test_what_is_shown_on_hover_and_on_the_axes(page: Page, card: Locator) -> None:
    use(card, "Compare data on hover")
    until(lambda: layout(card, "hovermode") == "x", "hovering does not compare")
    use(card, "Show closest data on hover")
    until(lambda: layout(card, "hovermode") == "closest", "hovering does not take the closest")
    use(card, "Autoscale")
    until(lambda: span(card) < 15, "the axes did not fit the data")
    point = card.locator(".scatterlayer .point").nth(4)
    point_at(point, card.locator(".hoverlayer .hovertext").filter(has_text="(5, 25)"))
    use(card, "Toggle spike lines")
    until(lambda: layout(card, "xaxis.showspikes") is True, "there are no spikes")
    point_at(point, card.locator(".hoverlayer .spikeline").first)
    use(card, "Toggle legend")
    expect(card.locator(".legend")).to_have_count(0)
    use(card, "Toggle legend")
    expect(card.locator(".legend")).to_have_count(1)
    use(card, "Toggle logarithmic view")
    until(lambda: layout(card, "yaxis.type") == "log", "the axis is not logarithmic")
    use(card, "Toggle logarithmic view")
    until(lambda: layout(card, "yaxis.type") == "linear", "the axis is not linear again")


def test_files(page: Page, card: Locator, tmp_path: Path) -> None:
    graph = card.locator(".js-plotly-plot")
    width, height = layout(card, "width"), layout(card, "height")
    files = {}
    for kind in ("PNG", "SVG", "JSON"):
        with page.expect_download() as download:
            use(card, f"Download {kind}")
        assert download.value.suggested_filename == f"flat-squares.{kind.lower()}"
        download.value.save_as(tmp_path / kind)
        files[kind] = (tmp_path / kind).read_bytes()
    assert Image.open(io.BytesIO(files["PNG"])).size == (3 * width, 3 * height)
    assert files["SVG"].startswith(b"<svg")
    again = go.Figure(json.loads(files["JSON"]))
    assert list(again.data[0].y) == Y
    assert graph.evaluate("graph => graph.data[0].x.length") == len(X)
    use(card, "Copy embed code")
    expect(card.get_by_role("status")).to_have_text("Embed code copied")
    code = page.evaluate("navigator.clipboard.readText()")
    assert "type=plot" in code
    assert "metrics=flat" in code


def test_the_whole_window_and_back(page: Page, card: Locator) -> None:
    small = layout(card, "width")
    use(card, "Maximize")
    dialog = page.get_by_role("dialog", name="flat/squares")
    drawn(dialog)
    assert layout(dialog, "width") > 2 * small
    picture(page, "plots-maximised")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    card.get_by_role("button", name="Maximize").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="flat/squares")).to_be_visible()


def test_a_figure_in_space_is_turned(page: Page, panel: Locator) -> None:
    card = panel.get_by_role("region", name="deep/points")
    drawn(card)
    eye = "scene._scene.getCamera().eye"
    first = layout(card, eye)
    middle = card.locator(".js-plotly-plot").bounding_box()
    assert middle
    x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2

    def turn() -> dict[str, float]:
        before = layout(card, eye)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y + 30, steps=8)
        page.mouse.up()
        until(lambda: layout(card, eye) != before, "it did not turn")
        return dict(layout(card, eye))

    use(card, "Orbital rotation")
    until(lambda: layout(card, "scene.dragmode") == "orbit", "it does not orbit")
    turn()
    use(card, "Turntable rotation")
    until(lambda: layout(card, "scene.dragmode") == "turntable", "it does not turn about its axis")
    turned = turn()
    assert turned != first
    assert layout(card, "scene._scene.getCamera().up.z") == pytest.approx(1)
    use(card, "Reset camera")
    until(lambda: layout(card, eye) == pytest.approx(first), "the camera did not go back")


def test_earlier_iterations(page: Page, panel: Locator) -> None:
    card = panel.get_by_role("region", name="steps/bars")
    graph = drawn(card)
    first = "graph => graph.data[0].y[0]"
    until(lambda: graph.evaluate(first) == 3, "it is not the last iteration")
    expect(card).to_contain_text("iteration 20")
    slider = card.get_by_role("slider", name="Iteration")
    expect(slider).to_have_attribute("aria-valuetext", "iteration 20")
    slider.press("Home")
    until(lambda: graph.evaluate(first) == 1, "the first iteration did not come")
    expect(card).to_contain_text("iteration 0")
    use(card, "Maximize")
    dialog = page.get_by_role("dialog", name="steps/bars")
    window = drawn(dialog)
    page.keyboard.press("ArrowRight")
    until(lambda: window.evaluate(first) == 2, "the arrow key did not step")
    page.keyboard.press("ArrowLeft")
    until(lambda: window.evaluate(first) == 1, "the arrow key did not step back")


def test_what_is_listed_is_shown(panel: Locator) -> None:
    def names() -> list[str]:
        labels = "cards => cards.map(card => card.getAttribute('aria-label'))"
        return list(panel.locator("section.tk-chart").evaluate_all(labels))

    until(lambda: len(names()) == 6, "not all are there")
    panel.get_by_role("button", name="Hide plot deep/points").click()
    until(lambda: len(names()) == 5, "it was not hidden")
    assert "deep/points" not in names()
    panel.get_by_role("button", name="Show plot deep/points").click()
    panel.get_by_role("button", name="Hide all").click()
    until(lambda: names() == [], "not all were hidden")
    panel.get_by_role("button", name="Show all").click()
    panel.get_by_role("textbox", name="Search").fill("CONF")
    until(lambda: names() == ["confusion/val"], "the filter does not narrow")


def test_a_matplotlib_figure_is_its_picture(page: Page, panel: Locator, run: track.Experiment, tmp_path: Path) -> None:
    card = panel.get_by_role("region", name="sheet/matplotlib")
    shown = card.get_by_role("img", name="sheet/matplotlib")
    until(lambda: shown.evaluate("i => i.naturalWidth") == 1280, "the picture is not there")
    with page.expect_download() as download:
        use(card, "Download PNG")
    download.value.save_as(tmp_path / "sheet.png")
    saved = io.BytesIO((tmp_path / "sheet.png").read_bytes())
    kept = run.figure(next(plot["hash"] for plot in run.plots() if plot["metric"] == "sheet"))
    assert shown.get_attribute("src") == kept["layout"]["images"][0]["source"]
    assert Image.open(saved).size == (1280, 960)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1600])
def test_our_own_figures_wear_the_theme(
    browser: Browser, server: LabServer, run: track.Experiment, width: int, theme: str
) -> None:
    with page_of(browser, width, 1700) as page:
        panel = opened(page, server, run, "Plots", theme)
        for name in ("weights/layer", "confusion/val"):
            drawn(panel.get_by_role("region", name=name))
        bar = panel.get_by_role("region", name="weights/layer").locator(".barlayer path").first
        series = page.locator(".trackkit").evaluate("e => getComputedStyle(e).getPropertyValue('--tk-series-0')")
        red, green, blue = (int(series[at : at + 2], 16) for at in (1, 3, 5))
        expect(bar).to_have_css("fill", f"rgb({red}, {green}, {blue})")
        picture(page, f"plots-{width}-{theme}")
