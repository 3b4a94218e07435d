"""Exports that a browser takes part in: figures of every type, and a page that is alive without a server."""

from __future__ import annotations

import base64
import io

import nbformat
import numpy as np
import pytest
from nbformat import v4
from PIL import Image

import trackkit_jupyter as track
from trackkit_jupyter import views
from trackkit_jupyter.pictures import chrome, draw_figure
from trackkit_jupyter.reports.export import write
from trackkit_jupyter.views import MIME_TYPE
from trackkit_jupyter.views.listing import table_view

from .figures_of_every_type import FIGURES
from .shelf import page_of
from .test_rows import RECORD

#: What is drawn without a browser; docs/export.md names the same.
BY_MATPLOTLIB = {"scatter", "scattergl", "bar", "histogram", "box", "heatmap", "image", "table"}
#: Of these plotly draws nothing without the network, or only axes.
BARE = {"scattergeo", "carpet"}


def ink(picture):
    with Image.open(io.BytesIO(picture)) as image:
        cells = np.asarray(image.convert("L").resize((64, 40), Image.Resampling.BOX), np.float64)
    return 255 - cells


def test_figures_of_every_type_are_drawn_by_a_browser_and_as_documented_without_one():
    browser = chrome.find()
    assert browser is not None
    theirs = dict(zip(FIGURES, chrome.draw(browser, list(FIGURES.values()), "png", scale=1), strict=True))
    assert {kind for kind, picture in theirs.items() if isinstance(picture, str)} == {"scattergeo"}
    bare = ink(theirs["carpet"]).sum()
    for kind in theirs.keys() - BARE - {"indicator"}:
        assert ink(theirs[kind]).sum() > 1.2 * bare, f"{kind} is empty"
    ours = {kind: draw_figure(figure, scale=1) for kind, figure in FIGURES.items()}
    assert {kind for kind, picture in ours.items() if picture is not None} == BY_MATPLOTLIB
    for kind in ("bar", "histogram", "box", "heatmap", "image"):
        same = np.corrcoef(ink(ours[kind]).ravel(), ink(theirs[kind]).ravel())[0, 1]
        assert same > 0.7, kind


def test_what_a_browser_decodes_is_a_picture(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    with page_of(browser) as page:
        page.goto("about:blank")
        video = base64.b64decode(page.evaluate(RECORD))
    with track.start("seen", project="vision", capture=False) as exp:
        exp.log_video("clip", "good", video)
        exp.log_video("clip", "damaged", b"\0\0\0\x18ftypmp42, and no video")
        exp.log_image("drawn", "square", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" ><rect/></svg>')
    cell = v4.new_code_cell("", outputs=[v4.new_output("display_data", {MIME_TYPE: views.samples(exp).to_json()})])
    nbformat.write(v4.new_notebook(cells=[cell]), tmp_path / "seen.ipynb")
    done = write(tmp_path / "seen.ipynb", tmp_path / "seen.md", exp.store)
    (missing,) = done.missing
    assert missing.endswith("clip/damaged cannot be decoded: it is damaged, or of a kind that Chrome does not play.")
    with Image.open(tmp_path / "seen_files" / "1.png") as sheet:
        first = np.asarray(sheet.convert("RGB"))[:320, : sheet.width // 2]
    red = (first[..., 0] > 30) & (first[..., 1] < 20)
    assert red.mean() > 0.3


@pytest.fixture
def page(browser):
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


def test_a_page_is_alive_without_a_server(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    with track.start("kept", project="vision", capture=False) as exp:
        for step in range(20):
            exp.log({"loss/val": 1 / (step + 1)}, step)
        exp.log_plot("gl", "points", FIGURES["scattergl"])
        exp.log_image("digit", "three", np.eye(8))
        exp.log_audio("speech", "tone", np.sin(np.arange(4000) / 3), sample_rate=8000)
        exp.log_html("page", "said", "<p>A logged page.<script>parent.document.title = 'bad'</script></p>")
    for number in range(12):
        with track.start(f"row {number}", project="vision", config={"rate": 12 - number}, capture=False) as row:
            row.log({"loss/val": number}, 0)
    report = track.report.create("Alive", "vision").add(
        "Text<script>document.title = 'bad'</script>",
        *(track.embed(exp), views.plot(exp), views.samples(exp)),
        track.embed([exp, row], type="parcoords", variants=["General.rate"], metrics=["loss/val"]),
        table_view('name ~ "row"', columns=['hyperparameters["rate"]'], order_by="created"),
    )
    path = write(report.path, "alive.html", report.store).path
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_viewport_size({"width": 1000, "height": 4000})
    page.goto(path.as_uri())
    page.wait_for_selector("figure.is-live canvas")
    page.wait_for_selector(".js-plotly-plot")
    page.wait_for_selector("figure.is-live .live img[src^='data:image/png']")
    assert page.locator("figure.is-live").count() == 4
    page.get_by_role("button", name="Open speech / tone").click()
    page.get_by_role("img", name="Waveform of speech / tone").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open page / said").click()
    page.frame_locator("iframe[title='page / said']").get_by_text("A logged page.").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Colour").wait_for()  # parallel coordinates
    names = page.get_by_role("table").locator("tbody tr > td:first-child")
    assert names.all_inner_texts() == [f"row {number}" for number in range(12)]
    page.get_by_role("button", name="rate", exact=True).click()
    assert names.all_inner_texts() == [f"row {number}" for number in reversed(range(12))]
    page.get_by_role("searchbox", name="Search this table").fill("ROW 1")
    assert [name.inner_text() for name in names.all() if name.is_visible()] == ["row 11", "row 10", "row 1"]
    page.get_by_text("3 of 12 rows").wait_for()
    assert page.locator("figure.is-live > .still").first.is_hidden()
    page.emulate_media(media="print")
    assert page.locator("figure.is-live > .still").first.is_visible()
    assert [url for url in asked if not url.startswith(("data:", "blob:", path.as_uri()))] == []
    assert wrong == []
    assert page.title() == "Alive"
