"""The single fields of dynamic queries as conditions: lists, patterns, ranges and dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from trackkit_jupyter.errors import QueryError, shown
from trackkit_jupyter.query.dates import EXPECTED, read_moment
from trackkit_jupyter.query.nodes import All, Compare, Condition, Field, Moment, Negation, OneOf, as_number
from trackkit_jupyter.query.parameters import checked, digest, texts
from trackkit_jupyter.query.patterns import matcher
from trackkit_jupyter.query.tags import tag_filter

__all__ = ["LISTS", "PATTERNS", "TIMES", "Fields", "Known", "keyed"]

#: Parameters that are lists of texts, ours by their names there; patterns; dates.
LISTS = {"id": "id", "user": "user", "tags": "tags", "status": "status", "parent": "parent", "framework": "framework"}
LISTS |= {"uri": "uri", "task": "experiment", "experiment": "experiment"}
PATTERNS = {"name": "name", "comment": "description", "description": "description", "report": "description"}
TIMES = {"created": "created", "started": "started", "completed": "finished", "finished": "finished"}
TIMES |= {"last_update": "last_update", "last_change": "last_update", "published": "last_update"}

_NEVER = OneOf(())  # the condition that nothing fulfils
_STATISTICS = {"value": "last", "min_value": "min", "max_value": "max", "mean_value": "mean", "first_value": "first"}
_SIGNS = (">=", "<=", ">", "<")


def _nothing() -> list[Any]:
    return []


@dataclass(frozen=True)
class Known:
    """What there is in the store, as far as a query names it by digests or through another object.

    Parameters
    ----------
    projects, series
        Give the names of the projects, and metric and variant of each series.
    users
        Gives the ids of the experiments that use a model as input, by the model's id.
    """

    projects: Callable[[], Iterable[str]] = _nothing
    series: Callable[[], Iterable[tuple[str, str]]] = _nothing
    users: Callable[[str], Iterable[str]] = field(default=lambda _: ())


class Fields:
    """Conditions on one field each.

    Parameters
    ----------
    known
        What there is in the store.
    now
        Unix time in seconds, from which relative dates count.
    within
        Whether a project's name also stands for the projects nested in it.
    """

    def __init__(self, known: Known, now: float, within: bool) -> None:
        self._known, self._now, self._within = known, now, within

    def condition(self, key: str, value: Any) -> Condition:
        """Return the condition that one parameter says.

        Raises
        ------
        QueryError
            There is no such parameter, or its value cannot be read.
        """
        first, *rest = key.split(".")
        values = texts(value, key)
        if (first in _REPLACED and not rest) or key in _REPLACED:
            return _replaced(tag_filter(values, "tags"), lambda node: _REPLACED[key](self, node.value))
        if first in LISTS and not rest:
            return tag_filter(values, LISTS[first])
        if first in ("hyperparams", "metadata", "runtime") and rest:
            return tag_filter(values, keyed(first, rest))
        if first in PATTERNS and not rest:
            return All(tuple(self.pattern(PATTERNS[first], text, key) for text in values))
        if first == "status_changed" and not rest:
            return self._status_changed(values, key)
        if first in TIMES and not rest:
            return self._times(Field(TIMES[first]), values, key)
        if first in ("last_iteration", "active_duration") and not rest:
            return self._range(Field("duration" if first == "active_duration" else first), values, key)
        if first == "last_metrics":
            return self._range(self.metric(rest, key), values, key)
        if first == "ready" and not rest:
            return _ready(values, key)
        raise QueryError(f"A dynamic query cannot ask for {shown(key)}.", key)

    def pattern(self, name: str, text: str | None, key: str) -> Condition:
        """Return the condition that a field's text contains a pattern."""
        if text is None:
            return Compare(Field(name), "==", None)
        matcher(checked(text, key))
        return Compare(Field(name), "matches", text)

    def metric(self, rest: list[str], key: str) -> Field:
        """Return the metric that ``last_metrics.<rest>`` names by two digests and a kind.

        Raises
        ------
        QueryError
            It does not.
        """
        if len(rest) == 2:
            rest = [*rest, "value"]
        if len(rest) != 3 or rest[2] not in (*_STATISTICS, "count"):
            kinds = ", ".join((*_STATISTICS, "count"))
            raise QueryError(f"{key} is no last_metrics.<MD5>.<MD5>.<kind>; the kinds are {kinds}.", key)
        digests = (rest[0].lower(), rest[1].lower())
        named = ((m, v) for m, v in self._known.series() if (digest(m), digest(v)) == digests)
        return Field("metrics", next(named, digests), _STATISTICS.get(rest[2], rest[2]))

    # -- lists that are no field of ours, put in terms of one

    def _project(self, value: Any) -> Condition:
        if value is None:
            return _NEVER
        text = str(value)
        name = next((project for project in self._known.projects() if digest(project) == text), text)
        own = Compare(Field("project"), "==", name)
        if self._within:
            return OneOf((own, Compare(Field("project"), "matches", "^" + _quoted(f"{name}/"))))
        return own

    def _input_model(self, value: Any) -> Condition:
        if value is None:
            return All(())  # which experiments use none is kept with the models, not with them
        return OneOf(tuple(Compare(Field("id"), "==", id) for id in self._known.users(str(value))))

    # -- ranges and dates

    def _range(self, field: Field, values: list[str | None], key: str) -> Condition:
        if len(values) != 2:
            raise QueryError(f"{key} must be a range of two values, one of which may be null.", key)
        ends = []
        for text in values:
            number = None if text in (None, "", "null") else as_number(str(text).strip())
            if number is None and text not in (None, "", "null"):
                raise QueryError(f"{key} must be a range of two numbers, not {shown(text)}.", key)
            ends.append(number)
        return _between(field, *ends)

    def _times(self, field: Field, values: list[str | None], key: str) -> Condition:
        terms: list[Condition] = []
        ends: list[Moment | None] = []
        for text in values:
            whole = "" if text in (None, "null") else str(text).strip()
            sign = next((sign for sign in _SIGNS if whole.startswith(sign)), "")
            moment = read_moment(whole[len(sign) :], self._now) if whole else None
            if whole and moment is None:
                raise QueryError(f"{key} must be a date such as {EXPECTED}, not {shown(whole)}.", key)
            if sign and moment is not None:
                terms.append(Compare(field, sign, moment))
            else:
                ends.append(moment)
        if len(ends) == 2 and not terms:
            return _between(field, *ends)
        if ends == [None] and not terms:
            return Compare(field, "==", None)
        if len(ends) > 1 or (ends and ends[0] is None):
            raise QueryError(f"{key} must be a range of two dates, or dates with > >= < <= in front.", key)
        return All((*terms, *(Compare(field, "==", end) for end in ends)))

    def _status_changed(self, values: list[str | None], key: str) -> Condition:
        """Return the condition on when the status changed last: at the end, else at the start, else at the making."""
        missing: list[Condition] = []
        terms: list[Condition] = []
        for name in ("finished", "started", "created"):
            field = Field(name)
            terms.append(All((*missing, Compare(field, "!=", None), self._times(field, values, key))))
            missing.append(Compare(field, "==", None))
        return OneOf(tuple(terms))


def keyed(first: str, rest: list[str]) -> Field:
    """Return the field that ``hyperparams.<section>.<name>``, ``metadata.<name>`` or ``runtime.<name>`` names."""
    if rest[-1] == "value" and len(rest) > 1:
        rest = rest[:-1]
    if first != "hyperparams":
        return Field("properties", (".".join(rest),))
    return Field("hyperparameters", (rest[0], ".".join(rest[1:])) if len(rest) > 1 else (rest[0],))


def _archived(_: Fields, value: Any) -> Condition:
    if value is None:
        return Compare(Field("archived"), "==", False)
    return Compare(Field("archived"), "==", True) if value == "archived" else _NEVER


def _training(_: Fields, value: Any) -> Condition:
    return All(()) if value == "training" else _NEVER  # all of our experiments are


def _queued(_: Fields, value: Any) -> Condition:
    return All(()) if value is None else _NEVER  # none of our experiments is in a queue


_REPLACED: dict[str, Callable[[Fields, Any], Condition]] = {
    "project": Fields._project,
    "models.input.model": Fields._input_model,
    "system_tags": _archived,
    "type": _training,
    "execution.queue": _queued,
}


def _ready(values: list[str | None], key: str) -> Condition:
    """Return the condition that a model is published, or is not."""
    word = (values[-1] or "").lower() if values else ""
    if word not in ("true", "1", "false", "0"):
        raise QueryError(f"{key} must be true or false, not {shown(word)}.", key)
    return Compare(Field("status"), "==" if word in ("true", "1") else "!=", "published")


def _replaced(condition: Condition, leaf: Callable[[Compare], Condition]) -> Condition:
    if isinstance(condition, Compare):
        return leaf(condition)
    if isinstance(condition, Negation):
        return Negation(_replaced(condition.term, leaf))
    return type(condition)(tuple(_replaced(term, leaf) for term in condition.terms))


def _between(field: Field, low: float | Moment | None, high: float | Moment | None) -> Condition:
    """Return the condition that a value lies between two, both included; without the lower end it may be missing."""
    above = [] if low is None else [Compare(field, ">=", low)]
    below = [] if high is None else [Compare(field, "<=", high)]
    if low is None and below:
        return OneOf((*below, Compare(field, "==", None)))
    return All((*above, *below))


def _quoted(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign.isspace() or sign == "_" else f"\\{sign}" for sign in text)
