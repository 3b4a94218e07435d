"""Whatever happens in a store, by whomever, its catalog is brought up to date when it is asked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import trackkit_jupyter as track
from trackkit_jupyter.store import Store, changes
from trackkit_jupyter.store.catalog import catalog_of

from .agreement import agrees, names, restarted


def test_what_runs_is_shown_as_it_is(store: Store) -> None:
    exp = track.start("live", store=store.path, capture=False)
    assert names(store.experiments('status == "running"')) == ["live"]
    for value in (5.0, 50.0, 500.0):
        exp.log({"acc": value})
        exp.connect({"seen": value}, name="Live")
        found = store.experiments(f'metrics["acc"] == {value} and hyperparameters["Live"]["seen"] == {value}')
        assert names(found) == ["live"]
        assert found[0].metrics["acc"]["acc"]["last"] == value
    exp.finish()
    assert names(store.experiments('status == "running"')) == []
    assert names(store.experiments('metrics["acc"] == 500')) == ["live"]
    agrees(store)


def test_a_killed_one_reads_as_aborted(store: Store) -> None:
    script = (
        "import os, signal, sys, trackkit_jupyter as track\n"
        "exp = track.start('killed', store=sys.argv[1], capture=False); exp.log({'acc': 7.0})\n"
        "print(exp.id, flush=True); sys.stdin.readline(); exp.log({'acc': 8.0}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, store.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    id = child.stdout.readline().strip()
    assert [item.id for item in store.experiments('status == "running"')] == [id]
    child.stdin.write("\n")
    child.stdin.close()
    child.wait()
    child.stdout.close()
    found = store.experiments('status == "aborted" and metrics["acc"] == 8')
    assert [item.id for item in found] == [id]
    assert found[0].status == "aborted"
    agrees(store)


def test_copied_and_removed_by_hand(store: Store, tmp_path: Path) -> None:
    first, second = store.experiments(order_by="name")[:2]
    folder = store.paths.experiment(first.id).root
    shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(folder)
    assert names(store.experiments(order_by="name")) == ["run 1", "run 2", "run 3", "run 4"]
    shutil.copytree(tmp_path / "copy", folder)
    agrees(store)
    other = store.paths.experiment(second.id).root
    shutil.rmtree(other)
    shutil.copytree(tmp_path / "copy", store.paths.experiments / ("f" * 32))
    assert store.experiments().total == 5
    store.experiment(first.id).archive()
    store.experiment(first.id).delete()
    assert first.id not in [item.id for item in store.experiments(archived=None)]


def test_a_log_that_was_cut_or_removed(store: Store) -> None:
    store.experiments()
    item = store.experiment(store.experiments()[0].id)
    item.rename("renamed")
    store.paths.changes.write_bytes(b"")
    agrees(store)
    item.rename("renamed again")
    store.paths.changes.unlink()
    agrees(store)
    item.rename("and again")
    agrees(store)


def test_a_torn_line_hides_no_other(store: Store) -> None:
    store.experiments()
    one, two = (store.experiment(item.id) for item in store.experiments()[:2])
    with store.paths.changes.open("ab") as log:
        log.write(b'{"time":1.0,"id":"' + one.id.encode()[:20])
    two.rename("after the tear")
    agrees(store)


def test_a_damaged_one_hides_no_other_and_comes_back(store: Store) -> None:
    items = store.experiments(order_by="name")
    record = store.paths.experiment(items[2].id).record
    whole = record.read_bytes()
    for broken in (b"", b"{", b"null", b"\0" * 500, b'{"experiment": []}', b"\xff\xfe" + whole, whole[:-5], whole * 2):
        record.write_bytes(broken)
        record.with_name(record.name + ".bak").write_bytes(broken)
        changes.note(store.paths, items[2].id, "edit")
        assert names(store.experiments(order_by="name")) == ["run 0", "run 1", "run 3", "run 4"]
        assert catalog_of(store).damaged() == [items[2].id]
    record.write_bytes(whole)  # without a word in the log
    assert names(store.experiments(order_by="name"))[2] == "run 2"
    assert catalog_of(store).damaged() == []


def test_a_record_of_strange_values_hides_no_other(store: Store) -> None:
    from trackkit_jupyter.store.documents import Document

    item = store.experiments(order_by="name")[0]
    for strange in (
        {"tags": 5},
        {"name": ["a"], "created": {"a": 1}},
        {"description": 7, "project": None, "archived": "yes", "user": {}},
    ):
        with Document(store.paths.experiment(item.id).record).table("experiment") as table:
            table.update(strange, doc_ids=[1])
        changes.note(store.paths, item.id, "edit")
        found = {entry.id for entry in store.experiments(archived=None)}
        assert len(found | {item.id}) == 5


def test_a_stale_one_is_brought_up_to_date(store: Store) -> None:
    store.experiments()
    path = catalog_of(store).path
    catalog_of(store).close()
    stale = path.read_bytes()
    with track.start("later", store=store.path, capture=False) as exp:
        exp.log({"acc": 1.0})
    store.experiment(store.experiments('name == "run 0"')[0].id).add_tags("odd")
    catalog_of(store).close()
    path.write_bytes(stale)
    restarted(store)
    assert store.experiments().total == 6
    agrees(store)
