"""JupyterLab with nothing of ours but the kernel: displays are live through the comm, while the cell is busy too."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .lab import PATIENCE, Lab, LabServer, wait_until
from .shelf import bring, loaded, picture
from .test_clock import end, marks, train_in
from .test_story import BUSY, drawn


@pytest.fixture
def page(alone: LabServer, browser: Browser) -> Iterator[Lab]:
    """A page on that JupyterLab, which reaches nothing else."""
    for name in ("stop", "more"):
        (alone.root / name).unlink(missing_ok=True)
    context = browser.new_context(viewport={"width": 1280, "height": 1100})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield Lab(alone, context.new_page())
    context.close()
    alone.stop_kernels()
    assert not [url for url in asked if not url.startswith((alone.url, "blob:", "data:"))]
    assert not [url for url in asked if "/trackkit/" in url]


def test_the_curve_moves_while_the_cell_is_busy(page: Lab) -> None:
    page.server.write("busy.ipynb", "%load_ext trackkit_jupyter", BUSY)
    page.open("busy.ipynb")
    page.run_all(wait=False)
    output = page.output(1)
    expect(output.get_by_role("tab", name="Scalars")).to_be_visible()
    expect(output.locator("canvas").first).to_be_visible()
    assert page.is_busy(1)
    first = drawn(output)
    (page.server.root / "more").touch()
    wait_until(lambda: drawn(output) != first, "the curve did not move")
    assert page.is_busy(1)
    output.get_by_role("tab", name="Console").click()
    expect(output.get_by_role("log", name="Console")).to_contain_text("iteration")
    assert page.is_busy(1)
    (page.server.root / "stop").touch()
    page.wait_for_cell(1)
    expect(output.get_by_text("Completed", exact=True).first).to_be_visible()
    assert page.errors == []


MADE = """
import numpy as np, plotly.graph_objects as go
import trackkit_jupyter as track
with track.start("made") as exp:
    for i in range(20):
        exp.log({"loss/train": 1 / (1 + i), "loss/val": 1.2 / (1 + i)}, iteration=i)
    exp.log_plot("confusion", "val", go.Figure(go.Heatmap(z=[[5, 1], [2, 7]])), iteration=3)
    for i in range(6):
        exp.log_image("digits", "first", np.full((8, 8), i * 40, dtype=np.uint8), iteration=i)
""".strip()


def test_the_labextension_without_the_server_extension_is_live_and_says_what_is_missing(
    browser: Browser, tmp_path: Path
) -> None:
    with LabServer(tmp_path, extension=False) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 1100})
        lab = Lab(server, context.new_page())
        server.write("half.ipynb", "%load_ext trackkit_jupyter", BUSY)
        lab.open("half.ipynb")
        lab.run_all(wait=False)
        output = lab.output(1)
        expect(output.locator("canvas").first).to_be_visible()
        first = drawn(output)
        (server.root / "more").touch()
        wait_until(lambda: drawn(output) != first, "the curve did not move")
        assert lab.is_busy(1)
        expect(output.get_by_text("jupyter server extension enable trackkit_jupyter")).to_be_visible()
        (server.root / "stop").touch()
        lab.wait_for_cell(1)
        assert lab.errors == []
        context.close()


def test_every_tab_reads_from_the_kernel(page: Lab) -> None:
    page.server.write("tabs.ipynb", "%load_ext trackkit_jupyter", MADE, "exp.show()")
    page.open("tabs.ipynb")
    page.run_all()
    output = page.output(2)
    expect(output.locator("canvas").first).to_be_visible()
    output.get_by_role("tab", name="Plots").click()
    expect(output.locator(".main-svg").first).to_be_visible()
    output.get_by_role("tab", name="Debug samples").click()
    image = output.get_by_role("tabpanel", name="Debug samples").get_by_role("img").first
    expect(image).to_have_attribute("src", re.compile("^blob:"))
    page.page.wait_for_function("i => i.complete && i.naturalWidth === 8", arg=image.element_handle())
    image.click()
    with page.page.expect_download() as download:
        page.page.get_by_role("dialog").get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith(".png")
    page.page.keyboard.press("Escape")
    output.get_by_role("button", name="Add tag").click()
    output.get_by_role("textbox", name="New tag").fill("seen")
    output.get_by_role("textbox", name="New tag").press("Enter")
    expect(output.get_by_role("button", name="Remove tag seen")).to_be_visible()
    assert "seen" in page.python("print(exp.tags)")
    assert page.errors == []


def test_it_is_one_clock_while_the_cell_is_busy_and_afterwards(page: Lab) -> None:
    output = train_in(page, "clock.ipynb", "exp")
    # A kernel that is busy answers nothing: what is marked is told to within some iterations, and as being about that.
    marks(page.page, output, room=3, samples=False)  # it sends no pictures either
    assert page.is_busy(0)
    output.get_by_role("region", name="accuracy", exact=True).locator(".tk-plot").press("s")
    picture(page.page, "clock-kernel-busy")
    expect(output.get_by_title("The kernel is busy: it is exact once its cell has ended")).to_be_visible()
    end(page)
    expect(output.get_by_title("The kernel is busy: it is exact once its cell has ended")).to_have_count(0)
    page.page.keyboard.press("Escape")
    marks(page.page, output)
    assert page.errors == []


def test_it_is_there_again_after_a_reload(page: Lab) -> None:
    page.server.write("again.ipynb", "%load_ext trackkit_jupyter", MADE, "exp.show()")
    page.open("again.ipynb")
    page.run_all()
    expect(page.output(2).locator("canvas").first).to_be_visible()
    page.command("docmanager:save")
    page.page.reload()
    page.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE * 1000)
    expect(page.output(2).locator("canvas").first).to_be_visible()
    assert page.errors == []


def test_further_views_are_light(page: Lab) -> None:
    received: list[int] = []
    saved: list[int] = []

    def take(frame: bytes | str) -> None:
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        kind = re.search(r'"msg_type": ?"(\w+)"', text)  # of its own header, which comes first
        if kind and kind[1].startswith("comm_"):
            received.append(len(frame))
        elif kind and kind[1] == "display_data":  # what the notebook keeps, its picture above all, has its own budget
            saved.append(len(frame))

    page.page.on("websocket", lambda socket: socket.on("framereceived", take))
    views = "from IPython.display import display\nfor _ in range(COUNT): display(track.widgets.ScalarsView(exp))"
    page.server.write("many.ipynb", MADE, *(views.replace("COUNT", count) for count in ("1", "1", "30")))
    page.open("many.ipynb")
    sizes, heap = {}, {}
    for cell, views in enumerate([0, 1, 1, 30]):
        received.clear()
        page.run_cell(cell)
        for view in range(views):
            shown = page.output(cell).locator(".trackkit").nth(view)
            bring(shown)
            expect(shown.locator("canvas").first).to_be_visible()
        sizes[cell] = sum(received)
        page.page.evaluate("window.gc?.()")
        heap[cell] = page.page.evaluate("performance.memory.usedJSHeapSize")
    print("bytes by cell:", sizes, "of a display:", max(saved), "heap by cell:", heap)
    assert sizes[1] < 150_000
    assert sizes[2] <= 8_000
    assert sizes[3] / 30 <= 8_000
    assert len(saved) == 32
    assert max(saved) <= 20_000, "a saved notebook may grow by 60 KB per view; thirty of these stay light"
    assert heap[3] - heap[2] < 30 * 2_000_000
    states = page.python(
        "import gc, json\n"
        "for widget in gc.get_objects():\n"
        "    if isinstance(widget, track.widgets.ViewWidget): print(len(json.dumps(widget.get_state(), default=str)))"
    )
    assert len(states.split()) == 32
    assert max(map(int, states.split())) < 4_000
    assert page.errors == []


@pytest.mark.parametrize("shown", ["exp", "track.widgets.ScalarsView(exp)"])
def test_a_store_that_is_moved_leaves_the_saved_picture_and_a_line(page: Lab, shown: str) -> None:
    store = page.server.root.parent / "moving"
    shutil.rmtree(store, ignore_errors=True)
    made = MADE.replace('track.start("made")', f'track.start("made", store={str(store)!r})')
    page.server.write("moved.ipynb", made, shown)
    page.open("moved.ipynb")
    page.run_all()
    output = page.output(1)
    expect(output.locator("canvas").first).to_be_visible()
    page.command("docmanager:save")
    shutil.rmtree(store.with_name("moved"), ignore_errors=True)
    store.rename(store.with_name("moved"))
    line = output.get_by_role("status").filter(has_text="This is the saved picture.")
    for _ in range(2):
        expect(line).to_contain_text("their store was moved or deleted")
        picture = output.get_by_role("img", name="The view as it was when the notebook was saved")
        loaded(picture, 100)
        expect(output.get_by_role("alert")).to_have_count(0)
        page.page.reload()  # and so it is when the notebook is opened again
        page.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE * 1000)
    assert page.errors == []
