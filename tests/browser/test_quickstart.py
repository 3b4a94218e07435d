"""The quickstart as a newcomer runs it: a training, a comparison in one chart, a report with a live embed, exported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .lab import Lab
from .shelf import bring, picture

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"
RATES = ["rate 0.1", "rate 0.01", "rate 1.0"]


@pytest.fixture
def ran(lab: Lab) -> Lab:
    """The quickstart, run from top to bottom in JupyterLab."""
    shutil.copy(QUICKSTART, lab.server.root / "quickstart.ipynb")
    lab.open("quickstart.ipynb")
    lab.run_all(wait=False)
    count = lab.page.locator(".jp-CodeCell").count()
    for cell in range(count):
        lab.wait_for_cell(cell)
        errors = lab.output(cell).locator("[data-mime-type='application/vnd.jupyter.error']")
        assert errors.count() == 0, errors.first.inner_text()
    return lab


def test_the_quickstart(ran: Lab) -> None:
    lab = ran
    watched = lab.output(2)
    for tab, shows in {
        "Execution": "Installed packages",
        "Configuration": "rate",
        "Artifacts": "Input models",
        "Info": "Python version",
        "Console": "epoch",
        "Plots": "confusion",
        "Debug samples": "digit 1",
        "Scalars": "loss",
    }.items():
        watched.get_by_role("tab", name=tab).click()
        panel = watched.get_by_role("tabpanel", name=tab)
        expect(panel.get_by_text(shows).first).to_be_visible()
        if tab == "Plots":
            expect(panel.locator(".main-svg").first).to_be_visible()
        if tab == "Debug samples":
            image = panel.get_by_role("img").first
            expect(image).to_be_visible()
            lab.page.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=image.element_handle())
        bring(watched)
        picture(lab.page, f"quickstart-{tab.lower().replace(' ', '-')}")

    compared = lab.output(4)
    bring(compared)
    chart = compared.get_by_role("region", name="loss", exact=True)
    expect(chart.locator("canvas").first).to_be_visible()
    for name in RATES:
        expect(chart.get_by_text(name, exact=True).first).to_be_visible()
    picture(lab.page, "quickstart-comparison")
    assert lab.errors == []

    exported = (lab.server.root / "report.md").read_text()
    pictures = sorted((lab.server.root / "report_files").iterdir())
    assert exported.startswith("# Learning rates on digits")
    assert len(pictures) == 2
    assert all(f"report_files/{file.name}" in exported for file in pictures)

    report = next(
        path for path in lab.server.root.glob("*.ipynb") if "report" in path.read_text() and "digits" in path.name
    )
    assert json.loads(report.read_text())["metadata"]["trackkit"]["report"]["project"] == "vision/digits"
    lab.open(report.name)
    embed = lab.page.get_by_role("region", name="loss", exact=True)
    expect(embed.locator("canvas").first).to_be_visible()
    expect(lab.page.locator(".main-svg").first).to_be_visible()
    picture(lab.page, "quickstart-report")
