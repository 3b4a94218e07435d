"""One clock and knobs at scale: from a brush to the marks on all in sight, from a turn to its effect in the loop.

Small by default; with ``TRACKKIT_LONG`` set, at the sizes that were promised. The numbers are printed (``-s``).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .test_scale_charts import LONG, TIMED, opened, within

#: Milliseconds, of a machine that does nothing else.
MARKED, TURNED = 300, 200
BRUSHES = 6 if LONG else 3
TURNS = 40 if LONG else 6

# From the end of the brush: every chart in sight but the one that was brushed has another span, and the line below the
# tabs tells what belongs to it.
WATCHED = """() => { window.marked = new Promise(resolve => {
    const plots = [...document.querySelectorAll('.tk-line')].slice(1);
    const spans = () => plots.map(plot => plot.dataset.span ?? '').join();
    const before = spans();
    const told = () => document.querySelector('.tk-clock:not([aria-busy=true]) .tk-clock-belongs');
    addEventListener('pointerup', () => timed(() => {},
        () => told() && plots.every(plot => plot.dataset.span) && spans() !== before).then(resolve),
        { once: true, capture: true });
}); }"""
GO = "[...document.querySelectorAll('.tk-clock-belongs button')].find(b => b.textContent.includes('{}')).click()"
LIT = "document.querySelector('.tk-log [data-lit]')?.checkVisibility()"
SAMPLE = "document.querySelector('.tk-samples-batch[data-lit] img')?.naturalWidth"
FRAME = "() => new Promise(requestAnimationFrame)"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.add_init_script(TIMED)
    yield made
    context.close()


def spread(said: str, times: Sequence[float], budget: float) -> None:
    print(f"{said}: {' '.join(f'{one:.0f}' for one in sorted(times))} ms ({len(times)} times)")
    within(f"{said}, the worst", max(times), budget)


def brushed(page: Page, last: float) -> float:
    """Brush as a hand does, a step in each frame; return the milliseconds from its end until all charts show it."""
    box = page.locator(".tk-clock-rail").first.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] - 60)
    for step in range(6):  # from the middle of the chart down to its axis
        page.mouse.move(box["x"] + box["width"] / 3, box["y"] - 60 + (y - box["y"] + 60) * step / 5)
        page.evaluate(FRAME)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + (1 / 3 + (last - 1 / 3) * (step + 1) / 12) * box["width"], y)
        page.evaluate(FRAME)
    page.evaluate(WATCHED)
    page.mouse.up()
    return float(page.evaluate("window.marked"))


def test_a_span_is_marked_everywhere_soon(page: Page, tmp_path: Path) -> None:
    """Ten series, lines and samples; of each server, which begins with nothing read, the first brush too."""
    count = 100_000 if LONG else 10_000
    store = tmp_path / "store"
    with track.start("clock", project="scale", store=store, capture=False) as run:
        for step in range(count):
            run.log({f"wave {number}/v": math.sin(step / 300 + number) for number in range(10)}, iteration=step)
            run.log_text(f"step {step}")
            if step % 10 == 0:
                run.log_image("digits", "wrong", np.full((2, 2), step % 256, np.uint8), iteration=step)
    first, later, lines, samples = [], [], [], []
    for number in range(4 if LONG else 1):
        folder = tmp_path / f"server {number}"
        folder.mkdir()
        server = LabServer(folder)
        server.store = store
        with server:
            opened(page, server, run)
            expect(page.locator(".tk-line canvas").nth(2)).to_be_visible()
            # The first server that opens the store archives these points; what was read is then read anew.
            wait_until(lambda: not list(store.glob("experiments/*/scalars-*.bin")), "it is never archived", seconds=120)
            times = [brushed(page, 0.5 + 0.4 * each / BRUSHES) for each in range(BRUSHES)]
            first.append(times[0])
            later += times[1:]
            lines.append(float(page.evaluate(f"timed(() => {GO.format('line')}, () => {LIT})")))
            samples.append(float(page.evaluate(f"timed(() => {GO.format('sample')}, () => {SAMPLE})")))
    spread("a span marked on every chart, the first of a server", first, MARKED)
    spread("a span marked on every chart, later ones", later, MARKED)
    spread("from there to its first line in sight", lines, MARKED)
    spread("from there to its latest sample in sight", samples, MARKED)


class Loop(threading.Thread):
    """A loop of ten milliseconds an iteration, which notes when it sees another value."""

    def __init__(self, store: Path) -> None:
        super().__init__()
        self.experiment = track.start("turned", store=store, capture=False)
        self.seen: dict[float, tuple[float, int]] = {}
        self.experiment.knob("lr", 0.5, min=0, max=1)

    def run(self) -> None:
        pace, iteration = threading.Event(), 0
        with self.experiment as exp:
            while True:
                rate = exp.knob("lr", 0.5, min=0, max=1)
                self.seen.setdefault(rate, (time.time(), iteration))
                exp.log({"loss/train": math.sin(iteration / 30) + rate}, iteration=iteration)
                iteration += 1
                pace.wait(0.01)


def test_a_turn_is_soon_heeded(page: Page, server: LabServer) -> None:
    """From the key in the view to the iteration that has the value."""
    loop = Loop(server.store)
    loop.start()
    try:
        opened(page, server, loop.experiment)
        number = page.get_by_role("textbox", name="Value of lr")
        expect(number).to_have_value("0.5")
        page.evaluate(
            """() => addEventListener('keydown', event => {
                if (event.key === 'Enter') window.pressed = performance.timeOrigin + performance.now();
            }, { capture: true })"""
        )
        times = []
        for turn in range(TURNS):
            value = (turn + 1) / 100
            number.fill(str(value))
            number.press("Enter")
            wait_until(lambda value=value: value in loop.seen, "the loop did not follow")
            times.append(1000 * loop.seen[value][0] - float(page.evaluate("window.pressed")))
            expect(number).to_have_value(str(value))
    finally:
        track.open_store(server.store).experiment(loop.experiment.id).stop()
        loop.join(30)
    print(f"from the key to the loop, median {np.median(times):.0f} ms")
    spread("from the key to the loop", times, TURNED)
