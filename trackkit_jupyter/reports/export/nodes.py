"""From safe HTML to the nodes that ``report.typ`` lays out: plain data, of which nothing is ever run.

A node is text, or ``{"k": kind, ...}`` with its children in ``c``. Pictures become files in a folder.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trackkit_jupyter.reports.export.embeds import Drawn
from trackkit_jupyter.reports.export.grid import grid_of
from trackkit_jupyter.reports.export.images import POINTS, WIDEST, Images, decoded
from trackkit_jupyter.reports.export.inline import Node, broken, directed, inlined, small, trimmed
from trackkit_jupyter.reports.export.texts import FORMULA
from trackkit_jupyter.views.tables import Table

__all__ = ["Nodes"]

_SIMPLE = {
    "strong": "strong", "b": "strong", "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em",
    "del": "strike", "s": "strike", "strike": "strike", "u": "underline", "ins": "underline", "mark": "mark",
    "sub": "sub", "sup": "sup", "small": "small",
}  # fmt: skip
_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol dl pre blockquote table details hr figure center summary li dd dt section".split()
)
#: Deeper nesting is laid out as if it were not nested: typst counts its calls, and nobody reads it.
_DEEPEST = 12
_LONGEST_WORD = 60


class Nodes:
    """Makes nodes of HTML and of drawn views, and the files of their pictures.

    Parameters
    ----------
    folder
        Where the pictures go; nothing else can be reached from the page.
    drawn
        What stands in the place of each mark.
    """

    def __init__(self, folder: Path, drawn: Mapping[str, Drawn]) -> None:
        self._images, self._drawn = Images(folder), drawn
        self._mark = re.compile(f"({'|'.join(drawn)})") if drawn else None
        self._names: set[str] = set()
        self.missing: list[str] = []  # why pictures of the texts are not there
        self.text: set[str] = set()  # every letter that is printed

    @property
    def foreign(self) -> list[str]:
        """Names of the vector pictures that somebody else drew, which may be anything."""
        return self._images.foreign

    def of(self, soups: Iterable[Any]) -> list[Node]:
        """Return the nodes of trees of HTML, in order."""
        found = list(soups)
        self._names = {str(tag["id"]) for soup in found for tag in soup.find_all(re.compile(r"^h[1-6]$"), id=True)}
        return [node for soup in found for node in self._blocks(soup, 0)]

    # -- blocks

    def _blocks(self, tag: Any, depth: int) -> list[Node]:
        """Return the children of a tag; what is no block stands in paragraphs."""
        nodes: list[Node] = []
        line: list[Node] = []

        def end() -> None:
            words = trimmed(line)
            if words:
                nodes.extend(self._paragraph(words))
            line.clear()

        for child in tag.children:
            if _name(child) in _BLOCKS:
                end()
                nodes.extend(self._block(child, depth + 1))
            else:
                line.extend(self._inline(child, depth + 1))
        end()
        return nodes

    def _paragraph(self, words: list[Node]) -> list[Node]:
        """Return a paragraph; views and pictures that stand alone in it are blocks."""
        nodes: list[Node] = []
        line: list[Node] = []
        alone = all(isinstance(word, dict) and word["k"] in ("image", "block") for word in words if word != " ")

        def end() -> None:
            if rest := trimmed(line):
                nodes.append({"k": "p", "c": directed(rest)})
            line.clear()

        for word in words:
            if isinstance(word, dict) and word["k"] == "block":
                end()
                nodes.append(word)
            elif isinstance(word, dict) and alone and word["k"] == "image":
                end()
                nodes.append(_figure(word))
            else:
                line.append(small(word))
                if isinstance(word, dict) and "caption" in word:
                    line.append({"k": "titled", "text": word["caption"][0]})
        end()
        return nodes

    def _block(self, tag: Any, depth: int) -> list[Node]:
        name = _name(tag)
        if depth > _DEEPEST:
            return self._paragraph([self._text(" ".join(tag.get_text(" ").split()))])
        if name == "p":
            return self._blocks(tag, depth)
        if name[0] == "h" and name[1:].isdigit():
            words = [small(word) for word in trimmed(self._inlines(tag, depth))]
            if not words:
                return []
            named = {"id": str(tag["id"])} if tag.get("id") in self._names else {}
            return [{"k": "h", "level": int(name[1:]), "c": directed(words), **named}]
        if name == "hr":
            return [{"k": "hr"}]
        if name == "pre":
            return self._pre(tag)
        if name == "blockquote":
            return [{"k": "quote", "c": self._blocks(tag, depth)}]
        if name in ("ul", "ol"):
            return self._list(tag, depth)
        if name == "dl":
            return self._terms(tag, depth)
        if name == "table":
            return self._table(tag, depth)
        if name == "details":
            return [self._details(tag, depth)]
        return self._blocks(tag, depth)

    def _pre(self, tag: Any) -> list[Node]:
        code = tag.find("code")
        classes = (code.get("class") or []) if code else []
        language = next((str(each).removeprefix("language-") for each in classes if str(each)[:9] == "language-"), "")
        text = self._text(broken(tag.get_text().rstrip("\n"), 88))
        if not text.strip():
            return []
        return [{"k": "pre", "text": text.expandtabs(4), **({"lang": language} if language else {})}]

    def _list(self, tag: Any, depth: int) -> list[Node]:
        items: list[dict[str, Any]] = []
        for child in tag.find_all("li", recursive=False):
            box = child.find("input", recursive=False) or child.select_one(":scope > p:first-child > input")
            done = None if box is None else box.has_attr("checked")
            if box is not None:
                box.extract()
            blocks = self._blocks(child, depth)
            item: dict[str, Any] = {"c": inlined(blocks)}
            if done is not None:
                item["done"] = done
            items.append(item)
        if not items:
            return []
        tight = tag.select_one(":scope > li > p") is None
        if _name(tag) == "ol":
            first = str(tag.get("start") or "1")
            start = int(first) if first.isdecimal() and len(first) < 10 else 1
            return [{"k": "ol", "items": items, "tight": tight, "start": start}]
        return [{"k": "ul", "items": items, "tight": tight, "tasks": any("done" in item for item in items)}]

    def _terms(self, tag: Any, depth: int) -> list[Node]:
        nodes: list[Node] = []
        for child in tag.children:
            if _name(child) == "dt":
                nodes.append({"k": "p", "c": [{"k": "strong", "c": self._inlines(child, depth + 1)}]})
            elif _name(child) == "dd":
                nodes.append({"k": "indent", "c": self._blocks(child, depth + 1)})
        return nodes

    def _details(self, tag: Any, depth: int) -> Node:
        summary = tag.find("summary", recursive=False)
        words: list[Node] = [small(word) for word in self._inlines(summary, depth)] if summary else ["Details"]
        if summary:
            summary.extract()
        return {"k": "details", "summary": trimmed(words), "c": self._blocks(tag, depth)}

    def _table(self, tag: Any, depth: int) -> list[Node]:
        grid = grid_of(tag)
        if not grid.cells:
            return []
        cells: list[dict[str, Any]] = []
        for cell in grid.cells:
            words = inlined(self._blocks(cell.tag, depth))
            head, align = cell.tag.name == "th", cell.side or "default"
            made = {"x": cell.x, "y": cell.y, "head": head, "c": words, "align": align}
            cells.append(made | ({"colspan": cell.wide, "rowspan": cell.tall} if cell.wide * cell.tall > 1 else {}))
        columns = len(grid.align)
        size = 9.5 if columns <= 6 else 8.0 if columns <= 10 else 6.5
        nodes: list[Node] = []
        caption = tag.find("caption")
        if caption:
            nodes.append({"k": "p", "c": [{"k": "small", "c": self._inlines(caption, depth)}]})
        nodes.append(
            {"k": "table", "columns": columns, "size": size, "align": grid.align, "head": grid.head, "cells": cells}
        )
        if grid.left_out:
            nodes.append(self._note([f"{grid.left_out:,} more rows are left out here."]))
        return nodes

    # -- in a line

    def _inlines(self, tag: Any, depth: int) -> list[Node]:
        return [node for child in tag.children for node in self._inline(child, depth + 1)]

    def _inline(self, child: Any, depth: int) -> list[Node]:
        name = _name(child)
        if not name:
            return self._words(re.sub(r"\s+", " ", str(child))) if _is_text(child) else []
        if depth > 3 * _DEEPEST:
            return self._words(" ".join(child.get_text(" ").split()))
        if name == "br":
            return [{"k": "br"}]
        if name == "img":
            return self._image(child)
        if name == "input":
            return [{"k": "tick", "done": child.has_attr("checked")}]
        if name in ("code", "samp"):
            text = self._text(broken(child.get_text(), _LONGEST_WORD))
            return [{"k": "code", "text": text}] if text else []
        if name == "kbd":
            return [{"k": "kbd", "text": self._text(child.get_text())}]
        if name == "a":
            return self._link(child, depth)
        words = self._inlines(child, depth)
        if name == "q":
            return ["“", *words, "”"]
        kind = _SIMPLE.get(name)
        return [{"k": kind, "c": [small(word) for word in words]}] if kind and words else words

    def _words(self, text: str) -> list[Node]:
        """Return text, with the views in the place of their marks."""
        if self._mark is None or "trackkitembed" not in text:
            return [self._text(broken(text, _LONGEST_WORD))] if text else []
        nodes: list[Node] = []
        for part in self._mark.split(text):
            if part in self._drawn:
                nodes.append({"k": "block", "c": self.view(self._drawn[part])})
            elif part:
                nodes.append(self._text(broken(part, _LONGEST_WORD)))
        return nodes

    def _link(self, tag: Any, depth: int) -> list[Node]:
        words = [small(word) for word in self._inlines(tag, depth)]
        address = str(tag.get("href") or "").strip()
        if not words:
            return []
        if address.startswith("#"):
            from urllib.parse import unquote

            name = unquote(address[1:])
            link: Node = {"k": "ref", "id": name, "c": words} if name in self._names else {"k": "span", "c": words}
        elif re.match(r"(https?|mailto):", address, re.IGNORECASE) and len(address) < 2000:
            link = {"k": "link", "url": address, "c": words}
        else:
            link = {"k": "span", "c": words}
        title = " ".join(str(tag.get("title") or "").split())
        return [link, {"k": "titled", "text": self._text(title)}] if title else [link]

    def _text(self, text: str) -> str:
        text = "".join(
            letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")
        )
        self.text.update(text)
        return text

    # -- pictures

    def _image(self, tag: Any) -> list[Node]:
        alt = self._text(" ".join(str(tag.get("alt") or "").split()))
        title = self._text(" ".join(str(tag.get("title") or "").split()))
        head, _, data = str(tag.get("src") or "").partition(",")
        raw = decoded(head, data)
        if FORMULA in (tag.get("class") or []):
            return self._formula(tag, raw, alt)
        file = None if raw is None else self._images.keep(raw, head)
        if file is None:
            words = f"The picture {alt}" if alt else "A picture"
            self.missing.append(f"{words} cannot be read: it is damaged, or of an unknown kind.")
            return [{"k": "block", "c": [self._note([self.missing[-1]])]}]
        path, width, height = file
        wanted = _pixels(tag.get("width")), _pixels(tag.get("height"))
        if wanted[0]:
            width = wanted[0] * POINTS
        elif wanted[1] and height:
            width *= wanted[1] * POINTS / height
        node: dict[str, Any] = {"k": "image", "path": path, "width": width, "alt": alt}
        if title:
            node["caption"] = [title]
        return [node]

    def _formula(self, tag: Any, raw: bytes | None, alt: str) -> list[Node]:
        found = re.match(r"height: ([\d.]+)px; vertical-align: (-?[\d.]+)px", str(tag.get("style") or ""))
        if raw is None or found is None:
            return [{"k": "code", "text": alt}]
        path = self._images.write(raw, "svg")
        node = {"path": path, "alt": alt, "height": float(found[1]) * POINTS, "depth": -float(found[2]) * POINTS}
        if alt.startswith("$$"):
            return [{"k": "block", "c": [{"k": "formula", "c": [{"k": "inline-image", **node}]}]}]
        return [{"k": "inline-image", **node}]

    # -- views

    def view(self, drawn: Drawn) -> list[Node]:
        """Return what stands in the place of a view: its pictures with a caption, its tables, and what is missing."""
        nodes: list[Node] = []
        caption = self._text(drawn.caption)
        for index, image in enumerate(drawn.images):
            path = self._images.write(image.data, image.format)
            body: dict[str, Any] = {"k": "image", "path": path, "width": WIDEST, "alt": self._text(image.alt)}
            if len(drawn.images) > 1 and image.alt != drawn.caption:
                body["caption"] = [self._text(image.alt)]
            last = index == len(drawn.images) - 1
            figure = _figure(body)
            if last and caption:
                figure["caption"] = [
                    *figure.get("caption", []),
                    *([{"k": "br"}] if "caption" in figure else []),
                    caption,
                ]
            nodes.append(figure)
        if caption and not drawn.images:
            nodes.append({"k": "title", "c": [caption]})
        nodes += [self._view_table(table) for table in drawn.tables if table.rows]
        nodes += [self._note([self._text(reason)]) for reason in drawn.missing]
        return nodes

    def _view_table(self, table: Table) -> Node:
        columns, align = len(table.header), table.sides
        rows = [table.header, *table.rows]
        cells = [
            {"x": x, "y": y, "head": y == 0, "c": [self._text(broken(cell, 24))], "align": align[x]}
            for y, row in enumerate(rows)
            for x, cell in enumerate(row[:columns])
        ]
        size = 8.5 if columns <= 6 else 7
        return {"k": "table", "columns": columns, "size": size, "align": align, "head": 1, "cells": cells}

    def _note(self, words: list[Node]) -> Node:
        return {"k": "note", "c": words}


def _name(tag: Any) -> str:
    return str(getattr(tag, "name", None) or "")


def _is_text(child: Any) -> bool:
    from bs4.element import NavigableString

    return type(child) is NavigableString


def _figure(image: dict[str, Any]) -> dict[str, Any]:
    caption = image.pop("caption", None)
    return {"k": "figure", "c": [image], **({"caption": caption} if caption else {})}


def _pixels(value: Any) -> float:
    found = re.fullmatch(r"(\d{1,4}(?:\.\d+)?)(?:px)?", str(value or "").strip())
    return float(found[1]) if found else 0.0
