"""The texts of a report as HTML that is safe: Markdown rendered, outputs cleaned, formulas drawn, headings named."""

from __future__ import annotations

import base64
import functools
import html
import re
from collections.abc import Mapping
from typing import Any

from trackkit_jupyter.reports.export.document import SUFFIXES, Code, Console, Document, Html, Part, Picture, Text
from trackkit_jupyter.reports.sanitize import clean

__all__ = ["FORMULA", "fragments", "markdown"]

#: Class of a picture that is a formula; its alternative text is what was written.
FORMULA = "formula"
_ATTACHED = re.compile(r"attachment:([^)\s>\"']+)")
_LARGEST = 2_000_000  # characters of one text; a longer one is cut


def fragments(document: Document) -> list[Any]:
    """Return each part of a report as a tree of safe HTML (BeautifulSoup), in order.

    The marks of its embeds stand in the texts as they were, also in code, where they stand for their snippet.
    """
    import bs4

    found: list[Any] = []
    names: set[str] = set()
    for part in document.parts:
        soup: Any = bs4.BeautifulSoup(clean(_html(part), document.folder), "html.parser")
        _name_headings(soup, names)
        if isinstance(part, Text | Html):
            _draw_formulas(soup)
        _restore_snippets(soup, document)
        found.append(soup)
    return found


def _html(part: Part) -> str:
    if isinstance(part, Text):
        return markdown(part.source[:_LARGEST], part.attachments)
    if isinstance(part, Html):
        return part.source[:_LARGEST]
    if isinstance(part, Picture):
        data = base64.b64encode(part.data).decode("ascii")
        return f'<p><img alt="{html.escape(part.alt)}" src="data:{part.mime};base64,{data}"></p>'
    if isinstance(part, Code):
        return _highlighted(part.source, part.language)
    assert isinstance(part, Console)
    return f'<pre class="console">{html.escape(part.text, quote=False)}</pre>'


def markdown(source: str, attachments: Mapping[str, Any]) -> str:
    """Return Markdown as HTML, unchecked."""

    def attached(match: re.Match[str]) -> str:
        pictures = attachments.get(match[1])
        for mime, data in (pictures if isinstance(pictures, Mapping) else {}).items():
            if mime in SUFFIXES and isinstance(data, str) and mime != "image/svg+xml":
                return f"data:{mime};base64,{''.join(data.split())}"
        return match[0]

    return str(_markdown()(_ATTACHED.sub(attached, source)))


@functools.cache
def _markdown() -> Any:
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def block_code(self, code: str, info: str | None = None) -> str:
            return _highlighted(code, (info or "").strip().partition(" ")[0].strip("{}."))

        def image(self, text: str, url: str, title: str | None = None) -> str:
            # The renderer's own keeps no address that it does not know, such as those of attachments.
            named = f' title="{html.escape(title)}"' if title else ""
            return f'<img src="{html.escape(url)}" alt="{html.escape(text)}"{named}>'

        def block_math(self, text: str) -> str:
            return f'<p><span class="{FORMULA}">$${html.escape(text.strip())}$$</span></p>'

        def inline_math(self, text: str) -> str:
            return f'<span class="{FORMULA}">${html.escape(text)}$</span>'

    return mistune.create_markdown(
        renderer=Renderer(escape=False),
        plugins=["strikethrough", "footnotes", "table", "task_lists", "url", "def_list", "math"],
    )


def _highlighted(code: str, language: str) -> str:
    """Return code as HTML with the classes of its words."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    text = html.escape(code.rstrip("\n"), quote=False)
    if language and len(code) < 100_000:
        try:
            lexer = get_lexer_by_name({"ipython3": "python", "ipython": "python"}.get(language, language))
            text = highlight(code, lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
        except ClassNotFound:
            pass
    name = re.sub(r"[^\w+#.-]", "", language)[:30]
    return f'<pre class="code"><code class="language-{name}">{text}</code></pre>'


def _name_headings(soup: Any, names: set[str]) -> None:
    """Give each heading the name that links reach it by: its words, with dashes between, as JupyterLab does."""
    for heading in soup.find_all(re.compile(r"^h[1-6]$")):
        name = re.sub(r"\s+", "-", heading.get_text().strip())[:200]
        if name and name not in names:
            heading["id"] = name
            names.add(name)
        else:
            heading.attrs.pop("id", None)


def _draw_formulas(soup: Any) -> None:
    from trackkit_jupyter.pictures.formula import formula

    for span in soup.find_all("span", class_=FORMULA):
        written = span.get_text()
        block = written.startswith("$$")
        drawn = formula(written.strip("$"), size=17 if block else 15)
        if drawn is None:
            span.name = "code"  # as it was written: better than nothing, and than something else
            continue
        image = soup.new_tag("img", alt=written, **{"class": FORMULA})
        image["src"] = f"data:image/svg+xml;base64,{base64.b64encode(drawn.svg).decode('ascii')}"
        image["style"] = f"height: {drawn.height:.1f}px; vertical-align: {-drawn.depth:.1f}px"
        span.replace_with(image)


def _restore_snippets(soup: Any, document: Document) -> None:
    """Show a snippet that stands in code as it was written."""
    for code in soup.find_all(["code", "pre"]):
        for text in list(code.find_all(string=re.compile("trackkitembed"))):
            changed = str(text)
            for embed in document.embeds.values():
                if embed.mark in changed:
                    changed = changed.replace(embed.mark, embed.snippet)
            text.replace_with(changed)
