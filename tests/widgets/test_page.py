"""The hidden widget of a page: the code it sends once, and the messages it answers."""

from __future__ import annotations

import gzip
import json
from typing import Any

import trackkit_jupyter as track
from trackkit_jupyter.views import code
from trackkit_jupyter.widgets import ExperimentView, ScalarsView
from trackkit_jupyter.widgets import page as hidden

from .sent import Comms


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
