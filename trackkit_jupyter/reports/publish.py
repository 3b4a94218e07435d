"""Publishing: the notebook of a report locked as it is, its hash kept; and a copy of it to go on with."""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitError, TrackkitStateError, shown
from trackkit_jupyter.records import Status, iso, suffixed, user_name
from trackkit_jupyter.reports.freeze import freeze as freeze_views
from trackkit_jupyter.reports.notebooks import mark, read_notebook, write_atomically, write_notebook
from trackkit_jupyter.store import notebooks
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.locks import locked

if TYPE_CHECKING:
    from trackkit_jupyter.reports.records import Report

__all__ = ["clone", "publish"]

_LOCKS = ("editable", "deletable")
_TITLE = re.compile(r"#[^\n]*")
#: Freezing reads what all views show.
_LOCK_SECONDS = 600.0


def publish(report: Report, freeze: bool) -> None:
    """Lock the notebook of a report as it was saved last; see :meth:`Report.publish`."""
    _check_draft(report)
    try:
        with locked(report.store.paths.publishing(report.id), _LOCK_SECONDS):
            _check_draft(report)  # whoever had the lock before may have published it
            _publish(report, freeze)
    except TrackkitError:
        raise
    except OSError as error:
        raise storage_error(error, f"The report {shown(report.name)} cannot be published") from error


def _check_draft(report: Report) -> None:
    if report.status == Status.PUBLISHED.value:
        raise TrackkitStateError(f"The report {shown(report.name)} is published already.", "status")


def _publish(report: Report, freeze: bool) -> None:
    path = report.path
    content, before = read_notebook(path), path.read_bytes()
    if _is_empty(content):
        raise TrackkitStateError(
            f"The report {shown(report.name)} is empty: there is nothing to publish. Write something, and save it.",
            "path",
        )
    now, by = iso(time.time()), user_name()
    if freeze:
        freeze_views(report, content)
    if path.read_bytes() != before:
        raise TrackkitStateError(
            f"{path.name} was saved while it was being published. Nothing is published: publish it again.", "path"
        )
    about = {"published": now, "publisher": by, **({"frozen": now} if freeze else {})}
    mark(content, {**report._record, "status": Status.PUBLISHED.value, **about})
    for cell in content.cells:
        cell.metadata.update(dict.fromkeys(_LOCKS, False))
    mode = path.stat().st_mode
    write_notebook(content, path)
    with contextlib.suppress(OSError):  # of somebody else: the lock of the record holds all the same
        os.chmod(path, mode & ~0o222)
    try:
        report._edit(status=Status.PUBLISHED.value, hash=notebooks.hash_of(path), **about)
    except BaseException:  # a notebook that says it is published while nothing else does could not be edited any more
        with contextlib.suppress(OSError, TrackkitError):
            os.chmod(path, mode)
            write_atomically(path, before)
        raise


def clone(report: Report, name: str | None, path: str | os.PathLike[str] | None) -> Report:
    """Copy a report as a new draft; see :meth:`Report.clone`."""
    title = suffixed(report.name, " (copy)") if name is None else name
    content = read_notebook(report.path)
    for cell in content.cells:
        for lock in _LOCKS:
            if cell.metadata.get(lock) is False:
                del cell.metadata[lock]
    target = _beside(report.path) if path is None else Path(path).expanduser().absolute()
    return report.make(report.store, title, report.project, report.description, target, content, report.tags)


def _is_empty(content: Any) -> bool:
    """Return whether a notebook holds nothing but its title."""
    texts = [cell.source.strip() for cell in content.cells if cell.source.strip() or cell.get("outputs")]
    return not texts or (len(texts) == 1 and _TITLE.fullmatch(texts[0]) is not None)


def _beside(path: Path) -> Path:
    number = 1
    while (found := path.with_stem(f"{path.stem[:80]}-copy{'' if number == 1 else f'-{number}'}")).exists():
        number += 1
    return found
