"""What a cell brings to an exported page, made harmless: no scripts, nothing loaded from anywhere, safe links."""

from __future__ import annotations

import base64
import mimetypes
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

__all__ = ["clean", "is_empty"]

_TAGS = frozenset(
    "a abbr acronym b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp small span strike strong sub summary "
    "sup table tbody td tfoot th thead tr tt u ul var".split()
)
_ATTRIBUTES = {
    "a": {"href"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled", "type"},
    "li": {"value"},
    "ol": {"start", "type"},
    "table": {"border"},
    "td": {"align", "colspan", "rowspan", "valign"},
    "th": {"align", "colspan", "rowspan", "scope", "valign"},
}
_EVERYWHERE = frozenset({"class", "dir", "id", "lang", "style", "title"})
#: None of these loads anything or takes what it styles out of its place.
_STYLES = frozenset(
    "background-color border border-bottom border-collapse border-color border-left border-radius border-right "
    "border-style border-top border-width color display font-family font-size font-style font-weight height "
    "line-height margin margin-bottom margin-left margin-right margin-top max-height max-width min-width overflow "
    "padding padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent "
    "vertical-align white-space width word-break".split()
)
_PROTOCOLS = frozenset({"http", "https", "mailto", "data"})
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//|\\\\", re.IGNORECASE)
_FRAME = "display: inline-block; border: 1px solid; border-radius: 4px; padding: 4px 8px"
_LARGEST = 20_000_000


def clean(text: Any, folder: Path) -> str:
    """Return HTML without scripts, handlers, forms or frames; pictures are in it, or links in their place.

    Parameters
    ----------
    text
        HTML of a cell: rendered Markdown, an output, or highlighted code.
    folder
        The notebook's folder: pictures below it are taken into the page.
    """
    source = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    if "<" in source:
        source = _prepare(source, folder)
    return str(_cleaner().clean(source))


def is_empty(cleaned: str) -> bool:
    """Return whether nothing of it can be seen."""
    return "<img" not in cleaned and not re.sub(r"<[^>]*>", "", cleaned).strip()


def _prepare(source: str, folder: Path) -> str:
    """Take out what no text stands in, and put what would be loaded into the page, or a link in its place."""
    import bs4

    for name in ("script", "style", "textarea", "title"):
        source = _without_endless(source, name)
    soup: Any = bs4.BeautifulSoup(source, "html.parser")
    for element in soup.find_all(["script", "style"]):
        element.decompose()
    for element in soup.find_all(["img", "iframe", "embed", "video", "audio"]):
        address = str(element.get("src") or "").strip()
        if element.name == "img":
            if _PICTURE.match(address):
                continue
            local = _local(address, folder)
            if local is not None:
                element["src"] = local
                continue
        words = str(element.get("alt") or element.get("title") or "").strip()
        element.replace_with(_link(soup, address, words))
    return str(soup)


def _without_endless(source: str, name: str) -> str:
    """Make a tag that never ends text: it would take all that stands after it."""
    for tag in reversed(list(re.finditer(f"<(/?){name}", source, re.IGNORECASE))):
        if tag[1]:
            break
        source = f"{source[: tag.start()]}&lt;{source[tag.start() + 1 :]}"
    return source


def _link(soup: Any, address: str, words: str) -> Any:
    if not address or address.lower().startswith("data:"):
        return words
    link = soup.new_tag("a", href=address, style=_FRAME)
    link.string = f"{words} ({address})" if words else address
    return link


def _local(address: str, folder: Path) -> str | None:
    """Return a picture below the notebook's folder as a ``data:`` address."""
    if not address or "\0" in address or _SCHEME.match(address):
        return None
    kind = mimetypes.guess_type(address)[0] or ""
    if not _PICTURE.match(f"data:{kind};"):
        return None
    try:
        base = folder.resolve()
        file = (base / unquote(address)).resolve()
        if not file.is_relative_to(base) or not file.is_file() or os.path.getsize(file) > _LARGEST:
            return None
        return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode('ascii')}"
    except (OSError, ValueError, RuntimeError):
        return None


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if name not in _EVERYWHERE and name not in _ATTRIBUTES.get(tag, ()):
        return False
    if name == "src":
        return _PICTURE.match(value) is not None
    if name == "href":
        return not value.strip().lower().startswith("data:")
    return name != "type" or tag != "input" or value == "checkbox"


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import importlib

    # As nbconvert uses it, which brings it; it has no types.
    bleach: Any = importlib.import_module("bleach.sanitizer")
    css: Any = importlib.import_module("bleach.css_sanitizer")
    return bleach.Cleaner(
        tags=_TAGS,
        attributes=_is_allowed,
        protocols=_PROTOCOLS,
        strip=True,
        css_sanitizer=css.CSSSanitizer(allowed_css_properties=_STYLES),
    )
