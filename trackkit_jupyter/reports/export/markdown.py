"""A report as Markdown, with a folder of its pictures beside it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from trackkit_jupyter.reports.export.document import (
    SUFFIXES,
    Code,
    Console,
    Document,
    Embed,
    Html,
    Picture,
    Text,
    console,
    decode,
)
from trackkit_jupyter.reports.export.embeds import Drawn
from trackkit_jupyter.reports.notebooks import write_atomically
from trackkit_jupyter.views.snippets import outside_code
from trackkit_jupyter.views.tables import escape_markdown
from trackkit_jupyter.views.view import View

__all__ = ["Inside", "markdown", "with_snippets", "write_markdown"]

_OURS = re.compile(r"\d+\.(?:png|jpg|gif|svg|webp)")
_ATTACHMENT = re.compile(r"attachment:([^)\s>\"']+)")
_LOCAL = re.compile(r"(!\[[^\]\n]*\]\()(?P<md>[^)\s]+)|(<img\b[^>]*?\bsrc=[\"'])(?P<html>[^\"']+)", re.IGNORECASE)
_LARGEST = 20_000_000


class _Pictures:
    """The pictures of a Markdown file, numbered, in a folder beside it."""

    def __init__(self, target: Path) -> None:
        self.folder = target.with_name(f"{target.stem}_files")
        self.names: set[str] = set()

    def add(self, data: bytes, suffix: str) -> str:
        """Write a picture and return its address from the Markdown file."""
        name = f"{len(self.names) + 1}.{suffix}"
        write_atomically(self.folder / name, data)
        self.names.add(name)
        return f"{quote(self.folder.name)}/{name}"

    def tidy(self) -> None:
        """Remove what an earlier export left: our numbered pictures only."""
        if self.folder.is_dir():
            for file in self.folder.iterdir():
                if _OURS.fullmatch(file.name) and file.name not in self.names:
                    file.unlink(missing_ok=True)


class Inside:
    """Pictures that stand in the text itself, for a clipboard, which has no folder."""

    def add(self, data: bytes, suffix: str) -> str:
        """Return a picture as an address that holds it."""
        mime = next(mime for mime, ending in SUFFIXES.items() if ending == suffix)
        return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"


def write_markdown(document: Document, drawn: Mapping[str, Drawn], target: Path) -> None:
    """Write a report to a Markdown file.

    Raises
    ------
    TrackkitStorageError
        The file or its pictures cannot be written.
    """
    pictures = _Pictures(target)
    text = markdown(document, drawn, pictures)
    # The pictures are there before the text that shows them, and go only after it does not.
    write_atomically(target, text.encode())
    pictures.tidy()


def markdown(document: Document, drawn: Mapping[str, Drawn], pictures: _Pictures | Inside) -> str:
    """Return a report as Markdown."""
    facts = " · ".join(escape_markdown(fact) for fact in document.facts)
    parts = [f"# {escape_markdown(document.title)}"]
    if facts:
        parts.append(f"*{facts}*")
    if document.description:
        parts.append(escape_markdown(document.description))
    views = re.compile("|".join(drawn)) if drawn else None
    text = ""

    def view(match: re.Match[str]) -> str:
        goes_on = text[match.end() : match.end() + 1].strip()
        return _view(drawn[match[0]], pictures) + ("\n\n" if goes_on else "")

    for part in document.parts:
        if isinstance(part, Text):
            text = outside_code(part.source, lambda some, part=part: _with_pictures(some, part, document, pictures))  # type: ignore[misc]
            parts.append(views.sub(view, text) if views else text)
        elif isinstance(part, Code):
            parts.append(_fenced(part.source, part.language))
        elif isinstance(part, Console):
            parts.append(_fenced(part.text))
        elif isinstance(part, Html):
            shown = part.plain and not re.search(r"<(table|img)\b", part.source, re.IGNORECASE)
            parts.append(_fenced(console(part.plain)) if shown else _safe(part.source, document.folder))
        elif isinstance(part, Picture):
            parts.append(f"![{escape_markdown(part.alt)}]({pictures.add(part.data, SUFFIXES[part.mime])})")
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def with_snippets(document: Document) -> str:
    """Return a report as Markdown in which each view is the snippet that embeds it."""
    marks = {mark: _snippet(embed) for mark, embed in document.embeds.items()}
    views = re.compile("|".join(marks)) if marks else None
    nothing = Document(document.title, document.folder, parts=document.parts)
    # What stands in the place of a mark is put there last: it is no Markdown to change.
    text = markdown(nothing, {}, Inside())
    return views.sub(lambda match: marks[match[0]], text) if views else text


def _snippet(embed: Embed) -> str:
    if embed.snippet:
        return embed.snippet
    return embed.view.code if isinstance(embed.view, View) else "> A figure stands here in the report."


def _with_pictures(text: str, part: Text, document: Document, pictures: _Pictures | Inside) -> str:
    """Return Markdown with its attachments and the pictures beside its notebook among those of the file."""

    def attached(match: re.Match[str]) -> str:
        found = part.attachments.get(match[1])
        for mime, data in (found if isinstance(found, Mapping) else {}).items():
            picture = decode(data)
            if mime in SUFFIXES and picture is not None:
                return pictures.add(picture, SUFFIXES[mime])
        return match[0]

    def beside(match: re.Match[str]) -> str:
        address = match["md"] or match["html"]
        local = _beside(address, document.folder)
        if local is None:
            return match[0]
        return f"{match[1] or match[3]}{pictures.add(*local)}"

    return _ATTACHMENT.sub(attached, _LOCAL.sub(beside, text))


def _beside(address: str, folder: Path) -> tuple[bytes, str] | None:
    """Return a picture below the notebook's folder, and how its name ends."""
    suffix = Path(unquote(address)).suffix.lower().lstrip(".").replace("jpeg", "jpg")
    if suffix not in SUFFIXES.values() or re.match(r"[a-z][a-z0-9+.-]*:|//|\\\\|/", address, re.IGNORECASE):
        return None
    try:
        base = folder.resolve()
        file = (base / unquote(address)).resolve()
        if not file.is_relative_to(base) or not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        return file.read_bytes(), suffix
    except (OSError, ValueError, RuntimeError):
        return None


def _view(drawn: Drawn, pictures: _Pictures | Inside) -> str:
    caption = escape_markdown(drawn.caption)
    parts = []
    for image in drawn.images:
        alt = caption if len(drawn.images) == 1 else escape_markdown(image.alt)
        parts.append(f"![{alt}]({pictures.add(image.data, image.format)})")
    if caption:
        parts.append(f"*{caption}*" if drawn.images or drawn.tables else f"> {caption}")
    parts.append(drawn.words.markdown())
    parts += [f"> {escape_markdown(reason)}" for reason in drawn.missing]
    return "\n\n".join(part for part in parts if part)


def _safe(source: str, folder: Path) -> str:
    from trackkit_jupyter.reports.sanitize import clean

    # A blank line ends HTML in Markdown.
    return re.sub(r"\n\s*\n", "\n", clean(source, folder)).strip()


def _fenced(text: str, language: str = "") -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}{language}\n{text.rstrip()}\n{mark}" if text.strip() else ""
