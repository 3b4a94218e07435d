"""The one hidden widget behind all views of a page: it sends their code, once, and answers for all of them.

Views hold traits and nothing else. What they read comes over the comm of this widget, so that ten views of an
experiment cost one answer, and a further view a few kilobytes.
"""

from __future__ import annotations

import functools
import gzip
import secrets
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from trackkit_jupyter.errors import NotFoundError
from trackkit_jupyter.operations import EDITS
from trackkit_jupyter.store import Store
from trackkit_jupyter.widgets.channel import Channel
from trackkit_jupyter.widgets.host import door
from trackkit_jupyter.widgets.pushing import pusher

__all__ = ["LOADER", "Page", "page"]

_BUNDLE = Path(__file__).parents[1] / "static" / "widget.js"

# What a page has of ours, under one name: the code of the views (`load()` is the labextension's, which brings its own;
# else `ready` waits for ours), and the ways to the kernels that are open in it, each with what it said too early.
_SLOT = """
const slot = globalThis[Symbol.for('trackkit.ui')] ??= {};
slot.doors ??= {};
slot.ready ??= new Promise(give => { slot.give = give; });
const doorOf = key => slot.doors[key] ??= (() => {
  const door = { early: [], take: (...message) => door.early.push(message) > 500 && door.early.shift() };
  door.open = new Promise(give => { door.give = give; });
  return door;
})();
"""

#: What every view is in the page. A host that gives each output a page of its own makes the hidden widget when asked.
LOADER = f"""{_SLOT}export default {{
  async render({{ el, model, signal }}) {{
    Promise.resolve(model.widget_manager?.get_model?.(model.get('_page'))).catch(() => {{}});
    const {{ show }} = await (slot.load ? slot.load() : slot.ready);
    await show(el, model, slot, doorOf(model.get('_door')), signal);
  }},
}};
"""

_HIDDEN = f"""{_SLOT}const unpack = async packed => {{
  if (slot.given) return;
  slot.given = true;
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const source = new Blob([await new Response(plain).arrayBuffer()], {{ type: 'text/javascript' }});
  const url = URL.createObjectURL(source);
  slot.give(await import(url));
  URL.revokeObjectURL(url);
}};
export default {{
  initialize({{ model, signal }}) {{
    const key = model.get('_key');
    const door = doorOf(key);
    door.send = message => model.send(message);
    model.on('msg:custom', (content, buffers) => content.code ? unpack(buffers[0]) : door.take(content, buffers));
    signal?.addEventListener('abort', () => delete slot.doors[key]);
    door.give();
    // The code comes by itself the first time, when the kernel may be busy; a page loaded anew has to ask.
    setTimeout(() => slot.load || slot.given || door.send({{ need: 'code' }}), ASK_MS);
  }},
}};
""".replace("ASK_MS", "600")


class Page(anywidget.AnyWidget):
    """Serves the views of this kernel, wherever they are shown."""

    _key = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(_esm=_HIDDEN, _key=secrets.token_hex(8))
        self._channels: dict[str, Channel] = {}
        self._held: list[Any] = []
        self.on_msg(self._received)
        if door() == "comm":
            self.send_code()

    @property
    def key(self) -> str:
        """What views name it by."""
        return str(self._key)

    def channel(self, store: Store[Any]) -> Channel:
        """Return the channel of a store, made when first needed."""
        channel = self._channels.get(store.id)
        if channel is None:
            channel = Channel(store, functools.partial(self._send_about, store.id))
            self._channels[store.id] = channel
            self._held.append(pusher.add(channel))
        return channel

    def send_code(self) -> None:
        """Send the code of the views, gzipped, as one binary message."""
        self.send({"code": "gzip"}, [_packed()])

    def close(self) -> None:
        """Close the comm, and look after nothing any more."""
        for held in self._held:
            held.close()
        super().close()

    def _received(self, _: Any, message: Any, __: Any) -> None:
        if not isinstance(message, dict):
            return
        if message.get("need") == "code":
            self.send_code()
        channel = self._channels.get(str(message.get("store")))
        if channel is not None:
            channel.receive(message)
            if "watch" in message or message.get("operation") in EDITS:
                pusher.soon()

    def _send_about(self, store: str, message: dict[str, Any], buffers: list[bytes]) -> None:
        if self.comm is not None:
            self.send({"store": store, **message}, buffers)


_page: Page | None = None


def page() -> Page:
    """Return the hidden widget of this kernel, made when first needed."""
    global _page
    if _page is None or _page.comm is None:
        _page = Page()
    return _page


@functools.cache
def _packed() -> bytes:
    try:
        return gzip.compress(_BUNDLE.read_bytes(), 6, mtime=0)
    except OSError as error:
        raise NotFoundError("The code of the widgets is missing; build it: npm run build.", "code") from error
