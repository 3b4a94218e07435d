"""What a report says, in the order of its cells: texts, outputs, and the places of its views."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import EmbedError, TrackkitError, TrackkitStorageError, TrackkitValueError
from trackkit_jupyter.reports.notebooks import read_notebook
from trackkit_jupyter.reports.records import EMBED_TAG, SETUP_TAG
from trackkit_jupyter.views import parse_embed
from trackkit_jupyter.views.snippets import each_snippet
from trackkit_jupyter.views.view import MIME_TYPE, View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = [
    "SUFFIXES",
    "Code",
    "Console",
    "Document",
    "Embed",
    "Html",
    "Part",
    "Picture",
    "Text",
    "console",
    "decode",
    "document",
    "open_notebook",
]

#: Pictures that a cell may bring, and how their files end.
SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}
_FIGURE = "application/vnd.plotly.v1+json"
#: What the record of a report says that stands below its title.
_KNOWN = ("name", "project", "user", "status", "description", "last_update", "created", "tags")
_LARGEST = 100_000_000  # bytes of a notebook; reading one takes ten times its size in memory
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_HIDDEN = frozenset({SETUP_TAG, EMBED_TAG, "hide-input", "hide_input", "remove-input", "remove_input"})
_LEFT_OUT = frozenset({"remove-cell", "remove_cell", "hide-cell", "hide_cell"})
_NO_OUTPUT = frozenset({"remove-output", "remove_output", "hide-output", "hide_output"})
_MOST_LINES, _LAST_LINES = 400, 100  # of what a cell printed


@dataclass(frozen=True)
class Text:
    """Markdown; where a view stands, it holds the mark of one of the embeds."""

    source: str
    attachments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Code:
    """The code of a cell, or a raw cell without a language."""

    source: str
    language: str = ""


@dataclass(frozen=True)
class Console:
    """What a cell printed, or the plain text of its result."""

    text: str


@dataclass(frozen=True)
class Html:
    """HTML that a cell brought, unchecked, and the text that it gave beside it."""

    source: str
    plain: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture that a cell brought."""

    data: bytes
    mime: str
    alt: str = "Picture"


Part = Text | Code | Console | Html | Picture


@dataclass(frozen=True)
class Embed:
    """A view in the report: its mark in the text, and the view, a plotly figure, or why it cannot be read."""

    mark: str
    view: View | Mapping[str, Any] | str
    snippet: str = ""


@dataclass
class Document:
    """A report, taken apart.

    Attributes
    ----------
    title, project, author, date, status, description, tags
        What its record says; empty where nothing is known.
    parts
        What it says, in order.
    embeds
        The views that stand in it, by their marks, in order.
    folder
        The notebook's folder, which its relative addresses start from.
    """

    title: str
    folder: Path
    project: str = ""
    author: str = ""
    date: str = ""
    status: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    embeds: dict[str, Embed] = field(default_factory=dict)

    @property
    def facts(self) -> list[str]:
        """What stands below the title."""
        return [fact for fact in (self.project, self.author, self.date, self.status, ", ".join(self.tags)) if fact]


def open_notebook(path: Path) -> Any:
    """Return a notebook, unless it is too large to be read.

    Raises
    ------
    TrackkitStorageError
        It cannot be read, is no notebook, or has more than 100 MB.
    """
    try:
        size = path.stat().st_size
    except OSError:
        size = 0  # said when it is read
    if size > _LARGEST:
        raise TrackkitStorageError(
            f"{path} has {size / 1e6:,.0f} MB; a notebook of {_LARGEST / 1e6:,.0f} MB at most is exported. Clear the "
            "outputs that made it so large. It was not read.",
            "path",
        )
    return read_notebook(path)


def document(content: Any, name: str, folder: Path, store: Store[Any] | None, *, code: bool = False) -> Document:
    """Take a notebook apart.

    Parameters
    ----------
    content
        The notebook, of nbformat 4. It is not changed.
    name
        What to call it where it says no name.
    folder
        Its folder.
    store
        The store that may know more of the report than its notebook says.
    code
        Whether to show the code of its cells; what a cell or its tags hide stays hidden.
    """
    found = Document(name, folder)
    _introduce(found, content, store)
    # No text of a report can hold a mark that is made now.
    nonce = secrets.token_hex(8)

    def place(view: View | Mapping[str, Any] | str, snippet: str = "") -> str:
        mark = f"trackkitembed{nonce}n{len(found.embeds)}x"
        found.embeds[mark] = Embed(mark, view, snippet)
        return mark

    language = str((content.metadata.get("language_info") or {}).get("name") or "python")
    for cell in content.cells:
        tags = _tags(cell)
        if tags & _LEFT_OUT:
            continue
        source = str(cell.get("source") or "")
        if cell.cell_type == "markdown":
            marked = each_snippet(source, lambda snippet: place(_from_snippet(snippet), snippet))
            found.parts.append(Text(marked, cell.get("attachments") or {}))
        elif cell.cell_type == "raw":
            found.parts.append(Code(source))
        elif cell.cell_type == "code":
            if code and source.strip() and not _is_hidden(cell, tags):
                found.parts.append(Code(source, language))
            if not tags & _NO_OUTPUT:
                for output in cell.get("outputs") or ():
                    found.parts += _output(output, place)
    found.parts = [part for part in found.parts if not isinstance(part, Code | Console) or _text(part).strip()]
    _without_title(found)
    return found


def _text(part: Code | Console) -> str:
    return part.source if isinstance(part, Code) else part.text


def decode(data: Any) -> bytes | None:
    """Return what base64 text of a notebook stands for; ``None`` for anything else."""
    try:
        return base64.b64decode("".join(data.split())) if isinstance(data, str) else None
    except (ValueError, binascii.Error):
        return None


def _introduce(found: Document, content: Any, store: Store[Any] | None) -> None:
    about = content.metadata.get("trackkit")
    about = about.get("report") if isinstance(about, dict) else None
    about = dict(about) if isinstance(about, dict) else {}
    if store is not None and isinstance(about.get("id"), str):
        # Where the store does not know it, or its record is damaged, the notebook says enough.
        with contextlib.suppress(TrackkitError, ValueError):
            known = store.report(about["id"])
            about |= {key: value for key in _KNOWN if (value := getattr(known, key, None))}
    words = {key: " ".join(value.split()) for key, value in about.items() if isinstance(value, str)}
    found.title = words.get("name") or _heading(content) or found.title
    found.project, found.author = words.get("project", ""), words.get("user", "")
    found.status, found.description = words.get("status", ""), words.get("description", "")
    found.date = (words.get("last_update") or words.get("created") or "")[:10]
    tags = about.get("tags")
    found.tags = [str(tag) for tag in tags] if isinstance(tags, list) else []


def _heading(content: Any) -> str:
    for cell in content.cells:
        if cell.cell_type == "markdown":
            first = re.match(r"\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)", str(cell.get("source") or ""))
            return first[1] if first else ""
    return ""


def _without_title(found: Document) -> None:
    """Leave out a first heading that says the title again."""
    first = found.parts[0] if found.parts else None
    if isinstance(first, Text):
        heading = re.match(r"\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)", first.source)
        if heading and " ".join(heading[1].split()) == found.title:
            found.parts[0] = Text(first.source[heading.end() :], first.attachments)


def _tags(cell: Any) -> set[str]:
    tags = cell.metadata.get("tags")
    return {str(tag) for tag in tags} if isinstance(tags, list) else set()


def _is_hidden(cell: Any, tags: set[str]) -> bool:
    jupyter = cell.metadata.get("jupyter")
    return bool(isinstance(jupyter, dict) and jupyter.get("source_hidden")) or not _HIDDEN.isdisjoint(tags)


def _output(output: Any, place: Callable[[View | Mapping[str, Any] | str], str]) -> Iterator[Part]:
    kind = output.get("output_type")
    if kind == "stream":
        yield Console(console(_joined(output.get("text"))))
        return
    if kind == "error":
        said = f"{output.get('ename')}: {output.get('evalue')}"
        yield Console(console("\n".join(map(str, output.get("traceback") or ())) or said))
        return
    data = output.get("data")
    if not isinstance(data, dict):
        return
    if MIME_TYPE in data:
        yield Text(place(_from_output(data[MIME_TYPE])))
        return
    if isinstance(data.get(_FIGURE), dict):
        yield Text(place(data[_FIGURE]))
        return
    if "text/markdown" in data:
        yield Text(_joined(data["text/markdown"]))
        return
    pictures = [Picture(raw, mime) for mime in SUFFIXES if (raw := _raw(mime, data.get(mime))) is not None]
    html = _joined(data.get("text/html"))
    # A picture says what a script would have drawn; a table says more than its text.
    if pictures and not ("<table" in html and "<script" not in html):
        yield pictures[0]
    elif html.strip():
        plain = _joined(data.get("text/plain"))
        yield Html(html, plain) if _says_something(html) else Console(console(plain))
    elif "text/latex" in data:
        yield Text(_joined(data["text/latex"]))
    elif "text/plain" in data:
        yield Console(console(_joined(data["text/plain"])))


def _says_something(html: str) -> bool:
    """Return whether HTML shows anything without its scripts."""
    bare = re.sub(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", "", html, flags=re.IGNORECASE | re.DOTALL)
    return "<img" in bare.lower() or bool(re.sub(r"<[^>]*>", "", bare).strip())


def _raw(mime: str, data: Any) -> bytes | None:
    if mime == "image/svg+xml":
        text = _joined(data)
        return text.encode() if text.strip() else None
    return decode(_joined(data)) if data else None


def _joined(text: Any) -> str:
    """Return text that a notebook may hold as a list of lines."""
    if isinstance(text, list):
        return "".join(str(line) for line in text)
    return text if isinstance(text, str) else ""


def console(text: str) -> str:
    """Return console text as it looks in the end: without colours, what was overwritten, and a long middle."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in _ANSI.sub("", text).split("\n")]
    if len(lines) > _MOST_LINES + _LAST_LINES:
        left = len(lines) - _MOST_LINES - _LAST_LINES
        lines = [*lines[:_MOST_LINES], f"… {left:,} lines are left out here …", *lines[-_LAST_LINES:]]
    return "\n".join(lines)


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
