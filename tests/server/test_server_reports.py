"""Reports over HTTP: what is published is locked on every way of the contents API; what moves keeps its record."""

from __future__ import annotations

import json
import os
import stat
import threading

import pytest
from traitlets.config import Config

from trackkit_jupyter import reports, tracking
from trackkit_jupyter.server.locks import Locks
from trackkit_jupyter.server.stores import Stores
from trackkit_jupyter.store.notebooks import LARGEST_NOTEBOOK

pytestmark = pytest.mark.filterwarnings("ignore:The synchronous ContentsManager:DeprecationWarning")


@pytest.fixture
def jp_server_config(request):
    manager = getattr(request, "param", "AsyncLargeFileManager")
    name = f"jupyter_server.services.contents.largefilemanager.{manager}"
    return Config({"ServerApp": {"jpserver_extensions": {"trackkit_jupyter": True}, "contents_manager_class": name}})


@pytest.fixture
def folder(store, jp_root_dir):
    (jp_root_dir / "work" / "deep").mkdir(parents=True)
    return jp_root_dir / "work" / "deep"


@pytest.fixture
def report(store, folder):
    home = tracking.open_store(store.path)
    return reports.create("Finding", "vision", path=folder / "finding.ipynb", store=home).add("It works.")


async def contents(ask, method, path, body=None):
    data = json.dumps(body).encode() if body is not None else None
    response = await ask(f"api/contents/{path}", method=method, body=data, allow_nonstandard_methods=True)
    return response.code, json.loads(response.body or b"null")


PATH = "work/deep/finding.ipynb"


@pytest.mark.parametrize("jp_server_config", ["LargeFileManager", "AsyncLargeFileManager"], indirect=True)
async def test_every_way_of_the_contents_api_is_refused(ask, report, folder, jp_serverapp):
    code, model = await contents(ask, "GET", PATH)
    assert (code, model["writable"]) == (200, True)
    code, checkpoint = await contents(ask, "POST", f"{PATH}/checkpoints")
    assert code == 201
    report.publish()
    (folder / "other.ipynb").write_bytes(report.path.read_bytes())
    before = report.path.read_bytes()
    code, model = await contents(ask, "GET", PATH)
    assert (code, model["writable"]) == (200, False)
    assert {cell["metadata"]["editable"] for cell in model["content"]["cells"]} == {False}
    notebook = {"type": "notebook", "format": "json", "content": model["content"]}
    text = {"type": "file", "format": "text", "content": "{}"}
    tries = [
        ("PUT", PATH, notebook),
        ("PUT", PATH, {**text, "chunk": 1}),
        ("PUT", PATH, {**text, "chunk": -1}),
        ("PATCH", PATH, {"path": "work/deep/renamed.ipynb"}),
        ("DELETE", PATH, None),
        ("POST", f"{PATH}/checkpoints/{checkpoint['id']}", None),
        ("PATCH", "work", {"path": "moved"}),
        ("DELETE", "work", None),
        ("DELETE", "work/deep", None),
    ]
    for method, path, body in tries:
        code, answer = await contents(ask, method, path, body)
        assert code == 423, (method, path, answer)
        assert "“Finding” is published" in answer["message"]
    code, _ = await contents(ask, "PATCH", "work/deep/other.ipynb", {"path": PATH})
    assert code == 409
    assert report.path.read_bytes() == before
    assert report.trouble is None
    # What is beside it is free, and so is a copy.
    assert (await contents(ask, "DELETE", "work/deep/other.ipynb"))[0] == 204
    code, copy = await contents(ask, "POST", "work/deep", {"copy_from": PATH})
    assert code == 201
    assert (await contents(ask, "PUT", copy["path"], notebook))[0] == 200


@pytest.mark.parametrize("way", ["a name with a colon", "a link", "another name of the file"])
async def test_no_other_name_leads_around_the_lock(ask, store, folder, way):
    plain = folder / ("today: finding.ipynb" if way == "a name with a colon" else "plain.ipynb")
    home = tracking.open_store(store.path)
    report = reports.create("Finding", "vision", path=plain, store=home).add("It works.")
    path = f"work/deep/{plain.name}".replace(" ", "%20")
    if way == "a link":  # the record names the link, the Lab opens the file
        (folder / "link.ipynb").symlink_to(plain)
        report.follow(folder / "link.ipynb")
    elif way == "another name of the file":
        os.link(plain, folder / "second.ipynb")
        report.follow(folder / "second.ipynb")
    report.publish()
    if way == "another name of the file":  # it is written anew when it is published
        plain.unlink()
        os.link(folder / "second.ipynb", plain)
    before = plain.read_bytes()
    _, model = await contents(ask, "GET", path)
    assert not model["writable"]
    body = {"type": "file", "format": "text", "content": "{}"}
    assert (await contents(ask, "PUT", path, body))[0] == 423
    assert (await contents(ask, "DELETE", path))[0] == 423
    assert plain.read_bytes() == before


async def test_where_the_record_is_damaged_the_notebook_stays_locked_and_it_is_said(ask, report, folder):
    draft = reports.create("Draft", "vision", path=folder / "draft.ipynb", store=report.store).add("Text.")
    report.publish()
    path = report.path
    before = path.read_bytes()
    os.chmod(path, 0o644)
    for each in (report, draft):
        for file in each.folder.glob("report.json*"):
            file.write_bytes(b"{")
    _, model = await contents(ask, "GET", PATH)
    assert not model["writable"]
    body = {"type": "file", "format": "text", "content": "{}"}
    for method, place, sent in (
        ("PUT", PATH, body),
        ("PATCH", PATH, {"path": "work/deep/renamed.ipynb"}),
        ("DELETE", PATH, None),
        ("DELETE", "work", None),
    ):
        code, answer = await contents(ask, method, place, sent)
        assert code == 423, (method, place)
        assert "record in the store is damaged" in answer["message"]
    assert path.read_bytes() == before
    found = json.loads((await ask("trackkit/notebook", {"path": PATH})).body)
    assert (found["report"], "damaged" in found["locked"]) == (None, True)
    # One that was no more than a draft is free.
    assert (await contents(ask, "PUT", "work/deep/draft.ipynb", body))[0] == 200


async def test_a_store_that_cannot_be_read_keeps_nobody_from_saving(ask, report, store):
    marker = store.path / "store.json"
    text = marker.read_text()
    marker.write_text(text.replace('"schema": [1', '"schema": [9'))
    assert marker.read_text() != text
    assert (await contents(ask, "PUT", PATH, {"type": "file", "format": "text", "content": "{}"}))[0] == 200


async def test_the_editor_may_name_a_drive_and_a_file_may_have_a_colon(ask, report, folder):
    async def found(path):
        return json.loads((await ask("trackkit/notebook", {"path": path})).body)["report"]

    assert (await found(f"RTC:{PATH}"))["id"] == report.id
    (folder / "today:finding.ipynb").write_text("{}")
    assert await found("work/deep/today:finding.ipynb") is None


async def test_the_locks_keep_to_the_folder_of_the_contents(report, jp_root_dir, jp_serverapp):
    report.publish()
    locks = Locks(Stores([jp_root_dir]), jp_root_dir / "elsewhere")
    assert locks.locked(PATH) is None
    locks.guard(jp_serverapp.contents_manager)
    assert locks.locked(PATH) == report


async def test_reports_are_looked_at_off_the_event_loop(ask, report, monkeypatch):
    real, threads = Stores.all, []

    def noted(stores):
        threads.append(threading.current_thread())
        return real(stores)

    monkeypatch.setattr(Stores, "all", noted)
    assert (await contents(ask, "GET", PATH))[0] == 200
    assert (await contents(ask, "PATCH", PATH, {"path": "work/deep/moved.ipynb"}))[0] == 200
    assert threads
    assert threading.main_thread() not in threads


async def test_a_report_follows_when_it_or_its_folder_is_renamed(ask, report, store, folder):
    assert (await contents(ask, "PATCH", PATH, {"path": "work/deep/better.ipynb"}))[0] == 200
    assert report.path == folder / "better.ipynb"
    assert (await contents(ask, "PATCH", "work", {"path": "home"}))[0] == 200
    assert report.path == folder.parents[1] / "home" / "deep" / "better.ipynb"
    response = await ask("trackkit/notebook", {"path": "home/deep/better.ipynb"})
    found = json.loads(response.body)
    assert (found["report"]["id"], found["store"]) == (report.id, store.id)
    assert found["report"]["path"] == "home/deep/better.ipynb"
    response = await ask("trackkit/notebook", {"path": "none.ipynb"})
    assert json.loads(response.body) == {"report": None, "store": None, "locked": None}


async def test_it_is_made_published_and_copied_over_http(ask, store, jp_root_dir, assert_refused, folder):
    async def edit(name, /, **arguments):
        return await ask(f"trackkit/api/{name}", body={"store": store.id, **arguments})

    made = json.loads((await edit("create_report", name="New", project="vision", folder="work")).body)
    assert made["path"] == "work/new.ipynb"
    await assert_refused(await edit("publish", id=made["id"]), 409, "bad_state", "path")
    path = jp_root_dir / made["path"]
    path.write_text(path.read_text().replace("# New", "# New\\n\\nText"))
    assert (await edit("publish", id=made["id"], freeze=True)).code == 200
    assert not os.stat(path).st_mode & stat.S_IWUSR
    await assert_refused(await edit("publish", id=made["id"]), 409, "bad_state", "status")
    copy = json.loads((await edit("clone", id=made["id"])).body)
    answer = json.loads((await ask("trackkit/api/report", {"store": store.id, "id": copy["id"]})).body)
    assert (answer["path"], answer["status"]) == ("work/new-copy.ipynb", "draft")
    for folder in ("..", "../elsewhere", "/"):
        response = await edit("create_report", name="New", project="vision", folder=folder)
        if folder == "/":
            assert json.loads(response.body)["path"] == "new.ipynb"
        else:
            await assert_refused(response, 400, "bad_value", "folder")
    await assert_refused(await ask("trackkit/notebook", {"path": "../a.ipynb"}), 400, "bad_value", "path")


async def test_a_frozen_report_is_a_store_of_its_own(ask, store, report, assert_refused):
    report.add(store.experiment())
    report.publish(freeze=True)
    gone = store.experiment()
    gone.archive()
    gone.delete()
    where = {"store": report.id}
    for name, arguments in {
        "experiment": {"id": store.first},
        "charts": {"objects": store.first},
        "figure": {"id": store.first, "hash": store.plot},
        "changes": {"ids": store.first, "timeout": 0},
    }.items():
        assert (await ask(f"trackkit/api/{name}", {**where, **arguments})).code == 200, name
    assert (await ask(f"trackkit/files/{report.id}/{store.first}/{store.image}")).code == 200
    page = await ask("trackkit/widgets/", {"type": "scalar", "objects": store.first, "store": report.id})
    assert page.code == 200
    refused = await ask("trackkit/api/rename", body={**where, "id": store.first, "name": "other"})
    await assert_refused(refused, 409, "locked", None)


async def test_what_cannot_be_a_report_is_refused_with_a_reason(ask, store, report, assert_refused):
    with report.path.open("r+b") as file:
        file.truncate(LARGEST_NOTEBOOK + 1)
    response = await ask("trackkit/api/publish", body={"store": store.id, "id": report.id})
    await assert_refused(response, 409, "notebook", "path")
    assert "200 MB" in json.loads(response.body)["message"]
    report.path.write_bytes(b"{")
    response = await ask("trackkit/api/publish", body={"store": store.id, "id": report.id})
    await assert_refused(response, 409, "notebook", "path")
