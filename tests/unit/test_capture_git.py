"""The code that runs, from real repositories."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from trackkit_jupyter.capture import git


def run(directory: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


@pytest.fixture
def repository(home: Path) -> Path:
    root = home / "my project"
    (root / "src").mkdir(parents=True)
    run(home, "init", "--quiet", "--initial-branch=topic/one", str(root))
    (root / "src" / "train.py").write_text("lr = 0.1\n", encoding="utf-8")
    run(root, "add", ".")
    run(root, "commit", "--quiet", "-m", "first")
    run(root, "remote", "add", "origin", "https://someone:s3cret@example.org/team/code.git")
    return root


def describe(root: Path) -> dict[str, object]:
    return git.describe(str(root / "src" / "train.py"), str(root / "src"))


def test_clean_repository(repository: Path) -> None:
    assert describe(repository) == {
        "repository": "https://example.org/team/code.git",
        "repository_root": str(repository.resolve()),
        "branch": "topic/one",
        "commit": run(repository, "rev-parse", "HEAD"),
        "script": "src/train.py",
        "working_dir": "src",
        "diff": "",
        "repository_note": None,
    }


def test_changes_staged_and_not(repository: Path) -> None:
    (repository / "src" / "train.py").write_text("lr = 0.2  # größer\n", encoding="utf-8")
    (repository / "new.py").write_text("x = 1\n", encoding="utf-8")
    run(repository, "add", "new.py")
    diff = describe(repository)["diff"]
    assert isinstance(diff, str)
    assert "-lr = 0.1\n+lr = 0.2  # größer\n" in diff
    assert "+++ b/new.py\n" in diff
    run(repository, "checkout", "--quiet", "--force", "HEAD", "--", ".")
    run(repository, "rm", "--quiet", "--cached", "new.py")
    subprocess.run(["git", "apply", "-"], cwd=repository, input=diff.replace("new.py", "n.py"), text=True, check=True)
    assert (repository / "src" / "train.py").read_text(encoding="utf-8") == "lr = 0.2  # größer\n"


def test_new_files_of_the_program(repository: Path) -> None:
    for name, content in {
        "src/new.py": "a = 1\nb = 'no line feed'",
        "src/empty.py": "",
        "src/big.py": "x = 1\n" * 50_000,
        "data.csv": "1,2\n",
        "ignored.py": "",
        ".gitignore": "ignored.py\n",
    }.items():
        (repository / name).write_text(content, encoding="utf-8")
    found = describe(repository)
    diff = found["diff"]
    assert isinstance(diff, str)
    assert [line.split(" b/")[1] for line in diff.splitlines() if line.startswith("diff --git")] == [
        "src/empty.py",
        "src/new.py",
    ]
    assert found["repository_note"] == "1 new file is not among the changes"
    for name in ("src/new.py", "src/empty.py"):
        (repository / name).unlink()
    subprocess.run(["git", "apply", "-"], cwd=repository, input=diff, text=True, check=True)
    assert (repository / "src" / "new.py").read_text(encoding="utf-8") == "a = 1\nb = 'no line feed'"


def test_the_running_notebook_is_not_among_the_changes(repository: Path) -> None:
    for name in ("mine.ipynb", "other.ipynb"):
        (repository / name).write_text("{}\n", encoding="utf-8")
    run(repository, "add", ".")
    run(repository, "commit", "--quiet", "-m", "notebooks")
    for name in ("mine.ipynb", "other.ipynb"):
        (repository / name).write_text('{"cells": []}\n', encoding="utf-8")
    diff = git.describe(str(repository / "mine.ipynb"), str(repository))["diff"]
    assert isinstance(diff, str)
    assert "b/other.ipynb" in diff
    assert "mine.ipynb" not in diff


def test_a_script_that_is_in_no_repository_is_kept_whole(home: Path) -> None:
    (home / "train.py").write_text('password = "hunter2"\nlr = 0.1\n', encoding="utf-8")
    found = git.describe(str(home / "train.py"), str(home))
    assert found["repository_note"] == "not in a git repository"
    assert found["diff"] == (
        "diff --git a/train.py b/train.py\nnew file mode 100644\n--- /dev/null\n+++ b/train.py\n@@ -0,0 +1,2 @@\n"
        '+password = "[redacted]"\n+lr = 0.1\n'
    )


def test_diff_is_capped_in_time_and_size(repository: Path) -> None:
    (repository / "src" / "train.py").write_text("lr = 0.123456789\n" * 2_000_000, encoding="utf-8")
    begin = time.perf_counter()
    found = describe(repository)
    assert time.perf_counter() - begin < 4
    diff = found["diff"]
    assert isinstance(diff, str)
    assert 990_000 < len(diff) < 1_000_200
    assert diff.endswith("lr = 0.123456789\n# the uncommitted changes are longer than 1 MB and were cut\n")
    assert found["repository_note"] == "the uncommitted changes are longer than 1 MB and were cut"


def test_settings_of_the_person_do_not_change_the_diff(repository: Path) -> None:
    (repository / "src" / "train.py").write_text("lr = 0.3\n", encoding="utf-8")
    plain = describe(repository)["diff"]
    marker = repository.parent / "marker"
    for name, value in {
        "color.ui": "always",
        "diff.noprefix": "true",
        "diff.relative": "true",
        "diff.external": f"touch '{marker}'",
        "core.fsmonitor": f"touch '{marker}'",
    }.items():
        run(repository, "config", name, value)
    assert describe(repository)["diff"] == plain
    assert not marker.exists(), "a program named in the repository's settings was run"


def test_detached_head_and_no_remote(repository: Path) -> None:
    run(repository, "checkout", "--quiet", "--detach")
    run(repository, "remote", "remove", "origin")
    found = describe(repository)
    assert (found["branch"], found["repository"]) == (None, None)
    assert found["commit"] == run(repository, "rev-parse", "HEAD")
    assert found["repository_note"] == "the repository has no remote"


def test_remote_the_branch_follows(repository: Path) -> None:
    run(repository, "remote", "add", "fork", "git@example.org:me/code.git")
    run(repository, "config", "branch.topic/one.remote", "fork")
    assert describe(repository)["repository"] == "git@example.org:me/code.git"


def test_no_commit_yet(home: Path) -> None:
    run(home, "init", "--quiet", "--initial-branch=main", ".")
    found = git.describe(None, str(home))
    assert (found["branch"], found["commit"], found["diff"], found["working_dir"]) == ("main", None, None, ".")
    assert found["repository_note"] == "the repository has no commit yet; the repository has no remote"


def test_no_repository(home: Path) -> None:
    found = git.describe(str(home / "train.py"), str(home))
    assert found["repository_note"] == "not in a git repository"
    assert found["script"] == str(home / "train.py")
    assert found["working_dir"] == str(home)
    assert found["commit"] is found["diff"] is found["repository"] is None


def test_script_elsewhere(repository: Path, home: Path) -> None:
    (home / "tool").mkdir()
    found = git.describe(str(home / "tool" / "launch.py"), str(repository))
    assert (found["script"], found["working_dir"]) == (str(home / "tool" / "launch.py"), ".")
    assert found["branch"] == "topic/one"
    found = git.describe(str(repository / "src" / "train.py"), str(home / "tool"))
    assert (found["script"], found["working_dir"]) == ("src/train.py", str(home / "tool"))


def test_variables_of_a_hook_do_not_mislead(repository: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(home, "init", "--quiet", "other")
    monkeypatch.setenv("GIT_DIR", str(home / "other" / ".git"))
    assert git.describe(None, str(repository))["branch"] == "topic/one"


def test_no_git(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    assert git.describe(None, str(home))["repository_note"] == "git is not installed"


def test_a_git_that_hangs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = home / "git"
    program.write_text("#!/bin/sh\n/bin/sleep 60 &\n/bin/sleep 60\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setattr(git, "_TIMEOUT", 0.3)
    begin = time.perf_counter()
    assert git.describe(None, str(home))["repository_note"] == "git did not answer within 0.3 s"
    assert time.perf_counter() - begin < 5


def test_a_broken_git(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = home / "git"
    program.write_text("no program at all", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(home))
    assert git.describe(None, str(home))["repository_note"] == "git could not be started: Exec format error"


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://example.org/a.git", "https://example.org/a.git"),
        ("https://user:pw@example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("https://ghp_token@example.org/a.git", "https://example.org/a.git"),
        ("https://example.org/a.git?private_token=abc#x", "https://example.org/a.git"),
        ("https://user:p@ss@example.org/a.git", "https://example.org/a.git"),
        ("https://user:p/ss@example.org/a.git", "https://example.org/a.git"),
        ("https://user:p[ss@example.org/a.git", "https://example.org/a.git"),
        ("ssh://git:pw@example.org/a.git", "ssh://git@example.org/a.git"),
        ("ssh://git@example.org:22/a.git", "ssh://git@example.org:22/a.git"),
        ("helper::https://u:pw@example.org/a", "helper::https://example.org/a"),
        ("git@example.org:team/a.git", "git@example.org:team/a.git"),
        ("../a.git", "../a.git"),
        ("file:///srv/a.git", "file:///srv/a.git"),
    ],
)
def test_credentials_are_removed(address: str, safe: str) -> None:
    assert git.without_credentials(address) == safe
