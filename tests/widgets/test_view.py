"""A view as a widget: its state is small, what a page sets is seen, and its display costs little."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import views
from trackkit_jupyter.widgets import ComparisonView, ScalarsView
from trackkit_jupyter.widgets.companion import MIME_TYPE

from .sent import Comms, opened


def test_as_many_experiments_as_fit_and_one_more_is_refused(comms: Comms, exp: track.Experiment) -> None:
    ids = [f"{i:032x}" for i in range(1_001)]
    widget = ComparisonView(ids[:48], store=exp.store)
    assert len(json.dumps(opened(comms, widget))) < 4_000
    assert ComparisonView(ids[:1_000], store=exp.store).objects == ids[:1_000]
    with pytest.raises(track.TrackkitValueError, match="1,000 experiments at most, not 1,001"):
        ComparisonView(ids, store=exp.store)
    with pytest.raises(track.TrackkitValueError, match="32 hex"):
        widget.objects = ["nonsense"]


def test_what_the_page_sets_is_seen_here(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp)
    seen: list[float] = []
    widget.observe(lambda change: seen.append(change["new"]), "smoothing")
    widget.set_state({"smoothing": 0.25})
    assert seen == [0.25]


def test_it_is_closed_cleanly(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp)
    model = widget.model_id
    comms.clear()
    widget.close()
    assert [(id, kind) for id, kind, _, _ in comms] == [(model, "comm_close")]
    widget.smoothing = 0.5
    assert len(comms) == 1


def test_a_display_is_light_and_has_what_is_shown_without_a_kernel(
    comms: Comms, exp: track.Experiment, monkeypatch: Any
) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", "comm")
    ScalarsView(exp)
    comms.clear()
    widget = ScalarsView(exp, metrics="loss", smoothing=0.6)
    data, _ = widget._repr_mimebundle_()
    # All that a further view costs: its model, and what the kernel pushes of it, which is nothing new. What the
    # notebook keeps of it, its picture above all, is counted apart.
    sizes = [len(json.dumps(sent["state"])) for _, kind, sent, _ in comms if kind == "comm_open"]
    assert max(sizes) < 4_000
    assert sum(sizes) <= 6_800, "with the headers of the messages 8 KB at most"
    assert len(json.dumps(data)) <= 18_000
    assert set(data) == {views.MIME_TYPE, MIME_TYPE, "text/markdown", "text/html", "text/plain"}
    view = data[views.MIME_TYPE]
    assert (view["kind"], view["objects"], view["made_by"]) == ("scalars", [exp.id], track.__version__)
    assert view["options"] == {"metrics": ["loss"], "smoothing": 0.6}
    assert view["store"]["id"] == exp.store.id
    assert data[MIME_TYPE]["trackkit_model"] == opened(comms, widget)["_id"]
    assert "loss/train" in data["text/markdown"]
    assert "object at 0x" not in data["text/plain"]
    picture = re.search(r'src="data:image/png;base64,([^"]+)"', data["text/html"])
    assert picture
    assert widget.picture == picture[1]
    assert base64.b64decode(picture[1]).startswith(b"\x89PNG")
    assert "Saved picture" in data["text/html"]
