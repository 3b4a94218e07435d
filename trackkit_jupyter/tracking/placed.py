"""Logging files that have a place: a metric, a variant and an iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trackkit_jupyter.records import check_series
from trackkit_jupyter.tracking.recorder import Counter
from trackkit_jupyter.tracking.values import check_iteration
from trackkit_jupyter.tracking.writing import Writing

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["PlacedLogging"]


class PlacedLogging(Writing):
    """An experiment to which plots and debug samples are logged."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._places: dict[tuple[str, str, str], Counter] = {}

    def _log_blob(
        self, kind: str, metric: str, variant: str, iteration: int | None, data: bytes, details: dict[str, Any]
    ) -> None:
        recorder = self._running()
        place = self._place(kind, metric, variant, iteration)
        try:
            sha256, _ = self._blobs.put(data)
        except OSError as error:
            recorder.lose(error)
            return
        recorder.event(kind, metric=metric, variant=variant, iteration=place, hash=sha256, size=len(data), **details)

    def _check_place(self, metric: Any, variant: Any) -> None:
        """Raise unless it runs, and these may name a place; before anything is made of what is logged."""
        self._running()
        check_series(metric, variant)

    def _place(self, kind: str, metric: str, variant: str, iteration: int | None) -> int:
        counter = self._places.setdefault((kind, metric, variant), Counter(0, 0))
        if iteration is not None:
            counter.next = check_iteration(iteration) + 1
            return counter.next - 1
        if counter.next == 0 and self._resumed:
            logged = self.plots() if kind == "plot" else self.samples()
            places = [e["iteration"] for e in logged if (e["metric"], e["variant"]) == (metric, variant)]
            counter.next = max(places, default=-1) + 1
        return self._next(counter)

    def _forget(self) -> None:
        super()._forget()
        self._places.clear()
