"""Lists of experiments and of models: a page of what a query found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from trackkit_jupyter.errors import NotFoundError, TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import split_key
from trackkit_jupyter.store.experiment import StoredExperiment

__all__ = ["Experiments", "Models"]

T = TypeVar("T")
E = TypeVar("E", bound=StoredExperiment)

_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Page(Sequence[T], Generic[T]):
    """A page of what a query found, list-like. One whose record is damaged is left out; `trackkit verify` names it.

    Attributes
    ----------
    total : int
        How many there are on all pages.
    """

    _what = "objects"

    def __init__(self, items: Sequence[T], total: int) -> None:
        self._items = list(items)
        self.total = total

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> T | Self:
        if isinstance(index, slice):
            items = self._items[index]
            return type(self)(items, len(items))
        return self._items[index]

    def __repr__(self) -> str:
        return f"<{len(self)} of {self.total} {self._what}>"


class Models(Page[Any]):
    """A page of models."""

    _what = "models"

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame, one row per model; metrics by ``metric/variant``, with their last values.

        Returns
        -------
        pandas.DataFrame
        """
        return _frame(self, ("id", "name", "version", "project", "status", "framework", "created"))


class Experiments(Page[E], Generic[E]):
    """A page of experiments.

    Attributes
    ----------
    of_models : type
        What pages of models are in the same store.
    """

    _what = "experiments"
    of_models: ClassVar[type[Models]] = Models

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame, one row per experiment.

        Hyperparameters are columns by their names (with ``section/`` before them, but for "General"), metrics by
        ``metric/variant``, with their last values as numbers, NaN too where there are none. One whose name another
        column has already is named ``hyperparameters/...`` or ``metrics/...``.

        Returns
        -------
        pandas.DataFrame
        """
        parameters: list[dict[str, str]] = []
        for item in self:
            row: dict[str, str] = {}
            parameters.append(row)
            for section, names in item.hyperparameters.items():
                prefix = "" if section == "General" else f"{section}/"
                row.update({f"{prefix}{name}": entry["value"] for name, entry in names.items()})
        return _frame(self, ("id", "name", "project", "status", "created"), parameters)

    def best(self, key: str, mode: str = "max") -> E:
        """Return the experiment of this list that reached the greatest, or least, finite value of a metric.

        Parameters
        ----------
        key
            The metric and variant, such as ``"accuracy/val"``.
        mode
            "max" or "min".

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            Another mode, or a key that is no text.
        NotFoundError
            None of them has a finite value of that metric.
        """
        if mode not in ("max", "min"):
            raise TrackkitValueError(f'mode must be "max" or "min", not {shown(mode)}.', "mode")
        if not isinstance(key, str):
            raise TrackkitTypeError(f"key must be text, not {type(key).__name__}.", "key")
        metric, variant = split_key(key)
        found: list[tuple[float, E]] = []
        for item in self:
            value = item.metrics.get(metric, {}).get(variant, {}).get(mode)
            if value is not None:
                found.append((_number(value), item))
        if not found:
            raise NotFoundError(f"None of these {len(self)} experiments has a finite value of {shown(key)}.", "key")
        # The first of equals, in the order of the list.
        return (max if mode == "max" else min)(found, key=lambda pair: pair[0])[1]


def _number(value: Any) -> float:
    """Return a number of ``to_dict()`` data, in which NaN and infinity are texts."""
    return _NUMBERS.get(value, math.nan) if isinstance(value, str) else float(value)


def _frame(items: Sequence[Any], fields: tuple[str, ...], parameters: Sequence[dict[str, str]] = ()) -> Any:
    """Return a row per item: its fields, its parameters and its metrics; no column stands for two things."""
    import pandas as pd

    metrics = [
        {
            f"{metric}/{variant}": _number(summary["last"])
            for metric, variants in item.metrics.items()
            for variant, summary in variants.items()
        }
        for item in items
    ]
    rows: list[dict[str, Any]] = [{name: getattr(item, name) for name in fields} for item in items]
    columns = dict.fromkeys(fields)
    kinds: tuple[tuple[str, Sequence[dict[str, Any]]], ...] = (("hyperparameters", parameters), ("metrics", metrics))
    for kind, found in kinds:
        names = dict.fromkeys(name for each in found for name in each)
        columns_of = {name: f"{kind}/{name}" if name in columns else name for name in names}
        columns |= dict.fromkeys(columns_of.values())
        for row, each in zip(rows, found, strict=False):
            row.update({columns_of[name]: value for name, value in each.items()})
    return pd.DataFrame(rows, columns=list(columns))
