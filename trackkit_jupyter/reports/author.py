"""Writing a report: a notebook of Markdown and views, made by code or out of the notebook one is in."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import (
    NotFoundError,
    TrackkitStateError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import check_name, check_project, iso, new_id
from trackkit_jupyter.views import bundle, show
from trackkit_jupyter.views.bundle import find_store
from trackkit_jupyter.views.view import View, of

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["EMBED_TAG", "SETUP_TAG", "Report", "create", "here", "read_notebook", "write_atomically", "write_notebook"]

#: Tags of the code cells that a report brings: an export shows what they show, not their code.
SETUP_TAG, EMBED_TAG = "trackkit-setup", "trackkit-embed"
_SETUP = "import trackkit_jupyter as track"


@dataclass
class Report:
    """A report: a notebook, and its record in the store.

    Attributes
    ----------
    id, name, project, description, status, tags
        Its record. The description is not part of the document.
    path
        The notebook.
    """

    id: str
    name: str
    project: str
    path: Path
    store: Store[Any] = field(repr=False)
    description: str = ""
    status: str = "draft"
    tags: list[str] = field(default_factory=list)
    #: Whether it is the notebook this code runs in, whose file belongs to the editor.
    is_here: bool = field(default=False, repr=False)

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
        """
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
        self.keep()
        return self

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the report to a Markdown or HTML file, every view drawn afresh from the store.

        Parameters
        ----------
        path
            ``.md``: pictures go into a folder ``<name>_files`` beside it; ``.html``: one file with everything in it.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        TrackkitValueError
            Another kind of file.
        TrackkitStorageError
            It cannot be written.
        """
        from trackkit_jupyter.reports.export import export

        return export(self.path, path, self.store)

    def keep(self) -> None:
        """Enter the report's record in the store."""
        record = {
            "id": self.id,
            "name": self.name,
            "project": self.project,
            "description": self.description,
            "status": self.status,
            "tags": self.tags,
            "path": str(self.path),
        }
        try:
            before = self.store.report(self.id)
        except NotFoundError:
            before = {"created": iso(time.time()), "user": _user()}
        self.store.put_report({**before, **record})


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
        The notebook, which must not exist yet. Without it, a free name made of `name`, in the working directory.
    store
        The store, or its folder; without it, the default store.

    Raises
    ------
    TrackkitValueError
        A name that is not allowed, or a file that exists.
    TrackkitStorageError
        The notebook cannot be written.
    """
    check_name(name)
    check_project(project)
    if not isinstance(description, str):
        raise TrackkitTypeError(f"description must be text, not {type(description).__name__}.", "description")
    import nbformat.v4

    v4: Any = nbformat.v4
    home = _store(store)
    target = _free(name) if path is None else Path(path).expanduser().absolute()
    if target.suffix != ".ipynb":
        raise TrackkitValueError(f"A report is a notebook: its file ends in .ipynb, not {shown(target.name)}.", "path")
    if target.exists():
        raise TrackkitValueError(f"{target} exists already; name another file.", "path")
    report = Report(new_id(), name, project, target, home, description)
    notebook = v4.new_notebook(
        cells=[v4.new_markdown_cell(f"# {name}")],
        metadata={
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "trackkit": {
                "report": {
                    "id": report.id,
                    "name": name,
                    "project": project,
                    "description": description,
                    "status": report.status,
                }
            },
        },
    )
    write_notebook(notebook, target)
    report.keep()
    return report


def here(title: str | None, project: str | None = None, description: str = "", store: Any = None) -> Report:
    """Make the notebook one is in a report; said again, it changes the title, project or description.

    Parameters
    ----------
    title
        What it is called; ``None``: as before.
    project
        Where it belongs; without it: as before, else the current experiment's project, else the notebook's name.
    description
        What the list of reports says about it.
    store
        The store, or its folder; without it, the default store.

    Raises
    ------
    TrackkitStateError
        The notebook's file is not known, or it is no report yet and there is no title.
    """
    path = notebook_path()
    home = _store(store)
    known = next((record for record in home.reports() if record.get("path") == str(path)), {})
    if title is None and not known:
        raise TrackkitStateError('This notebook is no report yet; make it one: track.report.here("Title")', "title")
    report = Report(
        id=known.get("id") or new_id(),
        name=check_name(title if title is not None else known["name"]),
        project=check_project(project or known.get("project") or _current_project() or path.stem),
        path=path,
        store=home,
        description=description or known.get("description") or "",
        status=known.get("status") or "draft",
        tags=list(known.get("tags") or []),
        is_here=True,
    )
    report.keep()
    return report


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


def read_notebook(path: Path) -> Any:
    """Return a notebook, brought to nbformat 4.

    Raises
    ------
    TrackkitStorageError
        It cannot be read, or is no notebook.
    """
    import nbformat

    read: Any = nbformat.read
    try:
        return read(path, as_version=4)
    except FileNotFoundError:
        raise TrackkitStorageError(f"There is no notebook {path}.", "path") from None
    except (OSError, UnicodeError) as error:
        raise TrackkitStorageError(f"{path} cannot be read: {error}.", "path") from error
    except Exception as error:  # nbformat has no common base class for what may be wrong with a notebook
        raise TrackkitStorageError(
            f"{path} is no notebook that can be read ({type(error).__name__}).", "path"
        ) from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    TrackkitStorageError
        It cannot be written; what was there is untouched.
    """
    temporary = path.with_name(f".{path.name[:40]}.{new_id()[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(temporary, path.stat().st_mode & 0o777)
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise TrackkitStorageError(f"{path} cannot be written: {error.strerror or error}.", "path") from error


def write_notebook(notebook: Any, path: Path) -> None:
    """Write a notebook whole or not at all."""
    import nbformat

    writes: Any = nbformat.writes
    write_atomically(path, (writes(notebook) + "\n").encode())


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


def _store(store: Any) -> Store[Any]:
    from trackkit_jupyter.store import open_store

    return open_store(store) if store is None or isinstance(store, str | os.PathLike) else store


def _free(name: str) -> Path:
    stem = re.sub(r"[^\w-]+", "-", name.lower()).strip("-")[:80] or "report"
    number = 1
    while (path := Path.cwd() / f"{stem}{'' if number == 1 else f'-{number}'}.ipynb").exists():
        number += 1
    return path


def _current_project() -> str | None:
    from trackkit_jupyter.tracking import current

    exp = current()
    return None if exp is None else exp.project


def _user() -> str | None:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return None
