"""The code of the views as files: what a page starts with, and what every further view needs.

The files import each other by name. A page that gets its code over a comm has no addresses for them: they are sent in
an order in which each comes after those that it imports, and the page puts addresses in place of the names.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from trackkit_jupyter.errors import NotFoundError

__all__ = ["FIRST", "files_of", "packed", "parts_of", "seen_first"]

_FOLDER = Path(__file__).parents[1] / "static"
#: The file that a page starts with.
FIRST = "widget.js"
_IMPORTED = re.compile(r'\b(?:from|import) ?"\./([\w-]+\.js)"')
_LATER = re.compile(r'\bimport\("\./([\w-]+\.js)"\)')
#: Kinds of view whose file has another name.
_FILES = {"plot": "plots"}
#: Kinds of view that begin with one of their tabs, or bring its code with their own.
_TABS = {"experiment": "scalars", "comparison": "scalars"}
#: Tabs whose file has another name: that of what they share it with.
_SHARED = {"details": "tables", "values": "tables", "parallel": "axesplots", "scatter": "axesplots"}


def files_of(*parts: str) -> list[str]:
    """Return the files that parts consist of, each after those that it imports, and each part after its own files.

    Raises
    ------
    NotFoundError
        There is no such file: a page that was loaded before an upgrade asks for the code of that time.
    """
    found: dict[str, None] = {}
    for part in parts:
        found.update(dict.fromkeys(files_of(*_IMPORTED.findall(_read(part)))))
        found[part] = None
    return list(found)


def parts_of(kind: str) -> list[str]:
    """Return the parts that a kind of view may come to show, its own first; none for a kind that has none."""
    stem = _FILES.get(kind, kind)
    own = [name for name in _later(FIRST) if name.rpartition("-")[0] == stem]
    found: dict[str, None] = dict.fromkeys(own)
    for name in own:
        found.update(dict.fromkeys(_later(name)))
    return list(found)


def seen_first(kind: str, tab: str | None = None) -> list[str]:
    """Return the files that a page of its own needs until it shows a kind of view, on one of its tabs.

    They are those beside the page's first, each after those that it imports.
    """
    tab = tab or _TABS.get(kind, "")
    stems = {_FILES.get(kind, kind), _SHARED.get(tab, tab)}
    parts = [name for name in parts_of(kind) if name.rpartition("-")[0] in stems]
    corner = [name for name in _later(FIRST) if name.startswith("corner-")]  # the way back, on every such page
    return [name for name in files_of(FIRST, *parts, *corner) if name != FIRST]


def packed(files: Collection[str]) -> bytes:
    """Return files, in this order, as one gzipped JSON object from name to text."""
    return gzip.compress(json.dumps({name: _read(name) for name in files}).encode(), 9, mtime=0)


def _later(part: str) -> Iterator[str]:
    """Yield the parts that the files of a part fetch when they are needed; not those of what every page starts with."""
    start = set() if part == FIRST else set(files_of(FIRST))
    for name in files_of(part):
        if name not in start:
            yield from _LATER.findall(_read(name))


@functools.cache
def _read(name: str) -> str:
    try:
        if re.fullmatch(r"[\w-]+\.js", name):
            return (_FOLDER / name).read_text(encoding="utf-8")
    except OSError:
        pass
    if name == FIRST:
        raise NotFoundError("The code of the widgets is missing; build it: npm run build.", "code")
    raise NotFoundError("This kernel has another version of the code of the views.", "code")
