"""Which experiments are drawn as one: those with the same hyperparameters or fields, or with the same but for some."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from trackkit_jupyter.charts.data import Group
from trackkit_jupyter.errors import TrackkitValueError, shown

__all__ = ["groups"]

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
    keys = {id: [known.get(place) if place in known else False for place in kept] for id, known in settings.items()}
    told = [(place, at) for at, place in enumerate(kept) if by or len({key[at] for key in keys.values()}) > 1]
    ambiguous = [name for (_, name), _ in told]
    found = {}
    for id, key in keys.items():
        words = []
        for (section, name), at in told[:_MOST_NAMED]:
            label = f"{section}/{name}" if ambiguous.count(name) > 1 else name
            words.append(f"{label} not set" if key[at] is False else f"{label}={key[at]}")
        words += ["…"] if len(told) > _MOST_NAMED else []
        values = sorted((*place, value) for place, value in zip(kept, key, strict=True) if value is not False)
        digest = blake2b(json.dumps([field, sorted(names), values]).encode(), digest_size=16).hexdigest()
        found[id] = Group(digest, ", ".join(words) or "all")
    return found


def _means(name: str, place: tuple[str, str]) -> bool:
    return name in (place[1], f"{place[0]}/{place[1]}")
