"""The catalog is never the only copy of anything: whatever happens to it, lists say what the folders say."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.errors import QueryError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.query import matches, ordered, parse, parse_order
from trackkit_jupyter.store import Store, catalog, changes
from trackkit_jupyter.store.catalog import Catalog, catalog_of, place
from trackkit_jupyter.store.catalog.rows import CONTENT


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with five experiments of several kinds."""
    root = tmp_path / "store"
    for number in range(5):
        config = {"lr": 10.0**-number, "net": {"depth": number}, "opt": "adam" if number % 2 else "sgd"}
        tags = ["odd"] if number % 2 else []
        with track.start(
            f"run {number}", store=root, project=f"p{number % 2}", config=config, tags=tags, capture=False
        ) as exp:
            for step in range(3):
                exp.log({"loss/val": 1 / (number + 1 + step), "acc": float(number)}, step)
            exp.log_single_value("best", number)
    return root


@pytest.fixture
def store(home: Path) -> Store:
    return track.open_store(home)


def names(found) -> list[str]:
    return [item.name for item in found]


def agrees(store: Store) -> None:
    """What a list says is what the folders say, read afresh."""
    afresh = [store.experiment(path.name).to_dict() for path in store.paths.experiments.iterdir()]
    assert len(afresh) > 0
    listed = store.experiments(archived=None, order_by="name")
    assert [item.to_dict() for item in listed] == ordered(afresh, parse_order("name"))
    for query in (
        'metrics["loss/val"].min < 0.25',
        'hyperparameters["opt"] == "adam"',
        '"odd" in tags',
        "not archived",
    ):
        found = store.experiments(query, archived=None, order_by="id")
        assert [item.id for item in found] == sorted(e["id"] for e in afresh if matches(parse(query), e))


def test_lists_say_what_the_folders_say(store: Store) -> None:
    agrees(store)


def test_queries_orders_and_pages(store: Store) -> None:
    assert names(store.experiments('name == "run 3"')) == ["run 3"]
    assert names(store.experiments('metrics["acc"].last > 1 and hyperparameters["lr"] >= 0.001', "name")) == [
        "run 2",
        "run 3",
    ]
    assert names(store.experiments(order_by='-metrics["acc"].last', page=1, page_size=2)) == ["run 2", "run 1"]
    assert names(store.experiments(order_by=["-project", "name"])) == ["run 1", "run 3", "run 0", "run 2", "run 4"]
    found = store.experiments(parse('"odd" in tags'), order_by="-created", page_size=1)
    assert (names(found), found.total) == (["run 3"], 2)
    assert names(store.experiments(page=9, page_size=2)) == []
    assert names(store.experiments(order_by='-metrics["acc"].last', page=2, page_size=2)) == ["run 0"]


def test_a_page_is_the_same_whether_all_were_sorted_or_not(store: Store) -> None:
    for order in ('-metrics["acc"].last', 'hyperparameters["lr"]', "-name", 'metrics["never"]'):
        whole = names(store.experiments(order_by=order))
        for _ in range(5):  # the first times a page is taken from an index, then from all that was sorted
            pages = [names(store.experiments(order_by=order, page=page, page_size=2)) for page in range(4)]
            assert [name for found in pages for name in found] == whole


def test_wrong_arguments(store: Store) -> None:
    for arguments, error in (
        ({"query": "nme == 1"}, QueryError),
        ({"order_by": "nme"}, QueryError),
        ({"query": 5}, TrackkitTypeError),
        ({"page": -1}, TrackkitValueError),
        ({"page": True}, TrackkitValueError),
        ({"page_size": 0}, TrackkitValueError),
        ({"page": 1}, TrackkitValueError),
    ):
        with pytest.raises(error):
            store.experiments(**arguments)


def test_archived_ones_are_left_out_unless_asked_for(store: Store) -> None:
    store.experiments('name == "run 0"')[0].archive()
    assert store.experiments().total == 4
    assert names(store.experiments(archived=True)) == ["run 0"]
    assert store.experiments(archived=None).total == 5
    assert names(store.experiments("archived")) == ["run 0"]
    assert store.experiments('archived or name == "run 1"').total == 2


def test_listing_opens_no_experiment(store: Store) -> None:
    store.experiments()
    opened: list[str] = []
    watching = True

    def hook(event: str, args: tuple) -> None:  # cannot be taken away again
        if watching and event == "open":
            opened.append(str(args[0]))

    sys.addaudithook(hook)
    for item in store.experiments(order_by='metrics["acc"]'):
        assert item.metrics["acc"]["acc"]["count"] == 3
        assert item.hyperparameters["General"]["net/depth"]["value"] == item.name[-1]
        assert item.single_values == {"best": int(item.name[-1])}
        assert (item.status, item.last_iteration, item.archived) == ("completed", 2, False)
    inside = str(store.paths.experiments)
    assert not [path for path in opened if inside in path]
    store.experiment(item.id).to_dict()
    watching = False
    assert [path for path in opened if inside in path]


def test_a_listed_item_shows_what_is_there_now(store: Store) -> None:
    item = store.experiments('name == "run 1"')[0]
    store.experiment(item.id).rename("other")
    assert item.name == "other"
    item.hyperparameters["General"].clear()
    assert item.hyperparameters["General"]
    again = track.start(store=store.path, resume=item.id, capture=False)
    again.log({"acc": 99.0}, iteration=50)
    assert (item.status, item.metrics["acc"]["acc"]["last"]) == ("running", 99.0)
    again.finish()


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


# -- the file


def restarted(store: Store) -> Catalog:
    """The catalog as another process finds it."""
    catalog_of(store).close()
    catalog._catalogs.clear()
    return catalog_of(store)


def test_it_lies_in_the_cache_of_the_user(store: Store, isolated: Path) -> None:
    store.experiments()
    path = catalog_of(store).path
    assert path.parent == isolated / "cache" / "trackkit" / "catalogs"
    assert path.name.startswith(store.id)
    assert not list(store.path.rglob("*.sqlite*"))


def removed(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database, but a text of some length " * 100)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)


def without_a_table(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TABLE metrics")
    raw.close()


def half_made(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM experiments WHERE name > 'run 2'")
        raw.execute("DELETE FROM state WHERE name IN ('log', 'folder')")
    raw.close()


def of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE state SET value = '0' WHERE name = 'format'")
        raw.execute("DELETE FROM metrics")
    raw.close()


def of_another_store(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE state SET value = ? WHERE name = 'store'", ["0" * 32])
        raw.execute("UPDATE experiments SET name = 'foreign'")
    raw.close()


def newer_than_the_data(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE state SET value = substr(value, 1, instr(value, ':')) || '99999999' WHERE name = 'log'")
        raw.execute("UPDATE experiments SET record = '1:2:3', name = 'of the future'")
    raw.close()


@pytest.mark.parametrize(
    "harm",
    [
        removed,
        empty,
        no_database,
        cut,
        overwritten,
        without_a_table,
        half_made,
        of_another_version,
        of_another_store,
        newer_than_the_data,
    ],
)
def test_whatever_happens_to_the_file_costs_no_answer(store: Store, harm) -> None:
    store.experiments()
    path = catalog_of(store).path
    catalog_of(store).close()
    assert path.exists()
    harm(path)
    restarted(store)
    agrees(store)
    assert catalog_of(store).path == path


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


def test_damage_met_in_the_middle_is_made_good(store: Store) -> None:
    store.experiments()
    raw = sqlite3.connect(catalog_of(store).path)
    raw.execute("DROP TABLE tags")
    raw.commit()
    raw.close()
    agrees(store)


def test_where_no_file_can_be_it_is_held_in_memory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(place.tempfile, "gettempdir", lambda: str(blocked))
    assert restarted(store).path == place.MEMORY
    agrees(store)
    store.experiment(store.experiments()[0].id).rename("seen")
    agrees(store)


def test_the_temporary_folder_comes_after_the_cache(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(place.tempfile, "gettempdir", lambda: str(tmp_path))
    assert tmp_path in restarted(store).path.parents
    agrees(store)


def test_a_copy_of_the_store_has_a_catalog_of_its_own(store: Store, tmp_path: Path) -> None:
    store.experiments()
    shutil.copytree(store.path, tmp_path / "copy")
    copy = track.open_store(tmp_path / "copy")
    copy.experiment(store.experiments()[0].id).rename("only here")
    assert copy.id == store.id
    assert "only here" in names(copy.experiments())
    assert "only here" not in names(store.experiments())


def test_many_processes_at_once(home: Path) -> None:
    script = (
        "import json, sys, trackkit_jupyter as track\n"
        "store = track.open_store(sys.argv[1])\n"
        "for n in range(3):\n"
        "    with track.start(f'{sys.argv[2]} {n}', store=sys.argv[1], capture=False) as exp:\n"
        "        exp.log({'acc': 3.0 + n})\n"
        "    assert exp.id in [item.id for item in store.experiments('metrics[\"acc\"] >= 3')]\n"
        "print(json.dumps(sorted(item.name for item in store.experiments())))"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", script, home, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(6)
    ]
    for number, child in enumerate(children):
        seen = json.loads(child.communicate()[0])
        assert child.returncode == 0
        assert {f"{number} {n}" for n in range(3)} <= set(seen)
    store = track.open_store(home)
    assert store.experiments().total == 5 + 18
    agrees(store)


def test_threads_and_a_forked_child(store: Store) -> None:
    wrong: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(10):
                assert store.experiments('"odd" in tags').total == 2
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if store.experiments().total == 5 else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    agrees(store)


# -- what lists can do


def test_best_and_pandas(store: Store) -> None:
    found = store.experiments(order_by="name")
    assert found.best("acc").name == "run 4"
    assert found.best("loss/val", mode="min").name == "run 4"
    assert found.best("loss/val").name == "run 0"
    with pytest.raises(track.NotFoundError):
        found.best("never")
    with pytest.raises(TrackkitValueError):
        found.best("acc", mode="most")
    frame = found.to_pandas()
    assert list(frame["acc/acc"]) == [0, 1, 2, 3, 4]
    assert list(frame["net/depth"]) == list("01234")
    assert found[-1].name == "run 4"
    assert [item.name for item in found[1:3]] == ["run 1", "run 2"]
    assert "5 of 5" in repr(found)


def test_a_frame_has_numbers_and_no_column_for_two_things(tmp_path) -> None:
    config = {"name": "a parameter", "loss/val": 3, "lr": 0.1}
    with track.start("one", store=tmp_path / "store", config=config, capture=False) as exp:
        exp.log({"loss/val": math.nan, "speed": math.inf})
    with track.start("two", store=tmp_path / "store", capture=False) as exp:
        exp.log({"loss/val": 2.0, "speed": 1.0})
    frame = track.open_store(tmp_path / "store").experiments(order_by="name").to_pandas()
    assert list(frame["name"]) == ["one", "two"]
    assert frame["hyperparameters/name"][0] == "a parameter"
    assert frame["loss/val"][0] == "3"
    assert frame["metrics/loss/val"].dtype == frame["speed/speed"].dtype == "float64"
    assert math.isnan(frame["metrics/loss/val"][0])
    assert list(frame["speed/speed"]) == [math.inf, 1.0]


def test_a_frame_of_nothing_has_its_columns(store: Store) -> None:
    assert list(store.experiments('name == "none"').to_pandas()) == ["id", "name", "project", "status", "created"]


def test_wrong_arguments_of_lists_raise(store: Store) -> None:
    with pytest.raises(TrackkitTypeError, match="archived"):
        store.experiments(archived="yes")  # type: ignore[arg-type]
    with pytest.raises(TrackkitTypeError, match="key"):
        store.experiments().best(3)  # type: ignore[arg-type]


def test_projects_are_counted(store: Store) -> None:
    assert [(project.name, project.experiment_count) for project in store.projects()] == [("p0", 3), ("p1", 2)]
    store.experiments('name == "run 1"')[0].move("p0")
    assert [(project.name, project.experiment_count) for project in store.projects()] == [("p0", 4), ("p1", 1)]


def test_the_catalog_keeps_what_lists_show(store: Store) -> None:
    item = store.experiments()[0]
    assert item.listed is not None
    assert set(CONTENT["experiment"]) <= set(item.listed.content)


def test_metrics_in_an_order_may_be_named_by_the_md5_of_their_names(tmp_path):
    folder = tmp_path / "ordered"
    values = {"a": 3.0, "b": 1.0, "c": 2.0}
    for name, value in values.items():
        with track.start(name, store=folder, capture=False) as exp:
            exp.log({"loss/v\u00e4l": value + 1}, 0)
            exp.log({"loss/v\u00e4l": value}, 1)
    with track.start("none", store=folder, capture=False):
        pass
    store = track.open_store(folder)
    metric, variant = (hashlib.md5(name.encode()).hexdigest() for name in ("loss", "v\u00e4l"))
    key = f"last_metrics.{metric}.{variant}"

    def found(order):
        return "".join(item.name[0] for item in store.experiments(order_by=order))

    assert found(f"{key}.value") == "bcan"
    assert found(f"-{key}.value") == "acbn"
    assert found([f"-{key}.min_value", "name"]) == "acbn"
    assert found(f"-{key}.count, name") == "abcn"
    assert found(f"{key}.mean_value") == found(f"{key}.first_value") == found(f"{key}.max_value") == "bcan"
    assert found(f"last_metrics.{variant}.{metric}.value, -name") == "ncba"
    for wrong in (f"{key}.median", f"last_metrics.{metric}.value", [5]):
        with pytest.raises((QueryError, TrackkitTypeError)):
            found(wrong)
