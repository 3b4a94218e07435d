"""Reports in the Lab: a page of all, a new one, and one that is published and changed from nowhere any more."""

from __future__ import annotations

import json
import re
import urllib.error

import pytest
from playwright.sync_api import Locator, Page, expect

import trackkit_jupyter as track

from .lab import Lab, LabServer, wait_until
from .shelf import bring, painted, picture, use

#: Whether no cell of the notebook can be written.
LOCKED = "() => window.jupyterapp.shell.currentWidget.content.widgets.every(cell => cell.readOnly)"


@pytest.fixture
def run(server: LabServer) -> track.Experiment:
    with track.start("shown in a report", project="vision", store=server.store, capture=False) as exp:
        for i in range(20):
            exp.log({"loss/val": 1 / (i + 1)}, i)
    return exp


@pytest.fixture
def reports(server: LabServer, run: track.Experiment) -> None:
    """Three reports: one in a nested project, one in another, one archived."""
    store = track.open_store(server.store)
    for report in store.reports(archived=None):
        report.archive()
        report.delete()
    for path in server.root.glob("*.ipynb"):
        path.chmod(0o644)
        path.unlink()

    def make(name: str, project: str, description: str = "") -> track.report.Report:
        path = server.root / f"{name.lower().replace(' ', '-')}.ipynb"
        return track.report.create(name, project, description, path=path, store=store)

    make("Finding", "vision/digits", "Two rates compared.").add("It **works** well.", run)
    make("Lights off", "speech", "At night.").add("Dark.").add_tags("night")
    make("Old one", "speech").add("Old.").archive()


def page_of_reports(lab: Lab) -> Locator:
    lab.page.goto(f"{lab.server.url}/lab?token={lab.server._token}&reset")
    lab.page.wait_for_function("() => window.jupyterapp?.commands.hasCommand('trackkit:reports')", timeout=60_000)
    lab.page.evaluate("() => window.jupyterapp.restored.then(() => null)")
    lab.command("trackkit:reports")
    page = lab.page.locator('.trackkit[data-kind="reports"]')
    expect(page.get_by_role("button", name="New report")).to_be_visible()
    return page


def choose(page: Locator, report: str, action: str) -> None:
    page.get_by_role("button", name=f"Actions of {report}", exact=True).click()
    page.get_by_role("menuitem", name=action, exact=True).click()


def card(page: Locator, name: str) -> Locator:
    return page.locator(".tk-report").filter(has=page.page.get_by_role("link", name=name, exact=True))


@pytest.mark.usefixtures("reports")
def test_reports_are_found_and_everything_is_done_from_their_cards(lab: Lab, server: LabServer) -> None:
    page = page_of_reports(lab)
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    store = track.open_store(server.store)
    projects = page.get_by_role("list", name="Projects")
    expect(projects.get_by_role("button")).to_have_text(
        [re.compile("speech.*1 report"), re.compile("vision.*1 report")]
    )
    picture(lab.page, "reports-projects")
    projects.get_by_role("button", name=re.compile("^vision")).click()
    projects.get_by_role("button", name=re.compile("digits")).click()
    expect(card(page, "Finding")).to_contain_text("Two rates compared.")
    page.get_by_role("button", name="All projects").click()
    page.get_by_role("button", name="List view").click()
    finding = card(page, "Finding")
    for text in ("vision/digits", "Draft", "Two rates compared."):
        expect(finding).to_contain_text(text)
    expect(finding.get_by_role("time")).to_have_text(re.compile("^just now$| ago$"))
    expect(card(page, "Lights off").get_by_role("list", name="Tags")).to_have_text("night")
    picture(lab.page, "reports-list")
    # Found by what they say, and by their tags.
    page.get_by_role("textbox", name="Search").fill("works well")
    expect(page.locator(".tk-report")).to_have_count(1)
    page.get_by_role("textbox", name="Search").fill("nowhere")
    expect(page).to_contain_text("No report is like that")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".tk-report")).to_have_count(2)
    # Every action.
    choose(page, "Finding", "Rename")
    lab.page.get_by_role("textbox", name="Name").fill("Better finding")
    lab.page.get_by_role("button", name="Save").click()
    expect(card(page, "Better finding")).to_be_visible()
    choose(page, "Better finding", "Move to")
    lab.page.get_by_role("textbox", name="Project").fill("made/just now")
    lab.page.get_by_role("button", name="Move", exact=True).click()
    expect(card(page, "Better finding")).to_contain_text("made/just now")
    choose(page, "Better finding", "Add tag")
    lab.page.get_by_role("textbox", name="New tag").fill("done")
    lab.page.keyboard.press("Enter")
    expect(card(page, "Better finding").get_by_role("list", name="Tags")).to_have_text("done")
    choose(page, "Better finding", "Describe")
    lab.page.get_by_role("textbox", name="Description").fill("Said better.")
    lab.page.get_by_role("button", name="Save").click()
    expect(card(page, "Better finding")).to_contain_text("Said better.")
    choose(page, "Better finding", "Edit a copy")
    expect(page).to_contain_text("Copied as “Better finding (copy)”")
    expect(card(page, "Better finding (copy)")).to_contain_text("Draft")
    choose(page, "Better finding", "Publish")
    dialog = lab.page.get_by_role("dialog", name="Publish")
    expect(dialog).to_contain_text("is locked for good as it was saved last")
    dialog.get_by_role("button", name="Publish").click()
    expect(card(page, "Better finding")).to_contain_text("Published")
    choose(page, "Better finding", "Share")
    expect(page).to_contain_text("URL copied")
    assert lab.page.evaluate("navigator.clipboard.readText()") == f"{server.url}/lab/tree/finding.ipynb"
    choose(page, "Better finding", "Copy Markdown")
    expect(page).to_contain_text("Markdown copied")
    assert "It **works** well." in lab.page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Actions of Better finding", exact=True).click()
    for name in ("Delete", "Publish"):
        expect(page.get_by_role("menuitem", name=name)).to_have_attribute("aria-disabled", "true")
    picture(lab.page, "reports-menu")
    lab.page.keyboard.press("Escape")
    card(page, "Better finding").click(button="right")
    page.get_by_role("menuitem", name="Archive", exact=True).click()
    expect(card(page, "Better finding")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card(page, "Better finding")).to_be_visible()
    choose(page, "Better finding", "Archive")
    expect(card(page, "Better finding")).to_have_count(0)
    page.get_by_role("button", name="Archive", exact=True).click()
    choose(page, "Old one", "Unarchive")
    expect(card(page, "Old one")).to_have_count(0)
    choose(page, "Better finding", "Delete")
    dialog = lab.page.get_by_role("dialog", name="Delete")
    expect(dialog).to_contain_text("Its notebook stays as a file")
    dialog.get_by_role("button", name="Delete").click()
    expect(card(page, "Better finding")).to_have_count(0)
    assert sorted(each.name for each in store.reports()) == ["Better finding (copy)", "Lights off", "Old one"]
    assert store.reports(archived=True).total == 0
    page.get_by_role("button", name="Archive", exact=True).click()
    # A new one opens as a notebook.
    page.get_by_role("button", name="New report").click()
    dialog = lab.page.get_by_role("dialog", name="New report")
    dialog.get_by_role("textbox", name="Name").fill("Fresh")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Project").fill("new/one")
    dialog.get_by_role("textbox", name="Description").fill("Written now.")
    picture(lab.page, "reports-new")
    dialog.get_by_role("button", name="Create").click()
    expect(lab.page.locator(".jp-Notebook h1")).to_contain_text("Fresh")
    (made,) = store.reports(search="fresh")
    assert (made.project, made.description) == ("new/one", "Written now.")
    assert json.loads(made.path.read_text())["metadata"]["trackkit"]["report"]["id"] == made.id
    assert lab.errors == []


@pytest.mark.usefixtures("reports")
def test_what_is_published_is_changed_from_nowhere(lab: Lab, server: LabServer, run: track.Experiment) -> None:
    store = track.open_store(server.store)
    (report,) = store.reports(search="finding")
    report.add(track.embed(run, metrics="loss").code)
    for value in (0.1, 0.11, 0.8, 0.82):
        with track.start("slow" if value > 0.5 else "fast", project="vision", store=server.store, capture=False) as exp:
            exp.log({"claimed/val": value}, 0)
    assert report.claim("Fast is better", "claimed/val", 'name == "fast"', 'name == "slow"', better="lower").holds
    page: Page = lab.page
    other = Lab(server, page.context.new_page())
    other.open("finding.ipynb", kernel=False)
    lab.open("finding.ipynb", kernel=False)
    first = "window.jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel"
    other.page.evaluate(f"() => {first}.setSource('# Not saved')")
    checkpoint = server.request("api/contents/finding.ipynb/checkpoints", "POST")
    publish = page.get_by_role("button", name="Publish", exact=True)
    publish.click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("locked for good")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Publish").click()
    banner = page.locator(".tk-report-banner")
    expect(banner).to_contain_text("this report is locked, and its data is kept with it")
    assert report.status == "published"
    told = other.page.locator(".tk-report-banner")
    expect(told).to_contain_text("What was not saved in this tab is not part of it.")
    told.get_by_role("button", name="Show what was published").click()
    expect(told.get_by_role("button", name="Edit a copy")).to_be_focused()
    expect(told).not_to_contain_text("not saved")
    wait_until(lambda: other.page.evaluate(f"() => {first}.source") == "# Finding", "it is not what was published")
    wait_until(lambda: other.page.evaluate(LOCKED), "its cells can be written")
    assert other.errors == []
    other.page.close()
    before = report.path.read_bytes()
    # By hand: cells can be neither edited, nor removed, nor added; and nothing is saved.
    cells = page.locator(".jp-Notebook .jp-Cell")
    count = cells.count()
    for command in ("notebook:delete-cell", "notebook:insert-cell-below", "notebook:move-cell-down"):
        lab.command(command)
    expect(cells).to_have_count(count)
    editor = cells.locator(".jp-InputArea-editor:visible .cm-content").last
    written = editor.inner_text()
    editor.click()
    page.keyboard.type("x")
    painted(page)
    assert editor.inner_text() == written
    assert page.evaluate(LOCKED)
    lab.command("docmanager:save", wait=False)
    page.locator(".jp-Dialog").get_by_role("button", name=re.compile("Cancel|Ok|Dismiss", re.IGNORECASE)).first.click()
    # By the server, on every way.
    file = "api/contents/finding.ipynb"
    for method, path, body, code in (
        ("PUT", file, {"type": "file", "format": "text", "content": "{}"}, 423),
        ("PATCH", file, {"path": "renamed.ipynb"}, 423),
        ("DELETE", file, None, 423),
        ("POST", f"{file}/checkpoints/{checkpoint['id']}", None, 423),
        ("POST", "trackkit/api/publish", {"store": store.id, "id": report.id}, 409),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            server.request(path, method, body)
        assert refused.value.code == code, (method, path)
    with pytest.raises(track.LockedError):
        report.add("More.")
    assert report.path.read_bytes() == before
    # Without kernel and without the experiment its views show what they showed.
    for each in store.experiments(f'id == "{run.id}" or name in ("fast", "slow")'):
        each.archive()
        each.delete()
    lab.open("finding.ipynb", kernel=False)
    expect(page.get_by_role("article", name="shown in a report")).to_be_visible()
    expect(page.locator(".jp-OutputArea canvas").first).to_be_visible()
    bring(page.locator(".jp-CodeCell").last)
    claim = page.get_by_role("region", name="Claim: Fast is better")
    expect(claim.get_by_role("status")).to_have_text("It holds")
    expect(claim.get_by_role("table", name="Groups").get_by_role("row")).to_have_count(3)
    snippet = page.locator(".jp-MarkdownCell .trackkit-embed-frame")
    bring(snippet)
    expect(snippet.locator("canvas").first).to_be_visible()
    picture(page, "reports-published")
    # A change behind our back is said in the banner.
    report.path.chmod(0o644)
    report.path.write_bytes(before.replace(b"works", b"fails"))
    expect(page.locator(".tk-report-banner strong")).to_contain_text("this is not what was published")
    report.path.write_bytes(before)
    # A copy goes on.
    page.locator(".tk-report-banner").get_by_role("button", name="Edit a copy").click()
    wait_until(
        lambda: "copy" in page.evaluate("() => window.jupyterapp.shell.currentWidget?.context?.path ?? ''"),
        "no copy",
    )
    expect(page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .tk-report-banner")).to_have_count(0)
    # Where its record is damaged it stays locked, and that is said.
    for kept in report.folder.glob("report.json*"):
        kept.write_bytes(b"{")
    lab.open("finding.ipynb", kernel=False)
    expect(banner).to_contain_text("its record in the store is damaged: its notebook stays locked")
    expect(banner.get_by_role("button")).to_have_count(0)
    wait_until(lambda: page.evaluate(LOCKED), "its cells can be written")
    picture(page, "reports-damaged")
    assert lab.errors == []


@pytest.mark.usefixtures("reports")
def test_a_cell_makes_a_report_which_is_written_and_exported(
    lab: Lab, server: LabServer, run: track.Experiment
) -> None:
    page = lab.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    here = 'import trackkit_jupyter as track\ntrack.report.here("Written", project="speech")'
    server.write("written.ipynb", here, markdown=(f"# Written\n\n{track.embed(run, metrics='loss').code}",))
    lab.open("written.ipynb")
    expect(page.get_by_role("button", name="Report", exact=True)).to_be_visible()
    lab.run_all()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_visible()
    card = page.locator(".trackkit-embed-frame .tk-chart").first
    expect(card.locator("canvas").first).to_be_visible()
    use(card, "Copy embed code")
    page.get_by_role("menuitem", name="Into the open report").click()
    expect(page.locator(".jp-CodeCell").last.locator(".jp-OutputArea canvas").first).to_be_visible()

    def choose_from_menu(name: str) -> None:
        page.get_by_role("menuitem", name="File", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Export Report As").click()
        page.locator(".lm-Menu-item", has_text=name).click()

    with page.expect_download(timeout=60_000) as download:
        choose_from_menu("Export report as PDF")
    assert download.value.suggested_filename == "written.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")
    with page.expect_download(timeout=60_000) as download:
        choose_from_menu("Export report as Markdown")
    assert download.value.suggested_filename == "written.zip"
    choose_from_menu("Copy report as Markdown")
    read = "navigator.clipboard.readText()"
    wait_until(lambda: page.evaluate(read).startswith("# Written"), "no Markdown on the clipboard")
    assert page.evaluate(read).count("<iframe") == 2
    # It says itself what it is: whoever is given the file knows.
    (report,) = track.open_store(server.store).reports(search="written")
    assert json.loads(report.path.read_text())["metadata"]["trackkit"]["report"]["id"] == report.id
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.locator(".jp-CodeCell", has_text="track.report.claim(")).to_have_count(1)
    assert lab.errors == []


def test_a_new_report_is_made_from_the_launcher_and_by_its_command(lab: Lab, server: LabServer) -> None:
    page = lab.page
    page.goto(f"{lab.server.url}/lab?token={lab.server._token}&reset")
    for name, begin in (
        ("From the launcher", lambda: page.locator(".jp-LauncherCard", has_text="New report").click(timeout=60_000)),
        ("By its command", lambda: lab.command("trackkit:new-report", wait=False)),
    ):
        begin()
        dialog = page.get_by_role("dialog", name="New report")
        dialog.get_by_role("textbox", name="Name").fill(name)
        dialog.get_by_label("Project").fill("launched")
        dialog.get_by_role("button", name="Create").click()
        expect(page.locator(".jp-Notebook h1", has_text=name)).to_be_visible()
    made = track.open_store(server.store).reports(project="launched")
    assert sorted(report.name for report in made) == ["By its command", "From the launcher"]
    assert all(report.path.is_file() for report in made)
    assert lab.errors == []


@pytest.mark.usefixtures("reports")
def test_of_many_reports_in_one_column_those_in_sight_are_shown(lab: Lab, server: LabServer) -> None:
    store = track.open_store(server.store)
    for number in range(110):
        path = server.root / f"many-{number}.ipynb"
        track.report.create(f"Many {number:03}", "many", "Said. " * 60, path=path, store=store).add_tags("night")
    page = page_of_reports(lab)
    lab.page.set_viewport_size({"width": 420, "height": 900})
    lab.command("application:toggle-left-area")
    page.get_by_role("combobox", name="Sort").select_option("name")
    page.get_by_role("button", name="List view").click()
    first = card(page, "Finding")
    expect(first).to_be_visible()
    picture(lab.page, "reports-narrow")
    page.locator(".tk-reports-body").evaluate("body => body.scrollTo({top: body.scrollHeight})")
    expect(card(page, "Many 109")).to_be_visible()
    expect(first).to_have_count(0)
    assert lab.errors == []
