"""The reports of a store: new ones, by id, by their notebook, and lists of them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_id, iso
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.documents import Document
from trackkit_jupyter.store.listing import Page
from trackkit_jupyter.store.notebooks import said_of, text_of
from trackkit_jupyter.store.paths import StorePaths
from trackkit_jupyter.store.report import StoredReport

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["KeepsReports", "Reports"]

#: The records that this process read, by folder and id: a server opens a store for each question.
_records: dict[tuple[str, str], Any] = {}
_ORDERS = ("last_update", "name", "created", "project")


class Reports(Page[Any]):
    """A page of reports."""

    _what = "reports"


class KeepsReports:
    """A store as far as its reports go."""

    paths: StorePaths
    path: Path
    id: str

    def report(self, id: str) -> Any:
        """Return a report by its id.

        Raises
        ------
        NotFoundError
            There is none with that id.
        """
        check_id(id)
        if not self.paths.report(id).root.is_dir():
            raise NotFoundError(f"There is no report with the id {id} in this store.", "id")
        return self._report_at(id)

    def reports(
        self,
        search: str = "",
        order_by: str = "-last_update",
        page: int = 0,
        page_size: int | None = None,
        archived: bool | None = False,
        project: str = "",
        status: str = "",
        tags: Iterable[str] = (),
        user: str = "",
    ) -> Reports:
        """Return the reports of this store, a page of them.

        Parameters
        ----------
        search
            Words, each of which is in its name, id, project, tags, description or text; their case does not matter.
        order_by
            ``last_update``, ``name``, ``created`` or ``project``; ``-`` in front for descending.
        page, page_size
            Which page, from 0, and how many per page; all without it.
        archived
            True: the archived ones instead of the others; ``None``: both.
        project
            Only those of this project, and of those nested in it.
        status
            Only ``draft`` or ``published`` ones.
        tags
            As in the filters of embeds: any of them, ``__$and`` before those of which all must be there, ``-tag`` for
            one that must not.
        user
            Only those that this user made.

        Returns
        -------
        Reports
            List-like. One whose record cannot be read is left out; ``trackkit verify`` names it.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            An order, a page or a filter that cannot be.
        """
        wanted = _filter(search, project, status, tags, user, archived)
        descending = order_by.startswith("-")
        field = order_by.removeprefix("-")
        if field not in _ORDERS:
            raise TrackkitValueError(f"order_by must be one of {', '.join(_ORDERS)}, not {shown(field)}.", "order_by")
        if page < 0 or (page_size is not None and page_size < 1):
            raise TrackkitValueError("page counts from 0, and page_size from 1.", "page")
        found = []
        for report in self.every_report():
            with contextlib.suppress(TrackkitError, KeyError):
                if wanted(report):
                    value = str(getattr(report, field) or "")
                    found.append((value.casefold() if field in ("name", "project") else value, report.id, report))
        found.sort(key=lambda item: item[:2], reverse=descending)
        begin, end = (0, None) if page_size is None else (page * page_size, (page + 1) * page_size)
        return Reports([item[2] for item in found[begin:end]], len(found))

    def report_of(self, path: str | os.PathLike[str]) -> Any:
        """Return the report whose notebook is a file; ``None`` if it is none.

        One that was moved says itself whose notebook it is: the report then follows, unless there is one where it was.
        """
        wanted = os.path.realpath(path)
        for report in self.every_report():
            with contextlib.suppress(TrackkitError, KeyError):
                if report.path.name == os.path.basename(path) and os.path.realpath(report.path) == wanted:
                    return report
        with contextlib.suppress(TrackkitError, KeyError):
            report = self.report(said_of(Path(wanted)).get("id", ""))
            if not report.path.exists():
                report.follow(Path(wanted))
                return report
        return None

    def new_report(self, record: dict[str, Any]) -> Any:
        """Keep the record of a new report, and return the report."""
        id, now = check_id(record["id"]), iso(time.time())
        with Document(self.paths.report(id).record).edit(create=True) as database:
            database.table("report", cache_size=0).insert({"created": now, **record, "updated": now})
        changes.note(self.paths, id, "start")
        return self._report_at(id)

    def _report_at(self, id: str) -> Any:
        store = cast("Store[Any]", self)
        return store.report_type(store, id)

    def every_report(self) -> list[Any]:
        """Return all reports, also those that cannot be read; each is read again only when it changed."""
        try:
            with os.scandir(self.paths.reports) as entries:
                ids = [entry.name for entry in entries if len(entry.name) == 32 and not entry.name.startswith(".")]
        except (FileNotFoundError, NotADirectoryError):
            return []
        folder, found = str(self.paths.reports), []
        for id in ids:
            report = self._report_at(id)
            report.take(_records, (folder, id))
            found.append(report)
        return found


def _filter(search: str, project: str, status: str, tags: Iterable[str], user: str, archived: bool | None) -> Any:
    for name, value in (("search", search), ("project", project), ("status", status), ("user", user)):
        if not isinstance(value, str):
            raise TrackkitTypeError(f"{name} must be text, not {type(value).__name__}.", name)
    if status not in ("", "draft", "published"):
        raise TrackkitValueError(f"status must be draft or published, not {shown(status)}.", "status")
    from trackkit_jupyter.query.evaluate import matches
    from trackkit_jupyter.query.tags import tag_filter

    condition = tag_filter([tags] if isinstance(tags, str) else list(tags))
    words = search.casefold().split()

    def wanted(report: StoredReport) -> bool:
        if archived is not None and report.archived != archived:
            return False
        if project and report.project != project and not report.project.startswith(f"{project}/"):
            return False
        if (status and report.status != status) or (user and report.user != user):
            return False
        if not matches(condition, {"tags": report.tags}):
            return False
        said = "\n".join([report.name, report.id, report.project, *report.tags, report.description]).casefold()
        missing = [word for word in words if word not in said]
        if not missing:
            return True
        text = text_of(report.path)
        return all(word in text for word in missing)

    return wanted
