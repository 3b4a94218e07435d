"""Reports over HTTP: what is published is locked on every way of the contents API; what moves keeps its record."""

from __future__ import annotations

import json
import os
import stat

import pytest
from traitlets.config import Config

from trackkit_jupyter import reports, tracking
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
    assert json.loads(response.body) == {"report": None, "store": None}


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
