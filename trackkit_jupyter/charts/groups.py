"""Which experiments are drawn as one: those with the same hyperparameters or fields, or with the same but for some."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from trackkit_jupyter.charts.data import Group
from trackkit_jupyter.errors import TrackkitValueError, shown

__all__ = ["apart", "groups"]

_MOST_NAMED = 6  # hyperparameters in the name of a group
_MOST_LISTED = 20  # hyperparameters that are told where another one was asked for
_Settings = dict[tuple[str, str], str | None]


def groups(
    hyperparameters: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]],
    by: Sequence[str] = (),
    over: Sequence[str] = (),
    fields: Mapping[str, Mapping[str, str | None]] | None = None,
) -> dict[str, Group]:
    """Put experiments into groups.

    Parameters
    ----------
    hyperparameters
        Experiment id to ``{section: {name: {"value": text, ...}}}``.
    by
        Names of hyperparameters: experiments with the same values belong together, also those without any. A name is
        meant in any section; ``section/name`` names one.
    over
        Names likewise: experiments belong together whose other hyperparameters are all the same, such as repetitions
        over a ``seed``.
    fields
        Experiment id to what else `by` may name, such as ``project`` or ``properties/k``, and its value. Where a
        hyperparameter has the same name, that is meant.

    Returns
    -------
    dict
        Experiment id to its group, whose id follows from its values alone, whatever other groups there are.

    Raises
    ------
    TrackkitValueError
        If both or none are given, or no experiment has a hyperparameter of that name.
    """
    if bool(by) == bool(over):
        raise TrackkitValueError("Experiments are grouped either by some hyperparameters, or over some.", "over")
    field, names = ("by", by) if by else ("over", over)
    settings: dict[str, _Settings] = {
        id: {(section, name): one.get("value") for section, known in sections.items() for name, one in known.items()}
        for id, sections in hyperparameters.items()
    }
    places = list(dict.fromkeys(place for known in settings.values() for place in known))
    if by and fields:
        further = [name for name in names if not any(_means(name, place) for place in places)]
        for id, known in settings.items():
            known.update({("", name): fields[id][name] for name in further if name in fields.get(id, {})})
        places += [("", name) for name in further if any(name in known for known in fields.values())]
    for name in names:
        if not any(_means(name, place) for place in places):
            there = sorted({place[1] for place in places})
            said = f" They have {', '.join(there[:_MOST_LISTED])}{' …' if len(there) > _MOST_LISTED else ''}."
            raise TrackkitValueError(
                f"None of these experiments has a hyperparameter {shown(name)}.{said if there else ' They have none.'}",
                field,
            )
    kept = [place for place in places if any(_means(name, place) for name in names) == bool(by)]
    keys: dict[str, list[Any]] = {
        id: [known.get(place) if place in known else False for place in kept] for id, known in settings.items()
    }
    distinct = list(dict.fromkeys(tuple(key) for key in keys.values()))
    told = [at for at in range(len(kept)) if by or len({key[at] for key in distinct}) > 1]
    names_of = [kept[at][1] for at in told]
    labels = ["/".join(kept[at]) if names_of.count(kept[at][1]) > 1 else kept[at][1] for at in told]
    rows = [[key[at] for at in told] for key in distinct]
    words = dict(zip(distinct, [_name(labels, row) for row in rows] if by else apart(labels, rows), strict=True))
    found = {}
    for id, key in keys.items():
        values = sorted((*place, value) for place, value in zip(kept, key, strict=True) if value is not False)
        digest = blake2b(json.dumps([field, sorted(names), values]).encode(), digest_size=16).hexdigest()
        found[id] = Group(digest, words[tuple(key)])
    return found


def apart(labels: Sequence[str], groups: Sequence[Sequence[Any]], most: int = _MOST_NAMED) -> list[str]:
    """Return what groups are called that are the same but for some hyperparameters: by what tells them apart.

    What has most values stands first. What a group lacks is not told, but of one that has nothing; what only some have,
    all with one value, is told where it tells two apart that nothing else does, or where there is nothing else.

    Parameters
    ----------
    labels
        What the hyperparameters are called.
    groups
        Of each group their values, as texts; false where there is none.
    most
        So many stand in a name.
    """
    kinds = [len({values[at] for values in groups} - {False}) for at in range(len(labels))]
    chosen: list[int] = []
    part, parts = [0] * len(groups), 1
    order = sorted(range(len(labels)), key=lambda at: -kinds[at])
    for at in order:
        numbers: dict[tuple[int, Any], int] = {}
        finer = [numbers.setdefault((now, values[at]), len(numbers)) for now, values in zip(part, groups, strict=True)]
        if kinds[at] > 1 or len(numbers) > parts:
            chosen.append(at)
            part, parts = finer, len(numbers)
    found = []
    for values in groups:
        own = [at for at in order if values[at] is not False]
        there = [at for at in own if at in chosen] or own or chosen
        found.append(_name([labels[at] for at in there], [values[at] for at in there], most))
    return found


def _name(labels: Sequence[str], values: Sequence[Any], most: int = _MOST_NAMED) -> str:
    words = [
        f"{label} not set" if value is False else f"{label}={value}"
        for label, value in zip(labels, values, strict=True)
    ]
    return ", ".join([*words[:most], *(["…"] if len(words) > most else [])]) or "all"


def _means(name: str, place: tuple[str, str]) -> bool:
    return name in (place[1], f"{place[0]}/{place[1]}")
