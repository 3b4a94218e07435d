"""A view of one experiment on a page of its own, and the controls of its cards, as a hand finds them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Locator, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until

#: Where screenshots are kept; none are made unless this is set: they take a tenth of the time of all tests.
SCREENSHOTS = os.environ.get("TRACKKIT_SCREENSHOTS", "")


@contextmanager
def page_of(browser: Browser, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """Give a page that may use the clipboard; what goes wrong in its scripts fails the test."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def opened(page: Page, server: LabServer, run: track.Experiment, tab: str, theme: str = "light") -> Locator:
    """Open a tab of an experiment; return its panel."""
    height = (page.viewport_size or {"height": 900})["height"] - 8
    page.goto(server.page_url(f"trackkit/widgets/?type=experiment&objects={run.id}&theme={theme}&height={height}"))
    article = page.get_by_role("article", name=run.name)
    article.get_by_role("tab", name=tab).click()
    return article.get_by_role("tabpanel", name=tab)


def use(card: Locator, name: str) -> None:
    """Press a control of a card or a window, in its row or in the menu at its end."""
    card.hover()
    painted(card.page)  # which controls its row has room for is known by then
    button = card.get_by_role("button", name=name, exact=True)
    if not button.count():
        card.get_by_role("button", name="More plot controls").click()
    button.click()


def loaded(picture: Locator, width: int) -> None:
    """Wait until a picture is there, and is wider than so many pixels of its own."""
    expect(picture).to_be_visible()
    wait_until(lambda: (picture.evaluate("i => i.naturalWidth") or 0) > width, "the picture did not come")


def bring(element: Locator) -> None:
    """Scroll to an element and wait until it rests; one that is drawn anew meanwhile is looked for again."""

    def rests() -> bool:
        try:
            element.scroll_into_view_if_needed()
        except Error as error:
            if "not attached" not in error.message:
                raise
            return False
        return True

    wait_until(rests, "it does not come to rest")


def painted(page: Page) -> None:
    """Wait until what was done by hand is on the screen: a frame may have begun before it, the next has not."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")


def picture(page: Page, name: str) -> None:
    """Keep a screenshot to be looked at, where they are asked for."""
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def point_at(mark: Locator, told: Locator, count: int = 1) -> None:
    """Point at a mark of a plotly figure until that is told; a figure that is being drawn heeds no mouse."""
    mouse = mark.page.mouse

    def pointed() -> bool:
        bring(mark)
        box = mark.bounding_box()
        assert box
        for off in (1, 0):
            mouse.move(box["x"] + box["width"] / 2 + off, box["y"] + box["height"] / 2)
        painted(mark.page)
        return told.count() == count

    wait_until(pointed, "nothing is told of what is pointed at")


def drawn(card: Locator) -> Locator:
    """Return the plotly figure of a card, once it is there."""
    graph = card.locator(".js-plotly-plot")
    expect(graph.locator(".main-svg, canvas").first).to_be_visible()
    expect(card.locator(".tk-plot[aria-busy=true]")).to_have_count(0)
    return graph
