"""A report as one HTML file: readable without scripts, with everything in it, and nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trackkit_jupyter.reports.export.document import Document
from trackkit_jupyter.reports.export.embeds import Drawn
from trackkit_jupyter.reports.export.snapshot import BOOT, Snapshot, packed_code, packed_plotly
from trackkit_jupyter.reports.export.texts import fragments

__all__ = ["page"]

#: Ids of what the script of the page reads: nothing that a report says may have one, for the first of them is read.
_OURS = re.compile(r"^trackkit-")
_STYLE = Path(__file__).with_name("report.css")
#: Whatever the texts say, the browser loads nothing and runs nothing but what is named here.
_POLICY = (
    "default-src 'none'; img-src data: blob:; media-src data: blob:; font-src data:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'"
)
#: The one script that may run is ours, and what it unpacks; it may read nothing but what the page holds.
_ALIVE = (
    "; connect-src data: blob:; worker-src blob:; frame-src blob:; "
    f"script-src 'sha256-{base64.b64encode(hashlib.sha256(BOOT.encode()).digest()).decode()}' blob:"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<article>
<header>
<h1>{title}</h1>
{about}
</header>
{body}
</article>
{scripts}
</body>
</html>
"""


def page(document: Document, drawn: Mapping[str, Drawn]) -> tuple[str, set[str]]:
    """Return a report as a page, and the marks of the views that are live in it."""
    mark = re.compile(f"({'|'.join(drawn)})") if drawn else None
    parts = []
    scripts, live, alive = _scripts(drawn)
    for soup in fragments(document):
        for tag in soup.find_all(id=_OURS):
            del tag["id"]
        if mark:
            _put_views(soup, mark, drawn, live)
        parts.append(str(soup))
    facts = " · ".join(html.escape(fact) for fact in document.facts)
    about = f'<p class="facts">{facts}</p>\n' if facts else ""
    if document.description:
        about += f"<p>{html.escape(document.description)}</p>\n"
    text = _PAGE.format(
        policy=html.escape(_POLICY + alive),
        scripts=scripts,
        title=html.escape(document.title),
        style=_style(),
        about=about,
        body="\n".join(parts),
    )
    return text, live


def _style() -> str:
    from pygments.formatters.html import HtmlFormatter

    light = HtmlFormatter(style="friendly").get_style_defs("pre.code")
    dark = HtmlFormatter(style="github-dark").get_style_defs("pre.code")
    kept = [re.sub(r"(?m)^(?!pre\.code \.).*\n?", "", str(rules)) for rules in (light, dark)]
    return f"{_STYLE.read_text(encoding='utf-8')}\n{kept[0]}\n@media (prefers-color-scheme: dark) {{\n{kept[1]}\n}}"


def _scripts(drawn: Mapping[str, Drawn]) -> tuple[str, set[str], str]:
    """Return what makes views and tables live, the marks of the views that are, and what that needs of the policy."""
    code = packed_code() if drawn else None
    if code is None:
        return "", set(), ""
    snapshot = Snapshot()
    views = {mark: view for mark, each in drawn.items() if (view := snapshot.add(each)) is not None}
    if not views and not any(each.tables for each in drawn.values()):
        return "", set(), ""
    held = {"trackkit-code": code}
    if snapshot.has_figures and (plotly := packed_plotly()) is not None:
        held["trackkit-plotly"] = plotly
    data = json.dumps({"views": views, **snapshot.to_json()}, allow_nan=False)
    data = data.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    parts = [f'<script type="text/plain" id="{name}">{text}</script>' for name, text in held.items()]
    parts.append(f'<script type="application/json" id="trackkit-data">{data}</script>')
    parts.append(f"<script>{BOOT}</script>")
    return "\n".join(parts), set(views), _ALIVE + (" 'unsafe-eval'" if snapshot.needs_eval else "")


def _put_views(soup: Any, mark: re.Pattern[str], drawn: Mapping[str, Drawn], live: set[str]) -> None:
    import bs4
    from bs4.element import NavigableString

    for text in list(soup.find_all(string=mark)):
        pieces: list[Any] = []
        for piece in mark.split(str(text)):
            if piece in drawn:
                pieces.extend(
                    bs4.BeautifulSoup(view(drawn[piece], piece if piece in live else ""), "html.parser").contents
                )
            elif piece:
                pieces.append(NavigableString(piece))
        paragraph = text.parent if text.parent is not None and text.parent.name == "p" else None
        if paragraph is not None and str(text).strip() == paragraph.get_text().strip():
            paragraph.replace_with(*pieces)  # a figure is no part of a paragraph
        else:
            text.replace_with(*pieces)


def view(drawn: Drawn, name: str = "") -> str:
    """Return what stands in the place of a view; a `name` makes it live where scripts run."""
    parts = []
    for image in drawn.images:
        data = base64.b64encode(image.data).decode("ascii")
        mime = "image/svg+xml" if image.format == "svg" else "image/png"
        alt = drawn.caption if len(drawn.images) == 1 and drawn.caption else image.alt
        parts.append(f'<img alt="{html.escape(alt)}" src="data:{mime};base64,{data}">')
    if drawn.tables:
        parts.append(f'<div class="tables">{re.sub(r"^<div>.*?</div>", "", drawn.words.html())}</div>')
    parts += [f'<p class="note">{html.escape(reason)}</p>' for reason in drawn.missing]
    if name:  # the live view shows what a picture could not
        parts = [f'<div class="still">{"".join(parts)}</div>']
    caption = f"<figcaption>{html.escape(drawn.caption)}</figcaption>" if drawn.caption else ""
    data = f' data-view="{name}"' if name else ""
    return f"<figure{data}>{''.join(parts)}{caption}</figure>"
