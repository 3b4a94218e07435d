"""A Lab in which nothing of ours is opened: it costs what is loaded at its start, and nothing more."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

import trackkit_jupyter as track
from trackkit_jupyter.store.notebooks import said_of

from .lab import Lab, wait_until

# Takes longer than anybody waits after a cell before looking at it.
WORK = "import time\ntime.sleep(1)"


@pytest.mark.own_page
def test_a_notebook_that_has_nothing_of_ours_costs_no_request(lab: Lab) -> None:
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    frame = '<iframe src="https://example.org/?a=1"></iframe>'
    lab.server.write("ordinary.ipynb", "soundtrack = 1\nsoundtrack", WORK, "", markdown=(f"# Title\n\n{frame}",))
    lab.open("ordinary.ipynb")
    lab.run_all()
    lab.wait_for_cell(1)
    lab.command("docmanager:save")
    ours = [path for path in asked if "trackkit" in path]
    assert [path for path in ours if path.startswith("/trackkit/")] == []
    scripts = [path for path in ours if path.endswith(".js")]
    assert 1 <= len(scripts) <= 3, scripts  # the entry, its code, its styles

    # What a cell does with us is seen when it has run.
    code = "window.jupyterapp.shell.currentWidget.content.widgets[2].model.sharedModel"
    lab.page.evaluate(f"() => {code}.setSource('import trackkit_jupyter as track')")
    lab.run_all()
    wait_until(lambda: "/trackkit/notebook" in asked, "the report was not asked for", page=lab.page)
    wait_until(lambda: "/trackkit/api/about" in asked, "the attempts were not asked for", page=lab.page)
    assert lab.errors == []


@pytest.mark.own_page
def test_any_notebook_is_made_a_report_by_its_button(lab: Lab) -> None:
    with track.start("there is a store", store=lab.server.store, capture=False):
        pass
    file = lab.server.write("plain.ipynb", markdown=("# Plain",))
    lab.open("plain.ipynb", kernel=False)
    lab.page.get_by_role("button", name="Report", exact=True).click()
    dialog = lab.page.get_by_role("dialog", name="Make this notebook a report")
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("plain")
    dialog.get_by_label("Project").fill("idle")
    dialog.get_by_role("button", name="Make it a report").click()
    expect(lab.page.get_by_role("button", name="Publish", exact=True)).to_be_visible()
    expect(lab.page.get_by_role("button", name="Report", exact=True)).to_have_count(0)
    (report,) = track.open_store(lab.server.store).reports(project="idle")
    assert report.path == file
    # The file says itself what it is: whoever opens it next knows without asking anybody else.
    wait_until(lambda: said_of(file).get("id") == report.id, "the notebook does not say that it is a report")
    assert lab.errors == []
