"""Reports as PDF: what is written and drawn is on the pages, and nothing of a report runs or is read from elsewhere."""

# ruff: noqa: F811 (the fixture of another module)

import base64
import io
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pypdf
import pytest
from nbformat import v4
from PIL import Image

import trackkit_jupyter as track
from tests.unit.test_reports import home, png, trained, write  # noqa: F401
from trackkit_jupyter import TrackkitStorageError, TrackkitValueError, views
from trackkit_jupyter.reports.export import pdf, to_markdown
from trackkit_jupyter.reports.export import write as export
from trackkit_jupyter.views.listing import table_view


@pytest.fixture(autouse=True)
def no_browser(monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "")


def pages(path):
    reader = pypdf.PdfReader(path)
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())


def links(path):
    found = []
    for page in pypdf.PdfReader(path).pages:
        for note in page.get("/Annots") or []:
            action = note.get_object().get("/A")
            found += [action["/URI"]] if action and "/URI" in action else []
    return found


def test_all_of_markdown_is_on_the_pages(home):
    (home / "mine.png").write_bytes(png())
    text = """# Head one\n## Head two\n### Head three\n#### Head four\n##### Head five\n###### Head six

**bold1** __bold2__ *it1* _it2_ ~~struck~~ `inline code`

> quote one
>> quote two
>>> quote three

4. first
4. second

- [x] ticked
+ [ ] open
* star
  - two deep
    - three deep

| | right | middle |
|---|--:|:-:|
| r1 | 1 | x |

    indented code

```python
def fenced(x): return "yes"
```

[words](https://a.example/page "the title") ![alt words](mine.png "picture title") ![far](https://far.example/x.png)

<details><summary>Folded</summary>

Inside *it*.

</details>

---

H<sub>2</sub>O, <kbd>Ctrl</kbd>, <mark>marked</mark>, note[^1], $\\frac{a}{b}$, term

[^1]: The foot.
"""
    done = export(write(home / "all.ipynb", v4.new_markdown_cell(text)), home / "all.pdf")
    shown = pages(done.path)
    for word in (
        "Head one|Head two|Head three|Head four|Head five|Head six|bold1|bold2|it1|it2|struck|inline code|quote one|"
        "quote two|quote three|4. first|5. second|ticked|open|star|two deep|three deep|right|middle|r1|indented code|"
        'def fenced(x): return "yes"|words|the title|picture title|far (https://far.example/x.png)|Folded|Inside it|'
        "Ctrl|marked|The foot."
    ).split("|"):
        assert word in shown, word
    assert "https://a.example/page" in links(done.path)
    assert done.missing == []
    outline = pypdf.PdfReader(done.path).outline
    assert outline[0].title == "Head two"


def test_a_title_block_and_pages_that_count(home):
    trained()
    report = track.report.create("Which rate?", "vision/digits", "A sentence about it.")
    report.add("\n\n".join(["word " * 300] * 8))
    path = report.export("a.pdf")
    shown = pages(path)
    assert shown.startswith("Which rate? vision/digits")
    assert "draft" in shown
    assert "A sentence about it." in shown
    count = len(pypdf.PdfReader(path).pages)
    assert count > 2
    assert f"2 / {count}" in shown
    assert shown.count("Which rate?") == 1 + count
    assert pypdf.PdfReader(path).metadata.title == "Which rate?"


def test_every_view_is_drawn_and_its_text_is_text(home):
    one, two = trained("one"), trained("two", 0.2)
    report = track.report.create("Views", "vision").add(
        track.embed(one), views.single(one), [one, two], track.embed("project == 'vision'", type="comparison")
    )
    done = export(report.path, "v.pdf", report.store)
    assert (done.views, done.pictures, done.missing) == (4, 3, [])
    shown = pages(done.path)
    for word in ("one · completed", "accuracy 0.9", "hyperparameter one two", "lr 0.1 0.2"):
        assert word in shown
    # Charts are vectors: their words can be found, and no page holds pixels.
    assert shown.count("loss") >= 3
    assert not [image for page in pypdf.PdfReader(done.path).pages for image in page.images]


def test_what_cannot_be_shown_is_a_note_with_its_reason(home):
    one, two = trained("one"), trained("two")
    with track.start("three", project="vision", capture=False) as three:
        three.log_plot("space", "points", {"data": [{"type": "scatter3d", "x": [1], "y": [1], "z": [1]}]})
        three.log_plot("broken", "figure", {"data": [{"type": "scatter", "y": [1, 2]}]})
    report = track.report.create("Gone", "vision").add(
        track.embed(one), track.embed([one, two]), views.plot(three), "The end."
    )
    one.archive()
    one.delete()
    done = export(report.path, "g.pdf", report.store)
    shown = pages(done.path)
    assert len(done.missing) == 3
    assert f"The experiment {one.id} is not in this store any more." in shown
    assert "1 of 2 objects of this view are no longer in the store." in shown
    assert "The figure space/points (scatter3d) needs a browser to be drawn" in shown
    assert shown.endswith("The end. Gone 2 / 2") or "The end." in shown
    assert done.pictures == 2


def test_the_picture_that_a_browser_kept_is_taken(home):
    with track.start("kept", project="vision", capture=False) as exp:
        exp.log_plot("space", "points", {"data": [{"type": "scatter3d", "x": [1], "y": [1], "z": [1]}]})
    hash = exp.plots()[0]["hash"]
    stream = io.BytesIO()
    Image.new("RGB", (333, 222), "red").save(stream, "PNG")
    exp.keep_picture(hash, stream.getvalue())
    report = track.report.create("Kept", "vision").add(views.plot(exp))
    done = export(report.path, "k.pdf", report.store)
    assert done.missing == []
    (image,) = [image for page in pypdf.PdfReader(done.path).pages for image in page.images]
    assert image.image.size == (333, 222)


HOSTILE = """
#import "@preview/evil:1.0.0": *
#read("/etc/passwd") #include "/etc/hosts" #sys.inputs #eval("1+1") $ #read("/etc/passwd") $

```{=typst}
#read("/etc/passwd")
```

```{=latex}
\\input{/etc/passwd}
```

`#read("/etc/passwd")`{=typst} [x](#read) [y](file:///etc/passwd) ![z](/etc/passwd) ![w](../secret.png)
![v](file:///etc/passwd) <img src="/etc/passwd"> <iframe src="file:///etc/passwd"></iframe>

]] } ) " \\ #panic("stop") <label> @ref *unclosed _both

<script>alert(1)</script><svg><script>alert(2)</script></svg><style>p { color: red }</style>

| a |
|---|
| #read("/etc/passwd") |

$#read("/etc/passwd")$ and $\\input{/etc/passwd}$
"""


def test_nothing_of_a_report_is_code_of_the_page(home):
    (home / "secret.png").write_bytes(png())
    (home / "nb").mkdir()
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="60" height="40">'
        '<image width="9" height="9" href="/etc/passwd"/><image width="9" height="9" xlink:href="../../secret.png"/>'
        '<image width="9" height="9" href="http://127.0.0.1:9/x.png"/><text>kept text</text></svg>'
    )
    outputs = [
        v4.new_output("display_data", {"image/svg+xml": svg}),
        v4.new_output("display_data", {"image/svg+xml": "<svg <<< broken"}),
        v4.new_output("display_data", {"image/png": base64.b64encode(b"no png").decode()}),
        v4.new_output("display_data", {"text/html": "<table><tr><td rowspan=99 colspan=99>a<td>b<tr><td>c</table>"}),
        v4.new_output("display_data", {"text/html": "<div>" * 300 + "deep" + "</div>" * 300}),
        v4.new_output("stream", text='#read("/etc/passwd")\n' + "x" * 5000),
    ]
    notebook = write(
        home / "nb" / "bad.ipynb",
        v4.new_markdown_cell(HOSTILE),
        v4.new_markdown_cell("> " * 60 + "deep quote\n\n" + "".join(f"{'  ' * i}- item\n" for i in range(40))),
        v4.new_code_cell("1", outputs=outputs),
        v4.new_markdown_cell("The end."),
    )
    before = notebook.read_bytes()
    done = export(notebook, home / "bad.pdf")
    shown = pages(done.path)
    assert "root:" not in shown
    assert '#read("/etc/passwd")' in shown
    assert '#panic("stop")' in shown
    assert "alert" not in shown
    for word in ("deep", "deep quote", "The end.", "cannot be read"):
        assert word in shown
    assert not [image for page in pypdf.PdfReader(done.path).pages for image in page.images]
    assert all(re.match("https?:|mailto:", link) for link in links(done.path))
    assert notebook.read_bytes() == before


def bomb(levels):
    """A drawing of ten to the power of so many squares, in a kilobyte."""
    groups = ['<g id="a0"><rect width="1" height="1"/></g>']
    for level in range(1, levels):
        groups += [f'<g id="a{level}">', f'<use href="#a{level - 1}" x="{level}"/>' * 10, "</g>"]
    defined = "".join(groups)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><defs>{defined}</defs>'
        f'<use href="#a{levels - 1}"/></svg>'
    )


def test_a_picture_without_an_end_costs_itself_and_nothing_else(home, monkeypatch):
    monkeypatch.setattr(pdf, "_PICTURE_SECONDS", 2.0)
    fine = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><text y="20">fine {}</text></svg>'
    drawings = [fine.format(1), bomb(12), fine.format(2)]
    cell = v4.new_code_cell("", outputs=[v4.new_output("display_data", {"image/svg+xml": one}) for one in drawings])
    done = export(write(home / "b.ipynb", cell, v4.new_markdown_cell("The end.")), home / "b.pdf")
    shown = pages(done.path)
    assert done.missing == ["A vector picture is damaged, or takes too long to be drawn."]
    assert re.search("fine 1.*This vector picture is damaged.*fine 2.*The end.", shown)


def test_a_page_that_takes_too_long_is_given_up(home, monkeypatch):
    monkeypatch.setattr(pdf, "_SECONDS", 0.001)
    notebook = write(home / "a.ipynb", v4.new_markdown_cell("x"))
    with pytest.raises(TrackkitStorageError, match=r"not set within 0.001 s.*Export to .html or .md"):
        export(notebook, home / "a.pdf")
    assert not (home / "a.pdf").exists()


def test_of_sounds_there_is_an_outline_and_of_what_no_page_shows_a_note(home):
    with track.start("heard", project="vision", capture=False) as exp:
        exp.log_audio("speech", "tone", np.sin(np.arange(4000) / 3), sample_rate=8000)
        exp.log_audio("speech", "packed", b"ID3" + bytes(100))
        exp.log_video("clip", "first", b"\0\0\0\x18ftypmp42, and no video")
        exp.log_html("page", "table", "<p>#read</p>")
        exp.log_image("drawn", "square", b'<svg xmlns="http://www.w3.org/2000/svg"/>')
        exp.log_image("drawn", "gone", np.eye(4))
    gone = next(each for each in exp.samples() if each["variant"] == "gone")
    exp.blob(gone["hash"]).unlink()
    report = track.report.create("Heard", "vision").add(views.samples(exp))
    done = export(report.path, "h.pdf", report.store)
    assert done.pictures == 1
    (image,) = [image for page in pypdf.PdfReader(done.path).pages for image in page.images]
    assert image.image.size == (1440, 192)
    colours = {colour for _, colour in image.image.convert("RGB").getcolors(1 << 20)}
    assert any(b - r > 100 for r, _, b in colours)
    shown = pages(done.path)
    for name, why in (
        ("speech/packed", "needs a browser to be decoded"),
        ("clip/first", "needs a browser to be decoded"),
        ("page/table", "is a page of its own"),
        ("drawn/square", "needs a browser to be decoded"),
        ("drawn/gone", "its file is damaged or gone"),
    ):
        assert re.search(f"The debug sample {name} [^.]*{why}", shown), name
    assert len(done.missing) == 5


def test_letters_without_a_font_are_named(home, monkeypatch):
    import matplotlib.font_manager

    monkeypatch.setattr(matplotlib.font_manager, "findSystemFonts", list)
    monkeypatch.setattr(fonts_of(), "_elsewhere", fonts_of()._elsewhere.__wrapped__)
    notebook = write(home / "l.ipynb", v4.new_markdown_cell("Привет שלום αβγ → ≤\n\nשלום first\n\n日本 🎉"))
    done = export(notebook, home / "l.pdf")
    (note,) = done.missing
    assert "3 letters" in note
    assert "U+65E5" in note
    assert "fonts-noto-cjk" in note
    assert "fonts-noto-color-emoji" in note
    shown = pages(done.path)
    assert "Привет" in shown
    assert note[:30] in shown


def fonts_of():
    from trackkit_jupyter.reports.export import fonts

    return fonts


def test_what_is_too_large_is_not_read(home):
    notebook = home / "large.ipynb"
    with open(notebook, "wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(TrackkitStorageError, match="500 MB; a notebook of 100 MB at most"):
        export(notebook, home / "large.pdf")
    assert not (home / "large.pdf").exists()


def test_a_notebook_is_never_replaced(home):
    notebook = write(home / "a.ipynb", v4.new_markdown_cell("x"))
    with pytest.raises(TrackkitValueError):
        export(notebook, notebook)


def test_without_typst_it_says_what_to_install(home, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    notebook = write(home / "a.ipynb", v4.new_markdown_cell("x"))
    with pytest.raises(track.TrackkitStateError, match=r"trackkit_jupyter\[pdf\]"):
        export(notebook, home / "a.pdf")
    assert export(notebook, home / "a.md").path.is_file()


def test_code_is_hidden_unless_it_is_asked_for(home):
    notebook = write(
        home / "c.ipynb",
        v4.new_code_cell("answer = 42", outputs=[v4.new_output("stream", text="said")]),
        v4.new_code_cell("secret()", metadata={"tags": ["hide-input"]}),
    )
    for name in ("c.pdf", "c.md", "c.html"):
        for code in (False, True):
            path = export(notebook, home / name, code=code).path
            shown = pages(path) if name == "c.pdf" else re.sub("<[^>]+>", "", path.read_text())
            assert ("answer = 42" in shown) is code
            assert "said" in shown
            assert "secret" not in shown


def test_a_figure_in_an_output_is_drawn(home):
    figure = {"data": [{"type": "bar", "y": [1, 2]}], "layout": {"title": {"text": "Bars"}}}
    cell = v4.new_code_cell("", outputs=[v4.new_output("display_data", {"application/vnd.plotly.v1+json": figure})])
    notebook = write(home / "f.ipynb", cell)
    assert "Bars" in pages(export(notebook, home / "f.pdf").path)
    assert export(notebook, home / "f.md").pictures == 1


def test_of_several_experiments_the_plot_of_one_can_be_named(home):
    runs = []
    for name in ("one", "two"):
        with track.start(name, project="vision", capture=False) as exp:
            exp.log_plot("bars", "val", {"data": [{"type": "bar", "y": [1, 2]}]})
        runs.append(exp)
    ids = "&".join(f"objects={exp.id}" for exp in runs)
    for series, count in (("two", 1), (runs[0].id, 1), ("nobody", 2)):
        snippet = f'<iframe src="/widgets/?type=plot&{ids}&series={series}"></iframe>'
        assert export(write(home / "s.ipynb", v4.new_markdown_cell(snippet)), home / "s.md").pictures == count


def test_a_table_has_the_columns_that_it_names(home):
    trained("one"), trained("two", 0.2)
    table = table_view(columns=['hyperparameters["lr"]', 'metrics["loss/val"].max', "status"], order_by="created")
    report = track.report.create("Table", "vision").add(table)
    text = report.export("t.md").read_text()
    assert "| name | lr | loss/val max | status |\n| :-- | --: | --: | :-- |\n| one | 0.1 | 0.1 | completed |" in text
    assert "name lr loss/val max status one 0.1 0.1 completed" in pages(report.export("t.pdf"))


def test_progress_counts_the_views(home):
    exp = trained("one")
    report = track.report.create("Long", "vision").add(*[track.embed(exp)] * 3)
    told = []
    export(report.path, "p.md", report.store, progress=lambda *said: told.append(said[:2]))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_the_source_for_a_clipboard(home):
    exp = trained("one")
    report = track.report.create("Copy", "vision").add("Some *words*.", track.embed(exp))
    text = to_markdown(report.path, report.store)
    assert text.startswith("# Copy\n")
    assert "Some *words*." in text
    assert "<iframe src=" in text
    assert exp.id in text
    assert "data:image/png;base64," in to_markdown(report.path, report.store, pictures=True)


def test_nbconvert_knows_the_exports(home, monkeypatch):
    from nbconvert.exporters import get_exporter

    exp = trained("one")
    report = track.report.create("Through nbconvert", "vision").add(track.embed(exp))
    for name, start in (("pdf", b"%PDF"), ("markdown", "# Through"), ("html", "<!doctype html>")):
        made, resources = get_exporter(f"trackkit-{name}")().from_filename(str(report.path))
        assert made[: len(start)] == start
        files = resources.get("outputs") or {}
        assert list(files) == (["through-nbconvert_files/1.png"] if name == "markdown" else [])


@pytest.mark.parametrize("suffix", [".pdf", ".md", ".html"])
def test_a_place_that_cannot_be_written(home, suffix):
    (home / "file").write_text("in the way")
    notebook = write(home / "a.ipynb", v4.new_markdown_cell("x"))
    before = notebook.read_bytes()
    with pytest.raises(TrackkitStorageError, match="cannot be written"):
        export(notebook, home / "file" / f"a{suffix}")
    assert (home / "file").read_text() == "in the way"
    assert notebook.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights(home):
    (home / "closed").mkdir(mode=0o500)
    notebook = write(home / "a.ipynb", v4.new_markdown_cell("x"))
    with pytest.raises(TrackkitStorageError, match="cannot be written"):
        export(notebook, home / "closed" / "a.pdf")
    assert list((home / "closed").iterdir()) == []


SECRET = "only the owner of this machine may read this"


@pytest.mark.parametrize("suffix", [".pdf", ".md", ".html"])
def test_no_export_reads_a_file_of_another_folder_or_asks_a_server(home, suffix):
    asked = []

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    server = HTTPServer(("127.0.0.1", 0), Asked)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    there = f"http://127.0.0.1:{server.server_port}"
    for name in ("secret.txt", "secret.svg", "secret.png"):
        (home / name).write_text(f"<svg xmlns='http://www.w3.org/2000/svg'><text y='9'>{SECRET}</text></svg>")
    (home / "nb").mkdir()
    secret = home / "secret.svg"
    text = f"""![a](file://{secret}) ![b]({secret}) ![c](../secret.svg) ![d](nb/../../secret.png) ![e]({there}/e.png)
<img src="file://{secret}"> <img src="../secret.svg"> <img src="{there}/f.png"> <object data="{secret}"></object>
#read("../secret.txt") #include "../secret.txt" #image("{secret}") #import "{there}/g.typ" $#read("{secret}")$

<svg><image href="{secret}"/><image href="{there}/h.png"/></svg>
"""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90">'
        f'<image width="9" height="9" href="../secret.svg"/><image width="9" height="9" xlink:href="{secret}"/>'
        f'<image width="9" height="9" href="{there}/i.png"/><text y="20">drawn</text></svg>'
    )
    outputs = [
        v4.new_output("display_data", {"image/svg+xml": drawing}),
        v4.new_output(
            "display_data", {"text/html": f'<table><td><img src="{secret}"><img src="{there}/j.png"></table>'}
        ),
        v4.new_output("display_data", {"text/latex": f"$\\input{{{secret}}}$"}),
    ]
    cells = [v4.new_markdown_cell(text), v4.new_code_cell("1", outputs=outputs), v4.new_markdown_cell("The end.")]
    done = export(write(home / "nb" / "a.ipynb", *cells), home / "out" / f"a{suffix}")
    server.shutdown()
    server.server_close()
    assert asked == []
    shown = pages(done.path) if suffix == ".pdf" else done.path.read_text()
    assert "The end." in shown
    assert SECRET not in shown
    for file in (home / "out").rglob("*.*"):
        data = file.read_bytes()
        held = [base64.b64decode(found) for found in re.findall(rb"base64,([A-Za-z0-9+/=]+)", data)]
        assert not [part for part in (data, *held) if SECRET.encode() in part]
