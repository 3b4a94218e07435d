"""Shows files that git does not know yet as the changes that would add them."""

from __future__ import annotations

import os
from collections.abc import Iterable

__all__ = ["SUFFIXES", "addition", "additions"]

#: What a program is made of; data is left alone.
SUFFIXES = (".py", ".pyi", ".pyx", ".sh", ".toml", ".yaml", ".yml", ".cfg", ".ini")

_FILES = 50
_BYTES = 200_000  # of one file


def additions(root: str, names: Iterable[str]) -> tuple[str, list[str]]:
    """Return the additions of files, by their paths from `root` with slashes, and notes on what is left out."""
    wanted = sorted(names)
    found = [addition(root, name) for name in wanted[:_FILES]]
    left_out = sum(each is None for each in found) + len(wanted[_FILES:])
    notes = [f"{left_out} new {'file is' if left_out == 1 else 'files are'} not among the changes"] if left_out else []
    return "".join(each for each in found if each), notes


def addition(root: str, name: str) -> str | None:
    """Return the addition of one file as ``git diff`` writes it; None for what is large, no text, or not readable."""
    path = os.path.join(root, *name.split("/"))
    try:
        if not name.isprintable() or not os.path.isfile(path) or os.path.islink(path) or os.path.getsize(path) > _BYTES:
            return None
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except (OSError, UnicodeError):
        return None
    if "\0" in text:
        return None
    lines = text.split("\n")
    complete = lines[-1] == ""
    lines = lines[:-1] if complete else lines
    head = f"diff --git a/{name} b/{name}\nnew file mode 100644\n"
    if not lines:
        return head
    count = f",{len(lines)}" if len(lines) > 1 else ""
    body = "".join(f"+{line}\n" for line in lines)
    ending = "" if complete else "\\ No newline at end of file\n"
    return f"{head}--- /dev/null\n+++ b/{name}\n@@ -0,0 +1{count} @@\n{body}{ending}"
