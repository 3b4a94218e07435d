"""The command line: what it prints, writes and answers."""

import copy
import csv
import io
import json
import math
import os
import sys
import time
import zipfile
from datetime import datetime, timedelta, timezone

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.cli import main


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKKIT_STORE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def trained(name="sgd", project="vision/digits"):
    with track.start(name, project=project, config={"lr": 0.1}, capture=False) as exp:
        for i in range(5):
            exp.log({"loss/val": 1 / (i + 1)}, i)
        exp.log_text("a line")
        exp.log_image("mistakes", "one", [[0.0, 1.0]])
    return exp


def test_init_list_and_show(home, capsys):
    assert main(["init", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["path"] == str(home / ".trackkit")
    assert main(["init"]) == 0  # again: the same store
    assert made["path"] in capsys.readouterr().out
    assert main(["list"]) == 0
    assert "No experiments" in capsys.readouterr().out
    one, two = trained("one [red]"), trained("two", "text")
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    assert "one [red]" in text
    assert one.id[:8] in text
    assert main(["list", "--json", "-p", "vision"]) == 0
    (only,) = json.loads(capsys.readouterr().out)
    assert (only["id"], only["status"]) == (one.id, "completed")
    assert main(["list", "--json", "-n", "1"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    for name in (two.id, two.id[:6], "two"):
        assert main(["show", name]) == 0
        assert "two · completed · text" in capsys.readouterr().out
    assert main(["show", "two", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == two.to_dict()


def test_times_are_those_of_the_clock_on_the_wall(home, capsys, monkeypatch):
    main(["init"])
    exp = trained()
    there = datetime.fromisoformat(exp.created).astimezone(timezone(timedelta(hours=5, minutes=45)))
    monkeypatch.setenv("TZ", "NPT-5:45")
    time.tzset()
    try:
        assert main(["list"]) == 0
        assert f"{there:%Y-%m-%d %H:%M}" in capsys.readouterr().out
    finally:
        monkeypatch.undo()
        time.tzset()


def test_export_of_an_experiment(home, capsys):
    main(["init"])
    exp = trained()
    capsys.readouterr()
    assert main(["export", exp.id]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [point[:2] for point in data["scalars"]["loss"]["val"]][:2] == [[0, 1.0], [1, 0.5]]
    assert main(["export", exp.id, "-o", "out.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(home / "out.json")}
    assert json.loads((home / "out.json").read_text()) == data


def test_export_of_several_as_tables(home, capsys):
    import pandas as pd

    main(["init"])
    one, two = trained(), trained("two")
    with track.start("odd", capture=False) as odd:
        for place, value in enumerate((math.nan, math.inf, -math.inf, 0.1, 1e-300)):
            odd.log_scalar("loss", "va,l", value, 7 - place)
    capsys.readouterr()
    assert main(["export", odd.id, "-f", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["experiment", "name", "metric", "variant", "iteration", "value", "time"]
    assert [row[4:6] for row in rows[1:]] == [
        ["7", "NaN"],
        ["6", "Infinity"],
        ["5", "-Infinity"],
        ["4", "0.1"],
        ["3", "1e-300"],
    ]
    assert rows[1][:4] == [odd.id, "odd", "loss", "va,l"]
    assert main(["export", "--query", 'name ~ "o"', "-o", "all.parquet"]) == 0
    frame = pd.read_parquet(home / "all.parquet")
    assert set(frame["experiment"]) == {odd.id, two.id}
    chosen = frame[frame["experiment"] == odd.id]
    assert chosen["value"].to_numpy().tobytes() == odd.series("loss", "va,l").values.tobytes()
    assert chosen["time"].tolist() == odd.series("loss", "va,l").times.tolist()
    assert main(["export", one.id, two.id, "-o", "both.json"]) == 0
    assert json.loads((home / "both.json").read_text()) == [one.to_dict(events=True), two.to_dict(events=True)]
    for wrong in (["export"], ["export", one.id, "-q", "archived"], ["export", one.id, "-f", "parquet"]):
        assert main(wrong) == 1


def test_an_experiment_goes_to_another_store(home, capsys):
    main(["init"])
    exp = trained()
    assert main(["export", "--zip", exp.id, "-o", "one.zip"]) == 0
    there = track.open_store(home / ".trackkit").path
    main(["init", "other"])
    other = ["--store", str(home / "other")]
    capsys.readouterr()
    assert main(["import", "one.zip", *other]) == 0
    assert exp.id[:8] in capsys.readouterr().out
    taken = track.open_store(home / "other" / ".trackkit").experiment(exp.id)
    expected = exp.to_dict(events=True)
    assert taken.to_dict(events=True) == {**expected, "artifacts": taken.artifacts}
    assert main(["list", "--json", *other]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == [exp.id]
    assert main(["import", "one.zip", *other]) == 0  # again: it is there already
    assert "There already" in capsys.readouterr().out
    taken.rename("changed")
    assert main(["import", "one.zip", "--json", *other]) == 0
    (again,) = json.loads(capsys.readouterr().out)
    assert (again["was"], again["known"]) == (exp.id, False)
    assert again["id"] != exp.id
    second = taken.store.experiment(again["id"])
    assert (second.name, second.to_dict()["id"], taken.name) == ("sgd", again["id"], "changed")
    assert second.series("loss/val").values.tolist() == exp.series("loss/val").values.tolist()
    assert there.is_dir()


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "{id}/../../evil",
        "{id}/blobs/../../evil",
        "{id}\\evil",
        "{id}/blobs/short",
        "{id}/a/b",
        "evil",
    ],
)
def test_what_is_no_part_of_an_experiment_is_not_taken(home, capsys, name):
    main(["init"])
    exp = trained()
    main(["export", "--zip", exp.id, "-o", "one.zip"])
    with zipfile.ZipFile(home / "one.zip", "a") as archive:
        archive.writestr(name.format(id=exp.id), "evil")
    main(["init", "other"])
    capsys.readouterr()
    before = sorted(str(path) for path in home.rglob("*"))
    assert main(["import", "one.zip", "--store", str(home / "other")]) == 1
    assert "no part of an experiment; nothing was taken" in capsys.readouterr().err
    assert sorted(str(path) for path in home.rglob("*")) == before


def test_a_zip_that_is_cut_or_no_zip_is_not_taken(home, capsys):
    main(["init"])
    exp = trained()
    main(["export", "--zip", exp.id, "-o", "one.zip"])
    whole = (home / "one.zip").read_bytes()
    main(["init", "other"])
    record = whole.index(b"experiment.json") + 40
    for data in (b"", b"text", whole[:-30], whole[:record] + b"xxxx" + whole[record + 4 :]):
        (home / "bad.zip").write_bytes(data)
        assert main(["import", "bad.zip", "--store", str(home / "other")]) == 1
        assert os.listdir(home / "other" / ".trackkit" / "experiments") == []
    assert main(["import", "missing.zip", "--store", str(home / "other")]) == 1


@pytest.mark.parametrize("bomb", ["the same bytes again and again", "more than the disk holds"])
def test_a_zip_that_would_fill_the_disk_is_not_unpacked(home, capsys, bomb):
    main(["init"])
    exp = trained()
    main(["export", "--zip", exp.id, "-o", "bomb.zip"])
    with zipfile.ZipFile(home / "bomb.zip", "a") as archive:
        archive.writestr(f"{exp.id}/blobs/{'a' * 64}", os.urandom(50_000))
        held = archive.filelist[-1]
        if bomb.startswith("more"):
            held.file_size = 1 << 50
        else:
            for letter in "bcdef":
                again = copy.copy(held)
                again.filename = again.orig_filename = f"{exp.id}/blobs/{letter * 64}"
                archive.filelist.append(again)
    main(["init", "other"])
    capsys.readouterr()
    assert main(["import", "bomb.zip", "--store", str(home / "other")]) == 1
    told = capsys.readouterr().err
    assert "nothing was taken" in told
    assert ("overlap" if bomb.startswith("the") else "are free") in told
    assert os.listdir(home / "other" / ".trackkit" / "experiments") == []


def test_export_of_a_report(home, capsys):
    main(["init"])
    track.report.create("Finding", "vision").add("Text.", trained())
    assert main(["report", "export", "finding.ipynb"]) == 0
    assert "![sgd · completed](finding_files/1.png)" in (home / "finding.md").read_text()
    assert main(["report", "export", "finding.ipynb", "out.html"]) == 0
    assert (home / "out.html").is_file()
    assert main(["report", "export", "missing.ipynb"]) == 1
    assert "There is no notebook" in capsys.readouterr().err


def test_verify_finds_what_is_damaged(home, capsys):
    main(["init"])
    exp, other = trained(), trained("other")
    capsys.readouterr()
    assert main(["verify"]) == 0
    assert "undamaged" in capsys.readouterr().out
    (journal,) = (home / ".trackkit" / "experiments" / exp.id).glob("scalars-*.bin")
    data = bytearray(journal.read_bytes())
    data[40] ^= 1
    journal.write_bytes(data)
    (sample,) = other.samples()
    other.blob(sample["hash"]).write_bytes(b"something else")
    assert main(["verify", "--json"]) == 1
    problems = {problem["experiment"]: problem for problem in json.loads(capsys.readouterr().out)}
    assert set(problems) == {exp.id, other.id}
    assert problems[exp.id]["file"] == f"experiments/{exp.id}/{journal.name}"
    assert (problems[exp.id]["offset"], problems[exp.id]["problem"]) == (32, "1 damaged record (record 1)")
    assert problems[exp.id]["lost"] == "1 point, after iteration 0 of loss/val and before iteration 2 of loss/val"
    assert problems[other.id]["file"] == f"experiments/{other.id}/blobs/{sample['hash']}"
    assert problems[other.id]["lost"] == "the sample mistakes/one of iteration 0"
    (home / ".trackkit" / "experiments" / exp.id / "experiment.json").write_text("{")
    assert main(["verify", exp.id]) == 1
    assert exp.id in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["list"], 1, "There is no store at"),
        (["list", "--store", "nowhere"], 1, "There is no store at"),
        (["show", "nobody", "--store", "st"], 1, "There is no experiment nobody"),
        (["list", "-n", "0"], 2, "a number from 1 on"),
        (["lst"], 2, "invalid choice"),
        (["show"], 2, "required"),
        (["report"], 2, "required"),
    ],
)
def test_what_goes_wrong_is_a_sentence_and_a_status(home, capsys, arguments, status, says):
    (home / "st").mkdir()
    with track.start("x", store=home / "st", capture=False):
        pass
    assert main(arguments) == status
    said = capsys.readouterr()
    assert says in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_the_same_name_twice_asks_for_an_id(home, capsys):
    main(["init"])
    ids = {trained().id[:8], trained().id[:8]}
    assert main(["show", "sgd"]) == 1
    said = capsys.readouterr().err
    assert "2 experiments are called sgd" in said
    assert all(id in said for id in ids)


def test_a_store_may_be_named_by_its_folder(home, capsys):
    main(["init", "project"])
    capsys.readouterr()
    for name in ("project", "project/.trackkit"):
        assert main(["list", "--store", name]) == 0
        assert "No experiments" in capsys.readouterr().out


def test_help_of_everything(home, capsys):
    assert main([]) == 2
    assert "doctor" in capsys.readouterr().out
    for command in ("demo", "init", "list", "show", "export", "import", "report", "verify", "repair", "doctor"):
        assert main([command, "--help"]) == 0
        assert f"usage: trackkit {command}" in capsys.readouterr().out


def test_verify_of_one_that_is_not_there_says_so(home, capsys):
    main(["init"])
    exp = trained()
    capsys.readouterr()
    for unknown in ("zzz", "zzzzzz", "0" * 32):
        assert main(["verify", unknown]) == 1
        said = capsys.readouterr()
        assert f"There is no experiment {unknown}" in said.err
        assert said.out == ""
    for name in ("sgd", exp.id, exp.id[:6]):
        assert main(["verify", name]) == 0
        assert "undamaged" in capsys.readouterr().out
    (home / ".trackkit" / "experiments" / exp.id / "experiment.json").write_text("{")
    assert main(["verify", exp.id[:6]]) == 1
    assert exp.id in capsys.readouterr().out


def test_a_name_that_the_terminal_cannot_write(home, monkeypatch):
    main(["init"])
    trained("good ✓")
    for arguments in (["list"], ["list", "--json"], ["show", "good ✓"]):
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", errors="strict"))
        assert main(arguments) == 0
        sys.stdout.flush()
        assert b"good \\u2713" in written.getvalue()


def test_the_first_iteration_is_listed(home, capsys):
    main(["init"])
    with track.start("one step", capture=False) as exp:
        exp.log({"loss": 1.0}, 0)
    assert main(["list"]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "one step" in line]
    assert row.split("completed")[1].split()[0] == "0"


def test_an_export_makes_no_folders(home, capsys):
    main(["init"])
    exp = trained()
    assert main(["export", exp.id, "-o", str(home / "nope" / "x.json")]) == 1
    assert f"There is no folder {home / 'nope'}" in capsys.readouterr().err
    assert not (home / "nope").exists()


@pytest.mark.parametrize(("arguments", "folder"), [([], "demo"), (["here"], "here"), (["--dir", "there"], "there")])
def test_where_the_demo_goes(home, monkeypatch, arguments, folder):
    asked = []
    monkeypatch.setattr("trackkit_jupyter.demo.run", lambda path: asked.append(str(path)) or 0)
    assert main(["demo", *arguments]) == 0
    assert asked == [folder]


def test_what_is_named_twice_is_exported_once(home, capsys):
    main(["init"])
    exp = trained()
    assert main(["export", "--zip", exp.id, exp.name, "-o", "one.zip"]) == 0
    names = zipfile.ZipFile(home / "one.zip").namelist()
    assert len(names) == len(set(names))


def test_a_loop_is_shown_and_turned(home, capsys):
    main(["init"])
    exp = track.start("loop", capture=False)
    try:
        assert main(["knobs", "loop"]) == 0
        assert "Its loop has no knobs" in capsys.readouterr().out
        exp.knob("lr", 0.1, min=0.01, max=1)
        assert main(["turn", "loop", "lr", "0.5"]) == 0
        assert capsys.readouterr().out == "loop: lr is 0.5 from its next iteration on.\n"
        assert main(["turn", "loop", "lr", "5"]) == 1
        assert "at most 1, not 5; nothing was turned" in capsys.readouterr().err
        assert main(["pause", "loop", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"id": exp.id, "doing": "pausing"}
        assert main(["resume", "loop"]) == 0
        assert main(["checkpoint", "loop"]) == 0
        capsys.readouterr()
        assert main(["knobs", "loop"]) == 0
        told = capsys.readouterr().out
        assert "lr: 0.1 to 0.5" in told
        assert "not yet" in told or "–" in told
        assert main(["stop", "loop"]) == 0
    finally:
        exp.finish()
    assert main(["stop", "loop"]) == 1
    assert "there is no loop to stop" in capsys.readouterr().err
