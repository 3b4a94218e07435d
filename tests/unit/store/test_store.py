"""Opening, making, finding and refusing stores."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from trackkit_jupyter import tracking
from trackkit_jupyter.errors import (
    NotAStoreError,
    NotFoundError,
    SchemaError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
)
from trackkit_jupyter.store import StoredExperiment, create_store, open_store, registry
from trackkit_jupyter.store.paths import find_folder


def make(path):
    return create_store(path, handle=StoredExperiment)


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.parametrize("before", ["missing", "missing parents", "empty", "left by programs"])
def test_it_is_made_where_nothing_is(tmp_path, before):
    path = tmp_path / "a" / "b" / "store" if before == "missing parents" else tmp_path / "store"
    if before in {"empty", "left by programs"}:
        path.mkdir()
    if before == "left by programs":
        (path / ".DS_Store").write_bytes(b"x")
        (path / ".ipynb_checkpoints").mkdir()
    made = make(path)
    assert open_store(path).id == made.id
    assert json.loads((path / "store.json").read_text())["schema"] == [1, 0]
    assert list(open_store(path).experiments()) == []


@pytest.mark.parametrize("content", ["notes.txt", ".git", "experiments", "new-paper.tex", "store.json.old"])
def test_a_folder_with_something_else_is_refused_and_left(tmp_path, content):
    (tmp_path / "work" / content).mkdir(parents=True)
    (tmp_path / "work" / content / "file").write_text("mine")
    before = snapshot(tmp_path)
    with pytest.raises(NotAStoreError, match="not empty and no store") as raised:
        tracking.start("a", store=tmp_path / "work", capture=False)
    assert raised.value.field == "store"
    assert snapshot(tmp_path) == before


def test_a_file_is_refused_and_left(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("mine")
    for call in (make, open_store):
        with pytest.raises(NotAStoreError, match="is a file"):
            call(path)
    assert path.read_text() == "mine"


def test_opening_makes_nothing(tmp_path):
    with pytest.raises(NotAStoreError, match="the folder does not exist"):
        open_store(tmp_path / "store")
    with pytest.raises(NotAStoreError, match="trackkit init"):
        open_store(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_store_below_is_pointed_at(tmp_path):
    make(tmp_path / ".trackkit")
    with pytest.raises(NotAStoreError, match=r"it holds one: use .*\.trackkit"):
        open_store(tmp_path)


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        (5, TrackkitTypeError),
        (b"store", TrackkitTypeError),
        ("", TrackkitValueError),
        ("a\0b", TrackkitValueError),
        ("postgresql://host/db", TrackkitValueError),
    ],
)
def test_what_names_no_folder(uri, error):
    for call in (make, open_store):
        with pytest.raises(error) as raised:
            call(uri)
        assert raised.value.field == "store"


MARKERS = [
    b"",
    b"{",
    b"[]",
    b"5",
    b"{}",
    b'{"schema":[1,0],"id":"x"}',
    b'{"schema":[],"id":"' + b"a" * 32 + b'"}',
    b"\xff",
]


@pytest.mark.parametrize("marker", MARKERS)
def test_a_damaged_marker_is_said_and_left(tmp_path, marker):
    (tmp_path / "store.json").write_bytes(marker)
    before = snapshot(tmp_path)
    for call in (make, open_store):
        with pytest.raises(NotAStoreError, match="damaged"):
            call(tmp_path)
    assert snapshot(tmp_path) == before


def test_a_newer_version_is_refused_and_left(tmp_path):
    (tmp_path / "store.json").write_text(json.dumps({"schema": [2, 0], "id": "a" * 32}))
    before = snapshot(tmp_path)
    for call in (make, open_store):
        with pytest.raises(SchemaError, match=r"newer version .*Upgrade"):
            call(tmp_path)
    assert snapshot(tmp_path) == before


MAKE = """
import sys
from trackkit_jupyter.store import create_store, StoredExperiment
print(create_store(sys.argv[1], handle=StoredExperiment).id)
"""


def test_eight_processes_make_one_store(tmp_path):
    path = tmp_path / "a" / "store"
    makers = [subprocess.Popen([sys.executable, "-c", MAKE, path], stdout=subprocess.PIPE) for _ in range(8)]
    ids = {maker.communicate()[0].strip().decode() for maker in makers}
    assert [maker.returncode for maker in makers] == [0] * 8
    assert ids == {open_store(path).id}
    assert sorted(entry.name for entry in path.iterdir()) == ["experiments", "live", "store.json"]


# -- where it is found


def test_the_one_that_is_named_first(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "named"))
    assert find_folder(tmp_path) == tmp_path / "named"


def test_the_nearest_one_upward(tmp_path, monkeypatch):
    make(tmp_path / ".trackkit")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_folder(inner) == tmp_path / ".trackkit"
    make(tmp_path / "a" / ".trackkit")
    assert find_folder(inner) == tmp_path / "a" / ".trackkit"
    (inner / ".trackkit").mkdir()  # a folder of that name is no store
    monkeypatch.chdir(inner)
    assert find_folder() == tmp_path / "a" / ".trackkit"


def test_else_the_one_at_home(tmp_path, isolated):
    assert find_folder(tmp_path) == isolated / ".trackkit"


# -- copies and the registry


def test_a_copy_that_is_written_is_told_and_gets_an_id(tmp_path):
    original = make(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with pytest.warns(UserWarning, match=r"two is a copy of the one at .*one"):
        copy = make(tmp_path / "two")
    assert copy.id != original.id
    assert (open_store(tmp_path / "one").id, open_store(tmp_path / "two").id) == (original.id, copy.id)
    assert registry.stores() == {original.id: tmp_path / "one", copy.id: tmp_path / "two"}


def test_a_copy_that_is_only_read_takes_no_place(tmp_path):
    original = make(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert open_store(tmp_path / "two").id == original.id
    assert registry.find(original.id) == tmp_path / "one"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert make(tmp_path / "one").id == original.id


def test_a_store_that_was_moved_keeps_its_id(tmp_path):
    made = make(tmp_path / "one")
    (tmp_path / "one").rename(tmp_path / "two")
    assert registry.find(made.id) is None
    assert make(tmp_path / "two").id == made.id
    assert registry.find(made.id) == tmp_path / "two"


def test_the_same_store_by_another_path_is_no_copy(tmp_path):
    made = make(tmp_path / "one")
    (tmp_path / "link").symlink_to(tmp_path / "one")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert make(tmp_path / "link").id == made.id


@pytest.mark.parametrize("harm", ["a file", "noise"])
def test_a_registry_that_cannot_be_used_costs_nothing_else(tmp_path, monkeypatch, harm):
    data = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    if harm == "a file":
        data.write_text("not a folder")
    else:
        registry.folder().mkdir(parents=True)
        (registry.folder() / ("a" * 32 + ".json")).write_bytes(b"\xff{")
    made = make(tmp_path / "store")
    assert open_store(tmp_path / "store").id == made.id
    assert "a" * 32 not in registry.stores()


# -- read-only


WITHOUT_PRIVILEGES = """
import ctypes, os, sys
if os.geteuid() == 0:  # give up every capability: from here on, the permissions of files hold for root too
    assert ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()) == 0
import trackkit_jupyter as track
store = track.open_store(sys.argv[1])
"""


@pytest.fixture
def readable(tmp_path):
    """A store with one experiment that everybody may read and nobody write."""
    with tracking.start("seen", store=tmp_path / "store", capture=False, config={"lr": 0.1}) as experiment:
        experiment.log({"loss/val": 0.5})
        experiment.log_text("hello")
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield experiment
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def without_privileges(experiment, code, home):
    arguments = [sys.executable, "-c", WITHOUT_PRIVILEGES + code, experiment.store.path, experiment.id]
    environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": f"{home}/data", "XDG_CACHE_HOME": f"{home}/cache"}
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, env=environment)


def test_reading_needs_no_right_to_write(readable):
    before = snapshot(readable.store.path)
    ran = without_privileges(
        readable,
        """
e = store.experiment(sys.argv[2])
assert e.series("loss/val").values.tolist() == [0.5]
assert e.console()[0][0]["text"] == "hello"
assert e.hyperparameters["General"]["lr"]["value"] == "0.1"
assert e.to_dict(events=True)["status"] == "completed"
assert e.state() == e.state()
assert [x.id for x in store.experiments()] == [e.id]
""",
        readable.store.path.parent,  # which cannot be written either
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert snapshot(readable.store.path) == before


def test_writing_says_what_cannot_be_written(readable):
    before = snapshot(readable.store.path)
    ran = without_privileges(
        readable,
        """
for call in (lambda: track.start("x", store=sys.argv[1], capture=False),
             lambda: track.start(resume=sys.argv[2], store=sys.argv[1], capture=False),
             lambda: track.start("x", store=sys.argv[1] + "/../new", capture=False),
             lambda: store.experiment(sys.argv[2]).rename("other"),
             lambda: store.experiment(sys.argv[2]).set_properties(a=1)):
    try:
        call()
    except track.TrackkitStorageError as error:
        assert "ermission denied" in str(error), error
    else:
        raise AssertionError
assert track.current() is None
""",
        readable.store.path.parent,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert snapshot(readable.store.path) == before


# -- its experiments


def test_an_unknown_id_is_not_found(store):
    with pytest.raises(NotFoundError, match="0" * 32) as raised:
        store.experiment("0" * 32)
    assert raised.value.field == "id"
    for wrong in ("", "../" + "0" * 29, "x"):
        with pytest.raises(TrackkitValueError):
            store.experiment(wrong)


def started(store, name, **options):
    with tracking.start(name, store=store.path, capture=False, **options) as experiment:
        experiment.log({"loss": 1.0})
    return experiment.id


@pytest.mark.parametrize(
    "harm",
    [b"", b"{", b"[]", b"{}", b'{"_envelope":{"1":{"schema":[1,0],"sequence":1,"checksum":"00000000"}},\n"x":{}}'],
)
def test_a_broken_experiment_never_hides_another(store, harm):
    ids = [started(store, name) for name in "abc"]
    folder = store.paths.experiment(ids[1]).root
    (folder / "experiment.json").write_bytes(harm)
    (folder / "experiment.json.bak").write_bytes(harm)
    (store.paths.experiments / ("f" * 32)).mkdir()
    (store.paths.experiments / ("e" * 32)).write_text("a file")
    assert {item.id for item in store.experiments()} == {ids[0], ids[2]}
    with pytest.raises(TrackkitStorageError):
        store.experiment(ids[1]).to_dict()
    assert "cannot be read" in repr(store.experiment(ids[1]))


def test_a_copied_folder_is_there(store, tmp_path):
    id = started(store, "travels")
    other = make(tmp_path / "other")
    shutil.copytree(store.paths.experiment(id).root, other.paths.experiment(id).root)
    assert other.experiment(id).series("loss").values.tolist() == [1.0]
    assert [item.name for item in other.experiments()] == ["travels"]


def test_projects_count(store):
    for project in ("vision/digits", "vision/digits", "text"):
        started(store, "x", project=project)
    found = store.projects()
    assert [(project.name, project.experiment_count) for project in found] == [("text", 1), ("vision/digits", 2)]
    assert len({project.id for project in found}) == 2


def test_a_damaged_workspace_keeps_nobody_from_starting(store):
    started(store, "a")
    for name in ("workspace.json", "workspace.json.bak"):
        (store.path / name).write_bytes(b"{")
    assert store.experiment(started(store, "b")).status == "completed"
