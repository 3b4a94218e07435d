"""One clock: a span brushed under a chart is that of every tab; a line of the log and a sample mark their moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import Lab, LabServer, wait_until
from .shelf import bring, opened, page_of, painted, picture


@pytest.fixture(scope="module")
def run(server: LabServer) -> Iterator[track.Experiment]:
    """A training that goes on: a monitor that counts for itself, lines, samples, plots and cells."""
    with track.start("clock", project="clock", store=server.store, capture=False) as made:
        for step in range(100):
            if step % 40 == 0:
                made.record_cell(f"train(from_step={step})", step + 1)
            made.log({"loss/train": 1 / (step + 1), "loss/val": 2 / (step + 1), "accuracy/val": step / 100}, step)
            made.log_text(f"step {step}")
            if step % 4 == 0:
                made.log({":monitor:cpu/percent": float(step)}, step // 4)
            if step % 10 == 0:
                made.log_image("digits", "wrong", np.full((8, 8), step, np.uint8), step)
                made.log_plot("confusion", "val", {"data": [{"type": "bar", "y": [step]}]}, step)
        yield made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as made:
        yield made


def ends(card: Locator) -> tuple[float, float]:
    """The ends of the span that a chart marks, once it does."""
    expect(card.locator(".tk-plot")).to_have_attribute("data-span", re.compile(r"\d"))
    low, high = (card.locator(".tk-plot").get_attribute("data-span") or "").split()
    return float(low), float(high)


def spans(card: Locator, span: Any) -> None:
    """Wait until a chart marks a span."""
    wait_until(lambda: ends(card) == span, f"{span} is not marked")


def brush(page: Page, card: Locator, first: float, last: float) -> None:
    """Brush along the axis of a chart, from one share of its width to another."""
    rail = card.locator(".tk-clock-rail")
    expect(card.locator(".tk-plot[data-x]")).to_be_visible()
    bring(rail)  # waits until it has come to rest
    box = rail.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + first * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + last * box["width"], y, steps=3)
    page.mouse.up()
    painted(page)


def tab(page: Page, name: str) -> Locator:
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


def test_a_span_is_that_of_every_tab(page: Page, server: LabServer, run: track.Experiment) -> None:
    scalars = opened(page, server, run, "Scalars")
    loss = scalars.get_by_role("region", name="loss", exact=True)
    expect(loss.locator("canvas")).to_be_visible()
    brush(page, loss, 0.40, 0.60)
    strip = page.get_by_role("region", name="Marked span")
    expect(strip).to_contain_text(re.compile(r"iterations 4\d–\d\d"))
    words = re.search(r"iterations (\d+)–(\d+)", strip.inner_text())
    assert words
    first, last = int(words[1]), int(words[2])
    assert 36 <= first <= 44
    assert 56 <= last <= 64
    # The hand is on the axis still, and what it is for is known by now.
    expect(loss.locator(".tk-clock-hint")).to_have_css("opacity", "0")
    for name in ("loss", "accuracy"):
        spans(scalars.get_by_role("region", name=name, exact=True), (first, last))
    low, high = ends(scalars.get_by_role("region", name=":monitor:cpu", exact=True))
    assert abs(low - first / 4) <= 1
    assert abs(high - last / 4) <= 1
    picture(page, "clock-scalars")

    strip.get_by_role("button", name=re.compile("lines")).click()
    lit = page.get_by_role("log").locator("[data-lit]")
    expect(lit.first).to_be_in_viewport()
    # A line follows its points: that of the last iteration was printed after the span.
    expect(lit.first).to_have_text(f"step {first}")
    expect(lit).to_have_count(last - first)
    picture(page, "clock-console")
    samples = tab(page, "Debug samples")
    expect(samples.get_by_role("region").first).to_have_accessible_name(f"Iteration {last - 1 - (last - 1) % 10}")
    plots = tab(page, "Plots")
    expect(plots.get_by_role("slider", name="Iteration")).to_have_attribute(
        "aria-valuetext", f"iteration {last - 1 - (last - 1) % 10}"
    )
    cells = tab(page, "Execution").locator(".tk-cell[data-lit]")
    expect(cells).to_contain_text(["train(from_step=0)", "train(from_step=40)"] if first < 40 else ["from_step=40"])

    # Something new comes, and what is marked stays marked.
    tab(page, "Scalars")
    step = run.last_iteration or 0
    run.log({"loss/train": 0.0}, step + 1)
    expect(loss.locator(".tk-plot")).to_have_attribute("data-x", re.compile(f" {step + 1}$"))
    assert ends(loss) == (first, last)
    strip.get_by_role("button", name="Zoom charts").click()
    expect(loss.locator(".tk-plot")).to_have_attribute("data-x", f"{first} {last}")
    page.keyboard.press("Escape")
    expect(page.locator(".tk-clock, [data-span]")).to_have_count(0)


def test_what_was_zoomed_to_is_marked_from_its_corner(page: Page, server: LabServer, run: track.Experiment) -> None:
    scalars = opened(page, server, run, "Scalars")
    loss = scalars.get_by_role("region", name="loss", exact=True)
    plot, rail = loss.locator(".tk-plot"), loss.locator(".tk-clock-rail")
    expect(loss.locator("canvas")).to_be_visible()
    hint = loss.get_by_text("Drag to mark a span in every tab")
    rail.hover()
    expect(hint.locator("..")).to_have_css("opacity", "1")
    picture(page, "clock-hint")
    mark = loss.get_by_role("button", name="Mark this span in every tab", exact=True)
    expect(mark).to_have_count(0)
    box = loss.locator(".u-over").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.41 * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.44 * box["width"], box["y"] + 62, steps=3)
    page.mouse.up()
    expect(mark).to_have_css("opacity", "1")
    expect(hint.locator("..")).to_have_css("opacity", "0")
    picture(page, "clock-zoomed")
    painted(page)
    low, high = (float(end) for end in (plot.get_attribute("data-x") or "").split())
    mark.click()
    expect(plot).to_have_attribute("data-span", re.compile(r"\d"))
    first, last = ends(loss)
    assert low <= first <= last <= high
    assert last - first >= high - low - 2
    expect(mark).to_have_count(0)
    expect(plot).to_be_focused()
    # Between two samples there is none: one click leads to the nearest.
    page.keyboard.press("Escape")
    rail.click()
    strip = page.get_by_role("region", name="Marked moment")
    expect(strip.get_by_role("button", name="nearest line")).to_be_visible()
    link = strip.get_by_role("button", name=re.compile(r"^nearest sample: iteration \d+$"))
    iteration = int(link.inner_text().split()[-1])
    assert iteration in (40, 50)
    link.click()
    batch = page.get_by_role("tabpanel", name="Debug samples").locator("[data-lit]")
    expect(batch).to_have_accessible_name(f"Iteration {iteration}")
    expect(batch).to_be_in_viewport()


def test_a_line_and_a_sample_mark_their_moment(page: Page, server: LabServer, run: track.Experiment) -> None:
    scalars = opened(page, server, run, "Scalars")
    plot = scalars.get_by_role("region", name="accuracy", exact=True).locator(".tk-plot")
    log = tab(page, "Console").get_by_role("log")
    log.get_by_text("step 83", exact=True).click()
    expect(page.get_by_role("region", name="Marked moment")).to_contain_text("iteration 83")
    tab(page, "Scalars")
    expect(plot).to_have_attribute("data-moment", "83")
    samples = tab(page, "Debug samples")
    samples.get_by_role("region", name="Iteration 70").get_by_role("button", name="Open digits / wrong").click()
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_role("dialog").get_by_text("Iteration 60")).to_be_visible()
    page.keyboard.press("Escape")
    tab(page, "Scalars")
    expect(plot).to_have_attribute("data-moment", "60")
    picture(page, "clock-moment")
    page.keyboard.press("Escape")
    expect(page.locator(".tk-clock, [data-moment]")).to_have_count(0)


def test_it_is_marked_by_keyboard(page: Page, server: LabServer, run: track.Experiment) -> None:
    scalars = opened(page, server, run, "Scalars", "dark")
    plot = scalars.get_by_role("region", name="accuracy", exact=True).locator(".tk-plot")
    expect(plot.locator("canvas")).to_be_visible()
    plot.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "s"):
        plot.press(key)
    expect(page.get_by_role("region", name="Marked span")).to_contain_text("iterations 1–3")
    page.get_by_role("button", name="Clear span").press("Enter")
    log = tab(page, "Console").get_by_role("log")
    log.press("Home")
    expect(log.get_by_text("step 0", exact=True)).to_be_in_viewport()
    log.press("Enter")
    expect(page.get_by_role("region", name="Marked moment")).to_contain_text("iteration 0")
    picture(page, "clock-keyboard-dark")


def test_it_is_the_same_clock_on_every_axis(page: Page, server: LabServer, run: track.Experiment) -> None:
    scalars = opened(page, server, run, "Scalars")
    accuracy = scalars.get_by_role("region", name="accuracy", exact=True)
    brush(page, accuracy, 0.40, 0.60)
    strip = page.get_by_role("region", name="Marked span")
    expect(strip).to_contain_text(re.compile(r"iterations \d+–\d+"))
    first, last = ends(accuracy)
    times = run.series("accuracy/val").times
    scalars.get_by_role("radio", name="Wall").click(force=True)
    expect(accuracy.locator(".tk-plot")).to_have_attribute("data-span", re.compile(r"^\d{10}\."))
    spans(accuracy, pytest.approx((times[int(first)], times[int(last)]), abs=1e-4))
    brush(page, accuracy, 0.10, 0.90)
    expect(accuracy.locator(".tk-plot")).not_to_have_attribute("data-span", f"{times[int(first)]} {times[int(last)]}")
    # What was first logged took most of the time: there may be one iteration in the span.
    expect(strip).to_contain_text(re.compile(r"iterations? \d+"))
    scalars.get_by_label("Metric as horizontal axis").select_option(label="loss/train")
    expect(accuracy.locator(".tk-clock-rail")).to_be_hidden()


#: A cell that trains until the test says so; what it shows stands beneath it meanwhile.
TRAINS = """
import numpy as np, time
from pathlib import Path
from IPython.display import display
import trackkit_jupyter as track
exp = track.start("in a notebook", project="clock", capture=["cells"])
exp.knob("lr", 0.1, min=1e-4, max=1)
display(SHOWN)
step = 0
while not Path("stop").exists():
    if step < 200 or Path("more").exists():
        exp.log({"loss/train": 1 / (step + 1), "accuracy/val": step / 1000}, iteration=step)
        exp.log_text(f"step {step}")
        if step % 20 == 0:
            exp.log_image("digits", "wrong", np.full((8, 8), step % 256, np.uint8), iteration=step)
        step += 1
    time.sleep(0.002)
exp.finish()
""".strip()


def train_in(lab: Lab, name: str, shown: str) -> Locator:
    """Run that cell; return its output once its curves are drawn, while it is busy."""
    for flag in ("stop", "more"):
        (lab.server.root / flag).unlink(missing_ok=True)
    lab.server.write(name, TRAINS.replace("SHOWN", shown))
    lab.open(name)
    lab.run_all(wait=False)
    output = lab.output(0)
    loss = output.get_by_role("region", name="loss", exact=True)
    expect(loss.locator(".tk-plot")).to_have_attribute("data-x", re.compile(r"^0 199$"))
    expect(loss.locator("canvas")).to_be_visible()
    assert lab.is_busy(0)
    return output


def whole(page: Page, output: Locator) -> None:
    """Check that no row of knobs and no line of what is marked cuts the axis of the first chart, where it is narrow."""
    expect(output.get_by_role("region", name="Loop")).to_be_visible()
    page.set_viewport_size({"width": 900, "height": 1100})
    places = [output.locator(".tk-clock-rail").first, output.get_by_role("tabpanel"), output.locator(".trackkit")]

    def bottoms() -> list[int]:
        return [place.evaluate("e => Math.round(e.getBoundingClientRect().bottom)") for place in places]

    wait_until(lambda: bottoms() == sorted(bottoms()), "the axis is cut")
    page.set_viewport_size({"width": 1280, "height": 1100})


def end(lab: Lab) -> None:
    (lab.server.root / "stop").touch()
    lab.wait_for_cell(0)


def marks(page: Page, output: Locator, room: int = 0, *, samples: bool = True) -> None:
    """Mark spans and moments in an output by hand and by keyboard; all of it follows, to within some iterations."""
    output.get_by_role("tab", name="Scalars").click()
    loss, accuracy = (output.get_by_role("region", name=name, exact=True) for name in ("loss", "accuracy"))
    bring(loss)
    brush(page, loss, 0.40, 0.60)
    strip = output.get_by_role("region", name="Marked span")
    expect(strip).to_contain_text(re.compile(r"iterations \d+–\d+"))
    expect(accuracy.locator(".tk-plot")).to_have_attribute("data-span", re.compile(r"\d"))
    (first, last), low_high = ends(loss), (loss.locator(".tk-plot").get_attribute("data-x") or "").split()
    width = float(low_high[1]) - float(low_high[0])
    assert first == pytest.approx(float(low_high[0]) + 0.4 * width, abs=0.03 * width + room)
    assert last == pytest.approx(float(low_high[0]) + 0.6 * width, abs=0.03 * width + room)
    spans(accuracy, (first, last))
    whole(page, output)
    strip.get_by_role("button", name=re.compile("lines")).click()
    lit = output.get_by_role("log").locator("[data-lit]")
    expect(lit.first).to_be_in_viewport()
    wait_until(
        lambda: abs(int(lit.first.inner_text().split()[-1]) - first) <= 1 + room, "other lines are lit than were marked"
    )

    line = output.get_by_role("log").locator("[data-index]").filter(has_text=re.compile(r"^step \d+$")).nth(3)
    step = int(line.inner_text().split()[-1])
    line.click()
    moment = output.get_by_role("region", name="Marked moment")
    expect(moment).to_contain_text(re.compile(r"iteration \d+"))
    marked = re.search(r"iteration (\d+)", moment.inner_text())
    assert marked
    assert abs(int(marked[1]) - step) <= room
    output.get_by_role("tab", name="Scalars").click()
    for chart in (loss, accuracy):
        expect(chart.locator(".tk-plot")).to_have_attribute("data-moment", marked[1])
    if samples:
        output.get_by_role("tab", name="Debug samples").click()
        output.get_by_role("button", name="Open digits / wrong").first.click()
        seen = page.get_by_role("dialog").get_by_text(re.compile(r"^Iteration \d+$")).first.inner_text()
        page.keyboard.press("Escape")
        output.get_by_role("tab", name="Scalars").click()
        for chart in (loss, accuracy):
            wait_until(
                lambda chart=chart: (
                    abs(int(chart.locator(".tk-plot").get_attribute("data-moment") or -99) - int(seen.split()[1]))
                    <= room
                ),
                "the sample marked no moment",
            )
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(output.locator("[data-span], [data-moment]")).to_have_count(0)

    plot = accuracy.locator(".tk-plot")
    plot.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "s"):
        plot.press(key)
    expect(output.get_by_role("region", name="Marked span")).to_contain_text(re.compile(r"iterations? \d+"))
    spans(loss, pytest.approx((1, 3), abs=room))
    page.keyboard.press("Escape")
    expect(output.locator("[data-span]")).to_have_count(0)


@pytest.mark.parametrize("shown", ["exp", "track.widgets.ExperimentView(exp)"])
def test_it_is_one_clock_in_a_notebook_while_the_cell_is_busy_and_afterwards(lab: Lab, shown: str) -> None:
    output = train_in(lab, "clock.ipynb", shown)
    marks(lab.page, output)
    assert lab.is_busy(0)
    loss = output.get_by_role("region", name="loss", exact=True)
    brush(lab.page, loss, 0.2, 0.4)
    expect(output.get_by_role("region", name="Marked span")).to_contain_text("iterations")
    before = ends(loss)
    (lab.server.root / "more").touch()
    expect(loss.locator(".tk-plot")).to_have_attribute("data-x", re.compile(r" [23456789]\d\d$"))
    assert ends(loss) == before  # what was marked stays while more comes
    picture(lab.page, "clock-notebook")
    lab.page.keyboard.press("Escape")
    end(lab)
    marks(lab.page, output)
    assert lab.errors == []
