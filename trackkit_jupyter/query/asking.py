"""What a search box says: a query, or plain words that are looked for."""

from __future__ import annotations

import re

from trackkit_jupyter.errors import QueryError
from trackkit_jupyter.query.grammar import parse
from trackkit_jupyter.query.nodes import Condition
from trackkit_jupyter.query.tags import search

__all__ = ["asked"]

_GRAMMAR = re.compile(r"""[=<>~"'\[\]]|\b(?:and|or|not|in)\b""", re.IGNORECASE)


def asked(text: str) -> Condition:
    """Return the condition that a search box says.

    Parameters
    ----------
    text
        A query; or words, each of which is in the name, the id or the description. What cannot be read as a query is
        words, unless it has a sign or a word of the grammar in it.

    Raises
    ------
    QueryError
        It was meant as a query and cannot be read; ``place`` says where.
    """
    try:
        return parse(text)
    except QueryError:
        if _GRAMMAR.search(text):
            raise
        return search(text)
