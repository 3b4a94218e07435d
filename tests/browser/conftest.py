"""A real JupyterLab and a real browser for all browser tests; each has a page, workspace and notebooks of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from .lab import Lab, LabServer
from .shelf import picture


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A running JupyterLab with our extension, on folders of its own."""
    with LabServer(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "chromium is missing: `make venv` installs it"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path)
        yield launched
        launched.close()


@pytest.fixture
def lab(server: LabServer, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A page on that JupyterLab."""
    context = browser.new_context(viewport={"width": 1280, "height": 1100})
    opened = Lab(server, context.new_page())
    yield opened
    picture(opened.page, re.sub(r"\W+", "-", request.node.name))
    context.close()
    server.stop_kernels()
    server.forget_settings()
