"""Exporting a report: every view drawn afresh from the store, as Markdown with its pictures or as one HTML file."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from trackkit_jupyter.errors import EmbedError, TrackkitError, TrackkitValueError, shown
from trackkit_jupyter.reports.notebooks import read_notebook, write_atomically
from trackkit_jupyter.reports.records import EMBED_TAG, SETUP_TAG
from trackkit_jupyter.views import parse_embed
from trackkit_jupyter.views.bundle import find_store
from trackkit_jupyter.views.drawing import draw, summarise
from trackkit_jupyter.views.tables import escape_markdown
from trackkit_jupyter.views.view import MIME_TYPE, View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["export"]

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/svg+xml": "svg"}
_OURS = re.compile(r"\d+\.(?:png|jpg|gif|svg)")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_SNIPPET = re.compile(
    r"<iframe\b(?:(?!</?iframe).)*?/widgets?/?\?.*?(?:</iframe\s*>|\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL
)
_ATTACHMENT = re.compile(r"\(attachment:([^)\s]+)")
_ATTACHED = re.compile(r"attachment:([^)\s>\"']+)")
_FENCE = re.compile(r"(^(?P<mark>`{3,}|~{3,}).*?^(?P=mark)[`~]*\s*?$)", re.MULTILINE | re.DOTALL)
_HIDDEN = frozenset({SETUP_TAG, EMBED_TAG, "hide-input", "hide_input", "remove-input", "remove_input"})
#: What an output may bring to a page, the widgets' and other scripts left out.
_PAGE_TYPES = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain")
#: The host's own look without its scripts, and a browser that is told to load nothing, whatever the page says.
_TEMPLATE = """{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; font-src data:; style-src \
'unsafe-inline'; form-action 'none'; base-uri 'none'">
<meta name="referrer" content="no-referrer">
{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
"""
#: Says where a view's experiments are.
_Find = Callable[[View], "Store[Any]"]


@dataclass
class _Shown:
    """What an export puts in place of a view: a picture, a caption, and tables."""

    picture: bytes | None
    caption: str
    words: str


def export(notebook: str | os.PathLike[str], path: str | os.PathLike[str], store: Store[Any] | None = None) -> Path:
    """Write a notebook to a Markdown or HTML file, every view drawn afresh from the store.

    What is no longer there is said in its place; it never stops an export.

    Parameters
    ----------
    notebook
        The notebook, as last saved.
    path
        ``.md``: pictures go into a folder ``<name>_files`` beside it; ``.html``: one file with everything in it.
    store
        Where to look for the views that name no store of their own; without it, the default store.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    TrackkitValueError
        Another kind of file.
    TrackkitStorageError
        The notebook cannot be read, or the file not be written.
    """
    target = Path(path).expanduser().absolute()
    suffix = target.suffix.lower()
    if suffix == ".pdf":
        raise TrackkitValueError(
            "PDF comes with the extra trackkit_jupyter[pdf], which this version does not have yet; export to .html and "
            "print it, or to .md.",
            "path",
        )
    if suffix not in (".md", ".html"):
        raise TrackkitValueError(f"A report is exported to .md or .html, not {shown(target.name)}.", "path")
    source = Path(notebook).expanduser().absolute()
    content = read_notebook(source)
    find = partial(_home, store=store, folder=source.parent)
    if suffix == ".html":
        write_atomically(target, _html(content, target.stem, source.parent, find).encode())
    else:
        _write_markdown(content, target, find)
    return target


# -- Markdown


class _Pictures:
    """The pictures of a Markdown file, numbered, in a folder beside it."""

    def __init__(self, target: Path) -> None:
        self.folder = target.with_name(f"{target.stem}_files")
        self.names: set[str] = set()

    def add(self, data: bytes, suffix: str) -> str:
        """Write a picture and return its address from the Markdown file."""
        return self.put(f"{len(self.names) + 1}.{suffix}", data)

    def put(self, name: str, data: bytes) -> str:
        """Write a file by its name and return its address."""
        write_atomically(self.folder / name, data)
        self.names.add(name)
        return f"{quote(self.folder.name)}/{quote(name)}"

    def tidy(self) -> None:
        """Remove what an earlier export left: our numbered pictures only."""
        if self.folder.is_dir():
            for file in self.folder.iterdir():
                if _OURS.fullmatch(file.name) and file.name not in self.names:
                    file.unlink(missing_ok=True)


def _write_markdown(content: Any, target: Path, find: _Find) -> None:
    pictures = _Pictures(target)
    parts: list[str] = []
    for cell in content.cells:
        if cell.cell_type == "markdown":
            parts.append(_markdown_cell(cell, pictures, find))
        elif cell.cell_type == "raw":
            parts.append(_fenced(cell.source))
        elif cell.cell_type == "code":
            if cell.source.strip() and not _is_hidden(cell):
                parts.append(_fenced(cell.source, "python"))
            parts += [_output(output, pictures, find) for output in cell.get("outputs", ())]
    # The pictures are there before the text that shows them, and go only after it does not.
    write_atomically(target, ("\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n").encode())
    pictures.tidy()


def _markdown_cell(cell: Any, pictures: _Pictures, find: _Find) -> str:
    attachments = cell.get("attachments", {})

    def attached(match: re.Match[str]) -> str:
        for mime, data in attachments.get(match[1], {}).items():
            picture = _decode(data)
            if mime in _SUFFIXES and picture is not None:
                return f"({pictures.add(picture, _SUFFIXES[mime])}"
        return match[0]

    def snippet(match: re.Match[str]) -> str:
        return _view_markdown(_from_snippet(match[0]), pictures, find)

    return _outside_code(cell.source, lambda text: _SNIPPET.sub(snippet, _ATTACHMENT.sub(attached, text)))


def _outside_code(source: str, change: Callable[[str], str]) -> str:
    """Change Markdown, but not its code blocks: a snippet in one is shown, not run."""
    parts, end = [], 0
    for fence in _FENCE.finditer(source):
        parts += [change(source[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(source[end:])])


def _output(output: Any, pictures: _Pictures, find: _Find) -> str:
    if output.output_type == "stream":
        return _fenced(_console(output.text))
    if output.output_type == "error":
        return _fenced(_console("\n".join(output.traceback) or f"{output.ename}: {output.evalue}"))
    data = output.get("data", {})
    if MIME_TYPE in data:
        return _view_markdown(_from_output(data[MIME_TYPE]), pictures, find)
    if "text/markdown" in data:
        return str(data["text/markdown"])
    for mime, suffix in _SUFFIXES.items():
        picture = data[mime].encode() if mime == "image/svg+xml" and mime in data else _decode(data.get(mime))
        if picture is not None:
            return f"![Picture]({pictures.add(picture, suffix)})"
    return _fenced(str(data["text/plain"])) if "text/plain" in data else ""


def _view_markdown(found: View | str, pictures: _Pictures, find: _Find) -> str:
    shown_view = _shown(found, find)
    caption = escape_markdown(shown_view.caption)
    if shown_view.picture is not None:
        address = pictures.add(shown_view.picture, "png")
        return f"![{caption}]({address})\n\n*{caption}*\n\n{shown_view.words}"
    return f"{shown_view.words}\n\n*{caption}*" if shown_view.words else f"> {caption}"


# -- HTML


def _html(content: Any, title: str, folder: Path, find: _Find) -> str:
    """Return the notebook as one HTML page: no scripts, and nothing is loaded from anywhere.

    What cells bring is sanitized one by one (:func:`~trackkit_jupyter.reports.sanitize.clean`).
    """
    import nbconvert
    from traitlets.config import Config

    from trackkit_jupyter.reports.sanitize import clean

    for number, cell in enumerate(content.cells):
        hidden = cell.cell_type == "code" and _is_hidden(cell)
        # The template writes ids, tags and sizes into attributes without quotes.
        cell.id, cell.metadata = f"cell-{number}", {"tags": [SETUP_TAG] if hidden else []}
        if cell.cell_type == "markdown":
            cell.source = _outside_code(
                cell.source, lambda text: _SNIPPET.sub(lambda match: _inline(_from_snippet(match[0]), find), text)
            )
            attachments = cell.setdefault("attachments", {})
            for name in _ATTACHED.findall(cell.source):  # one that is missing must not stop the export
                if not attachments.get(name):
                    attachments[name] = {"text/plain": ""}
        elif cell.cell_type == "code":
            shown_outputs = [_html_output(output, folder, find) for output in cell.outputs]
            cell.outputs = [output for output in shown_outputs if output.get("data") != {}]
    content.metadata = {"language_info": {"name": "python"}}
    config = Config({"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": {SETUP_TAG}}})
    exporter: Any = nbconvert.HTMLExporter
    page = exporter(
        config=config,
        raw_template=_TEMPLATE,
        filters={"clean_html": lambda text: clean(text, folder)},
        sanitize_html=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    text, _ = page.from_notebook_node(content, resources={"metadata": {"name": title}})
    return str(text)


def _html_output(output: Any, folder: Path, find: _Find) -> Any:
    import nbformat.v4

    from trackkit_jupyter.reports.sanitize import clean, is_empty

    v4: Any = nbformat.v4
    data = output.get("data")
    if data is None:  # what was printed, and errors: text
        return output
    if MIME_TYPE in data:
        return v4.new_output("display_data", {"text/markdown": _inline(_from_output(data[MIME_TYPE]), find)})
    kept = {mime: data[mime] for mime in _PAGE_TYPES if isinstance(data.get(mime), str)}
    if "text/html" in kept and is_empty(clean(kept["text/html"], folder)):
        del kept["text/html"]  # it was all script: the picture or the text beside it says more
    gif = _decode(data.get("image/gif"))
    if gif is not None and not kept.keys() - {"text/plain"}:
        address = base64.b64encode(gif).decode("ascii")
        kept = {"text/html": f'<img alt="Picture" src="data:image/gif;base64,{address}">'}
    sizes = {}
    for mime, about in output.get("metadata", {}).items():
        if mime in kept and isinstance(about, dict):
            sizes[mime] = {key: about[key] for key in ("width", "height") if type(about.get(key)) is int}
    return v4.new_output("display_data", kept, metadata=sizes)


def _inline(found: View | str, find: _Find) -> str:
    shown_view = _shown(found, find)
    caption = escape_markdown(shown_view.caption)
    if shown_view.picture is None:
        return f"{shown_view.words}\n\n*{caption}*" if shown_view.words else f"> {caption}"
    data = base64.b64encode(shown_view.picture).decode("ascii")
    return f"![{caption}](data:image/png;base64,{data})\n\n*{caption}*\n\n{shown_view.words}"


# -- views


def _from_output(data: Any) -> View | str:
    try:
        return View.from_json(data)
    except (TrackkitValueError, AttributeError):
        return "This view cannot be read: its data is damaged."


def _from_snippet(text: str) -> View | str:
    try:
        return parse_embed(text)
    except EmbedError as error:
        return error.message


def _shown(found: View | str, find: _Find) -> _Shown:
    """Draw a view; whatever goes wrong becomes the sentence that stands in its place."""
    if isinstance(found, str):
        return _Shown(None, found, "")
    try:
        home = find(found)
        theme: Literal["light"] = "light"  # paper
        drawing = draw(found, home, theme=theme, points=2000)
        words = ""
        if found.kind == "single" or (found.kind == "comparison" and drawing.data is not None):
            summary = summarise(found, home)
            words = type(summary)("", "", summary.tables).markdown()
        nothing = "" if drawing.data is not None or words else " Nothing was logged to draw here."
        return _Shown(drawing.data, f"{drawing.caption}{nothing if ' · ' in drawing.caption else ''}", words)
    except TrackkitError as error:
        return _Shown(None, error.message, "")
    except Exception as error:  # noqa: BLE001 - one view that cannot be drawn must not cost the report
        return _Shown(None, f"This view could not be drawn ({type(error).__name__}: {error}).", "")


def _home(view: View, store: Store[Any] | None, folder: Path) -> Store[Any]:
    if store is not None and (view.store is None or view.store.get("id") == store.id):
        return store
    return find_store(view, folder)


# -- text


def _is_hidden(cell: Any) -> bool:
    hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    return bool(hidden) or not _HIDDEN.isdisjoint(cell.metadata.get("tags", ()))


def _fenced(text: str, language: str = "") -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}{language}\n{text.rstrip()}\n{mark}" if text.strip() else ""


def _console(text: str) -> str:
    """Return console text as it looks in the end: without colours, and what a carriage return overwrote."""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in _ANSI.sub("", text).split("\n"))


def _decode(data: Any) -> bytes | None:
    try:
        return base64.b64decode("".join(data.split())) if isinstance(data, str) else None
    except (ValueError, binascii.Error):
        return None
