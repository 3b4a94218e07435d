"""Sort keys of the queries of embed URLs, in which metrics are named by the MD5 of their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from trackkit_jupyter.errors import TrackkitTypeError
from trackkit_jupyter.query import parse_order
from trackkit_jupyter.query.nodes import Field, Order
from trackkit_jupyter.query.parameters import digest

__all__ = ["read_order"]

_STATISTICS = {
    "value": "last",
    "min_value": "min",
    "max_value": "max",
    "mean_value": "mean",
    "first_value": "first",
    "count": "count",
}
_KEY = re.compile(rf"\s*(-?)last_metrics\.([0-9a-f]{{32}})\.([0-9a-f]{{32}})\.({'|'.join(_STATISTICS)})\s*")


def read_order(order_by: str | Iterable[str], series: Callable[[], Iterable[tuple[str, str]]]) -> tuple[Order, ...]:
    """Return the order that a text, or a list of them, says, as :func:`trackkit_jupyter.query.parse_order` does.

    Beside what that takes, a text may be ``last_metrics.<MD5 of the metric>.<MD5 of the variant>.<kind>``, with ``-``
    in front for descending; the kind is value (the last one), min_value, max_value, mean_value, first_value or count.

    Parameters
    ----------
    order_by
        The texts.
    series
        Gives the names, metric and variant, that there are.
    """
    if isinstance(order_by, str):
        parts = order_by.split(",")
        order_by = parts if any(map(_KEY.fullmatch, parts)) else [order_by]
    if not isinstance(order_by, Iterable):
        raise TrackkitTypeError(f"order_by must be text or a list of texts, not {type(order_by).__name__}.", "order_by")
    found: list[Order] = []
    names: dict[tuple[str, str], tuple[str, str]] | None = None
    for text in order_by:
        match = _KEY.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            found += parse_order([text])
            continue
        if names is None:
            names = {(digest(metric), digest(variant)): (metric, variant) for metric, variant in series()}
        minus, *digests, kind = match.groups()
        # A metric that nobody logged is one that all lack.
        pair = names.get((digests[0], digests[1]), (digests[0], digests[1]))
        found.append(Order(Field("metrics", pair, _STATISTICS[kind]), bool(minus)))
    return tuple(dict.fromkeys(found))
