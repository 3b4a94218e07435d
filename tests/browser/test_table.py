"""The tables of experiments and models: found by query, sorted, grouped, chosen, opened beside the table or in full."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, stdev

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track
from trackkit_jupyter.errors import NotFoundError

from .lab import Lab, LabServer, wait_until
from .shelf import bring, page_of, painted, picture


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
    lab.begin()
    lab.command("trackkit:experiments")
    grid = lab.page.get_by_role("grid", name="Experiments")
    expect(grid.get_by_role("row", name=re.compile("run")).first).to_be_visible()
    return grid


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser, 1600) as opened:
        yield opened


def shown(
    page: Page, server: LabServer, parameters: str = "", role: str = "grid", name: str = "Experiments"
) -> Locator:
    """Open the table on a page of its own."""
    page.goto(server.page_url(f"trackkit/widgets/?type=table{parameters}"))
    grid = page.get_by_role(role, name=name)  # type: ignore[arg-type]
    expect(grid.locator("tbody tr").first).to_be_visible()
    return grid


def names(grid: Locator) -> list[str]:
    return [text for text in grid.locator("tbody tr td:nth-child(2)").all_inner_texts() if text]


def lists(grid: Locator, *expected: str) -> None:
    """Wait until a table lists these, in this order, and no others."""
    wait_until(lambda: names(grid) == list(expected), f"it does not list {expected}")


def test_an_experiment_is_found_sorted_and_opened(lab: Lab) -> None:
    grid = table(lab)
    page = lab.page
    wait_until(lambda: names(grid)[:2] == ["run 29", "run 28"], "the newest are not the first")
    picture(page, "table-wide")
    box = page.get_by_role("combobox", name="Search experiments")

    # Words look into names; a query asks for what was recorded.
    box.fill("WORDS run")
    expect(page.get_by_text("1 experiment", exact=True)).to_be_visible()
    box.fill('"baseline" in tags and metrics["loss/val"].min < 0.05')
    expect(page.get_by_text("2 experiments", exact=True)).to_be_visible()
    lists(grid, "run 20", "run 10")
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
    box.fill('metrics["los/val"].min < 1')
    expect(page.get_by_text("No metric is called los/val; did you mean loss/val?")).to_be_visible()
    page.get_by_role("button", name="Use loss/val").click()
    expect(box).to_have_value('metrics["loss"]["val"].min < 1')
    box.fill("")
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
    expect(panel.get_by_role("heading", name="run 03")).to_be_visible()
    panel.get_by_role("tab", name="Info").click()
    grid.get_by_text("run 04", exact=True).click()
    expect(panel.get_by_role("heading", name="run 04")).to_be_visible()
    expect(panel.get_by_role("tab", name="Info")).to_have_attribute("aria-selected", "true")
    panel.get_by_role("tab", name="Scalars").click()
    expect(panel.locator("canvas").first).to_be_visible()
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
    lists(grid, "run 29", "run 28", "run 27")

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

    def heads() -> list[str]:
        return grid.get_by_role("columnheader").all_inner_texts()

    wait_until(lambda: heads().index("Tags") < heads().index("Project"), "the column was not moved")
    before = heads()

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
    wait_until(lambda: heads() == before, "the columns are others than those of the view")
    assert lab.errors == []


@pytest.fixture
def appears(server: LabServer) -> Iterator[Callable[[], track.Experiment]]:
    """Start an experiment, which is out of sight again when the test ends, however it ends."""
    made: list[track.Experiment] = []

    def start() -> track.Experiment:
        made.append(track.start(f"appears {secrets.token_hex(3)}", "live", store=server.store, capture=False))
        return made[-1]

    yield start
    for run in made:
        with contextlib.suppress(NotFoundError):
            run.finish()
            run.archive()


def test_what_runs_appears_and_moves_on_by_itself(lab: Lab, appears: Callable[[], track.Experiment]) -> None:
    grid = table(lab)
    with appears() as run:
        row = grid.get_by_role("row", name=re.compile(run.name))
        expect(row).to_contain_text("Running")
        run.log({"loss/val": 1.0}, 4321)
        expect(row).to_contain_text("4,321")
    expect(row).to_contain_text("Completed")
    row.get_by_role("checkbox").click()
    grid.get_by_role("checkbox", name="Select run 29").click()
    chosen = lab.page.get_by_role("toolbar", name="Selected experiments")
    expect(chosen).to_contain_text("2 selected")
    run.archive()
    run.delete()  # while it is ticked
    expect(row).to_have_count(0)
    expect(chosen).to_contain_text("1 selected")
    assert lab.errors == []


def test_dark_and_narrow(lab: Lab) -> None:
    grid = table(lab, 500, 800)
    picture(lab.page, "table-narrow")
    lab.dark()
    lab.page.set_viewport_size({"width": 1600, "height": 900})
    grid.get_by_role("checkbox", name="Select run 29").click()
    grid.get_by_text("run 26", exact=True).click()
    panel = lab.page.get_by_role("complementary", name="Info panel")
    expect(panel.locator("canvas").first).to_be_visible()
    picture(lab.page, "table-dark")
    assert lab.errors == []


def test_columns_are_widened_moved_pinned_and_copied(page: Page, server: LabServer) -> None:
    grid = shown(page, server, "&query=run&order_by=name")

    def head(title: str) -> Locator:
        return grid.get_by_role("columnheader", name=title)

    def width(title: str) -> float:
        return float(head(title).evaluate("e => e.getBoundingClientRect().width"))

    def heads() -> list[str]:
        return [text for text in grid.get_by_role("columnheader").all_inner_texts() if text]

    def wide(title: str, pixels: float, off: float = 1) -> None:
        wait_until(lambda: width(title) == pytest.approx(pixels, abs=off), f"{title} is not {pixels} wide")

    def begin(*titles: str) -> None:
        wait_until(lambda: heads()[: len(titles)] == list(titles), f"the first columns are not {titles}")

    # Widened by hand and by keyboard, and back; the cells below follow.
    before = width("Status")
    edge = head("Status").locator(".tk-experiments-resize")
    bring(edge)  # waits until it has come to rest
    box = edge.bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 63, box["y"] + 10)
    page.mouse.up()
    wide("Status", before + 60, 2)
    cell = grid.locator("tbody tr").first.locator("td").nth(2)
    assert cell.evaluate("e => e.getBoundingClientRect().width") == pytest.approx(width("Status"), abs=1)
    edge.dblclick()
    wide("Status", before)
    head("Status").get_by_role("button").first.press("Shift+ArrowRight")
    wide("Status", before + 16)

    # Moved by hand and by keyboard; pinned beside the name, where it stays.
    head("Tags").get_by_role("button").first.drag_to(head("Status"))
    begin("Name", "Tags", "Status")
    head("Tags").get_by_role("button").first.press("Alt+ArrowRight")
    begin("Name", "Status", "Tags")
    head("Updated").hover()
    head("Updated").get_by_role("button", name="Pin Updated").click()
    begin("Name", "Updated", "Status")
    page.set_viewport_size({"width": 700, "height": 900})
    painted(page)
    place = head("Updated").evaluate("e => e.getBoundingClientRect().left")
    grid.evaluate("grid => grid.scrollTo({left: 400})")
    painted(page)
    assert head("Updated").evaluate("e => e.getBoundingClientRect().left") == pytest.approx(place, abs=1)
    page.set_viewport_size({"width": 1600, "height": 900})
    page.get_by_role("button", name="Columns").click()
    chooser = page.get_by_role("dialog", name="Columns")
    chooser.get_by_role("button", name="Unpin Updated").click()
    for statistic in ("min", "max"):
        chooser.get_by_role("textbox", name="Find a column").fill(f"loss/val {statistic}")
        chooser.get_by_role("checkbox", name=f"loss/val {statistic}", exact=True).check()
    page.keyboard.press("Escape")
    row = grid.get_by_role("row", name=re.compile("run 05"))
    expect(row.get_by_role("gridcell").last).to_have_text(f"{1 / 6:.4g}")
    expect(row.get_by_role("gridcell").nth(-2)).to_have_text("0.04")

    def copied(how: str) -> str:
        page.evaluate("navigator.clipboard.writeText('')")
        page.get_by_role("button", name="Copy", exact=True).click()
        page.get_by_role("button", name=f"Copy as {how}").click()
        expect(page.get_by_role("status").filter(has_text=re.compile("[Cc]opied as " + how))).to_be_visible()
        return str(wait_until(lambda: page.evaluate("navigator.clipboard.readText()"), "nothing was copied"))

    grid.get_by_role("checkbox", name="Select run 05").click()
    lines = copied("CSV").splitlines()
    assert lines[0].split(",") == heads()
    assert len(lines) == 2
    assert lines[1].startswith("run 05,")
    assert lines[1].endswith(f",{1 / 25},{1 / 6}")
    assert copied("Markdown").splitlines()[2].startswith("| run 05 |")
    run = track.open_store(server.store).experiments('name == "run 05"')[0]
    assert f'store.experiment("{run.id}")' in copied("code")
    page.get_by_role("button", name="Clear selection").click()
    assert copied("code") == "track.experiments('run', order_by='name')\n"


def test_groups_are_made_opened_and_chosen(page: Page, server: LabServer) -> None:
    shown(page, server)
    page.get_by_role("button", name="Group by").click()
    page.get_by_role("radio", name="Project").click()
    tree = page.get_by_role("treegrid", name="Experiments")
    groups = tree.locator("tr[aria-level='1']")
    expect(groups).to_have_count(3)
    first = groups.filter(has_text="team/p0")
    expect(first).to_have_attribute("aria-expanded", "false")
    expect(first).to_contain_text("10")
    expect(first.get_by_text("Completed")).to_be_visible()  # what all of them have in common
    losses = [1 / (1 + 19 + number) for number in range(0, 30, 3)]
    expect(first.get_by_text(f"{mean(losses):.4g} ± {stdev(losses):.2g}")).to_be_visible()
    expect(first.get_by_text("10 values")).to_have_count(2)  # rates and seeds

    # By hand and by keyboard: open, walk into it, back to its head, close.
    first.click()
    expect(first).to_have_attribute("aria-expanded", "true")
    expect(tree.locator("tr[aria-level='2']")).to_have_count(10)
    picture(page, "table-groups")
    tree.press("ArrowDown")
    tree.press("ArrowDown")
    cursor = tree.locator("tr.tk-cursor")
    expect(cursor).to_contain_text("run 24")
    tree.press("ArrowLeft")
    expect(cursor).to_contain_text("team/p0")
    tree.press("ArrowLeft")
    expect(first).to_have_attribute("aria-expanded", "false")
    tree.press("ArrowRight")
    tree.press("Space")  # the members of the group are ticked
    expect(page.get_by_role("toolbar", name="Selected experiments")).to_contain_text("10 selected")
    tree.press("ArrowDown")
    tree.press("ArrowRight")
    expect(page.get_by_role("complementary", name="Info panel").get_by_role("heading", name="run 27")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()

    # What is found is grouped, the best group first; a wrong query is said, and no groups are lost.
    box = page.get_by_role("combobox", name="Search experiments")
    box.fill('hyperparameters["seed"] < 4')
    expect(page.get_by_text("4 experiments", exact=True)).to_be_visible()
    page.get_by_role("columnheader", name="loss/val").get_by_role("button").first.click()
    expect(groups).to_have_text([re.compile("team/p1 ?1"), re.compile("team/p0 ?2"), re.compile("team/p2 ?1")])
    box.fill("nme == 1")
    expect(page.get_by_role("alert").filter(has_text="There is no field nme")).to_be_visible()
    expect(groups).to_have_count(3)
    box.fill("")
    page.get_by_role("button", name="Group by").click()
    page.get_by_role("textbox", name="Find a field").fill("seed")
    page.get_by_role("radio", name="seed", exact=True).click()
    expect(groups.first).to_have_text(re.compile("^0 ?1"))
    page.get_by_role("button", name="Open all groups").click()
    expect(tree.get_by_role("row", name=re.compile("run 00"))).to_be_visible()

    # By everything but the seed, and then but the rate either; by several fields; the groups go out as they are seen.
    page.get_by_role("button", name="Group by").click()
    page.get_by_role("radio", name="All but seed").click()
    # Each has a rate of its own; how many there are by now depends on what was tested before.
    count = page.get_by_text(re.compile(r"^\d+ experiments$")).first.inner_text().split()[0]
    expect(page.get_by_text(f"in {count} groups")).to_be_visible()
    page.get_by_role("button", name="Group by").click()
    page.get_by_role("button", name="And not rate").click()
    expect(groups).to_have_text([re.compile(f"^all ?{count}")])
    page.get_by_role("radio", name="Project").click()
    page.get_by_role("button", name="Group by").click()
    page.get_by_role("button", name="Also by Tags").click()
    expect(groups.filter(has_text="team/p0").nth(1)).to_be_visible()  # with and without a tag
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear selection").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copy as CSV").click()
    expect(page.get_by_role("status").filter(has_text=re.compile("[0-9]+ groups copied"))).to_be_visible()
    head, *lines = str(page.evaluate("navigator.clipboard.readText()")).splitlines()
    assert head.startswith(
        "group,experiments,Status,rate,seed,loss/val (mean),loss/val (std),loss/val (n),accuracy/val (mean),"
    )
    assert [line for line in lines if line.startswith('"team/p0, baseline",1,')]
    picture(page, "table-groups-of-several")
    page.get_by_role("button", name="Group by").click()
    page.get_by_role("radio", name="No groups").click()
    expect(page.get_by_role("grid", name="Experiments").locator("tr[aria-level]")).to_have_count(0)


def test_attempts_of_a_cell_are_folded_and_one_alone_is_its_own_row(lab: Lab) -> None:
    start = "track.start({name!r}, 'folded', capture=['cells']).finish()"
    several = "\n".join(start.format(name=f"try {number}") for number in range(3))
    lab.server.write("folded.ipynb", f"import trackkit_jupyter as track\n{several}", start.format(name="alone"))
    lab.open("folded.ipynb")
    lab.run_all()
    lab.page.set_viewport_size({"width": 1600, "height": 700})
    tree = shown(lab.page, lab.server, "&group_by=cell&query=project=='folded'&order_by=name", role="treegrid")
    rows = tree.locator("tbody tr")
    expect(rows).to_have_text(
        [re.compile("^alone ?Completed"), re.compile(r"^try 0 … try 2 ?1 attempt · 3 experiments")]
    )
    expect(rows.first).not_to_have_attribute("aria-expanded", re.compile("."))
    rows.nth(1).click()
    expect(rows).to_have_count(5)
    levels = "rows => rows.map(row => row.getAttribute('aria-level')).join('')"
    wait_until(lambda: rows.evaluate_all(levels) == "11222", "the attempts are not within their cell")
    picture(lab.page, "table-attempts")
    rows.first.get_by_role("checkbox", name="Select alone").click()
    rows.nth(3).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(lab.page.get_by_role("toolbar", name="Selected experiments")).to_contain_text("3 selected")
    rows.first.click()
    expect(
        lab.page.get_by_role("complementary", name="Info panel").get_by_role("heading", name="alone")
    ).to_be_visible()
    rows.first.click(button="right")
    expect(lab.page.get_by_role("menu", name="Actions for alone")).to_be_visible()
    assert lab.errors == []


def test_what_can_be_done_with_a_group_is_at_hand(page: Page, server: LabServer) -> None:
    tree = shown(page, server, "&group_by=project&query=run&height=700", role="treegrid")
    group = tree.locator("tr[aria-level='1']").filter(has_text="team/p0")
    group.click(button="right")
    menu = page.get_by_role("menu", name="Actions for team/p0")
    expect(menu.get_by_role("menuitem", name="Open group")).to_be_focused()
    picture(page, "table-group-menu")
    menu.get_by_role("menuitem", name="Open group").click()
    expect(group).to_have_attribute("aria-expanded", "true")
    group.click(button="right")
    menu.get_by_role("menuitem", name="Select its 10 experiments").click()
    expect(page.get_by_role("toolbar", name="Selected experiments")).to_contain_text("10 selected")
    tree.press("Shift+F10")  # by keyboard, where the cursor is
    menu.get_by_role("menuitem", name="Copy its query").click()
    expect(page.get_by_text("Query copied")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert len(track.open_store(server.store).experiments(copied)) == 10
    tree.press("Shift+F10")
    menu.get_by_role("menuitem", name="Show only this group").click()
    expect(page.get_by_text("10 experiments", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Search experiments")).to_have_value(copied)
    page.get_by_role("button", name="Group by").click()
    page.get_by_role("radio", name="Status").click()
    tree.locator("tr[aria-level='1']").first.click(button="right")
    page.get_by_role("menuitem", name="Compare its experiments").click()
    expect(page.get_by_role("article", name=re.compile("experiments$"))).to_be_visible()


def test_what_nobody_has_makes_no_groups(page: Page, server: LabServer) -> None:
    page.goto(server.page_url('trackkit/widgets/?type=table&group_by=hyperparameters["nope"]'))
    expect(page.get_by_role("alert").filter(has_text="there is nothing to group by")).to_be_visible()
    page.get_by_role("button", name="Show without groups").click()
    expect(page.get_by_role("grid", name="Experiments").get_by_text("run 29")).to_be_visible()


def test_models_are_found_opened_and_compared(page: Page, server: LabServer) -> None:
    store = track.open_store(server.store)
    for number in range(4):
        model = track.register_model(
            None,
            "net" if number < 3 else "forest",
            framework="pytorch" if number < 3 else "sklearn",
            labels={"cat": 0, "dog": number},
            config={"layers": number, "dropout": 0.1},
            tags=["small"] if number == 1 else [],
            store=server.store,
        )
    model.publish()
    grid = shown(page, server, "&objectType=model&order_by=-version", name="Models")
    wait_until(lambda: names(grid)[:1] == ["net"], "the highest version is not the first")
    page.get_by_role("button", name="Filter by framework").click()
    page.get_by_role("dialog", name="Filter by framework").get_by_role("checkbox", name="pytorch").check()
    page.keyboard.press("Escape")
    expect(page.get_by_text("3 models", exact=True)).to_be_visible()
    box = page.get_by_role("combobox", name="Search models")
    box.fill('"small" in tags')
    expect(page.get_by_text("1 model", exact=True)).to_be_visible()
    box.fill("")
    expect(page.get_by_text("3 models", exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_role("button", name="Filter by status").click()
    page.get_by_role("dialog", name="Filter by status").get_by_role("checkbox", name="Published").check()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 model", exact=True)).to_be_visible()
    expect(grid.locator("tbody tr td:nth-child(2)")).to_have_text(["forest"])
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("4 models", exact=True)).to_be_visible()

    # What can be done with one is at hand, in words that hold for models.
    forest = grid.get_by_role("row", name=re.compile("forest"))
    forest.click(button="right")
    menu = page.get_by_role("menu", name="Actions for forest")
    expect(menu.get_by_role("menuitem", name="Run")).to_have_count(0)
    expect(menu.get_by_role("menuitem", name="Publish")).to_have_attribute("title", "It is published already.")
    expect(menu.get_by_role("menuitem", name="Delete")).to_have_attribute("title", re.compile("archived model"))
    picture(page, "models-row-menu")
    menu.get_by_role("menuitem", name="Add tag").click()
    window = page.get_by_role("dialog", name="Add tag")
    window.get_by_role("textbox", name="Tag").fill("tall")
    window.get_by_role("button", name="Save").click()
    expect(forest).to_contain_text("tall")
    grid.get_by_role("row", name=re.compile("net.*2")).click(button="right")
    page.get_by_role("menuitem", name="Publish").click()
    expect(page.get_by_role("dialog", name="Publish")).to_contain_text("only its metadata can be edited")
    page.get_by_role("dialog", name="Publish").get_by_role("button", name="Cancel").click()

    # It is live: an alias moves, another model comes.
    store.model("net@2").add_alias("champion")
    expect(grid.get_by_role("row", name=re.compile("net.*2")).get_by_text("@champion")).to_be_visible()
    store.model("net@3").add_alias("champion")
    expect(grid.get_by_role("row", name=re.compile("net.*3")).get_by_text("@champion")).to_be_visible()
    expect(grid.get_by_text("@champion")).to_have_count(1)
    picture(page, "models-table")

    # A double click opens it in full, on its General tab.
    grid.get_by_role("row").nth(1).dblclick()
    panel = page.get_by_role("complementary", name="Info panel")
    expect(panel.get_by_role("tab", name="General")).to_have_attribute("aria-selected", "true")
    expect(grid).to_be_hidden()
    panel.get_by_role("button", name="View in models table").click()
    panel.get_by_role("button", name="Close", exact=True).click()

    # Two side by side: configuration as a diff, labels that differ.
    grid.get_by_role("checkbox", name="Select net").nth(0).click()
    grid.get_by_role("checkbox", name="Select net").nth(1).click()
    page.get_by_role("button", name="Compare").click()
    comparison = page.get_by_role("article", name="2 models")
    expect(comparison.get_by_role("region", name="net v3").locator("[data-differs]")).to_have_text('  "layers": 2,\n')
    expect(comparison.get_by_role("region", name="net v2").locator("[data-differs]")).to_have_text('  "layers": 1,\n')
    picture(page, "models-diff")
    comparison.get_by_role("tab", name="Labels").click()
    labels = comparison.get_by_role("table", name="Labels")
    expect(labels.get_by_role("row")).to_have_count(2)
    expect(labels.get_by_role("row").last).to_contain_text("dog")
    comparison.get_by_role("checkbox", name="Show identical (1)").check()
    expect(labels.get_by_role("row").last).to_contain_text("cat")
    page.get_by_role("button", name="Back to the table").click()
    expect(grid).to_be_visible()


def test_the_actions_of_a_row_are_at_hand(page: Page, server: LabServer) -> None:
    grid = shown(page, server, "&query=run&order_by=name&height=700")
    row = grid.get_by_role("row", name=re.compile("run 03"))
    grid.get_by_role("row", name=re.compile("run 01")).get_by_text("run 01").click()
    panel = page.get_by_role("complementary", name="Info panel")
    expect(panel.get_by_role("article", name="run 01")).to_be_visible()

    # By hand, while the info panel is open: the row under the hand is meant.
    row.get_by_text("run 03").click(button="right")
    menu = page.get_by_role("menu", name="Actions for run 03")
    expect(menu.get_by_role("menuitem", name="Rename")).to_be_visible()
    expect(menu.get_by_role("menuitem", name="Delete")).to_have_attribute("aria-disabled", "true")
    picture(page, "table-row-menu")
    menu.get_by_role("menuitem", name="Rename").click()
    window = page.get_by_role("dialog", name="Rename")
    window.get_by_role("textbox", name="Name").fill("run 03 again")
    window.get_by_role("button", name="Save").click()
    expect(grid.get_by_role("row", name=re.compile("run 03 again"))).to_be_visible()
    expect(panel.get_by_role("article", name="run 03 again")).to_be_visible()

    # By keyboard; Escape leads back to the table.
    grid.press("ArrowDown")
    grid.press("Shift+F10")
    menu = page.get_by_role("menu", name="Actions for run 04")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(grid).to_be_focused()
    grid.press("Shift+F10")
    menu.get_by_role("menuitem", name="View in full screen").click()
    expect(panel.get_by_role("article", name="run 04")).to_be_visible()
    expect(grid).to_be_hidden()


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press a key until what has the keyboard is called so."""
    called = "document.activeElement.getAttribute('aria-label')"
    for _ in range(40):
        page.keyboard.press(key)
        if page.evaluate(called) == name:
            return
    raise AssertionError(f"{name} is not reached: {page.evaluate(called)}")


def test_all_of_it_by_keyboard_alone(page: Page, server: LabServer) -> None:
    grid = shown(page, server, "&query=run&order_by=name&height=700")
    press = page.keyboard.press

    # What is walked past is not chosen; what is chosen closes the window, and the keyboard is where it was.
    tab_to(page, "Filter by date")
    press("Enter")
    expect(page.get_by_role("radio", name="Any time")).to_be_focused()
    for _ in range(3):
        press("ArrowDown")
    expect(page.get_by_role("radio", name="Last 7 days")).to_be_focused()
    expect(page.get_by_role("radio", name="Any time")).to_be_checked()
    picture(page, "table-dates")
    press("Enter")
    expect(page.get_by_role("button", name="Filter by date")).to_have_text("Last 7 days")
    expect(page.get_by_role("button", name="Filter by date")).to_be_focused()
    tab_to(page, "Group by")
    press("Enter")
    expect(page.get_by_role("textbox", name="Find a field")).to_be_focused()
    page.keyboard.type("stat")
    press("Enter")
    expect(page.get_by_role("treegrid", name="Experiments").locator("[aria-level='1']")).to_have_count(1)
    press("Enter")
    expect(page.get_by_role("textbox", name="Find a field")).to_be_focused()
    press("ArrowDown")
    press("Enter")
    expect(grid.locator("tbody tr").first).to_contain_text("run 00")

    # In the table: rows are ticked, what is chosen is reached and left; full screen and back.
    tab_to(page, "Experiments")
    expect(grid).to_be_focused()
    press("ArrowDown")
    press("Space")
    press("Shift+ArrowDown")
    expect(page.get_by_role("toolbar", name="Selected experiments")).to_contain_text("2 selected")
    tab_to(page, "Clear selection", "Shift+Tab")
    press("Enter")
    expect(grid).to_be_focused()
    press("Enter")
    panel = page.get_by_role("complementary", name="Info panel")
    expect(panel.get_by_role("article", name="run 01")).to_be_visible()
    expect(grid).to_be_hidden()
    press("Escape")
    expect(grid).to_be_focused()
    press("ArrowDown")
    expect(panel.get_by_role("article", name="run 02")).to_be_visible()
    tab_to(page, "Select all")
    press("Tab")  # to the heads, which are one stop
    press("ArrowRight")
    expect(grid.get_by_role("columnheader", name="Status").get_by_role("button").first).to_be_focused()
    press("Enter")
    expect(grid.get_by_role("columnheader", name="Status")).to_have_attribute("aria-sort", "ascending")
    press("Tab")
    within = "panel => panel.contains(document.activeElement)"
    wait_until(lambda: panel.evaluate(within), "the keyboard does not reach the panel")
    press("Escape")
    expect(panel).to_have_count(0)
    expect(grid).to_be_focused()
