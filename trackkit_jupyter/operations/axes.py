"""The read of parallel coordinates, and the axes that it, the scatter and the importance have in common.

An axis has a value of each experiment of a comparison: of a hyperparameter, a metric or a single value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Literal

from trackkit_jupyter.errors import NotFoundError, TrackkitValueError, shown
from trackkit_jupyter.operations.comparing import (
    Compared,
    gathered,
    head_of,
    looks_of,
    pairs_of,
    parameter_of,
    places_of,
    singles_of,
    statistic_of,
)
from trackkit_jupyter.query.nodes import as_number
from trackkit_jupyter.records import split_key
from trackkit_jupyter.store import Store

__all__ = ["ValueType", "axis_of", "differing", "parallel"]

ValueType = Literal["value", "min_value", "max_value", "mean_value", "first_value"]

_AXES = 12  # hyperparameters that are axes when none are named
_METRICS = 3  # and metrics
_KINDS = {"value": "last", "min_value": "min", "max_value": "max", "mean_value": "mean", "first_value": "first"}
_DIGESTS = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})(?:\.(\w+))?")


def parallel(
    store: Store[Any],
    objects: list[str],
    parameters: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    metrics: list[str] = [],  # noqa: B006
    value_type: ValueType = "value",
) -> dict[str, Any]:
    """Return the axes of parallel coordinates, and the experiments that are its lines.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 1,000 at most.
    parameters
        Hyperparameters: ``section.name``, ``section/name``, or ``name`` in any section. Empty: those that differ,
        12 at most.
    metrics
        ``metric/variant``, the MD5 of both with a dot between them, as embed addresses have it, or ``single/name`` for
        a single value; a further ``.min_value`` (or another value of `value_type`) says which value. Empty: the first
        three.
    value_type
        Which value, where a metric does not say: the last one, the least, the greatest, the mean, the first.

    Returns
    -------
    ``{"axes": [...], "experiments": [...], "missing": [ids], "unknown": [names nobody has]}``; an axis as in
    :class:`trackkit_jupyter.charts.ParallelAxis`, an experiment as in :func:`comparison`.
    """
    items, missing = gathered(store, objects)
    looks = looks_of(items)
    axes, unknown = axes_of(items, parameters, metrics, value_type)
    return {
        "axes": [axis.to_json() for axis in axes],
        "experiments": [head_of(item, looks[item.id]) for item in items],
        "missing": missing,
        "unknown": unknown,
    }


def axes_of(
    items: Sequence[Compared], parameters: list[str], metrics: list[str], value_type: str
) -> tuple[list[Any], list[str]]:
    """Return the axes that some names mean, and the names that nobody has; the default ones without names."""
    axes = parameter_axes(items, parameters) if parameters else differing(items)[:_AXES]
    places = places_of(items)
    unknown = [name for name in parameters if not any(_means(name, place) for place in places)]
    own = [pair for pair in pairs_of(items) if pair[0][:1] != ":"][:_METRICS]
    for text in metrics or ["/".join(pair) if pair[0] != pair[1] else pair[0] for pair in own]:
        found = metric_axis(items, text, value_type)
        if found is None:
            unknown.append(text)
        else:
            axes.append(found)
    return axes, unknown


def axis_of(items: Sequence[Compared], text: str, value_type: str, field: str) -> Any:
    """Return the axis of one hyperparameter, where `field` is ``parameter``, or else of one metric.

    Raises
    ------
    NotFoundError
        Nobody has it; `field` says which argument named it.
    """
    named = parameter_axes(items, [text]) if field == "parameter" else []
    axis = named[0] if named else metric_axis(items, text, value_type)
    if axis is None:
        raise NotFoundError(f"None of these experiments has {shown(text)}.", field)
    return axis


def differing(items: Sequence[Compared]) -> list[Any]:
    """Return the axes of the hyperparameters in which experiments differ."""
    return [axis for axis in parameter_axes(items, []) if len(set(axis.values)) > 1]


def parameter_axes(items: Sequence[Compared], names: list[str]) -> list[Any]:
    """Return the axes of the hyperparameters that some names mean, in their order; of all without names."""
    places = places_of(items)
    meant = [place for name in names for place in places if _means(name, place)] if names else places
    told = [name for _, name in places]
    return [
        _parameter_axis(items, section, name, f"{section}/{name}" if told.count(name) > 1 else name)
        for section, name in dict.fromkeys(meant)
    ]


def metric_axis(items: Sequence[Compared], text: str, value_type: str = "value") -> Any:
    """Return the axis of the metric, or the single value, that a text means; ``None`` where nobody has it."""
    from trackkit_jupyter import charts

    if value_type not in _KINDS:
        raise TrackkitValueError(f"value_type is one of {', '.join(_KINDS)}, not {shown(value_type)}.", "value_type")
    pairs, singles = pairs_of(items), singles_of(items)
    kind, name = value_type, text
    digests = _DIGESTS.fullmatch(text)
    stem, _, last = text.rpartition(".")
    if digests is not None:
        kind = digests[3] or value_type
    elif stem and last in _KINDS:
        kind, name = last, stem
    if kind not in _KINDS:
        raise TrackkitValueError(f"A value is one of {', '.join(_KINDS)}, not {shown(kind)}.", "metrics")
    pair = None
    if digests is not None:
        pair = next((one for one in pairs if (_md5(one[0]), _md5(one[1])) == (digests[1], digests[2])), None)
        single = next((one for one in singles if (_md5("Summary"), _md5(one)) == (digests[1], digests[2])), None)
    else:
        metric, _, variant = name.partition("/")
        last_slash = name.rpartition("/")
        spellings = (split_key(name), (last_slash[0], last_slash[2]), (metric, variant), (name, name))
        pair = next((one for one in spellings if one in pairs), None)
        single = next((one for one in singles if name in (f"single/{one}", one)), None)
    if pair is not None:
        statistic = _KINDS[kind]
        values = [statistic_of(item, *pair, statistic) for item in items]
        key = f"metrics[{_quoted(pair[0])}][{_quoted(pair[1])}].{statistic}"
        label = pair[0] if pair[0] == pair[1] else f"{pair[0]}/{pair[1]}"
        return charts.number_axis(key, label if statistic == "last" else f"{label} ({statistic})", values)
    if single is not None:
        return charts.number_axis(f"single/{single}", single, [item.single_values.get(single) for item in items])
    return None


def _parameter_axis(items: Sequence[Compared], section: str, name: str, label: str) -> Any:
    from trackkit_jupyter import charts

    texts = [parameter_of(item, section, name) for item in items]
    numbers = [None if text is None else as_number(text) for text in texts]
    return charts.text_axis(f"hyperparameters[{_quoted(section)}][{_quoted(name)}]", label, texts, numbers)


def _means(name: str, place: tuple[str, str]) -> bool:
    section, parameter = place
    return name in (parameter, f"{section}.{parameter}", f"{section}/{parameter}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _md5(name: str) -> str:
    return hashlib.md5(name.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
