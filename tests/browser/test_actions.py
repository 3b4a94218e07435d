"""The menu of actions: one set of rules, windows that keep what was typed, a way back or a question before."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import page_of, picture

LABELS = ["Rename", "Describe", "Move to project", "Add tag", "Clone", "Run", "Publish", "Abort", "Reset"]
LABELS += ["Archive", "Delete", "Copy ID", "Share"]


@pytest.fixture(params=[1600, 420], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    with page_of(browser, request.param) as made:
        yield made


@pytest.fixture
def run(server: LabServer) -> track.Experiment:
    with track.start("acted on", project="actions", store=server.store, capture=False) as made:
        made.log({"loss/train": 1.0}, iteration=0)
    return made


def shown(page: Page, server: LabServer, run: track.Experiment, theme: str = "light") -> Locator:
    page.goto(server.page_url(f"trackkit/widgets/?type=experiment&objects={run.id}&theme={theme}"))
    article = page.get_by_role("article")
    expect(article.get_by_role("button", name="Actions")).to_be_visible()
    return article


def opened(article: Locator) -> Locator:
    article.get_by_role("button", name="Actions").click()
    return article.get_by_role("menu", name="Actions")


def choose(article: Locator, label: str) -> Locator:
    """Choose an action; return the window that it opens."""
    opened(article).get_by_role("menuitem", name=label, exact=True).click()
    return article.page.get_by_role("dialog", name=label)


def refuses(menu: Locator, labels: set[str]) -> None:
    """Wait until these actions are refused, and no others."""
    refused = menu.locator("[role=menuitem][aria-disabled=true]")
    wait_until(lambda: set(refused.all_inner_texts()) == labels, f"not these alone are refused: {labels}")


def test_the_rules_follow_the_status(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    menu = opened(article)
    expect(menu.get_by_role("menuitem")).to_have_text(LABELS)
    refuses(menu, {"Abort", "Delete", "Run"})
    refused = menu.get_by_role("menuitem", name="Delete")
    expect(refused).to_have_attribute("title", "Only a draft or an archived experiment is deleted: archive it first.")
    refused.click(force=True)
    expect(page.get_by_role("dialog")).to_have_count(0)
    picture(page, f"actions-{(page.viewport_size or {})['width']}")
    run.publish()
    expect(article.get_by_text("Published", exact=True).first).to_be_visible()
    refuses(menu, {"Abort", "Delete", "Publish", "Reset", "Run"})


def test_the_menu_is_worked_by_the_keyboard(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    button = article.get_by_role("button", name="Actions")
    button.focus()
    page.keyboard.press("Enter")
    menu = article.get_by_role("menu", name="Actions")
    expect(menu.get_by_role("menuitem", name="Rename")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("menuitem", name="Share")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Describe")).to_be_focused()
    page.keyboard.press("m")
    expect(menu.get_by_role("menuitem", name="Move to project")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog", name="Rename")
    expect(window.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    expect(window).to_have_count(0)
    expect(article.get_by_role("heading", name="by keyboard")).to_be_visible()
    assert run.name == "by keyboard"


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "\"quoted\" & 'so'", "שם מימין לשמאל", "x" * 250], ids=str.__len__
)
def test_any_name_is_shown_as_it_is(page: Page, server: LabServer, run: track.Experiment, name: str) -> None:
    article = shown(page, server, run)
    window = choose(article, "Rename")
    window.get_by_role("textbox", name="Name").fill(name)
    window.get_by_role("button", name="Save").click()
    expect(window).to_have_count(0)
    expect(article.get_by_role("heading", level=2).first).to_have_text(name)
    assert run.name == name
    assert article.locator("img").count() == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "must not be empty"), ("x" * 1000, "250 characters at most"), ("a\u202eb", r"U\+202E")],
)
def test_a_name_that_cannot_be_is_refused_beside_its_field_and_kept(
    page: Page, server: LabServer, run: track.Experiment, name: str, said: str
) -> None:
    article = shown(page, server, run)
    window = choose(article, "Rename")
    box = window.get_by_role("textbox", name="Name")
    box.fill(name)
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_role("alert")).to_have_text(re.compile(said))
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value(name)
    window.get_by_role("button", name="Cancel").click()
    expect(window).to_have_count(0)
    assert run.name == "acted on"


def test_describe_and_move(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    window = choose(article, "Describe")
    window.get_by_role("textbox", name="Description").fill("two\nlines")
    window.get_by_role("button", name="Save").click()
    expect(window).to_have_count(0)
    window = choose(article, "Move to project")
    window.get_by_role("textbox", name="Project").fill("elsewhere/deep")
    window.get_by_role("button", name="Save").click()
    expect(article.get_by_text("elsewhere/deep").first).to_be_visible()
    assert (run.description, run.project) == ("two\nlines", "elsewhere/deep")


def test_what_cannot_be_undone_is_asked_first(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    window = choose(article, "Reset")
    expect(window).to_contain_text("lost for good")
    expect(window.get_by_role("button", name="Cancel")).to_be_focused()
    picture(page, f"action-reset-{(page.viewport_size or {})['width']}")
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    assert run.status == "completed"
    choose(article, "Reset").get_by_role("button", name="Reset").click()
    expect(article.get_by_text("Draft", exact=True).first).to_be_visible()
    choose(article, "Delete").get_by_role("button", name="Delete").click()
    wait_until(lambda: run.id not in [one.id for one in track.open_store(server.store).experiments()], "not deleted")


def test_archive_has_a_way_back(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    opened(article).get_by_role("menuitem", name="Archive").click()
    expect(article.get_by_text("Archived", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    wait_until(lambda: not run.archived, "still archived")
    expect(opened(article).get_by_role("menuitem", name="Archive", exact=True)).to_be_visible()


def test_clone_publish_and_abort(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    window = choose(article, "Clone")
    box = window.get_by_role("textbox", name="Name of the clone")
    expect(box).to_have_value("acted on (clone)")
    box.fill("another")
    window.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Cloned as a draft")).to_be_visible()
    copies = [one for one in track.open_store(server.store).experiments() if one.parent == run.id]
    assert [(one.name, one.status) for one in copies] == [("another", "draft")]
    choose(article, "Publish").get_by_role("button", name="Publish").click()
    expect(article.get_by_text("Published", exact=True).first).to_be_visible()
    going = track.start("going", store=server.store, capture=False)
    article = shown(page, server, going)
    choose(article, "Abort").get_by_role("button", name="Abort").click()
    expect(article.get_by_text("Aborted", exact=True).first).to_be_visible()
    going.finish()


def test_copy_id_and_share(page: Page, server: LabServer, run: track.Experiment) -> None:
    article = shown(page, server, run)
    opened(article).get_by_role("menuitem", name="Copy ID").click()
    expect(page.get_by_text("ID copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == run.id
    window = choose(article, "Share")
    window.get_by_role("button", name=re.compile("^Copy: Link")).click()
    read = "navigator.clipboard.readText()"
    link = wait_until(lambda: page.evaluate(f"{read}.then(text => text.startsWith('http') && text)"), "no link copied")
    picture(page, f"action-share-{(page.viewport_size or {})['width']}")
    page.goto(link)
    expect(page.get_by_role("article", name=run.name)).to_be_visible()


def test_an_edit_in_one_view_shows_in_all(browser: Browser, server: LabServer, run: track.Experiment) -> None:
    with page_of(browser) as one, page_of(browser, 420) as other:
        first, second = shown(one, server, run), shown(other, server, run, "dark")
        window = choose(first, "Rename")
        window.get_by_role("textbox", name="Name").fill("seen by all")
        window.get_by_role("button", name="Save").click()
        expect(second.get_by_role("heading", name="seen by all")).to_be_visible()
        opened(second)
        picture(other, "actions-dark-420")


STEADY = """article => {
    const parts = () => [article, ...article.querySelectorAll('h2, [role=tab], .tk-status, .tk-chart, canvas')];
    window.before = parts();
    window.gone = [];
    new MutationObserver(found => {
        for (const {removedNodes} of found) {
            for (const node of removedNodes) {
                const known = window.before.some(part => node.contains(part));
                if (known) window.gone.push(node.className);
            }
        }
    }).observe(article, {childList: true, subtree: true});
}"""


def test_a_running_experiment_moves_and_nothing_is_made_anew(browser: Browser, server: LabServer) -> None:
    going = track.start("steady", store=server.store, capture=False)
    going.log({"loss/train": 1.0, "accuracy/val": 0.1}, iteration=0)
    with page_of(browser) as page:
        article = shown(page, server, going)
        expect(article.locator(".tk-plot[data-x]")).to_have_count(2)
        article.evaluate(STEADY)
        for step in range(1, 200):
            going.log({"loss/train": 1 / step, "accuracy/val": 0.1}, iteration=step)
        expect(article.get_by_text("Iteration 199")).to_be_visible()
        going.add_tags("late")
        expect(article.get_by_role("button", name="Remove tag late")).to_be_visible()
        going.finish("failed")
        expect(article.get_by_text("Failed", exact=True).first).to_be_visible()
        assert page.evaluate("window.gone") == []
        assert page.evaluate("window.before.every(part => part.isConnected)")


def test_why_it_failed_stands_beside_the_status(browser: Browser, server: LabServer) -> None:
    with pytest.raises(ZeroDivisionError), track.start("failing", store=server.store, capture=False) as run:
        run.log({"a": 1 / 0})
    assert run.status_reason
    with page_of(browser, 420) as page:
        article = shown(page, server, run)
        expect(article.get_by_text(run.status_reason).first).to_be_visible()
        picture(page, "failed-420")
