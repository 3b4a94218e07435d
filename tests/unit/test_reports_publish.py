"""Publishing: what is locked, what stays free, and what is kept of the moment."""

import json
import os
import shutil
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import nbformat
import numpy as np
import pytest
from nbformat import v4

import trackkit_jupyter as track
from trackkit_jupyter import (
    LockedError,
    TrackkitStateError,
    TrackkitStorageError,
    TrackkitValueError,
    operations,
    views,
)
from trackkit_jupyter.reports.freeze import freeze, frozen_of, frozen_store
from trackkit_jupyter.reports.notebooks import read_notebook
from trackkit_jupyter.store import Store, StoredExperiment
from trackkit_jupyter.store.freezing import freeze_records
from trackkit_jupyter.views import drawing


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def exp(home):
    with track.start("sgd", project="vision", config={"lr": 0.1}, tags=["kept"], capture=False) as exp:
        for i in range(30):
            exp.log({"loss/val": 1 / (i + 1)}, i)
        exp.log_single_value("accuracy", 0.9)
        exp.log_plot("roc", "val", {"data": [{"type": "bar", "y": [1, 2]}], "layout": {}}, iteration=1)
        exp.log_image("digits", "0", np.zeros((4, 4)), iteration=1)
        exp.log_artifact("weights", b"0" * 1000)
    return exp


@pytest.fixture
def report(exp):
    made = track.report.create("Finding", "vision", "What was found.")
    made.add_tags("paper")
    return made.add("It works.", exp, track.embed('project == "vision"'))


def test_the_notebook_is_locked_and_its_hash_kept(report, home):
    report.publish()
    content = read_notebook(report.path)
    assert all(not cell.metadata.editable and not cell.metadata.deletable for cell in content.cells)
    about = content.metadata.trackkit.report
    assert (about.id, about.status, about.published) == (report.id, "published", report.published)
    assert not report.path.stat().st_mode & stat.S_IWUSR
    assert report.trouble is None
    nbformat.validate(content)
    before = report.path.read_bytes()
    with pytest.raises(LockedError, match=r"report\.clone"):
        report.add("More.")
    with pytest.raises(TrackkitStateError, match="already"):
        report.publish()
    assert report.path.read_bytes() == before


def test_what_orders_it_stays_free(report):
    report.publish()
    report.rename("Better name")
    report.move("vision/done")
    report.add_tags("done")
    report.describe("Said better.")
    report.archive()
    assert (report.name, report.project, report.tags, report.status) == (
        "Better name", "vision/done", ["done", "paper"], "published",
    )  # fmt: skip
    assert report.trouble is None


def test_a_change_behind_our_back_is_noticed(report):
    report.publish()
    text = report.path.read_bytes()
    os.chmod(report.path, 0o644)
    report.path.write_bytes(text.replace(b"It works.", b"It doesn't"))
    assert report.trouble == "changed"
    assert operations.call("report", report.store, {"id": report.id})["trouble"] == "changed"
    report.path.write_bytes(text)
    assert report.trouble is None
    report.path.unlink()
    assert report.trouble == "missing"


@pytest.mark.parametrize("cells", [[], [v4.new_markdown_cell("# Title\n")], [v4.new_code_cell("  ")]])
def test_an_empty_report_is_refused(exp, cells):
    report = track.report.create("Empty", "vision")
    nbformat.write(v4.new_notebook(cells=cells), report.path)
    before = report.path.read_bytes()
    with pytest.raises(TrackkitStateError, match="empty"):
        report.publish()
    assert (report.status, report.path.read_bytes()) == ("draft", before)


@pytest.mark.parametrize("content", [b"", b"{", b'{"cells": 3}'])
def test_a_broken_notebook_is_refused(report, content):
    report.path.write_bytes(content)
    with pytest.raises(TrackkitStorageError):
        report.publish(freeze=True)
    assert (report.status, report.path.read_bytes()) == ("draft", content)


def test_a_copy_goes_on(report):
    report.publish(freeze=True)
    before = report.path.read_bytes()
    copy = report.clone()
    assert (copy.name, copy.path.name, copy.status) == ("Finding (copy)", "finding-copy.ipynb", "draft")
    assert (copy.project, copy.tags, copy.description) == ("vision", ["paper"], "What was found.")
    copy.add("More.")
    content = read_notebook(copy.path)
    assert not any({"editable", "deletable"} & set(cell.metadata) for cell in content.cells)
    assert (content.metadata.trackkit.report.id, frozen_of(content)) == (copy.id, None)
    assert report.path.read_bytes() == before
    assert report.clone().path.name == "finding-copy-2.ipynb"
    with pytest.raises(TrackkitValueError, match="exists already"):
        report.clone(path=copy.path)
    made = operations.call("clone", report.store, {"id": report.id, "name": "Again"})
    assert report.store.report(made["id"]).name == "Again"


def test_frozen_views_show_what_they_showed(report, exp):
    asked_of = {
        "charts": {"objects": [exp.id]},
        "plots": {"objects": [exp.id]},
        "samples": {"id": exp.id},
        "single_values": {"objects": [exp.id]},
    }
    shown = {name: operations.call(name, report.store, arguments) for name, arguments in asked_of.items()}
    hashes = [plot["hash"] for plot in exp.plots()]
    report.publish(freeze=True)
    exp.archive()
    exp.delete()
    with track.start("later", project="vision", capture=False):
        track.log({"loss/val": 3.0})
    store = frozen_of(read_notebook(report.path))
    assert store.id == report.id == frozen_store(report).id
    for name, answer in shown.items():
        assert operations.call(name, store, asked_of[name]) == answer
    assert operations.call("figure", store, {"id": exp.id, "hash": hashes[0]})
    assert store.experiment(exp.id).tags == ["kept"]
    # A query means now what it meant then.
    asked = track.embed('project == "vision"')
    assert asked.resolve(store) == [exp.id]
    query = json.dumps(dict(asked.query))
    assert operations.call("resolve", store, {"query": query}) == {"objects": [exp.id], "more": 0}
    assert b"PNG" in views.drawing.draw(asked, store).data[:8]
    with pytest.raises(LockedError, match="frozen"):
        operations.call("rename", store, {"id": exp.id, "name": "other"})


def test_artifacts_are_not_frozen_and_a_running_experiment_is_seen_as_it_was(report, exp):
    running = track.start("goes on", project="vision", capture=False)
    running.log({"loss/val": 1.0}, 0)
    report.publish(freeze=True)
    running.log({"loss/val": 0.5}, 1)
    running.finish()
    store = frozen_store(report)
    kept = {path.name for path in (store.path / "experiments" / exp.id / "blobs").iterdir()}
    assert kept == {event["hash"] for event in (*exp.plots(), *exp.samples())}
    frozen = store.experiment(running.id)
    assert (frozen.status, frozen.status_reason) == ("aborted", "it was still running when the report was frozen")
    assert list(frozen.series("loss/val").values) == [1.0]
    assert running.status == "completed"


def test_what_is_gone_when_it_is_frozen_is_no_trouble(report, exp):
    exp.archive()
    exp.delete()
    report.publish(freeze=True)
    assert frozen_store(report).experiments(archived=None).total == 0


def test_a_frozen_report_that_cannot_be_kept_is_not_published(report, monkeypatch):
    before = report.path.read_bytes()
    folder = report.folder
    os.chmod(folder, 0o500)
    try:
        if os.access(folder, os.W_OK):  # nobody refuses the administrator: the disk does
            monkeypatch.setattr(shutil, "copyfile", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(TrackkitStorageError, match="cannot be kept"):
            report.publish(freeze=True)
    finally:
        os.chmod(folder, 0o700)
    assert (report.status, report.path.read_bytes()) == ("draft", before)
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_where_the_record_cannot_be_written_the_notebook_stays_a_draft(report, monkeypatch):
    before, mode, real = report.path.read_bytes(), report.path.stat().st_mode, os.replace

    def replace(source, target):
        if os.path.basename(target) == "report.json":
            raise OSError(28, "No space left")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(TrackkitStorageError):
        report.publish()
    assert (report.status, report.path.read_bytes(), report.path.stat().st_mode) == ("draft", before, mode)


def test_of_two_who_publish_at_once_one_does(report):
    start = threading.Barrier(2)

    def publish(_):
        start.wait()
        try:
            track.open_store().report(report.id).publish(freeze=True)
        except TrackkitStateError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(publish, range(2)), key=bool)
    assert told[0] is None
    assert "published already" in told[1]
    assert (report.status, report.trouble) == ("published", None)


def test_what_is_saved_while_it_is_published_is_not_lost(report, monkeypatch):
    saved = report.path.read_bytes().replace(b"It works.", b"It works!!")

    def slow(*_):
        report.path.write_bytes(saved)

    monkeypatch.setattr("trackkit_jupyter.reports.publish.freeze_views", slow)
    with pytest.raises(TrackkitStateError, match="saved while it was being published"):
        report.publish(freeze=True)
    assert (report.status, report.path.read_bytes()) == ("draft", saved)


def test_what_was_frozen_before_is_not_left_behind(report):
    content = read_notebook(report.path)
    freeze(report, content)
    freeze(report, content)
    assert [path.name for path in report.folder.iterdir() if path.name.startswith(".")] == []
    assert frozen_store(report) is not None


def test_a_deleted_report_gives_its_notebook_back(report):
    report.publish(freeze=True)
    path = report.path
    report.archive()
    report.delete()
    assert path.stat().st_mode & stat.S_IWUSR
    assert not report.folder.exists()


def test_what_is_deleted_while_a_report_is_frozen_is_left_out(exp, home):
    with track.start("kept", project="vision", capture=False) as kept:
        kept.log({"loss/val": 1.0})
    opened = [track.open_store().experiment(each.id) for each in (exp, kept)]

    def records():
        shutil.rmtree(exp.store.paths.experiment(exp.id).root)
        yield from opened

    size, lost = freeze_records(home / "frozen", "a" * 32, records(), {})
    assert (size > 0, lost) == (True, [exp.id])
    frozen = Store(home / "frozen", StoredExperiment)
    assert [each.id for each in frozen.experiments()] == [kept.id]
    shown = views.View("experiment", (exp.id,))
    assert "not in this store any more" in drawing.summarise(shown, frozen).markdown()
