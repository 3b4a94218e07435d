"""A report: a notebook, its record in the store, and what can be done with it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import LockedError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import (
    Status,
    check_name,
    check_project,
    check_tags,
    check_text,
    new_id,
    user_name,
)
from trackkit_jupyter.reports.notebooks import check_saved, mark, read_notebook, write_notebook
from trackkit_jupyter.store import Store, StoredReport
from trackkit_jupyter.tracking.habits import explained
from trackkit_jupyter.views import bundle, show
from trackkit_jupyter.views.builders import of
from trackkit_jupyter.views.bundle import find_store
from trackkit_jupyter.views.view import View

if TYPE_CHECKING:
    from trackkit_jupyter.reports.claims import Claim

__all__ = ["EMBED_TAG", "SETUP_TAG", "Report"]

#: Tags of the code cells that a report brings: an export shows what they show, not their code.
SETUP_TAG, EMBED_TAG = "trackkit-setup", "trackkit-embed"
_SETUP = "import trackkit_jupyter as track"


class Report(StoredReport):
    """A report: a notebook, and its record in the store.

    Attributes
    ----------
    id, name, project, description, status, tags
        Its record. The description is not part of the document.
    path
        The notebook.
    is_here : bool
        Whether it is the notebook this code runs in, whose file belongs to the editor.
    """

    def __init__(self, store: Store[Any], id: str, *, is_here: bool = False) -> None:
        super().__init__(store, id)
        self.is_here = is_here

    @classmethod
    def enter(cls, store: Store[Any], name: str, project: str, description: str, path: Path) -> Report:
        """Keep the record of a new report, whose notebook is there."""
        made: Report = store.new_report(_record(name, project, description, path, new_id()))
        return made

    @classmethod
    def create(cls, store: Store[Any], name: str, project: str, description: str, place: Path) -> Report:
        """Make a new report: its record, and its notebook with its title.

        Parameters
        ----------
        store
            The store.
        name, project, description
            Of the report.
        place
            The notebook, which must not exist; or a folder, in which it gets a free name.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A name that is not allowed, or a file that exists.
        TrackkitStorageError
            The notebook cannot be written.
        """
        import nbformat.v4

        v4: Any = nbformat.v4
        kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
        content = v4.new_notebook(
            cells=[v4.new_markdown_cell(f"# {name}")],
            metadata={"kernelspec": kernel, "language_info": {"name": "python"}},
        )
        return cls.make(store, name, project, description, place, content)

    @classmethod
    def make(
        cls,
        store: Store[Any],
        name: str,
        project: str,
        description: str,
        place: Path,
        content: Any,
        tags: Iterable[str] = (),
    ) -> Report:
        """Make a new report of the content of a notebook, as :meth:`create` does."""
        record = _record(name, project, description, place, new_id(), tags)  # refused before anything is written
        target = _free(name, place) if place.is_dir() else place
        if target.suffix != ".ipynb":
            raise TrackkitValueError(
                f"A report is a notebook: its file ends in .ipynb, not {shown(target.name)}.", "path"
            )
        if target.exists():
            raise TrackkitValueError(f"{target} exists already; name another file.", "path")
        mark(content, record)
        write_notebook(content, target)
        made: Report = store.new_report({**record, "path": str(target)})
        return made

    def add(self, *parts: Any) -> Report:
        """Append Markdown and views as cells; each view brings its picture, and is live where it is read.

        In the notebook one is in (:func:`here`) the parts are shown below the running cell instead, since its file
        belongs to the editor.

        Parameters
        ----------
        *parts
            Text (Markdown), views, experiments, or lists of experiments to compare.

        Returns
        -------
        Report
            Itself.

        Raises
        ------
        TrackkitTypeError
            A part is none of these; nothing is added then.
        LockedError
            It is published.
        """
        self.check_unlocked()
        checked = [part if isinstance(part, str) else _view(part) for part in parts]
        if self.is_here:
            _show_parts(checked)
            return self
        import nbformat.v4

        v4: Any = nbformat.v4
        notebook = read_notebook(self.path)
        for part in checked:
            if isinstance(part, str):
                notebook.cells.append(v4.new_markdown_cell(part))
                continue
            if not any(SETUP_TAG in cell.metadata.get("tags", ()) for cell in notebook.cells):
                notebook.cells.append(v4.new_code_cell(_SETUP, metadata={"tags": [SETUP_TAG]}))
            store = self.store if part.store is None or part.store.get("id") == self.store.id else find_store(part)
            output = v4.new_output("execute_result", bundle(part, store), execution_count=None)
            cell = v4.new_code_cell(_source(part), outputs=[output], metadata={"tags": [EMBED_TAG]})
            notebook.cells.append(cell)
        write_notebook(notebook, self.path)
        return self

    def publish(self, freeze: bool = False) -> None:
        """Lock its notebook as it was saved last: its cells, its file and its hash. Name, tags and archive stay free.

        Parameters
        ----------
        freeze
            Keep what its views show now with it: they are drawn from that from then on, also when the experiments are
            gone.

        Raises
        ------
        TrackkitStateError
            It is published already, or empty, or the notebook one is in and not saved.
        TrackkitStorageError
            Its notebook cannot be read or written. Nothing is published then.
        """
        from trackkit_jupyter.reports.publish import publish

        if self.is_here:
            check_saved(self.path)
        publish(self, freeze)

    def clone(self, name: str | None = None, path: str | os.PathLike[str] | None = None) -> Report:
        """Copy it as a new draft: the way to go on with one that is published.

        Parameters
        ----------
        name
            The name of the copy; ``"<name> (copy)"`` without it.
        path
            Its notebook, which must not exist; without it, a free name beside this one.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong name, or a file that exists.
        TrackkitStorageError
            The notebook cannot be read or written.
        """
        from trackkit_jupyter.reports.publish import clone

        return clone(self, name, path)

    def markdown(self) -> str:
        """Return its text as Markdown; its views are the snippets that embed them elsewhere."""
        from trackkit_jupyter.reports.export import to_markdown

        return to_markdown(self.path, self.store)

    @explained
    def claim(
        self,
        text: str,
        metric: str,
        a: str,
        b: str,
        *,
        value: str = "last",
        better: str = "",
        level: float = 0.95,
    ) -> Claim:
        """Claim that one group of experiments is better than another, and add that to the report.

        It is looked at again whenever the report is shown or exported: what later data contradicts is said there.

        Parameters
        ----------
        text
            The claim in words, such as "lr 0.1 beats 0.01".
        metric
            What is compared, such as ``"accuracy/val"``.
        a, b
            Queries that find the two groups, such as ``'hyperparameters["lr"] == 0.1'``; `a` is said to be better.
            The experiments of a group are taken for repetitions that differ by chance, say by their seeds.
        value
            What counts of each experiment: its ``"last"``, ``"min"``, ``"max"`` or ``"mean"`` value.
        better
            ``"higher"`` or ``"lower"``; empty: by the name of the metric (less of a loss or an error is better).
        level
            The confidence of the interval, over 0.5 and under 1.

        Returns
        -------
        Claim
            ``.holds``, ``.verdict``, ``.sentence``, ``.difference`` and ``.interval``; how the interval is made says
            :func:`trackkit_jupyter.operations.claims.interval`.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument; nothing is added.
        QueryError
            A query cannot be read; nothing is added.
        LockedError
            The report is published.
        """
        from trackkit_jupyter.reports.claims import make

        self.check_unlocked()
        view, found = make(self.store, text, metric, a, b, {"value": value, "better": better, "level": level})
        self.add(view)
        return replace(found, view=None) if self.is_here else found

    def check_unlocked(self) -> None:
        """Raise if its notebook is locked.

        Raises
        ------
        LockedError
            It is published.
        """
        if self.status == Status.PUBLISHED.value:
            raise LockedError(
                f"The report {shown(self.name)} is published: its notebook is locked. `report.clone()` makes a copy to "
                "go on with.",
                "status",
            )

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        code: bool = False,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> Path:
        """Write the report to a PDF, Markdown or HTML file, every view drawn afresh from the store.

        What cannot be drawn is said in its place; see :func:`trackkit_jupyter.report.export`.

        Parameters
        ----------
        path
            ``.pdf``: needs the extra ``trackkit_jupyter[pdf]``; ``.md``: pictures go into a folder ``<name>_files``
            beside it; ``.html``: one file with everything in it.
        code
            Whether to show the code of the cells.
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
            It cannot be written.
        """
        from trackkit_jupyter.reports.export import export

        return export(self.path, path, self.store, code=code, progress=progress)


def _record(name: Any, project: Any, description: Any, path: Path, id: str, tags: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "id": id,
        "name": check_name(name),
        "project": check_project(project),
        "description": check_text(description, "description", what="A description"),
        "status": Status.DRAFT.value,
        "tags": check_tags(tags),
        "user": user_name(),
        "archived": False,
        "path": str(path),
    }


def _free(name: str, folder: Path) -> Path:
    stem = re.sub(r"[^\w-]+", "-", name.lower()).strip("-")[:80] or "report"
    number = 1
    while (path := folder / f"{stem}{'' if number == 1 else f'-{number}'}.ipynb").exists():
        number += 1
    return path


def _view(part: Any) -> View:
    try:
        return of(part)
    except (TrackkitTypeError, TypeError):
        raise TrackkitTypeError(
            f"A report holds Markdown text, views and experiments, not {type(part).__name__}.", "parts"
        ) from None


def _source(view: View) -> str:
    """Return the code that makes the view again."""
    from trackkit_jupyter.views import embed_url

    options = dict(view.options)
    kind = embed_url.type_of(view)
    options.pop("type", None)
    objects = list(view.objects)
    arguments = [repr(objects[0] if len(objects) == 1 else objects)]
    if view.kind == "claim":
        said = {name: value for name, value in view.options.items() if name != "then"}
        return f"track.report.claim({', '.join(f'{name}={value!r}' for name, value in said.items())})"
    if view.query:
        return f"track.embed({view.url!r})"
    arguments += [f"type={kind!r}"] if kind != "scalar" else []
    arguments += [f"{name}={value!r}" for name, value in options.items()]
    line = f"track.embed({', '.join(arguments)})"
    if len(line) <= 100:
        return line
    return "track.embed(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def _show_parts(parts: list[Any]) -> None:
    from IPython.display import Markdown, display

    for part in parts:
        if isinstance(part, str):
            display(Markdown(part))
        else:
            show(part)
