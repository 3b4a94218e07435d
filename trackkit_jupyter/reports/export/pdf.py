"""A report as PDF, set by typst: no TeX, no browser, no network, and no file but its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from trackkit_jupyter.errors import TrackkitStateError, TrackkitStorageError
from trackkit_jupyter.palette import THEMES
from trackkit_jupyter.reports.export import fonts
from trackkit_jupyter.reports.export.document import Document
from trackkit_jupyter.reports.export.embeds import Drawn
from trackkit_jupyter.reports.export.nodes import Nodes
from trackkit_jupyter.reports.export.texts import fragments

__all__ = ["need_typst", "pdf"]

_INK = THEMES["light"]
_DAMAGED = f"""<svg xmlns="http://www.w3.org/2000/svg" width="400" height="40">
<rect width="399" height="39" fill="{_INK.grid}" stroke="{_INK.line}"/>
<text x="10" y="25" font-family="DejaVu Sans" font-size="12" fill="{_INK.ink}">This vector picture is damaged.</text>
</svg>"""
_TEMPLATE = Path(__file__).with_name("report.typ")
_COMPILER = Path(__file__).with_name("compiler.py")
_SECONDS = 120.0  # a hundred pages take one
#: For the vector pictures of other programs up to the one that takes too long, and for all of them.
_PICTURE_SECONDS, _PICTURES_SECONDS = 10.0, 30.0


def need_typst() -> None:
    """See that there is typst.

    Raises
    ------
    TrackkitStateError
        It is not installed.
    """
    if find_spec("typst") is None:
        raise TrackkitStateError(
            "A PDF is set by typst, which is not installed: pip install 'trackkit_jupyter[pdf]'. Without it, export to "
            ".html and print that, or to .md.",
            "path",
        )


def pdf(document: Document, drawn: Mapping[str, Drawn]) -> tuple[bytes, list[str]]:
    """Return a report as PDF, and what of it is not as it should be: pictures, and letters that no font has.

    Raises
    ------
    TrackkitStateError
        typst is not installed.
    TrackkitStorageError
        The page could not be set.
    """
    need_typst()
    with tempfile.TemporaryDirectory(prefix="trackkit-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        shutil.copyfile(_TEMPLATE, folder / "report.typ")
        nodes = Nodes(folder, drawn)
        body = nodes.of(fragments(document))
        damaged = _check(folder, nodes.foreign)
        head = [document.title, document.description, *document.facts]
        lacking = fonts.lacking(nodes.text.union(*head))
        notes = [lacking] if lacking else []
        data = {
            "title": document.title,
            "author": document.author,
            "description": document.description,
            "facts": document.facts,
            "fonts": fonts.FAMILIES,
            "body": [*body, *({"k": "note", "c": [note]} for note in notes)],
        }
        (folder / "content.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        _set(folder)
        return (folder / "report.pdf").read_bytes(), [*nodes.missing, *damaged, *notes]


def _set(folder: Path) -> None:
    try:
        done = _run("set", folder, str(fonts.FOLDER), seconds=_SECONDS)
    except subprocess.TimeoutExpired:
        raise TrackkitStorageError(
            f"The PDF was not set within {_SECONDS:g} s, and was given up: a picture or a table of this report is too "
            "large for it. Export to .html or .md.",
            "path",
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-300:]
        why = said if done.returncode == 1 else "it took more memory than it may have"
        raise TrackkitStorageError(f"The PDF could not be set: {why}", "path")


def _check(folder: Path, names: list[str]) -> list[str]:
    """Replace the vector pictures that cannot be drawn in a reasonable time, one of which would stop the whole page.

    Returns a sentence for each.
    """
    waiting, damaged = list(names), []
    until = time.monotonic() + _PICTURES_SECONDS
    while waiting and (left := until - time.monotonic()) > 0:
        try:
            told = _run("check", folder, *waiting, seconds=min(_PICTURE_SECONDS, left)).stdout
        except subprocess.TimeoutExpired as late:
            told = late.stdout or b""
        verdicts = [line.split() for line in told.decode().splitlines()]
        damaged += [name for verdict, name in verdicts if verdict == "bad"]
        # Whichever had no verdict ended the program.
        damaged += waiting[len(verdicts) : len(verdicts) + 1]
        waiting = waiting[len(verdicts) + 1 :]
    damaged += waiting
    for name in damaged:
        (folder / name).write_text(_DAMAGED, encoding="utf-8")
    return ["A vector picture is damaged, or takes too long to be drawn."] * len(damaged)


def _run(job: str, folder: Path, *rest: str, seconds: float) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", str(_COMPILER), job, str(folder), *rest]
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds, check=False)
