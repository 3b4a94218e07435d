"""The records of reports: found by all they say and hold, ordered by hand, and following their notebooks."""

import json
import os
import shutil

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import NotFoundError, TrackkitStateError, TrackkitStorageError, TrackkitValueError, operations
from trackkit_jupyter.reports import Report
from trackkit_jupyter.reports.notebooks import read_notebook
from trackkit_jupyter.store import StoredExperiment, create_store, open_store
from trackkit_jupyter.store.notebooks import LARGEST_NOTEBOOK

NAMES = ("Which rate?", "Digits by night", "Archived once")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    create_store(handle=StoredExperiment)
    return tmp_path


@pytest.fixture
def store(home):
    one = track.report.create(NAMES[0], "vision/digits", "Two rates compared.")
    one.add("A *Hidden* sentence.")
    two = track.report.create(NAMES[1], "vision", "Lights off.")
    two.add_tags("night", "paper")
    three = track.report.create(NAMES[2], "speech")
    three.add_tags("paper")
    three.archive()
    return track.open_store()


def names(found):
    return [report.name for report in found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"search": "RATE"}, [0]),
        ({"search": "compared"}, [0]),
        ({"search": "hidden vision"}, [0]),
        ({"search": "paper"}, [1]),
        ({"search": "nowhere"}, []),
        ({"project": "vision"}, [1, 0]),
        ({"project": "vision/digits"}, [0]),
        ({"project": "vis"}, []),
        ({"tags": ["night", "other"]}, [1]),
        ({"tags": ["__$and", "night", "other"]}, []),
        ({"tags": ["-night"]}, [0]),
        ({"status": "published"}, []),
        ({"user": "nobody else"}, []),
        ({"archived": True}, [2]),
        ({"archived": None, "tags": ["paper"]}, [2, 1]),
    ],
)
def test_reports_are_found(store, wanted, found):
    assert names(store.reports(order_by="name", **wanted)) == [NAMES[i] for i in found]


def test_the_order_and_the_page(store, home):
    assert names(store.reports(order_by="-name")) == [NAMES[0], NAMES[1]]
    one = store.reports(search="rate")[0]
    os.utime(one.path, (2_000_000_000, 2_000_000_000))  # its notebook was saved last
    assert names(store.reports()) == [NAMES[0], NAMES[1]]
    page = store.reports(order_by="name", page=1, page_size=1)
    assert (names(page), page.total) == ([NAMES[0]], 2)
    for wrong in ({"order_by": "size"}, {"page": -1}, {"page_size": 0}, {"status": "done"}):
        with pytest.raises(TrackkitValueError):
            store.reports(**wrong)


def test_an_opened_store_gives_reports_that_can_be_written(store):
    (found,) = store.reports(search="night")
    assert isinstance(found, Report)
    found.add("More.")
    assert read_notebook(found.path).cells[-1].source == "More."
    assert store.report(found.id) == found
    with pytest.raises(NotFoundError, match="no report"):
        store.report("3" * 32)


def test_what_orders_them_is_edited_as_of_experiments(store):
    (found,) = store.reports(search="night")
    for name, arguments in {
        "rename": {"name": "By day"},
        "move": {"project": "made/just now"},
        "describe": {"text": "Lights on."},
        "add_tags": {"tags": ["sun"]},
        "remove_tags": {"tags": ["night"]},
        "archive": {},
    }.items():
        operations.call(name, store, {"id": found.id, **arguments})
    assert (found.name, found.project, found.description) == ("By day", "made/just now", "Lights on.")
    assert (found.tags, found.archived) == (["paper", "sun"], True)
    with pytest.raises(NotFoundError, match="no experiment"):
        operations.call("set_property", store, {"id": found.id, "name": "a", "value": "b"})
    with pytest.raises(NotFoundError, match="no experiment"):
        operations.call("experiment", store, {"id": found.id})


def test_only_an_archived_one_is_deleted_and_its_notebook_stays(store):
    (found,) = store.reports(search="night")
    path = found.path
    with pytest.raises(TrackkitStateError, match="archive it first"):
        operations.call("delete", store, {"id": found.id})
    found.archive()
    operations.call("delete", store, {"id": found.id})
    assert path.is_file()
    assert names(store.reports(archived=None, order_by="name")) == [NAMES[2], NAMES[0]]


def test_a_report_follows_its_notebook(store, home):
    (found,) = store.reports(search="night")
    before, moved = found.path, home / "elsewhere" / "moved.ipynb"
    moved.parent.mkdir()
    shutil.copy(before, home / "copy.ipynb")
    assert store.report_of(home / "copy.ipynb") is None  # the report is where it was
    before.rename(moved)
    assert found.trouble == "missing"
    assert store.report_of(moved) == found
    assert (found.path, found.trouble) == (moved, None)


def test_the_read_says_what_a_page_shows(store, home):
    store.served_root = home
    answer = operations.call("reports", store, {"page_size": 1, "order_by": "name"})
    (item,) = answer["items"]
    assert item["path"] == "digits-by-night.ipynb"
    wanted = "id name project user created last_update status description tags archived path published".split()
    assert set(wanted) <= set(item)
    assert answer["total"] == 2
    assert [(each["name"], each["count"]) for each in answer["projects"]] == [("vision", 1), ("vision/digits", 1)]
    assert answer["tags"] == ["night", "paper"]
    assert answer["users"] == [answer["me"]]
    store.served_root = home / "store"
    assert operations.call("report", store, {"id": item["id"]})["path"] is None


def test_a_report_is_made_below_the_root_only(store, home):
    with pytest.raises(TrackkitStateError, match="Jupyter server"):
        operations.call("create_report", store, {"name": "New", "project": "vision"})
    store.served_root = home / "work"
    store.served_root.mkdir()
    made = operations.call("create_report", store, {"name": "New", "project": "vision"})
    assert made["path"] == "new.ipynb"
    assert store.report(made["id"]).path == home / "work" / "new.ipynb"
    for folder in ("..", "../work2", "a\\b", "\0", "/../.."):
        with pytest.raises(TrackkitValueError, match="below the folder"):
            operations.call("create_report", store, {"name": "New", "project": "vision", "folder": folder})
    with pytest.raises(NotFoundError):
        operations.call("create_report", store, {"name": "New", "project": "vision", "folder": "none"})
    dotted = operations.call("create_report", store, {"name": "../../etc/passwd", "project": "vision"})
    assert dotted["path"] == "etc-passwd.ipynb"
    with pytest.raises(TrackkitValueError):
        operations.call("create_report", store, {"name": "New", "project": "../up"})


def test_a_notebook_becomes_a_report_and_is_left_as_it_is(store, home):
    store.served_root = home
    path = home / "mine.ipynb"
    path.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    before = path.read_bytes()
    arguments = {"notebook": "mine.ipynb", "name": "Mine", "project": "vision"}
    made = operations.call("make_report", store, arguments)
    assert (store.report_of(path).id, path.read_bytes()) == (made["id"], before)
    with pytest.raises(TrackkitStateError, match="already"):
        operations.call("make_report", store, arguments)
    for wrong in ("none.ipynb", "store/store.json", "../mine.ipynb"):
        with pytest.raises((NotFoundError, TrackkitValueError)):
            operations.call("make_report", store, {**arguments, "notebook": wrong})


def test_a_huge_notebook_is_refused_without_reading_it(store, home):
    path = home / "huge.ipynb"
    with path.open("wb") as file:
        file.truncate(LARGEST_NOTEBOOK + 1)  # a file full of nothing, which takes no room
    with pytest.raises(TrackkitStorageError, match=r"100 MB at most is exported.*It was not read"):
        track.report.export(path, home / "a.md")
    assert store.report_of(path) is None


def test_one_damaged_record_hides_no_other(store):
    (found,) = store.reports(search="night")
    for file in found.folder.glob("report.json*"):
        file.write_bytes(b"{")
    assert names(open_store().reports()) == [NAMES[0]]
