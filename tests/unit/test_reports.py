"""Reports: written by code, exported with their pictures."""

import base64
import gzip
import hashlib
import io
import json
import re

import bs4
import nbformat
import pytest
from nbformat import v4
from PIL import Image

import trackkit_jupyter as track
from trackkit_jupyter import TrackkitStateError, TrackkitStorageError, TrackkitTypeError, TrackkitValueError, views


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return tmp_path


def trained(name="sgd", rate=0.1):
    with track.start(name, project="vision", config={"lr": rate}, capture=False) as exp:
        for i in range(30):
            exp.log({"loss/val": rate / (i + 1)}, i)
        exp.log_single_value("accuracy", 1 - rate)
    return exp


def png(color="red"):
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), color).save(buffer, "PNG")
    return buffer.getvalue()


def write(path, *cells, **metadata):
    nbformat.write(v4.new_notebook(cells=list(cells), metadata=metadata), path)
    return path


def test_a_report_is_an_ordinary_notebook(home):
    one, two = trained("one"), trained("two", 0.2)
    report = track.report.create("Which rate?", "vision/digits", "Two rates compared.")
    assert report.path == home / "which-rate.ipynb"
    same = report.add("## Finding\n\nThe **first**.", track.embed([one, two], metrics="loss"), one)
    assert same is report
    notebook = nbformat.read(report.path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    about = notebook.metadata.trackkit.report
    assert (about.name, about.project, about.status) == ("Which rate?", "vision/digits", "draft")
    assert about.description == "Two rates compared."
    assert [cell.cell_type for cell in notebook.cells] == ["markdown", "markdown", "code", "code", "code"]
    assert notebook.cells[0].source == "# Which rate?"
    view = notebook.cells[3].outputs[0].data[views.MIME_TYPE]
    assert view["objects"] == [one.id, two.id]
    assert set(notebook.cells[3].outputs[0].data) == {
        views.MIME_TYPE, "image/png", "text/markdown", "text/html", "text/plain"
    }  # fmt: skip
    (kept,) = track.open_store().reports()
    assert kept.id == about["id"] == report.id
    assert (kept.name, kept.path) == ("Which rate?", report.path)
    assert kept.description == "Two rates compared."
    assert kept.created <= kept.last_update


def test_its_code_makes_the_same_views_again(home):
    one, two = trained("one"), trained("two")
    shown = [
        track.embed([one, two], metrics=["loss"], variants="val", xaxis="wall", smoothing=0.5),
        track.embed(one, type="plot", metrics='it\'s "quoted"'),
        views.experiment(one, tab="console"),
        views.comparison([one, two]),
        views.samples(two),
        track.parse_embed(f"/widgets/?type=parcoords&objects={one.id}&metrics={one.id}.{two.id}&variants=General.lr"),
    ]
    report = track.report.create("Code", "vision").add(*shown)
    namespace = {}
    cells = [cell for cell in nbformat.read(report.path, 4).cells if cell.cell_type == "code"]
    for cell in cells:
        *body, last = cell.source.split("track.embed(")
        if not body:
            exec(last, namespace)
            continue
        again = eval("track.embed(" + last, namespace)
        saved = views.View.from_json(cell.outputs[0].data[views.MIME_TYPE])
        assert (again.kind, again.objects, again.options) == (saved.kind, saved.objects, saved.options)
    assert len(cells) == len(shown) + 1


def test_what_is_no_part_of_a_report_adds_nothing(home):
    report = track.report.create("Careful", "vision")
    before = report.path.read_bytes()
    with pytest.raises(TrackkitTypeError, match="not int"):
        report.add("text", 3)
    assert report.path.read_bytes() == before


def test_a_file_that_exists_is_never_replaced(home):
    first = track.report.create("Same name", "vision")
    assert track.report.create("Same name", "vision").path.name == "same-name-2.ipynb"
    with pytest.raises(TrackkitValueError, match="exists already"):
        track.report.create("Same name", "vision", path=first.path)
    with pytest.raises(TrackkitValueError, match=r"\.ipynb"):
        track.report.create("Same name", "vision", path="report.md")
    assert sorted(path.name for path in home.glob("*")) == ["data", "same-name-2.ipynb", "same-name.ipynb", "store"]


@pytest.fixture(autouse=True)
def some_store(home):
    trained("another")


@pytest.mark.parametrize("name", ["", " x", "a\nb", 3])
def test_a_name_that_is_none(home, name):
    with pytest.raises((TrackkitValueError, TrackkitTypeError)):
        track.report.create(name, "vision")
    assert list(home.glob("*.ipynb")) == []


def test_the_notebook_one_is_in_must_be_known(home, monkeypatch):
    with pytest.raises(TrackkitStateError, match=r"report\.create"):
        track.report.here("Title")
    notebook = write(home / "work.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    with pytest.raises(TrackkitStateError, match="no report yet"):
        track.report.here(None)
    first = track.report.here("Title", description="about")
    assert first.path == notebook
    assert track.report.here(None).id == first.id
    assert track.report.here("Other title").description == "about"


def test_markdown_with_its_pictures(home):
    one, two = trained("one"), trained("two", 0.2)
    report = track.report.create("Export", "vision").add(
        "Text.", track.embed([one, two]), views.single(one), [one, two]
    )
    path = report.export("out/report.md")
    assert path == home / "out" / "report.md"
    text = path.read_text()
    pictures = re.findall(r"!\[(.+)\]\((report_files/\d+\.png)\)", text)
    assert [address for _, address in pictures] == ["report_files/1.png", "report_files/2.png"]
    for _, address in pictures:
        with Image.open(path.parent / address) as picture:
            assert picture.width >= 640
    assert pictures[0][0] == "one, two"
    assert "| accuracy | 0.9 |" in text
    assert "| lr | 0.1 | 0.2 |" in text
    assert "track.embed" not in text
    assert "import trackkit" not in text
    assert sorted(file.name for file in (home / "out").iterdir()) == ["report.md", "report_files"]


def test_an_export_shows_the_store_as_it_is_now(home):
    exp = trained("before")
    report = track.report.create("Live", "vision").add(exp)
    exp.rename("after")
    assert "after · completed" in report.export("a.md").read_text()


def test_a_second_export_leaves_no_old_pictures_and_no_foreign_file_lost(home):
    one = trained("one")
    report = track.report.create("Twice", "vision").add(one, one)
    report.export("a.md")
    (home / "a_files" / "mine.png").write_bytes(b"mine")
    nb = nbformat.read(report.path, 4)
    del nb.cells[-1]
    nbformat.write(nb, report.path)
    report.export("a.md")
    assert sorted(file.name for file in (home / "a_files").iterdir()) == ["1.png", "mine.png"]


def test_what_is_gone_is_a_sentence(home):
    one, two = trained("one"), trained("two")
    report = track.report.create("Gone", "vision").add(track.embed(one), track.embed([one, two]), "The end.")
    one.archive()
    one.delete()
    text = report.export("a.md").read_text()
    assert f"> The experiment {one.id} is not in this store any more." in text
    assert "(1 no longer in this store)" in text.replace("\\", "")
    assert text.rstrip().endswith("The end.")


def test_every_kind_of_cell_and_output(home):
    exp = trained("in a snippet")
    attachment = {"a.png": {"image/png": base64.b64encode(png()).decode()}}
    snippet = (
        f'<iframe src="http://elsewhere/widgets/?type=scalar&amp;objects={exp.id}" width="100%" height="400"></iframe>'
    )
    outputs = [
        v4.new_output("stream", text="\x1b[31mred\x1b[0m\n 10%\r100%\n"),
        v4.new_output("display_data", {"image/png": base64.b64encode(png("blue")).decode(), "text/plain": "<Figure>"}),
        v4.new_output("display_data", {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}),
        v4.new_output("display_data", {"text/markdown": "*said*"}),
        v4.new_output("execute_result", {"text/plain": "42", "text/html": "<b onclick=x>42</b>"}),
        v4.new_output("error", ename="ValueError", evalue="bad", traceback=["\x1b[31mValueError\x1b[0m: bad"]),
        v4.new_output("display_data", {views.MIME_TYPE: {"kind": 3}}),
        v4.new_output("display_data", {views.MIME_TYPE: "nonsense"}),
    ]
    spec = (
        f'<iframe src="https://other.example"></iframe>\n<iframe\n src="<web_server>/widgets/?objects={exp.id}\n\nAfter'
    )
    notebook = write(
        home / "work.ipynb",
        v4.new_markdown_cell("![x](attachment:a.png)\n\n" + snippet, attachments=attachment),
        v4.new_markdown_cell(f"```html\n{snippet}\n```"),
        v4.new_markdown_cell('<iframe src="/widgets/?type=pie&objects=x"></iframe>'),
        v4.new_raw_cell("raw"),
        v4.new_markdown_cell(spec),
        v4.new_code_cell("print('```')", outputs=outputs),
        v4.new_code_cell("secret()", metadata={"tags": ["hide-input"]}),
    )
    text = track.report.export(notebook, home / "out.md", code=True).read_text()
    assert "![x](out_files/1.png)" in text
    assert "![in a snippet · completed](out_files/2.png)" in text
    assert f"```html\n{snippet}\n```" in text
    assert "> An id has 32 hex characters" in text or "> type must be one of" in text
    assert '<iframe src="https://other.example"></iframe>\n![in a snippet · completed](out_files/3.png)' in text
    assert "\nAfter" in text
    assert "red\n100%" in text
    assert "\x1b" not in text
    assert "![Picture](out_files/4.png)" in text
    assert "![Picture](out_files/5.svg)" in text
    assert "*said*" in text
    assert "```\n42\n```" in text
    assert "onclick" not in text
    assert "ValueError: bad" in text
    assert text.count("This view cannot be read") == 2
    assert "````python\nprint('```')\n````" in text
    assert "secret" not in text
    assert (home / "out_files" / "4.png").read_bytes() == png("blue")


def test_html_is_one_file_without_scripts_or_other_servers(home):
    one = trained("one & <two>")
    report = track.report.create("Page", "vision").add("Text.", track.embed(one), views.single(one))
    path = report.export("page.html")
    text = path.read_text()
    assert text.count('src="data:image/png;base64,') == 1
    assert "one &amp; &lt;two&gt;" in text
    # What runs is what the policy names: our one script, and what it unpacks. Nothing is fetched.
    scripts = bs4.BeautifulSoup(text, "html.parser").find_all("script")
    assert [script.get("id") for script in scripts] == ["trackkit-code", "trackkit-data", None]
    digest = base64.b64encode(hashlib.sha256(scripts[2].string.encode()).digest()).decode()
    assert f"script-src &#x27;sha256-{digest}&#x27; blob:" in text
    assert "default-src &#x27;none&#x27;" in text
    assert not re.search(r"""(?:src|href)=["']https?:""", text)
    seen = re.sub(r"<[^>]+>", "", text.partition("<body")[2])
    assert "track.embed" not in seen
    assert "import trackkit" not in seen
    assert "In [" not in seen
    assert "<table>" in text


def test_no_text_stands_in_for_what_the_script_of_a_page_reads(home):
    code = base64.b64encode(gzip.compress(b"alert(1)")).decode()
    report = track.report.create("Page", "vision").add(
        "# trackkit-data", f'<span id="trackkit-code">{code}</span> <b id="mine">x</b>', track.embed(trained("one"))
    )
    soup = bs4.BeautifulSoup(report.export("page.html").read_text(), "html.parser")
    assert {tag.name for tag in soup.find_all(id=re.compile("^trackkit-"))} == {"script"}
    assert soup.find("b", id="mine") is not None


@pytest.mark.parametrize(("name", "says"), [("a.docx", ".pdf, .md or .html"), ("a", ".pdf, .md or .html")])
def test_another_kind_of_file(home, name, says):
    report = track.report.create("Kinds", "vision")
    with pytest.raises(TrackkitValueError, match=says):
        report.export(name)
    assert not (home / name).exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff\xfe", json.dumps({"nbformat": 4}).encode()]
)
def test_what_is_no_notebook(home, content):
    path = home / "broken.ipynb"
    path.write_bytes(content)
    with pytest.raises(TrackkitStorageError):
        track.report.export(path, home / "a.md")
    assert path.read_bytes() == content
    assert not (home / "a.md").exists()


def test_a_place_that_cannot_be_written(home):
    report = track.report.create("Full", "vision").add("text")
    (home / "file").write_text("in the way")
    with pytest.raises(TrackkitStorageError, match="cannot be written"):
        report.export("file/a.md")
    assert (home / "file").read_text() == "in the way"


def page_of(home, *cells):
    write(home / "foreign.ipynb", *cells)
    return track.report.export(home / "foreign.ipynb", home / "foreign.html").read_text()


def test_nothing_that_a_cell_brings_runs_or_is_loaded(home):
    (home / "mine.png").write_bytes(png())
    picture = base64.b64encode(png("blue")).decode()
    cell = v4.new_code_cell(
        "1",
        outputs=[
            v4.new_output("display_data", {"text/html": "<p>before</p><script>alert(3)\n<p>after it"}),
            v4.new_output("display_data", {"text/html": "<p>next</p><style>p{background:url(//a.b)}</style>"}),
            v4.new_output("display_data", {"text/html": "<script>alert(4)</script>", "text/plain": "in words"}),
            v4.new_output("display_data", {"application/javascript": "alert(5)", "text/plain": "plain 5"}),
            v4.new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "</script>"}}),
            v4.new_output(
                "display_data", {"image/png": picture}, metadata={"image/png": {"width": "1 onerror=alert(6)"}}
            ),
            v4.new_output("display_data", {"image/gif": picture, "text/plain": "<gif>"}),
        ],
    )
    cell.metadata.tags = ['" onclick="alert(8)']
    text = page_of(
        home,
        v4.new_markdown_cell(
            '<img src="x" onerror="alert(2)"> <img alt="Logo" src="https://other.example/a.png"> '
            "![L](//o.example/b.png) "
            '<a href="javascript:alert(1)">one</a> [two](javascript:alert(1)) <a href="data:text/html,x">three</a> '
            "[site](https://fine.example) [mail](mailto:a@b.example) [file](other.html) [here](#top)\n\n"
            "<details open><summary>More</summary>\n\n| a | b |\n|--:|---|\n| 1 | 2 |\n\n</details>\n\n"
            "![local](mine.png) ![up](../mine.png) ![none]() ![gone](attachment:gone.png)\n\n"
            '```js\nalert("code")\n```\n\n'
            '<iframe src="https://frame.example"></iframe><form action="https://f.example"><input type="text"></form>'
            '<div style="background-image: url(https://s.example); text-align: right">styled</div>'
            '<svg onload="alert(1)"><script>alert(1)</script></svg><math href="javascript:alert(1)">x</math>'
        ),
        cell,
        v4.new_markdown_cell("The end. <script"),
    )
    body = text.partition("<body")[2]
    soup = bs4.BeautifulSoup(text, "html.parser")
    assert not soup.find_all(["script", "iframe", "form", "link", "object", "embed", "svg", "base"])
    names = {name for tag in soup.find_all(True) for name in tag.attrs}
    assert not {name for name in names if name.startswith("on")}
    assert all(tag["src"].startswith("data:image/") for tag in soup.find_all(src=True))
    links = [tag["href"] for tag in soup.find_all(href=True)]
    assert {"https://fine.example", "mailto:a@b.example", "other.html", "#top"} <= set(links)
    assert {"https://other.example/a.png", "//o.example/b.png", "https://frame.example"} <= set(links)
    assert not [link for link in links if link.lower().startswith(("javascript", "data"))]
    framed = soup.find("a", href="https://other.example/a.png")
    assert framed.text == "Logo (https://other.example/a.png)"
    assert "border" in framed["style"]
    assert "Content-Security-Policy" in text
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", text)
    seen = soup.find("body").text
    assert soup.find("img", alt="local")["src"].startswith("data:image/png;base64,")
    for word in ("before", "after it", "next", "in words", "plain 5", "styled", "The end.", 'alert("code")', "one"):
        assert word in seen
    for word in ("alert(4)", "alert(5)", "background:url"):
        assert word not in body
    assert soup.find("details").find("td", style=re.compile("right")).text == "1"


def test_a_snippet_in_a_code_block_is_shown_on_a_page(home):
    snippet = f'<iframe src="/widgets/?objects={"0" * 32}"></iframe>'
    text = page_of(home, v4.new_markdown_cell(f"```html\n{snippet}\n```"), v4.new_markdown_cell(snippet))
    assert snippet in bs4.BeautifulSoup(text, "html.parser").find("pre").text
    assert text.count("is not in this store any more") == 1


@pytest.mark.parametrize(
    "name", ["see https://a.example/x", "www.a.example", "me@a.example", "<b>x</b> HTTP://a.example"]
)
def test_an_address_in_a_name_is_no_link(home, name):
    report = track.report.create("Names", "vision").add(trained(name))
    text = report.export("a.html").read_text()
    soup = bs4.BeautifulSoup(text, "html.parser")
    assert not [tag for tag in soup.find_all(href=True) if "example" in tag["href"]]
    assert f"{name} · completed" in soup.text
    markdown = report.export("a.md").read_text()
    assert not re.search(r"(?i)https?://|www\.a|[^\\]@", markdown)


def test_a_path_in_a_notebook_starts_from_its_folder(home, monkeypatch):
    exp = trained("moved")
    for entry in (home / "data" / "trackkit" / "stores").iterdir():
        entry.unlink()
    view = views.View("experiment", (exp.id,), store={"id": exp.store.id, "path": "../store"})
    (home / "sent").mkdir()
    monkeypatch.setenv("TRACKKIT_STORE", str(home / "none"))
    cell = v4.new_code_cell("", outputs=[v4.new_output("display_data", {views.MIME_TYPE: view.to_json()})])
    for name in ("a.md", "a.html"):
        text = track.report.export(write(home / "sent" / "foreign.ipynb", cell), home / name).read_text()
        assert "moved · completed" in text
    assert list((home / "data" / "trackkit" / "stores").iterdir()) == []
