"""Notebook files as reports need them: their text for a search, and whether they are as they were published."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from trackkit_jupyter.errors import NotebookError

__all__ = ["LARGEST_NOTEBOOK", "check_size", "hash_of", "said_of", "text_of"]

#: What a notebook may have to be opened as a report, in bytes; a larger one is refused without reading it.
LARGEST_NOTEBOOK = 200 << 20
#: Only so much of a notebook's text is searched, in characters.
_SEARCHED = 400_000
_KEPT = 4_000

T = TypeVar("T")
State = tuple[int, int, int]


def check_size(path: Path) -> int:
    """Return the size of a notebook, in bytes.

    Raises
    ------
    NotebookError
        It is too large, is not there, or cannot be looked at; the message names the file.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise NotebookError(f"There is no notebook {path.name} where this report has it.", "path") from None
    except OSError as error:
        raise NotebookError(f"{path.name} cannot be read: {error.strerror or error}.", "path") from error
    if size > LARGEST_NOTEBOOK:
        raise NotebookError(
            f"{path.name} has {size >> 20:,} MB; a report may have {LARGEST_NOTEBOOK >> 20} MB. Clear the outputs that "
            "it does not need.",
            "path",
        )
    return size


class _Kept:
    """What was read from files, kept while the files are the same."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[State, Any]] = OrderedDict()

    def get(self, path: Path, read: Callable[[Path], T]) -> T | None:
        try:
            found = os.stat(path)
            state = (found.st_mtime_ns, found.st_size, found.st_ino)
            known = self._found.get(str(path))
            if known is None or known[0] != state:
                known = (state, read(path))
                self._found[str(path)] = known
                while len(self._found) > _KEPT:
                    self._found.popitem(last=False)
            value: T = known[1]
        except OSError:
            return None
        return value


_hashes, _texts, _said = _Kept(), _Kept(), _Kept()


def hash_of(path: Path) -> str | None:
    """Return the SHA-256 of a file, read again only when it changed; ``None`` where it cannot be read."""
    return _hashes.get(path, _hash)


def text_of(path: Path) -> str:
    """Return the text of a notebook's cells in lower case, for a search; empty where there is none to read."""
    return _texts.get(path, _text) or ""


def said_of(path: Path) -> dict[str, Any]:
    """Return what a notebook says of the report that it is: ``id``, ``status``, ...; empty if it says none."""
    return _said.get(path, _about) or {}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(path: Path) -> str:
    sources = ("".join(cell.source) for cell in _read(path).cells)
    return "\n".join(sources)[:_SEARCHED].casefold()


def _about(path: Path) -> dict[str, Any]:
    trackkit = _read(path).metadata.get("trackkit")
    report = trackkit.get("report") if isinstance(trackkit, dict) else None
    return report if isinstance(report, dict) and isinstance(report.get("id"), str) else {}


def _read(path: Path) -> Any:
    import msgspec

    # Outputs, which are nearly all of a notebook, are skipped without making anything of them.
    cell = msgspec.defstruct("cell", [("source", str | list[str], "")])
    fields: Any = [("cells", list[cell], []), ("metadata", dict[str, Any], {})]  # type: ignore[valid-type]
    notebook: Any = msgspec.defstruct("notebook", fields)
    if path.stat().st_size > LARGEST_NOTEBOOK:
        return notebook()
    try:
        return msgspec.json.decode(path.read_bytes(), type=notebook)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return notebook()
