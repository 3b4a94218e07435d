"""JupyterLab as the tests use it: a server, and a page with the few things a person does."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page, expect

#: Seconds that a test waits for what must come. It is no measure of speed, which tests/benchmarks and test_scale_*
#: take: a busy machine may be many times slower than a person's, and what comes at once costs no waiting.
PATIENCE = 60.0

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


class LabServer:
    """A JupyterLab process, with configuration, data and stores in folders of its own."""

    command = "lab"
    app = "LabApp"

    def __init__(self, folder: Path, *, extension: bool = True) -> None:
        self._extension = extension
        self.root = folder / "notebooks"
        self.store = folder / "store"
        self._folder = folder
        self._token = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> LabServer:
        self.root.mkdir()
        settings = self._folder / "settings"
        settings.mkdir()
        (settings / "overrides.json").write_text(json.dumps(SETTINGS))
        own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        own += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME")
        self.environment = {
            **os.environ,
            **{name: str(self._folder / name.lower()) for name in own},
            "TRACKKIT_STORE": str(self.store),
        }
        self._log = (self._folder / "lab.log").open("wb")
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self._port,
            "ServerApp.port_retries": 0,
            "IdentityProvider.token": self._token,
            "ServerApp.root_dir": self.root,
            f"{self.app}.expose_app_in_browser": True,
            f"{self.app}.app_settings_dir": settings,
            "ServerApp.jpserver_extensions": f"{{'trackkit_jupyter': {self._extension}}}",
            "LabApp.news_url": "",
            "LanguageServerManager.autodetect": False,
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", self.command, "--no-browser", "--allow-root"]
            + [f"--{name}={value}" for name, value in options.items()],
            env=self.environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        wait_until(self._answers, f"jupyter {self.command} did not start")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "lab.log").read_text()[-3000:]
        try:
            self.request("api/status")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    def request(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """Ask the server; returns the JSON answer, if there is one."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        request.add_header("Authorization", f"token {self._token}")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def stop_kernels(self) -> None:
        """Shut down every kernel, so that tests do not pile them up."""
        for session in self.request("api/sessions"):
            self.request(f"api/sessions/{session['id']}", "DELETE")

    def forget_settings(self) -> bool:
        """Remove what a test set in JupyterLab, such as its theme; returns whether it has set anything."""
        folder = Path(self.environment["JUPYTERLAB_SETTINGS_DIR"])
        found = folder.exists()
        shutil.rmtree(folder, ignore_errors=True)
        return found

    def write(self, name: str, *cells: str, markdown: tuple[str, ...] = ()) -> Path:
        """Write a notebook of code cells."""
        notebook = nbformat.v4.new_notebook()
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
        notebook.cells += [nbformat.v4.new_markdown_cell(source) for source in markdown]
        path = self.root / name
        nbformat.write(notebook, path)
        return path

    def forget_trust(self) -> None:
        """Remove every signature: all notebooks are untrusted."""
        for path in self._folder.rglob("nbsignatures.db*"):
            path.unlink()

    def open_url(self, name: str) -> str:
        """The address of a notebook in a fresh workspace."""
        return f"{self.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{name}?token={self._token}&reset"

    def page_url(self, path: str) -> str:
        """The address of a page of the server, logged in."""
        return f"{self.url}/{path}{'&' if '?' in path else '?'}token={self._token}"


#: All that a test opened goes away, and what stands beside is as it is when a Lab begins.
CLEARED = """async () => {
    const { commands, shell } = window.jupyterapp;
    const ours = ['left', 'right', 'down'].flatMap(area => [...shell.widgets(area)]).filter(
        widget => /^trackkit-(info|full)/.test(widget.id)
    );
    for (const widget of [...shell.widgets('main'), ...ours]) widget.dispose();
    await commands.execute('filebrowser:activate');
    shell.collapseRight();
    return document.querySelector('.jp-Dialog, .tk-popup, [role=dialog]') === null;
}"""


class Lab:
    """A browser page on a JupyterLab.

    A page may be `kept` from the test before, with nothing open in it: to load a Lab takes most of the time of a test.
    """

    def __init__(self, server: LabServer, page: Page, *, kept: bool = False) -> None:
        self.server = server
        self.page = page
        self.kept = kept
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def clear(self) -> bool:
        """Close what was opened; returns whether the page may be kept for another test."""
        self.page.unroute_all()
        known = "() => Boolean(window.jupyterapp?.commands.hasCommand('trackkit:home'))"
        return bool(self.page.url.startswith(f"{self.server.url}/lab") and self.page.evaluate(known)) and bool(
            self.page.evaluate(CLEARED)
        )

    def begin(self) -> None:
        """Begin with a Lab that has nothing open."""
        if not self.kept:
            self.page.goto(self.server.open_url("").replace("/tree/", ""))
            self.page.wait_for_function(
                "window.jupyterapp?.commands.hasCommand('trackkit:home')", timeout=PATIENCE * 1000
            )
        self.kept = False
        expect(self.page.locator(".jp-LauncherCard").first).to_be_visible()

    def open(self, name: str, *, kernel: bool = True) -> None:
        """Open a notebook; without `kernel`, choose none when asked. What a test opens again is loaded anew."""
        if self.kept:
            self.command("docmanager:open", {"path": name}, wait=False)
        else:
            self.page.goto(self.server.open_url(name))
        self.kept = False
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE * 1000)
        if kernel:
            self.wait_for_kernel("idle")

    def wait_for_kernel(self, status: str) -> None:
        """Wait until the notebook's kernel is idle, or busy."""
        self.page.wait_for_function(
            "s => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === s",
            arg=status,
            timeout=PATIENCE * 1000,
        )

    def is_busy(self, cell: int) -> bool:
        """Whether a cell is being executed. The kernel's status does not tell: its control thread reports idle too."""
        return self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-InputPrompt").inner_text() == "[*]:"

    def wait_for_cell(self, cell: int) -> None:
        """Wait until a cell has been executed."""
        prompt = self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"^\[\d+\]:$"), timeout=180_000)

    def run_cell(self, cell: int) -> None:
        """Run one cell, and wait until it has been executed."""
        self.page.evaluate("i => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = i }", cell)
        self.command("notebook:run-cell")
        self.wait_for_cell(cell)

    def run_all(self, *, wait: bool = True) -> None:
        """Run all cells."""
        self.command("notebook:run-all-cells", wait=wait)

    def command(self, name: str, args: dict[str, Any] | None = None, *, wait: bool = True) -> None:
        """Run a command of JupyterLab."""
        call = "([name, args]) => { const done = window.jupyterapp.commands.execute(name, args); return WAIT; }"
        self.page.evaluate(call.replace("WAIT", "done.then(() => null)" if wait else "null"), [name, args or {}])

    def dark(self) -> None:
        """Change to the dark theme."""
        self.command("apputils:change-theme", {"theme": "JupyterLab Dark"})
        self.page.wait_for_selector("body[data-jp-theme-light=false]", state="attached")

    def output(self, cell: int) -> Locator:
        """The output area of a code cell."""
        return self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea")

    def python(self, code: str) -> str:
        """Run code in the kernel, beside the notebook; returns what it prints."""
        return str(
            self.page.evaluate(
                """async code => {
                    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                    const future = kernel.requestExecute({code, store_history: false});
                    let text = '';
                    future.onIOPub = m => { if (m.header.msg_type === 'stream') text += m.content.text; };
                    await future.done;
                    return text;
                }""",
                code,
            )
        )


def wait_until(condition: Any, message: str, seconds: float = PATIENCE, page: Page | None = None) -> Any:
    """Return the first true answer of `condition`; fail with `message` after a time.

    What happens in a browser is told only while it is asked something: `page` is the one whose events are waited for,
    where the condition itself asks no page.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        if page:
            page.wait_for_timeout(50)
        else:
            time.sleep(0.05)
    raise AssertionError(message)
