"""Around the notebooks: the side panel, what is told while experiments run, what is dragged; nothing unless opened."""

from __future__ import annotations

import json
import math
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

import trackkit_jupyter as track
from trackkit_jupyter.tracking.exits import Stopped

from .lab import Lab, wait_until
from .shelf import bring, picture

KB = 1000


@pytest.fixture
def live(lab: Lab) -> Iterator[track.Experiment]:
    """An experiment that runs, with one that has ended beside it."""
    project = "home/sides"
    name = f"live {secrets.token_hex(3)}"  # others leave a "live" behind, and so does a test that is tried again
    if lab.server.store.exists():  # what an earlier test left is not meant
        for before in track.open_store(lab.server.store).experiments('project ~ "home"'):
            before.archive()
    with track.start("yesterday", project=project, store=lab.server.store, capture=False) as run:
        run.log({"loss/val": 0.5}, iteration=3)
    run = track.start(name, project=project, config={"epochs": 10}, store=lab.server.store, capture=False)
    run.log({"loss/val": 0.25}, iteration=4)
    yield run
    run.finish()


def panel(lab: Lab) -> Locator:
    """Open the side panel; return its tree."""
    lab.page.get_by_role("tab", name="trackkit: experiments").click()
    tree = lab.page.get_by_role("tree", name="Experiments and models")
    expect(tree.get_by_role("treeitem", name="Projects")).to_be_visible()
    return tree


def log_on(run: track.Experiment) -> None:
    """Log until it heeds what was asked of it."""
    while True:
        run.log({"loss/val": 0.1})


@pytest.mark.own_page
def test_nothing_is_asked_until_something_is_opened_and_then_it_is_live(lab: Lab, live: track.Experiment) -> None:
    asked: list[str] = []
    loaded: list[int] = []
    lab.page.on("request", lambda request: asked.append(request.url))
    lab.page.on(
        "response", lambda found: loaded.append(len(found.body())) if "trackkit-jupyter/static" in found.url else None
    )
    lab.begin()
    expect(lab.page.locator(".jp-LauncherCard", has_text="Experiments")).to_be_visible()
    assert [url for url in asked if "/trackkit/" in url] == []
    assert 0 < sum(loaded) <= 30 * KB
    assert lab.page.get_by_text("running", exact=True).count() == 0

    tree = panel(lab)
    row = tree.get_by_role("treeitem", name=live.name, exact=True)
    expect(row).to_contain_text("it 4")
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    live.log({"loss/val": 0.125}, iteration=6)
    expect(row).to_contain_text("loss/val 0.125")
    picture(lab.page, "home-panel")

    status = lab.page.get_by_role("button", name=re.compile(r"^\d+ running$"))
    expect(status).to_be_visible()
    lab.page.get_by_role("tab", name=re.compile("File Browser")).click()
    expect(tree).to_be_hidden()
    before = len([url for url in asked if "/api/home" in url])
    live.log({"loss/val": math.nan}, iteration=7)  # the panel is hidden, and does not look
    bell = lab.page.locator(".jp-Notification-Status")
    expect(bell).to_contain_text("1")
    assert len([url for url in asked if "/api/home" in url]) == before
    status.click()
    expect(row).to_contain_text("loss/val is NaN")

    row.hover()
    row.get_by_role("button", name=f"Stop {live.name}").click()
    window = lab.page.get_by_role("dialog", name="Stop")
    expect(window).to_contain_text("ends at its next log")
    window.get_by_role("button", name="Stop").click()
    expect(row).to_contain_text("stopping")
    with pytest.raises(Stopped):
        log_on(live)
    expect(status).to_have_count(0)
    assert track.open_store(lab.server.store).experiment(live.id).status == "completed"
    assert lab.errors == []


@pytest.mark.own_page
def test_a_failure_is_told_once_with_a_way_to_it(lab: Lab) -> None:
    lab.begin()
    panel(lab)
    bell = lab.page.locator(".jp-Notification-Status")
    run = track.start("short lived", project="home/sides", store=lab.server.store, capture=False)
    run.log({"loss": 1.0})
    expect(lab.page.locator(".tk-home-running", has_text="short lived")).to_be_visible()
    run.finish_after(ValueError("the tail is too long"))
    expect(bell).to_contain_text("1")
    bell.click()
    told = lab.page.locator(".jp-Notification-List")
    expect(told).to_contain_text("short lived failed: ValueError: the tail is too long")
    told.get_by_role("button", name="Open").click()
    full = lab.page.locator("[id^=trackkit-full]").get_by_role("article", name="short lived")
    expect(full).to_be_visible()
    expect(bell).not_to_contain_text("2")
    assert lab.errors == []


def drop(lab: Lab, row: Locator, target: Locator, dy: float) -> None:
    """Drag a row to so many pixels below the top of a cell."""
    row.hover()
    bring(target)  # waits until it has come to rest
    box = target.bounding_box()
    assert box
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + 190, box["y"] + dy, steps=8)
    # What is dragged comes when the first drag begins: a hand is slower than that.
    expect(lab.page.locator(".lm-mod-drag-image")).to_be_visible()
    lab.page.mouse.move(box["x"] + 200, box["y"] + dy, steps=4)
    lab.page.mouse.up()


def test_an_experiment_is_dragged_into_a_notebook(lab: Lab, live: track.Experiment) -> None:
    lab.server.write("drag.ipynb", "1", "2")
    lab.open("drag.ipynb", kernel=False)
    row = panel(lab).get_by_role("treeitem", name="yesterday").first
    cells = lab.page.locator(".jp-Notebook .jp-Cell")
    drop(lab, row, cells.nth(1), 12)  # onto the second cell
    expect(cells).to_have_count(3)
    expect(cells.nth(1)).to_contain_text("track.open_store().experiment(")
    assert lab.page.locator("#trackkit-info").count() == 0  # it was dragged, not clicked
    lab.page.locator(".jp-Notebook").press("Escape")
    lab.command("notebook:undo-cell-action")
    expect(cells).to_have_count(2)
    drop(lab, row, cells.nth(1), -2)  # between the first and the second
    expect(cells).to_have_count(3)
    row.click(button="right")
    lab.page.get_by_role("menuitem", name="Insert into notebook").click()
    expect(cells).to_have_count(4)
    expect(lab.page.locator(".jp-Cell:has-text('# yesterday')")).to_have_count(2)
    assert lab.errors == []


def test_another_store_is_chosen_its_cells_name_its_folder_and_it_may_go_away(
    lab: Lab, live: track.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", lab.server.environment["XDG_DATA_HOME"])
    project = f"digits {secrets.token_hex(3)}"  # others have a store in "digits"
    folder = tmp_path / project / ".trackkit"
    with track.start("elsewhere", store=folder, capture=False) as run:
        run.log({"loss": 0.5})
    lab.server.write("other.ipynb", "1", "2")
    lab.open("other.ipynb", kernel=False)
    tree = panel(lab)
    choice = lab.page.get_by_role("combobox", name="Store")
    choice.select_option(label=project)
    row = tree.get_by_role("treeitem", name="elsewhere")
    expect(row).to_be_visible()
    picture(lab.page, "home-stores")
    cells = lab.page.locator(".jp-Notebook .jp-Cell")
    drop(lab, row, cells.nth(1), 12)
    expect(cells).to_have_count(3)

    # From its table, beside the notebook.
    lab.page.get_by_role("button", name="Experiments table").click()
    expect(lab.page.locator("#trackkit-experiments")).to_be_visible()
    lab.page.evaluate(
        """() => {
            const { shell } = window.jupyterapp;
            const table = [...shell.widgets('main')].find(widget => widget.id === 'trackkit-experiments');
            shell.add(table, 'main', { mode: 'split-right' });
        }"""
    )
    listed = lab.page.get_by_role("grid", name="Experiments").get_by_role("row", name=re.compile("elsewhere"))
    drop(lab, listed.get_by_text("elsewhere"), cells.nth(2), 12)
    expect(cells).to_have_count(4)
    picture(lab.page, "home-table-dragged")
    code = f'import trackkit_jupyter as track\n\ntrack.open_store("{folder}").experiment("{run.id}")  # elsewhere'
    texts = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel.source)"
    lab.page.locator(".jp-Notebook").press("Escape")
    wait_until(lambda: lab.page.evaluate(texts) == ["1", code, code, "2"], "the cells do not name its folder")
    exec(code, {})  # it opens what was dragged

    lab.begin()  # a Lab that is loaded again shows the store that was chosen
    expect(panel(lab).get_by_role("treeitem", name="elsewhere")).to_be_visible()

    # The store goes away, which is said; the others are still there to choose.
    shutil.rmtree(tmp_path / project)
    said = lab.page.locator("#trackkit-home").get_by_text("its folder was moved or deleted")
    expect(said).to_be_visible()
    picture(lab.page, "home-store-gone")
    choice.select_option(index=0)
    expect(tree.get_by_role("treeitem", name="yesterday").first).to_be_visible()
    expect(choice).to_have_count(0)  # nothing is left to choose from
    assert lab.errors == []


def test_the_same_actions_everywhere_and_the_way_to_the_table_and_back(lab: Lab, live: track.Experiment) -> None:
    lab.begin()
    tree = panel(lab)
    # Until it is there, the tree is that of the test before, whose "yesterday" is about to go.
    expect(tree.get_by_role("treeitem", name=live.name, exact=True).first).to_be_visible()
    tree.get_by_role("treeitem", name="yesterday").first.click()
    info = lab.page.locator("#trackkit-info").get_by_role("article", name="yesterday")
    expect(info).to_be_visible()
    wait_until(lambda: (info.bounding_box() or {"width": 0})["width"] >= 360, "the panel is too narrow")
    tree.press("Enter")
    full = lab.page.locator("[id^=trackkit-full]").get_by_role("article", name="yesterday")
    expect(full).to_be_visible()

    full.get_by_role("button", name="Actions").click()
    full.get_by_role("menuitem", name="View in experiments table").click()
    grid = lab.page.get_by_role("grid", name="Experiments")
    expect(grid).to_be_visible()
    beside = lab.page.locator("#trackkit-experiments").get_by_role("complementary", name="Info panel")
    expect(beside.get_by_role("article", name="yesterday")).to_be_visible()
    picture(lab.page, "home-table")
    row = grid.get_by_role("row", name="yesterday").first
    expect(row).to_have_attribute("data-cell", re.compile(re.escape("track.open_store().experiment(")))

    tree.get_by_role("treeitem", name="yesterday").first.click(button="right")
    menu = lab.page.locator(".lm-Menu")
    expect(menu.get_by_role("menuitem", name="Abort")).to_have_attribute("aria-disabled", "true")
    menu.get_by_role("menuitem", name="Rename").click()
    window = lab.page.get_by_role("dialog", name="Rename")
    window.get_by_role("textbox", name="Name").fill("the day before")
    window.get_by_role("button", name="Save").click()
    expect(tree.get_by_role("treeitem", name="the day before").first).to_be_visible()
    box = lab.page.locator("#trackkit-home").get_by_role("textbox", name="Search")
    box.fill('name == "the day before"')
    box.press("Enter")
    expect(grid.get_by_role("row", name="the day before")).to_be_visible()
    expect(lab.page.locator("#trackkit-experiments").get_by_text("1 experiment", exact=True)).to_be_visible()

    box.fill("")
    lab.page.locator("#trackkit-home").get_by_role("treeitem", name="home", exact=True).hover()
    lab.page.get_by_role("button", name="Compare the experiments of home", exact=True).click()
    comparison = lab.page.get_by_role("article", name="home", exact=True)
    expect(comparison.get_by_role("tab", name="Details")).to_be_visible()
    picture(lab.page, "home-comparison")
    assert lab.errors == []


@pytest.mark.own_page
def test_settings_do_what_they_say(lab: Lab, live: track.Experiment) -> None:
    folder = Path(lab.server.environment["JUPYTERLAB_SETTINGS_DIR"]) / "trackkit-jupyter"
    folder.mkdir(parents=True)
    chosen = {"open": "full screen", "tab": "Info", "recent": 1, "statusBar": False, "notifyNaN": False}
    (folder / "home.jupyterlab-settings").write_text(json.dumps(chosen))
    lab.begin()
    tree = panel(lab)
    row = tree.get_by_role("treeitem", name=live.name, exact=True).first
    expect(row).to_be_visible()
    expect(tree.locator(".tk-home-experiment")).to_have_count(1)
    live.log({"loss/val": math.nan}, iteration=5)
    expect(row).to_contain_text("loss/val is NaN")
    assert lab.page.get_by_role("button", name=re.compile(r"^\d+ running$")).count() == 0
    row.click()
    full = lab.page.locator("[id^=trackkit-full]").get_by_role("article", name=live.name)
    expect(full.get_by_role("tab", name="Info")).to_have_attribute("aria-selected", "true")
    expect(lab.page.locator(".jp-Notification-Status")).to_contain_text("0")
    assert lab.errors == []
