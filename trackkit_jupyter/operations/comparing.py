"""The reads of a comparison: what is known of its experiments in short, the values of metrics, parallel coordinates.

They ask the catalog, once; only experiments that are being written are opened.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trackkit_jupyter.errors import TrackkitError, TrackkitValueError, shown
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.query.nodes import Compare, Field, OneOf, as_number
from trackkit_jupyter.records import check_id, split_key
from trackkit_jupyter.store import Store

__all__ = ["Coded", "Compared", "coded", "comparison", "gathered", "metric_values", "parallel"]

MOST = 1_000
_CHUNK = 500  # ids in one condition
_CUT = 300  # characters of a text in a table
_AXES = 12  # hyperparameters that are axes when none are named
_METRICS = 3  # and metrics
_STATISTICS = ("first", "last", "min", "max", "mean", "count")
_KINDS = {"value": "last", "min_value": "min", "max_value": "max", "mean_value": "mean", "first_value": "first"}
_DIGESTS = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})(?:\.(\w+))?")


@dataclass(frozen=True)
class Compared:
    """An experiment of a comparison, read once."""

    id: str
    name: str
    created: str
    number: int | None
    fields: dict[str, Any]
    hyperparameters: dict[str, dict[str, dict[str, Any]]]
    properties: dict[str, dict[str, Any]]
    metrics: dict[str, dict[str, dict[str, Any]]]
    single_values: dict[str, Any]
    problem: str = ""


_FIELDS = (
    "project",
    "status",
    "user",
    "tags",
    "description",
    "parent",
    "created",
    "started",
    "finished",
    "last_iteration",
)


def gathered(store: Store[Any], objects: list[str]) -> tuple[list[Compared], list[str]]:
    """Return the experiments of a comparison in their order, and the ids of those that are gone.

    One that cannot be read is there with its `problem`, and with nothing else.

    Raises
    ------
    TrackkitValueError
        None or more than 1,000 are named, or something that is no id.
    """
    ids = list(dict.fromkeys(check_id(id, "objects") for id in objects))
    if not ids:
        raise TrackkitValueError("objects must name at least one experiment.", "objects")
    if len(ids) > MOST:
        raise TrackkitValueError(f"objects may name {MOST:,} experiments at most, not {len(ids):,}.", "objects")
    found: dict[str, Compared] = {}
    for start in range(0, len(ids), _CHUNK):
        condition = OneOf(tuple(Compare(Field("id"), "==", id) for id in ids[start : start + _CHUNK]))
        for item in store.experiments(condition, order_by="created", archived=None):
            try:
                if item.listed is not None:
                    found[item.id] = _compared(item)
                else:  # being written: its kept handle reads only what is new
                    with opened(store, item.id) as live:
                        found[item.id] = _compared(live)
            except (TrackkitError, OSError) as error:
                found[item.id] = _broken(item.id, str(error))
    for id in ids:
        if id not in found and store.paths.record("experiment", id).root.is_dir():
            found[id] = _broken(id, "Its record cannot be read; `trackkit verify` says what is wrong.")
    return [found[id] for id in ids if id in found], [id for id in ids if id not in found]


def _compared(item: Any) -> Compared:
    return Compared(
        item.id,
        item.name,
        item.created or "",
        item.number,
        {name: getattr(item, name) for name in _FIELDS},
        item.hyperparameters,
        item.properties,
        item.metrics,
        item.single_values,
    )


def _broken(id: str, problem: str) -> Compared:
    return Compared(id, id[:8], "", None, {}, {}, {}, {}, {}, problem)


class Coded:
    """A row of texts side by side, as few texts and the number of one for each experiment; -1 where there is none."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        self.values: list[int] = []

    def add(self, text: str | None) -> None:
        """Add the text of the next experiment."""
        self.values.append(-1 if text is None else self.texts.setdefault(text, len(self.texts)))

    def to_json(self) -> dict[str, Any]:
        """Return ``{"texts", "values"}``, with ``lengths`` of the texts where some are cut."""
        found: dict[str, Any] = {"texts": [text[:_CUT] for text in self.texts], "values": self.values}
        if any(len(text) > _CUT for text in self.texts):
            found["lengths"] = [len(text) for text in self.texts]
        return found


def coded(rows: Iterable[Any], of: Callable[[Any], str | None]) -> dict[str, Any]:
    """Return what `of` says of each of `rows`, see :meth:`Coded.to_json`."""
    made = Coded()
    for row in rows:
        made.add(of(row))
    return made.to_json()


def _looks(items: Sequence[Compared]) -> dict[str, tuple[int, int]]:
    from trackkit_jupyter import charts

    ordered = sorted(items, key=lambda item: (item.created, item.id))
    found = charts.colors({item.id: [("", "")] for item in ordered}, {item.id: item.number for item in ordered})
    return {id: look for (id, _, _), look in found.items()} if len(items) > 1 else {item.id: (0, 0) for item in items}


def _head(item: Compared, look: tuple[int, int]) -> dict[str, Any]:
    fields = {name: item.fields.get(name) for name in ("project", "status", "user", "tags", "created", "finished")}
    problem = {"problem": item.problem} if item.problem else {}
    return {"id": item.id, "name": item.name, "color": look[0], "dash": look[1], **fields, **problem}


def comparison(store: Store[Any], objects: list[str]) -> dict[str, Any]:
    """Return what the experiments of a comparison are, and the texts they were set up with, side by side.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 1,000 at most.

    Returns
    -------
    ``{"experiments": [{"id", "name", "color", "dash", "project", "status", "user", "tags", "created", "finished"}],
    "hyperparameters": [{"section", "name", "texts", "values"}], "properties": [{"name", "texts", "values"}],
    "metrics": [[metric, variant, experiments that have it]], "singles": [[name, experiments]], "missing": [ids]}``.
    One that cannot be read has ``problem``. `values` are, for each experiment, the index of its text, or -1.
    """
    items, missing = gathered(store, objects)
    looks = _looks(items)
    places = _places(items)
    properties = dict.fromkeys(name for item in items for name in item.properties)
    return {
        "experiments": [_head(item, looks[item.id]) for item in items],
        "hyperparameters": [
            {"section": place[0], "name": place[1], **coded(items, lambda item, place=place: _parameter(item, *place))}  # type: ignore[misc]
            for place in places
        ],
        "properties": [
            {"name": name, **coded(items, lambda item, name=name: item.properties.get(name, {}).get("value"))}  # type: ignore[misc]
            for name in properties
        ],
        "metrics": [[*pair, count] for pair, count in _counted(_pairs(item) for item in items)],
        "singles": [[name, count] for name, count in _counted(item.single_values for item in items)],
        "missing": missing,
    }


def _counted(of: Iterable[Iterable[Any]]) -> list[tuple[Any, int]]:
    """Return what there is, with how many have it; what machines log of themselves last."""
    found: dict[Any, int] = {}
    for names in of:
        for name in names:
            found[name] = found.get(name, 0) + 1
    return sorted(found.items(), key=lambda pair: str(pair[0][0] if isinstance(pair[0], tuple) else "")[:1] == ":")


def _pairs(item: Compared) -> Iterable[tuple[str, str]]:
    return ((metric, variant) for metric, variants in item.metrics.items() for variant in variants)


def _parameter(item: Compared, section: str, name: str) -> str | None:
    entry = item.hyperparameters.get(section, {}).get(name)
    return None if entry is None else str(entry.get("value"))


def metric_values(
    store: Store[Any],
    objects: list[str],
    statistic: Literal["first", "last", "min", "max", "mean", "count"] = "last",
) -> dict[str, Any]:
    """Return one statistic of each metric and variant, and the single values, of the experiments of a comparison.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 1,000 at most.
    statistic
        Minimum, maximum and mean are of the finite values; first and last those of the least and greatest iteration.

    Returns
    -------
    ``{"experiments": [ids], "rows": [{"metric", "variant", "values"}], "singles": [{"name", "values"}]}``; null where
    there is none.
    """
    items, _ = gathered(store, objects)
    pairs = [pair for pair, _ in _counted(_pairs(item) for item in items)]
    singles = [name for name, _ in _counted(item.single_values for item in items)]
    return {
        "experiments": [item.id for item in items],
        "rows": [
            {"metric": m, "variant": v, "values": [_statistic(item, m, v, statistic) for item in items]}
            for m, v in pairs
        ],
        "singles": [{"name": name, "values": [item.single_values.get(name) for item in items]} for name in singles],
    }


def _statistic(item: Compared, metric: str, variant: str, statistic: str) -> Any:
    return item.metrics.get(metric, {}).get(variant, {}).get(statistic)


def parallel(
    store: Store[Any],
    objects: list[str],
    parameters: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    metrics: list[str] = [],  # noqa: B006
    value_type: Literal["value", "min_value", "max_value", "mean_value", "first_value"] = "value",
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
    looks = _looks(items)
    axes, unknown = axes_of(items, parameters, metrics, value_type)
    return {
        "axes": [axis.to_json() for axis in axes],
        "experiments": [_head(item, looks[item.id]) for item in items],
        "missing": missing,
        "unknown": unknown,
    }


def axes_of(
    items: Sequence[Compared], parameters: list[str], metrics: list[str], value_type: str
) -> tuple[list[Any], list[str]]:
    """Return the axes that some names mean, and the names that nobody has; the default ones without names."""
    axes = parameter_axes(items, parameters) if parameters else differing(items)[:_AXES]
    places = _places(items)
    unknown = [name for name in parameters if not any(_means(name, place) for place in places)]
    pairs = [pair for pair, _ in _counted(_pairs(item) for item in items)]
    singles = [name for name, _ in _counted(item.single_values for item in items)]
    own = [pair for pair in pairs if pair[0][:1] != ":"][:_METRICS]
    for text in metrics or ["/".join(pair) if pair[0] != pair[1] else pair[0] for pair in own]:
        found = metric_axis(items, text, pairs, singles, value_type)
        if found is None:
            unknown.append(text)
        else:
            axes.append(found)
    return axes, unknown


def differing(items: Sequence[Compared]) -> list[Any]:
    """Return the axes of the hyperparameters in which experiments differ."""
    return [axis for axis in parameter_axes(items, []) if len(set(axis.values)) > 1]


def parameter_axes(items: Sequence[Compared], names: list[str]) -> list[Any]:
    """Return the axes of the hyperparameters that some names mean, in their order; of all without names."""
    places = _places(items)
    meant = [place for name in names for place in places if _means(name, place)] if names else places
    told = [name for _, name in places]
    return [
        parameter_axis(items, section, name, f"{section}/{name}" if told.count(name) > 1 else name)
        for section, name in dict.fromkeys(meant)
    ]


def _places(items: Sequence[Compared]) -> list[tuple[str, str]]:
    return list(
        dict.fromkeys((s, name) for item in items for s, names in item.hyperparameters.items() for name in names)
    )


def _means(name: str, place: tuple[str, str]) -> bool:
    section, parameter = place
    return name in (parameter, f"{section}.{parameter}", f"{section}/{parameter}")


def parameter_axis(items: Sequence[Compared], section: str, name: str, label: str = "") -> Any:
    """Return the axis of a hyperparameter."""
    from trackkit_jupyter import charts

    texts = [_parameter(item, section, name) for item in items]
    numbers = [None if text is None else as_number(text) for text in texts]
    key = f"hyperparameters[{_quoted(section)}][{_quoted(name)}]"
    return charts.text_axis(key, label or name, texts, numbers)


def metric_axis(
    items: Sequence[Compared],
    text: str,
    pairs: Sequence[tuple[str, str]],
    singles: Sequence[str],
    value_type: str = "value",
) -> Any:
    """Return the axis of the metric, or the single value, that a text means; ``None`` where nobody has it."""
    from trackkit_jupyter import charts

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
        values = [_statistic(item, *pair, statistic) for item in items]
        key = f"metrics[{_quoted(pair[0])}][{_quoted(pair[1])}].{statistic}"
        label = pair[0] if pair[0] == pair[1] else f"{pair[0]}/{pair[1]}"
        return charts.number_axis(key, label if statistic == "last" else f"{label} ({statistic})", values)
    if single is not None:
        return charts.number_axis(f"single/{single}", single, [item.single_values.get(single) for item in items])
    return None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _md5(name: str) -> str:
    return hashlib.md5(name.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
