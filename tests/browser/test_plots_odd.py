"""Logged tables at 100,000 rows, figures that are odd or hostile, and the picture that a browser leaves of a figure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import drawn, opened, page_of, picture, use

ROWS = 100_000


@pytest.fixture(scope="module")
def run(server: LabServer) -> track.Experiment:
    """A long table, and figures of bad manners."""
    with track.start("odd figures", project="plots", store=server.store, capture=False) as made:
        names = [f"item {place * 7919 % ROWS}" for place in range(ROWS)]
        made.log_table("table", "long", pd.DataFrame({"value": [place / 7 for place in range(ROWS)], "name": names}))
        made.log_plot("odd", "alone", {"data": [{"type": "hologram"}], "layout": {}})
        made.log_plot("odd", "beside", {"data": [{"type": "hologram"}, {"type": "bar", "y": [1]}], "layout": {}})
        title = {"text": "<a href='javascript:window.hacked=1'>a link</a>"}
        made.log_plot("odd", "link", {"data": [{"type": "bar", "y": [1]}], "layout": {"title": title}})
        made.log_plot("odd", "huge", {"data": [{"type": "bar", "y": [2]}], "layout": {}})
        made.log_plot("odd", "many", {"data": [{"type": "scattergl", "y": [1, 3, 2]}], "layout": {}})
        made.log_plot(
            "odd", "parallel", {"data": [{"type": "parcoords", "dimensions": [{"values": [1, 2]}]}], "layout": {}}
        )
    huge = next(plot["hash"] for plot in made.plots() if plot["variant"] == "huge")
    with made.blob(huge).open("r+b") as file:
        file.truncate(200 << 20)
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as made:
        yield made


def test_a_long_table(page: Page, server: LabServer, run: track.Experiment) -> None:
    card = opened(page, server, run, "Plots").get_by_role("region", name="table/long")
    table = card.get_by_role("table", name="table/long")
    cells = table.get_by_role("cell")
    expect(cells.first).to_have_text("0", timeout=20_000)
    assert table.get_by_role("row").count() < 100
    assert table.get_attribute("aria-rowcount") == str(ROWS + 1)
    table.get_by_role("button", name="value").click()
    table.get_by_role("button", name="value").click()
    expect(cells.first).to_have_text("14,290")
    expect(cells.first).to_have_attribute("title", str((ROWS - 1) / 7))
    card.get_by_role("textbox").fill("item 9999")
    expect(card.get_by_text(re.compile(r"^\d{2,3} of 100,000 rows$"))).to_be_visible()
    for kind, start in (("CSV", "value,name"), ("Markdown", "| value | name |"), ("LaTeX", "\\begin{tabular}{rl}")):
        use(card, f"Copy as {kind}")
        wait_until(lambda s=start: page.evaluate("navigator.clipboard.readText()").startswith(s), 5, f"no {kind}")
    with page.expect_download() as download:
        use(card, "Download CSV")
    assert download.value.suggested_filename == "table-long.csv"
    picture(page, "plots-table")


def test_bad_manners_are_named(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Plots")
    alone = panel.get_by_role("region", name="odd/alone")
    expect(alone.get_by_role("alert")).to_contain_text('knows no trace of the kind "hologram"', timeout=30_000)
    beside = panel.get_by_role("region", name="odd/beside")
    drawn(beside)
    expect(beside).to_contain_text("without traces of the unknown kind hologram")
    huge = panel.get_by_role("region", name="odd/huge")
    huge.scroll_into_view_if_needed()
    expect(huge.get_by_role("alert")).to_contain_text("This figure has 200 MB; at most 64 are drawn.", timeout=20_000)
    # The page lets nobody make code as it runs.
    parallel = panel.get_by_role("region", name="odd/parallel")
    parallel.scroll_into_view_if_needed()
    expect(parallel.get_by_role("alert")).to_contain_text(
        'of the kind "parcoords", which this page forbids', timeout=20_000
    )
    many = panel.get_by_role("region", name="odd/many")
    many.scroll_into_view_if_needed()
    expect(drawn(many).locator(".scatterlayer .trace")).to_have_count(1)
    link = panel.get_by_role("region", name="odd/link")
    drawn(link)
    addresses = "found => found.flatMap(a => [a.getAttribute('href'), a.getAttribute('xlink:href')])"
    found = link.locator("a").evaluate_all(addresses)
    assert not [address for address in found if address and "javascript" in address.lower()]
    assert page.evaluate("window.hacked") is None


def test_the_first_drawing_is_kept(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Plots")
    drawn(panel.get_by_role("region", name="odd/link"))
    figure = next(plot["hash"] for plot in run.plots() if plot["variant"] == "link")
    kept = wait_until(lambda: run.store.experiment(run.id).figure_picture(figure), 20, "no picture was left")
    assert Image.open(io.BytesIO(kept)).size == (1280, 800)
