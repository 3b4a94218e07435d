"""What a hand finds: pictures that open, buttons that can be hit, names that can be read; figures that stay home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import painted, picture

NAME = "a baseline with a name as long as they get at the end of a week"
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture(scope="module")
def run(server: LabServer) -> track.Experiment:
    """An experiment with one of each thing."""
    options = {"project": "hands", "tags": ["first"], "store": server.store, "capture": False}
    with track.start(NAME, **options) as made:
        for step in range(50):
            made.log(
                {
                    "loss/train": 1 / (1 + step),
                    "loss/a validation set with a name much longer than a card is wide where there is little room": 2
                    / (1 + step),
                },
                iteration=step,
            )
        made.log_image("digits", "first", np.arange(64, dtype=np.uint8).reshape(8, 8) * 3, iteration=0)
        made.log_plot("bars", "bars", go.Figure(go.Bar(y=[3, 1, 2])), iteration=0)
        pictured = go.Figure(go.Bar(y=[3, 1, 2]))
        pictured.add_layout_image(source=f"{ELSEWHERE}/a.png", x=0, y=1, sizex=1, sizey=1, xref="paper", yref="paper")
        pictured.update_layout(title={"text": f'<span style="mask:url({ELSEWHERE}/b.svg)">styled</span>'})
        made.log_plot("pictured", "pictured", pictured, iteration=0)
        made.log_plot("globe", "globe", go.Figure(go.Scattergeo(lat=[50], lon=[10])), iteration=0)
        made.log_plot("tiles", "tiles", go.Figure(go.Scattermap(lat=[50], lon=[10])), iteration=0)
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without the policy of the embed page: a notebook has none either."""
    context = browser.new_context(viewport={"width": 900, "height": 800}, bypass_csp=True)
    yield context.new_page()
    context.close()


def shown(page: Page, server: LabServer, run: track.Experiment, tab: str = "", theme: str = "light") -> Locator:
    """Open an experiment in a page of its own, at a tab."""
    page.goto(server.page_url(f"trackkit/widgets/?type=experiment&objects={run.id}&theme={theme}"))
    article = page.get_by_role("article", name=NAME)
    expect(article).to_be_visible()
    if tab:
        article.get_by_role("tab", name=tab).click()
    return article


def box(found: Locator) -> tuple[float, float]:
    """The width and height of an element."""
    frame = found.bounding_box()
    assert frame
    return frame["width"], frame["height"]


def test_a_sample_opens_at_a_size(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run, "Debug samples")
    thumbnail = article.get_by_role("button", name="Open digits / first")
    expect(thumbnail.get_by_role("img")).to_be_visible()
    for _ in range(2):  # the second time the picture is there at once
        thumbnail.click()
        dialog = page.get_by_role("dialog")
        opened = dialog.get_by_role("img", name="digits / first, iteration 0")
        wait_until(lambda found=opened: min(box(found)) > 50, "the picture has no size")
        assert not re.search(r"\b0 %", dialog.inner_text())
        picture(page, "hands-viewer")
        dialog.get_by_role("button", name="Close").click()


@pytest.mark.parametrize("width", [350, 900])
def test_controls_are_clicked_without_hovering(
    page: Page, server: LabServer, run: track.Experiment, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    article = shown(page, server, run, "Plots")
    card = article.get_by_role("region", name="bars")
    expect(card.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    direct = card.get_by_role("button", name="Download JSON")
    painted(page)  # which controls the row has room for is known by then
    with page.expect_download() as download:
        if direct.count():
            direct.click()
        else:
            card.get_by_role("button", name="More plot controls").click()
            direct.click()
    assert download.value.suggested_filename == "bars.json"


def test_figures_stay_on_this_machine(page: Page, server: LabServer, run: track.Experiment) -> None:
    asked: list[str] = []

    def watch(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.hostname != "127.0.0.1":
            asked.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/*", watch)
    article = shown(page, server, run, "Plots")
    for name in ("globe", "tiles"):
        card = article.get_by_role("region", name=name, exact=True)
        expect(card.get_by_role("alert")).to_have_text(
            "This plot is not drawn: it needs maps from the network, which are not fetched."
        )
    card = article.get_by_role("region", name="pictured", exact=True)
    expect(card.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(card).to_contain_text("without what is on the network")
    picture(page, "hands-figures")
    page.wait_for_timeout(1_000)
    assert asked == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [350, 900])
def test_names_and_targets(page: Page, server: LabServer, run: track.Experiment, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    article = shown(page, server, run, theme=theme)
    for name in ("Remove tag first", "Add tag"):
        assert min(box(article.get_by_role("button", name=name))) >= 24
    strip = article.get_by_role("tablist", name="Experiment")
    for tab in ("Debug samples", "Execution", "Scalars"):
        strip.get_by_role("tab", name=tab).click()
        inside = "t => { const [a, b] = [t, t.parentElement].map(e => e.getBoundingClientRect());"
        inside += " return a.left >= b.left - 1 && a.right <= b.right + 1; }"
        chosen = strip.get_by_role("tab", name=tab)
        wait_until(lambda chosen=chosen, inside=inside: chosen.evaluate(inside), f"{tab} is cut")
    if width == 350:
        assert box(article.get_by_role("heading", name=NAME))[0] > 300
        legend = article.get_by_role("list", name="Legend")
        entry = legend.get_by_role("button", name="a validation set")
        expect(entry).to_be_visible()
        assert box(entry)[0] <= box(legend)[0]
        assert "little room: " in (entry.get_attribute("title") or "")
        wait_until(lambda: strip.get_attribute("data-more"), "nothing tells that there are more tabs")
    else:
        assert strip.get_attribute("data-more") is None
    expect(article.locator("canvas").first).to_be_visible()
    picture(page, f"hands-experiment-{width}-{theme}")


@pytest.mark.parametrize(("shelf", "code"), [("Input models", "use_model"), ("Output models", "save_model")])
def test_what_is_empty_says_the_line_that_fills_it(
    page: Page, server: LabServer, run: track.Experiment, shelf: str, code: str
) -> None:
    article = shown(page, server, run, "Artifacts")
    article.get_by_role("button", name=shelf).click()
    panel = article.get_by_role("tabpanel", name="Artifacts")
    expect(panel).to_contain_text("appear here.")
    expect(panel.get_by_role("code")).to_contain_text(f"exp.{code}(")
    assert hasattr(run, code)
