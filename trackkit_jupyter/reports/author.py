"""Making reports: by code, or out of the notebook one is in."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitStateError
from trackkit_jupyter.reports.records import Report

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["create", "here", "notebook_path"]


def create(
    name: str,
    project: str,
    description: str = "",
    path: str | os.PathLike[str] | None = None,
    store: Any = None,
) -> Report:
    """Make a new report: a notebook with its title, to which :meth:`Report.add` appends.

    Parameters
    ----------
    name, project
        What it is called, and where it belongs; a slash nests projects.
    description
        What the list of reports says about it.
    path
        The notebook, which must not exist yet; or a folder, in which it gets a free name made of `name`. Without it,
        the working directory.
    store
        The store, or its folder; without it, the default store.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        A name that is not allowed, or a file that exists.
    TrackkitStorageError
        The notebook cannot be written.
    """
    place = Path.cwd() if path is None else Path(path).expanduser().absolute()
    return Report.create(_store(store), name, project, description, place)


def here(title: str | None, project: str | None = None, description: str = "", store: Any = None) -> Report:
    """Make the notebook one is in a report; said again, it changes the title, project or description.

    Parameters
    ----------
    title
        What it is called; ``None``: as before.
    project
        Where it belongs; without it: as before, else the current experiment's project, else the notebook's name.
    description
        What the list of reports says about it; empty: as before.
    store
        The store, or its folder; without it, the default store.

    Raises
    ------
    TrackkitStateError
        The notebook's file is not known, or it is no report yet and there is no title.
    """
    path = notebook_path()
    home = _store(store)
    known = home.report_of(path)
    if known is None:
        if title is None:
            raise TrackkitStateError('This notebook is no report yet; make it one: track.report.here("Title")', "title")
        known = Report.enter(home, title, project or _current_project() or path.stem, description, path)
    else:
        if title is not None and title != known.name:
            known.rename(title)
        if project and project != known.project:
            known.move(project)
        if description and description != known.description:
            known.describe(description)
    return Report(home, known.id, is_here=True)


def notebook_path() -> Path:
    """Return the file of the notebook this code runs in, as the Jupyter server or the editor told the kernel.

    Raises
    ------
    TrackkitStateError
        Nobody told.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    told = [os.environ.get("JPY_SESSION_NAME")]
    if shell is not None:
        told.insert(0, shell.user_ns.get("__vsc_ipynb_file__"))
    for text in told:
        # Drives of the editor ("RTC:a.ipynb") stand in front of the path.
        for candidate in (text, text.partition(":")[2]) if text else ():
            if candidate.endswith(".ipynb") and Path(candidate).is_file():
                return Path(candidate).absolute()
    raise TrackkitStateError(
        "The file of this notebook is not known to its kernel; write the report beside it: "
        'track.report.create("Title", project="…")',
        "path",
    )


def _store(store: Any) -> Store[Any]:
    from trackkit_jupyter.tracking import open_store

    return open_store(store) if store is None or isinstance(store, str | os.PathLike) else store


def _current_project() -> str | None:
    from trackkit_jupyter.tracking import current

    exp = current()
    return None if exp is None else exp.project
