"""Which door a display needs: by what the kernel can see, with a real server asked."""

from __future__ import annotations

import json
import sys
import threading
import types
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from trackkit_jupyter.widgets import host


class Server(BaseHTTPRequestHandler):
    """Answers every request with the same status."""

    status = 404
    asked: ClassVar[list[tuple[str, bool]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, "Authorization" in self.headers))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    """A kernel whose parent is a server at an address of its own."""
    Server.asked = []
    with HTTPServer(("127.0.0.1", 0), Server) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{running.server_port}/base/"
        (tmp_path / "jpserver-4711.json").write_text(json.dumps({"url": url, "token": "secret"}))
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
        monkeypatch.setenv("JPY_PARENT_PID", "4711")
        yield Server
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A kernel, as far as can be seen, outside of any host that is known by name."""
    from ipykernel.kernelbase import Kernel

    for name in ("TRACKKIT_DOOR", "VSCODE_PID", "JPY_PARENT_PID", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Kernel, "initialized", classmethod(lambda cls: True))
    host.forget()
    yield
    host.forget()


@pytest.mark.parametrize(("status", "door"), [(200, "http"), (403, "http"), (404, "comm"), (500, "http")])
def test_the_server_is_asked_once_without_credentials(server: type[Server], status: int, door: str) -> None:
    server.status = status
    assert host.door() == door
    assert host.door() == door
    assert server.asked == [("/base/trackkit/api/about", False)]


def test_without_a_server_nobody_is_talked_to() -> None:
    assert host.door() == "http"


def test_colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert host.door() == "comm"


def test_vscode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VSCODE_PID", "1")
    assert host.door() == "comm"


def test_a_server_started_in_a_terminal_of_vscode(server: type[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    server.status = 403
    monkeypatch.setenv("VSCODE_PID", "1")
    monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
    assert host.door() == "http"


@pytest.mark.parametrize("door", ["comm", "http"])
def test_the_environment_is_obeyed(server: type[Server], monkeypatch: pytest.MonkeyPatch, door: str) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", door)
    assert host.door() == door
    assert server.asked == []


def test_outside_a_kernel_there_is_nobody_to_ask(server: type[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    from ipykernel.kernelbase import Kernel

    monkeypatch.setattr(Kernel, "initialized", classmethod(lambda cls: False))
    assert host.door() == "http"
    assert server.asked == []
