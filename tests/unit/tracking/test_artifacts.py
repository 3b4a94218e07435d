"""Artifacts of every kind, and data that is watched."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import hashlib
import io
import json
import threading
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trackkit_jupyter import tracking
from trackkit_jupyter.errors import TrackkitStateError, TrackkitTypeError, TrackkitValueError


@dataclasses.dataclass
class Net:
    width: int = 3
    when: dt.date = dt.date(2026, 11, 21)
    weights: tuple = (1.5, float("inf"))


def kept(experiment, name="a"):
    """Return an artifact's entry and its bytes."""
    [row] = [row for row in experiment.artifacts if row["key"] == name]
    data = Path(row["uri"]).read_bytes()
    assert (row["size"], row["hash"]) == (len(data), hashlib.sha256(data).hexdigest())
    return row, data


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ({"a": [1, None, "ü"], "b": {"c": True}}, "json", {"a": [1, None, "ü"], "b": {"c": True}}),
        ([float("nan"), 0.1], "json", ["NaN", 0.1]),
        (Net(), "json", {"width": 3, "when": "2026-11-21", "weights": [1.5, "Infinity"]}),
        (argparse.Namespace(lr=0.1, path=Path("data/x")), "json", {"lr": 0.1, "path": "data/x"}),
        ({"m": np.eye(2), "s": {2, 1}, "n": np.int64(3)}, "json", {"m": [[1, 0], [0, 1]], "s": [1, 2], "n": 3}),
        (5, "json", 5),
    ],
    ids=["dict", "numbers", "dataclass", "namespace", "arrays", "number"],
)
def test_data_is_json(running, content, kind, expected):
    running.log_artifact("a", content)
    row, data = kept(running)
    assert (row["type"], json.loads(data)) == (kind, expected)
    assert json.loads(row["preview"]) == expected


def test_arrays_frames_bytes_and_text(running):
    running.log_artifact("array", np.arange(6, dtype=np.int16).reshape(2, 3))
    row, data = kept(running, "array")
    assert (row["type"], row["preview"]) == ("numpy", "shape (2, 3), dtype int16")
    assert np.load(io.BytesIO(data), allow_pickle=False).tolist() == [[0, 1, 2], [3, 4, 5]]
    frame = pd.DataFrame({"x": [1, 2], "y": ["a", "ü"]})
    running.log_artifact("frame", frame, metadata={"rows": np.int64(2)})
    row, data = kept(running, "frame")
    assert (row["type"], row["metadata"]) == ("pandas", {"rows": 2})
    assert row["preview"].startswith("2 rows x 2 columns\n")
    assert pd.read_csv(io.BytesIO(data), index_col=0).equals(frame)
    running.log_artifact("column", frame["x"])
    assert kept(running, "column")[1].decode().splitlines() == [",x", "0,1", "1,2"]
    running.log_artifact("bytes", bytearray(b"\0\1"))
    assert kept(running, "bytes") == (kept(running, "bytes")[0], b"\0\1")
    running.log_artifact("long", "word " * 30_000)
    row, data = kept(running, "long")
    assert (row["type"], len(data), len(row["preview"].encode()) <= (64 << 10) + 4) == ("text", 150_000, True)


def test_folders_and_wildcards(tmp_path, running):
    (tmp_path / "d" / "sub").mkdir(parents=True)
    for name in ("a.csv", "b.csv", "c.txt", "sub/d.csv"):
        (tmp_path / "d" / name).write_text(name)
    (tmp_path / "d" / "link").symlink_to(tmp_path / "d" / "a.csv")
    running.log_artifact("all", tmp_path / "d")
    row, data = kept(running, "all")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["a.csv", "b.csv", "c.txt", "sub/d.csv"]
        assert archive.read("sub/d.csv") == b"sub/d.csv"
    assert "c.txt  5 bytes" in row["preview"]
    assert "link  left out" in row["preview"]
    for pattern, names in (("*.csv", ["a.csv", "b.csv"]), ("**/*.csv", ["a.csv", "b.csv", "sub/d.csv"])):
        running.log_artifact("some", str(tmp_path / "d" / pattern))
        with zipfile.ZipFile(io.BytesIO(kept(running, "some")[1])) as archive:
            assert archive.namelist() == names
    running.log_artifact("one", tmp_path / "d" / "c*")
    assert kept(running, "one")[1] == b"c.txt"
    assert kept(running, "one")[0]["preview"] == "c.txt"


def test_text_with_an_asterisk_is_text(running):
    running.log_artifact("a", "It works *well*.")
    assert kept(running)[0]["type"] == "text"


@pytest.mark.parametrize("metadata", [{"a": object}, {1: 2}, {"a": "\ud800"}, [1], "text"], ids=ascii)
def test_metadata_is_checked_before_anything_is_kept(running, metadata):
    for log in (running.log_artifact, running.watch_artifact):
        with pytest.raises((TrackkitTypeError, TrackkitValueError)) as refused:
            log("a", pd.DataFrame({"x": [1]}), metadata)
        assert refused.value.field == "metadata"
    assert running.artifacts == []


# -- watched data


def changed(experiment, before):
    """Wait until the artifact is another one, and return it."""
    waiting = threading.Event()
    for _ in range(400):
        row, data = kept(experiment)
        if row["hash"] != before:
            return row, data
        waiting.wait(0.05)
    raise AssertionError("it was not kept again")


def test_watched_data_is_kept_again_when_it_changed(store):
    frame = pd.DataFrame({"x": [1, 2], "y": [["a"], {"b": 1}]})
    with tracking.start("a", store=store.path, capture=False) as experiment:
        experiment.watch_artifact("a", frame, metadata={"of": "digits"})
        first, _ = kept(experiment)
        assert (first["type"], first["metadata"]) == ("data-audit-table", {"of": "digits"})
        frame.loc[2] = [3, "c"]
        second, data = changed(experiment, first["hash"])
        assert data.decode().splitlines()[-1] == "2,3,c"
        assert second["preview"].startswith("3 rows x 2 columns")
        frame["z"] = 0  # and at the end, however short before it
    last = store.experiment(experiment.id)
    assert kept(last)[1].decode().splitlines()[0] == ",x,y,z"
    assert Path(first["uri"]).exists(), "what it was before stays"
    assert len(last.artifacts) == 1


def test_watched_data_that_stays_is_kept_once(store):
    with tracking.start("a", store=store.path, capture=False) as experiment:
        experiment.watch_artifact("a", pd.DataFrame({"x": range(1000)}))
        before = kept(experiment)[0]
    assert kept(store.experiment(experiment.id))[0] == before


def test_both_parameters_and_data_are_watched(store):
    frame, parameters = pd.DataFrame({"x": [1]}), {"lr": 0.1}
    with tracking.start("a", store=store.path, capture=False) as experiment:
        experiment.watch_artifact("a", frame)
        experiment.connect(parameters)
        frame["x"], parameters["lr"] = 2, 0.2
    seen = store.experiment(experiment.id)
    assert seen.hyperparameters["General"]["lr"]["value"] == "0.2"
    assert kept(seen)[1].decode().splitlines() == [",x", "0,2"]


def test_what_cannot_be_watched(store, running):
    with pytest.raises(TrackkitTypeError, match="must be a DataFrame, not dict"):
        running.watch_artifact("a", {"x": [1]})
    running.finish()
    with pytest.raises(TrackkitStateError):
        running.watch_artifact("a", pd.DataFrame())


def test_data_that_breaks_while_it_is_watched_ends_nothing(store):
    class Broken(pd.DataFrame):
        @property
        def _constructor(self):
            return Broken

        def to_csv(self, *arguments, **options):
            if "bad" in self.columns:
                raise RuntimeError("gone")
            return super().to_csv(*arguments, **options)

    experiment = tracking.start("a", store=store.path, capture=False)
    frame = Broken({"x": [1]})
    experiment.watch_artifact("a", frame)
    frame["bad"] = 1
    with pytest.warns(RuntimeWarning, match=r"'a' cannot be read \(gone\)"):
        experiment.finish()
    assert store.experiment(experiment.id).status == "completed"


def test_an_empty_text_is_no_folder(running):
    running.log_artifact("empty", "")
    (row,) = running.artifacts
    assert (row["type"], row["size"]) == ("text", 0)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no file that opens, and cannot be read")
def test_a_file_that_cannot_be_read_is_no_fault_of_the_store(running):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TrackkitValueError, match="cannot be read"):
            running.log_artifact("memory", "/proc/self/mem")
    assert (running.artifacts, running.lost) == ([], 0)


def test_logged_again_it_is_a_new_version(running):
    for text in ("a\n", "b\n", "b\n", "c\n"):
        running.log_artifact("notes", text)
    assert kept(running, "notes")[1] == b"c\n"
    versions = running.artifact_versions("notes")
    assert [Path(row["uri"]).read_text() for row in versions] == ["a\n", "b\n", "c\n"]
    assert [row["preview"] for row in versions] == [None, None, "c\n"]
    assert running.artifact_versions("never") == []


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a.pt?v=2", "https://example.org/a.pt?v=2"),
        ("https://ann:s3cret@example.org/a@b.pt", "https://example.org/a@b.pt"),
        ("s3://bucket/key with no space"[:15], "s3://bucket/key"),
    ],
)
def test_what_lies_in_the_network_is_kept_by_its_address(tmp_path, address, kept):
    with tracking.start("a", store=tmp_path / "store", capture=False) as exp:
        exp.log_artifact("weights", address, {"epoch": 3})
        exp.log_artifact("weights", "local text\n")
    earlier, now = exp.artifact_versions("weights")
    assert (earlier["uri"], earlier["type"], earlier["hash"], earlier["metadata"]) == (kept, "link", None, {"epoch": 3})
    assert now["type"] != "link"


@pytest.mark.parametrize("address", ["javascript://alert(1)", "file:///etc/passwd", "https://", "see https://a.org/b"])
def test_nothing_else_is_taken_for_an_address(tmp_path, address):
    with tracking.start("a", store=tmp_path / "store", capture=False) as exp:
        try:
            exp.log_artifact("weights", address)
        except TrackkitValueError:
            return
        assert [artifact["type"] for artifact in exp.artifacts] == ["text"]
