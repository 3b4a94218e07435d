"""A real Jupyter server with our extension, real stores, and the check that every refusal passes."""

from __future__ import annotations

import json
import math
import urllib.parse
from types import SimpleNamespace

import numpy as np
import pytest

# Imported here, not named as a plugin: its fixtures that use a loop are then only those of this folder.
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from traitlets.config import Config

from trackkit_jupyter import tracking
from trackkit_jupyter.operations import handles

ABSENT = "0" * 32


@pytest.fixture
def jp_server_config():
    return Config({"ServerApp": {"jpserver_extensions": {"trackkit_jupyter": True}}})


@pytest.fixture
def registered(jp_environ, monkeypatch):
    """The registry of stores lies in the test's own home."""
    for name in ("XDG_DATA_HOME", "TRACKKIT_STORE"):
        monkeypatch.delenv(name, raising=False)
    yield
    handles.clear()


def fill(folder):
    """Make a store with two experiments; return what the tests want to know of it."""
    with tracking.start("first", config={"lr": 0.1}, store=folder, capture=False) as first:
        for iteration in range(4):
            first.log({"loss/train": 1 / (iteration + 1), "loss/val": math.nan}, iteration)
        first.log_single_value("best", math.nan)
        first.log_plot("confusion", "val", {"data": [{"type": "bar", "y": [1]}], "layout": {}}, 0)
        first.log_image("digits", "wrong", np.zeros((4, 6), dtype=np.uint8), 0)
        first.log_audio("sound", "tone", np.zeros(4000), 0, sample_rate=8000)
        first.log_html("page", "table", "<script>alert(1)</script>", 0)
        first.log_text("hello")
        first.log_artifact("notes", "some text")
    with tracking.start("second", store=folder, capture=False) as second:
        second.log({"loss/train": 5.0}, 0)
    hashes = {sample["kind"]: sample["hash"] for sample in first.samples()}
    return SimpleNamespace(
        path=folder,
        id=first.store.id,
        first=first.id,
        second=second.id,
        plot=first.plots()[0]["hash"],
        artifact=first.artifacts[0]["hash"],
        experiment=lambda: tracking.open_store(folder).experiment(first.id),
        **hashes,
    )


@pytest.fixture
def store(registered, tmp_path):
    """A registered store outside the server's root."""
    return fill(tmp_path / "elsewhere" / "store")


@pytest.fixture
def default_store(registered, tmp_path, monkeypatch):
    """The store that the server takes where none is named."""
    filled = fill(tmp_path / "elsewhere" / "default")
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "elsewhere" / "default"))
    return filled


@pytest.fixture
def ask(jp_serverapp, jp_http_port, jp_base_url, jp_auth_header, http_server, jp_asyncio_loop):
    """Ask the server; every status is an answer. The path is sent as it stands: tests encode it as they like."""

    async def make():
        return SimpleAsyncHTTPClient(force_instance=True, max_clients=200)

    client = jp_asyncio_loop.run_until_complete(make())

    async def ask(path, query=(), body=None, *, auth=True, headers=None, **options):
        url = f"http://127.0.0.1:{jp_http_port}{jp_base_url}{path}"
        if query:
            url += "?" + (query if isinstance(query, str) else urllib.parse.urlencode(query, doseq=True))
        headers = {**(jp_auth_header if auth else {}), **(headers or {})}
        if body is not None:
            options.setdefault("method", "POST")
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
                headers.setdefault("Content-Type", "application/json")
        options.setdefault("follow_redirects", False)
        options.setdefault("request_timeout", 30)
        return await client.fetch(url, headers=headers, body=body, raise_error=False, **options)

    yield ask
    client.close()


@pytest.fixture
def snapshot(tmp_path):
    """All files below the test's folder but the server's own, with their size and time of change."""

    def snapshot():
        roots = [tmp_path / "elsewhere", tmp_path / "root_dir"]
        found = [path for root in roots if root.exists() for path in root.rglob("*") if path.name != ".lock"]
        return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in found}

    return snapshot


@pytest.fixture
def assert_refused(tmp_path, ask):
    """Check a refusal: status, body, headers; then that the server still answers."""

    async def assert_refused(response, status, code, field=None):
        assert response.code == status, response.body
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Type"].startswith("application/json")
        body = json.loads(response.body)
        assert body.keys() == {"code", "message", "field"}
        assert (body["code"], body["field"]) == (code, field)
        text = response.body.decode()
        assert 10 < len(body["message"]) < 600
        for secret in ("Traceback", str(tmp_path), "site-packages", "/home", "/root"):
            assert secret not in text
        assert (await ask("trackkit/api/about")).code == 200

    return assert_refused
