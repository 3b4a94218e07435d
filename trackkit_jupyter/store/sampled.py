"""The debug samples of an experiment in the order in which people look at them: by iteration, by metric and variant."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

__all__ = ["Sampled", "away"]

Row = dict[str, Any]


def away(time: float, start: float, end: float) -> float:
    """Return how far a time is from a span, 0 within it."""
    return max(start - time, time - end, 0.0)


class Sampled:
    """What was sampled up to now.

    Parameters
    ----------
    rows
        The samples as they were logged.

    Attributes
    ----------
    count : int
        How many there are.
    metrics : list of str
        In the order in which they were first logged.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.count = len(rows)
        self._rows = rows
        self._places: dict[str | None, dict[int, list[Row]]] = {None: {}}
        self._pairs: dict[tuple[str, str], list[Row]] = {}
        self._files: dict[str, Row] = {}
        self._newest: dict[str | None, list[int]] = {}
        self._timed: tuple[list[Row], list[float]] | None = None
        for row in rows:
            for metric in (None, row["metric"]):
                self._places.setdefault(metric, {}).setdefault(row["iteration"], []).append(row)
            self._pairs.setdefault((row["metric"], row["variant"]), []).append(row)
            self._files.setdefault(row["hash"], row)
        self.metrics = [metric for metric in self._places if metric is not None]

    def iterations(self, metric: str | None) -> list[int]:
        """Return the iterations that have samples of `metric` (``None``: any), the newest first."""
        if metric not in self._newest:
            self._newest[metric] = sorted(self._places.get(metric, {}), reverse=True)
        return self._newest[metric]

    def at(self, metric: str | None, iteration: int) -> list[Row]:
        """Return the samples of `metric` (``None``: all) at an iteration, in the order in which they were logged."""
        return self._places.get(metric, {}).get(iteration, [])

    def of(self, metric: str, variant: str) -> list[Row]:
        """Return the samples of one metric and variant by ascending iteration, each as they were logged."""
        return sorted(self._pairs.get((metric, variant), []), key=lambda row: int(row["iteration"]))

    def between(self, start: float, end: float) -> tuple[int, int, int] | None:
        """Return the first and the last iteration of what was logged from `start` to `end`, and how many samples.

        Times are unix seconds. Where nothing was, the sample that is nearest in time stands for it, and the count is 0.
        """
        rows, times = self._by_time()
        within = rows[bisect_left(times, start) : bisect_right(times, end)]
        if not within:
            after = bisect_right(times, end)
            around = rows[max(0, after - 1) : after + 1]
            nearest = min(around, key=lambda row: away(row["time"], start, end), default=None)
            return None if nearest is None else (nearest["iteration"], nearest["iteration"], 0)
        iterations = [row["iteration"] for row in within]
        return min(iterations), max(iterations), len(within)

    def reached(self, times: Sequence[float]) -> tuple[list[int | None], list[int]]:
        """Return for each of some times, ascending: the iteration of the latest sample until then, and how many."""
        rows, known = self._by_time()
        counts = [bisect_right(known, time) for time in times]
        return [rows[count - 1]["iteration"] if count else None for count in counts], counts

    def _by_time(self) -> tuple[list[Row], list[float]]:
        if self._timed is None:
            rows = sorted(self._rows, key=lambda row: float(row["time"]))
            self._timed = rows, [float(row["time"]) for row in rows]
        return self._timed

    def file(self, sha256: str) -> Row | None:
        """Return the first sample that has this file."""
        return self._files.get(sha256)
