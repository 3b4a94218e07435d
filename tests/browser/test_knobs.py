"""Knobs, pause, resume and stop, turned in the view of a loop that runs."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import PATIENCE, Lab, LabServer, wait_until
from .shelf import opened, page_of, picture
from .test_home import panel


class Training(threading.Thread):
    """A loop that goes on until it is stopped from outside."""

    def __init__(self, store: object) -> None:
        super().__init__()
        self.experiment = track.start("turned", store=store, capture=False)
        self.rate = self.batch = self.augment = None
        self.checkpoints = 0
        self.read()

    def read(self) -> None:
        exp = self.experiment
        self.rate = exp.knob("lr", 0.1, min=1e-4, max=1)
        self.batch = exp.knob("batch size", 32, min=8, max=256)
        self.augment = exp.knob("augment", True)

    def run(self) -> None:
        pace = threading.Event()
        iteration = 0
        with self.experiment as exp:
            while True:
                self.read()
                self.checkpoints += exp.checkpoint_requested()
                exp.log({"loss/train": 1 / (1 + self.rate * iteration), "lr": self.rate}, iteration=iteration)
                iteration += 1
                pace.wait(0.01)


@pytest.fixture
def training(server: LabServer) -> Iterator[Training]:
    thread = Training(server.store)
    thread.start()
    yield thread
    if thread.experiment.running:
        track.open_store(server.store).experiment(thread.experiment.id).stop()
    thread.join(PATIENCE)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser, 900, 640) as page:
        yield page


def loop_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Loop")


def test_a_loop_is_turned_paused_and_stopped(server: LabServer, page: Page, training: Training) -> None:
    opened(page, server, training.experiment, "Scalars")
    loop = loop_of(page)
    number = loop.get_by_role("textbox", name="Value of lr")
    expect(number).to_have_value("0.1")
    picture(page, "knobs-light")

    number.fill("0.25")
    number.press("Enter")
    wait_until(lambda: training.rate == 0.25, "the loop did not follow")
    expect(number).to_have_value("0.25")

    # The slider goes in equal ratios from 0.0001 to 1: its end is 1, by the keyboard too.
    slider = loop.get_by_role("slider", name="lr")
    slider.press("End")
    wait_until(lambda: training.rate == 1.0, "the slider did not turn")
    loop.get_by_role("slider", name="batch size").press("Home")
    wait_until(lambda: training.batch == 8, "the whole number did not turn")
    assert type(training.batch) is int
    loop.get_by_role("checkbox", name="augment").click()
    wait_until(lambda: training.augment is False, "the switch did not turn")

    # What is out of range is refused in words, and the knob stays.
    number.fill("7")
    number.press("Enter")
    expect(page.get_by_text("takes at least 0.0001 and at most 1, not 7")).to_be_visible()
    expect(number).to_have_attribute("aria-invalid", "true")
    assert training.rate == 1.0
    picture(page, "knobs-refused")
    number.press("Escape")
    expect(number).to_have_value("1")
    expect(loop.get_by_role("alert")).to_have_count(0)

    loop.get_by_role("button", name="Ask for a checkpoint").click()
    wait_until(lambda: training.checkpoints == 1, "nobody asked for a checkpoint")
    loop.get_by_role("button", name="Pause").click()
    expect(loop.get_by_text("Paused", exact=True)).to_be_visible()
    standing = page.locator(".tk-header .tk-status")
    expect(standing).to_have_text("Paused")
    at = training.experiment.last_iteration
    loop.get_by_role("button", name="What was asked").click()
    rows = loop.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Pause")
    expect(rows.last).to_contain_text("lr: 0.1 → 0.25")
    page.evaluate("document.body.dataset.theme = 'dark'")
    picture(page, "knobs-turns")
    assert training.experiment.last_iteration == at
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 420, "height": 640})
    loop.get_by_role("button", name="What was asked").click()
    table = loop.get_by_role("table")
    wait_until(lambda: (table.bounding_box() or {"x": -1})["x"] >= 0, "it is cut at the left")
    picture(page, "knobs-turns-narrow")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 900, "height": 640})

    # Every chart marks where a knob was turned. While the loop is paused, no mark slides from under the mouse.
    (first, *_) = training.experiment.turns()
    chart = page.get_by_role("region", name="loss").locator(".tk-plot")
    expect(chart).to_have_attribute("data-x", re.compile(rf" {at}$"))
    expect(chart).to_have_attribute("data-turns", re.compile(rf"^{first['iteration']} \d+ \d+ \d+$"))
    head = page.get_by_role("region", name="loss").get_by_role("button", name=re.compile("^lr: 0.1 → 0.25, by .+ 20"))
    head.hover()
    told = page.locator(".tk-turn-tip:visible")
    expect(told).to_contain_text(re.compile(rf"lr: 0.1 → 0.25by .+, iteration {first['iteration']:,}, "))
    head.focus()  # one stop of the tab key for all of them: the arrows go from one to another
    head.press("ArrowRight")
    expect(told).to_contain_text("lr: 0.25 → 1")
    picture(page, "knobs-turned")
    page.keyboard.press("Escape")
    expect(told).to_have_count(0)

    loop.get_by_role("button", name="Resume").click()
    wait_until(lambda: (training.experiment.last_iteration or 0) > at + 3, "it did not go on")
    loop.get_by_role("button", name="Stop").click()
    asked = page.get_by_role("dialog", name="Stop")  # once, as from the panel and the menus
    asked.get_by_role("button", name="Cancel").click()
    assert training.experiment.loop == "running"
    expect(standing).to_have_text("Running")
    loop.get_by_role("button", name="Stop").click()
    asked.get_by_role("button", name="Stop").click()
    training.join(PATIENCE)
    assert training.experiment.status == "completed"
    expect(standing).to_have_text(f"Stopped by {training.experiment.user}")
    expect(loop.get_by_role("button", name="Stop")).to_have_count(0)
    expect(number).to_be_disabled()
    picture(page, "knobs-ended")


def test_of_two_who_turn_a_knob_the_second_sees_what_the_first_did(
    server: LabServer, page: Page, training: Training
) -> None:
    opened(page, server, training.experiment, "Scalars")
    number = loop_of(page).get_by_role("textbox", name="Value of lr")
    number.fill("0.5")  # while it is written, somebody else turns it
    page.route("**/trackkit/api/loop*", lambda route: route.abort())
    track.open_store(server.store).experiment(training.experiment.id).turn("lr", 0.3)
    number.press("Enter")
    expect(page.get_by_text("was turned to 0.3")).to_be_visible()
    page.unroute("**/trackkit/api/loop*")
    expect(number).to_have_value("0.3")
    wait_until(lambda: training.rate == 0.3, "the loop did not follow who was first")


def test_a_loop_is_turned_from_the_side_panel(lab: Lab, training: Training) -> None:
    lab.begin()
    tree = panel(lab)
    name = training.experiment.name
    row = tree.get_by_role("treeitem", name=name, exact=True).first  # what runs stands above what ran before
    number = tree.get_by_role("treeitem", name="lr", exact=True).get_by_role("textbox", name="Value of lr")
    expect(number).to_have_value("0.1")
    picture(lab.page, "knobs-panel-light")
    number.fill("0.25")
    number.press("Enter")
    wait_until(lambda: training.rate == 0.25, "the loop did not follow")
    tree.get_by_role("slider", name="batch size").press("End")
    wait_until(lambda: training.batch == 256, "the slider did not turn")
    tree.get_by_role("checkbox", name="augment").click()
    wait_until(lambda: training.augment is False, "the switch did not turn")
    number.fill("7")
    number.press("Enter")
    expect(lab.page.get_by_text("takes at least 0.0001 and at most 1, not 7")).to_be_visible()
    assert training.rate == 0.25
    number.press("Escape")
    expect(number).to_have_value("0.25")

    row.hover()
    row.get_by_role("button", name=f"Pause {name}").click()
    expect(row).to_contain_text("paused")
    lab.dark()
    picture(lab.page, "knobs-panel-dark")
    at = training.experiment.last_iteration
    row.get_by_role("button", name=f"Resume {name}").click()
    wait_until(lambda: (training.experiment.last_iteration or 0) > at + 3, "it did not go on")
    row.get_by_role("button", name=f"Knobs of {name}").click()
    expect(number).to_have_count(0)
    assert lab.errors == []
