"""Where the ticks of an axis are, and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from matplotlib.ticker import MaxNLocator

__all__ = ["DAY", "UNITS", "labels", "number", "numbers", "span", "times"]

DAY = 86400.0
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": DAY}
_STEPS = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0),
    *(3600.0, 7200.0, 10800.0, 21600.0, 43200.0, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY),
)
_ROUNDING = 1e-12  # numbers closer to each other than this part of them are one
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def span(low: float, high: float, pad: float) -> tuple[float, float]:
    """Widen a range by that part of it on both sides, but not across zero; give one point some room."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if high - low <= _ROUNDING * max(abs(low), abs(high)):
        room = abs(low) * 0.1 or 1.0
        return low - room, high + room
    room = (high - low) * pad
    bottom = 0.0 if 0 <= low < room else low - room
    top = 0.0 if -room < high <= 0 else high + room
    return bottom, top


def numbers(
    low: float, high: float, most: int, *, whole: bool = False, unit: float = 1.0
) -> tuple[list[float], list[str]]:
    """Return positions of round numbers inside a range, and their labels.

    Parameters
    ----------
    low, high
        The range.
    most
        The most intervals.
    whole
        Only whole numbers.
    unit
        Ticks are round in multiples of this (60 for minutes on an axis in seconds).
    """
    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], integer=whole, min_n_ticks=3)
    found = [value for value in locator.tick_values(low / unit, high / unit) if low / unit <= value <= high / unit]
    found = [0.0 if abs(value) < 1e-9 * (high - low) / unit else value for value in found]
    return [value * unit for value in found], labels(found)


def labels(values: Sequence[float]) -> list[str]:
    """Write ticks with the same number of decimals; with an exponent from 1e9 and below 1e-4."""
    if not values:
        return []
    largest = max(abs(value) for value in values)
    step = min((b - a for a, b in pairwise(values)), default=largest or 1.0)
    if largest and (largest >= 1e9 or largest < 1e-4):
        digits = max(0, math.floor(math.log10(largest)) - math.floor(math.log10(step) + 1e-9))
        return [_exponent(f"{value:.{digits}e}") if value else "0" for value in values]
    decimals = 0
    while decimals < 12 and any(abs(round(value, decimals) - value) > step * 1e-4 for value in values):
        decimals += 1
    return [f"{value:,.{decimals}f}".replace("-", "−") for value in values]


def _exponent(text: str) -> str:
    mantissa, _, power = text.partition("e")
    return f"{mantissa}e{int(power)}".replace("-", "−")


def number(value: float) -> str:
    """Write one number with 4 significant digits."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("−∞" if value < 0 else "∞")
    if value and not 1e-4 <= abs(value) < 1e9:
        return _exponent(f"{value:.3e}")
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def times(low: float, high: float, most: int) -> tuple[list[float], list[str], str]:
    """Return positions, labels, and the dates they span with the time zone, all in local time.

    Parameters
    ----------
    low, high
        The range, in unix seconds.
    most
        The most intervals.
    """
    first, last = datetime.fromtimestamp(low).astimezone(), datetime.fromtimestamp(high).astimezone()
    offset = (first.utcoffset() or timedelta()).total_seconds()
    step = next(
        (step for step in _STEPS if (high - low) / step <= most), 365 * DAY * math.ceil((high - low) / DAY / 365 / most)
    )
    count = math.ceil((low + offset) / step)
    positions, texts = [], []
    while (position := count * step - offset) <= high:
        moment = datetime.fromtimestamp(position).astimezone()
        clock = f"{moment:%H:%M:%S}" if step < 60 else f"{moment:%H:%M}"
        positions.append(position)
        texts.append(_day(moment) if step >= DAY or (moment.hour, moment.minute, moment.second) == (0, 0, 0) else clock)
        count += 1
    same_year, same_day = first.year == last.year, first.date() == last.date()
    start = "" if same_day else _day(first) + ("" if same_year else f" {first.year}") + " – "
    return positions, texts, f"{start}{_day(last)} {last.year}, {first:%Z}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]}"
