"""What verify says of every kind of damage, and what repair makes of it: nothing is deleted, and twice is as once."""

from __future__ import annotations

import json
import os
import shutil
import zlib

import numpy as np
import pytest

import trackkit_jupyter as track
from trackkit_jupyter.check import repair, verify
from trackkit_jupyter.cli import main
from trackkit_jupyter.errors import TrackkitStorageError
from trackkit_jupyter.store import StoredExperiment, changes, create_store
from trackkit_jupyter.store.archivist import archive


@pytest.fixture
def store(tmp_path):
    return create_store(tmp_path / "store", handle=StoredExperiment)


def trained(store, name="sgd", count=20):
    with track.start(name, project="vision", store=store.path, config={"lr": 0.1}, tags=["t"], capture=False) as exp:
        for iteration in range(count):
            exp.log({"loss/val": 1 / (iteration + 1), "loss/train": 2.0}, iteration)
        exp.log_text("a line")
        exp.log_single_value("accuracy", 0.5)
        exp.log_artifact("notes", "first\nsecond\n")
    return store.experiment(exp.id)


def folder(exp):
    return exp.store.path / "experiments" / exp.id


def only(store, *, level="damaged"):
    (found,) = verify(store)
    assert found.level == level
    return found


def old(path):
    os.utime(path, (0, path.stat().st_mtime - 3600), follow_symlinks=False)


def everything(root):
    """Return the content of all files but the log, with the quarantine."""
    return sorted(path.read_bytes() for path in root.rglob("*") if path.is_file() and path.name != "changes.log")


def mended(store):
    """Repair, and return what was mended; a second repair finds nothing more to do."""
    before = everything(store.path)
    done, left = repair(store)
    kept = everything(store.path)
    assert repair(store) == ([], left)
    assert everything(store.path) == kept
    assert [finding for finding in verify(store) if finding.mending] == []
    assert not [data for data in before if len(data) > 2000 and data not in kept]  # large ones: all still there
    return done, left


def test_nothing_is_wrong(store):
    trained(store)
    assert verify(store) == []
    assert repair(store) == ([], [])


def test_damaged_records_are_named_and_stay(store):
    exp = trained(store)
    (path,) = folder(exp).glob("scalars-*.bin")
    data = bytearray(path.read_bytes())
    for place in (5, 6, 30):
        data[32 * place + 3] ^= 4
    path.write_bytes(data)
    first, second = verify(store)
    assert first.file == path.relative_to(store.path).as_posix()
    assert (first.offset, second.offset) == (160, 960)
    assert first.problem == "2 damaged records (records 5 to 6)"
    assert first.lost == "2 points, after iteration 2 of loss/val and before iteration 3 of loss/train"
    assert "1 point, after iteration 14 of loss/train and before iteration 15 of loss/train" in second.lost
    done, left = mended(store)
    assert (len(done), len(left)) == (0, 2)
    assert path.read_bytes() == data


def test_a_damaged_line_is_named(store):
    exp = trained(store)
    (path,) = folder(exp).glob("events-*.jsonl")
    data = path.read_bytes()
    place = data.index(b"accuracy")
    path.write_bytes(data.replace(b"accuracy", b"accurate", 1))
    found = only(store)
    assert found.offset == data.rindex(b"\n", 0, place) + 1
    assert "event on line" in found.lost
    assert "single_value" in found.lost


@pytest.mark.parametrize("kind", ["scalars", "events", "console"])
def test_a_torn_end_is_put_aside(store, kind):
    exp = trained(store)
    (path,) = folder(exp).glob(f"{kind}-*")
    whole = path.read_bytes()
    path.write_bytes(whole + b"torn off"[:7])
    found = only(store, level="leftover")
    assert (found.offset, found.bytes) == (len(whole), 7)
    marker = changes.begin_beating(store.paths, exp.id, "w")
    assert verify(store) == []  # it may be in the middle of a write
    changes.stop_beating(marker)
    mended(store)
    assert path.read_bytes() == whole
    assert [aside.read_bytes() for aside in (folder(exp) / "quarantine").iterdir()] == [b"torn of"]


def test_zeros_at_the_end_are_lost_points(store):
    exp = trained(store)
    (path,) = folder(exp).glob("scalars-*.bin")
    path.write_bytes(path.read_bytes() + bytes(64))
    assert only(store).lost == "2 points never written"


def test_a_damaged_document_is_restored_from_its_spare(store):
    exp = trained(store)
    exp.rename("renamed")
    record = folder(exp) / "experiment.json"
    record.write_text("{")
    assert only(store).problem == "it is damaged; the generation before it stands in"
    done, left = mended(store)
    assert ([finding.mending for finding in done], left) == (["restore"], [])
    assert [aside.read_text() for aside in (folder(exp) / "quarantine").iterdir()] == ["{"]
    assert store.experiment(exp.id).name == "sgd"
    assert [found.id for found in store.experiments()] == [exp.id]


@pytest.mark.parametrize(
    ("damage", "name", "tags"),
    [
        (lambda data: b"", None, []),
        (lambda data: b"{", None, []),
        (lambda data: b"\0" * len(data), None, []),
        (lambda data: b"[1]", None, []),
        (lambda data: data + b"trailing", "sgd", ["t"]),
        (lambda data: data + data, "sgd", ["t"]),
        (lambda data: data.decode().encode("utf-16"), None, []),
        (lambda data: data.replace(b'"sgd"', b'"s\\u0000d"'), None, ["t"]),
        (lambda data: data.replace(b'"sgd"', b"NaN"), "NaN", ["t"]),
        (lambda data: data.replace(b'"tags":["t"]', b'"tags":7'), "sgd", []),
        (lambda data: data[: len(data) // 2], None, []),
    ],
)
def test_a_record_that_cannot_be_read_is_made_anew(store, damage, name, tags):
    exp, other = trained(store), trained(store, "other")
    before = exp.to_dict(events=True)
    record = folder(exp) / "experiment.json"
    data = record.read_bytes()
    for path in (record, record.with_name("experiment.json.bak")):
        path.write_bytes(damage(data))
    assert [found.id for found in store.experiments()] == [other.id]
    found = only(store)
    assert (found.experiment, found.mending) == (exp.id, "rebuild")
    done, left = mended(store)
    assert (len(done), left) == (1, [])
    after = store.experiment(exp.id).to_dict(events=True)
    assert (after["scalars"], after["single_values"], after["console"]) == (
        before["scalars"], before["single_values"], before["console"],
    )  # fmt: skip
    assert after["name"] == (name or f"rebuilt {exp.id[:8]}")
    assert after["tags"] == tags
    assert after["damaged"] == 0
    assert {found.id for found in store.experiments()} == {exp.id, other.id}
    if name:
        assert after["hyperparameters"] == before["hyperparameters"]
        assert after["artifacts"] == before["artifacts"]


def test_a_record_that_is_gone_is_made_anew(store):
    exp = trained(store)
    for path in folder(exp).glob("experiment.json*"):
        path.unlink()
    assert only(store).problem == "it is missing"
    mended(store)
    assert store.experiment(exp.id).status == "aborted"
    assert store.experiment(exp.id).name == f"rebuilt {exp.id[:8]}"


def test_a_record_from_the_future_is_left_untouched(store):
    exp = trained(store)
    record = folder(exp) / "experiment.json"
    data = record.read_bytes().replace(b'"schema":[1,0]', b'"schema":[9,0]')
    for path in (record, record.with_name("experiment.json.bak")):
        path.write_bytes(data)
    assert "schema 9.0" in only(store).problem
    done, left = mended(store)
    assert (done, len(left)) == ([], 1)
    assert record.read_bytes() == data


def test_what_killed_processes_left_is_put_aside(store):
    exp = trained(store)
    names = [
        "experiment.json.123.tmp",
        "experiment.json.123.bak",
        "blobs/new-0123456789abcdef",
        "experiment.json.damaged",
    ]
    for name in names:
        (folder(exp) / name).write_text(name)
        assert verify(store) == []  # too young: somebody may be writing it
        old(folder(exp) / name)
        assert only(store, level="leftover").file.endswith(name)
        mended(store)
    gone = store.path / "experiments" / f".deleted-{exp.id}"
    gone.mkdir()
    old(gone)
    marker = changes.begin_beating(store.paths, exp.id, "w")
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "since": "another"}))
    assert len(verify(store)) == 2
    done, left = mended(store)
    assert (len(done), left) == (2, [])
    assert sorted(path.name for path in (folder(exp) / "quarantine").iterdir()) == sorted(
        n.split("/")[-1] for n in names
    )
    assert {path.name for path in (store.path / "quarantine").iterdir()} == {marker.name, gone.name}


def test_blobs_that_are_damaged_or_missing(store):
    exp = trained(store)
    (artifact,) = exp.artifacts
    path = exp.blob(artifact["hash"])
    path.write_bytes(b"something else")
    assert (only(store).problem, only(store).lost) == ("the file is damaged", "the artifact notes")
    done, left = mended(store)
    assert (len(done), left) == (1, [only(store)])
    assert only(store).problem == "the file is missing"
    assert [aside.read_bytes() for aside in (folder(exp) / "quarantine").iterdir()] == [b"something else"]


def test_the_archive_is_looked_at(store):
    exp = trained(store, count=70_000)
    segments = {path: path.read_bytes() for path in folder(exp).glob("scalars-*.bin")}
    assert archive(store.paths, exp.id)
    assert verify(store) == []
    (folder(exp) / "scalars.parquet.footer").unlink()
    for path, data in segments.items():
        path.write_bytes(data)
    assert {finding.level for finding in verify(store)} == {"leftover"}
    mended(store)
    assert verify(store) == []
    path = folder(exp) / "scalars.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    found = only(store)
    assert "65,536 points of loss/" in found.lost
    done, left = mended(store)
    assert (done, len(left)) == ([], 1)
    assert len(store.experiment(exp.id).series("loss/val")) < 70_000


def test_the_catalog_is_made_anew(store, monkeypatch):
    from trackkit_jupyter.store.catalog import catalog_of

    exp = trained(store)
    assert [found.id for found in store.experiments()] == [exp.id]
    record = folder(exp) / "experiment.json"
    state = record.stat()
    record.write_bytes(record.read_bytes())
    os.utime(record, ns=(state.st_atime_ns, state.st_mtime_ns))
    copy = store.path / "experiments" / ("0" * 32)
    shutil.copytree(folder(exp), copy)
    repair(store)
    assert catalog_of(store).damaged() == []
    assert len(store.experiments()) == 2


class Stopped(BaseException):
    pass


def test_stopped_at_any_step_a_second_repair_gives_the_same(store, monkeypatch):
    exp = trained(store)
    (path,) = folder(exp).glob("scalars-*")
    path.write_bytes(path.read_bytes() + b"torn")
    for record in folder(exp).glob("experiment.json*"):
        record.write_bytes(b'{"experiment": {"1": {"name": "sgd"}}}')
    kept = store.path.with_name("kept")
    shutil.copytree(store.path, kept)
    repair(store)
    expected = {**store.experiment(exp.id).to_dict(events=True), "last_update": None}

    def stopping(at):
        count = 0

        def stops(real):
            def call(*args, **named):
                nonlocal count
                count += 1
                if count == at:
                    raise Stopped
                return real(*args, **named)

            return call

        with monkeypatch.context() as patch:
            for name in ("open", "replace", "fsync", "mkdir"):
                patch.setattr(os, name, stops(getattr(os, name)))
            try:
                repair(store)
            except Stopped:
                return True
        return False

    at = 1
    while True:
        shutil.rmtree(store.path)
        shutil.copytree(kept, store.path)
        if not stopping(at):
            break
        repair(store)
        assert [finding for finding in verify(store) if finding.mending] == []
        found = {**store.experiment(exp.id).to_dict(events=True), "last_update": None}
        assert found["scalars"] == expected["scalars"]
        assert found["status"] == expected["status"]
        at += 1
    assert at > 5


def test_the_command_says_what_it_would_do_and_then_does_it(store, capsys):
    exp = trained(store)
    (path,) = folder(exp).glob("scalars-*.bin")
    path.write_bytes(path.read_bytes() + b"torn")
    where = ["--store", str(store.path)]
    assert main(["verify", *where]) == 0
    assert "byte 1,280" in capsys.readouterr().out
    before = everything(store.path)
    assert main(["repair", *where]) == 1
    assert "Nothing was changed" in capsys.readouterr().out
    assert everything(store.path) == before
    assert main(["repair", "--yes", "--json", *where]) == 0
    assert [one["mending"] for one in json.loads(capsys.readouterr().out)["mended"]] == ["cut"]
    assert main(["repair", *where]) == 0
    assert "nothing to mend" in capsys.readouterr().out
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
    assert main(["repair", "--yes", *where]) == 1
    assert "cannot be mended" in capsys.readouterr().out
    assert np.isfinite(store.experiment(exp.id).series("loss/val").values).all()


def rewritten(path, change):
    """Write a document by hand, with a checksum that is right."""
    tables = json.loads(path.read_bytes())
    envelope = tables.pop("_envelope")
    change(tables)
    body = json.dumps(tables)[1:].encode()
    envelope["1"]["checksum"] = f"{zlib.crc32(body):08x}"
    path.write_bytes(json.dumps({"_envelope": envelope})[:-1].encode() + b",\n" + body)


def record(path):
    return path / "experiment.json"


def test_what_a_record_names_outside_its_folder_is_not_touched(store, tmp_path):
    exp = trained(store)
    outside = tmp_path / "mine"
    outside.write_text("mine")

    def change(tables):
        for row in tables["artifacts"].values():
            row["hash"] = "../../../../mine"

    rewritten(record(folder(exp)), change)
    assert "names no file of the store" in only(store).problem
    assert repair(store)[0] == []
    assert outside.read_text() == "mine"


WRONG = {
    "name": 5,
    "tags": "abc",
    "created": 5,
    "started": "once",
    "project": None,
    "number": "first",
    "runtime": [1],
    "archived": "yes",
    "execution": [],
}


@pytest.mark.parametrize("field", WRONG)
def test_a_record_that_nobody_here_wrote_is_damaged_and_hides_no_other(store, field):
    exp, other = trained(store), trained(store, "other")

    def change(tables):
        tables["experiment"]["1"][field] = WRONG[field]

    rewritten(record(folder(exp)), change)
    assert field in only(store).problem
    assert [each.name for each in store.experiments()] == ["other"]
    with pytest.raises(TrackkitStorageError, match=field):
        store.experiment(exp.id).to_dict()
    assert main(["list", "--store", str(store.path)]) == 0
    done, left = mended(store)
    assert (len(done), left) == (1, [])
    found = store.experiment(exp.id).to_dict()
    assert found["metrics"] == other.to_dict()["metrics"]
    assert found["hyperparameters"] == other.to_dict()["hyperparameters"]


def test_a_row_that_cannot_be_is_left_out_by_repair(store):
    exp = trained(store)

    def change(tables):
        tables["artifacts"]["7"] = {"key": 3}

    rewritten(record(folder(exp)), change)
    assert "artifacts" in only(store).problem
    mended(store)
    assert [row["key"] for row in store.experiment(exp.id).artifacts] == ["notes"]
