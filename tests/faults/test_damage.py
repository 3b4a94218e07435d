"""Damage stays where it is: a flipped bit costs what it hits, a damaged document its experiment, and it is said."""

from __future__ import annotations

import json
import math
import os
import random
import shutil

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import NotFoundError, TrackkitStorageError
from trackkit_jupyter.store import Store, StoredExperiment

from .test_kill import bits

FLIPS = 10_000
POINTS = 40


@pytest.fixture(scope="module")
def whole(shared_memory, tmp_path_factory):
    """A store with an experiment that has something of every kind, and what is read of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        with track.start("whole", store=shared_memory / "whole", config={"lr": 0.5}, capture=False) as experiment:
            for i in range(POINTS):
                experiment.log({"loss/train": i / 3, "loss/val": math.nan if i % 7 == 0 else -i / 7}, i)
                if i % 4 == 0:
                    experiment.log_single_value(f"value {i}", i / 7)
                    experiment.log_text(f"line {i} ä☃")
            for i in range(3):
                experiment.log_table("table", "rows", [{"a": i, "b": "text"}], i)
            experiment.set_properties(owner="me")
    home = Store(shared_memory / "whole", StoredExperiment)
    return home, experiment.id, content_of(home.experiment(experiment.id))


def content_of(experiment):
    """Return all that is read of an experiment, in pieces: what a record or a line holds is one."""
    pieces = {}
    for pair in experiment.names():
        series = experiment.series(*pair)
        rows = zip(series.iterations.tolist(), map(bits, series.values.tolist()), series.times.tolist(), strict=True)
        # A series that lost the line with its name keeps its points.
        pieces.update({("point", row): True for row in rows})
    pieces.update({("single", name): value for name, value in experiment.single_values.items()})
    pieces.update({("console", line["text"]): line["time"] for line in experiment.console(0, 1000)[0]})
    pieces.update({("name", pair): True for pair in experiment.names() if not pair[0].startswith("unnamed series")})
    for section, names in experiment.hyperparameters.items():
        pieces.update({("hyperparameter", section, name): entry["value"] for name, entry in names.items()})
    for plot in experiment.plots():
        try:
            pieces["plot", plot["iteration"]] = json.dumps(experiment.figure(plot["hash"]))
        except (NotFoundError, TrackkitStorageError):
            pieces["damaged plot", plot["iteration"]] = True
    return pieces


def test_ten_thousand_flipped_bits_cost_what_they_hit_and_never_give_a_wrong_value(whole):
    home, id, expected = whole
    folder = home.paths.experiment(id).root
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in {".lock", ".bak"}]
    assert {path.name.split("-")[0] for path in files} >= {"scalars", "events", "console", "experiment.json"}
    contents = {path: path.read_bytes() for path in files}
    chance = random.Random(1)
    touched = {"scalars": 1, "events": 3, "console": 1}  # the line of a series is its name, one of a plot its figure
    for number in range(FLIPS):
        path = chance.choice(files)
        content = contents[path]
        place, bit = chance.randrange(len(content)), chance.randrange(8)
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        path.write_bytes(flipped)
        experiment = home.experiment(id)
        try:
            found = content_of(experiment)
            kind = path.name.split("-")[0]
            problems = {name for name in found.keys() - expected.keys() if name[0] != "damaged plot"}
            problems |= {name for name in found.keys() & expected.keys() if found[name] != expected[name]}
            assert not problems, "something is read that was not logged"
            missing = expected.keys() - found.keys()
            if path.name == "experiment.json":
                assert not missing
                assert (experiment.name, experiment.status) in {("whole", "completed"), ("whole", "aborted")}
            elif kind in touched:
                # A line feed that is flipped joins two lines; one that is made ends a line too early.
                assert len(missing) <= touched[kind] + (kind != "scalars")
                assert experiment.damaged >= 1 or not missing or place == len(content) - 1
            else:
                assert all(name[0] == "plot" for name in missing)
                assert len(missing) == 1
        except BaseException as problem:
            problem.add_note(f"flip {number}: bit {bit} of byte {place} of {path.name}")
            raise
        path.write_bytes(content)


HARMS = {
    "empty": lambda text: b"",
    "one brace": lambda text: b"{",
    "zeros": lambda text: bytes(len(text)),
    "half": lambda text: text[: len(text) // 2],
    "of another type": lambda text: b'["a list"]',
    "a key twice": lambda text: text.replace(b'"name":', b'"name":"other","name":', 1),
    "not a number": lambda text: text.replace(b'"description":""', b'"description":NaN', 1),
    "a mark of byte order": lambda text: b"\xef\xbb\xbf" + text,
    "in UTF-16": lambda text: text.decode().encode("utf-16"),
    "text behind": lambda text: text + b'"}}}',
    "two in one": lambda text: text + text,
    "another checksum": lambda text: text.replace(b"healthy", b"heelthy", 1),
}


@pytest.fixture(scope="module")
def thousand(shared_memory, tmp_path_factory):
    """A store of a thousand experiments, each with a point and a hyperparameter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        for number in range(1000):
            with track.start(
                f"healthy {number}", store=shared_memory / "thousand", config={"n": number}, capture=False
            ) as experiment:
                experiment.log({"loss": float(number)})
    return shared_memory / "thousand"


@pytest.mark.parametrize("backup", [True, False], ids=["with the backup", "without"])
def test_documents_damaged_in_twelve_ways_hide_none_of_a_thousand_experiments(thousand, backup):
    home = track.open_store(thousand)
    every = {item.id: item.name for item in home.experiments()}
    assert len(every) == 1000
    assert len(HARMS) == 12
    harmed = dict(zip(sorted(every)[: len(HARMS)], HARMS, strict=True))
    before = {}
    for id, harm in harmed.items():
        record = home.paths.experiment(id).record
        for path in (record, record.with_name("experiment.json.bak")):
            before[path] = path.read_bytes()
        harm_of = HARMS[harm](before[record])
        assert harm_of != before[record], harm
        record.write_bytes(harm_of)
        if not backup:
            record.with_name("experiment.json.bak").unlink()
    try:
        for fresh in (False, True):  # with the catalog that knows them, and with one that begins anew
            if fresh:
                shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)
            listed = {item.id: item.name for item in home.experiments()}
            healthy = {id: name for id, name in every.items() if id not in harmed}
            assert {id: name for id, name in listed.items() if id in healthy} == healthy
            if backup:
                assert listed == every
        for id, harm in harmed.items():
            experiment = home.experiment(id)
            if backup or harm == "a mark of byte order":  # which hides nothing: all the rest is there, and verified
                assert experiment.name == every[id], harm
            else:
                with pytest.raises(TrackkitStorageError, match=r"experiment\.json"):
                    assert experiment.name, harm
            # What was logged does not depend on the document.
            assert len(experiment.series("loss")) == 1
        with track.start("one more", store=thousand, capture=False) as following:
            following.log({"loss": 1.0})
        assert following in home.experiments()
        following.archive()
        following.delete()
    finally:
        for path, content in before.items():
            path.write_bytes(content)
