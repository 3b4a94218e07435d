"""The reads that say what a hyperparameter does to a metric: a trend through a scatter, correlation, importance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from trackkit_jupyter.operations.axes import ValueType, axis_of, differing
from trackkit_jupyter.operations.comparing import gathered
from trackkit_jupyter.store import Store

__all__ = ["importance", "trend"]

_LEAST_FOREST = 10  # experiments for each fifth of them to be predicted from the others
_FEW = 10  # experiments for each hyperparameter, below which the answer is a hint at best
_TREES, _REPEATS, _FOLDS = 64, 5, 5
_AT_ONCE = 2_000_000  # values that are shuffled together: 16 MB, where a thousand runs of 300 parameters would take 720


def trend(
    store: Store[Any],
    objects: list[str],
    parameter: str,
    metric: str,
    value_type: ValueType = "value",
    log: bool = False,
    log_metric: bool = False,
) -> dict[str, Any]:
    r"""Return the straight line that fits a metric over a hyperparameter best, and how well it does.

    The line minimises the sum of squares :math:`\sum_i (y_i - a - b x_i)^2` (ordinary least squares,
    :func:`trackkit_jupyter.series.relation.fit`); `r` is the correlation and `p` of the two-sided t-test of none.
    Beside it stands Spearman's rank correlation, which asks only whether one grows with the other.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 1,000 at most.
    parameter
        A hyperparameter, see :func:`trackkit_jupyter.operations.axes.parallel`; or a metric.
    metric
        A metric, see there.
    value_type
        Which value of a metric that does not say, see there.
    log
        Fit over the logarithm of the hyperparameter (base 10); values that are not positive are left out.
    log_metric
        Fit the logarithm of the metric, likewise: `slope`, `intercept`, `r` and `p` are of that.

    Returns
    -------
    ``{"count", "left_out", "slope", "intercept", "r", "p", "spearman", "spearman_p", "line", "note"}``; `line` has the
    two ends ``[[x, y], [x, y]]``. Null where there is no line, and `note` says why: fewer than three experiments, all
    x the same, or a hyperparameter that is no number.
    """
    items, _ = gathered(store, objects)
    x = axis_of(items, parameter, value_type, "parameter")
    y = axis_of(items, metric, value_type, "metric")
    answer: dict[str, Any] = dict.fromkeys(("slope", "intercept", "r", "p", "spearman", "spearman_p", "line"))
    if x.kind != "number" or y.kind != "number":
        return {**answer, "count": 0, "left_out": 0, "note": f"{(x if x.kind != 'number' else y).label} is no number."}
    pairs = [(a, b) for a, b in zip(x.values, y.values, strict=True) if a is not None and b is not None]
    usable = [
        (math.log10(a) if log else a, math.log10(b) if log_metric else b)
        for a, b in pairs
        if (a > 0 or not log) and (b > 0 or not log_metric)
    ]
    count = {"count": len(usable), "left_out": len(items) - len(usable)}
    if len(usable) < 3 or len({a for a, _ in usable}) < 2:
        return {**answer, **count, "note": "A line needs three experiments, and two values of the hyperparameter."}
    from trackkit_jupyter.series import relation

    xs, ys = [a for a, _ in usable], [b for _, b in usable]
    line = relation.fit(xs, ys)
    rho, rho_p = relation.spearman(xs, ys)
    return {
        **vars(line),
        "spearman": rho,
        "spearman_p": rho_p,
        "line": [[_raised(a, log), _raised(line.intercept + line.slope * a, log_metric)] for a in (min(xs), max(xs))],
        **count,
        "note": "",
    }


def _raised(value: float, log: bool) -> float:
    return 10.0 ** max(-307.0, min(307.0, value)) if log else value  # a line may leave what a float holds


def importance(store: Store[Any], objects: list[str], metric: str, value_type: ValueType = "value") -> dict[str, Any]:
    r"""Return how much each hyperparameter that differs has to do with a metric.

    Two answers. *Correlation* is Spearman's :math:`\rho`: the correlation of the ranks, from -1 to 1, with the
    p-value of no correlation (:func:`trackkit_jupyter.series.relation.spearman`); a hyperparameter of more than two
    texts has no order, and none. *Importance* is that of a permutation (Breiman 2001, "Random forests", Machine
    Learning 45): a forest of 64 trees (scikit-learn's ``RandomForestRegressor``) predicts the metric from all
    hyperparameters, on fifths of the experiments that it did not see;
    when the values of one hyperparameter are shuffled among these, the mean squared
    error grows by so much. Means of five shuffles of each of the five fifths, those below zero as zero, as shares of
    their sum. It is there where scikit-learn is installed, from 10 experiments on.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 1,000 at most.
    metric
        A metric, see :func:`trackkit_jupyter.operations.axes.parallel`.
    value_type
        Which value of a metric that does not say, see there.

    Returns
    -------
    ``{"metric", "count", "left_out", "score", "few", "note", "parameters": [{"key", "label", "importance", "spread",
    "correlation", "p", "kind", "count"}]}``, the most important first. `score` is the :math:`R^2` of the forest on what
    it did not see: near zero or less, its importances mean nothing. `few` says that there are fewer than 10 experiments
    for each hyperparameter. `note` says why there is no importance. `spread` is the standard deviation of the shuffles.
    """
    items, _ = gathered(store, objects)
    y = axis_of(items, metric, value_type, "metric")
    kept = [(item, value) for item, value in zip(items, y.values, strict=True) if value is not None]
    chosen, target = [item for item, _ in kept], [float(value) for _, value in kept]
    axes = differing(chosen)
    found = [
        {"key": axis.key, "label": axis.label, "kind": axis.kind, "importance": None, "spread": None}
        | _correlation(axis, target)
        for axis in axes
    ]
    score, note = None, ""
    if not axes:
        note = "No hyperparameter differs among these experiments."
    elif len(set(target)) < 2:
        note = f"{y.label} is the same in all of these experiments." if target else f"No experiment has {y.label}."
    elif len(chosen) < _LEAST_FOREST:
        note = f"A forest needs {_LEAST_FOREST} experiments with {y.label}; there are {len(chosen)}."
    else:
        forest = _forest(axes, target)
        if forest is None:
            note = "Install scikit-learn where the server runs to see the importance by a random forest."
        else:
            shares, spreads, score = forest
            for row, share, spread in zip(found, shares, spreads, strict=True):
                row["importance"], row["spread"] = share, spread
    found.sort(key=lambda row: (-(row["importance"] or 0), -abs(row["correlation"] or 0)))
    return {
        "metric": y.label,
        "count": len(chosen),
        "left_out": len(items) - len(chosen),
        "score": score,
        "few": bool(axes) and len(chosen) < _FEW * len(axes),
        "note": note,
        "parameters": found,
    }


def _correlation(axis: Any, target: Sequence[float]) -> dict[str, Any]:
    pairs = [(value, y) for value, y in zip(axis.values, target, strict=True) if value is not None]
    nothing = {"correlation": None, "p": None, "count": len(pairs)}
    ordered = axis.kind == "number" or len(axis.categories) == 2
    if not ordered or len(pairs) < 3 or len({x for x, _ in pairs}) < 2 or len({y for _, y in pairs}) < 2:
        return nothing
    from trackkit_jupyter.series import relation

    rho, p = relation.spearman([x for x, _ in pairs], [y for _, y in pairs])
    return {"correlation": rho, "p": p, "count": len(pairs)}


def _forest(axes: Sequence[Any], target: Sequence[float]) -> tuple[list[float], list[float], float] | None:
    """Return the share and the spread of each axis, and the score; ``None`` without scikit-learn."""
    try:
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.model_selection import KFold
    except ImportError:
        return None
    import numpy as np

    # What is missing is a value of its own, below all others: a tree can tell it apart.
    columns = []
    for axis in axes:
        known = [value for value in axis.values if value is not None]
        low, high = min(known, default=0.0), max(known, default=1.0)
        columns.append([low - (high - low or 1.0) if value is None else value for value in axis.values])
    x, y = np.array(columns, dtype=np.float64).T, np.array(target, dtype=np.float64)
    y = (y - y.mean()) / (y.std() or 1.0)  # so that a squared error is a share of the variance
    random = np.random.default_rng(0)
    predicted, falls = np.zeros(len(y)), np.zeros((len(axes), 0))
    for seen, unseen in KFold(_FOLDS, shuffle=True, random_state=0).split(x):
        forest = RandomForestRegressor(_TREES, random_state=0).fit(x[seen], y[seen])
        predicted[unseen] = forest.predict(x[unseen])
        before = ((predicted[unseen] - y[unseen]) ** 2).mean()
        # Many shuffles in one go: the forest costs as much for ten rows as for a thousand.
        together = max(1, _AT_ONCE // (_REPEATS * x[unseen].size))
        after = []
        for start in range(0, len(axes), together):
            some = range(start, min(start + together, len(axes)))
            rows = np.tile(x[unseen], (len(some), _REPEATS, 1, 1))
            for place, at in enumerate(some):
                for again in range(_REPEATS):
                    rows[place, again, :, at] = random.permutation(rows[place, again, :, at])
            answers = forest.predict(rows.reshape(-1, len(axes))).reshape(len(some), _REPEATS, len(unseen))
            after.append(((answers - y[unseen]) ** 2).mean(axis=2))
        falls = np.concatenate([falls, np.concatenate(after) - before], axis=1)
    means = np.maximum(falls.mean(axis=1), 0.0)
    whole = float(means.sum()) or 1.0
    score = 1.0 - float(((predicted - y) ** 2).mean())
    return (means / whole).tolist(), (falls.std(axis=1) / whole).tolist(), score
