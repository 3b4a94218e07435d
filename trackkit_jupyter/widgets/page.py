"""The one hidden widget behind all views of a page: it sends their code, once, and answers for all of them.

The code comes in parts: what a page starts with, then what its views may come to show, before the kernel is busy; later
what a page asks for, for it may have been loaded anew. Views hold traits and nothing else. What they read comes over
the comm of this widget, so that ten views of an experiment cost one answer, and a further view a few kilobytes.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import anywidget
import traitlets

from trackkit_jupyter.errors import NotFoundError
from trackkit_jupyter.operations import EDITS
from trackkit_jupyter.store import Store
from trackkit_jupyter.views import code
from trackkit_jupyter.widgets.channel import Channel
from trackkit_jupyter.widgets.host import door
from trackkit_jupyter.widgets.pushing import pusher

if TYPE_CHECKING:
    from trackkit_jupyter.widgets.view import ViewWidget

__all__ = ["LOADER", "Page", "page"]

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
#: The labextension hears of the model, and shows it in the place of the saved view.
LOADER = f"""{_SLOT}export default {{
  initialize: ({{ model, signal }}) => slot.hear?.(model, signal),
  async render({{ el, model, signal }}) {{
    Promise.resolve(model.widget_manager?.get_model?.(model.get('_page'))).catch(() => {{}});
    const late = setTimeout(() => {{ el.textContent = 'This view has no kernel: run its cell again.'; }}, 8000);
    const {{ show }} = await (slot.load ? slot.load() : slot.ready);
    clearTimeout(late);
    await show(el, model, slot, doorOf(model.get('_door')), signal);
  }},
}};
"""

_HIDDEN = (
    f"""{_SLOT}slot.files ??= {{}};
slot.parts ??= {{}};
slot.order ??= Promise.resolve();
const take = async (parts, packed) => {{
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  for (const [name, text] of Object.entries(await new Response(plain).json())) {{
    const code = text
      .replace(/\\bimport\\(("[.]\\/[\\w-]+[.]js")\\)/g, "globalThis[Symbol.for('trackkit.ui')].part($1.slice(2))")
      .replace(/((?:from|import) ?)"[.]\\/([\\w-]+[.]js)"/g, (_, word, other) => `${{word}}"${{slot.files[other]}}"`);
    slot.files[name] ??= URL.createObjectURL(new Blob([code], {{ type: 'text/javascript' }}));
  }}
  for (const part of parts) slot.parts[part]?.give();
  if (parts.includes(FIRST)) slot.give(await import(slot.files[FIRST]));
}};
slot.part ??= async name => {{
  if (!slot.files[name]) {{
    const doors = Object.values(slot.doors).filter(door => door.send);
    await new Promise((give, fail) => {{
      let left = doors.length;
      slot.parts[name] = {{ give, lack: () => --left || fail(new Error('no such code')) }};
      setTimeout(fail, doors.length ? PATIENCE_MS : 0, new Error('no answer'));
      doors.forEach(door => door.send({{ need: name, has: Object.keys(slot.files) }}));
    }});
  }}
  return import(slot.files[name]);
}};
export default {{
  initialize({{ model, signal }}) {{
    const key = model.get('_key');
    const door = doorOf(key);
    door.send = message => model.send(message);
    model.on('msg:custom', (content, buffers) => {{
      if (content.code) slot.order = slot.order.then(() => take(content.code, buffers[0])).catch(console.error);
      else if (content.lacks) slot.parts[content.lacks]?.lack();
      else door.take(content, buffers);
    }});
    signal?.addEventListener('abort', () => delete slot.doors[key]);
    door.give();
    // The code comes by itself the first time, when the kernel may be busy; a page loaded anew has to ask.
    setTimeout(() => slot.load || slot.files[FIRST] || door.send({{ need: FIRST }}), ASK_MS);
  }},
}};
""".replace("ASK_MS", "600")
    .replace("PATIENCE_MS", "15000")
    .replace("FIRST", repr(code.FIRST))
)


class Page(anywidget.AnyWidget):
    """Serves the views of this kernel, wherever they are shown."""

    _key = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(_esm=_HIDDEN, _key=secrets.token_hex(8))
        self._channels: dict[str, Channel] = {}
        self._held: list[Any] = []
        self._sent: set[str] = set()
        self._widgets: WeakValueDictionary[str, ViewWidget] = WeakValueDictionary()
        self.on_msg(self._received)
        if door() == "comm":
            self._send_code([code.FIRST], ())

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

    def show(self, widget: ViewWidget) -> None:
        """Know of a view; send the code it may need, as far as it was not sent: later the kernel may be busy."""
        self._widgets[widget.trait_values()["_id"]] = widget
        if door() == "comm":
            own, *later = code.parts_of(widget.kind) or [""]
            for parts in ([own], later):  # what is shown at once, then all the rest: together it is smaller
                self._send_code([part for part in parts if part and part not in self._sent], self._sent)

    def close(self) -> None:
        """Close the comm, and look after nothing any more."""
        for held in self._held:
            held.close()
        super().close()

    def _received(self, _: Any, message: Any, __: Any) -> None:
        if not isinstance(message, dict):
            return
        if "need" in message:
            self._needed(str(message["need"]), message.get("has"))
        if message.get("operation") == "picture":
            asked = message.get("arguments")
            widget = self._widgets.get(str(asked.get("id"))) if isinstance(asked, dict) else None
            answer = {"answer": message.get("ask"), "result": {"picture": widget.picture if widget else None}}
            self.send({"store": message.get("store"), **answer})
            return
        channel = self._channels.get(str(message.get("store")))
        if channel is not None:
            channel.receive(message)
            if "watch" in message or message.get("operation") in EDITS:
                pusher.soon()

    def _needed(self, part: str, has: Any) -> None:
        """Send code that a page asks for, but for the files that it has."""
        try:
            self._send_code([part], has if isinstance(has, list) else [])
        except NotFoundError:
            self.send({"lacks": part})

    def _send_code(self, parts: list[str], has: Collection[str]) -> None:
        if parts:
            files = [name for name in code.files_of(*parts) if name not in has]
            self._sent.update(files)
            self.send({"code": parts}, [code.packed(files)])

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
