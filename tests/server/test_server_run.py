"""Running a draft over HTTP: by whom, what is told meanwhile, and what is refused."""

from __future__ import annotations

import asyncio
import json

import pytest
from jupyter_server.auth.authorizer import AllowAllAuthorizer

from trackkit_jupyter import tracking

SCRIPT = """
import trackkit_jupyter as track
with track.start("script", capture=False) as exp:
    exp.log({"loss/train": 0.5}, iteration=3)
"""


class NoKernels(AllowAllAuthorizer):
    """Lets people write, but execute nothing."""

    def is_authorized(self, handler, user, action, resource):
        return action != "execute"


@pytest.fixture
def jp_server_config(jp_server_config, request):
    authorizer = getattr(request, "param", None)
    if authorizer is not None:
        jp_server_config.ServerApp.authorizer_class = authorizer
    return jp_server_config


def draft(store, folder, code):
    """A draft of a script."""
    script = folder / "train.py"
    script.write_text(code)
    with tracking.start("made", store=store.path, capture=False) as made:
        made.record_execution({"script": str(script), "working_dir": str(folder)})
    return made.clone()


async def ended(ask, store, id):
    """What is told of a run once it has ended."""
    while True:
        answer = json.loads((await ask("trackkit/api/experiment", {"store": store.id, "id": id})).body)
        if answer["run"] is None or answer["run"]["done"]:
            return answer
        assert answer["run"]["code"].startswith("script ")
        await asyncio.sleep(0.05)  # asks again, as a view does


async def test_a_draft_runs_and_is_followed(ask, store, tmp_path):
    made = draft(store, tmp_path, SCRIPT)
    told = await ask("trackkit/api/run", body={"store": store.id, "id": made.id})
    assert told.code == 200, told.body
    answer = await ended(ask, store, made.id)
    assert (answer["status"], answer["run"]["error"]) == ("completed", None)
    assert answer["metrics"]["loss"]["train"]["last"] == 0.5
    stopped = await ask("trackkit/api/stop_run", body={"store": store.id, "id": made.id})
    assert (stopped.code, json.loads(stopped.body)["code"]) == (409, "bad_state")


async def test_why_it_failed_is_told_with_what_it_printed(ask, store, tmp_path):
    made = draft(store, tmp_path, "print('before')\nraise ValueError('too wide')\n")
    await ask("trackkit/api/run", body={"store": store.id, "id": made.id})
    answer = await ended(ask, store, made.id)
    assert answer["status"] == "draft"  # nothing took it up
    assert answer["run"]["error"] == "ValueError: too wide"
    printed = answer["run"]["printed"]
    assert printed.startswith("before\nTraceback")
    assert "rerunworker" not in printed  # it begins in the person's code


async def test_one_that_hangs_is_stopped(ask, store, tmp_path):
    made = draft(store, tmp_path, f"import time\n{SCRIPT}    exp.log_text('up')\n    time.sleep(600)\n")
    await ask("trackkit/api/run", body={"store": store.id, "id": made.id})
    while tracking.open_store(store.path).experiment(made.id).status != "running":
        await asyncio.sleep(0.05)
    again = await ask("trackkit/api/run", body={"store": store.id, "id": made.id})
    assert (again.code, json.loads(again.body)["code"]) == (409, "bad_state")
    assert (await ask("trackkit/api/stop_run", body={"store": store.id, "id": made.id})).code == 200
    assert (await ended(ask, store, made.id))["status"] == "aborted"


async def test_only_drafts_with_code_run(ask, store, tmp_path, assert_refused):
    response = await ask("trackkit/api/run", body={"store": store.id, "id": store.first})
    await assert_refused(response, 409, "bad_state", "status")
    made = draft(store, tmp_path, SCRIPT)
    (tmp_path / "train.py").unlink()
    response = await ask("trackkit/api/run", body={"store": store.id, "id": made.id})
    await assert_refused(response, 404, "not_found", "script")
    assert "train.py" in json.loads(response.body)["message"]
    assert made.status == "draft"


async def test_nobody_runs_anything_without_signing_in(ask, store, tmp_path, assert_refused):
    made = draft(store, tmp_path, SCRIPT)
    response = await ask("trackkit/api/run", body={"store": store.id, "id": made.id}, auth=False)
    await assert_refused(response, 403, "forbidden")
    assert made.status == "draft"


@pytest.mark.parametrize("jp_server_config", [NoKernels], indirect=True)
async def test_nobody_runs_anything_without_the_right_to_execute(ask, store, tmp_path, assert_refused):
    made = draft(store, tmp_path, SCRIPT)
    renamed = await ask("trackkit/api/rename", body={"store": store.id, "id": made.id, "name": "other"})
    assert renamed.code == 200
    response = await ask("trackkit/api/run", body={"store": store.id, "id": made.id})
    await assert_refused(response, 403, "forbidden")
    assert made.status == "draft"
