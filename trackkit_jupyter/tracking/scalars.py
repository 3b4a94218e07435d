"""Logging numbers: the way that has to be fast."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Never
from zlib import crc32

from trackkit_jupyter.errors import shown
from trackkit_jupyter.records import check_label, check_series, split_key
from trackkit_jupyter.store.journal import pack_checksum, pack_point
from trackkit_jupyter.store.summaries import json_number
from trackkit_jupyter.tracking.recorder import Counter
from trackkit_jupyter.tracking.values import LAST_ITERATION, check_iteration, number
from trackkit_jupyter.tracking.writing import Writing

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["ScalarLogging"]

_now = time.time


class ScalarLogging(Writing):
    """An experiment to which numbers are logged."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._counters: dict[str, dict[str, Counter]] = {}
        self._by_key: dict[str, Counter] = {}

    def log_scalar(self, metric: str, variant: str, value: float, iteration: int | None = None) -> None:
        """Log one value.

        Parameters
        ----------
        metric, variant
            Where it belongs; taken as given.
        value
            A float; NaN and infinity are kept. See :func:`trackkit_jupyter.tracking.values.number`.
        iteration
            From 0 to 2**63 - 1; the series' next one without it. Repeated and backward iterations are kept.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument; nothing was logged.
        TrackkitStateError
            The experiment is not running in this process.
        """
        if type(value) is not float:
            value = number(value)
        # What follows costs as little as it can: an exception that is not raised costs nothing.
        try:
            counter = self._counters[metric][variant]
        except (KeyError, TypeError):
            counter = self._counter(metric, variant)
        if iteration is not None and (type(iteration) is not int or iteration < 0 or iteration > LAST_ITERATION):
            iteration = check_iteration(iteration)
        try:
            journal = self._recorder.journal  # type: ignore[union-attr]
        except AttributeError:
            journal = self._running().journal  # raises: it was finished by another thread
        if iteration is None:
            iteration = self._next(counter)
        else:
            counter.next = iteration + 1
        point = pack_point(iteration, value, _now(), counter.number)
        journal.append(point + pack_checksum(crc32(point, journal.seed)))

    def log(self, values: Mapping[str, float], iteration: int | None = None, *more: Never, **wrong: Never) -> None:
        """Log several values with one write: all of them, or none.

        Parameters
        ----------
        values
            Value by key. ``"loss/val"`` and ``"val/loss"`` are both metric ``loss``, variant ``val``; otherwise the
            first slash splits metric and variant, and without one both are the key.
        iteration
            As in :meth:`log_scalar`.
        *more, **wrong
            Nothing else is taken: the error says what to write instead, such as of ``step=4``.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument; nothing was logged.
        TrackkitStateError
            The experiment is not running in this process.
        """
        if more or wrong or (type(values) is not dict and not isinstance(values, Mapping)):
            from trackkit_jupyter.tracking import habits

            raise habits.not_logged(values, iteration, more, wrong)
        if iteration is not None and (type(iteration) is not int or not 0 <= iteration <= LAST_ITERATION):
            iteration = check_iteration(iteration)
        if iteration is None:
            self._log_next(values)
            return
        journal, known, now = self._running().journal, self._by_key, _now()
        seed = journal.seed
        counters, parts = [], []
        for key, value in values.items():
            if type(value) is not float:
                value = self._value(key, value)
            try:
                counter = known[key]
            except KeyError:
                counter = self._keyed(key)
            counters.append(counter)
            point = pack_point(iteration, value, now, counter.number)
            parts.append(point)
            parts.append(pack_checksum(crc32(point, seed)))
        if parts:
            following = iteration + 1
            for counter in counters:  # now that no value was wrong
                counter.next = following
            journal.append(b"".join(parts))

    def log_single_value(self, name: str, value: float) -> None:
        """Log a value that has no iteration, such as a final accuracy; logged again, the last one counts."""
        check_label(name, "name", what="A single value's name")
        self._running().event("single_value", name=name, value=json_number(number(value)))

    # -- below --------------------------------------------------------------------------------------------------------

    def _log_next(self, values: Mapping[str, float]) -> None:
        journal, now = self._running().journal, _now()
        chosen = [
            (self._by_key.get(key) or self._keyed(key), value if type(value) is float else self._value(key, value))
            for key, value in values.items()
        ]
        points = [pack_point(self._next(counter), value, now, counter.number) for counter, value in chosen]
        if points:
            journal.append(b"".join([point + pack_checksum(crc32(point, journal.seed)) for point in points]))

    @staticmethod
    def _value(key: str, value: Any) -> float:
        return float(value) if isinstance(value, float) else number(value, f"values[{shown(key)}]")

    def _counter(self, metric: str, variant: str) -> Counter:
        check_series(metric, variant)
        counter = self._running().counter(metric, variant)
        self._counters.setdefault(metric, {})[variant] = counter
        return counter

    def _keyed(self, key: str) -> Counter:
        counter = self._by_key[key] = self._counter(*split_key(check_label(key, "values", what="A key")))
        return counter

    def _forget(self) -> None:
        super()._forget()
        self._counters.clear()
        self._by_key.clear()
