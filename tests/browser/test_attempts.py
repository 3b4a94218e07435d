"""The attempts of a cell in a real notebook: counted, compared, pinned, and their code put back."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from playwright.sync_api import Locator, expect

import trackkit_jupyter as track

from .lab import Lab, wait_until
from .shelf import picture

CELL = "index => window.jupyterapp.shell.currentWidget.content.widgets[index]"
SOURCE = f"index => ({CELL})(index).model.sharedModel.source"
SET = f"([index, code]) => ({CELL})(index).model.sharedModel.setSource(code)"
TRAIN = """import trackkit_jupyter as track
rate = {rate}
with track.start("moons", project="attempts", config={{"rate": rate}}, capture=["cells"]) as exp:
    for step in range(20):
        exp.log({{"loss/train": 1 / (1 + step), "accuracy/val": 1 - 0.9 ** (1 + step * rate)}}, iteration=step)
"""
RATES = (0.1, 0.5, 2.0, 1.0)


def attempts(lab: Lab) -> Locator:
    return lab.page.get_by_role("region", name="Attempts of this cell")


def holds(lab: Lab, code: str) -> None:
    """Wait until the first cell holds a code."""
    wait_until(lambda: lab.page.evaluate(SOURCE, 0) == code, f"the cell does not hold {code!r}")


def trained(lab: Lab, name: str) -> Locator:
    """Run a cell with several rates; return what stands beneath it."""
    lab.server.write(name, TRAIN.format(rate=RATES[0]), "1 + 1")
    lab.open(name)
    lab.run_all()
    expect(lab.output(1)).to_contain_text("2")
    expect(attempts(lab)).to_have_count(0)  # one is no choice
    for rate in RATES[1:]:
        lab.page.evaluate(SET, [0, TRAIN.format(rate=rate)])
        lab.run_all()
    strip = attempts(lab)
    expect(strip).to_contain_text(f"Attempt {len(RATES)}")
    return strip


def test_they_stand_beneath_the_cell_and_their_code_comes_back(lab: Lab) -> None:
    strip = trained(lab, "tries.ipynb")
    line = strip.get_by_role("button", name="Attempt 4")
    expect(line).to_have_attribute("aria-expanded", "false")
    expect(line).to_contain_text("best 0.9836 in attempt 3")
    line.focus()
    lab.page.keyboard.press("Enter")
    rows = strip.get_by_role("table", name="Attempts").get_by_role("row")
    expect(rows.get_by_role("rowheader")).to_have_text(["4", "3", "2", "1"])
    expect(rows.nth(2)).to_contain_text("rate 0.5 2.0")
    expect(rows.nth(4)).to_contain_text("first: rate 0.1")
    expect(rows.nth(2).get_by_role("img")).to_have_attribute("aria-label", re.compile("^Attempt 3: 0.1 to 0.98"))
    rows.nth(1).focus()
    lab.page.keyboard.press("ArrowDown")
    compared = strip.get_by_role("region", name="Attempt 3 compared")
    expect(compared).to_contain_text("accuracy/val 0.9836, before it 0.6")
    expect(compared.locator("[data-change=added]")).to_have_text("+rate = 2.0\n")
    rows.nth(3).hover()
    expect(strip.get_by_role("region", name="Attempt 2 compared")).to_be_visible()
    picture(lab.page, "attempts-light")

    strip.get_by_role("button", name="Pin attempt 3").click()
    expect(strip.get_by_role("button", name="Pin attempt 3")).to_have_attribute("aria-pressed", "true")
    (pinned,) = track.open_store(lab.server.store).experiments('"pinned" in tags and cell != none')
    assert pinned.hyperparameters["General"]["rate"]["value"] == "2.0"

    strip.get_by_role("button", name="Put back the code of attempt 3").click()
    expect(lab.page.get_by_text("The code of attempt 3 is in the cell")).to_be_visible()
    holds(lab, TRAIN.format(rate=2.0))
    lab.page.get_by_role("button", name="Undo", exact=True).click()
    holds(lab, TRAIN.format(rate=1.0))
    strip.get_by_role("button", name="Put back the code of attempt 1").click()
    expect(lab.page.get_by_text("The code of attempt 1 is in the cell")).to_be_visible()
    holds(lab, TRAIN.format(rate=0.1))
    lab.page.locator(".jp-Cell .cm-content").first.click()
    lab.page.keyboard.press("Control+z")
    holds(lab, TRAIN.format(rate=1.0))
    lab.dark()
    picture(lab.page, "attempts-dark")

    # A cell of another kind, and one that is gone, have no attempts; what was recorded stays.
    lab.command("notebook:change-cell-to-markdown")
    lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)")
    expect(attempts(lab)).to_have_count(0)
    assert lab.errors == []


def test_they_follow_a_renamed_notebook_and_refuse_a_locked_cell(lab: Lab) -> None:
    strip = trained(lab, "before.ipynb")
    lab.command("docmanager:save")
    lab.page.evaluate(
        "() => window.jupyterapp.serviceManager.contents.rename('before.ipynb', 'after.ipynb').then(() => null)"
    )
    notebook = nbformat.read(lab.server.root / "after.ipynb", 4)
    notebook.cells[0].metadata["editable"] = False
    nbformat.write(notebook, lab.server.root / "after.ipynb")
    lab.open("after.ipynb")
    expect(strip).to_contain_text("Attempt 4")
    strip.get_by_role("button", name="Attempt 4").click()
    strip.get_by_role("button", name="Put back the code of attempt 1").click()
    expect(lab.page.get_by_text("This cell is locked against edits")).to_be_visible()
    holds(lab, TRAIN.format(rate=1.0))
    assert lab.errors == []


def test_they_stand_beneath_a_cell_that_is_drawn_later(lab: Lab) -> None:
    """A notebook draws what is far from the screen when it is scrolled to: the strip was made before."""
    strip = trained(lab, "long.ipynb")
    lab.command("docmanager:save")
    path = lab.server.root / "long.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells[:0] = [nbformat.v4.new_code_cell("\n" * 20 + f"number = {number}") for number in range(40)]
    nbformat.write(notebook, path)
    settings = Path(lab.server.environment["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "full"}')
    with lab.page.expect_response("**/trackkit/api/attempted*"):
        lab.open("long.ipynb")
    assert lab.page.locator(".jp-Cell .cm-content").count() < 30, "all cells are drawn"
    lab.page.evaluate(
        "() => { const notebook = window.jupyterapp.shell.currentWidget.content; notebook.scrollToItem(40); }"
    )
    expect(strip).to_contain_text("Attempt 4")
    cell = lab.page.locator(".jp-Cell", has=strip)
    order = cell.evaluate(
        "e => [...e.querySelectorAll('.jp-Cell-inputWrapper, .jp-Cell-outputWrapper, .trackkit-attempts')]"
        ".map(part => part.classList.contains('trackkit-attempts'))"
    )
    assert order == [False, False, True]
    assert lab.errors == []
