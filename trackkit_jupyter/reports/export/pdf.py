"""A report as PDF, set by typst: no TeX, no browser, no network, and no file but its own."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def need_typst() -> Any:
    """Return typst.

    Raises
    ------
    TrackkitStateError
        It is not installed.
    """
    try:
        import typst
    except ImportError:
        raise TrackkitStateError(
            "A PDF is set by typst, which is not installed: pip install 'trackkit_jupyter[pdf]'. Without it, export to "
            ".html and print that, or to .md.",
            "path",
        ) from None
    return typst


def pdf(document: Document, drawn: Mapping[str, Drawn]) -> tuple[bytes, list[str]]:
    """Return a report as PDF, and what of it no font has letters for.

    Raises
    ------
    TrackkitStateError
        typst is not installed.
    TrackkitStorageError
        The page could not be set.
    """
    typst = need_typst()
    with tempfile.TemporaryDirectory(prefix="trackkit-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        shutil.copyfile(_TEMPLATE, folder / "report.typ")
        nodes = Nodes(folder, drawn)
        body = nodes.of(fragments(document))
        for path in nodes.foreign:
            _check(typst, folder, path)
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
        try:
            made = typst.compile(
                str(folder / "report.typ"),
                root=str(folder),
                font_paths=[str(fonts.FOLDER)],
                package_path=str(folder / "none"),
                package_cache_path=str(folder / "none"),
            )
        except Exception as error:  # typst's own kind, and what its threads raise
            raise TrackkitStorageError(f"The PDF could not be set: {str(error)[:300]}", "path") from error
        return bytes(made), notes


def _check(typst: Any, folder: Path, path: str) -> None:
    """Replace a vector picture that cannot be drawn, which would stop the whole page."""
    probe = f'#set page(width: auto, height: auto)\n#image("{path}")'
    try:
        typst.compile(probe.encode(), root=str(folder), format="svg")
    except Exception:  # noqa: BLE001 - it is anybody's file
        (folder / path).write_text(_DAMAGED, encoding="utf-8")
