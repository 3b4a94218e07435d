"""The console: all of it, its end while it grows, what is searched for, and as a file."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import LabServer
from .shelf import opened, page_of, picture

LINES = 20_000


def log_of(page: Page, server: LabServer, run: track.Experiment) -> tuple[Locator, Locator]:
    panel = opened(page, server, run, "Console")
    log = panel.get_by_role("log", name="Console")
    expect(log).to_be_visible()
    return panel, log


def first_line(log: Locator) -> int:
    """The number of the first line in sight, once the log has come to rest."""
    found = log.evaluate(
        """async log => {
            for (let still = 0, at = -1; still < 10; still = log.scrollTop === at ? still + 1 : 0) {
                at = log.scrollTop;
                await new Promise(requestAnimationFrame);
            }
            const top = log.getBoundingClientRect().top;
            const rows = [...log.querySelectorAll('[data-index]')];
            return Number(rows.find(row => row.getBoundingClientRect().bottom > top)?.dataset.index);
        }"""
    )
    return int(found)


def test_the_end_is_followed_until_one_scrolls_up(browser: Browser, server: LabServer) -> None:
    going = track.start("printing", store=server.store, capture=False)
    going.log_console("stdout", "".join(f"line {number}\n" for number in range(LINES)))
    going.log_console("stderr", "\x1b[31mnot good\x1b[0m\n")
    with page_of(browser, 1600) as one, page_of(browser, 420) as other:
        for page in (one, other):
            panel, log = log_of(page, server, going)
            expect(log).to_contain_text("not good")
            assert log.locator("[data-index]").count() < 300
            wrong = log.locator("[data-stream=stderr]").last
            expect(wrong).to_have_text("not good")  # the colour is one, not a text
            going.log_text("from the code")
            expect(log).to_contain_text("from the code")
            log.hover()
            page.mouse.wheel(0, -4_000)
            expect(log).not_to_contain_text("from the code")
            place = first_line(log)
            going.log_console("stdout", "more\n" * 50)
            expect(panel.get_by_role("button", name="Jump to end")).to_have_class(re.compile("tk-strong"))
            expect(panel.get_by_text(re.compile("lines$"))).not_to_have_text(f"{LINES:,} lines")
            assert first_line(log) == place  # what is being read stays where it is
            panel.get_by_role("button", name="Jump to end").click()
            expect(log).to_contain_text("more")
            going.log_text(f"last of {page.viewport_size}")
            expect(log).to_contain_text(f"last of {page.viewport_size}")
            log.evaluate("log => { log.scrollTop = 0; }")
            expect(log).to_contain_text("line 0")
            picture(page, f"tab-console-{(page.viewport_size or {})['width']}")
    going.finish()


def test_it_is_searched_and_downloaded_whole(browser: Browser, server: LabServer) -> None:
    with track.start("printed", store=server.store, capture=False) as run:
        run.log_console("stdout", "".join(f"step {number}\n" for number in range(LINES)))
        run.log_console("stdout", "a \x1b[1mNee\x1b[0mdle <b>&amp;</b>\n")
        run.log_console("stderr", "10 %\r50 %\r100 % done\n")
    with page_of(browser) as page:
        panel, log = log_of(page, server, run)
        box = panel.get_by_role("textbox", name="Search")
        box.fill("STEP 19")
        status = panel.get_by_role("status").filter(has_text="of")
        expect(status).to_have_text("1 of 1,111")
        expect(log.locator("[data-current]")).to_have_text("step 19")
        expect(log.locator("mark").first).to_have_text("step 19")
        page.keyboard.press("Shift+Enter")
        expect(log.locator("[data-current]")).to_have_text("step 19999")
        box.fill("needle <b>")  # across a change of colour, and as it stands there
        expect(status).to_have_text("1 of 1")
        expect(log.locator("[data-current]")).to_contain_text("<b>&amp;</b>")
        panel.get_by_role("button", name="Regular expression").click()
        box.fill(r"^step 1\d{4}$")
        expect(status).to_have_text("1 of 10,000")
        box.fill("(")
        expect(panel.get_by_role("status").filter(has_text="nterminated")).to_be_visible()
        box.fill("")
        panel.get_by_role("button", name="Jump to end").click()
        expect(log.locator("[data-stream=stderr]")).to_have_text("100 % done")
        panel.get_by_role("button", name="Times").click()
        expect(log.locator(".tk-log-time").last).to_have_text(re.compile(r"\d\d:\d\d"))
        with page.expect_download() as told:
            panel.get_by_role("button", name="Download").click()
        text = Path(told.value.path()).read_text().splitlines()
        assert told.value.suggested_filename == "printed.log"
    assert len(text) == LINES + 2
    assert text[0].endswith("stdout step 0")
    assert text[-2:] == [f"{text[-2].split(' ')[0]} stdout a Needle <b>&amp;</b>", text[-1]]
    assert text[-1].endswith("stderr 100 % done")
