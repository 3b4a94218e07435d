"""Logged tables at 100,000 rows, figures that are odd or hostile, and the picture that a browser leaves of a figure."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import drawn, opened, page_of, picture, point_at, use

ROWS = 100_000
HACK = "<a href='javascript:window.hacked=1'>a link</a>"
#: What is in the file of a figure that nobody could log, and what is said of it.
FORGED = {
    "a prototype": (
        '{"data": [{"type": "bar", "y": [1], "__proto__": {"hacked": 1}}], "layout": {}}',
        "keys that a browser must not take: it cannot be shown",
    ),
    "a constructor": (
        '{"data": [{"type": "bar", "y": [1]}], "layout": {"title": {"constructor": {"prototype": {"hacked": 1}}}}}',
        "keys that a browser must not take: it cannot be shown",
    ),
    "no figure": ('["no", "figure"]', "That file is no figure."),
    "no JSON": ('{"data": [', "This file is damaged: it is not what was logged."),
    "deep": (
        '{"data": [], "layout": {"meta": ' + 50_000 * "[" + 50_000 * "]" + "}}",
        "This file is damaged: it is not what was logged.",
    ),
}


@pytest.fixture(scope="module")
def run(server: LabServer) -> track.Experiment:
    """A long table, and figures of bad manners."""
    with track.start("odd figures", project="plots", store=server.store, capture=False) as made:
        names = [f"item {place * 7919 % ROWS}" for place in range(ROWS)]
        made.log_table("table", "long", pd.DataFrame({"value": [place / 7 for place in range(ROWS)], "name": names}))
        made.log_plot("odd", "alone", {"data": [{"type": "hologram"}], "layout": {}})
        made.log_plot("odd", "beside", {"data": [{"type": "hologram"}, {"type": "bar", "y": [1]}], "layout": {}})
        layout = {
            "title": {"text": HACK},
            "annotations": [{"text": HACK.replace("java", "JaVa"), "x": 0, "y": 1, "captureevents": True}],
            "xaxis": {"title": {"text": HACK.replace("java", "java\t")}, "tickvals": [0], "ticktext": [HACK]},
        }
        trace = {"type": "bar", "y": [1], "text": [HACK], "hovertext": [HACK], "name": HACK}
        made.log_plot("odd", "link", {"data": [trace], "layout": {**layout, "showlegend": True}})
        damaged = {"source": "data:image/png;base64,iVBORw0KGgoAAAA", "sizex": 1, "sizey": 1}
        unseen = {"type": "scatter", "mode": "markers", "opacity": 0, "x": [0], "y": [0]}
        made.log_plot("odd", "picture", {"data": [unseen], "layout": {"images": [damaged]}})
        for name, (content, _) in FORGED.items():
            made._log_blob("plot", "forged", name, 0, content.encode(), {})
        made.log_plot("forged", "changed", {"data": [{"type": "bar", "y": [1]}], "layout": {"meta": "before"}})
        made.log_plot("odd", "huge", {"data": [{"type": "bar", "y": [2]}], "layout": {}})
        made.log_plot("odd", "many", {"data": [{"type": "scattergl", "y": [1, 3, 2]}], "layout": {}})
        made.log_plot(
            "odd", "parallel", {"data": [{"type": "parcoords", "dimensions": [{"values": [1, 2]}]}], "layout": {}}
        )
        made.log_plot("odd", "kept", {"data": [{"type": "splom", "dimensions": [{"values": [1, 2]}]}], "layout": {}})
    hashes = {plot["variant"]: plot["hash"] for plot in made.plots()}
    left = io.BytesIO()
    Image.new("RGB", (64, 40), "teal").save(left, "PNG")
    made.keep_picture(hashes["kept"], left.getvalue())
    huge = hashes["huge"]
    with made.blob(huge).open("r+b") as file:
        file.truncate(200 << 20)
    changed = next(plot["hash"] for plot in made.plots() if plot["variant"] == "changed")
    made.blob(changed).write_text('{"data": [], "layout": {}}')
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as made:
        yield made


def sought(panel: Locator, name: str) -> Locator:
    """Scroll to a plot, at once: when it comes near, its drawing takes the place of what stood there."""
    found = panel.get_by_role("region", name=name)
    found.evaluate("card => card.scrollIntoView({ block: 'center' })")
    return found


def test_a_long_table(page: Page, server: LabServer, run: track.Experiment) -> None:
    card = opened(page, server, run, "Plots").get_by_role("region", name="table/long")
    table = card.get_by_role("table", name="table/long")
    cells = table.get_by_role("cell")
    expect(cells.first).to_have_text("0")
    assert table.get_by_role("row").count() < 100
    expect(table).to_have_attribute("aria-rowcount", str(ROWS + 1))
    table.get_by_role("button", name="value").click()
    table.get_by_role("button", name="value").click()
    expect(cells.first).to_have_text("14,290")
    expect(cells.first).to_have_attribute("title", str((ROWS - 1) / 7))
    card.get_by_role("textbox").fill("item 9999")
    expect(card.get_by_text(re.compile(r"^\d{2,3} of 100,000 rows$"))).to_be_visible()
    for kind, start in (("CSV", "value,name"), ("Markdown", "| value | name |"), ("LaTeX", "\\begin{tabular}{rl}")):
        use(card, f"Copy as {kind}")
        wait_until(lambda s=start: page.evaluate("navigator.clipboard.readText()").startswith(s), f"no {kind}")
    with page.expect_download() as download:
        use(card, "Download CSV")
    assert download.value.suggested_filename == "table-long.csv"
    picture(page, "plots-table")


def test_bad_manners_are_named(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Plots")
    alone = panel.get_by_role("region", name="odd/alone")
    expect(alone.get_by_role("alert")).to_contain_text('knows no trace of the kind "hologram"')
    beside = panel.get_by_role("region", name="odd/beside")
    drawn(beside)
    expect(beside).to_contain_text("without traces of the unknown kind hologram")
    huge = sought(panel, "odd/huge")
    expect(huge.get_by_role("alert")).to_contain_text("This figure has 200 MB; at most 64 are drawn.")
    # The page lets nobody make code as it runs.
    parallel = sought(panel, "odd/parallel")
    expect(parallel.get_by_role("alert")).to_contain_text('of the kind "parcoords", which this page forbids')
    kept = sought(panel, "odd/kept")
    expect(kept).to_contain_text("as JupyterLab drew it")
    shown = kept.get_by_role("img", name="odd/kept")
    wait_until(lambda: shown.evaluate("image => image.naturalWidth") == 64, "the picture is not there")
    many = sought(panel, "odd/many")
    expect(drawn(many).locator(".scatterlayer .trace")).to_have_count(1)
    link = panel.get_by_role("region", name="odd/link")
    drawn(link)
    addresses = "found => found.flatMap(a => [a.getAttribute('href'), a.getAttribute('xlink:href')])"
    point_at(link.locator(".barlayer .point").first, link.locator(".hoverlayer .hovertext").filter(has_text="a link"))
    found = link.locator("a").evaluate_all(addresses)
    assert not [address for address in found if address and re.search(r"java\s*script", address, re.IGNORECASE)]
    picture(page, "plots-odd")
    middles = "found => found.map(e => e.getBoundingClientRect()).map(b => [b.x + b.width / 2, b.y + b.height / 2])"
    places = link.get_by_text("a link").evaluate_all(middles)
    assert len(places) > 5
    for place in places:
        page.mouse.click(*place)
    assert page.evaluate("window.hacked") is None
    broken = sought(panel, "odd/picture")
    expect(broken.get_by_role("alert")).to_contain_text("a picture whose data are damaged")


def test_forged_figures_are_refused_with_the_reason(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Plots")
    reasons = {name: reason for name, (_, reason) in FORGED.items()} | {"changed": "This file is damaged"}
    for name, reason in reasons.items():
        expect(sought(panel, f"forged/{name}").get_by_role("alert")).to_contain_text(reason)
    assert page.evaluate("({}).hacked") is None
    picture(page, "plots-forged")
    # The page lives: what is whole is drawn, whatever stands beside it.
    beside = sought(panel, "odd/beside")
    drawn(beside)


@pytest.mark.skipif(not os.environ.get("TRACKKIT_LONG"), reason="hundreds of megabytes")
def test_figures_of_many_megabytes(page: Page, server: LabServer) -> None:
    """One of the largest that are kept is refused with the reason and can still be had; a smaller one is drawn."""
    noise = np.random.default_rng(0).normal(size=10_300_000)
    with track.start("large figures", project="plots", store=server.store, capture=False) as made:
        made.log_plot("large", "kept", {"data": [{"type": "histogram", "x": noise}], "layout": {}})
        made.log_plot("large", "drawn", {"data": [{"type": "histogram", "x": noise[:3_200_000]}], "layout": {}})
    sizes = {plot["variant"]: made.blob(plot["hash"]).stat().st_size for plot in made.plots()}
    assert sizes["kept"] > 190 << 20
    assert 55 << 20 < sizes["drawn"] < 64 << 20
    panel = opened(page, server, made, "Plots")
    refused = panel.get_by_role("region", name="large/kept")
    expect(refused.get_by_role("alert")).to_contain_text(re.compile(r"This figure has 19\d MB; at most 64 are drawn\."))
    drawn(panel.get_by_role("region", name="large/drawn"))
    picture(page, "plots-large")
    with page.expect_download() as download:
        use(refused, "Download JSON")
    assert len(json.loads(download.value.path().read_text())["data"]) == 1
    page.get_by_role("tab", name="Scalars").click()
    expect(page.get_by_text("Curves of what is logged appear here.")).to_be_visible()


def test_the_first_drawing_is_kept(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Plots")
    drawn(panel.get_by_role("region", name="odd/link"))
    figure = next(plot["hash"] for plot in run.plots() if plot["variant"] == "link")
    kept = wait_until(lambda: run.store.experiment(run.id).figure_picture(figure), "no picture was left")
    assert Image.open(io.BytesIO(kept)).size == (1280, 800)
