"""The reads and edits of reports; what orders them (name, tags, ...) is edited as that of experiments."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal

from trackkit_jupyter.errors import NotFoundError, TrackkitStateError, TrackkitValueError
from trackkit_jupyter.operations.paging import in_range
from trackkit_jupyter.records import check_id, iso, user_name
from trackkit_jupyter.store import Store, StoredReport

__all__ = ["create_report", "make_report", "notebook_below", "report", "report_markdown", "reports", "summary"]


def reports(
    store: Store[Any],
    search: str = "",
    project: str = "",
    status: Literal["", "draft", "published"] = "",
    tags: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    user: str = "",
    archived: bool = False,
    order_by: str = "-last_update",
    page: int = 0,
    page_size: int = 100,
) -> dict[str, Any]:
    """Return one page of the reports of a store, and what they can be narrowed by.

    Parameters
    ----------
    store
        The store.
    search
        Words, each of which is in the name, id, project, tags, description or the text of the notebook.
    project
        Only those of this project, and of those nested in it.
    status
        ``draft`` or ``published``; both if it is empty.
    tags
        As in the filters of embeds: any of them, ``__$and`` before those of which all must be there, ``-tag`` for one
        that must not.
    user
        Only those that this user made.
    archived
        Whether the archived ones are meant.
    order_by
        ``last_update``, ``name``, ``created`` or ``project``; ``-`` in front for descending.
    page, page_size
        Page number from 0, and reports per page, 1 to 1,000.

    Returns
    -------
    ``{"items", "total", "projects": [{"name", "count", "last_update"}], "users", "tags", "me", "now"}``: the projects
    are those of all that were found, on every page; users and tags those of all reports that are not, or are, archived.
    """
    in_range("page", page, 0, 10**9)
    in_range("page_size", page_size, 1, 1_000)
    found = store.reports(search, order_by, 0, None, archived, project, status, tags, user)
    everything = store.reports(archived=archived) if search or project or status or tags or user else found
    projects: dict[str, dict[str, Any]] = {}
    for each in found:
        known = projects.setdefault(each.project, {"name": each.project, "count": 0, "last_update": ""})
        known["count"] += 1
        known["last_update"] = max(known["last_update"], each.last_update or "")
    return {
        "items": [summary(each) for each in found[page * page_size : (page + 1) * page_size]],
        "total": found.total,
        "projects": sorted(projects.values(), key=lambda each: each["name"]),
        "users": sorted({each.user for each in everything if each.user}),
        "tags": sorted({tag for each in everything for tag in each.tags}),
        "me": user_name(),
        "now": iso(time.time()),
    }


def report(store: Store[Any], id: str) -> dict[str, Any]:
    """Return the record of a report, and its ``state``.

    ``path`` is that of its notebook below the server's root, ``None`` where it lies elsewhere; ``trouble`` says what is
    wrong with it: ``missing``, or ``changed`` since it was published.
    """
    found = store.report(check_id(id))
    state = found.state()  # before the data: what changes in between is then read again
    return {**summary(found), "state": state, "now": iso(time.time())}


def report_markdown(store: Store[Any], id: str) -> dict[str, str]:
    """Return the text of a report as Markdown; its views are the snippets that embed them elsewhere."""
    found: Any = store.report(check_id(id))
    return {"text": found.markdown()}


def create_report(
    store: Store[Any], name: str, project: str, description: str = "", folder: str = ""
) -> dict[str, Any]:
    """Make a new report in a folder below the server's root; answer its ``id``, and the ``path`` of its notebook.

    Parameters
    ----------
    store
        The store.
    name, project
        What it is called, and where it belongs; the project is made if it does not exist.
    description
        What the list of reports says about it.
    folder
        Where its notebook goes, below the server's root; a free name there is made of `name`.
    """
    place = notebook_below(store, folder, "folder")
    if not place.is_dir():
        raise NotFoundError("There is no such folder.", "folder")
    made = store.report_type.create(store, name, project, description, place)
    return {"id": made.id, "state": made.state(), "path": summary(made)["path"]}


def make_report(store: Store[Any], notebook: str, name: str, project: str, description: str = "") -> dict[str, Any]:
    """Make a report of a notebook below the server's root; answer its ``id``. The notebook itself is left as it is.

    Parameters
    ----------
    store
        The store.
    notebook
        Its path below the server's root.
    name, project, description
        As for a new one.
    """
    path = notebook_below(store, notebook, "notebook")
    if path.suffix != ".ipynb" or not path.is_file():
        raise NotFoundError("There is no such notebook.", "notebook")
    if store.report_of(path) is not None:
        raise TrackkitStateError("This notebook is a report already.", "notebook")
    made = store.report_type.enter(store, name, project, description, path)
    return {"id": made.id, "state": made.state()}


def summary(found: StoredReport) -> dict[str, Any]:
    """Return the record of a report, its path below the server's root."""
    return {**found.to_dict(), "path": _below_root(found.store, found.path)}


def notebook_below(store: Store[Any], path: str, field: str) -> Path:
    """Return a file or folder below the server's root.

    Raises
    ------
    TrackkitStateError
        Nobody serves files here.
    TrackkitValueError
        It lies outside.
    """
    if store.served_root is None:
        raise TrackkitStateError("Notebooks are made where a Jupyter server with our extension runs.", field)
    root = store.served_root.resolve()
    try:
        found = (root / path.strip("/")).resolve()
    except (OSError, ValueError, RuntimeError):
        found = root.parent
    # Resolved first, then compared by parts: no dots, no links get out.
    if not found.is_relative_to(root) or "\\" in path or "\0" in path:
        raise TrackkitValueError("The path must lie below the folder of the Jupyter server.", field)
    return found


def _below_root(store: Store[Any], path: Path) -> str | None:
    root = store.served_root
    if root is None:
        return None
    for base, place in ((root, path), (root.resolve(), path.parent.resolve() / path.name)):
        if place.is_relative_to(base):
            return place.relative_to(base).as_posix()
    return None
