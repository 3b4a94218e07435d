"""Records the figures that are shown: matplotlib's at ``show`` and at the end of a cell, plotly's at ``show``.

Each call keeps a figure of its own. One that is shown again unchanged, as an open window is by every ``plt.show()``, is
kept once.
"""

from __future__ import annotations

import itertools
import sys
import weakref
from typing import TYPE_CHECKING, Any
from zlib import crc32

from .hooks import Call, Hook
from .texts import safe_label

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["HOOKS"]

_shown: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()


def _pyplot(sink: Sink, call: Call) -> None:  # noqa: ARG001
    helpers = sys.modules["matplotlib._pylab_helpers"]
    for manager in helpers.Gcf.get_all_fig_managers():
        _matplotlib(sink, manager.canvas.figure)


def _method(sink: Sink, call: Call) -> None:
    _matplotlib(sink, call.args[0])


def _inline(sink: Sink, call: Call) -> None:
    for shown in call.args:
        if hasattr(shown, "savefig") and hasattr(shown, "axes"):
            _matplotlib(sink, shown)


def _matplotlib(sink: Sink, figure: Any) -> None:
    if not figure.axes and not figure.images and not figure.texts:
        return  # nothing on it
    canvas = figure.canvas
    canvas.draw() if hasattr(canvas, "buffer_rgba") else None
    look = crc32(canvas.buffer_rgba()) if hasattr(canvas, "buffer_rgba") else None
    key = (look, id(sink)).__hash__() if look is not None else None
    if key is not None and _shown.get(figure) == key:
        return
    name = safe_label(_title(figure), "figure")
    sink.log_plot(name, name, figure)
    if key is not None:
        _shown[figure] = key


def _title(figure: Any) -> str:
    titles = [figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""]
    titles += [axes.get_title() for axes in figure.axes[:1]]
    titles += [str(figure.get_label() or "")]
    number = getattr(figure, "number", None)
    titles += [f"figure {number}" if number is not None else "figure"]
    return next(title for title in titles if title.strip())


def _plotly(sink: Sink, call: Call) -> None:
    figure = call.argument(0, "fig")
    if isinstance(figure, dict):
        title: Any = (figure.get("layout") or {}).get("title")
        title = title.get("text") if isinstance(title, dict) else title
    else:
        title = figure.layout.title.text
    name = safe_label(_plain(str(title or "")), "plotly")
    sink.log_plot(name, name, figure)


def _plain(markup: str) -> str:
    """Return a title without its tags: plotly's may have ``<b>`` and ``<br>`` in it."""
    pieces = (piece.partition(">") for piece in itertools.chain([""], markup.replace("<", "\0<").split("\0")))
    return " ".join(
        (after if before.startswith("<") and mark else before + mark + after) for before, mark, after in pieces
    )


HOOKS = (
    Hook("figures", "matplotlib.pyplot", "show", before=_pyplot),
    Hook("figures", "matplotlib.figure", "Figure.show", before=_method),
    Hook("figures", "matplotlib_inline.backend_inline", "display", before=_inline),
    Hook("figures", "plotly.io._renderers", "show", before=_plotly),
)
