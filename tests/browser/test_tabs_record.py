"""What the tabs of an experiment hold, in the width of the info panel and on the full screen; what is edited when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import opened, page_of, picture
from .whole import DIFF, EXECUTION, whole

ODD = ["<img src=x onerror=alert(1)>", "\"quoted\" & 'so'", "שם מימין", "x" * 250]


@pytest.fixture(scope="module")
def run(server: LabServer, tmp_path_factory: pytest.TempPathFactory) -> track.Experiment:
    folder = tmp_path_factory.mktemp("whole")
    return whole(server.store, folder, parent=whole(server.store, folder, "parent").id)


@pytest.fixture(params=[1600, 420], ids=["full", "panel"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    with page_of(browser, request.param) as made:
        yield made


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()")).replace("\r\n", "\n")


def copies(page: Page, text: object) -> None:
    """Wait until something is on the clipboard."""
    wait_until(lambda: clipboard(page) == text, f"{text!r} was not copied")


def fact(panel: Locator, name: str) -> Locator:
    """The value of a fact, by its name."""
    row = panel.locator("dl > div").filter(has=panel.page.locator("dt", has_text=re.compile(f"^{re.escape(name)}$")))
    return row.locator("dd")


def found_in(region: Locator) -> Locator:
    """How many matches a search in it has."""
    return region.get_by_role("status").filter(has_text="of")


def turn(page: Page, tab: str) -> Locator:
    page.get_by_role("tab", name=tab).click()
    return page.get_by_role("tabpanel", name=tab)


def test_execution(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Execution")
    link = panel.get_by_role("link", name="https://example.org/vision/digits.git")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    container = EXECUTION["container"]
    assert isinstance(container, dict)
    for name, value in {
        "Branch": "main",
        "Commit ID": EXECUTION["commit"],
        "Script path": "train.py",
        "Working directory": ".",
        "Image": container["image"],
        "Arguments": container["arguments"],
        "Setup script": container["setup"],
        "Output destination": "s3://models/digits",
        "Log level": "INFO",
    }.items():
        expect(fact(panel, name)).to_have_text(str(value))
    expect(panel.get_by_role("button", name=re.compile("^Edit"))).to_have_count(0)
    fact(panel, "Commit ID").get_by_role("button", name="Copy commit id").click()
    copies(page, EXECUTION["commit"])

    changes = panel.get_by_role("region", name="Changes")
    expect(changes.locator("[data-change]")).to_have_count(7)
    kinds = changes.locator("[data-change]").evaluate_all("rows => rows.map(row => row.dataset.change)")
    assert kinds == ["head"] * 4 + ["place", "removed", "added"]
    changes.get_by_role("textbox", name="Search").fill("LR =")
    expect(found_in(changes)).to_have_text("1 of 2")
    page.keyboard.press("Enter")
    expect(changes.locator("[data-current]")).to_have_text("+lr = 0.05")
    changes.get_by_role("button", name="Copy changes").click()
    copies(page, DIFF)

    cells = panel.get_by_role("region", name="Executed cells")
    expect(cells.locator(".tk-token-comment")).to_have_text("# one pass")
    cells.get_by_role("button", name="Copy cell 2").click()
    wait_until(lambda: clipboard(page).startswith("for epoch in range(3):"), "the cell was not copied")

    packages = panel.get_by_role("region", name="Installed packages")
    packages.get_by_role("textbox", name="Search").fill("torch")
    expect(packages.get_by_role("rowheader")).to_have_text(["torch"])
    expect(packages.get_by_role("cell")).to_have_text(["2.4.0"])
    packages.get_by_role("button", name="Copy packages").click()
    copies(page, "torch==2.4.0")
    picture(page, f"tab-execution-{(page.viewport_size or {})['width']}")


def test_configuration(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Configuration")
    rail = panel.get_by_role("navigation", name="Configuration")
    expect(rail.get_by_role("button")).to_have_text(["Properties1", "General3", "Args1", "network"])
    rail.get_by_role("button", name="Args").click()
    row = panel.get_by_role("row", name=re.compile("^epochs"))
    expect(row).to_have_attribute("title", "epochs\nType: int\nDescription: how often\nDefault: 10")
    rail.get_by_role("button", name="General").click()
    table = panel.get_by_role("table", name="Hyperparameters General")
    plain = table.get_by_role("row", name=re.compile("^lr"))
    assert "Default" not in (plain.get_attribute("title") or "")
    panel.get_by_role("textbox", name="Search").fill("batch")
    expect(table.get_by_role("row")).to_have_count(2)
    plain = table.get_by_role("row", name=re.compile("^batch"))
    plain.hover()
    plain.get_by_role("button", name="Copy batch").click()
    copies(page, "64")
    expect(panel.get_by_role("button", name=re.compile("^(Edit|Delete|Add)"))).to_have_count(0)
    expect(panel.get_by_role("button", name="Clone to edit")).to_be_visible()
    rail.get_by_role("button", name="network").click()
    text = panel.get_by_role("region", name="network")
    expect(text).to_contain_text("depth")
    expect(text.get_by_title("What the model is made of")).to_be_visible()
    text.get_by_role("textbox", name="Search").fill("depth")
    expect(found_in(text)).to_have_text("1 of 1")
    picture(page, f"tab-configuration-{(page.viewport_size or {})['width']}")


def test_artifacts(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Artifacts")
    rail = panel.get_by_role("navigation", name="Artifacts")
    expect(rail.get_by_role("button")).to_have_text(["Input models0", "Output models0", "Data audit0", "Other3"])
    results = panel.get_by_role("region", name="results")
    expect(results).to_contain_text("epoch,loss")  # the preview
    expect(fact(results, "Metadata")).to_contain_text('"rows": 2')
    (kept,) = [artifact for artifact in run.artifacts if artifact["key"] == "results"]
    expect(fact(results, "Hash")).to_have_text(kept["hash"])
    fact(results, "Path").get_by_role("button", name="Copy path").click()
    copies(page, kept["uri"])
    with page.expect_download() as told:
        results.get_by_role("button", name="Download results").click()
    assert Path(told.value.path()).read_text().startswith("epoch,loss")
    bucket = panel.get_by_role("region", name="bucket")
    expect(fact(bucket, "Path")).to_have_text("s3://models/digits/last.pt")
    expect(bucket.get_by_role("button", name="Download bucket")).to_have_count(0)  # no page can: its address is copied
    expect(panel.get_by_role("region", name="weights").get_by_role("button", name="Download weights")).to_be_visible()
    rail.get_by_role("button", name="Data audit").click()
    expect(panel).to_contain_text("Data that is stored again whenever it changes appears here.")
    expect(panel.locator("code")).to_have_text('exp.watch_artifact("rows", frame)')
    picture(page, f"tab-artifacts-{(page.viewport_size or {})['width']}")


def test_info(page: Page, server: LabServer, run: track.Experiment) -> None:
    panel = opened(page, server, run, "Info")
    general = panel.get_by_role("region", name="Experiment")
    expect(fact(general, "Parent").get_by_role("button", name="parent", exact=True)).to_be_visible()
    for name, value in {
        "Status": "Completed",
        "Project": "vision/digits",
        "User": str(run.user),
        "Archived": "No",
        "ID": run.id,
        "Last iteration": "3",
    }.items():
        expect(fact(general, name)).to_have_text(value)
    for name in ("Created", "Started", "Finished", "Last update"):
        expect(fact(general, name)).to_have_text(re.compile(r"\d{4}.*(just now|ago)"))
    runtime = panel.get_by_role("region", name="Runtime")
    for name, value in {
        "Operating system": "Linux 6.8",
        "Host name": "gpu-04",
        "Python version": "3.12.4",
        "Processor": "x86_64",
        "CPU type": "AMD EPYC 7543",
        "CPU cores": "64",
        "Memory": "503.6 GB",
        "GPU type": "NVIDIA H100",
        "GPUs": "2",
        "CUDA driver version": "12.4",
    }.items():
        expect(fact(runtime, name)).to_have_text(value)
    description = panel.get_by_role("region", name="Description")
    expect(description.locator("strong")).to_have_text("smaller")
    picture(page, f"tab-info-{(page.viewport_size or {})['width']}")


def test_a_description_is_edited_and_seen_by_all(browser: Browser, server: LabServer, tmp_path: Path) -> None:
    described = whole(server.store, tmp_path, "described")
    with page_of(browser) as one, page_of(browser, 420) as other:
        first = opened(one, server, described, "Info").get_by_role("region", name="Description")
        second = opened(other, server, described, "Info").get_by_role("region", name="Description")
        first.get_by_role("button", name="Edit description").click()
        box = first.get_by_role("textbox", name="Description")
        box.fill("given up")
        one.keyboard.press("Escape")
        expect(first).to_contain_text("smaller")
        first.get_by_role("button", name="Edit description").click()
        box.fill("A *new* one\n<script>alert(1)</script>")
        one.keyboard.press("Control+Enter")
        expect(second.locator("em")).to_have_text("new")
        expect(second).to_contain_text("<script>")
        assert described.description == "A *new* one\n<script>alert(1)</script>"


def test_a_clone_is_edited_where_its_original_is_not(browser: Browser, server: LabServer, tmp_path: Path) -> None:
    original = whole(server.store, tmp_path, "original")
    with page_of(browser) as page:
        panel = opened(page, server, original, "Configuration")
        panel.get_by_role("button", name="Clone to edit").click()
        expect(panel.get_by_role("status").filter(has_text="original (clone)")).to_be_visible()
        rail = panel.get_by_role("navigation", name="Configuration")
        rail.get_by_role("button", name="General").click()
        table = panel.get_by_role("table", name="Hyperparameters General")
        row = table.get_by_role("row", name=re.compile("^lr"))
        row.hover()
        row.get_by_role("button", name="Edit lr").click()
        row.get_by_role("textbox", name="Value of lr").fill("0.01")
        page.keyboard.press("Enter")
        expect(row).to_contain_text("0.01")
        panel.get_by_role("button", name="Add").click()
        panel.get_by_role("textbox", name="Name").fill("lr")
        panel.get_by_role("textbox", name="Value").fill("1")
        panel.get_by_role("button", name="Save").click()
        expect(panel.get_by_role("alert")).to_contain_text("There is a lr already")
        panel.get_by_role("textbox", name="Name").fill("momentum")
        page.keyboard.press("Enter")
        expect(table.get_by_role("row", name=re.compile("^momentum"))).to_be_visible()
        row = table.get_by_role("row", name=re.compile("^batch"))
        row.hover()
        row.get_by_role("button", name="Delete batch").click()
        expect(row).to_have_count(0)
        rail.get_by_role("button", name="network").click()
        panel.get_by_role("button", name="Edit", exact=True).click()
        panel.get_by_role("textbox", name="Text of network").fill("depth: 4")
        panel.get_by_role("button", name="Save").click()
        expect(panel.get_by_role("region", name="network")).to_contain_text("depth: 4")
    (clone,) = [one for one in track.open_store(server.store).experiments() if one.parent == original.id]
    values = {name: entry["value"] for name, entry in clone.hyperparameters["General"].items()}
    assert values == {"lr": "0.01", "layers": "[128, 64]", "momentum": "1"}
    assert clone.configuration["network"]["value"] == "depth: 4"
    assert original.hyperparameters["General"]["lr"]["value"] == "0.05"

    with page_of(browser) as page:
        panel = opened(page, server, clone, "Execution")
        fact(panel, "Image").get_by_role("button", name="Edit image").click()
        panel.get_by_role("textbox", name="Image").fill("pytorch:2")
        page.keyboard.press("Enter")
        expect(fact(panel, "Image")).to_have_text("pytorch:2")
        fact(panel, "Log level").get_by_role("button", name="Edit log level").click()
        panel.get_by_role("combobox", name="Log level").select_option("DEBUG")
        page.keyboard.press("Enter")
        expect(fact(panel, "Log level")).to_have_text("DEBUG")
    assert clone.execution["container"]["image"] == "pytorch:2"


def test_properties_are_edited_until_it_is_published(browser: Browser, server: LabServer, tmp_path: Path) -> None:
    run = whole(server.store, tmp_path, "owned")
    with page_of(browser, 420) as page:
        panel = opened(page, server, run, "Configuration")
        panel.get_by_role("navigation").get_by_role("button", name="Properties").click()
        panel.get_by_role("button", name="Add").click()
        panel.get_by_role("textbox", name="Name").fill("place")
        panel.get_by_role("textbox", name="Value").fill("on the moon")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("row", name=re.compile("^place"))).to_contain_text("on the moon")
        assert run.properties["place"]["value"] == "on the moon"
        run.publish()
        expect(panel.get_by_role("button", name="Add")).to_have_count(0)
        expect(panel.get_by_text("It is published: its content is locked")).to_be_attached()
        expect(panel.get_by_role("button", name="Clone to edit")).to_be_visible()
        expect(panel.get_by_role("button", name=re.compile("^(Edit|Delete)"))).to_have_count(0)


def test_any_name_and_any_length_are_shown_safely(browser: Browser, server: LabServer) -> None:
    huge = "first line\n" + "0123456789" * 950_000
    config = (
        {f"p{number:05}": number for number in range(10_000)}
        | dict.fromkeys(ODD, "<b>bold</b>\n\u202eover")
        | {"huge": huge}
    )
    with track.start("odd", config=config, store=server.store, capture=False, tags=["t" * 250]) as run:
        run.record_execution({"diff": DIFF * 4_500})
        run.connect_configuration({"a": "<img src=x onerror=alert(2)>"}, name=ODD[0])
    with page_of(browser) as page:
        panel = opened(page, server, run, "Configuration")
        table = panel.get_by_role("table", name="Hyperparameters General")
        expect(table).to_have_attribute("aria-rowcount", "10006")
        assert table.get_by_role("row").count() < 200
        for name in ODD:
            panel.get_by_role("textbox", name="Search").fill(name)
            expect(table.get_by_role("rowheader")).to_have_text([name])
            expect(table.get_by_role("cell").first).to_contain_text("<b>bold</b>")
        panel.get_by_role("textbox", name="Search").fill("huge")
        row = table.get_by_role("row", name=re.compile("^huge"))
        expect(row).to_contain_text("Show all 9.1 MB")
        assert len(row.inner_text()) < 2_000
        row.get_by_role("button", name="Show all").click()
        expect(row.get_by_role("textbox", name="Whole value")).to_have_value(re.compile("^first line\n"))
        picture(page, "odd-configuration")
        panel = turn(page, "Execution")
        changes = panel.get_by_role("region", name="Changes")
        changes.get_by_role("button", name="Show all").click()
        changes.get_by_role("textbox", name="Search").fill("model = net")
        expect(found_in(changes)).to_have_text("1 of 4,500")
        assert changes.locator(".tk-code-row").count() < 200
        assert page.get_by_role("article").locator("img").count() == 0
        article = page.get_by_role("article")
        cut = "article => article.scrollWidth <= article.clientWidth"
        wait_until(lambda: article.evaluate(cut), "the long tag is not cut")
