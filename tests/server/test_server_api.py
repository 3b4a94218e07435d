"""The operations over HTTP: what is answered, what is refused, and that waiting holds nobody up."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import shutil
import sys
import time

import pytest
from PIL import Image
from tornado.simple_httpclient import HTTPTimeoutError

from trackkit_jupyter import charts, operations, tracking

ABSENT = "0" * 32


def body(response):
    assert response.code == 200, response.body
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.body)


# -- reads and edits --------------------------------------------------------------------------------------------------


async def test_about(ask, store):
    about = body(await ask("trackkit/api/about", {"store": store.id}))
    assert about["stores"] == [store.id]
    assert about["default_store"] is None
    assert about["folders"] == {store.id: str(store.path)}
    assert about["version"]
    script = await ask(about["plotly"], method="HEAD")
    assert script.code == 200


async def test_every_read_answers(ask, store):
    png = io.BytesIO()
    Image.effect_noise((8, 8), 64).save(png, "PNG")
    picture = base64.b64encode(png.getvalue()).decode()
    await ask(
        "trackkit/api/keep_picture", body={"store": store.id, "id": store.first, "hash": store.plot, "picture": picture}
    )
    arguments = {
        "experiment": {"id": store.first},
        "experiments": {},
        "resolve": {"query": '{"tags": ["none"]}'},
        "charts": {"objects": [store.first, store.second], "smoothing": 0.6, "metrics": ["loss"]},
        "console": {"id": store.first, "after": -1},
        "find_in_console": {"id": store.first, "text": "HELL"},
        "plots": {"objects": [store.first, store.second]},
        "figure": {"id": store.first, "hash": store.plot},
        "figure_picture": {"id": store.first, "hash": store.plot},
        "samples": {"id": store.first},
        "sample_iterations": {"id": store.first, "metric": "digits", "variant": "wrong"},
        "waveform": {"id": store.first, "hash": store.audio},
        "single_values": {"objects": [store.first]},
        "changes": {"ids": [store.first, store.second, ABSENT]},
    }
    model = tracking.register_model(None, "digits", store=store.path).id
    arguments |= {"model": {"id": model}, "models": {}, "lineage": {"id": model}, "tags": {}}
    arguments |= {"table": {}, "fields": {}, "table_views": {}, "text": {"id": store.first, "part": "diff"}}
    arguments |= {"sparklines": {"objects": [store.first], "metric": 'metrics["loss/train"]'}}
    arguments |= {"groups": {"group_by": "status"}}
    both = {"objects": [store.first, store.second]}
    arguments |= {"comparison": both, "metric_values": both, "parallel": both, "details": {**both, "part": "code"}}
    arguments |= {"trend": {**both, "parameter": "loss/train", "metric": "loss/train"}}
    arguments |= {"importance": {**both, "metric": "loss/train"}}
    arguments |= {"difference": {"id": store.first, "base": store.second, "part": "cells"}}
    arguments |= {"loop": {"id": store.first}, "view_default": {"id": store.first}}
    arguments |= {"timeline": {"id": store.first}}
    arguments |= {"span": {"id": store.first, "x_from": 0, "x_to": 2, "xaxis": "iterations", "metric": "loss"}}
    arguments |= {"overlaid": {**both, "metric": "confusion", "variant": "val"}}
    made = body(await ask("trackkit/api/create_report", body={"store": store.id, "name": "night", "project": "a/b"}))
    arguments |= {"reports": {}, "report": {"id": made["id"]}, "report_markdown": {"id": made["id"]}}
    arguments |= {"claim": {"metric": "loss/train", "a": 'name == "first"', "b": 'name == "second"'}}
    arguments |= {"home": {}, "running": {}}
    arguments |= {"attempts": {"cell": "cell-1"}, "attempted": {"cells": ["cell-1"]}}
    arguments |= {"samples_together": both}
    assert arguments.keys() == operations.READS.keys()
    answers = {}
    for name, query in arguments.items():
        response = await ask(f"trackkit/api/{name}", {"store": store.id, **query})
        assert response.code == 200, (name, response.body)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        answers[name] = response.body if name in ("charts", "figure_picture") else body(response)
    assert answers["experiment"]["name"] == "first"
    assert answers["experiments"]["total"] == 2
    assert len(charts.decode(answers["charts"]).charts[0].series) == 3
    assert answers["console"]["lines"][0]["text"] == "hello"
    assert answers["plots"]["plots"][0]["hash"] == store.plot
    assert answers["figure"]["data"][0]["y"] == [1]
    assert answers["figure_picture"].startswith(b"\x89PNG")
    assert answers["samples"]["metrics"] == ["digits", "sound", "page"]
    assert answers["sample_iterations"]["samples"][0]["hash"] == store.image
    assert answers["single_values"]["items"][0]["values"] == {"best": "NaN"}
    assert answers["changes"]["missing"] == [ABSENT]


async def test_every_edit_answers(ask, store):
    edits = {
        "rename": {"name": "other"},
        "describe": {"text": "words"},
        "move": {"project": "a/b"},
        "add_tags": {"tags": ["x", "y"]},
        "remove_tags": {"tags": ["x"]},
        "archive": {},
        "unarchive": {},
        "set_property": {"name": "place", "value": "here"},
        "remove_properties": {"names": ["place"]},
        "publish": {},
    }
    of_stores = {"set_tag_colors", "save_table_view", "remove_table_view", "create_report", "make_report"}
    of_stores |= {"save_view_default"}
    elsewhere = {*operations.EXECUTES, "abort", "keep_picture", *of_stores, *OF_DRAFTS, *OF_MODELS, *OF_LOOPS}
    assert edits.keys() == operations.EDITS.keys() - elsewhere
    for name, arguments in edits.items():
        answer = body(await ask(f"trackkit/api/{name}", body={"store": store.id, "id": store.first, **arguments}))
        assert answer == {"state": store.experiment().state()}
    changed = store.experiment()
    assert (changed.name, changed.description, changed.project) == ("other", "words", "a/b")
    assert (changed.tags, changed.archived) == (["y"], False)


async def test_a_read_of_many_is_posted_and_answers_the_same(ask, store):
    asked = {"store": store.id, "objects": [store.first], "points": 500}
    by_address = await ask("trackkit/api/charts", asked)
    posted = await ask("trackkit/api/charts", body=asked)
    assert (posted.code, posted.body) == (200, by_address.body)
    assert posted.headers["Content-Type"] == by_address.headers["Content-Type"]
    absent = [f"{number:032x}" for number in range(3_000)]
    answer = body(await ask("trackkit/api/changes", body={"store": store.id, "ids": [store.first, *absent]}))
    assert answer["missing"] == absent
    found = body(
        await ask("trackkit/api/comparison", body={"store": store.id, "objects": [store.first, *absent[:999]]})
    )
    assert [one["id"] for one in found["experiments"]] == [store.first]
    assert found["missing"] == absent[:999]


OF_LOOPS = {
    "turn": {"name": "lr", "value": "0.2", "seen": "0.1"},
    "pause": {},
    "resume": {},
    "request_checkpoint": {},
    "stop": {},
}


async def test_every_edit_of_a_loop_answers(ask, store):
    with tracking.start("loop", store=store.path, capture=False) as running:
        running.knob("lr", 0.1, min=0, max=1)
        for name, arguments in OF_LOOPS.items():
            answer = body(await ask(f"trackkit/api/{name}", body={"store": store.id, "id": running.id, **arguments}))
            assert set(answer) == {"state"}
    assert [turn["kind"] for turn in running.turns()] == ["turn", "pause", "resume", "checkpoint", "stop"]


OF_MODELS = {
    "set_labels": {"labels": '{"cat": 0}'},
    "set_config": {"config": "layers: 3"},
    "set_metadata": {"items": '{"a": {"type": "str", "value": "b"}}'},
    "add_alias": {"alias": "best"},
    "remove_alias": {"alias": "best"},
}


async def test_every_edit_of_a_model_answers(ask, store):
    model = tracking.register_model(None, "digits", store=store.path)
    for name, arguments in OF_MODELS.items():
        answer = body(await ask(f"trackkit/api/{name}", body={"store": store.id, "id": model.id, **arguments}))
        assert answer["state"] == model.state()
    assert (model.labels, model.config, model.aliases) == ({"cat": 0}, "layers: 3", [])


OF_DRAFTS = {
    "reset": {},
    "set_hyperparameter": {"section": "General", "name": "lr", "value": "0.1"},
    "remove_hyperparameters": {"section": "General", "names": ["lr"]},
    "set_configuration": {"name": "network", "text": "layers: 3"},
    "remove_configuration": {"names": ["network"]},
    "set_execution": {"image": "python:3.12", "log_level": "INFO"},
    "clone": {"name": "copy"},
    "delete": {},
}


async def test_every_edit_of_a_draft_answers(ask, store):
    for name, arguments in OF_DRAFTS.items():
        answer = body(await ask(f"trackkit/api/{name}", body={"store": store.id, "id": store.first, **arguments}))
        if name == "clone":
            assert tracking.open_store(store.path).experiment(answer["id"]).name == "copy"
        else:
            assert answer == {"state": None if name == "delete" else store.experiment().state()}
    assert [found.name for found in tracking.open_store(store.path).experiments(order_by="name")] == ["copy", "second"]


async def test_abort(ask, store):
    running = tracking.start("running", store=store.path, capture=False)
    try:
        body(await ask("trackkit/api/abort", body={"store": store.id, "id": running.id}))
    finally:
        running.finish()
    assert tracking.open_store(store.path).experiment(running.id).status == "aborted"


async def test_the_address_may_carry_what_jupyterlab_appends(ask, store):
    query = f"store={store.id}&id={store.first}&1763694000000"
    assert body(await ask("trackkit/api/experiment", query))["name"] == "first"


async def test_an_edit_of_one_that_ended_conflicts(ask, store, assert_refused):
    response = await ask("trackkit/api/abort", body={"store": store.id, "id": store.first})
    await assert_refused(response, 409, "bad_state", "status")


# -- which store ------------------------------------------------------------------------------------------------------


async def test_a_store_below_the_root_by_its_path(ask, store, jp_root_dir, tmp_path):
    shutil.copytree(store.path, jp_root_dir / "work" / "copied")
    shutil.rmtree(store.path)
    for path in ("work/copied", "/work/copied/", "work/../work/copied"):
        answer = body(await ask("trackkit/api/experiment", {"path": path, "id": store.first}))
        assert answer["name"] == "first"
    both = {"store": store.id, "path": "work/copied", "id": store.first}
    assert body(await ask("trackkit/api/experiment", both))["name"] == "first"
    # Its files are asked for by the id alone.
    assert (await ask(f"trackkit/files/{store.id}/{store.first}/{store.image}")).code == 200
    assert body(await ask("trackkit/api/about"))["stores"] == []  # to look at it does not register it


async def test_an_id_wins_over_a_path_that_leads_nowhere(ask, store):
    query = {"store": store.id, "path": "../gone", "id": store.first}
    assert body(await ask("trackkit/api/experiment", query))["name"] == "first"


@pytest.fixture
def jp_server_config(request, jp_server_config, tmp_path):
    folder = getattr(request, "param", None)
    if folder is not None:
        jp_server_config.TrackkitExtension.store_roots = [str(tmp_path / folder)]
    return jp_server_config


@pytest.mark.parametrize("jp_server_config", ["elsewhere"], indirect=True)
async def test_a_store_below_a_further_root(ask, store):
    assert body(await ask("trackkit/api/experiment", {"path": "store", "id": store.first}))["name"] == "first"


async def test_the_default_store_is_the_one_of_the_root(ask, registered, jp_root_dir):
    with tracking.start("here", store=jp_root_dir / ".trackkit", capture=False) as here:
        here.log({"loss": 1.0})
    about = body(await ask("trackkit/api/about"))
    assert about["default_store"] == here.store.id
    assert about["folders"] == {here.store.id: str(here.store.path)}
    assert body(await ask("trackkit/api/experiment", {"id": here.id}))["name"] == "here"


TRAVERSAL = [
    *("", ".", "..", "../", "/", "//", "...", "....//", "../../../../etc", "/etc", "//etc/passwd", "C:\\"),
    "\\\\host\\share",
    *("../elsewhere/store", "/../elsewhere/store", "./../elsewhere/store", "x/../../elsewhere/store"),
    *("..\\elsewhere\\store", "%2e%2e/elsewhere/store", "%2e%2e%2felsewhere%2fstore", "%252e%252e%252felsewhere"),
    *("..%2felsewhere%2fstore", "..%c0%af..", "..;/elsewhere/store", "~", "~/.trackkit", "$HOME", "file:///etc"),
    *("http://localhost/", "../root_dir_sibling", "root_dir", "link", "link/.", "link/../link", "loop", "fifo"),
    *("file.txt", "file.txt/x", "a\0b", "\n", " ", "../elsewhere/store\0", "x" * 5000, "x/" * 500, "-", "*"),
    *("\u2025/elsewhere/store", "\uff0e\uff0e/elsewhere/store"),
]  # fmt: skip


@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "encoded-twice"])
async def test_no_path_leads_out_of_the_root(ask, store, assert_refused, snapshot, jp_root_dir, tmp_path, encoded):
    (jp_root_dir / "file.txt").write_text("CANARY")
    (jp_root_dir / "link").symlink_to(store.path)
    (jp_root_dir / "loop").symlink_to(jp_root_dir / "loop")
    os.mkfifo(jp_root_dir / "fifo")
    shutil.copytree(store.path, tmp_path / "root_dir_sibling")
    before = snapshot()
    for path in [*TRAVERSAL, str(store.path), str(tmp_path / "root_dir_sibling")]:
        sent = path.replace(".", "%2e").replace("/", "%2f") if encoded else path
        response = await ask("trackkit/api/experiment", {"path": sent, "id": store.first})
        await assert_refused(response, 404, "not_found", "path")
        response = await ask("trackkit/api/rename", body={"path": sent, "id": store.first, "name": "gotcha"})
        await assert_refused(response, 404, "not_found", "path")
    assert snapshot() == before
    assert store.experiment().name == "first"


# -- refusals ---------------------------------------------------------------------------------------------------------

LONG = "x" * 3000
MALFORMED = [
    # method, address, query, body, status, code, field
    ("GET", "experiment", "store=STORE", None, 400, "bad_value", "id"),
    ("GET", "experiment", "store=STORE&id=FIRST&id=FIRST", None, 400, "bad_value", "id"),
    ("GET", "experiment", "store=STORE&id=" + ABSENT, None, 404, "not_found", "id"),
    ("GET", "experiment", "store=STORE&id=" + LONG, None, 400, "bad_value", "id"),
    ("GET", "experiment", "store=STORE&id=%ff%fe", None, 400, "bad_value", "id"),
    ("GET", "experiment", "store=STORE&id=FIRST&" + "k" * 3000 + "=1", None, 400, "bad_value", "k" * 100),
    ("GET", "experiment", "store=STORE&id=FIRST&%00=1", None, 400, "bad_value", "\x00"),
    ("GET", "experiment", "store=STORE&store=STORE&id=FIRST", None, 400, "bad_value", "store"),
    ("GET", "experiment", "store=../../etc&id=FIRST", None, 400, "bad_value", "store"),
    ("GET", "experiment", f"store={ABSENT}&id=FIRST", None, 404, "not_found", "store"),
    ("GET", "experiment", "id=FIRST", None, 404, "not_found", "store"),
    ("GET", "experiment", "store=STORE&id=FIRST&x=" + "y" * 61_000, None, 414, "too_large", None),
    ("GET", "charts", "store=STORE&objects=FIRST&points=many", None, 400, "bad_value", "points"),
    ("GET", "charts", "store=STORE&objects=FIRST&smoothing=nan", None, 400, "bad_value", "smoothing"),
    ("GET", "charts", "store=STORE&objects=FIRST&xaxis=%3Cscript%3E", None, 400, "bad_value", "xaxis"),
    ("GET", "charts", "store=STORE&objects=FIRST&since=AAAA", None, 400, "bad_value", "since"),
    ("GET", "changes", "store=STORE&ids=FIRST&timeout=26", None, 400, "bad_value", "timeout"),
    ("GET", "changes", "store=STORE&ids=nope", None, 400, "bad_value", "ids"),
    ("GET", "changes", "store=STORE", None, 400, "bad_value", "ids"),
    ("GET", "no_such", "store=STORE", None, 404, "not_found", "operation"),
    ("GET", "rename", "store=STORE&id=FIRST&name=x", None, 405, "bad_method", None),
    ("GET", "../../etc/passwd", "", None, 404, "not_found", None),
    ("GET", "%2e%2e%2fabout", "", None, 404, "not_found", None),
    ("GET", "", "", None, 404, "not_found", None),
    ("POST", "experiment", "", {"store": "STORE", "id": ABSENT}, 404, "not_found", "id"),
    ("POST", "experiment", "", {"store": "STORE"}, 400, "bad_value", "id"),
    ("POST", "charts", "", {"store": "STORE", "objects": "FIRST"}, 400, "bad_type", "objects"),
    ("POST", "charts", "", {"store": "STORE", "objects": ["x" * (1 << 20)]}, 413, "too_large", None),
    ("POST", "changes", "", {"store": "STORE", "ids": ["nope"]}, 400, "bad_value", "ids"),
    ("POST", "no_such", "", {"store": "STORE", "id": "FIRST"}, 404, "not_found", "operation"),
    ("POST", "rename", "", b"{", 400, "bad_value", "body"),
    ("POST", "rename", "", b"", 400, "bad_value", "body"),
    ("POST", "rename", "", b"\xff", 400, "bad_value", "body"),
    ("POST", "rename", "", b'{"name": NaN}', 400, "bad_value", "body"),
    ("POST", "rename", "", b"[" * 100_000, 400, "bad_value", "body"),
    ("POST", "rename", "", ["FIRST"], 400, "bad_type", "body"),
    ("POST", "rename", "", {"store": 1, "id": "FIRST", "name": "x"}, 400, "bad_type", "store"),
    ("POST", "rename", "", {"store": "STORE", "id": "FIRST", "name": 5}, 400, "bad_type", "name"),
    ("POST", "rename", "", {"store": "STORE", "id": "FIRST"}, 400, "bad_value", "name"),
    ("POST", "rename", "", {"store": "STORE", "id": "FIRST", "name": " "}, 400, "bad_value", "name"),
    ("POST", "rename", "", {"store": "STORE", "id": ABSENT, "name": "x"}, 404, "not_found", "id"),
    ("POST", "rename", "", {"store": "STORE", "id": "FIRST", "name": "x", "by": "me"}, 400, "bad_value", "by"),
    ("POST", "add_tags", "", {"store": "STORE", "id": "FIRST", "tags": "x"}, 400, "bad_type", "tags"),
    ("POST", "describe", "", {"store": "STORE", "id": "FIRST", "text": "x" * (1 << 20)}, 413, "too_large", None),
    ("PUT", "rename", "", {"store": "STORE"}, 405, "bad_method", None),
    ("DELETE", "experiment", "store=STORE&id=FIRST", None, 405, "bad_method", None),
]  # fmt: skip


@pytest.mark.parametrize(("method", "name", "query", "sent", "status", "code", "field"), MALFORMED)
async def test_malformed(ask, store, assert_refused, snapshot, method, name, query, sent, status, code, field):
    def fill(text):
        return text.replace("STORE", store.id).replace("FIRST", store.first)

    if sent is not None and not isinstance(sent, bytes):
        sent = fill(json.dumps(sent)).encode()
    before = snapshot()
    headers = {"Content-Type": "application/json"} if sent is not None else {}
    response = await ask(f"trackkit/api/{name}", fill(query), sent, method=method, headers=headers)
    await assert_refused(response, status, code, field)
    assert len(response.body) < 1500
    assert snapshot() == before


async def test_only_json_is_taken(ask, store, assert_refused):
    sent = json.dumps({"store": store.id, "id": store.first, "name": "x"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        response = await ask("trackkit/api/rename", body=sent, headers={"Content-Type": kind})
        await assert_refused(response, 415, "bad_type")
    assert store.experiment().name == "first"


async def test_a_store_that_cannot_be_read(ask, store, assert_refused, jp_logging_stream):
    record = store.path / "experiments" / store.first / "experiment.json"
    for damaged in (record, record.with_name("experiment.json.bak")):
        damaged.write_bytes(b"\x00garbage")
    response = await ask("trackkit/api/experiment", {"store": store.id, "id": store.first})
    await assert_refused(response, 503, "storage", json.loads(response.body)["field"])


# -- waiting ----------------------------------------------------------------------------------------------------------

LOGGER = """
import sys, time, trackkit_jupyter as track
with track.start(store=sys.argv[1], resume=sys.argv[2], capture=False) as exp:
    exp.log({"loss/train": 1.0}, 100)
    print("ready", flush=True)
    sys.stdin.readline()
    exp.log({"loss/train": 2.0}, 101)
    print(time.time(), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def logger(store):
    """Start another process that logs when told."""
    processes = []

    async def start():
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", LOGGER, str(store.path), store.first),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        processes.append(process)
        assert await process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()


async def changes(ask, store, **arguments):
    return body(await ask("trackkit/api/changes", {"store": store.id, "ids": [store.first], **arguments}))


async def settled(ask, store):
    """Return the cursor of a store in which nothing moves any more."""
    cursor = (await changes(ask, store))["next"]
    while (news := await changes(ask, store, since=cursor, timeout=0.5))["changed"]:
        cursor = news["next"]
    return cursor


async def test_a_wait_ends_when_another_process_logs(ask, store, logger):
    process = await logger()
    cursor = await settled(ask, store)
    waiting = asyncio.ensure_future(changes(ask, store, since=cursor, timeout=20))
    process.stdin.write(b"\n")
    logged = float(await process.stdout.readline())
    answer = await waiting
    assert time.time() - logged < 5  # of the twenty that it may wait
    assert answer["changed"] == [store.first]
    record = body(await ask("trackkit/api/experiment", {"store": store.id, "id": store.first}))
    assert record["metrics"]["loss"]["train"]["last"] == 2.0
    process.stdin.write(b"\n")
    await process.wait()


async def test_a_wait_ends_when_the_other_process_is_killed(ask, store, logger):
    process = await logger()
    cursor = await settled(ask, store)
    waiting = asyncio.ensure_future(changes(ask, store, since=cursor, timeout=20))
    process.kill()
    await process.wait()
    assert (await waiting)["changed"] == [store.first]
    record = body(await ask("trackkit/api/experiment", {"store": store.id, "id": store.first}))
    assert record["status"] == "aborted"


async def test_a_wait_for_nothing_ends_in_time(ask, store):
    cursor = await settled(ask, store)
    began = time.monotonic()
    answer = await changes(ask, store, since=cursor, timeout=0.4)
    assert answer == {"next": cursor, "changed": [], "missing": []}
    assert 0.4 <= time.monotonic() - began < 2


async def test_fifty_who_wait_hold_nobody_up(ask, store, jp_serverapp):
    cursor = await settled(ask, store)
    waiting = [asyncio.ensure_future(changes(ask, store, since=cursor, timeout=20)) for _ in range(50)]
    watches = jp_serverapp.web_app.settings["trackkit"].watches
    while watches.waiting < 50:
        await asyncio.sleep(0.01)
    began = time.monotonic()
    for _ in range(5):
        body(await ask("trackkit/api/experiment", {"store": store.id, "id": store.first}))
    assert time.monotonic() - began < 2
    body(await ask("trackkit/api/add_tags", body={"store": store.id, "id": store.first, "tags": ["now"]}))
    answers = await asyncio.gather(*waiting)
    assert all(answer["changed"] == [store.first] for answer in answers)
    assert watches.waiting == 0


async def test_one_who_leaves_is_forgotten(ask, store, jp_serverapp):
    cursor = await settled(ask, store)
    watches = jp_serverapp.web_app.settings["trackkit"].watches
    query = {"store": store.id, "ids": [store.first], "since": cursor, "timeout": 20}
    with pytest.raises(HTTPTimeoutError):
        await ask("trackkit/api/changes", query, request_timeout=0.5)
    deadline = time.monotonic() + 5
    while watches.waiting:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
