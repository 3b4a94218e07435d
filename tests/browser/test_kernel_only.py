"""JupyterLab without anything of ours but the kernel: displays are live through the comm, also while the cell is busy."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .lab import Lab, LabServer, wait_until
from .test_story import BUSY, drawn


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A JupyterLab with our server extension and our labextension disabled."""
    folder = tmp_path_factory.mktemp("alone")
    config = folder / "jupyter_config_dir" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(json.dumps({"disabledExtensions": {"trackkit-jupyter": True}}))
    with LabServer(folder, extension=False) as server:
        yield server


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
    expect(output.get_by_role("tab", name="Scalars")).to_be_visible(timeout=30_000)
    expect(output.locator("canvas").first).to_be_visible(timeout=30_000)
    assert page.is_busy(1)
    first = drawn(output)
    (page.server.root / "more").touch()
    wait_until(lambda: drawn(output) != first, 10, "the curve did not move")
    assert page.is_busy(1)
    output.get_by_role("tab", name="Console").click()
    expect(output.get_by_role("log", name="Console")).to_contain_text("iteration")
    assert page.is_busy(1)
    (page.server.root / "stop").touch()
    page.wait_for_cell(1)
    expect(output.get_by_text("Completed", exact=True).first).to_be_visible(timeout=10_000)
    assert page.errors == []
