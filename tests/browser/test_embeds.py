"""Embeds: from a chart into a report, live, and back; snippets in Markdown; queries that are clicked together."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track

from .lab import Lab, LabServer, wait_until
from .shelf import bring, page_of, picture, use

REPORT = {"report": {"id": "0" * 32, "name": "Findings", "status": "draft"}}


@pytest.fixture
def run(server: LabServer) -> Iterator[track.Experiment]:
    """An experiment that runs in this process."""
    tag = f"embedded {secrets.token_hex(4)}"
    with track.start("live", project="embeds", tags=[tag], store=str(server.store), capture=False) as exp:
        exp.log({"loss/train": 0.5, "loss/val": 0.75}, iteration=0)
        exp.log({"loss/train": 0.25, "loss/val": 0.375}, iteration=1)
        exp.log_single_value("accuracy", 0.875)
        yield exp


def write(server: LabServer, name: str, *markdown: str, report: bool = True) -> None:
    """Write a notebook of Markdown cells; nobody trusts it."""
    path = server.write(name, markdown=markdown)
    notebook = nbformat.read(path, as_version=4)
    if report:
        notebook.metadata["trackkit"] = REPORT
    nbformat.write(notebook, path)
    server.forget_trust()


def sources(lab: Lab) -> list[str]:
    """Return the source of each cell as the notebook has it now."""
    cells = "[...window.jupyterapp.shell.currentWidget.context.model.sharedModel.cells]"
    return list(lab.page.evaluate(f"{cells}.map(cell => cell.source)"))


def frames(lab: Lab) -> Locator:
    """Return the places of the views in rendered Markdown."""
    return lab.page.locator(".jp-MarkdownCell .trackkit-embed-frame")


def test_from_a_chart_into_a_report_and_back(lab: Lab, run: track.Experiment) -> None:
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(lab.server, "embeds.ipynb", f"{track.embed(run, metrics='loss').code}\n\nA sentence.", "Last")
    lab.open("embeds.ipynb", kernel=False)
    card = frames(lab).locator(".tk-chart").first
    expect(card.locator("canvas").first).to_be_visible()

    # One click copies; a second one puts it into the report, below the active cell, as one step that can be taken back.
    use(card, "Copy embed code")
    expect(card.get_by_text("Embed code copied")).to_be_visible()
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert track.parse_embed(copied).objects == (run.id,)
    before = sources(lab)
    lab.page.get_by_role("menuitem", name="Into the open report").click()
    said = frames(lab).get_by_role("status").filter(has_text="Put into Findings")
    expect(said).to_be_visible()
    after = sources(lab)
    assert [after[0], *after[3:]] == before
    assert after[1] == "%load_ext trackkit_jupyter"
    assert track.parse_embed(after[2].removeprefix("%embed ")) == track.parse_embed(copied)
    said.get_by_role("button", name="Undo").click()
    lab.page.wait_for_function("n => document.querySelectorAll('.jp-Notebook .jp-Cell').length === n", arg=len(before))
    assert sources(lab) == before
    use(card, "Copy embed code")
    lab.page.get_by_role("menuitem", name="Into the open report").click()

    # The cell has its output saved, and is live without having been executed.
    output = lab.page.locator(".jp-CodeCell .jp-OutputArea").last
    chart = output.locator(".tk-chart").first
    expect(chart.locator("canvas").first).to_be_visible()
    saved = lab.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.context.model.toJSON().cells[2].outputs[0].data"
    )
    assert {"image/png", "text/markdown", "text/plain"} <= saved.keys()
    use(chart, "Show as table")
    expect(chart.get_by_role("table")).to_contain_text("0.375")
    run.log({"loss/train": 0.125, "loss/val": 0.1875}, iteration=2)
    expect(chart.get_by_role("table")).to_contain_text("0.1875")
    picture(lab.page, "embed-in-report")

    output.hover()
    output.get_by_role("button", name="View original resource").click()
    tab = lab.page.locator(".jp-MainAreaWidget .trackkit").get_by_role("article", name="live")
    expect(tab.get_by_role("tab", name="Scalars")).to_have_attribute("aria-selected", "true")
    assert lab.errors == []


def test_a_query_is_clicked_together_and_changed(lab: Lab, run: track.Experiment) -> None:
    write(lab.server, "queries.ipynb", "A beginning", "An end")
    lab.open("queries.ipynb", kernel=False)
    lab.command("trackkit:insert-embed", wait=False)
    editor = lab.page.get_by_role("dialog", name="Insert embed")
    editor.get_by_role("button", name="Tags", exact=True).click()
    tags = editor.get_by_role("group", name="Tags").get_by_role("combobox", name="Tags", exact=True)
    tags.fill(run.tags[0])
    tags.press("Enter")
    editor.get_by_role("combobox", name="Metric").first.fill("loss")
    expect(editor.get_by_text("match")).to_have_text("1 experiment matches now")
    expect(editor.get_by_role("region", name="Preview").locator("canvas").first).to_be_visible()
    box = editor.locator(".tk-tokens").first.bounding_box()
    assert box is not None
    assert box["height"] < 40
    picture(lab.page, "embed-editor")
    lab.page.set_viewport_size({"width": 420, "height": 900})
    inside = "e => [...e.querySelectorAll('*')].every(n => n.getBoundingClientRect().right <= innerWidth + 1)"
    wait_until(lambda: editor.evaluate(inside), "a part of the editor is beyond the narrow window")
    picture(lab.page, "embed-editor-narrow")
    lab.page.set_viewport_size({"width": 1280, "height": 1100})
    editor.get_by_role("button", name="Insert into Findings").click()
    output = lab.page.locator(".jp-CodeCell .jp-OutputArea").last
    expect(output.locator("canvas").first).to_be_visible()
    view = track.parse_embed(sources(lab)[2].removeprefix("%embed "))
    assert view.query is not None
    assert view.query["tags"] == ["__$or", run.tags[0]]
    assert view.options["metrics"] == ["loss"]

    # From its own corner it is opened again, with all that was said.
    output.hover()
    output.get_by_role("button", name="Edit query").click()
    editor = lab.page.get_by_role("dialog", name="Edit query")
    expect(editor.get_by_role("group", name="Tags").get_by_text(run.tags[0])).to_be_visible()
    editor.get_by_role("spinbutton", name="At most").fill("3")
    editor.get_by_role("button", name="Save").click()
    lab.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.context.model.sharedModel.cells[2].source.includes('page_size=3')"
    )
    expect(output.locator("canvas").first).to_be_visible()
    assert lab.errors == []


# Each line of the quick guide of the specification, and what of it is to be found.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

GUIDE = r"""
# H1
## H2
### H3
#### H4
##### H5
###### H6

**bold** __bold too__ *italic* _italic too_ ~~struck~~ `code`

> one
>> two
>>> three

1. a
2. b
1. c
1. d

+ x
+ y
  - z
    * u
    + v
    - w
* [x] checked
- [ ] open

|    | Right | Left | Centre |
| -- | ----: |:---- |:------:|
| 1  |     1 | 1    |   1    |

    indented = 1

```python
import os
```

[a link](https://example.org "its title")

<details><summary>Fold</summary>Inside</details>

---
___
***

![a picture](data:image/png;base64,PNG "its title")
[![linked](data:image/png;base64,PNG)](https://example.org)
""".replace("PNG", PNG)

FOUND = {
    "h1, h2, h3, h4, h5, h6": 6,
    "strong": 2,
    "p > em": 2,
    ":is(del, s, strike)": 1,
    "p > code": 1,
    "blockquote": 3,
    "ol": 1,
    "ol > li": 4,
    "ul ul ul > li": 3,
    "li input[type=checkbox]": 2,
    "li input[type=checkbox]:checked": 1,
    "table tbody td": 4,
    "table th:is([align=right], [style*=right])": 1,
    "table th:is([align=left], [style*=left])": 1,
    "table th:is([align=center], [style*=center])": 1,
    "pre": 2,
    "pre .cm-keyword, pre span[class], pre span[style]": None,
    "a[href='https://example.org'][title='its title']": 1,
    "details > summary": 1,
    "hr": 3,
    "img[alt='a picture'][title='its title']": 1,
    "a[href='https://example.org'] img": 1,
}


def test_markdown_of_a_report(lab: Lab, run: track.Experiment) -> None:
    code = track.embed(run, type="single", width="50%", height=150).code
    tag = run.tags[0].replace(" ", "%20")
    snippets = (
        f'Before $a$ and `{code}`\n\n{code}\n\n<iframe src="https://example.org/"></iframe>after $b$\n\n'
        f"<details><summary>More</summary>{code}</details>\n\n"
        # As the specification has it: of another server, without an end of its quote, with dollars.
        f'<iframe\n  src="<web_server>/widgets/?type=single&tags[]=__$and,__$or,{tag}\n  height="120"\n></iframe>'
    )
    (lab.server.root / "uploaded.png").write_bytes(base64.b64decode(PNG))
    write(lab.server, "guide.ipynb", GUIDE, snippets, "Paste here\n\n![uploaded](uploaded.png)")
    lab.open("guide.ipynb", kernel=False)
    guide = lab.page.locator(".jp-MarkdownCell .jp-MarkdownOutput").nth(0)
    for selector, count in FOUND.items():
        if count is None:
            expect(guide.locator(selector).first).to_be_visible()
        else:
            expect(guide.locator(selector), selector).to_have_count(count)

    places = frames(lab)
    expect(places).to_have_count(3)
    bring(places.nth(0))
    expect(places.nth(0).get_by_role("table")).to_contain_text("0.875")
    first = places.nth(0)
    wait_until(lambda: abs((first.bounding_box() or {"height": 0})["height"] - 150) < 2, "it is not as high as it says")
    cell = lab.page.locator(".jp-MarkdownCell").nth(1)
    assert cell.locator("iframe").count() == 0
    expect(cell.locator("mjx-container")).to_have_count(2)
    expect(cell.locator("code")).to_contain_text("<iframe src=")
    cell.locator("summary").click()
    expect(places.nth(1).get_by_role("table")).to_contain_text("0.875")
    bring(places.nth(2))
    expect(places.nth(2).get_by_role("table")).to_contain_text("live")
    picture(lab.page, "embed-markdown")

    # An image that is pasted becomes an attachment of its cell, and is shown.
    pasted = lab.page.locator(".jp-MarkdownCell").nth(2)
    pasted.dblclick()
    expect(pasted.locator(".cm-content")).to_be_visible()
    pasted.locator(".cm-content").evaluate(PASTE)
    lab.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.context.model.sharedModel.cells[2].source.includes('attachment:')"
    )
    lab.command("notebook:run-cell")
    expect(pasted.locator("img[src^='data:image/png']")).to_be_visible()
    lab.page.wait_for_function("i => i.naturalWidth === 1", arg=pasted.get_by_alt_text("uploaded").element_handle())
    assert lab.errors == []


PASTE = """node => {
    const bytes = Uint8Array.from(atob('PNG'), c => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], 'pasted.png', {type: 'image/png'}));
    node.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}""".replace("PNG", PNG)


def embedded(page: Page, server: LabServer, query: str) -> Locator:
    """Open an embed page; return its view."""
    page.goto(server.page_url(f"trackkit/widgets/?{query}"))
    return page.locator(".trackkit").first


def test_the_embed_page_shows_every_type_and_leads_back(
    browser: Browser, server: LabServer, run: track.Experiment
) -> None:
    run.log_image("digits", "wrong", [[0, 255], [255, 0]], iteration=1)
    run.log_plot("matrix", "val", {"data": [{"type": "heatmap", "z": [[1, 2], [3, 4]]}]}, iteration=1)
    with page_of(browser, width=640, height=420) as page:
        view = embedded(page, server, f"type=scalar&objectType=task&objects={run.id}&metrics=loss&light")
        expect(view.locator("canvas").first).to_be_visible()
        expect(view.get_by_role("group", name="Legend").or_(view.locator(".tk-legend"))).to_contain_text("train")
        picture(page, "embed-page")
        view.hover()
        with page.context.expect_page() as opened:
            view.get_by_role("button", name="View original resource").click()
        article = opened.value.get_by_role("article", name="live")
        expect(article.get_by_role("tab", name="Scalars")).to_have_attribute("aria-selected", "true")
        opened.value.close()

        view = embedded(page, server, f"type=plot&objects={run.id}&metrics=matrix")
        expect(view.locator(".js-plotly-plot")).to_be_visible()
        view = embedded(page, server, f"type=sample&objects={run.id}&metrics=digits&variants=wrong")
        expect(view.get_by_role("img", name="digits / wrong")).to_be_visible()
        view = embedded(page, server, f"type=single&objects={run.id}")
        expect(view.get_by_role("table")).to_contain_text("0.875")
        view.hover()
        view.get_by_role("button", name="Copy embed code").click()
        expect(view.get_by_role("status")).to_contain_text(["Embed code copied"])
        parsed = track.parse_embed(page.evaluate("navigator.clipboard.readText()"))
        assert (parsed.kind, parsed.objects) == ("single", (run.id,))

        for number, value in enumerate((0.1, 0.11, 0.8, 0.82)):
            group = {"tags": ["slow" if number > 1 else "fast"], "store": str(server.store), "capture": False}
            with track.start(f"claimed {number}", **group) as exp:
                exp.log({"claimed/val": value}, 0)
        claim = track.report.claim("Fast is better", "claimed/val", '"fast" in tags', '"slow" in tags', better="lower")
        embedded(page, server, claim.url.partition("?")[2])
        region = page.get_by_role("region", name="Claim: Fast is better")
        expect(region.get_by_role("status")).to_have_text("It holds")
        expect(region.get_by_text("It holds")).to_have_count(1)  # the badge says it, the sentence goes on
        expect(region.get_by_role("status").locator("svg")).to_have_css("width", "14px")
        picture(page, "embed-claim")
        now = claim.with_options(a=claim.options["b"], b=claim.options["a"], then={"verdict": "holds", "time": "2026"})
        page.set_viewport_size({"width": 420, "height": 420})
        embedded(page, server, now.url.partition("?")[2] + "&theme=dark")
        expect(region.get_by_role("status")).to_have_text("Contradicted")
        expect(region.get_by_role("alert")).to_contain_text("it no longer does")
        picture(page, "embed-claim-contradicted")

        page.goto(server.page_url("trackkit/widgets/?type=pie&theme=dark&objects=" + run.id))
        expect(page.get_by_role("heading")).to_have_text("This view cannot be shown")
        picture(page, "embed-refused")


def test_a_report_of_a_hundred_embeds_reads_what_is_seen(lab: Lab, run: track.Experiment) -> None:
    code = track.embed(run, metrics="loss", height=300).code
    write(lab.server, "hundred.ipynb", *[f"{code}\n\n{number}" for number in range(100)])
    asked: list[str] = []
    lab.page.on("request", lambda request: asked.append(request.url))
    lab.open("hundred.ipynb", kernel=False)
    expect(frames(lab).first.locator("canvas").first).to_be_visible()
    expect(frames(lab)).to_have_count(100)
    assert sum("trackkit/view" in url for url in asked) < 20
    bring(frames(lab).last)
    expect(frames(lab).last.locator("canvas").first).to_be_visible()
    assert lab.errors == []
