"""Published reports are locked for the Jupyter server too, whatever contents manager it has and whichever way is taken.

Saving, restoring a checkpoint, renaming and deleting are refused for the notebook of a published report, and for the
folders that hold one; it is handed out as not writable. A report that is renamed keeps its record. Where the record is
damaged, the notebook that says it is published stays locked.

The records are looked at in a thread. A contents manager that is not asynchronous reads its files on the event loop,
and there these are looked at too.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tornado import web

from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.records import Status
from trackkit_jupyter.server.stores import Stores
from trackkit_jupyter.store import Store, StoredReport
from trackkit_jupyter.store.notebooks import said_of

__all__ = ["DAMAGED", "Locks"]

DAMAGED = (
    "This report is published, and its record in the store is damaged: its notebook stays locked. `trackkit verify` "
    "tells what is damaged."
)
_LOCKED = 423


class Locks:
    """The published reports of this user's stores, and the contents manager that keeps off them.

    Parameters
    ----------
    stores
        The stores.
    root
        The folder that contents paths start from.
    """

    def __init__(self, stores: Stores, root: Path) -> None:
        self._stores, self._root = stores, root

    def guard(self, manager: Any) -> None:
        """Have a contents manager refuse what would change a published report."""
        self._root = Path(getattr(manager, "root_dir", None) or self._root)  # it may be set to have one of its own
        checks: dict[str, Callable[..., str | None]] = {
            "save": lambda model, path="", *_, **__: path,  # noqa: ARG005
            "delete": lambda path, *_, **__: path,
            "delete_file": lambda path, *_, **__: path,
            "rename": lambda old_path, *_, **__: old_path,
            "rename_file": lambda old_path, *_, **__: old_path,
            "restore_checkpoint": lambda checkpoint_id, path, *_, **__: path,  # noqa: ARG005
        }
        for name, path_of in checks.items():
            follow = self._follow if name == "rename" else None
            self._wrap(manager, name, lambda *args, of=path_of, **kw: self.refuse(of(*args, **kw)), follow)
        self._wrap(manager, "get", None, self._say)

    def refuse(self, path: str | None) -> None:
        """Refuse a change at a contents path where a published report lies, or below which one does.

        Raises
        ------
        tornado.web.HTTPError
            423, with the name of the report where that is known.
        """
        found = self.locked(path or "")
        if found is not None:
            message = DAMAGED
            with contextlib.suppress(TrackkitError, KeyError):
                message = f"The report “{found.name}” is published: its notebook is locked. Edit a copy of it instead."
            raise web.HTTPError(_LOCKED, message, reason="Locked")

    def locked(self, path: str) -> StoredReport | None:
        """Return the published report at a contents path, or below it; ``None`` where there is none.

        Of one whose record cannot be read, the notebook says that it is published.
        """
        return self._locked(self._file(path))

    def is_locked(self, path: str) -> bool:
        """Return whether a published report is at a path as the editor has it."""
        return self._locked(self._edited(path)) is not None

    def report_of(self, path: str) -> tuple[StoredReport, Store[Any]] | None:
        """Return the report whose notebook is at a path as the editor has it, and its store."""
        file = self._edited(path)
        for store in self._stores.all():
            with contextlib.suppress(TrackkitError, OSError):
                report = store.report_of(file)
                if report is not None:
                    return report, store
        return None

    # -- below --------------------------------------------------------------------------------------------------------

    def _locked(self, file: Path) -> StoredReport | None:
        place = os.path.realpath(file)
        here = _look(place)
        damaged: dict[str, StoredReport] = {}
        for report in self._reports():
            try:
                if report.status == Status.PUBLISHED.value and _holds(place, here, report.path):
                    return report
            except (TrackkitError, KeyError, OSError):
                damaged[report.id] = report
        for notebook in _notebooks(Path(place)) if damaged else ():
            said = said_of(notebook)
            if said.get("status") == Status.PUBLISHED.value and said["id"] in damaged:
                return damaged[said["id"]]
        return None

    def _file(self, path: str) -> Path:
        return self._root / path.strip("/")

    def _edited(self, path: str) -> Path:
        """Return the file of a path in front of which the editor may name a drive."""
        file = self._file(path)
        return self._file(path.rpartition(":")[2]) if ":" in path and not file.exists() else file

    def _reports(self) -> Iterator[StoredReport]:
        for store in self._stores.all():
            yield from store.every_report()

    def _say(self, model: Any, *_: Any, **__: Any) -> None:
        if isinstance(model, dict) and model.get("type") in ("notebook", "file") and model.get("writable", True):
            if self.locked(str(model.get("path") or "")) is not None:
                model["writable"] = False

    def _follow(self, _: Any, old_path: str, new_path: str) -> None:
        """Have the records of what was renamed say where it is now."""
        before, after = os.path.realpath(self._file(old_path)), self._file(new_path)
        for report in self._reports():
            with contextlib.suppress(TrackkitError, KeyError, OSError):
                own = os.path.realpath(report.path)
                if own == before:
                    report.follow(after)
                elif own.startswith(before + os.sep):
                    report.follow(after / os.path.relpath(own, before))

    @staticmethod
    def _wrap(
        manager: Any, name: str, before: Callable[..., None] | None, after: Callable[..., None] | None = None
    ) -> None:
        original = getattr(manager, name, None)
        if original is None or getattr(original, "guarded_by_trackkit", False):
            return

        if inspect.iscoroutinefunction(original):

            @functools.wraps(original)
            async def guarded(*args: Any, **kwargs: Any) -> Any:
                # In a thread: it looks at the records of all reports, and the event loop is everybody's.
                if before is not None:
                    await asyncio.to_thread(before, *args, **kwargs)
                answer = await original(*args, **kwargs)
                if after is not None:
                    await asyncio.to_thread(after, answer, *args, **kwargs)
                return answer

        else:

            @functools.wraps(original)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                if before is not None:
                    before(*args, **kwargs)
                answer = original(*args, **kwargs)
                if after is not None:
                    after(answer, *args, **kwargs)
                return answer

        guarded.guarded_by_trackkit = True  # type: ignore[attr-defined]
        setattr(manager, name, guarded)


def _holds(place: str, here: os.stat_result | None, path: Path) -> bool:
    """Return whether a place is a file, or a folder that it lies in, whatever links and letter case lead there."""
    there = _look(path)
    if here is None or there is None:
        return here is there and os.path.realpath(path) == place
    if not stat.S_ISDIR(here.st_mode):
        return os.path.samestat(here, there)
    above = (_look(folder) for folder in Path(os.path.realpath(path)).parents)
    return any(found is not None and os.path.samestat(here, found) for found in above)


def _notebooks(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    for folder, _, names in os.walk(place):
        yield from (Path(folder) / name for name in names if name.endswith(".ipynb"))


def _look(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None
