"""What tells the newest experiments apart: the columns that a table begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, distinct, false, func, select

from trackkit_jupyter.query.tables import experiments, metrics, names, parameters

__all__ = ["find_telling"]

_NEWEST = 200  # experiments that are looked at
_FEW = 10  # one in so many of those that have the commonest


def find_telling(connection: Connection) -> dict[str, list[list[str]]]:
    """Return hyperparameters and metrics of the newest that are not archived, the most telling first.

    Hyperparameters in which they differ stand before others, and what more of them have before what fewer have, in the
    order in which they were first seen. What hardly any has is left out, and so is what machines log of themselves.

    Returns
    -------
    ``{"hyperparameters": [[section, name]], "metrics": [[metric, variant]]}``
    """
    among = select(experiments.c.key).where(experiments.c.archived == false())
    among = among.order_by(experiments.c.created.desc(), experiments.c.id.desc()).limit(_NEWEST)
    count, kinds = func.count(), func.count(distinct(parameters.c.value))
    tried = (
        select(names.c.first, names.c.second, count)
        .join(parameters, parameters.c.name == names.c.key)
        .where(parameters.c.experiment.in_(among), names.c.kind == "h")
        .group_by(names.c.key)
        .order_by(kinds < 2, count.desc(), names.c.key)
    )
    came = (
        select(names.c.first, names.c.second, count)
        .join(metrics, metrics.c.series == names.c.key)
        .where(metrics.c.experiment.in_(among), names.c.first.not_like(":%"))
        .group_by(names.c.key)
        .order_by(count.desc(), names.c.key)
    )
    return {
        "hyperparameters": _common(connection.execute(tried).fetchall()),
        "metrics": _common(connection.execute(came).fetchall()),
    }


def _common(rows: Sequence[Any]) -> list[list[str]]:
    most = max((count for _, _, count in rows), default=0)
    return [[first, second] for first, second, count in rows if count * _FEW >= most]
