"""A plain page with the html-manager of the widgets and a kernel, and no network: none of Jupyter's front ends."""

from __future__ import annotations

import base64
import os
import queue
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anywidget
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from playwright.sync_api import Browser, Locator, Page, Route, expect

from .lab import wait_until
from .test_story import drawn

MODULES = Path(__file__).parents[2] / "labextension" / "node_modules"
FILES = {
    "/require.js": MODULES / "requirejs" / "require.js",
    "/widgets.js": MODULES / "@jupyter-widgets" / "html-manager" / "dist" / "embed-amd.js",
    "/anywidget.js": Path(anywidget.__file__).parent / "nbextension" / "index.js",
}
BODY = "<!doctype html><script src=/require.js></script><script src=/widgets.js></script><script src=/page.js></script>"
PAGE = """
require.config({ baseUrl: '/' });
const comms = new Map();
class Comm {
  constructor(id) { this.comm_id = id; comms.set(id, this); }
  on_msg(take) { this.take = take; }
  on_close(closed) { this.closed = closed; }
  send(data) { window.toKernel(this.comm_id, data); return this.comm_id; }
  close() { return this.comm_id; }
}
const manager = new Promise(done => require(['@jupyter-widgets/html-manager'], ({ HTMLManager }) => done(
  new HTMLManager({ loader: name => new Promise((ready, failed) => require([name], ready, failed)) }))));
const bytes = text => new DataView(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
async function take(type, content, metadata, packed) {
  const message = { content, metadata, buffers: packed.map(bytes) };
  const { comm_id: id } = content;
  if (type === 'comm_open') await (await manager).handle_comm_open(new Comm(id), message);
  if (type === 'comm_msg') await comms.get(id)?.take?.(message);
  if (type === 'comm_close') await comms.get(id)?.closed?.(message);
  const shown = content.data?.['application/vnd.jupyter.widget-view+json'];
  if (type === 'display_data' && shown) {
    const home = document.body.appendChild(document.createElement('div'));
    const model = await (await manager).get_model(shown.model_id);
    await (await manager).display_view(await (await manager).create_view(model), home);
  }
}
let order = Promise.resolve();
window.fromKernel = (...message) => { order = order.then(() => take(...message)); };
"""
BUSY = """
import numpy as np, plotly.graph_objects as go
import trackkit_jupyter as track
from pathlib import Path
exp = track.start("plain", capture=False)
exp.log_plot("confusion", "val", go.Figure(go.Heatmap(z=[[5, 1], [2, 7]])), iteration=3)
exp.log_image("digits", "first", np.zeros((8, 8), dtype=np.uint8), iteration=0)
exp.show()
i = 0
while not Path("stop").exists():
    if i < 100 or Path("more").exists():
        exp.log({"loss/train": 1 / (1 + i), "loss/val": 1.3 / (1 + i)}, iteration=i)
        i += 1
exp.finish()
"""


class Plain:
    """The page, and the kernel at the other end."""

    def __init__(self, page: Page, client: BlockingKernelClient) -> None:
        self.page = page
        self.client = client
        page.expose_function("toKernel", self._to_kernel)

    def _to_kernel(self, comm: str, data: dict[str, Any]) -> None:
        self.client.shell_channel.send(self.client.session.msg("comm_msg", {"comm_id": comm, "data": data}))

    def pump(self) -> None:
        """Bring to the page what the kernel said."""
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=0.02)
            except queue.Empty:
                return
            buffers = [base64.b64encode(bytes(buffer)).decode() for buffer in message["buffers"]]
            if message["msg_type"] in ("comm_open", "comm_msg", "comm_close", "display_data"):
                self.page.evaluate(
                    "message => window.fromKernel(...message)",
                    [message["msg_type"], message["content"], message["metadata"], buffers],
                )

    def until(self, condition: Any, words: str) -> None:
        """Wait until something holds, while messages travel."""
        wait_until(lambda: (self.pump(), condition())[1], words)

    def sees(self, locator: Locator) -> None:
        """Wait until something is visible."""
        self.until(lambda: locator.count() and locator.first.is_visible(), f"{locator} did not show")


@pytest.fixture
def plain(browser: Browser, tmp_path: Path) -> Iterator[Plain]:
    """A page that consists of three files, and a kernel that was told to use the comm."""
    environment = {**os.environ, "TRACKKIT_DOOR": "comm", "TRACKKIT_STORE": str(tmp_path / "store")}
    environment["IPYTHONDIR"] = str(tmp_path / "ipython")
    manager, client = start_new_kernel(cwd=str(tmp_path), env=environment)
    context = browser.new_context(viewport={"width": 1000, "height": 800})
    refused: list[str] = []

    def serve(route: Route) -> None:
        path = re.sub(r"^https?://[^/]*", "", route.request.url)
        if path == "/":
            route.fulfill(body=BODY, content_type="text/html")
        elif path == "/page.js":
            route.fulfill(body=PAGE, content_type="text/javascript")
        elif path in FILES:
            route.fulfill(path=FILES[path], content_type="text/javascript")
        else:
            refused.append(route.request.url)
            route.abort()

    context.route(re.compile("^https?:"), serve)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    opened = Plain(page, client)
    page.goto("http://plain.test/")
    yield opened
    context.close()
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    assert [url for url in refused if "favicon" not in url] == []
    assert errors == []


def test_it_is_live_in_a_plain_page_without_network(plain: Plain, tmp_path: Path) -> None:
    plain.client.execute(BUSY)
    page = plain.page
    plain.sees(page.locator(".trackkit canvas"))
    first = drawn(page.locator("body"))
    (tmp_path / "more").touch()
    plain.until(lambda: drawn(page.locator("body")) != first, "the curve did not move")
    plain.sees(page.get_by_text("Running", exact=True))  # all this came while the cell was busy
    (tmp_path / "stop").touch()
    plain.sees(page.get_by_text("Completed", exact=True))
    page.get_by_role("tab", name="Plots").click()
    plain.sees(page.locator(".main-svg"))
    page.get_by_role("tab", name="Debug samples").click()
    image = page.get_by_role("tabpanel", name="Debug samples").get_by_role("img")
    plain.sees(image)
    plain.until(lambda: (image.first.get_attribute("src") or "").startswith("blob:"), "the sample did not come")
    expect(image.first).to_have_js_property("naturalWidth", 8)
