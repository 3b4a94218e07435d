"""Notebook 7: the same views as in JupyterLab, live while the cell is busy, and there again without a kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Browser, expect

import trackkit_jupyter as track

from .lab import Lab, LabServer, wait_until
from .shelf import bring, picture
from .test_home import drop
from .test_quickstart import QUICKSTART, RATES
from .test_story import (
    TABS,
    drawn,
    experiment,
    luminance,
    repaint,
    saved_bundle,
    settled,
    settled_count,
    start_busy_cell,
    with_unknown_kernel,
)

# Notebook 7.6 throws this at its start, with and without us.
ITS_OWN = "Cannot read properties of undefined (reading 'schema')"


class Notebook7Server(LabServer):
    """A Notebook 7 process."""

    command = "notebook"
    app = "JupyterNotebookApp"

    def open_url(self, name: str) -> str:
        """The address of a notebook."""
        return self.page_url(f"notebooks/{name}")


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook7Server]:
    """A running Notebook 7 with our extension, on folders of its own."""
    with Notebook7Server(tmp_path_factory.mktemp("notebook7")) as running:
        yield running


@pytest.fixture
def notebook(classic: Notebook7Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A page on that Notebook 7; a screenshot is kept when the test ends."""
    for name in ("stop", "more"):
        (classic.root / name).unlink(missing_ok=True)
    context = browser.new_context(viewport={"width": 1280, "height": 1100})
    opened = Lab(classic, context.new_page())
    yield opened
    name = re.sub(r"\W+", "-", request.node.name)
    picture(opened.page, f"notebook7-{name}")
    context.close()
    classic.stop_kernels()


def test_points_arrive_and_controls_repaint_while_the_cell_is_busy(notebook: Lab) -> None:
    output = start_busy_cell(notebook, "busy.ipynb")
    expect(output.get_by_role("tab")).to_have_text(TABS)
    first = drawn(output)
    (notebook.server.root / "more").touch()
    wait_until(lambda: drawn(output) != first, "the curve did not move")
    assert notebook.is_busy(1)
    (notebook.server.root / "more").unlink()

    settled(output, settled_count(notebook))
    smoothing = output.get_by_role("spinbutton", name="Smoothing")
    output.get_by_role("button", name="Settings").click()
    repaint(output, lambda: smoothing.fill("0.9"))
    output.get_by_role("tab", name="Console").click()
    expect(output.get_by_role("log", name="Console")).to_contain_text("iteration")
    output.get_by_role("tab", name="Info").click()
    expect(output.get_by_text("Running", exact=True).first).to_be_visible()
    output.get_by_role("tab", name="Scalars").click()
    assert notebook.is_busy(1)

    (notebook.server.root / "stop").touch()
    notebook.wait_for_cell(1)
    expect(output.get_by_text("Completed", exact=True).first).to_be_visible()
    assert set(notebook.errors) <= {ITS_OWN}


def test_typing_in_a_view_is_not_typing_in_the_notebook(notebook: Lab) -> None:
    output = start_busy_cell(notebook, "typing.ipynb")
    (notebook.server.root / "stop").touch()
    notebook.wait_for_cell(1)
    cells = notebook.page.locator(".jp-Cell").count()
    output.get_by_role("button", name="Settings").click()
    search = output.get_by_placeholder("Filter by name")
    search.click()
    search.press_sequentially("abdd")  # in command mode: cells above and below, and one deleted
    expect(search).to_have_value("abdd")
    assert notebook.page.locator(".jp-Cell").count() == cells


def test_the_view_is_there_and_live_when_reopened_untrusted_without_kernel(notebook: Lab) -> None:
    start_busy_cell(notebook, "kept.ipynb")
    (notebook.server.root / "stop").touch()
    notebook.wait_for_cell(1)
    notebook.command("docmanager:save")
    assert "image/png" in saved_bundle(notebook.server.root / "kept.ipynb")
    notebook.page.goto("about:blank")
    notebook.server.stop_kernels()
    with_unknown_kernel(notebook.server.root / "kept.ipynb")
    notebook.server.forget_trust()

    notebook.open("kept.ipynb", kernel=False)
    no_kernel = notebook.page.get_by_role("dialog").get_by_role("button", name="No Kernel")
    no_kernel.wait_for()
    no_kernel.click()
    output = notebook.output(1)
    expect(output.locator("canvas").first).to_be_visible()
    assert notebook.page.evaluate("!window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel")
    experiment(notebook).rename("renamed elsewhere")
    expect(output.get_by_text("renamed elsewhere")).to_be_visible()
    assert set(notebook.errors) <= {ITS_OWN}


def test_a_snippet_that_is_pasted_is_live_trusted_or_not(notebook: Lab) -> None:
    with track.start("pasted", store=notebook.server.store, capture=False) as run:
        run.log({"loss/val": 0.5}, iteration=0)
        run.log({"loss/val": 0.25}, iteration=1)
    notebook.server.write("snippets.ipynb", markdown=("Paste here",))
    notebook.open("snippets.ipynb", kernel=False)
    cell = notebook.page.locator(".jp-MarkdownCell")
    cell.dblclick()
    cell.locator(".cm-content").focus()
    other = '<iframe src="https://example.org/"></iframe>'
    notebook.page.keyboard.insert_text(f"\n\n{track.embed(run, metrics='loss').code}\n\n{other}\n\nAfter")
    notebook.command("notebook:run-cell", wait=False)

    def live() -> None:
        expect(cell.locator(".trackkit-embed-frame canvas").first).to_be_visible()
        expect(cell.locator(".jp-RenderedMarkdown", has_text="After").last).to_be_visible()
        assert cell.locator("iframe").count() == 0

    live()
    notebook.command("docmanager:save")
    # What was changed behind its back is trusted by nobody.
    path = notebook.server.root / "snippets.ipynb"
    content = nbformat.read(path, as_version=4)
    shown = nbformat.v4.new_output("display_data", {"text/html": "<b>from elsewhere</b>"})
    content.cells.append(nbformat.v4.new_code_cell("show()", outputs=[shown]))
    nbformat.write(content, path)
    notebook.open("snippets.ipynb", kernel=False)
    expect(notebook.page.get_by_text("Not Trusted")).to_be_visible()
    live()
    assert set(notebook.errors) <= {ITS_OWN}


def test_dark_theme(notebook: Lab) -> None:
    output = start_busy_cell(notebook, "dark.ipynb")
    before = drawn(output)
    notebook.dark()
    wait_until(lambda: drawn(output) != before, "the charts kept the light theme's ink")
    root = output.locator(".trackkit").first
    paper, ink = (root.evaluate(f"e => getComputedStyle(e).{name}") for name in ("backgroundColor", "color"))
    assert luminance(paper) < 0.2 < 0.5 < luminance(ink)
    (notebook.server.root / "stop").touch()
    notebook.wait_for_cell(1)


def test_the_quickstart(notebook: Lab) -> None:
    # A quarter of its epochs: Lab runs it whole.
    text = QUICKSTART.read_text(encoding="utf-8")
    assert text.count("epochs=20") == 1
    (notebook.server.root / "quickstart.ipynb").write_text(text.replace("epochs=20", "epochs=5"), encoding="utf-8")
    notebook.open("quickstart.ipynb")
    notebook.run_all(wait=False)
    for cell in range(notebook.page.locator(".jp-CodeCell").count()):
        notebook.wait_for_cell(cell)
        errors = notebook.output(cell).locator("[data-mime-type='application/vnd.jupyter.error']")
        assert errors.count() == 0, errors.first.inner_text()
    watched = notebook.output(2)
    watched.get_by_role("tab", name="Plots").click()
    expect(watched.locator(".main-svg").first).to_be_visible()
    watched.get_by_role("tab", name="Debug samples").click()
    image = watched.get_by_role("tabpanel", name="Debug samples").get_by_role("img").first
    expect(image).to_be_visible()
    notebook.page.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=image.element_handle())
    chart = notebook.output(4).get_by_role("region", name="loss", exact=True)
    bring(chart)
    expect(chart.locator("canvas").first).to_be_visible()
    for name in RATES:
        expect(chart.get_by_text(name, exact=True).first).to_be_visible()
    assert set(notebook.errors) <= {ITS_OWN}


def test_the_table_as_a_widget_follows_its_traits_both_ways(notebook: Lab) -> None:
    make = (
        "import trackkit_jupyter as track\n"
        "for n in range(6):\n"
        "    track.start(f'table {n}', config={'lr': n % 2}, tags=['odd'] * (n % 2), capture=False).finish()\n"
        "table = track.widgets.ExperimentsTable('table', order_by='name'); table"
    )
    notebook.server.write("table.ipynb", make)
    notebook.open("table.ipynb")
    notebook.run_all()
    output = notebook.output(0)
    names = output.get_by_role("grid", name="Experiments").locator("tbody td:nth-child(2)")
    expect(names).to_have_text([f"table {n}" for n in range(6)])

    # From Python to the page.
    notebook.python("table.query = '\"odd\" in tags'; table.order_by = '-name'")
    expect(names).to_have_text(["table 5", "table 3", "table 1"])
    expect(output.get_by_role("combobox", name="Search experiments")).to_have_value('"odd" in tags')
    notebook.python("table.columns = ['name', 'hyperparameters[\"lr\"]']")
    expect(output.get_by_role("columnheader")).to_have_text(["", "Name", "lr"])
    notebook.python("table.selected = [table._channel.store.experiments('name == \"table 3\"')[0].id]")
    expect(output.get_by_role("checkbox", name="Select table 3")).to_be_checked()
    notebook.python("table.group_by = 'tags'; table.query = 'table'")
    groups = output.get_by_role("treegrid", name="Experiments").locator("tr[aria-level='1']")
    expect(groups).to_have_text([re.compile("odd ?3"), re.compile("None ?3")])

    # And back; a query that cannot be read stays in the page.
    output.get_by_role("button", name="Group by").click()
    notebook.page.get_by_role("radio", name="No groups").click()
    expect(names).to_have_count(6)
    output.get_by_role("checkbox", name="Select table 4").click()
    output.get_by_role("combobox", name="Search experiments").fill("nme == 1")
    expect(output.get_by_text("There is no field nme")).to_be_visible()
    output.get_by_role("button", name="Archive").first.click()
    said = "print(table.group_by == '', len(table.selected), table.query, table.archived)"
    wait_until(lambda: notebook.python(said).strip() == "True 0 table True", "the traits do not follow")
    output.get_by_role("button", name="Archive").first.click()
    output.get_by_role("combobox", name="Search experiments").fill("table 4")
    output.get_by_role("checkbox", name="Select table 4").click()
    said = "print(table.query, [table._channel.store.experiment(id).name for id in table.selected])"
    wait_until(lambda: notebook.python(said).strip() == "table 4 ['table 4']", "the traits do not follow")

    # As a page of its own it stands below the notebook, and gives it cells.
    notebook.command("trackkit:experiments")
    below = notebook.page.locator("#trackkit-experiments").get_by_role("grid", name="Experiments")
    row = below.get_by_role("row", name=re.compile("table 5"))
    expect(row).to_be_visible()
    picture(notebook.page, "notebook7-table")
    cells = notebook.page.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    drop(notebook, row.get_by_text("table 5"), cells.first, 12)
    expect(cells).to_have_count(before + 1)
    expect(notebook.page.locator(".jp-Cell:has-text('# table 5')")).to_have_count(1)
    row.get_by_text("table 5").click()
    beside = notebook.page.locator("#trackkit-experiments").get_by_role("complementary", name="Info panel")
    expect(beside.get_by_role("article", name="table 5")).to_be_visible()
    assert set(notebook.errors) <= {ITS_OWN}


def test_a_comparison_is_brushed_as_a_widget(notebook: Lab) -> None:
    for number in range(4):
        config = {"rate": (0.1, 0.2)[number % 2], "seed": number}
        options = {"project": "brushed", "store": notebook.server.store, "capture": False}
        with track.start(f"run {number}", config=config, **options) as run:
            run.log({"loss/val": number % 2 + 0.01 * number}, iteration=0)
    show = (
        "import trackkit_jupyter as track\n"
        "runs = track.experiments('project == \"brushed\"', order_by='created')\n"
        "view = track.widgets.ComparisonView(runs, tab='parallel', height=420)\nview"
    )
    notebook.server.write("brushed.ipynb", show)
    notebook.open("brushed.ipynb")
    notebook.run_all()
    output = notebook.output(0)
    brush = output.get_by_role("slider", name="rate to")
    expect(brush).to_be_visible()
    brush.focus()
    for _ in range(3):
        brush.press("PageDown")
    expect(output.get_by_role("status").filter(has_text="2 of 4 brushed")).to_be_visible()
    wait_until(lambda: "rate" in notebook.python("print(view.brush)"), "the trait did not follow")
    notebook.python("view.tab = 'details'; view.base = runs[1].id; view.brush = []")
    table = output.get_by_role("table", name="Details")
    expect(table.get_by_role("columnheader").nth(1)).to_contain_text("Base")
    expect(table.get_by_role("row").filter(has_text="rate").locator(".tk-changed")).to_have_count(2)
    assert set(notebook.errors) <= {ITS_OWN}
