"""Parallel coordinates as data: an axis for each hyperparameter and metric, and where a value stands on it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["ParallelAxis", "natural", "number_axis", "place", "text_axis"]

_FAR = 20  # times as great: then a logarithmic axis tells the small ones apart
_WORDS = {"NaN", "Infinity", "-Infinity"}


@dataclass(frozen=True)
class ParallelAxis:
    """One axis, with the value of each experiment on it.

    Attributes
    ----------
    key
        The field as a query names it, such as ``hyperparameters["General"]["lr"]``.
    label
        What stands above it.
    kind
        ``number``, or ``category``: the texts in natural order, the first at the bottom.
    values
        One per experiment: a number, the index of a category, or ``None`` where there is none, or none that is finite.
    low, high
        Least and greatest number, ``None`` where there is none.
    positive
        Whether all its numbers are greater than zero, so that the axis can be logarithmic.
    log
        Whether it is logarithmic unless told otherwise: a hyperparameter that spans a factor of 20 or more.
    categories
        The texts of a ``category`` axis.
    missing
        Experiments that have no value there; they stand below the axis, at "N/A".
    nonfinite
        Of these, the ones whose value is NaN or infinite.
    mixed
        Whether some of its texts are numbers and others are not.
    """

    key: str
    label: str
    kind: Literal["number", "category"]
    values: Sequence[float | int | None]
    low: float | None = None
    high: float | None = None
    positive: bool = False
    log: bool = False
    categories: Sequence[str] = field(default_factory=list)
    missing: int = 0
    nonfinite: int = 0
    mixed: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**vars(self), "values": list(self.values), "categories": list(self.categories)}


def number_axis(key: str, label: str, values: Sequence[float | str | None]) -> ParallelAxis:
    """Return the axis of numbers; NaN and infinity (as numbers or as their words) have no place on it."""
    wild = sum(
        value in _WORDS if isinstance(value, str) else not _finite(value) for value in values if value is not None
    )
    kept = [float(value) if _finite(value) else None for value in values]  # type: ignore[arg-type]
    known = [value for value in kept if value is not None]
    return ParallelAxis(
        key,
        label,
        "number",
        kept,
        low=min(known, default=None),
        high=max(known, default=None),
        positive=bool(known) and min(known) > 0,
        missing=len(kept) - len(known),
        nonfinite=wild,
    )


def text_axis(key: str, label: str, texts: Sequence[str | None], numbers: Sequence[float | None]) -> ParallelAxis:
    """Return the axis of texts: one of numbers where each text is a number, else one of categories in natural order.

    Parameters
    ----------
    key, label
        See :class:`ParallelAxis`.
    texts
        One per experiment.
    numbers
        What each is as a number, where it is one.
    """
    known = [(text, number) for text, number in zip(texts, numbers, strict=True) if text is not None]
    as_numbers = [
        number is not None or text in _WORDS or text.lower() in ("nan", "inf", "-inf") for text, number in known
    ]
    if known and all(as_numbers) and any(number is not None for _, number in known):
        wild = sum(number is None for _, number in known)
        axis = number_axis(key, label, list(numbers))
        log = axis.positive and (axis.high or 0.0) >= _FAR * (axis.low or 1.0)
        return ParallelAxis(**{**vars(axis), "nonfinite": axis.nonfinite + wild, "log": log})
    categories = sorted({text for text, _ in known}, key=natural)
    order = {text: index for index, text in enumerate(categories)}
    values = [None if text is None else order[text] for text in texts]
    missing = len(values) - len(known)
    mixed = any(as_numbers) and not all(as_numbers)
    return ParallelAxis(key, label, "category", values, categories=categories, missing=missing, mixed=mixed)


def place(axis: ParallelAxis, value: float | int | None, log: bool = False) -> float | None:
    """Return where a value stands on an axis, from 0, the bottom, to 1; ``None`` where it has no place.

    A single category, and a number where all are the same, stand in the middle.
    """
    if value is None:
        return None
    if axis.kind == "category":
        return 0.5 if len(axis.categories) < 2 else float(value) / (len(axis.categories) - 1)
    low, high, at = axis.low, axis.high, float(value)
    if low is None or high is None:
        return None
    if log and axis.positive:
        if at <= 0:
            return None
        low, high, at = math.log(low), math.log(high), math.log(at)
    return 0.5 if high == low else (at - low) / (high - low)


def natural(text: str) -> tuple[Any, ...]:
    """Return what texts are sorted by so that numbers in them count: "b2" before "b10", "0.5" before "1e1"."""
    parts = re.split(r"(\d+(?:\.\d+)?)", text.casefold())
    return tuple((0, float(part), "") if index % 2 else (1, 0.0, part) for index, part in enumerate(parts)), text


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
