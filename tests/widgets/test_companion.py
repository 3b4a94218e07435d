"""The widget that an object brings along where the host needs one."""

from __future__ import annotations

from typing import Any

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import views
from trackkit_jupyter.widgets import page as hidden
from trackkit_jupyter.widgets.companion import MIME_TYPE

from .sent import Comms


def test_a_page_may_ask_for_the_picture(comms: Comms, exp: track.Experiment, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", "comm")
    displayed = views.mimebundle(exp)
    state = next(data["state"] for id, _, data, _ in comms if id == displayed[MIME_TYPE]["model_id"])
    for asked, picture in (({"id": state["_id"]}, displayed["image/png"]), ({"id": "?"}, None), (None, None)):
        comms.clear()
        message = {"store": exp.store.id, "ask": "1", "operation": "picture", "arguments": asked}
        hidden.page()._received(None, message, [])
        ((_, _, data, _),) = comms
        assert data["content"]["result"] == {"picture": picture}


@pytest.mark.parametrize(("door", "has"), [("comm", True), ("http", False)])
def test_an_object_brings_a_widget_where_the_host_needs_one(
    comms: Comms, exp: track.Experiment, monkeypatch: Any, door: str, has: bool
) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", door)
    first, second = views.mimebundle(exp), views.mimebundle(exp)
    assert (MIME_TYPE in first) is has
    assert "application/vnd.trackkit.view+json" in first
    assert "image/png" in first
    if has:
        assert first[MIME_TYPE] == second[MIME_TYPE], "displayed again, it is the same widget"
