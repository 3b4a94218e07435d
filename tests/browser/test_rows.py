"""Rows of the acceptance table that no other file tries by effect.

69-71, 78-80, 83, 86-89, 92, 104, 116, 118, 124, 126.
"""

from __future__ import annotations

import base64
import math
import re
import warnings
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import bring, drawn, loaded, opened, page_of, point_at, use
from .test_scalars import card, pixels, press, saved

#: A short video, as the browser itself makes one; whichever frames a busy machine has time for, all are red.
RECORD = """async () => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 64, height: 48 });
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' });
    const parts = [];
    recorder.ondataavailable = event => parts.push(event.data);
    const done = new Promise(resolve => { recorder.onstop = resolve; });
    recorder.start();
    const ink = canvas.getContext('2d');
    for (let frame = 0; frame < 20; frame += 1) {
        ink.fillStyle = `rgb(${60 + frame * 9}, 0, 0)`;
        ink.fillRect(0, 0, 64, 48);
        await new Promise(resolve => setTimeout(resolve, 50));
    }
    recorder.stop();
    await done;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}"""


@pytest.fixture(scope="module")
def run(server: LabServer, browser: Browser) -> track.Experiment:
    with page_of(browser) as page:
        page.goto("about:blank")
        video = base64.b64decode(page.evaluate(RECORD))
    table = server.root / "table.csv"
    table.write_text("p,q\n7,8\n")
    with track.start("rows", store=server.store, capture=False) as made:
        for step in range(100):
            made.log({"loss/train": math.exp(-step / 30) + 0.1 * math.sin(step * 3)}, iteration=step)
        for step in range(3):
            for metric in ("digits", "faces"):
                made.log_image(metric, "wrong", np.full((30, 40), step * 50, np.uint8), iteration=step)
        made.log_video("clip", "good", video, iteration=2)
        curves = [go.Scatter(x=[1, 2, 3], y=y, name=name) for name, y in (("square", [1, 4, 9]), ("cube", [1, 8, 27]))]
        made.log_plot("two", "curves", go.Figure(curves), iteration=0)
        made.log_plot("surface", "z", go.Figure(go.Surface(z=np.outer(np.arange(5), np.arange(5)))), iteration=0)
        made.log_table("table", "frame", pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), iteration=0)
        made.log_table("table", "csv", str(table), iteration=0)
    return made


@pytest.fixture(scope="module")
def reported(server: LabServer) -> track.Experiment:
    """What came by itself, of a framework and of what was shown, and what was reported by name."""
    import lightgbm
    import matplotlib.pyplot as plt

    (server.root / "far.csv").write_text("r,s\n3,4\n")
    plt.switch_backend("agg")
    x, y = np.arange(200.0).reshape(-1, 2), np.arange(100.0)
    with track.start("reported", store=server.store, capture=["boosting", "figures"]) as made:
        data = lightgbm.Dataset(x, y)
        lightgbm.train({"objective": "l2", "verbose": -1}, data, 6, valid_sets=[data], valid_names=["train"])
        plt.plot([1, 3, 2])
        plt.title("shown")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
            plt.show()
        plt.close("all")
        made.log_scalar("by hand", "series", 0.5, 3)
        made.log_scalar("by hand", "series", 0.25, 9)
        made.log_table("far", "table", server.page_url("files/far.csv"))
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser, 1280) as page:
        yield page


def test_smoothing_by_the_slider_and_back(page: Page, server: LabServer, run: track.Experiment) -> None:
    opened(page, server, run, "Scalars")
    loss = card(page, "loss")
    expect(loss.locator(".tk-plot[data-x]")).to_be_visible()
    raw = pixels(loss).tobytes()
    slider = page.get_by_role("slider", name="Smoothing")
    slider.fill("0.9")
    wait_until(lambda: pixels(loss).tobytes() != raw, "the slider draws nothing else")
    slider.fill("0")
    page.mouse.move(1, 1)
    wait_until(lambda: pixels(loss).tobytes() == raw, "without smoothing it is not what it was")


def test_axes_of_time_tell_times(page: Page, server: LabServer, run: track.Experiment) -> None:
    opened(page, server, run, "Scalars")
    loss = card(page, "loss")
    over = loss.locator(".u-over")
    for axis, told in (("Relative", r"\d m?s$"), ("Wall", r"\d\d:\d\d:\d\d")):
        page.get_by_role("radio", name=axis).click(force=True)
        expect(loss.locator(".tk-plot")).to_have_attribute("aria-busy", "false")
        over.hover(position={"x": 200, "y": 60})
        over.hover(position={"x": 210, "y": 60})
        expect(loss.locator(".tk-tooltip-x")).to_have_text(re.compile(told))
    # The axis itself: the local time of day, as it was when that was logged.
    drawing = ET.parse(saved(page, loss, "Download SVG").path()).getroot()
    ticks = [text.text or "" for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    times = [tick for tick in ticks if re.fullmatch(r"\d\d:\d\d:\d\d(\.\d+)?", tick)]
    assert times
    # A tick is rounded to the thousandth of a second.
    logged = run.series("loss/train").times
    started, ended = (datetime.fromtimestamp(time) for time in (logged[0] - 0.001, logged[-1] + 0.001))
    for tick in times:
        assert f"{started:%H:%M:%S}" <= tick <= f"{ended:%H:%M:%S.%f}"


def test_what_came_by_itself_and_what_was_reported(page: Page, server: LabServer, reported: track.Experiment) -> None:
    opened(page, server, reported, "Scalars")
    for title, last, value in (("l2", 5, reported.series("l2", "train").values[-1]), ("by hand", 9, 0.25)):
        shown = card(page, title)
        bring(shown)
        expect(shown.locator(".tk-plot")).to_have_attribute("data-x", re.compile(f" {last}$"))
        press(shown, "Show as table")
        cell = shown.get_by_role("cell").last
        wait_until(lambda c=cell, v=value: float(c.get_attribute("title") or 0) == v, "it is not the last value")
    panel = opened(page, server, reported, "Plots")
    # Until the picture itself is there, a place of its name is.
    picture = panel.get_by_role("region", name="shown").get_by_role("img", name="shown").and_(page.locator("img"))
    loaded(picture, 600)
    table = panel.get_by_role("region", name="far/table")
    bring(table)
    expect(table.get_by_role("columnheader", name="s")).to_be_visible()
    expect(table.get_by_role("cell", name="4", exact=True)).to_be_visible()


def test_the_gear_opens_and_closes(browser: Browser, server: LabServer, run: track.Experiment) -> None:
    with page_of(browser, 420) as page:
        opened(page, server, run, "Scalars")
        gear = page.get_by_role("button", name="Settings", exact=True)
        tools = page.get_by_role("radiogroup", name="Group by")
        gear.click()
        expect(tools).to_be_visible()
        gear.click()
        expect(tools).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


def test_controls_tables_and_surfaces_of_plots(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Plots")
    figure = panel.get_by_role("region", name="two/curves")
    drawn(figure)
    page.mouse.move(1, 1)
    expect(figure.locator(".tk-tools")).to_have_css("opacity", "0")
    figure.hover()
    expect(figure.locator(".tk-tools")).to_have_css("opacity", "1")
    use(figure, "Compare data on hover")
    point_at(figure.locator(".scatterlayer .point").nth(1), figure.locator(".hoverlayer .hovertext"), 2)
    for name, text in (("table/frame", "x"), ("table/csv", "7")):
        shown = panel.get_by_role("region", name=name)
        bring(shown)
        expect(shown.get_by_role("cell", name=text, exact=True)).to_be_visible()
    surface = panel.get_by_role("region", name="surface/z")
    bring(surface)
    drawn(surface)
    expect(surface.locator("canvas").first).to_be_visible()


def test_samples_back_to_all_onward_fitted_and_played(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Debug samples")
    metric, others = (
        panel.get_by_role("combobox", name="Metric"),
        panel.get_by_role("button", name="Open faces / wrong"),
    )
    metric.select_option("digits")
    expect(others).to_have_count(0)
    metric.select_option("")
    expect(others).to_have_count(3)
    panel.get_by_role("button", name="Open digits / wrong").last.click()
    viewer = page.get_by_role("dialog", name="digits / wrong")
    slider, image = viewer.get_by_role("slider", name="Iteration"), viewer.get_by_role("img")
    expect(slider).to_have_attribute("aria-valuetext", "iteration 0")
    viewer.get_by_role("button", name="Next").click()
    expect(slider).to_have_attribute("aria-valuetext", "iteration 1")

    def width() -> float:
        return (image.bounding_box() or {"width": 0})["width"]

    viewer.get_by_role("button", name="Actual size").click()
    wait_until(lambda: width() == 40, "it is not shown pixel by pixel")
    viewer.get_by_role("button", name="Fit").click()
    wait_until(lambda: width() > 200, "it does not fill the window")
    page.keyboard.press("Escape")
    panel.get_by_role("button", name="Open clip / good").click()
    video = page.get_by_role("dialog", name="clip / good").locator("video")
    wait_until(lambda: video.evaluate("video => video.videoWidth") == 64, "the video is not read")
    video.evaluate("video => { video.muted = true; return video.play(); }")
    wait_until(lambda: video.evaluate("video => video.currentTime") > 0.1, "the video does not play")
