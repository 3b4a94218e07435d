"""What a disk may hold after a power cut: what was synced, and any part of what was not, in any order.

The model is the strict one of POSIX: a file's bytes are sure once the file was synced, its name once the folder was.
Of what is not sure any part may be there: later writes without earlier ones, whose bytes are then zeros, a write cut in
its middle, a name without its bytes, a renaming that is undone.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

Operations = list[list[Any]]


def left_behind(operations: Operations, chance: random.Random) -> dict[str, bytes | None]:
    """Return a tree that may be left of operations that a power cut ended: content by path, ``None`` for folders."""
    names: dict[str, list[tuple[int, list[Any]]]] = {}  # what happened in each folder, and when
    writes: dict[int, list[tuple[int, list[Any]]]] = {}
    folders: dict[str, int] = {}  # when each was synced last
    files: dict[int, int] = {}
    for place, operation in enumerate(operations):
        kind = operation[0]
        if kind in {"create", "link", "unlink", "mkdir", "rename"}:
            names.setdefault(os.path.dirname(operation[1]) or ".", []).append((place, operation))
            if kind == "rename":
                assert os.path.dirname(operation[1]) == os.path.dirname(operation[2]), "renamed between folders"
        elif kind in {"write", "truncate"}:
            writes.setdefault(operation[1], []).append((place, operation))
        elif kind == "sync":
            files[operation[1]] = place
        elif kind == "sync folder":
            folders[operation[1]] = place
    # All that is not sure is there, or none, or some of it.
    likely = chance.choice((0.0, 1.0, chance.random(), chance.random()))
    tree: dict[str, bytes | None] = {}
    contents: dict[int, bytes] = {}
    todo = ["."]
    while todo:
        folder = todo.pop()
        entries: dict[str, int | None] = {}
        sure = folders.get(folder, -1)
        for place, operation in names.get(folder, ()):
            if place > sure and chance.random() >= likely:
                continue
            kind, path = operation[:2]
            if kind == "mkdir":
                entries[path] = None
            elif kind in {"create", "link"}:
                entries[path] = operation[2]
            elif kind == "unlink":
                entries.pop(path, None)
            elif entries.get(path, operation[3]) == operation[3]:
                entries.pop(path, None)
                entries[operation[2]] = operation[3]
        for path, number in entries.items():
            if number is None:
                tree[path] = None
                todo.append(path)
                continue
            if number not in contents:
                contents[number] = _content(writes.get(number, ()), files.get(number, -1), likely, chance)
            tree[path] = contents[number]
    return tree


def _content(writes: Any, sure: int, likely: float, chance: random.Random) -> bytes:
    content = bytearray()
    for place, operation in writes:
        kind = operation[0]
        if place > sure and chance.random() >= likely:
            continue
        if kind == "truncate":
            size = operation[2]
            content = content[:size] + bytes(max(0, size - len(content)))
            continue
        offset, data = operation[2:]
        if place > sure and chance.random() < 0.05:
            data = data[: chance.randrange(len(data) + 1)]
        content += bytes(max(0, offset - len(content)))
        content[offset : offset + len(data)] = data
    return bytes(content)


def lay_out(tree: dict[str, bytes | None], root: Path) -> None:
    """Make the files and folders of a tree below `root`."""
    for path, content in tree.items():  # a folder comes before what is in it
        if content is None:
            (root / path).mkdir()
    for path, content in tree.items():
        if content is not None:
            (root / path).write_bytes(content)
