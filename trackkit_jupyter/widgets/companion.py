"""The widget that goes along in the bundle of a display, for hosts that do not know our MIME type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.widgets.host import door

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store
    from trackkit_jupyter.views import View

__all__ = ["MIME_TYPE", "companion"]

MIME_TYPE = "application/vnd.jupyter.widget-view+json"

_widgets: dict[str, Any] = {}


def companion(view: View, store: Store[Any], picture: str | None = None) -> dict[str, Any]:
    """Return what the bundle of a display holds beside our view: nothing, or a widget that shows the same.

    A view that is displayed again, also at the end of its cell, has the widget it had.

    Parameters
    ----------
    view
        What is displayed.
    store
        Its store.
    picture
        The picture of the display (base64 PNG), which the widget shows when its store is gone.
    """
    if door() == "http" or view.kind == "message" or not (view.objects or view.kind == "table"):
        return {}
    from trackkit_jupyter.widgets.page import page
    from trackkit_jupyter.widgets.view import MOST, ViewWidget

    if len(view.objects) > MOST:
        return {}
    key = json.dumps([str(store.path), view.kind, view.objects, dict(view.options)], sort_keys=True, default=str)
    widget = _widgets.get(key)
    if widget is None or widget.comm is None:
        widget = _widgets[key] = ViewWidget(view, store)
    widget.picture = picture or widget.picture
    # With the door named, our renderer in a Lab whose server lacks our extension reads from the kernel, too.
    located = {"model_id": widget.model_id, "trackkit_door": page().key}
    return {MIME_TYPE: {"version_major": 2, "version_minor": 0, **located}}
