"""The command line: what it prints, writes and answers."""

import io
import json
import sys

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
    problems = {problem["experiment"]: problem["problem"] for problem in json.loads(capsys.readouterr().out)}
    assert problems == {exp.id: "1 damaged records", other.id: f"the file {sample['hash']} is damaged"}
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
    for command in ("demo", "init", "list", "show", "export", "report", "verify", "doctor"):
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
