"""Where the server does not have our extension enabled: it is said, with the saved picture and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .lab import Lab, LabServer
from .shelf import loaded

CELLS = (
    # As where the kernel cannot be asked: without that, it would answer in the place of the server.
    "%env TRACKKIT_DOOR=http\n%load_ext trackkit_jupyter",
    "%%track quiet\nfor i in range(100): exp.log({'loss': 1 / (1 + i)})",
)


@pytest.fixture
def bare(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A page on a JupyterLab without our server extension."""
    with LabServer(tmp_path_factory.mktemp("bare"), extension=False) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 1100})
        yield Lab(server, context.new_page())
        context.close()


def test_the_saved_picture_and_the_command_that_mends_it(bare: Lab) -> None:
    bare.server.write("quiet.ipynb", *CELLS)
    bare.open("quiet.ipynb")
    bare.run_all()
    bare.wait_for_cell(1)
    output = bare.output(1)
    expect(output.get_by_text("jupyter server extension enable trackkit_jupyter")).to_be_visible()
    loaded(output.locator("img").first, 100)


def test_the_side_panel_says_how_to_enable_it(bare: Lab) -> None:
    bare.page.goto(bare.server.open_url("").replace("/tree/", ""))
    bare.page.get_by_role("tab", name="trackkit: experiments").click(timeout=60_000)
    panel = bare.page.get_by_role("region", name="trackkit")
    expect(panel.get_by_text("jupyter server extension enable trackkit_jupyter")).to_be_visible()
    assert bare.errors == []
