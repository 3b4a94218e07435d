"""Exporting a report: every view drawn afresh from the store, as Markdown with its pictures, as PDF, or as one page."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.reports.notebooks import write_atomically
from trackkit_jupyter.views.bundle import find_store
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["FORMATS", "Exported", "Progress", "export", "markdown_of", "to_markdown", "write", "write_content"]

FORMATS = (".pdf", ".md", ".html")
#: Told how many views are drawn, how many there are, and which one comes.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    path
        The file.
    views, pictures
        How many views stand in it, and how many pictures were drawn for them.
    missing
        What could not be shown, a sentence each: each stands in the file too, in its place.
    """

    path: Path
    views: int = 0
    pictures: int = 0
    missing: list[str] = field(default_factory=list)


def export(
    notebook: str | os.PathLike[str],
    path: str | os.PathLike[str],
    store: Store[Any] | None = None,
    *,
    code: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write a notebook to a PDF, Markdown or HTML file, every view drawn afresh from the store.

    What is no longer there, or cannot be drawn, is said in its place; it never stops an export. The notebook is not
    changed.

    Parameters
    ----------
    notebook
        The notebook, as last saved.
    path
        ``.pdf``: set by typst (``pip install 'trackkit_jupyter[pdf]'``), with vector charts; ``.md``: pictures go into
        a folder ``<name>_files`` beside it; ``.html``: one file with everything in it.
    store
        Where to look for the views that name no store of their own; without it, the default store.
    code
        Whether to show the code of the cells. What a cell itself hides stays hidden.
    progress
        Called with how many views are drawn, how many there are, and which one comes.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    TrackkitValueError
        Another kind of file.
    TrackkitStateError
        A PDF, and typst is not installed.
    TrackkitStorageError
        The notebook cannot be read, has more than 100 MB, or the file cannot be written.
    """
    return write(notebook, path, store, code=code, progress=progress).path


def write(
    notebook: str | os.PathLike[str],
    path: str | os.PathLike[str],
    store: Store[Any] | None = None,
    *,
    code: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write a notebook to a file as :func:`export` does, and say what could not be shown."""
    from trackkit_jupyter.reports.export.document import open_notebook

    target = Path(path).expanduser().absolute()
    _check(target)
    source = Path(notebook).expanduser().absolute()
    if source == target:
        raise TrackkitValueError("An export never replaces its notebook: name another file.", "path")
    return write_content(open_notebook(source), source, target, store, code=code, progress=progress)


def write_content(
    content: Any,
    source: Path,
    target: Path,
    store: Store[Any] | None = None,
    *,
    code: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write a notebook that was read already, of the file `source`."""
    from trackkit_jupyter.reports.export import document as documents
    from trackkit_jupyter.reports.export.embeds import draw_all, problems

    _check(target)
    suffix = target.suffix.lower()
    if suffix == ".pdf":
        from trackkit_jupyter.reports.export.pdf import need_typst

        need_typst()
    found = documents.document(content, source.stem, source.parent, store, code=code)
    find = _finder(content, source.parent, store)
    drawn = draw_all(found.embeds.values(), find, "svg" if suffix == ".pdf" else "png", progress)
    notes: list[str] = []
    shown = list(drawn.values())
    if suffix == ".md":
        from trackkit_jupyter.reports.export.markdown import write_markdown

        write_markdown(found, drawn, target)
    elif suffix == ".pdf":
        from trackkit_jupyter.reports.export.pdf import pdf

        data, notes = pdf(found, drawn)
        write_atomically(target, data)
    else:
        from trackkit_jupyter.reports.export.html import page

        text, live = page(found, drawn)
        write_atomically(target, text.encode())
        shown = [each for mark, each in drawn.items() if mark not in live]
    return Exported(target, len(drawn), sum(len(each.images) for each in drawn.values()), [*problems(shown), *notes])


def to_markdown(
    notebook: str | os.PathLike[str], store: Store[Any] | None = None, *, pictures: bool = False, code: bool = False
) -> str:
    """Return a report as Markdown in one text, for a clipboard.

    Parameters
    ----------
    notebook, store, code
        As of :func:`export`.
    pictures
        Whether the pictures of the views stand in the text (as ``data:`` addresses, which few places show). Without it
        each view is the snippet that embeds it, live, in another report.
    """
    from trackkit_jupyter.reports.export.document import open_notebook

    source = Path(notebook).expanduser().absolute()
    return markdown_of(open_notebook(source), source, store, pictures=pictures, code=code)


def markdown_of(
    content: Any, source: Path, store: Store[Any] | None = None, *, pictures: bool = False, code: bool = False
) -> str:
    """Return a notebook that was read already, of the file `source`, as :func:`to_markdown` does."""
    from trackkit_jupyter.reports.export import document as documents
    from trackkit_jupyter.reports.export.embeds import draw_all
    from trackkit_jupyter.reports.export.markdown import Inside, markdown, with_snippets

    found = documents.document(content, source.stem, source.parent, store, code=code)
    if not pictures:
        return with_snippets(found)
    find = _finder(content, source.parent, store)
    return markdown(found, draw_all(found.embeds.values(), find, "png"), Inside())


def _check(target: Path) -> None:
    if target.suffix.lower() not in FORMATS:
        raise TrackkitValueError(f"A report is exported to .pdf, .md or .html, not {shown(target.name)}.", "path")


def _finder(content: Any, folder: Path, store: Store[Any] | None) -> Callable[[View], Store[Any]]:
    """Return what says where a view's experiments are: of a frozen report, with the report."""
    from trackkit_jupyter.reports.freeze import frozen_of

    frozen = frozen_of(content, store)
    if frozen is not None:
        return lambda _: frozen
    return partial(_home, store=store, folder=folder)


def _home(view: View, store: Store[Any] | None, folder: Path) -> Store[Any]:
    if store is not None and (view.store is None or view.store.get("id") == store.id):
        return store
    return find_store(view, folder)
