"""What people ask of a loop that runs: knobs that are turned, pause, resume, stop, a checkpoint.

One file beside the journals, ``turns.jsonl``, in the order in which they asked. Whoever asks appends a line under a
lock, so that two who ask at once are told of each other; the process that runs the loop reads it and needs no lock.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import (
    ConflictError,
    NotFoundError,
    TrackkitStateError,
    TrackkitStorageError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import Status, iso, user_name
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.journal import line, seed_of
from trackkit_jupyter.store.locks import locked
from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.segments import LineReader
from trackkit_jupyter.store.syncing import sync_file

__all__ = ["Turned", "Value", "check_value", "read_turns", "read_value"]

_WRITER = "turns"
_LOCK_SECONDS = 5.0

Value = float | int | bool | str


def read_turns(paths: ExperimentPaths) -> LineReader:
    """Return a reader of what was asked, each time what is new: ``{number, kind, name, value, was, user, time}``."""
    return LineReader(paths.turns, _WRITER)


def check_value(name: str, value: Any, knob: dict[str, Any]) -> Value:
    """Return a value that a knob may have, in the type of the knob.

    Parameters
    ----------
    name
        The knob's name, for the message.
    value
        What it shall be: a number, a truth value or a text, as its default is.
    knob
        Its declaration: ``default``, ``min``, ``max``.

    Raises
    ------
    TrackkitValueError
        It is of another type, not finite, or out of range.
    """
    kind, least, most = type(knob["default"]), knob.get("min"), knob.get("max")
    if kind is float and type(value) is int:
        value = float(value)
    if kind is int and type(value) is float and value.is_integer():
        value = int(value)
    words = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}[kind]
    if type(value) is not kind:
        raise TrackkitValueError(f"The knob {shown(name)} takes {words}, not {shown(value)}.", "value")
    if kind in (float, int):
        if not math.isfinite(value):
            raise TrackkitValueError(f"The knob {shown(name)} takes a finite number, not {value}.", "value")
        if (least is not None and value < least) or (most is not None and value > most):
            bounds = [f"{word} {end:g}" for word, end in (("at least", least), ("at most", most)) if end is not None]
            raise TrackkitValueError(
                f"The knob {shown(name)} takes {' and '.join(bounds)}, not {value:g}; nothing was turned.", "value"
            )
    return value  # type: ignore[no-any-return]


def read_value(name: str, text: str, knob: dict[str, Any]) -> Value:
    """Return the value that a person wrote for a knob, unchecked but for its type.

    Raises
    ------
    TrackkitValueError
        It is no value of the knob's type.
    """
    kind = type(knob["default"])
    words = {"true": True, "false": False}
    try:
        if kind is bool:
            return words[text.strip().lower()]
        return text if kind is str else int(text) if kind is int else float(text)
    except (ValueError, KeyError):
        return check_value(name, text, knob)  # says what is allowed


class Turned(Logged):
    """An experiment whose loop can be asked for something while it runs."""

    @property
    def knobs(self) -> dict[str, dict[str, Any]]:
        """The knobs that the loop reads, ``{name: {value, default, min, max}}``, as they were turned last."""
        self._reader.refresh()
        found: dict[str, dict[str, Any]] = {}
        for event in self._reader.events("knob"):
            known = found.setdefault(event["name"], {"value": event["value"]})
            known.update(default=event["default"], min=event["min"], max=event["max"])
        for turn in self._asked():
            if turn["kind"] == "turn" and turn["name"] in found:
                found[turn["name"]]["value"] = turn["value"]
        return found

    def turns(self) -> list[dict[str, Any]]:
        """Return what was asked of the loop, in order.

        Each is ``{number, kind, name, value, was, user, time, heeded, iteration}``: ``kind`` is turn, pause, resume,
        stop or checkpoint; ``heeded`` is when the loop followed, ISO 8601 in UTC, and ``iteration`` its greatest one
        then; both are ``None`` where it did not.
        """
        self._reader.refresh()
        heeded = {event["asked"]: event for event in self._reader.events("heeded")}
        rows = []
        for turn in self._asked():
            then = heeded.get(turn["number"])
            rows.append(
                {
                    **turn,
                    "time": iso(turn["time"]),
                    "heeded": None if then is None else iso(then["time"]),
                    "iteration": None if then is None else then["iteration"],
                }
            )
        return rows

    @property
    def loop(self) -> str | None:
        """What the loop does: ``running``, ``pausing`` (until its next log), ``paused`` or ``stopping``."""
        if self.status != Status.RUNNING.value:
            return None
        self._reader.refresh()
        doing = Status.RUNNING.value
        # By their numbers: whoever asks may have another clock than the loop.
        before = max((event.get("asked", 0) for event in self._reader.events("loop")), default=0)
        heeded = {event["asked"] for event in self._reader.events("heeded")}
        for turn in self._asked():
            kind, done = turn["kind"], turn["number"] in heeded
            if turn["number"] <= before:
                continue
            if kind == "stop" and not done:
                return "stopping"
            if kind == "pause":
                doing = "paused" if done else "pausing"
            elif kind in ("resume", "stop"):
                doing = Status.RUNNING.value
        return doing

    @property
    def standing(self) -> str:
        """Its status as a person says it: of a loop that waits also what it does, and who stopped one that ended."""
        status = self.status
        if status == Status.RUNNING.value:
            return self.loop or self.status  # it may have ended between the two looks
        reason = self.status_reason if status == Status.COMPLETED.value else None
        return reason or status  # of what is completed only a stop has one

    def turn(self, name: str, value: Value, seen: Value | None = None) -> None:
        """Turn a knob of the loop that runs; it has the value at its next iteration.

        Parameters
        ----------
        name
            A knob that the loop reads with :meth:`Experiment.knob`.
        value
            A number in its range; true or false, or a text, where its default is one.
        seen
            The value it had when it was looked at: if somebody else turned it since, nothing is turned.

        Raises
        ------
        NotFoundError
            The loop has no knob of that name.
        TrackkitValueError
            The value is out of range, or of another type.
        TrackkitStateError
            The experiment is not running.
        ConflictError
            Somebody else turned it meanwhile; ``kept`` is what it is now.
        """
        knob = self.knobs.get(name)
        if knob is None:
            known = ", ".join(self.knobs) or "none so far"
            raise NotFoundError(f"The loop has no knob {shown(name)}. Its knobs: {known}.", "name")
        checked = check_value(name, value, knob)

        def ask(asked: list[dict[str, Any]]) -> dict[str, Any]:
            last = next((turn for turn in reversed(asked) if turn["kind"] == "turn" and turn["name"] == name), None)
            now = knob["value"] if last is None else last["value"]
            if seen is not None and now != seen:
                by = "" if last is None else f" by {last['user'] or 'somebody'}"
                raise ConflictError(
                    f"The knob {shown(name)} was turned to {now}{by} meanwhile; nothing was turned.", "value", now
                )
            return {"name": name, "value": checked, "was": now}

        self._ask("turn", ask)

    def pause(self) -> None:
        """Have the loop wait at its next ``log`` until it is resumed."""
        self._ask("pause")

    def resume(self) -> None:
        """Have the loop that waits go on."""
        self._ask("resume")

    def stop(self) -> None:
        """Have the loop end at its next ``log``; the experiment is completed then, with the reason "stopped by <user>".

        Raises
        ------
        TrackkitStateError
            It is not running.
        """
        self._ask("stop")

    def request_checkpoint(self) -> None:
        """Have :meth:`Experiment.checkpoint_requested` be true once."""
        self._ask("checkpoint")

    # -- below --------------------------------------------------------------------------------------------------------

    def _asked(self) -> list[dict[str, Any]]:
        return read_turns(self._paths).read()

    def _ask(self, kind: str, more: Callable[[list[dict[str, Any]]], dict[str, Any]] = lambda _: {}) -> None:
        """Append what is asked, under the lock; `more` is given what was asked before, and says what the line holds."""
        if self.status != Status.RUNNING.value:
            raise TrackkitStateError(
                f"The experiment {shown(self.name)} is {self.status}, not running: there is no loop to {_DOES[kind]}.",
                "id",
            )
        path = self._paths.turns
        try:
            with locked(path.with_suffix(".lock"), _LOCK_SECONDS):
                asked = self._asked()
                held = {"name": None, "value": None, "was": None, **more(asked)}
                number = 1 + max((turn["number"] for turn in asked), default=0)
                entry = {"number": number, "kind": kind, **held, "user": user_name(), "time": time.time()}
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)
                try:
                    # After a torn line, a line of its own: what a killed process left must not swallow this one.
                    torn = b"" if _ends_whole(path) else b"\n"
                    _append(fd, torn + line(entry, seed_of(_WRITER)))
                finally:
                    os.close(fd)
                with contextlib.suppress(OSError):
                    sync_file(path)
        except OSError as error:
            if isinstance(error, TrackkitStorageError):
                raise
            raise storage_error(error, f"The experiment {shown(self.name)} cannot be told to {_DOES[kind]}") from error


_DOES = {
    "turn": "turn a knob of",
    "pause": "pause",
    "resume": "resume",
    "stop": "stop",
    "checkpoint": "ask for a checkpoint",
}


def _append(fd: int, data: bytes) -> None:
    """Append all of it, or nothing: what is written in part was not asked."""
    written = os.write(fd, data)
    if written < len(data):
        os.ftruncate(fd, os.fstat(fd).st_size - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
