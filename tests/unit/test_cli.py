"""The command line: what it prints, writes and answers."""

import json

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
