"""How readers learn of changes: one line per start, finish and edit in ``changes.log``, and a heartbeat per writer."""

from __future__ import annotations

import contextlib
import json
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

from trackkit_jupyter.store.paths import StorePaths

__all__ = [
    "HEARTBEAT_SECONDS",
    "beat",
    "begin_beating",
    "forget_dead",
    "is_alive",
    "is_beating",
    "note",
    "stop_beating",
]

#: How often a writing process touches its marker, and after how long without a touch it counts as gone.
HEARTBEAT_SECONDS, SILENCE_SECONDS = 1.0, 60.0


def note(paths: StorePaths, id: str, what: str) -> None:
    """Append a line to ``changes.log``: after the change, which stands even where the line cannot be written."""
    text = json.dumps({"time": round(time.time(), 3), "id": id, "what": what}, separators=(",", ":")) + "\n"
    with contextlib.suppress(OSError):
        fd = os.open(paths.changes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)


def begin_beating(paths: StorePaths, experiment: str, writer: str) -> Path:
    """Make the heartbeat marker of this process, and return it."""
    paths.live.mkdir(exist_ok=True)  # without its parents: a store that was removed does not come back
    marker = paths.live_marker(experiment, writer)
    temporary = marker.with_suffix(".tmp")
    temporary.write_text(json.dumps({"pid": os.getpid(), "since": _started(os.getpid()), **_machine()}))
    os.replace(temporary, marker)
    return marker


def beat(marker: Path) -> None:
    """Say that this process is still there."""
    os.utime(marker)


def stop_beating(marker: Path) -> None:
    """Remove the marker."""
    marker.unlink(missing_ok=True)


def is_alive(paths: StorePaths, experiment: str, silence: float = SILENCE_SECONDS) -> bool:
    """Return whether any process is writing an experiment.

    A writer on this machine is asked for by its process id and start time, so that a kill shows at once and a process
    id that was given away again deceives nobody; one elsewhere counts as gone after some seconds of silence.
    """
    return any(is_beating(marker, silence) for marker in _markers(paths, experiment))


def forget_dead(paths: StorePaths, experiment: str) -> None:
    """Remove the markers that killed processes left behind."""
    for marker in _markers(paths, experiment):
        if not is_beating(marker):
            with contextlib.suppress(OSError):
                stop_beating(marker)


def _markers(paths: StorePaths, experiment: str) -> list[Path]:
    return [marker for marker in paths.live.glob(f"{experiment}-*") if marker.suffix != ".tmp"]


def is_beating(marker: Path, silence: float = SILENCE_SECONDS) -> bool:
    """Return whether the process of a marker is there, or was heard of in the last seconds."""
    try:
        silent = time.time() - marker.stat().st_mtime
        owner = json.loads(marker.read_text())
        if all(owner[key] == value for key, value in _machine().items()) and not _is_hidden(owner["pid"]):
            since = _started(owner["pid"])
            return since is not None and since == owner.get("since")
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False
    return silent < silence


def _is_hidden(pid: int) -> bool:
    """Return whether a process is there that this user may not look at: only its heartbeat tells of it."""
    if os.name != "posix":  # elsewhere the signal 0 is no question
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return not Path(f"/proc/{pid}/stat").exists()
    except OSError:
        pass
    return False


@cache
def _machine() -> dict[str, Any]:
    """Return what two processes have in common if one can ask for the other's process id."""
    boot, space = "", 0
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        pass
    return {"host": _host(), "boot": boot, "space": space}


def _host() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import platform

    return platform.node()


def _started(pid: int) -> str | None:
    """Return when a process started, as a text that differs for another process of the same id; ``None`` if gone."""
    try:
        # Field 22, counted after the command's name, which may hold spaces and parentheses itself.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return None if fields[0] in {b"Z", b"X"} else fields[19].decode()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except OSError:
        return None
    import psutil

    try:
        return repr(psutil.Process(pid).create_time())
    except psutil.Error:
        return None
