"""The reads of a comparison: what is known of its experiments in short, and the values of metrics.

They ask the catalog, once; only experiments that are being written are opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from trackkit_jupyter.errors import TrackkitError, TrackkitValueError
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import several
from trackkit_jupyter.query.nodes import Compare, Field, OneOf
from trackkit_jupyter.store import Store

__all__ = [
    "Coded",
    "Compared",
    "coded",
    "comparison",
    "fields_by",
    "gathered",
    "head_of",
    "looks_of",
    "metric_values",
    "pairs_of",
    "parameter_of",
    "places_of",
    "singles_of",
    "statistic_of",
]

_CHUNK = 500  # ids in one condition
_CUT = 300  # characters of a text in a table


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
    "status_reason",
    "loop",
)


def gathered(store: Store[Any], objects: list[str]) -> tuple[list[Compared], list[str]]:
    """Return the experiments of a comparison in their order, and the ids of those that are gone.

    One that cannot be read is there with its `problem`, and with nothing else.

    Raises
    ------
    TrackkitValueError
        None or more than 1,000 are named, or something that is no id.
    """
    ids = several(objects)
    found: dict[str, Compared] = {}
    for start in range(0, len(ids), _CHUNK):
        condition = OneOf(tuple(Compare(Field("id"), "==", id) for id in ids[start : start + _CHUNK]))
        for item in store.experiments(condition, order_by="created", archived=None):
            try:
                if item.listed is not None:
                    with item.at_once():
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


def looks_of(items: Sequence[Compared]) -> dict[str, tuple[int, int]]:
    """Return colour and dash of each experiment."""
    from trackkit_jupyter import charts

    ordered = sorted(items, key=lambda item: (item.created, item.id))
    found = charts.colors({item.id: [("", "")] for item in ordered}, {item.id: item.number for item in ordered})
    return {id: look for (id, _, _), look in found.items()} if len(items) > 1 else {item.id: (0, 0) for item in items}


def head_of(item: Compared, look: tuple[int, int]) -> dict[str, Any]:
    """Return what names an experiment, wherever it is shown."""
    fields = {name: item.fields.get(name) for name in ("project", "status", "user", "tags", "created", "finished")}
    fields |= {"status_reason": item.fields.get("status_reason"), "doing": item.fields.get("loop")}
    problem = {"problem": item.problem} if item.problem else {}
    return {"id": item.id, "name": item.name, "color": look[0], "dash": look[1], **fields, **problem}


def comparison(
    store: Store[Any],
    objects: list[str],
    by: list[str] = [],  # noqa: B006 (never changed; the annotations are the contract)
    over: list[str] = [],  # noqa: B006
) -> dict[str, Any]:
    """Return what the experiments of a comparison are, and the texts they were set up with, side by side.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 1,000 at most.
    by, over
        Which of them are in one group, as of ``charts``.

    Returns
    -------
    ``{"experiments": [{"id", "name", "color", "dash", "project", "status", "user", "tags", "created", "finished",
    "status_reason", "doing"}],
    "hyperparameters": [{"section", "name", "texts", "values"}], "properties": [{"name", "texts", "values"}],
    "metrics": [[metric, variant, experiments that have it]], "singles": [[name, experiments]], "missing": [ids],
    "groups": [{"id", "name", "color", "dash", "members": [ids]}]}``. One that cannot be read has ``problem``, and is in
    no group. `values` are, for each experiment, the index of its text, or -1. There are no groups where none are asked
    for, or none of the experiments has what they are asked for by.
    """
    items, missing = gathered(store, objects)
    looks = looks_of(items)
    properties = dict.fromkeys(name for item in items for name in item.properties)
    return {
        "experiments": [head_of(item, looks[item.id]) for item in items],
        "hyperparameters": [
            {"section": section, "name": name, **coded(items, partial(parameter_of, section=section, name=name))}
            for section, name in places_of(items)
        ],
        "properties": [
            {"name": name, **coded(items, lambda item, name=name: item.properties.get(name, {}).get("value"))}  # type: ignore[misc]
            for name in properties
        ],
        "metrics": [[*pair, count] for pair, count in _counted(_pairs(item) for item in items)],
        "singles": [[name, count] for name, count in _counted(item.single_values for item in items)],
        "missing": missing,
        "groups": _groups([item for item in items if not item.problem], by, over),
    }


def _groups(items: Sequence[Compared], by: list[str], over: list[str]) -> list[dict[str, Any]]:
    """Return which experiments are in one group, in the order of their first ones, and in which colour it is drawn."""
    from trackkit_jupyter import charts

    if not items or bool(by) == bool(over):
        return []
    settings = {item.id: item.hyperparameters for item in items}
    fields = {item.id: fields_by(by, item.fields, item.properties) for item in items}
    try:
        found = charts.groups(settings, by, over, fields)
    except TrackkitValueError:  # the section that draws them says it
        return []
    members: dict[Any, list[str]] = {}
    for item in items:
        members.setdefault(found[item.id], []).append(item.id)
    numbers: dict[str, int | None] = {}
    for item in sorted(items, key=lambda item: (item.created, item.id)):
        numbers.setdefault(found[item.id].id, item.number)
    looks = charts.colors({id: [("", "")] for id in numbers}, numbers)
    return [
        {
            "id": group.id,
            "name": group.name,
            "color": looks[group.id, "", ""][0] if len(members) > 1 else 0,
            "dash": looks[group.id, "", ""][1] if len(members) > 1 else 0,
            "members": ids,
        }
        for group, ids in members.items()
    ]


def fields_by(
    wanted: Sequence[str], own: Mapping[str, Any], properties: Mapping[str, Mapping[str, Any]]
) -> dict[str, str | None]:
    """Return what is no hyperparameter, and may group experiments: project, status, user, tags, properties."""
    found: dict[str, str | None] = {}
    for name in wanted:
        if name == "tags":
            found[name] = ", ".join(own["tags"]) or "none"
        elif name in ("project", "status", "user"):
            found[name] = own[name]
        elif name.startswith("properties/"):
            entry = properties.get(name.partition("/")[2])
            if entry is not None:
                found[name] = entry["value"]
    return found


def _counted(of: Iterable[Iterable[Any]]) -> list[tuple[Any, int]]:
    """Return what there is, with how many have it; what machines log of themselves last."""
    found: dict[Any, int] = {}
    for names in of:
        for name in names:
            found[name] = found.get(name, 0) + 1
    return sorted(found.items(), key=lambda pair: str(pair[0][0] if isinstance(pair[0], tuple) else "")[:1] == ":")


def places_of(items: Sequence[Compared]) -> list[tuple[str, str]]:
    """Return section and name of the hyperparameters that any of them has."""
    return list(
        dict.fromkeys((s, name) for item in items for s, names in item.hyperparameters.items() for name in names)
    )


def pairs_of(items: Sequence[Compared]) -> list[tuple[str, str]]:
    """Return metric and variant of the series that any of them has; what machines log of themselves last."""
    return [pair for pair, _ in _counted(map(_pairs, items))]


def singles_of(items: Sequence[Compared]) -> list[str]:
    """Return the names of the single values that any of them has."""
    return [name for name, _ in _counted(item.single_values for item in items)]


def _pairs(item: Compared) -> Iterable[tuple[str, str]]:
    return ((metric, variant) for metric, variants in item.metrics.items() for variant in variants)


def parameter_of(item: Compared, section: str, name: str) -> str | None:
    """Return the text of a hyperparameter; ``None`` where there is none."""
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
    return {
        "experiments": [item.id for item in items],
        "rows": [
            {"metric": m, "variant": v, "values": [statistic_of(item, m, v, statistic) for item in items]}
            for m, v in pairs_of(items)
        ],
        "singles": [
            {"name": name, "values": [item.single_values.get(name) for item in items]} for name in singles_of(items)
        ],
    }


def statistic_of(item: Compared, metric: str, variant: str, statistic: str) -> Any:
    """Return one statistic of a series; ``None`` where there is none."""
    return item.metrics.get(metric, {}).get(variant, {}).get(statistic)
