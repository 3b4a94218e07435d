"""How the benchmarks measure: pieces of work in turns, so that what disturbs the machine disturbs all of them."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence

ROUNDS = 9


def in_turns(
    *works: Callable[[], object],
    rounds: int = ROUNDS,
    turns: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> list[list[float]]:
    """Return the seconds that each piece of work takes in each round, after one that does not count.

    Parameters
    ----------
    rounds
        How often.
    turns
        How often in a round, of which the median is taken. Of pieces shorter than the time that the system gives a
        process at once, most are not interrupted: the median is what they take by themselves, on a busy machine too.
    clock
        ``time.process_time`` for what the processors of this process work, of all its threads, however busy the
        machine is.
    """
    for work in works:
        work()
    found: list[list[float]] = [[] for _ in works]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            taken: list[list[float]] = [[] for _ in works]
            for _ in range(turns):
                for work, times in zip(works, taken, strict=True):
                    begun = clock()
                    work()
                    times.append(clock() - begun)
            for times, medians in zip(taken, found, strict=True):
                medians.append(statistics.median(times))
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
