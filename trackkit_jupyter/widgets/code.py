"""The code of the views in a page without our labextension: one hidden widget sends it, once."""

from __future__ import annotations

import functools
import gzip
from pathlib import Path
from typing import Any

import anywidget

from trackkit_jupyter.errors import NotFoundError

__all__ = ["LOADER", "Code", "code"]

_BUNDLE = Path(__file__).parents[1] / "static" / "widget.js"

# Where the page keeps the code: `load()` is the labextension's, which brings its own; else `ready` waits for ours.
_SLOT = """
const slot = globalThis[Symbol.for('trackkit.ui')] ??= (() => {
  const made = {};
  made.ready = new Promise(give => { made.give = give; });
  return made;
})();
"""

#: What every widget is in the page: messages wait until the code is there, which shows the view.
LOADER = f"""{_SLOT}export default () => {{
  const early = [];
  let take = (...message) => early.push(message);
  let door;
  return {{
    initialize({{ model, signal }}) {{
      model.on('msg:custom', (...message) => take(...message));
      const ui = slot.load ? slot.load() : slot.ready;
      door = ui.then(({{ bind }}) => {{
        const bound = bind(model, slot, signal);
        take = bound.take;
        early.splice(0).forEach(message => take(...message));
        return bound;
      }});
    }},
    async render({{ el, signal, model }}) {{
      (await door).show(el, model, signal);
    }},
  }};
}};
"""

_RECEIVER = f"""{_SLOT}export default {{
  initialize({{ model }}) {{
    if (slot.load || slot.given) return;
    model.on('msg:custom', async (message, [packed]) => {{
      if (slot.given) return;
      slot.given = true;
      const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
      const source = new Blob([await new Response(plain).arrayBuffer()], {{ type: 'text/javascript' }});
      slot.give(await import(URL.createObjectURL(source)));
    }});
    // It comes by itself the first time, when the kernel may be busy; a page loaded anew has to ask.
    setTimeout(() => slot.given || model.send({{ need: 'code' }}), ASK_MS);
  }},
}};
""".replace("ASK_MS", "600")


class Code(anywidget.AnyWidget):
    """Sends the code of the views to the page."""

    def __init__(self) -> None:
        super().__init__(_esm=_RECEIVER)
        self.on_msg(self._asked)

    def push(self) -> None:
        """Send the code, gzipped, as one binary message."""
        self.send({"code": "gzip"}, [_packed()])

    def _asked(self, _: Any, message: Any, __: Any) -> None:
        if isinstance(message, dict) and message.get("need") == "code":
            self.push()


_code: Code | None = None


def code(push: bool) -> Code:
    """Return the widget that has the code for all others, made when first needed.

    Parameters
    ----------
    push
        Whether the code is sent before it is asked for: a page that has no labextension of ours cannot ask while the
        kernel is busy.
    """
    global _code
    if _code is None or _code.comm is None:
        _code = Code()
        if push:
            _code.push()
    return _code


@functools.cache
def _packed() -> bytes:
    try:
        return gzip.compress(_BUNDLE.read_bytes(), 6, mtime=0)
    except OSError as error:
        raise NotFoundError("The code of the widgets is missing; build it: npm run build.", "code") from error
