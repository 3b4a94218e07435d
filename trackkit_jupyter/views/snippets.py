"""Embed snippets in Markdown: where they stand, and where they are only shown."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["each_snippet", "outside_code", "snippets"]

#: Closed or not: a frame that was not ends with a blank line, or with the text.
_SNIPPET = re.compile(
    r"<iframe\b(?:(?!</?iframe).)*?/widgets?/?\?.*?(?:</iframe\s*>|\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL
)
_FENCE = re.compile(r"(^ {0,3}(?P<mark>`{3,}|~{3,}).*?^ {0,3}(?P=mark)[`~]*\s*?$)", re.MULTILINE | re.DOTALL)


def outside_code(source: str, change: Callable[[str], str]) -> str:
    """Change Markdown, but not its code blocks: a snippet in one is shown, not run."""
    parts, end = [], 0
    for fence in _FENCE.finditer(source):
        parts += [change(source[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(source[end:])])


def each_snippet(source: str, change: Callable[[str], str]) -> str:
    """Change the snippets of Markdown; white space after one that was not closed stays as it is."""

    def changed(found: re.Match[str]) -> str:
        bare = found[0].rstrip()
        return change(bare) + found[0][len(bare) :]

    return outside_code(source, lambda text: _SNIPPET.sub(changed, text))


def snippets(source: str) -> list[str]:
    """Return the snippets of Markdown."""
    found = []

    def keep(snippet: str) -> str:
        found.append(snippet)
        return snippet

    each_snippet(source, keep)
    return found
