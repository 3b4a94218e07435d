"""Hosts that run nothing of ours: the saved quickstart as HTML in a browser without network, and as Markdown."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, sync_playwright

import trackkit_jupyter as track
from trackkit_jupyter.demo import execute, quickstart
from trackkit_jupyter.views import MIME_TYPE

# The first display is of the experiment, the second of the three side by side.
SAYS = [["rate 0.1", "completed", "loss/val", "epochs"], ["3 experiments", "rate 0.01", "loss/val", "★"]]
NEVER = re.compile(r"<trackkit_jupyter|object at 0x|View\(|Loading|application/vnd|model_id", re.IGNORECASE)


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """The quickstart, run and saved."""
    folder = tmp_path_factory.mktemp("static")
    target = folder / "quickstart.ipynb"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("HOME", "XDG_DATA_HOME", "IPYTHONDIR"):
            (folder / name.lower()).mkdir()
            patch.setenv(name, str(folder / name.lower()))
        execute(quickstart(), target, folder / ".trackkit")
    shutil.rmtree(folder / ".trackkit")  # elsewhere, there is only the notebook
    return target


def converted(saved: Path, to: str) -> Path:
    """Convert it as a person does."""
    subprocess.run(
        [sys.executable, "-m", "jupyter", "nbconvert", "--to", to, "--log-level=ERROR", str(saved)], check=True
    )
    return saved.with_suffix({"html": ".html", "markdown": ".md"}[to])


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser without network."""
    path = shutil.which("chromium")
    assert path, "chromium is missing: `make venv` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser.new_context(offline=True, viewport={"width": 1100, "height": 900}).new_page()
        browser.close()


def test_the_saved_notebook_is_small(saved: Path) -> None:
    assert saved.stat().st_size < 1_000_000
    bundles = [
        output["data"]
        for cell in json.loads(saved.read_text())["cells"]
        for output in cell.get("outputs", [])
        if MIME_TYPE in output.get("data", {})
    ]
    assert len(bundles) == len(SAYS)
    for bundle in bundles:
        assert len(json.dumps(bundle)) <= 60_000


def test_html_shows_pictures_and_tables_without_network(saved: Path, page: Page) -> None:
    page.goto(converted(saved, "html").as_uri())
    displays = [output for output in page.locator(".jp-OutputArea-output").all() if output.locator("img").count()]
    assert len(displays) == len(SAYS)
    for display, words in zip(displays, SAYS, strict=True):
        image = display.locator("img")
        assert image.evaluate("i => i.complete && i.naturalWidth") > 500
        assert display.locator("table").count() >= 1
        text = display.inner_text()
        assert all(word in text for word in words), text
        assert not NEVER.search(text)
    assert page.get_by_role("progressbar").count() == 0


def test_markdown_shows_pictures_and_tables(saved: Path) -> None:
    text = converted(saved, "markdown").read_text(encoding="utf-8")
    for words in SAYS:
        assert all(word in text for word in words)
    assert text.count("<img ") == len(SAYS)
    assert not NEVER.search(re.sub(r"base64,[^\"]+", "", text))


def test_what_a_site_that_shows_only_pictures_or_text_gets(saved: Path) -> None:
    for cell in json.loads(saved.read_text())["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if MIME_TYPE in data:
                assert {"image/png", "text/markdown", "text/html", "text/plain"} <= set(data)
                assert "application/vnd.jupyter.widget-view+json" not in data, (
                    "its state is not saved: it would be blank"
                )
                assert not NEVER.search("".join(data["text/plain"]) + "".join(data["text/markdown"]))


@pytest.mark.parametrize("door", ["http", "comm"])
def test_a_widget_whose_state_is_not_saved_shows_its_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", door)
    with track.start("made", store=tmp_path / "store", capture=False) as exp:
        for i in range(20):
            exp.log({"loss/train": 1 / (1 + i), "loss/val": 1.2 / (1 + i)}, iteration=i)
    data, metadata = track.widgets.ScalarsView(exp)._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell("view", outputs=[nbformat.v4.new_output("display_data", data, metadata=metadata)])
    notebook = tmp_path / "widget.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    for to in ("html", "markdown"):
        text = converted(notebook, to).read_text(encoding="utf-8")
        assert re.search(r'<img alt="[^"]+" src="data:image/png;base64,', text)
        assert "loss/train" in text
        assert "model_id" not in text
