"""Claims: whether one group of experiments is better than another, looked at again whenever it is asked."""

from __future__ import annotations

import difflib
import math
import warnings
from collections.abc import Sequence
from typing import Any, Literal

from trackkit_jupyter.errors import TrackkitValueError
from trackkit_jupyter.operations.better import direction_of
from trackkit_jupyter.query import asked
from trackkit_jupyter.records import split_key
from trackkit_jupyter.store import Store

__all__ = ["claim", "interval"]

_MOST = 1_000  # experiments of a group that are measured
_RESAMPLES = 9_999
_SEED = 0
_NEAR = 3  # metrics that are named where the one that was asked for was never logged
_SAID = {"holds": "It holds", "open": "It is open", "contradicted": "The data says the opposite"}
_AT_ONCE = 2_000_000  # values that are resampled together: 16 MB, where the largest groups would take 240

Value = Literal["last", "min", "max", "mean"]
Better = Literal["", "higher", "lower"]


def claim(
    store: Store[Any], metric: str, a: str, b: str, value: Value = "last", better: Better = "", level: float = 0.95
) -> dict[str, Any]:
    """Compare two groups of experiments by a metric: whether the first one is better.

    Parameters
    ----------
    store
        The store.
    metric
        Its key, such as ``accuracy/val``.
    a, b
        The queries that find the two groups; ``a`` is said to be better.
    value
        What counts of each experiment: the ``last``, ``min``, ``max`` or ``mean`` of its values.
    better
        ``higher`` or ``lower``; empty: by the metric's name (less of a loss or an error is better).
    level
        The confidence of the interval, over 0.5 and under 1.

    Returns
    -------
    dict
        ``verdict``: ``holds`` (the whole interval is on the side of ``a``), ``contradicted`` (on the other side),
        ``open`` (it has zero in it) or ``unknown`` (too little is known); ``sentence``, which says so; ``finding``, the
        same without the verdict's own words, for who shows those beside it; ``difference``
        of the means, a minus b, with ``low`` and ``high``; and of both groups ``values``, ``mean``, ``left_out`` (how
        many have no finite value), ``total`` (how many the query finds; of more than 1,000, the newest are measured).
    """
    if not 0.5 < level < 1:
        raise TrackkitValueError(f"level must be over 0.5 and under 1, not {level:g}.", "level")
    direction = better or ("lower" if direction_of(metric) == "min" else "higher")
    groups, logged = {}, {}
    for name, query in (("a", a), ("b", b)):
        groups[name], logged[name] = _group(store, query, metric, value, name)
    answer: dict[str, Any] = {
        "metric": metric,
        "value": value,
        "better": direction,
        "level": level,
        **groups,
        "difference": None,
        "low": None,
        "high": None,
    }
    one, other = groups["a"]["values"], groups["b"]["values"]
    missing = _missing(groups, logged, metric)
    notes = _notes(groups)
    if missing is not None:
        said = " ".join([missing, *notes])
        return {**answer, "verdict": "unknown", "sentence": said, "finding": said}
    difference, low, high = interval(one, other, level)
    sign = 1 if direction == "higher" else -1
    ends = sorted((sign * low, sign * high))
    verdict = "holds" if ends[0] > 0 else "contradicted" if ends[1] < 0 else "open"
    answer.update(difference=difference, low=low, high=high)
    finding = " ".join([_finding(verdict, answer), *notes])
    return {**answer, "verdict": verdict, "sentence": f"{_SAID[verdict]}: {finding}", "finding": finding}


def interval(one: Sequence[float], other: Sequence[float], level: float) -> tuple[float, float, float]:
    """Return the difference of two means, and its bootstrap interval over the experiments.

    Parameters
    ----------
    one, other
        A value of each experiment; two at least of each.
    level
        The confidence.

    Returns
    -------
    tuple
        Difference, low and high end.

    Notes
    -----
    The bias-corrected and accelerated bootstrap (BCa) of the difference of means, with 9,999 resamples drawn for each
    group by itself and always the same seed, by :func:`scipy.stats.bootstrap`: B. Efron, "Better Bootstrap Confidence
    Intervals", Journal of the American Statistical Association 82 (1987), 171-185. It assumes that the experiments of a
    group are independent and differ by chance only (their seeds), and that the groups are not paired. With few
    experiments, say under ten, the interval is known to be too narrow: a claim that just holds with three seeds may
    fail with ten. Where all values of a group are the same the percentile interval stands in, which is then a point.
    """
    import numpy as np
    from scipy import stats

    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)

    def statistic(x: Any, y: Any, axis: int = -1) -> Any:
        return np.mean(x, axis=axis) - np.mean(y, axis=axis)

    difference = float(statistic(first, second))
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = stats.bootstrap(
                (first, second),
                statistic,
                n_resamples=_RESAMPLES,
                batch=max(1, min(_RESAMPLES, _AT_ONCE // max(len(first), len(second)))),
                confidence_level=level,
                method=method,
                vectorized=True,
                rng=np.random.default_rng(_SEED),
            ).confidence_interval
        low, high = float(found.low), float(found.high)
        if math.isfinite(low) and math.isfinite(high):
            return difference, low, high
    return difference, difference, difference


def _group(
    store: Store[Any], query: str, metric: str, value: str, name: str
) -> tuple[dict[str, Any], set[tuple[str, str]]]:
    """Return a group, and the series that its experiments have logged."""
    try:
        found = store.experiments(asked(query), order_by="-created", page_size=_MOST)
    except TrackkitValueError as error:
        raise TrackkitValueError(f"{name}: {error.message}", name) from None
    pair = split_key(metric)
    values, ids = [], []
    logged: set[tuple[str, str]] = set()
    for each in found:
        metrics = each.metrics
        logged.update((one, variant) for one, variants in metrics.items() for variant in variants)
        number = _finite(metrics.get(pair[0], {}).get(pair[1], {}).get(value))
        if number is not None:
            values.append(number)
            ids.append(each.id)
    mean = math.fsum(values) / len(values) if values else None
    left_out = len(found) - len(values)
    group = {"query": query, "values": values, "ids": ids, "mean": mean, "left_out": left_out, "total": found.total}
    return group, logged


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _missing(groups: dict[str, dict[str, Any]], logged: dict[str, set[tuple[str, str]]], metric: str) -> str | None:
    """Return why nothing can be said, if so."""
    for name, group in groups.items():
        count, out = len(group["values"]), group["left_out"]
        if count == 0 and out == 0:
            return f"Nothing can be said: no experiment is found by {name}, {group['query']}."
        if count == 0:
            which = "the one experiment" if out == 1 else f"none of the {out} experiments"
            if split_key(metric) not in logged[name]:
                tail = "has not logged" if out == 1 else "has logged"
                return f"Nothing can be said: {which} of {name} {tail} {metric}{_instead(logged[name], metric)}."
            tail = "has no finite value" if out == 1 else "has a finite value"
            return f"Nothing can be said: {which} of {name} {tail} of {metric}."
    for name, group in groups.items():
        if len(group["values"]) == 1:
            one = "one experiment only" if group["left_out"] == 0 else "one experiment with a finite value only"
            return (
                f"Nothing can be said yet: {name} has {one}. Run it with other seeds: the difference between seeds is "
                "what a claim is measured by."
            )
    return None


def _instead(logged: set[tuple[str, str]], metric: str) -> str:
    """Return what may have been meant, in words."""
    keys = [one if one == variant else f"{one}/{variant}" for one, variant in sorted(logged) if not one.startswith(":")]
    near = difflib.get_close_matches(metric[:100], keys, _NEAR) or keys[:_NEAR]
    more = ", …" if len(near) < len(keys) else ""
    return f"; there is {', '.join(near)}{more}" if near else ""


def _notes(groups: dict[str, dict[str, Any]]) -> list[str]:
    """Return what else is to be known of the experiments that were measured."""
    notes = []
    out = sum(group["left_out"] for group in groups.values() if group["values"])
    if out:
        notes.append(f"Left out: {out} without a finite value.")
    notes += [
        f"Of the {group['total']:,} experiments of {name}, the newest {_MOST:,} are measured."
        for name, group in groups.items()
        if group["total"] > _MOST
    ]
    both = len({*groups["a"]["ids"]} & {*groups["b"]["ids"]})
    if both:
        notes.append(f"{both:,} {'is' if both == 1 else 'are'} in both groups, which are taken for independent.")
    return notes


def _finding(verdict: str, answer: dict[str, Any]) -> str:
    one, other = len(answer["a"]["values"]), len(answer["b"]["values"])
    difference, low, high = (f"{answer[key]:+.4g}".replace("-", "−") for key in ("difference", "low", "high"))
    spread = f"{answer['level']:.0%} interval {low} to {high}, {one} against {other} experiments"
    zero = " Zero is in the interval: these experiments do not tell which is better." if verdict == "open" else ""
    return f"{answer['metric']} differs by {difference} (a − b), {spread}.{zero}"
