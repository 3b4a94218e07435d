"""The operations over a comm: answers what a page asks, and tells it fresh answers unasked.

A kernel answers no request while its cell runs, but it can send. So every read that a view stays interested in is
*followed*: its answer is sent again, by the thread of :mod:`trackkit_jupyter.widgets.pushing`, whenever it changed. The
reads with which a view begins are followed before it asks, for it may be shown while the cell is already running.

Messages from the page, and what comes back (n is any text; binary answers are in the message's buffer)::

    {"ask": n, "operation": "charts", "arguments": {...}}   {"answer": n, "result": ..., "followed": {"operation",
                                                                 "arguments"}}
                                                            {"answer": n, "error": {"code", "message", "field"}}
    {"watch": [ids], "page": name}                          {"changed": [ids], "fresh": [{"operation", "arguments",
                                                                 "result" or "buffer": index}]}

Besides the operations, ``file`` (of a sample or artifact), ``thumbnail`` (of a picture among the samples) and
``plotly`` (its code, gzipped) can be asked for.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
import inspect
import json
import logging
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trackkit_jupyter import operations
from trackkit_jupyter.errors import NotFoundError, TrackkitError
from trackkit_jupyter.operations.reads import file
from trackkit_jupyter.operations.samples import thumbnail
from trackkit_jupyter.store import Store
from trackkit_jupyter.views.view import CURVES

__all__ = ["Channel", "first_reads"]

_log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any], list[bytes]], None]
Read = tuple[str, dict[str, Any]]

#: Reads that are followed, and the least seconds between two answers of one that nobody asked for.
RESTS = {
    "charts": 0.2,
    "console": 0.2,
    "experiment": 1.0,
    "loop": 0.5,
    "model": 0.5,
    "plots": 1.0,
    "samples": 1.0,
    "sample_iterations": 1.0,
    "single_values": 1.0,
    "tags": 2.0,
    "timeline": 0.5,
}
_MOST_FOLLOWED = 64
_MOST_WATCHED = 2_000
_MOST_PAGES = 4  # those that were closed do not say so
_LINES = 1_000
_POINTS = 2000  # what the charts of the views ask for
#: Where a reader stands, which does not make it another question.
_CURSORS = {"charts": {"since"}, "console": {"after", "limit"}}
_UNEXPECTED = {"code": "unexpected", "message": "The kernel could not answer; its log says why.", "field": None}


@dataclass
class _Followed:
    """A read whose answer the page holds."""

    operation: str
    arguments: dict[str, Any]
    store: str
    dirty: bool = True
    sent_at: float = 0.0
    digest: int = 0
    console_next: int | None = None

    @property
    def about(self) -> set[str]:
        """The experiments that it reads, or the store."""
        if self.operation == "tags":
            return {self.store}
        return {self.arguments["id"]} if "id" in self.arguments else set(self.arguments.get("objects", ()))


@dataclass
class Channel:
    """The kernel's end of the comm, for one store.

    Attributes
    ----------
    store
        The store that is read.
    send
        Sends a message and its binary buffers to the page.
    states
        Fingerprints of the experiments when last looked at.
    """

    store: Store[Any]
    send: Send
    states: dict[str, str] = field(default_factory=dict)
    _watched: OrderedDict[str, tuple[str, ...]] = field(default_factory=OrderedDict)
    _followed: OrderedDict[str, _Followed] = field(default_factory=OrderedDict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def receive(self, message: Any) -> None:
        """Handle a message of the page; it never raises."""
        if not isinstance(message, Mapping):
            return
        if "ask" in message:
            self._answer(message)
        elif isinstance(message.get("watch"), list):
            self._watch(str(message.get("page", "")), message["watch"])

    @property
    def watched(self) -> set[str]:
        """Ids of the experiments that are on screen, or soon will be."""
        with self._lock:
            return {id for ids in self._watched.values() for id in ids}

    def expect(self, ids: Iterable[str]) -> None:
        """Look after these experiments until a page says what it shows."""
        with self._lock:
            self._watched[""] = tuple({*self._watched.get("", ()), *ids})

    def _watch(self, page: str, ids: list[Any]) -> None:
        with self._lock:
            self._watched.pop("", None)
            self._watched.pop(page, None)
            self._watched[page] = tuple(str(id) for id in ids[:_MOST_WATCHED])
            while len(self._watched) > _MOST_PAGES:
                self._watched.popitem(last=False)

    def follow(self, reads: Iterable[Read]) -> None:
        """Send the answers of these reads without being asked, now and whenever they change."""
        with self._lock:
            for operation, arguments in reads:
                self._follow(operation, arguments)

    def changed(self, ids: Iterable[str]) -> None:
        """Note that these experiments changed."""
        moved = set(ids)
        with self._lock:
            for read in self._followed.values():
                read.dirty = read.dirty or not moved.isdisjoint(read.about)

    def push(self, now: float | None = None) -> int:
        """Send what is due; return the number of bytes sent.

        Parameters
        ----------
        now
            Monotonic seconds; for tests.
        """
        now = time.monotonic() if now is None else now
        fresh: list[dict[str, Any]] = []
        buffers: list[bytes] = []
        moved: set[str] = set()
        size = 0
        with self._lock:
            due = [one for one in self._followed.values() if one.dirty and now >= one.sent_at + RESTS[one.operation]]
            for read in due:
                read.dirty, read.sent_at = False, now
                if length := self._freshen(read, fresh, buffers):
                    moved |= read.about
                    size += length
            if fresh:
                self.send({"changed": sorted(moved), "fresh": fresh}, buffers)
        return size

    def _freshen(self, read: _Followed, fresh: list[dict[str, Any]], buffers: list[bytes]) -> int:
        """Append the answer of a read, if it is not the one that was sent last; return its size."""
        arguments = dict(read.arguments)
        if read.operation == "console":
            arguments.update(after=-_LINES if read.console_next is None else read.console_next, limit=_LINES)
        try:
            answer = operations.call(read.operation, self.store, arguments)
        except NotFoundError:
            self._let_go(read)
            return 0
        except TrackkitError:
            return 0  # the page learns of it when it asks
        except Exception:  # noqa: BLE001 - one read that fails must not keep back the others
            _log.debug("%s could not be brought up to date", read.operation, exc_info=True)
            return 0
        entry: dict[str, Any] = {"operation": read.operation, "arguments": read.arguments}
        if read.operation == "console":
            first, read.console_next = read.console_next is None, answer["next"]
            if not answer["lines"] and not first:
                return 0
        digest = _digest(answer)
        if digest == read.digest:
            return 0
        read.digest = digest
        if isinstance(answer, bytes):
            entry["buffer"] = len(buffers)
            buffers.append(answer)
        else:
            entry["result"] = answer
        fresh.append(entry)
        return len(answer) if isinstance(answer, bytes) else len(json.dumps(answer))

    def _let_go(self, read: _Followed) -> None:
        """Follow what is gone no longer, and have the page ask for it: the answer says what is the matter."""
        self._followed.pop(_key(read.operation, read.arguments), None)
        gone = {"operation": read.operation, "arguments": read.arguments}
        self.send({"unfollowed": gone, "changed": sorted(read.about), "fresh": []}, [])

    def _answer(self, message: Mapping[str, Any]) -> None:
        operation, arguments = message.get("operation"), message.get("arguments")
        if not isinstance(operation, str) or not isinstance(arguments, Mapping):
            operation, arguments = "", {}  # which no operation is
        followed = _is_followed(operation, arguments)
        # What is followed is read and sent in one order, here and in the thread that pushes: the newest comes last.
        with self._lock if followed else nullcontext():
            reply: dict[str, Any] = {"answer": message["ask"]}
            buffers: list[bytes] = []
            try:
                result = self._call(operation, dict(arguments), reply)
                if isinstance(result, bytes):
                    buffers.append(result)
                else:
                    reply["result"] = result
                if followed:
                    self._told(operation, arguments, result, reply)
            except TrackkitError as error:
                lost = isinstance(error, NotFoundError) and not self.store.path.is_dir()
                field = "store" if lost else error.field
                reply["error"] = {"code": error.code, "message": error.message, "field": field}
            except Exception:
                self.send({**reply, "error": _UNEXPECTED}, [])
                raise
            self.send(reply, buffers)

    def _told(self, operation: str, arguments: Mapping[str, Any], result: Any, reply: dict[str, Any]) -> None:
        """Follow what was asked for, and do not tell again what the reply tells every page."""
        read = self._follow(operation, arguments)
        if operation == "console":
            read.console_next = max(result["next"], read.console_next or 0)
        elif arguments.get("since"):
            return  # a part of the whole, which is told by itself
        else:
            read.digest, read.dirty = _digest(result), False
        reply["followed"] = {"operation": operation, "arguments": read.arguments}

    def _call(self, operation: str, arguments: dict[str, Any], reply: dict[str, Any]) -> Any:
        if not operation:
            raise NotFoundError("A question names an operation and its arguments.", "operation")
        if operation == "plotly":
            return _plotly()
        if operation == "thumbnail":
            data, reply["mime"] = thumbnail(self.store, str(arguments.get("id")), str(arguments.get("hash")))
            return data
        if operation == "file":
            path, reply["mime"] = file(self.store, str(arguments.get("id")), str(arguments.get("hash")))
            return path.read_bytes()
        return operations.call(operation, self.store, arguments)

    def _follow(self, operation: str, arguments: Mapping[str, Any]) -> _Followed:
        key = _key(operation, arguments)
        plain = {name: value for name, value in arguments.items() if name not in _CURSORS.get(operation, ())}
        read = self._followed.setdefault(key, _Followed(operation, plain, self.store.id))
        self._followed.move_to_end(key)
        while len(self._followed) > _MOST_FOLLOWED:
            _, old = self._followed.popitem(last=False)
            self.send({"unfollowed": {"operation": old.operation, "arguments": old.arguments}}, [])
        return read


def first_reads(kind: str, objects: list[str], options: Mapping[str, Any]) -> list[Read]:
    """Return the reads with which a view begins, and those of tabs a person may turn to while the cell runs."""
    shown = {name: options[name] for name in ("metrics", "variants", *CURVES) if options.get(name)}
    if shown.get("x_metric"):
        shown["xaxis"] = "metric"
    curves: Read = ("charts", {"objects": objects, **shown, "points": _POINTS})
    reads: list[Read] = [("experiment", {"id": id}) for id in objects[:10]]
    tabs: dict[str, list[Read]] = {
        "scalars": [curves, ("single_values", {"objects": objects})],
        "plots": [("plots", {"objects": objects})],
        "samples": [("samples", {"id": id, "limit": 3}) for id in objects[:1]],
    }
    if kind in ("table", "reports"):
        return []  # what they ask for depends on what is in sight
    if kind == "claim":
        from trackkit_jupyter.views.claims import ARGUMENTS

        return [("claim", {name: options[name] for name in ARGUMENTS if options.get(name)})]
    if kind == "model":
        return [("model", {"id": id}) for id in objects[:1]]
    if kind == "experiment":
        whole: list[Read] = [(read, {"id": objects[0]}) for read in ("console", "loop", "timeline")]
        return reads + tabs["scalars"] + tabs["plots"] + tabs["samples"] + whole
    return reads + tabs[{"plot": "plots", "samples": "samples"}.get(kind, "scalars")]


def _is_followed(operation: str, arguments: Mapping[str, Any]) -> bool:
    """Whether an answer is kept fresh: a part of a chart, seen once in detail, is not."""
    return operation in RESTS and arguments.get("x_from") is None and arguments.get("points", _POINTS) == _POINTS


def _digest(answer: Any) -> int:
    """Return what tells two answers of a read apart, whenever they were given."""
    if isinstance(answer, bytes):
        return zlib.crc32(answer)
    timeless = {name: value for name, value in answer.items() if name not in ("now", "state")}
    return zlib.crc32(json.dumps(timeless, sort_keys=True).encode())


def _key(operation: str, arguments: Mapping[str, Any]) -> str:
    leave, plain = _CURSORS.get(operation, set()), _defaults(operation)
    asked = {name: value for name, value in arguments.items() if name not in leave and value != plain.get(name)}
    return operation + json.dumps(asked, sort_keys=True)


@functools.cache
def _defaults(operation: str) -> dict[str, Any]:
    if operation not in operations.READS:
        return {}
    return {name: one.default for name, one in inspect.signature(operations.READS[operation]).parameters.items()}


@functools.cache
def _plotly() -> bytes:
    """Return plotly.js from the installed plotly package, gzipped: 1.5 MB instead of 4.8."""
    spec = importlib.util.find_spec("plotly")
    path = Path(spec.origin).parent / "package_data" / "plotly.min.js" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise NotFoundError("plotly is not installed beside this kernel: pip install plotly.", "plotly")
    return gzip.compress(path.read_bytes(), 6)
