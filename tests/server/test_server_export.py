"""Reports over HTTP: as a download, with what could not be shown, and nothing but notebooks."""

from __future__ import annotations

import io
import json
import zipfile

import nbformat
import pytest
from jupyter_server.auth.authorizer import AllowAllAuthorizer
from nbformat import v4

from trackkit_jupyter.server.export import told
from trackkit_jupyter.views import MIME_TYPE


class NoContents(AllowAllAuthorizer):
    """Lets people see experiments, but open no file."""

    def is_authorized(self, handler, user, action, resource):
        return resource != "contents"


@pytest.fixture
def jp_server_config(jp_server_config, request):
    if getattr(request, "param", None) is not None:
        jp_server_config.ServerApp.authorizer_class = request.param
    return jp_server_config


@pytest.fixture
def notebook(jp_root_dir, store):
    view = {"kind": "scalars", "objects": [store.first], "store": {"id": store.id, "path": None}}
    gone = {"kind": "scalars", "objects": ["0" * 32], "store": {"id": store.id, "path": None}}
    outputs = [v4.new_output("display_data", {MIME_TYPE: each}) for each in (view, gone)]
    cells = [v4.new_markdown_cell("# Findings\n\nSome *words*."), v4.new_code_cell("secret()", outputs=outputs)]
    nbformat.write(v4.new_notebook(cells=cells), jp_root_dir / "a b.ipynb")
    return "a%20b.ipynb"


@pytest.mark.parametrize(
    ("format", "start"), [("pdf", b"%PDF"), ("html", b"<!doctype html>"), ("md", b"PK"), ("source", b"# Findings")]
)
async def test_a_report_is_a_download(ask, notebook, format, start):
    response = await ask(f"trackkit/export?path={notebook}&format={format}")
    assert response.code == 200
    assert response.body.startswith(start)
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''a%20b.")
    missing = json.loads(response.headers["X-Trackkit-Missing"])
    assert len(missing) == (0 if format == "source" else 1)
    assert b"secret()" not in response.body
    if format == "md":
        with zipfile.ZipFile(io.BytesIO(response.body)) as packed:
            assert packed.namelist() == ["a b.md", "a b_files/1.png"]


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("path=none.ipynb", 404, "no notebook"),
        ("path=../../x.ipynb", 404, "no notebook"),
        ("path=a.txt", 400, "must name a notebook"),
        ("path=a.ipynb&format=docx", 400, "format must be one of"),
    ],
)
async def test_what_is_no_report_is_refused(ask, query, code, says):
    response = await ask(f"trackkit/export?{query}")
    assert response.code == code
    assert says in json.loads(response.body)["message"]


@pytest.mark.parametrize("jp_server_config", [NoContents], indirect=True)
async def test_who_may_open_no_notebook_exports_none(ask, notebook):
    assert (await ask(f"trackkit/export?path={notebook}&format=source")).code == 403


@pytest.mark.parametrize("sentence", ["x" * 250, "“ü" * 2000, "🦊" * 400])
def test_however_much_is_missing_it_is_json_that_a_header_holds(sentence):
    text = told([sentence] * 50)
    assert json.loads(text)
    assert text.isascii()
    assert len(text) <= 4000
