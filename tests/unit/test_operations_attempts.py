"""The attempts of a cell: which experiments it started, and what changed from one to the next."""

from __future__ import annotations

import itertools
import shutil

import pytest

from trackkit_jupyter import operations, tracking
from trackkit_jupyter.errors import NotFoundError, TrackkitValueError
from trackkit_jupyter.operations import handles

_requests = itertools.count()


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A shell as kernels have one, in a notebook of its own."""
    from ipykernel.zmqshell import ZMQInteractiveShell

    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "train.ipynb").write_text("{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "deep" / "train.ipynb"))
    made = ZMQInteractiveShell.instance()
    made.kernel = object()
    made.user_ns.update(tracking=tracking, folder=str(tmp_path / "store"))
    yield made
    made.reset(new_session=False)
    ZMQInteractiveShell.clear_instance()
    handles.clear()


def execute(shell, code, cell="cell-1"):
    shell.set_parent(
        {
            "header": {"msg_id": f"attempt-{next(_requests)}", "session": "s"},
            "metadata": {} if cell is None else {"cellId": cell},
            "content": {"code": code},
        }
    )
    shell.run_cell(code, store_history=True).raise_error()


def train(shell, lr, *, last=0.5, capture='["cells"]', more="", cell="cell-1"):
    lines = [
        f"with tracking.start('sgd', store=folder, config={{'lr': {lr}}}, capture={capture}) as exp:",
        f"    exp.log({{'loss/train': 1.0, 'loss/val': {last}}}, iteration=0)",
    ]
    execute(shell, "\n".join([*lines, *([more] if more else [])]), cell)


def asked(shell, **arguments):
    return operations.call("attempts", tracking.open_store(shell.user_ns["folder"]), {"cell": "cell-1", **arguments})


def counted(shell, notebook):
    store = tracking.open_store(shell.user_ns["folder"])
    arguments = {"cells": ["cell-1", "cell-2", "cell-3"], "notebook": notebook}
    return operations.call("attempted", store, arguments)["cells"]


def test_each_says_what_changed_since_the_one_before(shell):
    train(shell, 0.1, last=0.9)
    train(shell, 0.1, last=0.9)
    train(shell, 0.01, last=0.25, more="    exp.log({'accuracy/val': 1.0})")
    train(shell, 9.0, cell="cell-2")
    found = asked(shell)
    assert (found["total"], found["metric"]) == (3, ["loss", "val"])
    newest, again, first = found["items"]
    assert [item["number"] for item in found["items"]] == [3, 2, 1]
    assert [item["value"] for item in found["items"]] == [0.25, 0.9, 0.9]
    assert newest["course"] == {"x": [0], "y": [0.25]}
    assert newest["parameters"] == [["lr", "0.1", "0.01"]]
    assert (newest["code"]["added"], newest["code"]["removed"]) == (3, 2)
    assert "+    exp.log({'accuracy/val': 1.0})" in newest["code"]["lines"]
    assert (again["code"], again["parameters"]) == (None, [])
    assert (first["code"], first["parameters"], first["has_code"]) == (None, [], True)
    limited = asked(shell, limit=1)
    assert limited["total"] == 3
    assert limited["items"] == [newest]  # what it is compared with need not be shown
    assert limited["values"] == [0.25, 0.9, 0.9]  # the best may be one that is not shown
    assert asked(shell, limit=0)["items"] == []
    accuracy = asked(shell, metric='metrics["accuracy/val"]')
    assert [item["value"] for item in accuracy["items"]] == [1.0, None, None]


def test_the_code_is_given_back_as_it_was_executed(shell):
    train(shell, 0.1, more="    # a comment\n")
    store = tracking.open_store(shell.user_ns["folder"])
    (run,) = store.experiments('cell == "cell-1"')
    code = operations.call("text", store, {"id": run.id, "part": "cell"})["text"]
    assert code.endswith("    # a comment\n")
    assert run.notebook.endswith("train.ipynb")
    assert "cell_code" not in run.to_dict()


def test_code_is_left_alone_where_capture_was_told_so(shell):
    train(shell, 0.1, capture=False)
    (item,) = asked(shell)["items"]
    assert item["has_code"] is False
    with pytest.raises(NotFoundError, match="was not recorded"):
        operations.call("text", tracking.open_store(shell.user_ns["folder"]), {"id": item["id"], "part": "cell"})


def test_a_copy_of_the_notebook_begins_anew_and_a_renamed_one_goes_on(shell, tmp_path):
    train(shell, 0.1)
    train(shell, 0.1, cell="cell-2")
    assert asked(shell, notebook="deep/train.ipynb")["total"] == 1
    assert counted(shell, "deep/train.ipynb") == {"cell-1": 1, "cell-2": 1}
    shutil.copy(tmp_path / "deep" / "train.ipynb", tmp_path / "copy.ipynb")
    assert asked(shell, notebook="copy.ipynb")["total"] == 0
    assert counted(shell, "copy.ipynb") == {}
    (tmp_path / "deep" / "train.ipynb").rename(tmp_path / "renamed.ipynb")
    assert asked(shell, notebook="renamed.ipynb")["total"] == 1
    assert counted(shell, "renamed.ipynb") == {"cell-1": 1, "cell-2": 1}


def test_archived_attempts_and_cells_without_an_id_are_left_out(shell):
    train(shell, 0.1)
    train(shell, 0.2)
    train(shell, 0.3, cell=None)
    shell.user_ns["exp"].store.experiments('cell == "cell-1"', order_by="created")[0].archive()
    assert [item["number"] for item in asked(shell)["items"]] == [1]
    assert {e.cell for e in tracking.open_store(shell.user_ns["folder"]).experiments(archived=None)} == {None, "cell-1"}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"cell": ""}, "cell"), ({"limit": 101}, "limit"), ({"metric": "name"}, "metric"), ({"limit": -1}, "limit")],
)
def test_a_wrong_argument_is_refused(shell, arguments, field):
    train(shell, 0.1)
    with pytest.raises(TrackkitValueError) as refused:
        asked(shell, **arguments)
    assert refused.value.field == field


def test_a_name_that_is_no_cell_has_none(shell):
    train(shell, 0.1)
    assert asked(shell, cell='" or 1 == 1 or "') == {"total": 0, "metric": None, "values": [], "items": []}
