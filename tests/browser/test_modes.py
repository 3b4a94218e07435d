"""Two modes of the same view: from an output to the full screen, to the info panel, and as Lab commands."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

import trackkit_jupyter as track

from .lab import Lab, wait_until
from .shelf import picture

TABS = ["Execution", "Configuration", "Artifacts", "Info", "Console", "Scalars", "Plots", "Debug samples"]
MADE = """
import trackkit_jupyter as track
with track.start("two modes", project="modes", capture=False, config={f"p{i:03}": i for i in range(200)}) as exp:
    for step in range(5):
        track.log({f"loss {n}/train": 1 / (1 + step) for n in range(12)}, iteration=step)
exp
"""


def begun(lab: Lab) -> Locator:
    lab.server.write("modes.ipynb", MADE)
    lab.open("modes.ipynb")
    lab.run_all()
    article = lab.output(0).get_by_role("article", name="two modes")
    expect(article.get_by_role("button", name="Full screen")).to_be_visible()
    return article


def walk(article: Locator) -> list[str]:
    names = []
    for tab in article.get_by_role("tab").all():
        tab.click()
        names.append(tab.inner_text())
        expect(article.get_by_role("tabpanel", name=names[-1])).to_be_visible()
    return names


def test_both_modes_have_all_and_keep_what_was_chosen(lab: Lab) -> None:
    output = begun(lab)
    assert walk(output) == TABS
    output.get_by_role("tab", name="Scalars").click()
    output.get_by_role("button", name="Settings").click()
    output.get_by_role("spinbutton", name="Smoothing").fill("0.7")
    output.get_by_role("button", name="Full screen").click()

    full = lab.page.locator("#jp-main-dock-panel [id^=trackkit-full]").get_by_role("article", name="two modes")
    expect(full.get_by_role("tab", name="Scalars")).to_have_attribute("aria-selected", "true")
    expect(full.get_by_role("spinbutton", name="Smoothing")).to_have_value("0.7")
    expect(full.get_by_role("button", name="Settings")).to_have_count(0)
    expect(lab.page.get_by_role("tab", name="two modes")).to_be_visible()
    picture(lab.page, "mode-full")
    assert walk(full) == TABS
    full.get_by_role("tab", name="Configuration").click()
    full.get_by_role("button", name="Info panel").click()

    panel = lab.page.locator("#trackkit-info").get_by_role("article", name="two modes")
    expect(panel.get_by_role("tab", name="Configuration")).to_have_attribute("aria-selected", "true")
    expect(full).to_have_count(0)
    picture(lab.page, "mode-panel")
    assert walk(panel) == TABS
    assert lab.errors == []


def test_the_actions_are_commands_of_the_lab(lab: Lab) -> None:
    output = begun(lab)
    output.get_by_role("tab", name="Info").click()
    lab.command("trackkit:full")
    full = lab.page.locator("[id^=trackkit-full]").get_by_role("article", name="two modes")
    expect(full.get_by_role("tab", name="Info")).to_have_attribute("aria-selected", "true")
    full.get_by_role("tab", name="Info").click()
    enabled = "name => window.jupyterapp.commands.isEnabled(name)"
    wait_until(lambda: lab.page.evaluate(enabled, "trackkit:publish"), "what can be published is not")
    assert lab.page.evaluate(enabled, "trackkit:delete") is False
    lab.command("trackkit:rename")
    window = lab.page.get_by_role("dialog", name="Rename")
    window.get_by_role("textbox", name="Name").fill("by command")
    window.get_by_role("button", name="Save").click()
    expect(lab.page.get_by_role("tab", name="by command")).to_be_visible()
    (run,) = [one for one in track.open_store(lab.server.store).experiments() if one.name == "by command"]
    assert run.project == "modes"
