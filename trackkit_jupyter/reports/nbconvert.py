"""The exports as nbconvert knows them: ``jupyter nbconvert --to trackkit-pdf | trackkit-markdown | trackkit-html``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Bool, default

from trackkit_jupyter.reports.export import write_content

__all__ = ["HtmlExporter", "MarkdownExporter", "PdfExporter"]


class _Exporter(Exporter):
    show_code = Bool(False, help="Whether to show the code of the cells.").tag(config=True)

    def from_notebook_node(self, nb: Any, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        """Return the report, and with it the files that belong beside it."""
        # nbconvert's own preprocessors run first, such as the one of --execute.
        content, resources = super().from_notebook_node(nb, resources)
        about = resources.get("metadata") or {}
        name = str(about.get("name") or "report")
        source = Path(about.get("path") or ".").absolute() / f"{name}.ipynb"
        with tempfile.TemporaryDirectory(prefix="trackkit-export-") as folder:
            target = Path(folder) / f"{name}{self.file_extension}"
            done = write_content(content, source, target, code=self.show_code)
            for reason in done.missing:
                self.log.warning("Not shown: %s", reason)
            for file in target.with_name(f"{name}_files").glob("*"):
                resources.setdefault("outputs", {})[f"{name}_files/{file.name}"] = file.read_bytes()
            data = target.read_bytes()
        return (data if self.file_extension == ".pdf" else data.decode()), resources


class PdfExporter(_Exporter):
    """A report as PDF, set by typst: no TeX and no browser."""

    export_from_notebook = "Trackkit report (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _extension(self) -> str:
        return ".pdf"


class MarkdownExporter(_Exporter):
    """A report as Markdown, with a folder of its pictures."""

    export_from_notebook = "Trackkit report (Markdown)"
    output_mimetype = "text/markdown"

    @default("file_extension")
    def _extension(self) -> str:
        return ".md"


class HtmlExporter(_Exporter):
    """A report as one page, with everything in it."""

    export_from_notebook = "Trackkit report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _extension(self) -> str:
        return ".html"
