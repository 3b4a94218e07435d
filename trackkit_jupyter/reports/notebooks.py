"""Notebooks as files: read whatever their version is, and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import NotebookError, TrackkitStateError, TrackkitStorageError
from trackkit_jupyter.records import new_id
from trackkit_jupyter.store.notebooks import check_size

__all__ = ["check_saved", "mark", "read_notebook", "write_atomically", "write_notebook"]

#: What a notebook says of the report that it is.
_SAID = ("id", "name", "project", "description", "status", "published", "publisher", "frozen")


def read_notebook(path: Path) -> Any:
    """Return a notebook, brought to nbformat 4.

    Raises
    ------
    NotebookError
        It cannot be read, is no notebook, or is too large to be opened at all.
    """
    check_size(path)
    import nbformat

    read: Any = nbformat.read
    try:
        return read(path, as_version=4)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise NotebookError(f"{path.name} cannot be read: {reason}.", "path") from error
    except Exception as error:  # nbformat has no common base class for what may be wrong with a notebook
        raise NotebookError(
            f"{path.name} is no notebook that can be read ({type(error).__name__}); it is left as it is.", "path"
        ) from error


def mark(content: Any, record: Mapping[str, Any]) -> None:
    """Say in a notebook which report it is."""
    kept = content.metadata.get("trackkit")
    about = {key: record[key] for key in _SAID if record.get(key) is not None}
    content.metadata["trackkit"] = {**(kept if isinstance(kept, dict) else {}), "report": about}


def check_saved(path: Path) -> None:
    """Refuse the notebook this code runs in where its file lacks the cell that runs, or the one that ran last.

    Of what was typed and not run, only the editor knows whether it is saved.

    Raises
    ------
    TrackkitStateError
        It was not saved since.
    """
    shell: Any = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    running = shell.history_manager.input_hist_raw if shell is not None and shell.history_manager else []
    if len(running) < 2:  # its first one is no cell
        return
    cells = [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]
    last = len(running) - 2
    saved = any(cell.source.strip() == running[-1].strip() for cell in cells)
    if not saved or (last and all(cell.execution_count != last for cell in cells)):
        raise TrackkitStateError(
            f"{path.name} has changes that are not saved. Save it, then run this cell again: what is published is the "
            "file.",
            "path",
        )


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; of a link, the file that it leads to.

    Raises
    ------
    TrackkitStorageError
        It cannot be written; what was there is untouched.
    """
    path = Path(os.path.realpath(path)) if path.is_symlink() else path
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
