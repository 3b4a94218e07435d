"""The kernel's end of the comm: it answers as the server does, and tells what changed without being asked."""

from __future__ import annotations

import gzip
from typing import Any

import msgspec
import pytest

import trackkit_jupyter as track
from trackkit_jupyter import charts, operations
from trackkit_jupyter.store import open_store
from trackkit_jupyter.widgets.channel import Channel, first_reads
from trackkit_jupyter.widgets.pushing import Pusher

Sent = list[tuple[dict[str, Any], list[bytes]]]


@pytest.fixture
def sent() -> Sent:
    return []


@pytest.fixture
def channel(exp: track.Experiment, sent: Sent) -> Channel:
    return Channel(open_store(exp.store.path), lambda message, buffers: sent.append((message, buffers)))


def ask(channel: Channel, sent: Sent, operation: str, **arguments: Any) -> tuple[dict[str, Any], list[bytes]]:
    channel.receive({"ask": "p-1", "operation": operation, "arguments": arguments})
    message, buffers = sent.pop()
    assert message["answer"] == "p-1"
    assert sent == []
    return message, buffers


def look(pusher: Pusher, channel: Channel, sent: Sent) -> dict[str, Any]:
    """Look once; return the fresh answers by operation."""
    before = len(sent)
    for read in channel._followed.values():
        read.sent_at = 0.0  # the rest between two answers is over
    held = pusher_add(pusher, channel)
    pusher.look()
    assert held.channel is channel
    return {
        fresh["operation"]: buffers[fresh["buffer"]] if "buffer" in fresh else fresh["result"]
        for message, buffers in sent[before:]
        for fresh in message.get("fresh", [])
    }


def pusher_add(pusher: Pusher, channel: Channel) -> Any:
    from trackkit_jupyter.widgets.pushing import _Held

    held = next(iter(pusher._channels), None) or _Held(channel, pusher)
    pusher._channels.add(held)
    pusher.kept = held  # type: ignore[attr-defined]
    return held


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("plots", {"objects": ["ID"]}),
        ("samples", {"id": "ID", "limit": 2}),
        ("console", {"id": "ID", "after": 0}),
        ("single_values", {"objects": ["ID"]}),
        ("experiments", {}),
    ],
)
def test_it_answers_what_the_operation_answers(
    channel: Channel, sent: Sent, exp: track.Experiment, operation: str, arguments: dict[str, Any]
) -> None:
    given = msgspec.json.decode(msgspec.json.encode(arguments).replace(b'"ID"', f'"{exp.id}"'.encode()))
    message, buffers = ask(channel, sent, operation, **given)
    assert message["result"] == operations.call(operation, channel.store, given)
    assert msgspec.json.decode(msgspec.json.encode(message)) == message
    assert buffers == []


def test_curves_are_binary(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    message, (data,) = ask(channel, sent, "charts", objects=[exp.id])
    assert "result" not in message
    assert data == operations.call("charts", channel.store, {"objects": [exp.id]})


def test_a_file_is_binary_with_its_type(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    sample = exp.samples()[0]
    message, (data,) = ask(channel, sent, "file", id=exp.id, hash=sample["hash"])
    assert message["mime"] == "image/png"
    assert data == exp.blob(sample["hash"]).read_bytes()


def test_plotly_comes_packed(channel: Channel, sent: Sent) -> None:
    _, (data,) = ask(channel, sent, "plotly")
    assert len(data) < 2_000_000
    assert b"plotly.js v" in gzip.decompress(data)[:300]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"operation": "nonsense", "arguments": {}}, "not_found"),
        ({"operation": "experiment", "arguments": {"id": "0" * 32}}, "not_found"),
        ({"operation": "experiment", "arguments": {"id": 3}}, "bad_type"),
        ({"operation": "experiment", "arguments": {"id": "../../etc"}}, "bad_value"),
        ({"operation": "charts", "arguments": {"objects": [], "nonsense": 1}}, "bad_value"),
        ({"operation": "file", "arguments": {"id": "0" * 32, "hash": "../store.json"}}, "not_found"),
        ({"operation": 3, "arguments": {}}, "not_found"),
        ({"operation": "experiment", "arguments": None}, "not_found"),
    ],
)
def test_refusals_are_answers(channel: Channel, sent: Sent, message: dict[str, Any], code: str) -> None:
    channel.receive({"ask": "p-7", **message})
    ((answer, buffers),) = sent
    assert (answer["answer"], answer["error"]["code"], buffers) == ("p-7", code, [])
    assert answer["error"]["message"]


@pytest.mark.parametrize("message", [None, "text", 7, [], {}, {"watch": "all"}, {"anything": 1}])
def test_what_is_no_message_is_ignored(channel: Channel, sent: Sent, message: Any) -> None:
    channel.receive(message)
    assert sent == []


def test_edits_change_the_experiment(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    message, _ = ask(channel, sent, "add_tags", id=exp.id, tags=["seen"])
    assert message["result"].keys() == {"state"}
    assert exp.tags == ["seen"]


def test_what_a_view_begins_with_is_told_unasked(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    channel.expect([exp.id])
    channel.follow(first_reads("experiment", [exp.id], {}))
    told = look(Pusher(), channel, sent)
    assert told.keys() == {"experiment", "charts", "single_values", "plots", "samples", "console", "loop", "timeline"}
    assert [line["text"] for line in told["console"]["lines"]] == ["begun"]
    assert charts.decode(told["charts"]).charts[0].series[0].total == 10


def test_only_what_changed_is_told(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    pusher = Pusher()
    channel.expect([exp.id])
    channel.follow(first_reads("experiment", [exp.id], {}))
    look(pusher, channel, sent)
    assert look(pusher, channel, sent) == {}
    exp.log({"loss/train": 0.01}, iteration=10)
    told = look(pusher, channel, sent)
    assert told.keys() == {"experiment", "charts", "timeline"}
    assert charts.decode(told["charts"]).charts[0].series[0].total == 11
    exp.log_text("further")
    told = look(pusher, channel, sent)
    assert [line["text"] for line in told["console"]["lines"]] == ["further"], "only the new lines"


def test_what_was_asked_is_followed_but_a_detail_is_not(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    pusher = Pusher()
    channel.receive({"watch": [exp.id], "page": "p"})
    reply = ask(channel, sent, "charts", objects=[exp.id], smoothing=0.5)[0]
    assert reply["followed"] == {"operation": "charts", "arguments": {"objects": [exp.id], "smoothing": 0.5}}
    assert "followed" not in ask(channel, sent, "charts", objects=[exp.id], x_from=2.0, x_to=4.0)[0]
    assert look(pusher, channel, sent) == {}, "the page has it already"
    exp.log({"loss/train": 0.01}, iteration=10)
    assert look(pusher, channel, sent).keys() == {"charts"}
    (fresh,) = sent[-1][0]["fresh"]
    assert fresh["arguments"] == {"objects": [exp.id], "smoothing": 0.5}


def test_nothing_is_told_of_what_is_not_on_screen(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    pusher = Pusher()
    ask(channel, sent, "plots", objects=[exp.id])
    channel.receive({"watch": [exp.id], "page": "p"})
    channel.receive({"watch": [], "page": "p"})
    exp.log_plot("a", "b", {"data": [], "layout": {}}, iteration=0)
    assert look(pusher, channel, sent) == {}
    channel.receive({"watch": [exp.id], "page": "p"})
    assert look(pusher, channel, sent).keys() == {"plots"}, "what it missed, once it is on screen again"


def test_answers_rest_between_two_that_nobody_asked_for(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    channel.follow([("charts", {"objects": [exp.id]}), ("experiment", {"id": exp.id})])
    channel.push(now=100.0)
    exp.log({"loss/train": 0.01}, iteration=10)
    channel.changed([exp.id])
    sent.clear()
    assert channel.push(now=100.1) == 0
    channel.push(now=100.3)
    channel.push(now=101.1)
    assert [[fresh["operation"] for fresh in message["fresh"]] for message, _ in sent] == [["charts"], ["experiment"]]


def test_so_many_reads_are_followed_and_no_more(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    for percent in range(70):
        channel.follow([("charts", {"objects": [exp.id], "smoothing": percent / 100})])
    dropped = [message["unfollowed"]["arguments"].get("smoothing") for message, _ in sent]
    assert dropped == [0.0, 0.01, 0.02, 0.03, 0.04, 0.05]


def test_a_deleted_experiment_does_not_end_the_telling(channel: Channel, sent: Sent, exp: track.Experiment) -> None:
    other = track.start("other", capture=False)
    other.log({"loss/train": 1.0}, iteration=0)
    pusher = Pusher()
    channel.expect([exp.id, other.id])
    channel.follow([("experiment", {"id": exp.id}), ("experiment", {"id": other.id})])
    look(pusher, channel, sent)
    other.finish()
    other.archive()
    other.delete()
    exp.log({"loss/train": 0.5}, iteration=11)
    sent.clear()
    look(pusher, channel, sent)
    assert [message["changed"] for message, _ in sent if message["fresh"]] == [[exp.id]]
    assert all("unfollowed" in message for message, _ in sent if not message["fresh"])
