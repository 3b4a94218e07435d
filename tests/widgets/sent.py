"""What widgets sent."""

from __future__ import annotations

from typing import Any

import ipywidgets

Comms = list[tuple[str, str, dict[str, Any], list[bytes]]]


def opened(comms: Comms, widget: ipywidgets.Widget) -> dict[str, Any]:
    """The state with which a widget was opened."""
    return next(data["state"] for id, kind, data, _ in comms if kind == "comm_open" and id == widget.model_id)
