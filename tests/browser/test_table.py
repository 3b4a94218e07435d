"""The experiments table: found by query, sorted, chosen, opened beside the table and in full, all by keyboard too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

import trackkit_jupyter as track

from .conftest import SCREENSHOTS
from .lab import Lab, LabServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A JupyterLab whose store has 30 experiments, planned so that what is found is known."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("table")
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        with LabServer(tmp_path_factory.mktemp("lab")) as running:
            fill(running.store)
            yield running


def fill(store: Path, count: int = 30) -> None:
    for number in range(count):
        rate = round(0.1 / (1 + number), 4)
        tags = ["baseline"] if number % 10 == 0 else ["sweep"]
        with track.start(
            "run 07 of words" if number == 7 else f"run {number:02d}",
            f"team/p{number % 3}",
            {"rate": rate, "seed": number},
            tags,
            store=store,
            capture=False,
        ) as run:
            for step in range(20):
                run.log({"loss/val": 1 / (1 + step + number), "accuracy/val": 1 - 1 / (2 + step)}, step)


def table(lab: Lab, width: int = 1600, height: int = 900) -> Locator:
    """Open the page of the experiments table; return its grid, with rows."""
    lab.page.set_viewport_size({"width": width, "height": height})
    lab.page.goto(f"{lab.server.open_url('').replace('/tree/', '')}")
    lab.page.wait_for_function("window.jupyterapp?.commands.hasCommand('trackkit:experiments')", timeout=60_000)
    lab.command("trackkit:experiments")
    grid = lab.page.get_by_role("grid", name="Experiments")
    expect(grid.get_by_role("row", name=re.compile("run")).first).to_be_visible(timeout=20_000)
    return grid


def names(grid: Locator) -> list[str]:
    return [text for text in grid.locator("tbody tr td:nth-child(2)").all_inner_texts() if text]


def picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_an_experiment_is_found_sorted_and_opened(lab: Lab) -> None:
    grid = table(lab)
    page = lab.page
    assert names(grid)[:2] == ["run 29", "run 28"]
    picture(page, "table-wide")
    box = page.get_by_role("combobox", name="Search experiments")

    # Words look into names; a query asks for what was recorded.
    box.fill("WORDS run")
    expect(page.get_by_text("1 experiment", exact=True)).to_be_visible()
    box.fill('"baseline" in tags and metrics["loss/val"].min < 0.05')
    expect(page.get_by_text("2 experiments", exact=True)).to_be_visible()
    assert names(grid) == ["run 20", "run 10"]
    box.fill("")
    expect(page.get_by_text("30 experiments", exact=True)).to_be_visible()

    # A wrong query: where, and what was meant; the rows stay.
    box.fill('statuss == "failed"')
    wrong = page.get_by_role("alert").filter(has_text="There is no field statuss")
    expect(wrong).to_be_visible()
    expect(page.locator(".tk-query-mirror mark")).to_have_text("statuss")
    picture(page, "table-wrong-query")
    wrong.get_by_role("button", name="Use status").click()
    expect(box).to_have_value('status == "failed"')
    expect(page.get_by_text("No experiment has that.")).to_be_visible()
    picture(page, "table-none-found")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_text("30 experiments", exact=True)).to_be_visible()

    # Names of fields are completed.
    box.click()
    box.press_sequentially("rat")
    page.get_by_role("option", name=re.compile("rate")).first.wait_for()
    picture(page, "table-completion")
    box.press("Tab")
    expect(box).to_have_value('hyperparameters["rate"]')
    box.press_sequentially(" > 0.04")
    expect(page.get_by_text("2 experiments", exact=True)).to_be_visible()
    box.press("Escape")
    box.press("Escape")
    expect(page.get_by_text("30 experiments", exact=True)).to_be_visible()

    # Sorted by a head: the smallest rate first after the greatest.
    head = grid.get_by_role("columnheader", name="rate")
    head.get_by_role("button", name="rate").first.click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(grid.locator("tbody tr td:nth-child(2)").first).to_have_text("run 00")

    # A row opens beside the table, another one takes its place; Enter shows it in full, Escape goes back.
    grid.get_by_text("run 03", exact=True).click()
    panel = page.get_by_role("complementary", name="Info panel")
    expect(panel.get_by_role("heading", name="run 03")).to_be_visible(timeout=20_000)
    panel.get_by_role("tab", name="Info").click()
    grid.get_by_text("run 04", exact=True).click()
    expect(panel.get_by_role("heading", name="run 04")).to_be_visible()
    expect(panel.get_by_role("tab", name="Info")).to_have_attribute("aria-selected", "true")
    panel.get_by_role("tab", name="Scalars").click()
    expect(panel.locator("canvas").first).to_be_visible(timeout=20_000)
    picture(page, "table-panel")
    grid.focus()
    grid.press("ArrowDown")
    expect(panel.get_by_role("heading", name="run 05")).to_be_visible()
    grid.press("Enter")
    expect(grid).to_be_hidden()
    expect(panel.get_by_role("heading", name="run 05")).to_be_visible()
    panel.get_by_role("button", name="View in experiments table").click()
    expect(grid).to_be_visible()
    expect(panel.get_by_role("heading", name="run 05")).to_be_visible()
    panel.get_by_role("button", name="Close", exact=True).click()
    expect(panel).to_have_count(0)
    assert lab.errors == []


def test_rows_are_chosen_and_edited_together(lab: Lab) -> None:
    grid = table(lab)
    page = lab.page
    grid.focus()
    grid.press("Home")
    grid.press("Space")
    grid.press("Shift+ArrowDown")
    grid.press("Shift+ArrowDown")
    bar = page.get_by_role("toolbar", name="Selected experiments")
    expect(bar).to_contain_text("3 selected")
    expect(grid.get_by_role("row", selected=True)).to_have_count(3)
    bar.get_by_role("button", name="Add tag").click()
    page.get_by_role("dialog", name="Add tag").get_by_role("combobox", name="New tag").fill("chosen")
    picture(page, "table-add-tag")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 tagged chosen")).to_be_visible()
    page.get_by_role("button", name="Filter by tags").click()
    page.get_by_role("dialog", name="Filter by tags").get_by_role("checkbox", name="chosen").check()
    page.keyboard.press("Escape")
    expect(page.get_by_text("3 experiments", exact=True)).to_be_visible()
    assert names(grid) == ["run 29", "run 28", "run 27"]

    # Archived and brought back; then archived and deleted for good.
    grid.get_by_role("checkbox", name="Select run 28").click()
    bar.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("2 experiments", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 experiments", exact=True)).to_be_visible()
    grid.get_by_role("checkbox", name="Select run 28").click()
    bar.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("2 experiments", exact=True)).to_be_visible()
    page.get_by_role("button", name="Archive", exact=True).first.click()
    expect(page.get_by_text("1 experiment", exact=True)).to_be_visible()
    grid.get_by_role("checkbox", name="Select run 28").click()
    bar.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete 1 experiment for good?")
    expect(asked).to_contain_text("run 28")
    asked.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No experiment has that.")).to_be_visible()
    assert lab.errors == []


def test_columns_are_chosen_moved_and_kept_as_a_view(lab: Lab) -> None:
    grid = table(lab)
    page = lab.page
    page.get_by_role("button", name="Columns").click()
    chooser = page.get_by_role("dialog", name="Columns")
    chooser.get_by_role("textbox", name="Find a column").fill("loss trend")
    chooser.get_by_role("checkbox", name="loss/val trend").check()
    chooser.get_by_role("textbox", name="Find a column").fill("loss min")
    chooser.get_by_role("checkbox", name="loss/val min").check()
    chooser.get_by_role("textbox", name="Find a column").fill("")
    picture(page, "table-columns")
    page.keyboard.press("Escape")
    expect(grid.get_by_role("columnheader", name="loss/val min")).to_be_visible()
    grid.evaluate("grid => grid.scrollTo({left: 5000})")
    expect(grid.get_by_role("img", name=re.compile("loss.val trend")).first).to_be_visible()
    picture(page, "table-trend")
    tags = grid.get_by_role("columnheader", name="Tags").get_by_role("button").first
    tags.focus()
    tags.press("Alt+ArrowLeft")
    heads = grid.get_by_role("columnheader").all_inner_texts()
    assert heads.index("Tags") < heads.index("Project")

    page.get_by_role("button", name="Saved views").click()
    views = page.get_by_role("dialog", name="Saved views")
    views.get_by_role("combobox", name="Name of this view").fill("by loss")
    views.get_by_role("button", name="Save").click()
    expect(views.get_by_role("button", name="by loss", exact=True)).to_be_visible()
    grid = table(lab)
    assert "loss/val min" not in grid.get_by_role("columnheader").all_inner_texts()
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("dialog", name="Saved views").get_by_role("button", name="by loss", exact=True).click()
    expect(grid.get_by_role("columnheader", name="loss/val min")).to_be_visible()
    assert grid.get_by_role("columnheader").all_inner_texts() == heads
    assert lab.errors == []


def test_what_runs_appears_and_moves_on_by_itself(lab: Lab) -> None:
    grid = table(lab)
    with track.start("appears", "live", store=lab.server.store, capture=False) as run:
        row = grid.get_by_role("row", name=re.compile("appears"))
        expect(row).to_contain_text("Running", timeout=10_000)
        run.log({"loss/val": 1.0}, 4321)
        expect(row).to_contain_text("4,321", timeout=10_000)
    expect(row).to_contain_text("Completed", timeout=10_000)
    run.archive()
    expect(row).to_have_count(0, timeout=10_000)
    assert lab.errors == []


def test_dark_and_narrow(lab: Lab) -> None:
    grid = table(lab, 500, 800)
    picture(lab.page, "table-narrow")
    lab.dark()
    lab.page.set_viewport_size({"width": 1600, "height": 900})
    grid.get_by_role("checkbox", name="Select run 29").click()
    grid.get_by_text("run 26", exact=True).click()
    panel = lab.page.get_by_role("complementary", name="Info panel")
    expect(panel.locator("canvas").first).to_be_visible(timeout=20_000)
    picture(lab.page, "table-dark")
    assert lab.errors == []
