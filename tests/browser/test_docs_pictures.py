"""The pictures of the documentation, made anew when they are asked for: ``TRACKKIT_PICTURES=1 pytest`` this file."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import trackkit_jupyter as track

from .lab import Lab, LabServer, wait_until
from .shelf import opened, page_of
from .test_attempts import SET, TRAIN, attempts
from .test_knobs import Training
from .whole import whole

DOCS = Path(__file__).parents[2] / "docs"
TABS = ["Execution", "Configuration", "Artifacts", "Info", "Console", "Scalars", "Plots", "Debug samples"]

#: What is turned to in a tab, and what must be there before it is taken.
CHOSEN = {"Configuration": "General", "Artifacts": "Other"}
SEEN = {
    "Execution": "import torch",
    "Configuration": "batch",
    "Artifacts": "results",
    "Info": "gpu-04",
    "Console": "epoch",
}

pytestmark = pytest.mark.skipif(not os.environ.get("TRACKKIT_PICTURES"), reason="made when they are asked for")


def reduced(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)


@pytest.fixture(scope="module")
def run(server: LabServer, tmp_path_factory: pytest.TempPathFactory) -> track.Experiment:
    """A training of digits, as anybody might have it."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier

    ended = whole(server.store, tmp_path_factory.mktemp("whole"), "digits, wider net", epochs=0)
    digits = load_digits()
    x_train, x_val, y_train, y_val = train_test_split(digits.data / 16, digits.target, random_state=0)
    net = MLPClassifier((48,), learning_rate_init=0.003, random_state=0)
    with track.start(resume=ended.id, store=server.store, tags=["baseline", "mlp"], capture=False) as exp:
        for epoch in range(60):
            net.partial_fit(x_train, y_train, classes=np.arange(10))
            found = net.predict_proba(x_val)
            loss = float(-np.log(found[np.arange(len(y_val)), y_val] + 1e-9).mean())
            exp.log({"loss/train": net.loss_, "loss/val": loss}, iteration=epoch)
            exp.log({"accuracy/train": net.score(x_train, y_train), "accuracy/val": net.score(x_val, y_val)}, epoch)
            exp.log_console("stdout", f"epoch {epoch:3d}  \x1b[32mloss {net.loss_:.4f}\x1b[0m  val {loss:.4f}\n")
        matrix = np.zeros((10, 10), dtype=int)
        np.add.at(matrix, (y_val, net.predict(x_val)), 1)
        exp.log_confusion_matrix("confusion", "val", matrix, labels=[str(n) for n in range(10)], iteration=59)
        exp.log_histogram("weights", "first layer", net.coefs_[0].ravel(), iteration=59)
        wrong = np.flatnonzero(net.predict(x_val) != y_val)[:12]
        for place, at in enumerate(wrong):
            picture = np.kron(x_val[at].reshape(8, 8) * 255, np.ones((12, 12))).astype(np.uint8)
            exp.log_image("mistakes", f"sample {place}", picture, iteration=59)
        exp.log_single_value("val accuracy", net.score(x_val, y_val))
        exp.save_model("digits-mlp", framework="scikit-learn", labels={str(n): n for n in range(10)})
    return ended


# A machine's folders say nothing about the product.
ANYWHERE = """folder => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        texts.currentNode.data = texts.currentNode.data.replaceAll(folder, '~/.trackkit');
    }
}"""


def settled(page: Page, server: LabServer) -> None:
    """Wait until a plot is drawn and nothing is on its way, no picture either."""
    panel = page.get_by_role("tabpanel")
    expect(panel.locator(".tk-skeleton, [aria-busy=true]")).to_have_count(0)
    for picture in panel.locator("img").all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.evaluate(ANYWHERE, str(server.store))
    page.mouse.move(0, 0)


@pytest.mark.parametrize("width", [1600, 420])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_tabs(browser: Browser, server: LabServer, run: track.Experiment, theme: str, width: int) -> None:
    folder = DOCS / "tabs"
    folder.mkdir(exist_ok=True)
    with page_of(browser, width, 760 if width > 1000 else 820) as page:
        for tab in TABS:
            panel = opened(page, server, run, tab, theme)
            if tab in CHOSEN:
                panel.get_by_role("navigation").get_by_role("button", name=CHOSEN[tab]).click()
            if tab in SEEN:
                expect(panel.get_by_text(SEEN[tab]).last).to_be_visible()
            if tab in ("Scalars", "Plots", "Debug samples"):
                expect(panel.locator("canvas, .main-svg, img").first).to_be_visible()
            settled(page, server)
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            name = f"{tab.lower().replace(' ', '-')}-{theme}-{width}.png"
            reduced(page.screenshot()).save(folder / name, optimize=True)


class Frames:
    """The frames of an animated picture: what stands within a part of a page, and for how long it is shown."""

    def __init__(self, page: Page, clip: tuple[int, int, int, int]) -> None:
        self.page, self.clip = page, dict(zip(("x", "y", "width", "height"), clip, strict=True))
        self.made: list[tuple[Image.Image, int]] = []

    def __call__(self, milliseconds: int) -> None:
        self.made.append((reduced(self.page.screenshot(clip=self.clip)), milliseconds))

    def save(self, name: str) -> None:
        first, *others = [image for image, _ in self.made]
        path = DOCS / f"{name}.gif"
        times = [milliseconds for _, milliseconds in self.made]
        first.save(path, save_all=True, append_images=others, duration=times, loop=0, optimize=True)
        assert path.stat().st_size < 400_000


def test_attempts(lab: Lab) -> None:
    """A cell that is run again and again, opened, looked at, and put back."""
    lab.page.set_viewport_size({"width": 1000, "height": 560})
    lab.server.write("train.ipynb", TRAIN.format(rate=0.1))
    lab.open("train.ipynb")
    lab.command("application:toggle-left-area")
    frame = Frames(lab.page, (34, 60, 930, 480))
    for number, rate in enumerate((0.1, 0.3, 0.5, 2.0, 1.0, 1.5), 1):
        lab.page.evaluate(SET, [0, TRAIN.format(rate=rate)])
        lab.run_all()
        if number > 1:
            expect(attempts(lab)).to_contain_text(f"Attempt {number}")
        frame(700)
    strip = attempts(lab)
    strip.get_by_role("button", name="Attempt 6").click()
    rows = strip.get_by_role("table", name="Attempts").get_by_role("row")
    frame(1_200)
    for row in (2, 3):
        rows.nth(row).hover()
        frame(1_200)
    strip.get_by_role("button", name="Pin attempt 4").click()
    expect(strip.get_by_role("button", name="Pin attempt 4")).to_have_attribute("aria-pressed", "true")
    frame(900)
    strip.get_by_role("button", name="Put back the code of attempt 4").click()
    expect(lab.page.get_by_text("is in the cell")).to_be_visible()
    frame(2_500)
    frame.save("attempts")


def test_claims(lab: Lab) -> None:
    """A claim in its report while experiments come in: it holds, then it is open, then later data says otherwise."""
    place = lab.server.store
    title, metric = "A rate of 0.1 beats 0.01", "accuracy/val"
    fast, slow = 'hyperparameters["lr"] == 0.1', 'hyperparameters["lr"] == 0.01'

    def train(rate: float, *values: float) -> None:
        for value in values:
            with track.start("run", project="digits", config={"lr": rate}, store=place, capture=False) as exp:
                exp.log({metric: value}, 0)

    train(0.1, 0.912, 0.934, 0.941, 0.928, 0.939)
    train(0.01, 0.903, 0.917, 0.921, 0.898, 0.911)
    report = track.report.create("Which rate?", "digits", path=lab.server.root / "rates.ipynb", store=place)
    report.claim(title, metric, fast, slow)
    lab.page.set_viewport_size({"width": 900, "height": 600})
    lab.open("rates.ipynb", kernel=False)
    lab.command("application:toggle-left-area")
    claim = lab.page.get_by_role("region", name=f"Claim: {title}")
    expect(claim.get_by_role("status")).to_have_text("It holds")
    box = claim.bounding_box()
    assert box
    frame = Frames(lab.page, (int(box["x"]) - 8, int(box["y"]) - 64, 780, 330))
    frame(2_000)
    for values, verdict in (((0.86, 0.88), "Open"), ((0.83, 0.84, 0.85, 0.82, 0.86), "Contradicted")):
        for value in values:
            train(0.1, value)
            count = str(len(track.open_store(place).experiments(fast)))
            expect(claim.get_by_role("row").nth(1).get_by_role("cell").nth(1)).to_have_text(count)
            frame(700)
        expect(claim.get_by_role("status")).to_have_text(verdict)
    frame(3_000)
    frame.save("claims")


def test_one_clock(browser: Browser, server: LabServer, run: track.Experiment) -> None:
    """A span brushed along a chart; its lines and, of a moment, the nearest sample a click away."""
    with page_of(browser, 900, 560) as page:
        panel = opened(page, server, run, "Scalars")
        loss = panel.get_by_role("region", name="loss", exact=True)
        expect(loss.locator("canvas")).to_be_visible()
        settled(page, server)
        frame = Frames(page, (0, 0, 900, 560))
        frame(1_000)
        rail = loss.locator(".tk-clock-rail").bounding_box()
        assert rail
        y = rail["y"] + rail["height"] / 2
        page.mouse.move(rail["x"] + 0.25 * rail["width"], y)
        expect(loss.get_by_text("Drag to mark a span in every tab")).to_be_visible()
        frame(1_200)
        page.mouse.down()
        for share in (0.30, 0.35, 0.40, 0.45):
            page.mouse.move(rail["x"] + share * rail["width"], y)
            frame(160)
        page.mouse.up()
        strip = page.get_by_role("region", name="Marked span")
        expect(strip.get_by_role("button", name="lines")).to_be_visible()
        frame(1_800)
        strip.get_by_role("button", name="lines").click()
        expect(page.get_by_role("log").locator("[data-lit]").first).to_be_in_viewport()
        frame(2_200)
        page.get_by_role("log").locator("[data-lit]").nth(2).click()
        page.get_by_role("tab", name="Scalars").click()
        expect(loss.locator(".tk-plot")).to_have_attribute("data-moment", re.compile(r"\d"))
        frame(2_500)
        page.get_by_role("button", name="nearest sample").click()
        expect(page.locator(".tk-samples-batch[data-lit] img").first).to_be_visible()
        settled(page, server)
        frame(2_500)
        frame.save("one-clock")


def test_knobs(browser: Browser, server: LabServer) -> None:
    """A rate that is turned while the loop runs; the loop is paused, goes on, and is stopped."""
    turned = Training(server.store)
    turned.start()
    try:
        with page_of(browser, 900, 440) as page:
            opened(page, server, turned.experiment, "Scalars")
            loop = page.get_by_role("region", name="Loop")
            number = loop.get_by_role("textbox", name="Value of lr")
            frame = Frames(page, (0, 0, 900, 440))
            chart = page.get_by_role("region", name="loss").locator(".tk-plot")

            def grown(by: int) -> None:
                end = int((chart.get_attribute("data-x") or "0 0").split()[1])
                wait_until(lambda: int((chart.get_attribute("data-x") or "0 0").split()[1]) >= end + by, "no more")
                frame(500)

            for _ in range(3):
                grown(40)
            number.fill("0.8")
            frame(600)
            number.press("Enter")
            wait_until(lambda: turned.rate == 0.8, "the loop did not follow")
            for _ in range(3):
                grown(40)
            loop.get_by_role("button", name="Pause").click()
            expect(loop.get_by_text("Paused", exact=True)).to_be_visible()
            frame(1_200)
            loop.get_by_role("button", name="Resume").click()
            grown(40)
            loop.get_by_role("button", name="Stop").click()
            page.get_by_role("dialog", name="Stop").get_by_role("button", name="Stop").click()
            expect(page.get_by_role("article").get_by_text("Stopped by").first).to_be_visible()
            loop.get_by_role("button", name="What was asked").click()
            frame(3_000)
            frame.save("knobs")
    finally:
        if turned.experiment.running:
            track.open_store(server.store).experiment(turned.experiment.id).stop()
        turned.join(30)
