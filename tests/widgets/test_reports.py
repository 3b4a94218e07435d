"""The reports page as a widget: its traits are what is shown; claims are told to a page that cannot ask."""

from __future__ import annotations

import pytest
import traitlets

import trackkit_jupyter as track
from trackkit_jupyter import TrackkitValueError
from trackkit_jupyter.widgets import ReportsPage
from trackkit_jupyter.widgets.channel import first_reads


def test_it_says_what_it_shows(exp: track.Experiment, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    track.report.create("Finding", "vision/digits", store=exp.store)
    page = ReportsPage(exp.store, layout_of="list", order_by="name", height=500)
    assert (page.kind, page.objects, page.title) == ("reports", [], "Reports")
    assert page.view.options == {"layout_of": "list", "order_by": "name", "height": 500}
    text = page._repr_mimebundle_()[0]["text/plain"]
    assert "1 report" in text
    assert "Finding" in text
    page.set_state({"project": "vision", "archived": True})
    assert page.view.options["project"] == "vision"


def test_what_cannot_be_is_refused(exp: track.Experiment) -> None:
    with pytest.raises(TrackkitValueError):
        ReportsPage(exp.store, layout_of="circle")
    with pytest.raises(traitlets.TraitError):
        ReportsPage(exp.store).order_by = "size"


def test_a_claim_is_asked_for_as_the_page_asks() -> None:
    options = {"text": "said", "metric": "loss/val", "a": "lr == 1", "b": "lr == 2", "better": "", "level": 0.9}
    assert first_reads("claim", [], options) == [
        ("claim", {"metric": "loss/val", "a": "lr == 1", "b": "lr == 2", "level": 0.9})
    ]
    assert first_reads("reports", [], {}) == []
