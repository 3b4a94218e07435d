"""The model view as a hand finds it: seven tabs, editors that lose nothing, two people at once, there and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import Lab, LabServer, wait_until
from .shelf import page_of, picture, use
from .test_scale_charts import LONG

CONFIG = {"layers": [{"kind": "conv", "filters": 32}, {"kind": "dense", "units": 10}], "dropout": 0.1}
TABS = ["General", "Network", "Labels", "Metadata", "Lineage", "Scalars", "Plots"]


@pytest.fixture
def model(server: LabServer, tmp_path: Path) -> track.Model:
    """A draft with a bit of everything, made by one experiment and used by two."""
    weights = tmp_path / "net.pt"
    weights.write_bytes(b"weights")
    with track.start("maker", store=server.store, capture=False) as exp:
        model = exp.save_model("net", weights, labels={"cat": 0, "dog": 1}, config=CONFIG, tags=["digits"])
    for name, tag in (("tune-a", "frozen"), ("tune-b", "warm")):
        run = track.start(name, store=server.store, capture=False, tags=[tag], description=f"about {name[-1]}")
        run.use_model(model)
        run.finish("failed" if name == "tune-b" else "completed")
    for step in range(3_000):
        model.log_scalar("accuracy", "test", 1 - 1 / (step + 1), step)
    model.log_single_value("best", 0.97)
    model.log_plot("confusion", "test", go.Figure(go.Heatmap(z=[[5, 1], [2, 7]])), 0)
    model.rest()
    return model


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with page_of(browser) as opened:
        yield opened


def opened(page: Page, server: LabServer, model: track.Model, tab: str = "General") -> Locator:
    """Open the view of a model; return the panel of a tab."""
    page.goto(server.page_url(f"trackkit/widgets/?type=model&objects={model.id}"))
    return turned(page, tab)


def turned(page: Page, tab: str) -> Locator:
    page.get_by_role("tab", name=tab, exact=True).click()
    return page.get_by_role("tabpanel", name=tab, exact=True)


def edit(panel: Locator) -> None:
    panel.get_by_role("button", name="Edit", exact=True).click()


def write(window: Locator, row: int, *cells: str) -> None:
    """Fill a row of an editing window."""
    for at, cell in enumerate(cells):
        window.locator("tbody tr").nth(row).locator("input").nth(at).fill(cell)


def save(where: Locator) -> None:
    where.get_by_role("button", name="Save", exact=True).click()


def test_the_general_tab(page: Page, server: LabServer, model: track.Model) -> None:
    general = opened(page, server, model)
    expect(page.get_by_role("tab")).to_have_text(TABS)
    facts = general.get_by_role("region", name="Model", exact=True)
    expect(facts).to_contain_text(str(model.path))
    expect(facts).to_contain_text("pytorch")
    facts.get_by_role("button", name="Copy", exact=True).click()  # local: copied, not fetched
    expect(general.get_by_role("status").filter(has_text="Copied").first).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == model.uri
    expect(general.get_by_role("button", name="Download", exact=True)).to_have_count(0)
    with page.expect_download() as got:
        facts.get_by_role("button", name="Download weights").click()
    assert Path(got.value.path()).read_bytes() == b"weights"
    general.get_by_role("button", name="Edit description").click()
    general.get_by_role("textbox", name="Description").fill("A small network.")
    save(general)
    expect(general.get_by_role("button", name="Edit description")).to_have_text("A small network.")
    assert model.description == "A small network."
    general.get_by_role("button", name="Add alias").click()
    general.get_by_role("textbox", name="New alias").fill("champion")
    general.get_by_role("textbox", name="New alias").press("Enter")
    expect(page.get_by_title("Alias: net@champion")).to_be_visible()
    assert model.aliases == ["champion"]
    picture(page, "model-general")
    general.get_by_role("button", name="maker").click()
    expect(page.get_by_role("article", name="maker")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(general).to_be_visible()


def test_weights_in_the_network_and_weights_that_vanished(page: Page, server: LabServer, model: track.Model) -> None:
    far = track.register_model("http://127.0.0.1:9/net.pt", "far", store=server.store)
    general = opened(page, server, far)
    expect(general.get_by_role("link", name="http://127.0.0.1:9/net.pt")).to_be_visible()
    expect(
        general.get_by_role("region", name="Model", exact=True).get_by_role("button", name="Copy", exact=True)
    ).to_have_count(0)
    general.get_by_role("button", name="Download", exact=True).click()
    expect(general.get_by_text("This address does not answer this browser.")).to_be_visible()
    model.path.unlink()
    general = opened(page, server, model)
    expect(general.get_by_text("This file is gone: someone removed it from the store.")).to_be_visible()
    expect(general.get_by_role("button", name="Download weights")).to_have_count(0)


def test_the_configuration_is_searched_copied_edited_and_cleared(
    page: Page, server: LabServer, model: track.Model
) -> None:
    network = opened(page, server, model, "Network")
    network.get_by_role("textbox", name="Search").fill("kind")
    expect(network.get_by_text("1 of 2", exact=True)).to_be_visible()
    network.get_by_role("button", name="Next match").click()
    expect(network.get_by_text("2 of 2", exact=True)).to_be_visible()
    network.get_by_role("button", name="Previous match").click()
    expect(network.get_by_text("1 of 2", exact=True)).to_be_visible()
    network.get_by_role("button", name="Copy", exact=True).click()
    expect(network.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == model.config
    edit(network)
    field = network.get_by_role("textbox", name="Configuration")
    field.fill('{"layers": 3,}')
    expect(network.get_by_text("This is no valid JSON")).to_be_visible()
    save(network)
    expect(field).to_have_value('{"layers": 3,}')
    field.fill("layers: [3")
    network.get_by_role("combobox", name="Format").select_option("yaml")
    save(network)
    expect(network.get_by_text(re.compile("no valid YAML.*line 2"))).to_be_visible()
    expect(field).to_have_value("layers: [3")
    field.fill("layers: [3]")
    save(network)
    expect(network.get_by_role("document", name="Configuration")).to_contain_text("layers: [3]")
    assert (model.config, model.config_type) == ("layers: [3]", "yaml")
    network.get_by_role("button", name="Clear", exact=True).click()
    network.get_by_role("button", name="Clear the configuration").click()
    expect(network.get_by_text("The configuration of the network appears here.")).to_be_visible()
    assert model.config == ""


def test_a_large_configuration_is_searched_and_edited(page: Page, server: LabServer, model: track.Model) -> None:
    """It opens, is changed and saved; what is no JSON is said, and the text is kept. 10 MB in the long form."""
    lines = 100_000 if LONG else 10_000
    text = json.dumps({f"layer {n}": "x" * 80 for n in range(lines)}, indent=0)
    model.set_config(text, "json")
    network = opened(page, server, model, "Network")
    network.get_by_role("textbox", name="Search").fill(f"layer {lines - 1}")
    expect(network.locator("mark")).to_have_text(f"layer {lines - 1}")
    edit(network)
    field = network.get_by_role("textbox", name="Configuration")
    change = "(e, [from, to]) => { e.value = e.value.replace(from, to); e.dispatchEvent(new InputEvent('input')); }"
    field.evaluate(change, ["{", "{{"])
    save(network)
    expect(network.get_by_text("This is no valid JSON")).to_be_visible()
    assert field.evaluate("e => e.value.length") == len(text) + 1
    field.evaluate(change, ["{{", "{"])
    field.evaluate(change, ["layer 0", "first"])
    save(network)
    expect(field).to_have_count(0)
    assert model.config == text.replace("layer 0", "first", 1)


def test_the_versions_of_a_name_and_an_alias_that_moves(page: Page, server: LabServer, model: track.Model) -> None:
    model.add_alias("champion")
    newer = track.register_model(None, "net", store=server.store)
    general = opened(page, server, newer)
    versions = general.get_by_role("table", name="Versions")
    rows = versions.locator("tbody tr")
    expect(rows.first).to_contain_text(str(newer.version))
    old = rows.filter(has_text="@champion")
    expect(old).to_contain_text(str(model.version))
    old.get_by_role("button", name=f"Move @champion to version {newer.version}").click()
    expect(rows.first).to_contain_text("@champion")
    expect(versions.get_by_text("@champion")).to_have_count(1)
    assert (model.aliases, newer.aliases) == ([], ["champion"])
    model.add_alias("champion")  # by a script: the open view follows
    expect(rows.filter(has_text="@champion")).to_contain_text("maker")
    picture(page, "model-versions")
    versions.get_by_role("button", name=str(model.version), exact=True).click()
    article = page.get_by_role("article", name="net").last
    expect(article.get_by_role("tabpanel", name="General").get_by_text("maker").first).to_be_visible()


def test_labels_are_added_modified_deleted_and_checked(page: Page, server: LabServer, model: track.Model) -> None:
    labels = opened(page, server, model, "Labels")
    edit(labels)
    window = page.get_by_role("dialog", name="Edit labels")
    window.get_by_role("button", name="Add label").click()
    write(window, 2, "cat", "1.5")
    save(window)
    expect(window.get_by_text("There is another label “cat”.")).to_have_count(2)
    expect(window.get_by_text("An ID is a whole number.")).to_be_visible()
    expect(window.locator("tbody tr").nth(2).locator("input").nth(1)).to_have_value("1.5")
    picture(page, "model-labels-editor")
    write(window, 2, "horse", "7")
    write(window, 0, "tiger", "0")
    window.get_by_role("button", name="Remove label dog").click()
    save(window)
    expect(window).to_have_count(0)
    expect(labels.get_by_role("row")).to_have_text(["LabelID", "tiger0", "horse7"])
    assert model.labels == {"tiger": 0, "horse": 7}


def test_metadata_of_a_published_model(page: Page, server: LabServer, model: track.Model) -> None:
    metadata = opened(page, server, model, "Metadata")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish for good").click()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    assert model.status == "published"
    edit(metadata)
    window = page.get_by_role("dialog", name="Edit metadata")
    write(window, 0, "", "str", "v2")
    save(window)
    expect(window.get_by_text("The key is missing.")).to_be_visible()
    write(window, 0, "dataset")
    save(window)
    expect(metadata.get_by_role("row")).to_have_text(["KeyTypeValue", "datasetstrv2"])
    assert model.metadata == {"dataset": {"type": "str", "value": "v2"}}
    for tab in ("Network", "Labels"):
        panel = turned(page, tab)
        expect(panel.get_by_text("Published: read-only")).to_be_visible()
        expect(panel.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
        expect(panel.get_by_role("button", name="Clear", exact=True)).to_have_count(0)
    expect(turned(page, "General").get_by_role("button", name="Edit description")).to_have_count(0)
    with pytest.raises(track.LockedError):
        model.set_config("{}")


def test_the_lineage_is_filtered_searched_and_followed(page: Page, server: LabServer, model: track.Model) -> None:
    lineage = opened(page, server, model, "Lineage")
    expect(lineage.get_by_text("Created by")).to_be_visible()
    users = lineage.get_by_role("rowheader")
    expect(users).to_have_text(["tune-a", "tune-b"])
    lineage.get_by_role("button", name="Filter by tags").click()
    lineage.get_by_role("checkbox", name="warm").check()
    expect(users).to_have_text(["tune-b"])
    lineage.get_by_role("checkbox", name="warm").uncheck()
    lineage.get_by_role("button", name="Filter by status").click()
    lineage.get_by_role("checkbox", name="Completed").check()
    expect(users).to_have_text(["tune-a"])
    lineage.get_by_role("button", name="Show all").click()
    for words in ("TUNE-B", "about b", track.open_store(server.store).experiments('name == "tune-b"')[0].id):
        lineage.get_by_role("textbox", name="Search").fill(words)
        expect(users.last).to_have_text("tune-b")
        expect(lineage.get_by_text("1 of 2", exact=True)).to_be_visible()
    users.get_by_role("button", name="tune-b").click()
    expect(page.get_by_role("article", name="tune-b")).to_be_visible()
    page.get_by_role("tab", name="Artifacts").click()
    inputs = page.get_by_role("list", name="Input models")
    expect(inputs).to_contain_text(model.id)
    expect(inputs).to_contain_text('"filters": 32')
    inputs.get_by_role("button", name="net").click()
    expect(page.get_by_role("article", name="net").last.get_by_role("tab", name="General")).to_have_attribute(
        "aria-selected", "true"
    )


def test_scalars_and_plots(page: Page, server: LabServer, model: track.Model) -> None:
    scalars = opened(page, server, model, "Scalars")
    expect(scalars.locator("canvas").first).to_be_visible()
    expect(scalars.get_by_role("region", name="Summary")).to_contain_text("best0.97")
    # Maximised, every point is there; its embed code shows it with what is logged later.
    card = scalars.locator(".tk-chart").first
    use(card, "Maximize")
    window = page.get_by_role("dialog", name="accuracy")
    window.locator(".tk-plot").press("t")
    expect(window.get_by_role("table").last).to_have_attribute("aria-rowcount", "3001")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    use(card, "Copy embed code")
    expect(card.get_by_text("Embed code copied")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    plots = turned(page, "Plots")
    figure = plots.get_by_role("region", name="confusion/test")
    expect(figure.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    use(figure, "Copy embed code")
    expect(figure.get_by_role("status")).to_have_text("Embed code copied")
    plot = page.evaluate("navigator.clipboard.readText()")
    assert "type=plot" in plot
    assert [track.parse_embed(one).options.get("object_type") for one in (code, plot)] == ["model", "model"]
    model.log_scalar("accuracy", "test", 0.5, 9_999)
    model.log_plot("confusion", "test", go.Figure(go.Bar(y=[3, 1, 2])), 1)
    model.rest()
    page.goto(server.page_url(track.parse_embed(code).url.lstrip("/")))
    expect(page.locator(".tk-plot[data-x]")).to_have_attribute("data-x", re.compile(" 9999"))
    page.goto(server.page_url(track.parse_embed(plot).url.lstrip("/")))
    expect(page.locator(".js-plotly-plot .bars").first).to_be_attached()


@pytest.mark.parametrize("choice", ["Keep mine", "Take theirs"])
def test_two_editors_lose_nothing(
    page: Page, browser: Browser, server: LabServer, model: track.Model, choice: str
) -> None:
    network = opened(page, server, model, "Network")
    edit(network)
    network.get_by_role("textbox", name="Configuration").fill('{"mine": 1}')
    with page_of(browser) as second:
        other = opened(second, server, model, "Network")
        edit(other)
        other.get_by_role("textbox", name="Configuration").fill('{"theirs": 2}')
        save(other)
        expect(other.get_by_role("document", name="Configuration")).to_contain_text("theirs")
        expect(network.get_by_text("Someone else changed it since you began")).to_be_visible()
        save(network)
        expect(network.get_by_role("region", name="Theirs")).to_contain_text('{"theirs": 2}')
        expect(network.get_by_role("region", name="Yours")).to_contain_text('{"mine": 1}')
        picture(page, "model-conflict")
        network.get_by_role("button", name=choice).click()
        if choice == "Take theirs":
            expect(network.get_by_role("textbox", name="Configuration")).to_have_value('{"theirs": 2}')
        else:
            expect(other.get_by_role("document", name="Configuration")).to_contain_text(
                "mine"
            )  # both views are in step
            assert json.loads(model.config) == {"mine": 1}


def test_two_windows_of_labels_lose_nothing(page: Page, server: LabServer, model: track.Model) -> None:
    labels = opened(page, server, model, "Labels")
    edit(labels)
    window = page.get_by_role("dialog", name="Edit labels")
    write(window, 0, "tiger")
    model.set_labels({"cat": 0, "dog": 1, "horse": 2})
    save(window)
    expect(window.get_by_text("changed while you edited")).to_be_visible()
    expect(window.get_by_role("region", name="Theirs")).to_contain_text("horse")
    expect(window.get_by_role("region", name="Yours")).to_contain_text("tiger")
    assert model.labels == {"cat": 0, "dog": 1, "horse": 2}
    window.get_by_role("button", name="Keep mine").click()
    expect(window).to_have_count(0)
    assert model.labels == {"tiger": 0, "dog": 1}


def test_models_in_the_main_area_of_the_lab(lab: Lab, model: track.Model) -> None:
    """The page of models, a model opened from it by a double click, and edited there."""
    lab.begin()
    lab.command("trackkit:models")
    grid = lab.page.get_by_role("grid", name="Models")
    lab.page.get_by_role("combobox", name="Search models").fill(f'id == "{model.id}"')
    expect(lab.page.get_by_text("1 model", exact=True)).to_be_visible()
    grid.get_by_role("row", name=re.compile("net")).dblclick()
    panel = lab.page.get_by_role("complementary", name="Info panel")
    panel.get_by_role("tab", name="Labels").click()
    edit(panel)
    window = lab.page.get_by_role("dialog", name="Edit labels")
    window.get_by_role("button", name="Remove label dog").click()
    save(window)
    expect(window).to_have_count(0)
    assert model.labels == {"cat": 0}
    assert lab.errors == []


def test_the_editor_as_a_widget(lab: Lab) -> None:
    make = (
        "import trackkit_jupyter as track\n"
        "model = track.register_model(None, 'net', labels={'cat': 0}, config={'a': 1})\n"
        "editor = track.widgets.ModelEditor(model, tab='labels'); editor"
    )
    lab.server.write("model-widget.ipynb", make, "model")
    lab.open("model-widget.ipynb")
    lab.run_all()
    shown = lab.output(1).get_by_role("tabpanel", name="General")
    expect(shown).to_be_visible()
    labels = lab.output(0).get_by_role("tabpanel", name="Labels")
    edit(labels)
    window = lab.page.get_by_role("dialog", name="Edit labels")
    write(window, 0, "dog", "5")
    save(window)
    expect(labels.get_by_role("row")).to_have_text(["LabelID", "dog5"])
    said = "print(editor.labels, model.labels)"
    wait_until(lambda: lab.python(said).strip() == "{'dog': 5} {'dog': 5}", "the trait does not follow")
    lab.python("editor.labels = {'horse': 9}")
    expect(labels.get_by_role("row")).to_have_text(["LabelID", "horse9"])
    assert lab.errors == []
