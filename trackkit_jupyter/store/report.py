"""A report as it is kept: its record, where its notebook is, and whether that is as it was published."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitError, TrackkitStateError
from trackkit_jupyter.records import Status, new_id
from trackkit_jupyter.store import changes, notebooks
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.organising import Organising

__all__ = ["StoredReport"]


class StoredReport(Organising):
    """A report of a store: a notebook, and its record.

    The record says what it is called and where its notebook is. The name, project, tags and description stay free when
    it is published; its notebook is locked then.
    """

    _what = "report"

    def __repr__(self) -> str:
        try:
            return f"<Report {self.name!r} in {self.project!r}, {self.status}, id {self.id}>"
        except (TrackkitError, KeyError):
            return f"<Report that cannot be read, id {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredReport) and other.id == self.id and other.store.path == self.store.path

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def status(self) -> str:
        """``draft`` or ``published``."""
        return str(self._record["status"])

    @property
    def path(self) -> Path:
        """Its notebook."""
        return Path(str(self._record.get("path") or ""))

    @property
    def last_update(self) -> str | None:
        """When its record or its notebook changed last, ISO 8601 in UTC."""
        from trackkit_jupyter.records import iso

        updated: str | None = self._record.get("updated")
        try:
            return max(updated or "", iso(self.path.stat().st_mtime) or "")
        except OSError:
            return updated

    @property
    def published(self) -> str | None:
        """When it was published, ISO 8601 in UTC."""
        return self._record.get("published")

    @property
    def publisher(self) -> str | None:
        """Who published it."""
        return self._record.get("publisher")

    @property
    def hash(self) -> str | None:
        """The SHA-256 that its notebook had when it was published."""
        return self._record.get("hash")

    @property
    def frozen(self) -> str | None:
        """When the data of its embeds was kept with it, ISO 8601 in UTC; ``None`` where it was not."""
        return self._record.get("frozen")

    @property
    def folder(self) -> Path:
        """What is kept of it in the store."""
        return self._paths.root

    @property
    def trouble(self) -> str | None:
        """What is wrong with its notebook: ``missing``; ``changed``, since it was published; or nothing."""
        path = self.path
        if not path.is_file():
            return "missing"
        if self.hash is not None and notebooks.hash_of(path) != self.hash:
            return "changed"
        return None

    def take(self, known: dict[tuple[str, str], Any], key: tuple[str, str]) -> None:
        """Take its record from those that are known, and bring that up to date; damaged ones fail when asked."""
        self._known = known.get(key, self._known)
        with contextlib.suppress(TrackkitError):
            self._tables  # noqa: B018 (read now)
        known[key] = self._known

    def follow(self, path: Path) -> None:
        """Note that its notebook lies elsewhere now."""
        if path != self.path:
            self._edit(path=str(path))

    def delete(self) -> None:
        """Delete its record for good, and what was kept of it in the store; it must be archived. Its notebook stays.

        Raises
        ------
        TrackkitStateError
            It is not archived.
        """
        self._record_state()  # tells by its name which one is not there
        gone = self.folder.with_name(f".deleted-{new_id()}")
        with self._document.edit():
            if not self.archived:
                raise TrackkitStateError("Only an archived report can be deleted; archive it first.", "archived")
            self._unlock_file()
            try:
                os.replace(self.folder, gone)
            except OSError as error:
                raise storage_error(error, "The report cannot be deleted") from error
        shutil.rmtree(gone, ignore_errors=True)
        changes.note(self.store.paths, self.id, "delete")

    def state(self) -> str:
        """Return a text that changes when its record or its notebook did."""
        return self.look()[0]

    def look(self) -> tuple[str, float]:
        """Return that text, and when one of them changed last, in unix seconds."""
        record = self._record_state()
        try:
            found = self.path.stat()
            notebook = (found.st_mtime_ns, found.st_size, found.st_ino)
        except OSError:
            notebook = (0, 0, 0)
        return f"{record}|{notebook}|0", max(record[0], notebook[0]) / 1e9

    def to_dict(self) -> dict[str, Any]:
        """Return its record as plain data."""
        record: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "id name project user created last_update status description tags archived published publisher hash "
                "frozen trouble"
            ).split()
        }
        return {**record, "path": str(self.path)}

    def _unlock_file(self) -> None:
        """Let the notebook be written again, where publishing took that right."""
        if self.status == Status.PUBLISHED.value:
            with contextlib.suppress(OSError):  # gone, or of somebody else
                os.chmod(self.path, self.path.stat().st_mode | 0o200)
