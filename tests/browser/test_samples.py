"""Debug samples under the hand: batches, the viewer, players, pages that reach nothing, files that are damaged."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import opened, page_of, picture

ELSEWHERE = "http://elsewhere.example"
REACHING = f"""<!doctype html><title>report</title><h1>A report</h1>
<meta http-equiv="refresh" content="0;url={ELSEWHERE}/refresh">
<link rel="stylesheet" href="{ELSEWHERE}/style.css">
<img src="{ELSEWHERE}/picture.png"><iframe src="{ELSEWHERE}/frame"></iframe>
<form action="{ELSEWHERE}/form"></form>
<style>@font-face {{ font-family: f; src: url({ELSEWHERE}/font) }}
h1 {{ font-family: f; background: url({ELSEWHERE}/b) }}</style>
<script>document.title = "ran"; fetch("{ELSEWHERE}/fetch"); location = "{ELSEWHERE}/go"; parent.hacked = 1;</script>"""
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="60" height="40" fill="teal"/>
<script>window.hacked = 1; parent.hacked = 1; fetch("http://elsewhere.example/svg")</script></svg>"""


@pytest.fixture(scope="module")
def run(server: LabServer) -> track.Experiment:
    """Eight iterations of pictures, and one of everything else."""
    with track.start("sampled", project="samples", store=server.store, capture=False) as made:
        rows, columns = np.mgrid[0:96, 0:160]
        for step in range(8):
            pixels = np.stack([(columns + 20 * step) % 256, rows * 2, (columns + rows) % 256], -1).astype(np.uint8)
            made.log_image("render", "scene", pixels, iteration=10 * step)
            made.log_image("digits", "first", np.arange(64, dtype=np.uint8).reshape(8, 8) * 3, iteration=10 * step)
        times = np.arange(8000) / 8000
        made.log_audio(
            "speech", "tone", np.sin(880 * np.pi * times) * np.exp(-3 * times), iteration=70, sample_rate=8000
        )
        silent = io.BytesIO()
        with wave.open(silent, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
        made.log_audio("speech", "nothing", silent.getvalue(), iteration=70)
        made.log_video("clip", "damaged", b"\0\0\0\x18ftypmp42, and no video", iteration=70)
        made.log_html("page", "report", REACHING, iteration=70)
    return made


@pytest.fixture(scope="module")
def odd(server: LabServer) -> track.Experiment:
    """Pictures whose files came to harm, or were made to do some."""
    with track.start("odd", project="samples", store=server.store, capture=False) as made:
        made.log_image("odd", "vector", SVG, iteration=0)
        for name in ("corrupt", "empty", "drawing"):
            made.log_image("odd", name, np.full((4, 4), len(name), np.uint8), iteration=0)
    files = {sample["variant"]: made.blob(sample["hash"]) for sample in made.samples()}
    files["corrupt"].write_bytes(files["corrupt"].read_bytes()[:30] + b"\0" * 40)
    whole = bytearray(files["empty"].read_bytes())
    whole[16:24] = bytes(8)  # a PNG of 0 x 0 pixels
    files["empty"].write_bytes(whole)
    files["drawing"].write_bytes(SVG)
    return made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as made:
        yield made


def until(condition: Any, message: str) -> None:
    wait_until(condition, message)


def iterations(panel: Locator) -> list[str]:
    return panel.get_by_role("heading", level=3).all_inner_texts()


def viewer(panel: Locator, name: str) -> Locator:
    """Open a sample; return the viewer."""
    panel.get_by_role("button", name=f"Open {name}").first.click()
    return panel.page.get_by_role("dialog", name=name)


def legend(dialog: Locator) -> str:
    return dialog.locator(".tk-viewer-legend").inner_text()


def test_batches_newest_first_and_by_metric(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Debug samples")
    until(lambda: iterations(panel) == ["Iteration 70", "Iteration 60", "Iteration 50"], "not the newest three")
    older, newer, newest = (panel.get_by_role("button", name=name, exact=True) for name in ("Older", "Newer", "Newest"))
    expect(newer).to_be_disabled()
    older.click()
    until(lambda: iterations(panel) == ["Iteration 40", "Iteration 30", "Iteration 20"], "not the next three")
    older.click()
    until(lambda: iterations(panel) == ["Iteration 10", "Iteration 0"], "not the oldest")
    expect(older).to_be_disabled()
    newer.click()
    until(lambda: iterations(panel) == ["Iteration 40", "Iteration 30", "Iteration 20"], "not back")
    newest.click()
    until(lambda: iterations(panel)[:1] == ["Iteration 70"], "not the newest")
    panel.get_by_role("combobox", name="Metric").select_option("digits")
    expect(panel.get_by_role("button", name="Open render / scene")).to_have_count(0)
    expect(panel.get_by_role("button", name="Open digits / first")).to_have_count(3)


def test_a_page_of_samples_loads_small_pictures_alone(page: Page, server: LabServer) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (3, 900, 1200, 3), dtype=np.uint8)
    with track.start("large", project="samples", store=server.store, capture=False) as large:
        for step, pixels in enumerate(noise):
            large.log_image("scene", "noise", pixels, iteration=step)
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))
    panel = opened(page, server, large, "Debug samples")
    pictures = panel.get_by_role("img", name="scene / noise")
    expect(pictures).to_have_count(3)
    for one in pictures.all():
        until(lambda one=one: one.evaluate("image => image.naturalWidth") == 256, "it is not a small picture")
    hashes = [row["hash"] for row in large.samples()]

    def pictures_of() -> list[Request]:
        return [request for request in asked if any(each in request.url for each in hashes)]

    wait_until(lambda: len(pictures_of()) == 3, "not each picture was loaded, once", page=page)
    loaded = {urlsplit(request.url).path: len(request.response().body()) for request in pictures_of()}
    assert max(loaded.values()) < min(row["size"] for row in large.samples()) / 20
    assert not [path for path in loaded if "/files/" in path]
    dialog = viewer(panel, "scene / noise")
    expect(dialog).to_contain_text("1200 × 900")
    whole = dialog.get_by_role("img")
    until(lambda: whole.evaluate("image => image.naturalWidth") == 1200, "the viewer has another picture")


def test_the_viewer_steps_by_keyboard(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Debug samples")
    thumbnail = panel.get_by_role("button", name="Open render / scene").first
    thumbnail.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="render / scene")
    slider = dialog.get_by_role("slider", name="Iteration")
    expect(slider).to_have_attribute("aria-valuetext", "iteration 70")
    expect(dialog.get_by_role("button", name="Next")).to_be_disabled()
    until(lambda: "160 × 96" in legend(dialog), "its size is not told")
    for key, iteration in (("ArrowLeft", 60), ("ArrowLeft", 50), ("ArrowRight", 60), ("Home", 0), ("End", 70)):
        page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuetext", f"iteration {iteration}")
        expect(dialog.get_by_role("img", name=f"render / scene, iteration {iteration}")).to_be_visible()
        until(lambda i=iteration: f"Iteration {i}" in legend(dialog), "the legend is of another iteration")
    dialog.get_by_role("button", name="Previous").click()
    expect(slider).to_have_attribute("aria-valuetext", "iteration 60")
    slider.fill("2")
    expect(slider).to_have_attribute("aria-valuetext", "iteration 20")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(thumbnail).to_be_focused()


def test_zoom_pan_and_the_places_of_pixels(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Debug samples")
    dialog = viewer(panel, "render / scene")
    image = dialog.get_by_role("img")
    expect(image).to_be_visible()

    def frame() -> dict[str, float]:
        found = image.bounding_box()
        assert found
        return dict(found)

    dialog.get_by_role("button", name="Actual size").click()
    until(lambda: frame()["width"] == 160, "not one to one")
    dialog.get_by_role("button", name="Zoom in").click()
    until(lambda: frame()["width"] == 240, "not larger")
    dialog.get_by_role("button", name="Zoom out").click()
    until(lambda: frame()["width"] == 160, "not smaller again")
    page.keyboard.press("+")
    until(lambda: frame()["width"] == 240, "the key does not enlarge")
    page.keyboard.press("0")
    until(lambda: frame()["width"] > 400, "it does not fit the room")
    fitted = frame()
    scale = fitted["width"] / 160
    x, y = fitted["x"] + 100.5 * scale, fitted["y"] + 40.5 * scale
    page.mouse.move(x, y)
    until(lambda: "X 100, Y 40" in legend(dialog), "the pixel is not told")
    for _ in range(8):
        page.mouse.wheel(0, -100)
    until(lambda: frame()["width"] > 3 * fitted["width"], "the wheel does not enlarge")
    page.mouse.move(x + 1, y)
    page.mouse.move(x, y)
    until(lambda: re.search(r"X 100, Y (40|39|41)\b", legend(dialog)), "the pixel under the pointer moved away")
    before = frame()
    page.mouse.down()
    page.mouse.move(x - 80, y - 40, steps=5)
    page.mouse.up()
    until(lambda: abs(frame()["x"] - before["x"] + 80) < 3 and abs(frame()["y"] - before["y"] + 40) < 3, "not dragged")
    picture(page, "samples-viewer")


def test_the_file_is_the_one_that_was_logged(
    page: Page, server: LabServer, run: track.Experiment, tmp_path: Path
) -> None:
    dialog = viewer(opened(page, server, run, "Debug samples"), "digits / first")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "saved")
    newest = [sample for sample in run.samples() if sample["metric"] == "digits"][-1]
    assert (tmp_path / "saved").read_bytes() == run.blob(newest["hash"]).read_bytes()


def test_a_sound_has_a_waveform_and_plays(page: Page, server: LabServer, run: track.Experiment) -> None:
    dialog = viewer(opened(page, server, run, "Debug samples"), "speech / tone")
    outline = dialog.get_by_role("img", name="Waveform of speech / tone")
    expect(outline).to_be_visible()
    until(lambda: len(outline.locator("path").get_attribute("d") or "") > 2_000, "there is no waveform")
    expect(dialog).to_contain_text("1.00 s, 8000 Hz, mono")
    player = dialog.locator("audio")
    until(lambda: player.evaluate("a => a.duration") == pytest.approx(1, abs=0.01), "it cannot be played")
    outline.click(position={"x": 360, "y": 60})
    until(lambda: player.evaluate("a => a.currentTime") == pytest.approx(0.5, abs=0.1), "a click does not seek")
    picture(page, "samples-sound")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("speech / nothing", "This sound has no samples."),
        ("clip / damaged", "This video is damaged or of a kind that browsers do not play."),
    ],
)
def test_what_cannot_be_played_says_why(
    page: Page, server: LabServer, run: track.Experiment, name: str, reason: str
) -> None:
    dialog = viewer(opened(page, server, run, "Debug samples"), name)
    expect(dialog.get_by_role("alert")).to_contain_text(reason)


def test_a_page_reaches_nothing(browser: Browser, server: LabServer, run: track.Experiment) -> None:
    asked: list[str] = []

    def watch(route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    with page_of(browser) as page:
        page.route("**/*", watch)
        dialog = viewer(opened(page, server, run, "Debug samples"), "page / report")
        inside = dialog.frame_locator("iframe")
        expect(inside.get_by_role("heading", name="A report")).to_be_visible()
        frames = [frame for frame in page.frames if "/trackkit/files/" in frame.url]
        assert frames
        assert all(frame.title() == "report" for frame in frames)
        picture(page, "samples-page")
        for frame in frames:
            frame.wait_for_load_state("load")
        assert asked == []
        assert page.evaluate("window.hacked") is None


def test_damaged_pictures_say_so_and_drawings_run_nothing(page: Page, server: LabServer, odd: track.Experiment) -> None:
    panel = opened(page, server, odd, "Debug samples")
    for name in ("corrupt", "empty", "drawing"):
        dialog = viewer(panel, f"odd / {name}")
        expect(dialog).to_contain_text("This picture is damaged or of a kind that browsers do not show.")
        page.keyboard.press("Escape")
        expect(panel.get_by_role("button", name=f"Open odd / {name}")).to_contain_text("Damaged, or too large")
    # A drawing that was logged as one is seen, and what it would do is not done.
    vector = panel.get_by_role("img", name="odd / vector")
    until(lambda: vector.evaluate("image => image.naturalWidth") == 60, "the drawing is not seen")
    dialog = viewer(panel, "odd / vector")
    expect(dialog).to_contain_text("60 × 40")
    page.keyboard.press("Escape")
    assert page.evaluate("window.hacked") is None
    picture(page, "samples-odd")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1600])
def test_looks(browser: Browser, server: LabServer, run: track.Experiment, width: int, theme: str) -> None:
    with page_of(browser, width) as page:
        panel = opened(page, server, run, "Debug samples", theme)
        expect(panel.get_by_role("img", name="render / scene").first).to_be_visible()
        picture(page, f"samples-{width}-{theme}")
