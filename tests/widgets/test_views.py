"""Views as widgets: small states, traits that are checked and linked, and no data in any of them."""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest
import traitlets

import trackkit_jupyter as track
from trackkit_jupyter import views
from trackkit_jupyter.views import code
from trackkit_jupyter.views.view import CURVES
from trackkit_jupyter.widgets import (
    ComparisonView,
    ExperimentsTable,
    ExperimentView,
    PlotControls,
    PlotsView,
    SampleSlider,
    SamplesView,
    ScalarsView,
    ViewWidget,
)
from trackkit_jupyter.widgets import page as hidden
from trackkit_jupyter.widgets.companion import MIME_TYPE

VIEWS = [ExperimentView, ScalarsView, PlotsView, SamplesView, ComparisonView]
Comms = list[tuple[str, str, dict[str, Any], list[bytes]]]


def opened(comms: Comms, widget: ipywidgets.Widget) -> dict[str, Any]:
    """The state with which a widget was opened."""
    return next(data["state"] for id, kind, data, _ in comms if kind == "comm_open" and id == widget.model_id)


@pytest.mark.parametrize("kind", VIEWS)
def test_a_state_is_small_and_holds_no_data(comms: Comms, exp: track.Experiment, kind: type[ViewWidget]) -> None:
    widget = kind(exp)
    state = opened(comms, widget)
    assert len(json.dumps(state)) < 4_000
    assert state["objects"] == [exp.id]
    assert len(state["_esm"]) < 1_000
    assert not any(buffers for id, _, _, buffers in comms if id == widget.model_id)


def test_as_many_experiments_as_fit_and_one_more_is_refused(comms: Comms, exp: track.Experiment) -> None:
    ids = [f"{i:032x}" for i in range(49)]
    widget = ComparisonView(ids[:48], store=exp.store)
    assert len(json.dumps(opened(comms, widget))) < 4_000
    with pytest.raises(track.TrackkitValueError, match="48 experiments at most"):
        ComparisonView(ids, store=exp.store)
    with pytest.raises(track.TrackkitValueError, match="32 hex"):
        widget.objects = ["nonsense"]


def sent_code(comms: Comms) -> list[tuple[list[str], list[str], int]]:
    """The code that was sent: the parts, their files, and the bytes of the message."""
    found = []
    for _, _, data, buffers in comms:
        if parts := data.get("content", {}).get("code"):
            found.append((parts, list(json.loads(gzip.decompress(buffers[0]))), len(buffers[0])))
    return found


def test_the_code_is_sent_once_however_many_views(comms: Comms, exp: track.Experiment, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", "comm")
    for _ in range(3):
        ScalarsView(exp)
    parts = [code.FIRST, *code.parts_of("scalars")]
    assert [part for sent, _, _ in sent_code(comms) for part in sent] == parts
    ExperimentView(exp)
    files = [name for _, names, _ in sent_code(comms) for name in names]
    assert len(files) == len(set(files))
    needed = {name for part in [*parts, *code.parts_of("experiment")] for name in code.files_of(part)}
    assert set(files) == needed
    assert not [name for name in files if name.startswith("comparison")], "it comes when it is needed"
    assert sum(size for _, _, size in sent_code(comms)) < 160_000


def test_no_code_is_sent_where_our_server_answers(comms: Comms, exp: track.Experiment, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", "http")
    ScalarsView(exp)
    assert not [buffers for _, _, _, buffers in comms if buffers]


def test_a_page_asks_for_the_code_it_lacks(comms: Comms, exp: track.Experiment, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRACKKIT_DOOR", "comm")
    ScalarsView(exp)
    plots, *_ = code.parts_of("plot")
    for need, has in ((code.FIRST, []), (plots, code.files_of(code.FIRST))):  # a page loaded anew has nothing
        comms.clear()
        hidden.page()._received(None, {"need": need, "has": has}, [])
        ((parts, files, _),) = sent_code(comms)
        assert parts == [need]
        assert files == [name for name in code.files_of(need) if name not in has]
    for need in ("plots-00000000.js", "../widgets/page.py", "embed.css"):
        comms.clear()
        hidden.page()._received(None, {"need": need, "has": None}, [])
        assert [data["content"] for _, _, data, _ in comms] == [{"lacks": need}]


def test_options_are_traits(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp, metrics="loss", variants=("train", "val"), smoothing=0.6, xaxis="wall", height=300)
    assert (widget.metrics, widget.variants, widget.height) == (["loss"], ["train", "val"], 300)
    assert widget.view.kind == "scalars"
    assert widget.view.options["smoothing"] == 0.6
    state = opened(comms, widget)
    assert (state["smoothing"], state["xaxis"], state["metrics"]) == (0.6, "wall", ["loss"])


def test_the_look_of_curves_is_traits_too(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp, hidden=["rate"], log_y=True, y_range=[None, 5], ignore_outliers=True)
    state = opened(comms, widget)
    assert {name: state[name] for name in ("hidden", "log_y", "log_x", "y_range", "x_range", "ignore_outliers")} == {
        "hidden": ["rate"],
        "log_y": True,
        "log_x": False,
        "y_range": [None, 5.0],
        "x_range": [None, None],
        "ignore_outliers": True,
    }
    assert widget.view.options["y_range"] == [None, 5.0]
    assert PlotsView(exp, hidden=["confusion/val"]).hidden == ["confusion/val"]


@pytest.mark.parametrize(
    "options",
    [
        *({"smoothing": 1.0}, {"xaxis": "time"}, {"group_by": 3}, {"nonsense": 1}, {"height": -1}, {"metrics": [3]}),
        *({"log_y": "yes"}, {"hidden": b"loss, rate"}, {"y_range": [2.0, 1.0]}, {"x_range": [0.0]}),
        *({"x_range": [math.nan, 1.0]}, {"y_range": ["low", None]}),
    ],
)
def test_a_wrong_option_raises(comms: Comms, exp: track.Experiment, options: dict[str, Any]) -> None:
    with pytest.raises(track.TrackkitValueError):
        ScalarsView(exp, **options)


def test_groups_of_experiments_are_options_too(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp, by=["lr"], band="std", xaxis="wall")
    assert widget.view.options["band"] == "std"
    state = opened(comms, widget)
    assert (state["by"], state["band"], state["_extra"]) == (["lr"], "std", {})
    assert ComparisonView([exp, exp], group_by=["lr"]).band == "minmax", "as track.compare has it"


def test_a_trait_set_later_is_checked_and_sent(comms: Comms, exp: track.Experiment) -> None:
    widget = ExperimentView(exp, tab="plots")
    comms.clear()
    widget.tab = "console"
    assert [data["state"] for _, _, data, _ in comms] == [{"tab": "console"}]
    with pytest.raises(traitlets.TraitError):
        widget.tab = "nowhere"


def test_what_the_page_sets_is_seen_here(comms: Comms, exp: track.Experiment) -> None:
    widget = ScalarsView(exp)
    seen: list[float] = []
    widget.observe(lambda change: seen.append(change["new"]), "smoothing")
    widget.set_state({"smoothing": 0.25})
    assert seen == [0.25]


def test_a_message_of_the_page_is_answered_for_its_store(comms: Comms, exp: track.Experiment) -> None:
    ScalarsView(exp)
    page = hidden.page()
    comms.clear()
    question = {"ask": "p-1", "operation": "single_values", "arguments": {"objects": [exp.id]}}
    for store in (exp.store.id, "0" * 32):
        page._handle_msg(
            {"content": {"data": {"method": "custom", "content": {"store": store, **question}}}, "buffers": []}
        )
    ((id, _, data, _),) = comms
    assert id == page.model_id
    assert (data["content"]["store"], data["content"]["answer"]) == (exp.store.id, "p-1")


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


def test_the_page_knows_every_option() -> None:
    source = (Path(__file__).parents[2] / "labextension" / "src" / "ui" / "bound.ts").read_text(encoding="utf-8")
    (listed,) = re.findall(r"const TRAITS = \[(.*?)\]", source, re.DOTALL)
    assert set(re.findall(r"'(\w+)'", listed)) == set().union(
        *(kind.option_names() for kind in [*VIEWS, ExperimentsTable])
    )
    assert set(CURVES) <= ScalarsView.option_names()


def test_a_widget_shows_the_samples_of_one_metric(comms: Comms, exp: track.Experiment) -> None:
    exp.log_image("faces", "first", np.zeros((4, 4), dtype=np.uint8), iteration=5)
    view = SamplesView(exp, metric="faces")
    assert (view.iterations, view.view.options) == ([5], {"metrics": ["faces"]})
    view.metric = "digits"
    assert view.iterations == [0, 3, 6]
    assert SamplesView(exp, metrics="faces").metric == "faces", "as the other views name it"


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


def test_controls_are_linked_both_ways(comms: Comms, exp: track.Experiment) -> None:
    one, two = ScalarsView(exp, smoothing=0.3), ComparisonView([exp, exp])
    controls = PlotControls(one, two)
    assert (controls.smoothing.value, two.smoothing) == (0.3, 0.3)
    controls.xaxis.value = "wall"
    assert (one.xaxis, two.xaxis) == ("wall", "wall")
    one.group_by = "none"
    assert (controls.group_by.value, two.group_by) == ("none", "none")
    controls.close()
    one.smoothing = 0.9
    assert two.smoothing == 0.3
    with pytest.raises(track.TrackkitTypeError, match="PlotsView is needed, not SamplesView"):
        PlotControls(SamplesView(exp))
    with pytest.raises(track.TrackkitTypeError):
        PlotControls()


def test_controls_of_plots_and_curves_move_what_each_has(comms: Comms, exp: track.Experiment) -> None:
    plots, curves = PlotsView(exp, metrics="confusion"), ScalarsView(exp, smoothing_kind="gaussian")
    controls = PlotControls(plots, curves)
    assert (controls.metrics.value, curves.metrics) == (["confusion"], ["confusion"])
    controls.metrics.value = ["loss"]
    assert (plots.metrics, curves.metrics) == (["loss"], ["loss"])
    controls.smoothing_kind.value = "running"
    assert curves.smoothing_kind == "running"
    alone = PlotControls(plots)
    assert alone.children == (alone.metrics,), "nothing that has no effect"


def test_the_slider_goes_over_the_iterations_of_samples(comms: Comms, exp: track.Experiment) -> None:
    view = SamplesView(exp)
    slider = SampleSlider(view)
    assert [value for _, value in slider.options] == [0, 3, 6, "newest"]
    assert slider.value == "newest"
    slider.value = 3
    assert view.iteration == 3
    exp.log_image("digits", "first", np.zeros((4, 4), dtype=np.uint8), iteration=9)
    view.iteration = 9
    assert slider.value == 9
    view.iteration = None
    assert slider.value == "newest"
    slider.close()
    slider.value = 0
    view.iteration = 6
    assert slider.value == 0
    with pytest.raises(track.TrackkitTypeError):
        SampleSlider(ScalarsView(exp))  # type: ignore[arg-type]
