"""The code of a view comes when it is first seen; where it cannot, the view says so, and trying again mends it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

import trackkit_jupyter as track
from trackkit_jupyter.views import code

from .lab import Lab
from .test_html_manager import Plain, plain

__all__ = ["plain"]

SHOWN = "import trackkit_jupyter as track\nwith track.start('shown', capture=False) as exp:\n    "
SHOWN += "[exp.log({'loss': 1 / (1 + i)}, iteration=i) for i in range(20)]; exp.log_text('a line')\nexp"


def fails_and_is_mended(page: Page, view: Locator, pattern: str) -> None:
    """Turn to a tab whose code cannot be fetched; then let it be fetched."""
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.abort()

    page.route(pattern, refuse)
    view.get_by_role("tab", name="Console").click()
    alert = view.get_by_role("alert").filter(has_text="The code of this view did not come")
    expect(alert).to_be_visible()
    assert refused
    page.unroute(pattern)
    view.get_by_role("tab", name="Scalars").click()
    expect(view.locator("canvas").first).to_be_visible()  # the other tabs are as they were
    view.get_by_role("tab", name="Console").click()
    alert.get_by_role("button", name="Try again").click()
    expect(view.get_by_role("log", name="Console")).to_contain_text("a line")
    expect(alert).to_have_count(0)


@pytest.mark.own_page
def test_in_the_lab(lab: Lab) -> None:
    lab.server.write("code.ipynb", SHOWN)
    lab.open("code.ipynb")
    lab.run_all()
    expect(lab.output(0).locator("canvas").first).to_be_visible()
    fails_and_is_mended(lab.page, lab.output(0), "**/extensions/trackkit-jupyter/**")
    assert lab.errors == []


def test_in_the_embed_page(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", lab.server.environment["XDG_DATA_HOME"])
    with track.start("embedded", store=lab.server.store, capture=False) as exp:
        exp.log({"loss": 1.0}, iteration=0)
        exp.log_text("a line")
    address = track.embed(exp, type="experiment").url.lstrip("/")
    lab.page.goto(lab.server.page_url(address))
    expect(lab.page.locator("canvas").first).to_be_visible()
    fails_and_is_mended(lab.page, lab.page.locator("main"), "**/trackkit/static/**")


def test_over_the_comm(plain: Plain, browser: Browser) -> None:
    plain.client.execute(SHOWN)
    page = plain.page
    plain.sees(page.locator(".trackkit canvas"))
    # What no view of this page shows comes when it is asked for, once; what the kernel does not know is refused.
    comparison, *_ = code.parts_of("comparison")
    page.evaluate(
        """name => {
            const { part } = globalThis[Symbol.for('trackkit.ui')];
            part(name).then(found => { window.found = Object.keys(found); });
            part('console-00000000.js').catch(error => { window.refused = String(error); });
        }""",
        comparison,
    )
    plain.until(lambda: page.evaluate("window.found && window.refused"), "the kernel did not answer")
    assert "ComparisonView" in page.evaluate("window.found")  # and what its sections take from it
    assert "no such code" in page.evaluate("window.refused")
