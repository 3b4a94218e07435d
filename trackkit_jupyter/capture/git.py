"""Describes the code that runs: repository, branch, commit, uncommitted changes, script, working directory."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from . import untracked
from .secrets import without_secrets_in_lines

__all__ = ["describe", "without_credentials"]

_TIMEOUT = 5.0  # seconds for one command
_SHORT = 1 << 16
_DIFF_LIMIT = 1_000_000  # bytes
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--src-prefix=a/", "--dst-prefix=b/")
_SETTINGS = ("core.fsmonitor=false", "core.safecrlf=false", "core.quotePath=false")
_OPTIONS = ("--no-optional-locks", *(word for setting in _SETTINGS for word in ("-c", setting)))


class _GitError(Exception):
    """Why there is nothing to tell, for a person to read."""


def describe(script: str | None, directory: str | None) -> dict[str, Any]:
    """Describe the repository of a script, or else that of a directory.

    Parameters
    ----------
    script
        Absolute path of the running script or notebook; None when there is none.
    directory
        Working directory of the process; None when it has none.

    Returns
    -------
    dict
        ``repository`` (address without credentials), ``repository_root`` (its folder here), ``branch``, ``commit``,
        ``script`` and ``working_dir`` (relative to the repository, else absolute), ``diff`` (against the commit, at
        most 1 MB, with new files of the program, without the secrets that are recognised), and ``repository_note``: why
        one of them is missing, None when none is. What does not exist is None. The running notebook is not in the diff:
        its cells are recorded as they are executed. A script that is in no repository is in the diff as a whole.
    """
    found: dict[str, Any] = dict.fromkeys(
        ("repository", "repository_root", "branch", "commit", "diff", "repository_note")
    )
    found |= {"script": script, "working_dir": directory}
    try:
        root = _root(script, directory)
        found["repository_root"] = root
        found |= {"script": _relative(script, root), "working_dir": _relative(directory, root)}
        found["branch"] = _ask(root, "symbolic-ref", "--quiet", "--short", "HEAD")
        found["repository"] = _remote(root, found["branch"])
        found["commit"] = _ask(root, "rev-parse", "--quiet", "--verify", "HEAD")
        notes = []
        if found["commit"] is None:
            notes.append("the repository has no commit yet")
        else:
            found["diff"], note = _diff(root, str(found["script"]))
            notes += note
        if found["repository"] is None:
            notes.append("the repository has no remote")
        found["repository_note"] = "; ".join(notes) or None
    except _GitError as reason:
        found["repository_note"] = str(reason)
    if found["diff"] is None and found["commit"] is None and script is not None and not script.endswith(".ipynb"):
        folder, name = os.path.split(script)
        found["diff"] = untracked.addition(folder, name)
    if found["diff"]:
        found["diff"] = without_secrets_in_lines(found["diff"])
    return found


def without_credentials(address: str) -> str:
    """Return the address of a repository without user, password and token.

    The user of an ssh address stays, because it is part of the address (``git@host:path``).
    """
    helper = "".join(re.findall(r"^\w+::", address))
    inner = address[len(helper) :]
    if "://" not in inner:
        return address
    try:
        parts = urlsplit(inner)
        host = parts.netloc.rpartition("@")[2]
        user = parts.username if "ssh" in parts.scheme else None
        _ = parts.port  # raises when it is no number
    except ValueError:  # a password with a slash or a bracket in it has torn the address apart
        scheme, _, rest = inner.partition("://")
        return f"{helper}{scheme}://{rest.rpartition('@')[2]}"
    return helper + urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", ""))


def _root(script: str | None, directory: str | None) -> str:
    reason = _GitError("not in a git repository")
    places = [os.path.dirname(script)] if script else []
    for place in [*places, *([directory] if directory else [])]:
        if not os.path.isdir(place):
            continue
        code, output, errors, _ = _run(place, "rev-parse", "--show-toplevel", errors=True)
        root = output.rstrip("\r\n")
        if code == 0 and root:
            return root
        if "not a git repository" not in errors:
            reason = _GitError(errors.removeprefix("fatal: ").partition("\n")[0][:300] or "not in a git repository")
    raise reason


def _remote(root: str, branch: str | None) -> str | None:
    """Return the address the branch follows, else that of origin, else the first."""
    lines = (_ask(root, "config", "--get-regexp", r"^(remote\..*\.url|branch\..*\.remote)$") or "").splitlines()
    settings: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(" ")
        settings.setdefault(key, value)
    followed = settings.get(f"branch.{branch}.remote", "origin")
    first = next((key for key in settings if key.startswith("remote.")), "")
    address = settings.get(f"remote.{followed}.url") or settings.get("remote.origin.url") or settings.get(first)
    return without_credentials(address) if address else None


def _diff(root: str, script: str) -> tuple[str | None, list[str]]:
    own = [f":(top,exclude,literal){script}"] if script.endswith(".ipynb") and not os.path.isabs(script) else []
    try:
        code, diff, _, cut = _run(root, *_DIFF, "HEAD", "--", ".", *own, limit=_DIFF_LIMIT)
        if code != 0 and not cut:
            return None, ["no uncommitted changes recorded: git could not compare"]
        new, notes = ("", []) if cut else untracked.additions(root, _new_files(root, script))
    except _GitError as reason:
        return None, [f"no uncommitted changes recorded: {reason}"]
    diff += new
    if cut or len(diff) > _DIFF_LIMIT:
        note = f"the uncommitted changes are longer than {_DIFF_LIMIT // 1_000_000} MB and were cut"
        return f"{diff[: diff.rfind(chr(10), 0, _DIFF_LIMIT) + 1]}# {note}\n", [note]
    return diff, notes


def _new_files(root: str, script: str) -> list[str]:
    patterns = [f"*{suffix}" for suffix in untracked.SUFFIXES]
    listed = _ask(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *patterns) or ""
    names = {name for name in listed.split("\0")[:-1] if name}  # what comes after the last one was cut
    if script.endswith(".ipynb"):
        names.discard(script)
    return sorted(names)


def _relative(path: str | None, root: str) -> str | None:
    if path is None:
        return None
    real, top = os.path.realpath(path), os.path.realpath(root)
    try:
        inside = os.path.commonpath([real, top]) == top
    except ValueError:  # another drive
        inside = False
    return os.path.relpath(real, top).replace(os.sep, "/") if inside else path


def _ask(root: str, *arguments: str) -> str | None:
    code, output, _, _ = _run(root, *arguments)
    return output.rstrip("\r\n") or None if code == 0 else None


def _run(directory: str, *arguments: str, limit: int = _SHORT, errors: bool = False) -> tuple[int, str, str, bool]:
    """Run git; return its status, at most `limit` bytes of output, its messages, and whether there was more."""
    program = shutil.which("git")
    if program is None:
        raise _GitError("git is not installed")
    # The directory decides which repository, not variables that a git hook has left.
    names = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        process = subprocess.Popen(
            [program, *_OPTIONS, *arguments],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if errors else subprocess.DEVNULL,
            start_new_session=True,  # an interrupt of the training is none of git
        )
    except OSError as error:
        raise _GitError(f"git could not be started: {error.strerror}") from error
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _kill(process)

    alarm = threading.Timer(_TIMEOUT, give_up)
    alarm.daemon = True
    alarm.start()
    with process:
        try:
            assert process.stdout is not None
            output = process.stdout.read(limit + 1)
            messages = process.stderr.read(_SHORT) if process.stderr is not None else b""
            cut = len(output) > limit
            if cut:
                _kill(process)
            process.wait()
        finally:
            alarm.cancel()
    if late.is_set():
        raise _GitError(f"git did not answer within {_TIMEOUT:g} s")
    return process.returncode, output[:limit].decode(errors="replace"), messages.decode(errors="replace"), cut


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill git and what it has started, which may hold its output open."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
