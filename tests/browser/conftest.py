"""A real JupyterLab and a real browser for all browser tests; each has a page, workspace and notebooks of its own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .lab import PATIENCE, Lab, LabServer
from .shelf import picture

PASSED = pytest.StashKey[bool]()

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A running JupyterLab with our extension, on folders of its own."""
    with LabServer(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A JupyterLab with our server extension and our labextension disabled."""
    folder = tmp_path_factory.mktemp("alone")
    config = folder / "jupyter_config_dir" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(json.dumps({"disabledExtensions": {"trackkit-jupyter": True}}))
    with LabServer(folder, extension=False) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "chromium is missing: `make venv` installs it"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def desks(browser: Browser) -> Iterator[list[Page]]:
    """The page with a Lab that a test left for the next, if there is one."""
    left: list[Page] = []
    yield left
    for page in left:
        page.context.close()


@pytest.fixture
def lab(server: LabServer, browser: Browser, desks: list[Page], request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A page on that JupyterLab: the one that the test before has cleared, or a new one, as tests of `own_page` ask."""
    own = request.node.get_closest_marker("own_page") is not None
    for page in [page for page in desks if not page.url.startswith(server.url)]:
        desks.remove(page)
        page.context.close()  # a Lab whose server is gone asks for it for ever
    kept = None if own or not desks else desks.pop()
    page = kept or browser.new_context().new_page()
    page.set_viewport_size({"width": 1280, "height": 1100})
    opened = Lab(server, page, kept=kept is not None)
    yield opened
    picture(page, re.sub(r"\W+", "-", request.node.name))
    server.stop_kernels()
    # What was set stays in a page that has read it; and what broke may be broken.
    changed = server.forget_settings()
    page.context.clear_permissions()
    if not own and not changed and not opened.errors and request.node.stash.get(PASSED, False) and opened.clear():
        desks.append(page)
    else:
        page.context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures see whether the test has passed."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report
