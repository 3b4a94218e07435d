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


def counted(shell, notebook, what="cells"):
    store = tracking.open_store(shell.user_ns["folder"])
    arguments = {"cells": ["cell-1", "cell-2", "cell-3"], "notebook": notebook}
    return operations.call("attempted", store, arguments)[what]


def sweep(shell, *rates, metric="loss/val"):
    """One execution that starts an experiment for each rate, whose final value is the rate's."""
    lines = [
        f"for lr in {list(rates)}:",
        "    parameters = {'lr': lr, 'batch': 32, 'kind': f'k{lr}', 'shared': 'yes'}",
        "    with tracking.start(f'lr {lr}', store=folder, config=parameters, capture=['cells']) as exp:",
        f"        exp.log({{'{metric}': lr}}, iteration=0)",
    ]
    execute(shell, "\n".join(lines))


def test_an_attempt_is_an_execution_however_many_experiments_it_starts(shell):
    sweep(shell, 0.3, 0.1, 0.2)
    found = asked(shell)
    assert (found["total"], found["experiments"], found["unrecorded"]) == (1, 3, 0)
    assert (found["metric"], found["better"]) == (["loss", "val"], "min")
    (only,) = found["items"]
    assert (only["number"], only["experiments"], only["ended"]) == (1, 3, {"completed": 3})
    assert (only["name"], only["value"], only["course"]) == ("lr 0.1", 0.1, {"x": [0], "y": [0.1]})  # the best of them
    assert only["parameters"] == [
        ["lr", None, "0.1 … 0.3 (3 values)"],
        ["batch", None, "32"],
        ["kind", None, "k0.1 … k0.3 (3 values)"],
        ["shared", None, "yes"],
    ]
    store = tracking.open_store(shell.user_ns["folder"])
    assert {run.name for run in store.experiments(only["where"])} == {"lr 0.1", "lr 0.2", "lr 0.3"}

    train(shell, 0.1, last=0.05)
    sweep(shell, 0.1, 0.02)
    found = asked(shell)
    assert (found["total"], found["experiments"]) == (3, 6)
    assert [item["number"] for item in found["items"]] == [3, 2, 1]
    assert found["values"] == [0.02, 0.05, 0.1]
    newest, single, first = found["items"]
    assert ["lr", "0.1", "0.02 … 0.1 (2 values)"] in newest["parameters"]
    assert (single["experiments"], first) == (1, only)
    assert ["batch", "32", None] in single["parameters"]
    assert asked(shell, limit=1)["items"] == [newest]
    assert counted(shell, "deep/train.ipynb") == {"cell-1": 3}
    assert counted(shell, "deep/train.ipynb", "experiments") == {"cell-1": 6}
    (group,) = operations.call("groups", store, {"group_by": "cell", "columns": ["cell_execution"]})["items"]
    assert (group["count"], group["cells"][0]["kinds"], group["cells"][0]["count"]) == (6, 3, 6)


def test_of_several_experiments_the_one_tells_that_the_metric_says_is_best(shell):
    sweep(shell, 0.3, 0.9, 0.2, metric="accuracy/val")
    assert asked(shell)["items"][0]["value"] == 0.9
    (item,) = asked(shell, metric='metrics["unheard"]')["items"]
    assert (item["value"], item["course"], item["name"]) == (None, None, "lr 0.2")  # the newest
    sweep(shell, 0.3, 0.9, 0.2, metric="width/val")
    found = asked(shell, metric='metrics["width/val"]')
    assert (found["better"], found["items"][0]["value"]) == (None, 0.2)


def test_what_went_wrong_in_an_attempt_is_counted(shell):
    lines = [
        "for at in range(3):",
        "    exp = tracking.start(f'{at}', store=folder, capture=['cells'])",
        "    exp.log({'loss/val': float('nan') if at == 2 else at + 1})",
        "    exp.finish('failed' if at == 1 else 'completed')",
        "    if at: exp.add_tags('pinned')",
    ]
    execute(shell, "\n".join(lines))
    (item,) = asked(shell)["items"]
    assert (item["status"], item["ended"], item["value"]) == ("failed", {"completed": 2, "failed": 1}, 1.0)
    assert len(item["pinned"]) == 2
    execute(shell, "exp = tracking.start('on', store=folder, capture=['cells']); exp.log({'loss/val': 0.5})")
    assert (asked(shell)["items"][0]["status"], asked(shell)["items"][0]["doing"]) == ("running", "running")
    shell.user_ns["exp"].finish()


def test_of_experiments_of_an_older_version_each_counts_and_that_is_told(shell):
    sweep(shell, 0.3, 0.1)
    store = tracking.open_store(shell.user_ns["folder"])
    for run in store.experiments():
        run._edit(cell_execution=None)
    found = asked(shell)
    assert (found["total"], found["experiments"], found["unrecorded"]) == (2, 2, 2)
    assert [len(store.experiments(item["where"])) for item in found["items"]] == [1, 1]
    sweep(shell, 0.3, 0.1)
    found = asked(shell)
    assert (found["total"], found["experiments"], found["unrecorded"]) == (3, 4, 2)


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
    assert (first["code"], first["parameters"], first["has_code"]) == (None, [["lr", None, "0.1"]], True)
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
    found = asked(shell, cell='" or 1 == 1 or "')
    assert (found["total"], found["metric"], found["values"], found["items"]) == (0, None, [], [])
