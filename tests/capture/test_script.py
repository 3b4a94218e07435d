"""A real script in a real, dirty repository, recorded without a line of our API beyond the start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import trackkit_jupyter as track

SECRET = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789"


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.org", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "my project"
    (root / "src").mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "train.py", root / "src" / "train.py")
    (root / "src" / "settings.py").write_text("rate = 0.1\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=topic", str(root))
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "first")
    git(root, "remote", "add", "origin", f"https://me:{SECRET}@example.org/team/code.git")
    (root / "src" / "settings.py").write_text(f'rate = 0.2\nAPI_KEY = "{SECRET}"\n', encoding="utf-8")
    (root / "src" / "new.py").write_text("answer = 42\n", encoding="utf-8")
    return root


def run(repository: Path, store: Path, **environment: str) -> tuple[Any, str]:
    done = subprocess.run(
        [sys.executable, "train.py", "--rate", "0.3", f"--api-key={SECRET}"],
        cwd=repository / "src",
        env={**os.environ, "STORE": str(store), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (experiment,) = track.open_store(store).experiments()
    return experiment, done.stdout + done.stderr


def test_everything_is_there(repository: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    experiment, shown = run(
        repository, store, TRACKKIT_LOG_ENVIRONMENT="MY_*", MY_TOKEN=SECRET, MY_ADDRESS=f"https://me:{SECRET}@x.org/",
        MY_PLACE="here", TRACKKIT_CONTAINER_IMAGE="python:3.11", TRACKKIT_OUTPUT_URI=f"s3://me:{SECRET}@bucket/out",
    )  # fmt: skip
    record = experiment.to_dict(events=True)
    assert record["status"] == "completed"

    execution = record["execution"]
    assert execution["repository"] == "https://example.org/team/code.git"
    assert (execution["branch"], execution["commit"]) == ("topic", git(repository, "rev-parse", "HEAD"))
    assert (execution["script"], execution["working_dir"]) == ("src/train.py", "src")
    assert '-rate = 0.1\n+rate = 0.2\n+API_KEY = "[redacted]"' in execution["diff"]
    assert "+++ b/src/new.py\n@@ -0,0 +1 @@\n+answer = 42\n" in execution["diff"]
    assert execution["packages"]["lightgbm"]
    assert execution["container"]["image"] == "python:3.11"
    assert execution["output_uri"] == "s3://bucket/out"
    assert execution["log_level"] in {"WARNING", "INFO"}  # it is looked up while the script sets it

    parameters = record["hyperparameters"]
    assert parameters["Args"]["rate"] == {
        "value": "0.3",
        "type": "float",
        "description": "step size",
        "default": "0.1",
    }
    assert parameters["Args"]["api_key"]["value"] == "[redacted]"
    assert {name: entry["value"] for name, entry in parameters["Environment"].items()} == {
        "MY_TOKEN": "[redacted]",
        "MY_ADDRESS": "https://[redacted]@x.org/",
        "MY_PLACE": "here",
    }
    assert parameters["LightGBM"]["learning_rate"]["value"] == "0.3"

    assert record["metrics"]["accuracy"]["val"]["last"] == 0.75
    assert record["metrics"]["multi_logloss"]["val"]["count"] == 5
    assert [plot["metric"] for plot in record["plots"]] == ["A line", "Bars"]
    lines = [(line["stream"], line["text"]) for line in record["console"]]
    assert ("stdout", "\x1b[32mgreen\x1b[0m") in lines
    assert [text for _, text in lines if "%" in text] == ["100 %"]
    assert {("stderr", "a warning"), ("stderr", "INFO:root:begun with 0.3")} <= set(lines)
    assert record["runtime"]["cpu_cores"] == os.cpu_count()

    assert "trackkit" not in shown, "nobody is told of what works"
    for path in store.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def test_nothing_is_there_where_it_is_off(repository: Path, tmp_path: Path) -> None:
    experiment, _ = run(repository, tmp_path / "store", TRACKKIT_CAPTURE="off")
    record = experiment.to_dict(events=True)
    assert record["hyperparameters"] == record["metrics"] == record["runtime"] == {}
    assert record["plots"] == record["console"] == []
    assert record["execution"]["script"] is None


def test_a_hundred_megabytes_of_changes(repository: Path, tmp_path: Path) -> None:
    data = repository / "src" / "data.csv"
    data.write_text("0\n", encoding="utf-8")
    git(repository, "add", ".")
    data.write_text("0.123456789\n" * 8_500_000, encoding="utf-8")
    experiment, _ = run(repository, tmp_path / "store")
    execution = experiment.execution
    assert len(execution["diff"].encode()) < 1_000_200
    assert execution["diff"].endswith("were cut\n")
    assert "longer than 1 MB and were cut" in execution["repository_note"]
    assert experiment.metrics["accuracy"]["val"]["count"] == 4
