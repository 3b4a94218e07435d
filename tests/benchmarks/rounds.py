"""How the benchmarks measure: pieces of work in turns, so that what disturbs the machine disturbs all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

ROUNDS = 9


def in_turns(*works: Callable[[], object], rounds: int = ROUNDS) -> list[list[float]]:
    """Return the seconds of each piece of work in each round, after one that does not count; no garbage collection."""
    for work in works:
        work()
    found: list[list[float]] = [[] for _ in works]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for work, times in zip(works, found, strict=True):
                begun = time.perf_counter()
                work()
                times.append(time.perf_counter() - begun)
    finally:
        gc.enable()
    return found


def ratio(times: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(one / other for one, other in zip(times, others, strict=True))


def told(what: str, times: Sequence[float], count: int = 1) -> None:
    """Print the median, and the range, of one of the `count` calls in each round."""
    middle, least, most = (each / count * 1e6 for each in (statistics.median(times), min(times), max(times)))
    unit, scale = ("ms", 1e3) if middle >= 1000 else ("µs", 1.0)
    print(f"{what}: {middle / scale:.2f} {unit} ({least / scale:.2f} to {most / scale:.2f})")
