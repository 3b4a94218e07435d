"""Tags as a hand has them: added from a menu, coloured for everybody, removed with a way back, any text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import LabServer
from .shelf import page_of, picture

ODD = ["two words", "-dash", "__$or", "größe 漢字 🎉", "שלום", "<b>bold</b> & \"quotes\" 'too'"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as made:
        yield made


@pytest.fixture
def run(server: LabServer) -> track.Experiment:
    with track.start("tagged", project="tags", tags=["linear"], store=server.store, capture=False) as made:
        made.log({"loss/train": 1.0}, iteration=0)
    return made


def shown(page: Page, server: LabServer, run: track.Experiment, theme: str = "light") -> Locator:
    address = f"trackkit/widgets/?type=experiment&objects={run.id}&theme={theme}&tab=info"
    page.goto(server.page_url(address))
    article = page.get_by_role("article", name=run.name)
    expect(article.get_by_role("list", name="Tags")).to_be_visible()
    return article


def menu(article: Locator) -> Locator:
    article.get_by_role("button", name="Add tag").click()
    return article.get_by_role("dialog", name="Add tag")


def chip(article: Locator, tag: str) -> Locator:
    tags = article.get_by_role("list", name="Tags")
    return tags.locator(".tk-tag").filter(has=article.page.get_by_text(tag, exact=True))


def test_add_tag_comes_with_the_hand_and_makes_a_tag_of_any_text(
    page: Page, server: LabServer, run: track.Experiment
) -> None:
    article = shown(page, server, run)
    button = article.get_by_role("button", name="Add tag")
    page.mouse.move(600, 600)
    expect(button).to_have_css("opacity", "0")
    article.get_by_role("list", name="Tags").hover()
    expect(button).to_have_css("opacity", "1")
    for tag in ODD:
        opened = menu(article)
        opened.get_by_role("textbox", name="New tag").fill(tag)
        expect(opened.get_by_role("option").filter(has_text="(Create New)")).to_contain_text(tag)
        opened.get_by_role("option").filter(has_text="(Create New)").click()
        expect(opened).to_have_count(0)
        expect(chip(article, tag)).to_be_visible()
    assert run.tags == sorted([*ODD, "linear"])
    assert page.get_by_role("strong").count() == 0
    picture(page, "tags-odd")


def test_a_known_tag_is_found_by_typing_and_added_by_a_click_or_the_keyboard(
    page: Page, server: LabServer, run: track.Experiment
) -> None:
    for tags in (["baseline", "best so far"], ["baseline"]):
        track.start("other", store=server.store, capture=False, tags=tags).finish()
    article = shown(page, server, run)
    opened = menu(article)
    expect(opened.get_by_role("option", name="baseline")).to_be_visible()
    opened.get_by_role("textbox", name="New tag").fill("BASE")
    known = opened.get_by_role("option", name="baseline")
    expect(opened.get_by_role("option")).to_have_count(2)  # and the new one
    picture(page, "tags-menu")
    known.click()
    expect(chip(article, "baseline")).to_be_visible()
    expect(opened).to_have_count(0)  # the chip may be there before the menu knows that it was added
    opened = menu(article)
    expect(opened.get_by_role("option", name="baseline")).to_have_count(0)
    box = opened.get_by_role("textbox", name="New tag")
    box.fill("best so")
    expect(opened.get_by_role("option", name="best so far")).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(chip(article, "best so far")).to_be_visible()
    expect(opened).to_have_count(0)
    assert run.tags == ["baseline", "best so far", "linear"]
    expect(menu(article)).to_be_visible()
    page.keyboard.press("Escape")
    expect(article.get_by_role("dialog", name="Add tag")).to_have_count(0)
    expect(article.get_by_role("button", name="Add tag")).to_be_focused()


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("x" * 1000, "at most 250|250 characters at most"),
        ("a\u202eb", "U\\+202E"),
        ("linear", "already"),
    ],
)
def test_what_is_no_tag_is_refused_in_place_and_kept(
    page: Page, server: LabServer, run: track.Experiment, tag: str, said: str
) -> None:
    article = shown(page, server, run)
    opened = menu(article)
    box = opened.get_by_role("textbox", name="New tag")
    box.fill(tag)
    box.press("Enter")
    expect(opened.get_by_role("alert")).to_have_text(re.compile(said))
    expect(box).to_have_value(tag)
    assert run.tags == ["linear"]


def test_a_tag_is_removed_and_comes_back(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    article.get_by_role("button", name="Remove tag linear").click()
    expect(chip(article, "linear")).to_have_count(0)
    assert run.tags == []
    picture(page, "tags-undo")
    page.get_by_role("button", name="Undo").click()
    expect(chip(article, "linear")).to_be_visible()
    assert run.tags == ["linear"]


def test_colours_are_chosen_once_and_seen_everywhere(
    page: Page, browser: Browser, server: LabServer, run: track.Experiment
) -> None:
    article = shown(page, server, run)
    with page_of(browser) as other:
        elsewhere = shown(other, server, run, "dark")
        before = chip(elsewhere, "linear").evaluate("e => getComputedStyle(e).backgroundColor")
        menu(article).get_by_role("button", name="Tag Colors").click()
        window = page.get_by_role("dialog", name="Tag Colors")
        window.get_by_role("button", name="Colors of linear").click()
        window.get_by_role("radio", name="Background").check(force=True)
        swatches = window.get_by_role("group", name="Pick a background").get_by_role("button")
        swatches.nth(2).click()
        window.get_by_role("radio", name="Foreground").check(force=True)
        inks = window.get_by_role("group", name="Pick a foreground").get_by_role("button")
        inks.last.click()
        picture(page, "tag-colors")
        window.get_by_role("button", name="OK").click()
        expect(window.get_by_role("button", name="OK")).to_be_disabled()
        window.get_by_role("button", name="CLOSE", exact=True).click()
        expect(window).to_have_count(0)
        rgb = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
        expect(chip(article, "linear")).to_have_css("background-color", "rgb(255, 114, 92)")
        expect(chip(elsewhere, "linear")).to_have_css("background-color", "rgb(255, 114, 92)")
        assert chip(article, "linear").evaluate(rgb) == chip(elsewhere, "linear").evaluate(rgb)
        menu(elsewhere).get_by_role("button", name="Tag Colors").click()
        window = other.get_by_role("dialog", name="Tag Colors")
        window.get_by_role("button", name="Colors of linear").click()
        picture(other, "tag-colors-dark")
        window.get_by_role("button", name="Reset").click()
        window.get_by_role("button", name="CLOSE", exact=True).click()
        expect(chip(elsewhere, "linear")).to_have_css("background-color", before)


CONTRAST = """chip => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const style = getComputedStyle(chip);
    const light = color => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(part => {
            const p = part / 255;
            return p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [a, b] = [light(style.color), light(style.backgroundColor)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_a_tag_is_by_itself_can_be_read(page: Page, server: LabServer, theme: str) -> None:
    tags = [f"tag {letter}" for letter in "abcdefghijklmnop"]
    run = track.start("many tags", tags=tags, store=server.store, capture=False)
    run.finish()
    article = shown(page, server, run, theme)
    chips = article.get_by_role("list", name="Tags").locator(".tk-tag")
    expect(chips).to_have_count(len(tags))
    hues = {found.get_attribute("data-hue") for found in chips.all()}
    assert len(hues) == 10
    ratios = [found.evaluate(CONTRAST) for found in chips.all()]
    assert min(ratios) >= 4.5, ratios
    picture(page, f"tags-{theme}")
