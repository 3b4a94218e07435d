"""The Scalars tab: each tool and each control does what it says, seen in axes, pixels and files."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Download, Locator, Page, expect

import trackkit_jupyter as track
from trackkit_jupyter import operations
from trackkit_jupyter.charts import read_series
from trackkit_jupyter.series import ema

from . import shelf
from .lab import LabServer, wait_until
from .shelf import bring, painted, picture

NAME = "a run with curves of all kinds"
LOSS = 1 / (1 + np.arange(200) / 20)
RATE = np.linspace(0.1, 0.001, 200)


@pytest.fixture(scope="module")
def run(server: LabServer) -> track.Experiment:
    """Curves with two variants, one with outliers, one with what is not finite, one of a monitor."""
    with track.start(NAME, project="scalars", store=server.store, capture=False) as made:
        for step in range(200):
            made.log(
                {
                    ":monitor/cpu": float(step % 7),
                    "loss/train": float(LOSS[step]),
                    "loss/val": float(LOSS[step] + 0.1),
                    "rate": float(RATE[step]),
                    "spiky": 1e6 if step == 50 else math.sin(step),
                    "broken": {20: math.nan, 40: math.inf, 60: -math.inf}.get(step, 1.0 + step),
                },
                iteration=step,
            )
        made.log_single_value("final accuracy", 0.9712)
    return made


@pytest.fixture(scope="module")
def long(server: LabServer) -> track.Experiment:
    """A curve with more points than a chart holds, and one peak a single point wide."""
    with track.start("long", project="scalars", store=server.store, capture=False) as made:
        for step in range(20_000):
            made.log({"wave": 9.0 if step == 12_345 else math.sin(step / 500)}, iteration=step)
    return made


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, server: LabServer) -> Iterator[Open]:
    """Opens experiments at their curves, in a browser without a past; pages opened in one test share it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read"])

    def show(*runs: track.Experiment, width: int = 1280, theme: str = "light", **more: str) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        objects = "".join(f"&objects={one.id}" for one in runs)
        kind = "scalar" if more else "experiment"
        rest = "".join(f"&{name}={value}" for name, value in more.items())
        page.goto(server.page_url(f"trackkit/widgets/?type={kind}{objects}{rest}&theme={theme}"))
        if not more:
            page.get_by_role("tab", name="Scalars").click()
        expect(page.locator(".tk-plot[data-x]").first).to_be_visible()
        return page

    yield show
    context.close()


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def titles(page: Page) -> list[str]:
    labels = "cards => cards.map(card => card.getAttribute('aria-label'))"
    return list(page.locator(".tk-grid section.tk-chart").evaluate_all(labels))


def shows(page: Page, *names: str) -> None:
    """Wait until these cards are there, in this order, and no others."""
    wait_until(lambda: titles(page) == list(names), f"not these cards: {names}")


def axis(card: Locator, name: str) -> tuple[float, float]:
    """From where to where an axis reaches, once it is drawn."""
    expect(card.locator(".tk-plot")).to_have_attribute(f"data-{name}", re.compile(" "))
    low, high = (card.locator(".tk-plot").get_attribute(f"data-{name}") or "").split()
    return float(low), float(high)


def reaches(card: Locator, name: str, ends: Any, what: str) -> None:
    """Wait until an axis reaches from here to there."""
    wait_until(lambda: axis(card, name) == ends, what)


def control(card: Locator, name: str) -> Locator:
    """A control of a card: in its row, or in the menu at its end."""
    card.hover()
    painted(card.page)  # which controls its row has room for is known by then
    found = card.get_by_role("button", name=name, exact=True)
    if not found.count():
        card.get_by_role("button", name="More plot controls").click()
    return found


def press(card: Locator, name: str) -> None:
    control(card, name).click()


def saved(page: Page, card: Locator, name: str) -> Download:
    button = control(card, name)
    with page.expect_download() as download:
        button.click()
    return download.value


def pixels(card: Locator) -> np.ndarray:
    """What is drawn, as numbers: height, width, 4."""
    expect(card.locator(".tk-plot[data-x]")).to_be_attached()
    painted(card.page)
    url = card.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA"))


def drag(page: Page, card: Locator, *share: tuple[float, float]) -> None:
    """Drags over the drawing, from place to place, as shares of its width and height."""
    over = card.locator(".u-over")
    bring(over)  # waits until it has come to rest
    box = over.bounding_box()
    assert box
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in share]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()
    painted(page)


def changes(read: Callable[[], object], before: object, what: str) -> None:
    wait_until(lambda: read() != before, f"{what} did not change")


# -- tools


def test_the_tools_stand_at_the_left_or_behind_the_gear(opened: Open, run: track.Experiment) -> None:
    wide = opened(run)
    panel = wide.get_by_role("region", name="Plot settings").bounding_box()
    grid = wide.locator(".tk-grid").bounding_box()
    assert panel
    assert grid
    assert panel["x"] + panel["width"] <= grid["x"]
    expect(wide.get_by_role("button", name="Settings", exact=True)).to_have_count(0)
    narrow = opened(run, width=420)
    expect(narrow.get_by_role("region", name="Plot settings")).to_have_count(0)
    narrow.get_by_role("button", name="Settings", exact=True).click()
    expect(narrow.get_by_role("radiogroup", name="Group by")).to_be_visible()


def test_grouping_and_the_order_of_metrics(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    shows(page, "loss", "rate", "spiky", "broken", ":monitor")
    page.get_by_role("radio", name="None").click(force=True)
    expect(card(page, "loss/val")).to_be_visible()
    shows(page, "loss/train", "loss/val", "rate", "spiky", "broken", ":monitor/cpu")


def test_plots_are_hidden_and_it_is_remembered(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    page.get_by_role("button", name="Hide plot rate").click()
    expect(card(page, "rate")).to_have_count(0)
    page.get_by_role("button", name="Hide all").click()
    expect(page.locator(".tk-grid section.tk-chart")).to_have_count(0)
    expect(page.get_by_role("list", name="Plots").get_by_role("listitem")).to_have_count(5)
    page.get_by_role("button", name="Show plot loss").click()
    expect(card(page, "loss")).to_be_visible()
    again = opened(run)
    shows(again, "loss")


def test_settings_become_the_projects_default(
    opened: Open, browser: Browser, server: LabServer, run: track.Experiment, long: track.Experiment
) -> None:
    page = opened(run)
    page.get_by_role("radio", name="Relative").click(force=True)
    page.get_by_label("Smoothing kind").select_option("gaussian")
    page.get_by_role("button", name="Set as project default").click()
    expect(page.get_by_text("scalars begins with these settings")).to_be_visible()
    # Of the store, not of the browser: another one begins with them too.
    with shelf.page_of(browser) as other:
        shelf.opened(other, server, long, "Scalars")
        expect(other.get_by_role("radio", name="Relative")).to_be_checked()
        expect(other.get_by_label("Smoothing kind")).to_have_value("gaussian")
        # What is chosen for an experiment counts more.
        other.get_by_role("radio", name="Iterations").click(force=True)
        shelf.opened(other, server, long, "Scalars")
        expect(other.get_by_role("radio", name="Iterations")).to_be_checked()
        other.get_by_role("button", name="Reset", exact=True).click()
        expect(other.get_by_role("radio", name="Relative")).to_be_checked()
    operations.call("save_view_default", run.store, {"id": run.id, "options": ""})


def test_the_horizontal_axis(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    loss = card(page, "loss")
    reaches(loss, "x", (0, 199), "it does not begin with iterations")
    page.get_by_role("radio", name="Relative").click(force=True)
    series = run.series("loss/train")
    started, ended = float(series.times[0]), float(series.times[-1])

    def relative() -> bool:
        low, high = axis(loss, "x")
        return 0 <= low < 5 and high - low == pytest.approx(ended - started, abs=0.01)

    wait_until(relative, "the axis is not relative")
    page.get_by_role("radio", name="Wall").click(force=True)
    reaches(loss, "x", pytest.approx((started, ended)), "the axis is not the time of day")
    page.get_by_label("Metric as horizontal axis").select_option(label="rate")
    reaches(loss, "x", pytest.approx((0.001, 0.1)), "the axis is not the metric")
    expect(page.get_by_role("radio", name="Wall")).not_to_be_checked()


def test_smoothing_by_slider_and_number(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    number, slider = page.get_by_role("spinbutton", name="Smoothing"), page.get_by_role("slider", name="Smoothing")
    for typed, taken in (("2", "0.999"), ("-1", "0"), ("0.6", "0.6")):
        number.fill(typed)
        number.blur()
        expect(slider).to_have_value(taken)
    expect(number).to_have_value("0.6")
    spiky = card(page, "spiky")
    smooth = ema(np.array([1e6 if step == 50 else math.sin(step) for step in range(200)]), 0.6)
    press(spiky, "Show as table")
    spiky.locator(".tk-series-scroll").evaluate("e => { e.scrollTop = 49 * 24 }")
    cell = spiky.get_by_role("row").filter(has=page.get_by_role("rowheader", name="50", exact=True)).get_by_role("cell")
    wait_until(lambda: float(cell.get_attribute("title") or 0) == pytest.approx(smooth[50], rel=1e-12), "not smooth")
    slider.focus()
    slider.press("End")
    expect(number).to_have_value("0.999")


def test_kinds_of_smoothing_and_the_originals(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    monitor = card(page, ":monitor")
    drawn = {}
    bring(monitor)
    drawn["none"] = pixels(monitor).tobytes()
    expect(page.get_by_label("Smoothing kind")).to_have_value("ema")
    page.get_by_role("spinbutton", name="Smoothing").fill("0.9")
    wait_until(lambda: pixels(monitor).tobytes() != drawn["none"], "ema draws nothing of its own")
    drawn["ema"] = pixels(monitor).tobytes()
    for kind in ("time_weighted", "running", "gaussian"):
        with page.expect_response(re.compile("api/charts")):
            page.get_by_label("Smoothing kind").select_option(kind)
        wait_until(lambda: pixels(monitor).tobytes() not in drawn.values(), f"{kind} draws nothing of its own")
        drawn[kind] = pixels(monitor).tobytes()
    page.get_by_label("Smoothing kind").select_option("gaussian")
    page.get_by_role("slider", name="Window").press("End")
    expect(page.get_by_role("spinbutton", name="Window")).to_have_value("15")
    colored = (pixels(monitor)[..., 3] > 0).sum()
    page.get_by_role("checkbox", name="Show originals").uncheck()
    wait_until(lambda: (pixels(monitor)[..., 3] > 0).sum() < colored, "the originals stay")
    page.get_by_label("Smoothing kind").select_option("none")
    wait_until(lambda: pixels(monitor).tobytes() == drawn["none"], "none is not none")


def test_outliers_ranges_and_logarithms(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    page.get_by_text("Axes and zoom").click()
    spiky, loss = card(page, "spiky"), card(page, "loss")
    wait_until(lambda: axis(spiky, "y")[1] > 1e6, "the outlier does not set the axis")
    page.get_by_role("checkbox", name="Ignore outliers").check()
    wait_until(lambda: axis(spiky, "y")[1] < 2, "the outlier still sets the axis")
    press(spiky, "Autoscale")
    wait_until(lambda: axis(spiky, "y")[1] > 1e6, "it is not scaled to all there is")
    press(spiky, "Reset axes")
    wait_until(lambda: axis(spiky, "y")[1] < 2, "the axes do not go back")
    for name, value in (("x from", "50"), ("x to", "100"), ("y from", "0.1")):
        page.get_by_label(name).fill(value)
        page.get_by_label(name).blur()
    wait_until(lambda: axis(loss, "x") == (50, 100) and axis(loss, "y")[0] == 0.1, "the ranges are not taken")
    page.get_by_label("x to").fill("20")
    page.get_by_label("x to").blur()
    expect(page.get_by_text("x: the second number must be the larger one.")).to_be_visible()
    for name in ("x from", "x to", "y from"):
        page.get_by_label(name).fill("")
        page.get_by_label(name).blur()
    wait_until(lambda: axis(loss, "x") == (0, 199), "the ranges stay")
    before = pixels(loss)
    page.get_by_role("checkbox", name="Logarithmic x").check()
    wait_until(lambda: axis(loss, "x") == (1, 199), "a logarithm has no zero")
    expect(loss.get_by_text("not right of zero")).to_be_visible()
    wait_until(lambda: (pixels(loss) != before).any(), "a logarithm draws nothing else")
    page.get_by_role("checkbox", name="Logarithmic y").check()
    expect(card(page, "rate").get_by_role("button", name="Toggle logarithmic view")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_single_values_and_what_is_not_finite(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    summary = page.get_by_role("region", name="Summary")
    expect(summary.get_by_role("table")).to_contain_text("final accuracy")
    expect(summary.get_by_role("table")).to_contain_text("0.9712")
    broken = card(page, "broken")
    expect(broken.get_by_text("3 not finite")).to_be_visible()
    press(broken, "Show as table")
    for at, word in ((20, "NaN"), (40, "Infinity"), (60, "−Infinity")):
        broken.locator(".tk-series-scroll").evaluate(f"e => {{ e.scrollTop = {at - 1} * 24 }}")
        row = broken.get_by_role("row").filter(has=page.get_by_role("rowheader", name=str(at), exact=True))
        expect(row.get_by_role("cell")).to_have_text(word)


def test_names_and_regular_expressions_filter(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    page.locator(".tk-grid").click(position={"x": 2, "y": 2})
    loss = card(page, "loss")
    loss.locator(".tk-plot").focus()
    page.keyboard.press("/")
    search = page.get_by_label("Search").locator("visible=true")
    expect(search).to_be_focused()
    page.keyboard.type("ra")
    wait_until(lambda: titles(page) == ["rate"], "the filter does nothing")
    search.fill("^(loss|rate)$")
    expect(page.locator(".tk-grid section.tk-chart")).to_have_count(0)
    page.get_by_role("button", name="Regular expression").click()
    wait_until(lambda: titles(page) == ["loss", "rate"], "the expression does nothing")
    search.fill("(")
    expect(page.get_by_role("alert")).to_contain_text("Not a regular expression")
    wait_until(lambda: len(titles(page)) == 5, "what is no expression filters")


def test_a_series_pointed_at_stands_out_in_every_chart(
    opened: Open, run: track.Experiment, long: track.Experiment, server: LabServer
) -> None:
    with track.start("second", project="scalars", store=server.store, capture=False) as other:
        for step in range(20):
            other.log({"loss/train": 0.5, "rate": 0.05}, iteration=step)
    page = opened(run, other, metrics="loss&metrics=rate&variants=train&variants=rate")
    loss, rate = card(page, "loss"), card(page, "rate")
    before = pixels(rate).tobytes()
    loss.get_by_role("button", name=re.compile("second")).hover()
    wait_until(lambda: pixels(rate).tobytes() != before, "nothing stands out in the other chart")
    page.mouse.move(1, 1)
    wait_until(lambda: pixels(rate).tobytes() == before, "it stands out for ever")
    # On a line, not only on its name.
    low, high = axis(loss, "y")
    over = loss.locator(".u-over")
    bring(over)  # waits until it has come to rest
    box = over.bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + (high - 0.5) / (high - low) * box["height"])
    wait_until(lambda: pixels(rate).tobytes() != before, "pointing at a line does nothing")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_a_crowd_of_lines_the_one_pointed_at_is_seen(opened: Open, server: LabServer, theme: str) -> None:
    with track.start("crowd", project=f"crowd {theme}", store=server.store, capture=False) as crowd:
        for step in range(60):
            values = {f"many/member {at:02}": math.sin(step / 9 + at / 8) + at / 4 for at in range(60)}
            crowd.log(values | {"constant": 3.0}, iteration=step)
    page = opened(crowd, theme=theme)
    many = card(page, "many")
    legend = many.get_by_role("list", name="Legend")
    names = legend.get_by_role("button", name=re.compile("^member"))
    expect(names).to_have_count(8)
    before = pixels(many)
    picture(page, f"scalars-{theme}-crowd")
    box = many.locator(".u-over").bounding_box()
    assert box
    low, high = axis(many, "y")
    # On the line of one that is not named.
    top = (high - math.sin(30 / 9 + 57 / 8) - 57 / 4) / (high - low)
    for off in (1, 0):
        page.mouse.move(box["x"] + box["width"] * 30 / 59 + off, box["y"] + top * box["height"])
    expect(many.locator(".tk-tooltip-row.tk-nearest")).to_contain_text("member 57")
    # The others step back: there is less ink, though that line has more of it.
    wait_until(lambda: pixels(many)[..., 3].sum() < 0.8 * before[..., 3].sum(), "the others are as strong")
    picture(page, f"scalars-{theme}-crowd-lit")
    legend.get_by_role("button", name="and 52 more").click()
    expect(names).to_have_count(60)
    legend.get_by_role("button", name="Show fewer").click()
    expect(names).to_have_count(8)
    # What a smoothed constant differs by is rounding, and is not enlarged to a curve.
    constant = card(page, "constant")
    with page.expect_response(re.compile("api/charts")):
        page.get_by_role("spinbutton", name="Smoothing").fill("0.9")
    painted(page)
    low, high = axis(constant, "y")
    assert high - low > 0.1
    many.locator(".tk-legend-entry").first.click(modifiers=["Alt"])
    many.locator(".tk-legend-entry").first.click()
    expect(many.locator(".tk-plot")).to_have_attribute("data-none", "Every line is hidden")


def test_zoom_is_linked_on_demand(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    loss, rate = card(page, "loss"), card(page, "rate")
    drag(page, loss, (0.25, 0.5), (0.5, 0.5))
    reaches(loss, "x", pytest.approx((49.75, 99.5), abs=2), "it is not zoomed")
    assert axis(rate, "x") == (0, 199)
    press(loss, "Reset axes")
    page.get_by_text("Axes and zoom").click()
    page.get_by_role("checkbox", name="Link zoom").check()
    drag(page, loss, (0.25, 0.5), (0.5, 0.5))
    wait_until(lambda: axis(rate, "x") == axis(loss, "x") != (0, 199), "the zoom is not linked")
    bring(card(page, ":monitor"))
    reaches(card(page, ":monitor"), "x", axis(loss, "x"), "what comes into sight later is not linked")
    press(rate, "Reset axes")
    wait_until(lambda: axis(loss, "x") == (0, 199), "the reset is not linked")


# -- controls


def test_a_zoom_outlives_its_card(opened: Open, server: LabServer) -> None:
    with track.start("rows", project="rows", store=server.store, capture=False) as rows:
        for step in range(20):
            rows.log({f"m{number:02}/value": float(step) for number in range(60)}, iteration=step)
    page = opened(rows)
    first, plots = card(page, "m00"), page.locator(".tk-bench-plots")
    expect(first.locator("canvas")).to_be_visible()
    whole = axis(first, "x")
    drag(page, first, (0.25, 0.5), (0.75, 0.5))
    changes(lambda: axis(first, "x"), whole, "the zoom")
    zoomed = axis(first, "x")
    page.get_by_placeholder("Filter by name").focus()  # what has the focus stays
    plots.evaluate("e => { e.scrollTop = e.scrollHeight }")
    expect(card(page, "m59").locator("canvas")).to_be_visible()
    expect(first).to_have_count(0)
    plots.evaluate("e => { e.scrollTop = 0 }")
    expect(first.locator("canvas")).to_be_visible()
    reaches(first, "x", zoomed, "the zoom is gone")


def test_controls_appear_on_hover_and_by_keyboard(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    loss = card(page, "loss")
    page.mouse.move(1, 1)
    tools = loss.locator(".tk-tools")
    expect(tools).to_have_css("opacity", "0")
    loss.hover()
    expect(tools).to_have_css("opacity", "1")
    page.mouse.move(1, 1)
    loss.locator(".tk-plot").focus()
    expect(tools).to_have_css("opacity", "1")
    row = loss.get_by_role("toolbar").get_by_role("button")
    row.first.focus()
    page.keyboard.press("ArrowRight")
    expect(row.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(loss.get_by_role("button", name="More plot controls")).to_be_focused()
    page.keyboard.press("Enter")
    expect(loss.get_by_role("button", name="Lasso select")).to_be_visible()
    page.keyboard.press("Escape")
    expect(loss.get_by_role("button", name="Lasso select")).to_have_count(0)


def test_zoom_pan_and_back(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    loss = card(page, "loss")
    whole, values = axis(loss, "x"), axis(loss, "y")
    press(loss, "Zoom in")
    reaches(loss, "x", pytest.approx((49.75, 149.25)), "it did not zoom in by two")
    assert axis(loss, "y")[1] - axis(loss, "y")[0] == pytest.approx((values[1] - values[0]) / 2)
    press(loss, "Zoom out")
    reaches(loss, "x", pytest.approx(whole), "it did not zoom out by two")
    drag(page, loss, (0.2, 0.2), (0.4, 0.6))
    reaches(loss, "x", pytest.approx((39.8, 79.6), abs=2), "it did not zoom to what was marked")
    zoomed = axis(loss, "x")
    press(loss, "Pan")
    drag(page, loss, (0.5, 0.5), (0.25, 0.5))
    step = 0.25 * (zoomed[1] - zoomed[0])
    reaches(loss, "x", pytest.approx((zoomed[0] + step, zoomed[1] + step), abs=1), "it did not pan")
    plot = loss.locator(".tk-plot")
    plot.focus()
    panned = axis(loss, "x")
    plot.press("ArrowLeft")
    wait_until(lambda: axis(loss, "x")[0] < panned[0], "the arrow key did not pan")
    press(loss, "Autoscale")
    reaches(loss, "x", whole, "the axes did not fit the data")
    assert axis(loss, "y") == values
    plot.focus()
    plot.press("+")
    changes(lambda: axis(loss, "x"), whole, "the axis")
    plot.press("0")
    reaches(loss, "x", whole, "the axes did not go back")
    assert axis(loss, "y") == values


def test_a_box_and_a_lasso_hold_points(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    rate = card(page, "rate")
    before = axis(rate, "x")
    press(rate, "Box select")
    drag(page, rate, (0.25, 0.01), (0.75, 0.99))
    held = rate.get_by_role("region", name="Selection")
    inside = RATE[(np.arange(200) >= 49.75) & (np.arange(200) <= 149.25)]
    expect(held).to_contain_text(re.compile(rf"({len(inside) - 1}|{len(inside)}|{len(inside) + 1}) points"))
    assert axis(rate, "x") == before
    with page.expect_download() as download:
        held.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "rate-selection.csv"
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    assert {int(row["iteration"]): float(row["value"]) for row in rows} == {
        step: float(RATE[step]) for step in range(int(rows[0]["iteration"]), int(rows[-1]["iteration"]) + 1)
    }
    values = [float(row["value"]) for row in rows]
    text = held.inner_text()
    assert f"{len(rows)} points" in text
    assert f"mean {np.mean(values):.5f}"[:11] in text
    held.get_by_role("button", name="Copy CSV").click()
    expect(rate.get_by_text("copied as CSV")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.replace("\r\n", "\n") == Path(download.value.path()).read_text()
    press(rate, "Lasso select")
    drag(page, rate, (0.02, 0.02), (0.3, 0.02), (0.3, 0.98), (0.02, 0.98))
    expect(held).to_contain_text(re.compile(r"5\d points"))
    held.get_by_role("button", name="Clear selection").click()
    expect(held).to_have_count(0)
    plot = rate.locator(".tk-plot")
    plot.focus()
    for _ in range(3):
        plot.press("ArrowRight")
    for _ in range(4):
        plot.press("Shift+ArrowRight")
    expect(held).to_contain_text("5 points")


def test_a_selection_counts_every_point_not_the_sample(opened: Open, long: track.Experiment) -> None:
    page = opened(long)
    wave = card(page, "wave")
    expect(wave.get_by_text("of 20,000 points")).to_be_visible()
    press(wave, "Box select")
    drag(page, wave, (0.25, 0.001), (0.75, 0.999))
    held = wave.get_by_role("region", name="Selection")
    expect(held).to_contain_text("max 9")

    def points() -> int:
        found = re.search(r"([\d,]+) points", held.inner_text())
        return int(found[1].replace(",", "")) if found else 0

    wait_until(lambda: points() == pytest.approx(10_000, abs=150), "not every point is counted")


def test_spikes_hover_logarithm_and_legend(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    loss = card(page, "loss")

    def point() -> None:
        over = loss.locator(".u-over")
        bring(over)  # waits until it has come to rest
        box = over.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    point()
    rows = loss.locator(".tk-tooltip-row")
    expect(rows).to_have_count(2)
    press(loss, "Show closest data on hover")
    point()
    expect(rows).to_have_count(1)
    expect(loss.locator(".tk-tooltip-x")).to_have_text(re.compile(r"iteration \d+"))
    press(loss, "Compare data on hover")
    point()
    expect(rows).to_have_count(2)
    expect(loss.locator(".tk-spike-y")).to_be_hidden()
    press(loss, "Toggle spike lines")
    point()
    expect(loss.locator(".tk-spike-y")).to_be_visible()
    linear = pixels(loss).tobytes()
    loss.locator(".tk-plot").focus()
    page.keyboard.press("l")
    changes(lambda: pixels(loss).tobytes(), linear, "the scale")
    legend = loss.get_by_role("list", name="Legend")
    legend.get_by_role("button", name=re.compile("^val")).click()
    wait_until(lambda: axis(loss, "y")[0] < 0.1, "the axis still holds what is hidden")
    press(loss, "Toggle legend")
    expect(legend).to_have_count(0)


def test_pictures(opened: Open, run: track.Experiment, tmp_path: Path) -> None:
    page = opened(run)
    loss, rate = card(page, "loss"), card(page, "rate")
    taken = saved(page, loss, "Download PNG")
    assert taken.suggested_filename == "loss.png"
    taken.save_as(tmp_path / "loss.png")
    with Image.open(tmp_path / "loss.png") as picture:
        box = loss.locator(".tk-plot").bounding_box()
        assert box
        assert picture.width == pytest.approx(3 * box["width"], abs=3)
        assert picture.height > 3 * box["height"]
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 20) or []}
    assert {(0xEF, 0xB1, 0x18), (0xFF, 0x72, 0x5C)} <= colors
    drawing = saved(page, rate, "Download SVG")
    assert drawing.suggested_filename == "rate.svg"
    root = ET.parse(drawing.path()).getroot()
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"rate", "0", "50", "100", "150"} <= set(texts)
    paths = [path.get("d") or "" for path in root.iter("{http://www.w3.org/2000/svg}path")]
    assert max(path.count("L") for path in paths) == 199
    page.get_by_role("radio", name="None").click(force=True)
    assert saved(page, card(page, "loss/val"), "Download PNG").suggested_filename == "loss-val.png"


def test_json_holds_everything_and_is_read_again(opened: Open, long: track.Experiment, run: track.Experiment) -> None:
    page = opened(long)
    page.get_by_role("spinbutton", name="Smoothing").fill("0.9")
    taken = saved(page, card(page, "wave"), "Download JSON")
    assert taken.suggested_filename == "wave.json"
    (series,) = read_series(taken.path())
    original = long.series("wave")
    np.testing.assert_array_equal(series.iterations, original.iterations)
    np.testing.assert_array_equal(series.values, original.values)
    assert (series.experiment, series.metric, series.variant) == (long.id, "wave", "wave")
    broken = saved(opened(run), card(page.context.pages[-1], "broken"), "Download JSON")
    assert json.loads(Path(broken.path()).read_text())["values"][20] == "NaN"
    (series,) = read_series(broken.path())
    np.testing.assert_array_equal(series.values, run.series("broken").values)


def test_maximize_shows_every_point(opened: Open, long: track.Experiment) -> None:
    page = opened(long)
    wave = card(page, "wave")
    wave.locator(".tk-plot").focus()
    page.keyboard.press("m")
    window = page.get_by_role("dialog", name="wave")
    wait_until(lambda: (window.bounding_box() or {"width": 0})["width"] > 1200, "it does not fill the window")
    expect(window.get_by_text("of 20,000 points")).to_have_count(0)
    window.get_by_role("button", name="Show as table").click()
    expect(window.get_by_role("table")).to_have_attribute("aria-rowcount", "20001")
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(wave.locator(".tk-plot, .tk-series-scroll").first).to_be_visible()


def test_embed_code_shows_the_same_chart(opened: Open, run: track.Experiment, server: LabServer) -> None:
    page = opened(run)
    press(card(page, "loss"), "Copy embed code")
    expect(card(page, "loss").get_by_text("Embed code copied")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    view = track.parse_embed(code)
    assert (view.objects, view.options["metrics"]) == ((run.id,), ("loss",)) or (
        list(view.objects) == [run.id] and list(view.options["metrics"]) == ["loss"]
    )


def test_keyboard_help(opened: Open, run: track.Experiment) -> None:
    page = opened(run)
    card(page, "loss").locator(".tk-plot").focus()
    page.keyboard.press("?")
    window = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(window).to_contain_text("Maximize")
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(card(page, "loss").locator(".tk-plot")).to_be_focused()


# -- looks


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1600])
def test_looks(opened: Open, run: track.Experiment, theme: str, width: int) -> None:
    page = opened(run, theme=theme, width=width)
    if width == 420:
        page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_text("Axes and zoom").click()
    picture(page, f"scalars-{theme}-{width}")
    if width == 420:
        page.get_by_role("button", name="Settings", exact=True).click()
    loss = card(page, "loss")
    press(loss, "Lasso select")
    drag(page, loss, (0.1, 0.1), (0.5, 0.3), (0.3, 0.9), (0.1, 0.8))
    expect(loss.get_by_role("region", name="Selection")).to_be_visible()
    press(card(page, "rate"), "Show as table")
    picture(page, f"scalars-{theme}-{width}-used")
    overflow = "document.documentElement.scrollWidth - innerWidth"
    wait_until(lambda: page.evaluate(overflow) <= 0, "the page is wider than the window")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_logged_nothing_finite_and_one_curve(
    browser: Browser, server: LabServer, opened: Open, theme: str
) -> None:
    options = {"project": f"scalars {theme}", "store": server.store, "capture": False}
    with track.start("empty", **options) as empty, track.start("undefined", **options) as undefined:
        for step in range(10):
            undefined.log({"loss/train": math.nan}, iteration=step)
    page = opened(undefined, theme=theme)
    expect(card(page, "loss").get_by_text("10 NaN")).to_be_visible()
    reaches(card(page, "loss"), "x", (0, 9), "the axis is not that of what was logged")
    expect(card(page, "loss").locator(".tk-plot")).to_have_attribute("data-none", "No finite values")
    picture(page, f"scalars-{theme}-nan")
    page.goto(server.page_url(f"trackkit/widgets/?type=experiment&objects={empty.id}&theme={theme}"))
    page.get_by_role("tab", name="Scalars").click()
    expect(page.get_by_text("Curves of what is logged appear here.")).to_be_visible()
    picture(page, f"scalars-{theme}-empty")
