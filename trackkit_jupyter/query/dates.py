"""Dates as people write them, as stretches of time: ``2026-01-31``, ``yesterday``, ``7 days ago``. All in UTC."""

from __future__ import annotations

import datetime as dt
import re

from trackkit_jupyter.query.nodes import Moment

__all__ = ["EXPECTED", "read_moment"]

#: What an error message says is understood.
EXPECTED = '"2026-01-31", "2026-01-31T14:30", "today", "yesterday" or "7 days ago"'

_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
    "year": 365 * 86_400,
}
_AGO = re.compile(rf"([0-9]{{1,9}}(?:\.[0-9]{{1,9}})?|an?)\s+({'|'.join(_SECONDS)})s?\s+ago")
_ISO = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
    r"\s*([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_DAY = 86_400.0
_INSTANT = 0.001  # times are recorded to the millisecond


def read_moment(text: str, now: float) -> Moment | None:
    """Return the stretch of time that a text names; ``None`` if it names none.

    A day, a month or a year is all of it: ``created == "2026-01-31"`` holds for the whole day, and ``created > ...``
    for what comes after it. Without a zone it is UTC. A month ago is 30 days ago, a year 365.

    Parameters
    ----------
    text
        What was written.
    now
        Unix time in seconds, from which relative dates count.
    """
    word = " ".join(text.lower().split())
    if word == "now":
        return Moment(now, now + _INSTANT)
    if word in ("today", "yesterday"):
        start = now // _DAY * _DAY - (_DAY if word == "yesterday" else 0.0)
        return Moment(start, start + _DAY)
    ago = _AGO.fullmatch(word)
    if ago is not None:
        count = 1.0 if ago[1].startswith("a") else float(ago[1])
        start = now - count * _SECONDS[ago[2]]
        return Moment(start, start + _INSTANT)
    written = _ISO.fullmatch(text.strip())
    try:
        return None if written is None else _calendar(written)
    except (ValueError, OverflowError):  # the 31st of February
        return None


def _calendar(written: re.Match[str]) -> Moment:
    year, month, day, hour, minute, second, fraction, zone = written.groups()
    micro = int((fraction or "0").ljust(6, "0"))
    offset = dt.UTC
    if zone and zone not in "Zz":
        digits = zone.replace(":", "")
        shift = dt.timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
        offset = dt.timezone(-shift if digits[0] == "-" else shift)
    start = dt.datetime(
        int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), micro, offset
    )
    if month is None:
        length = dt.datetime(start.year + 1, 1, 1, tzinfo=offset) - start
    elif day is None:
        length = (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - start
    elif hour is None:
        length = dt.timedelta(days=1)
    elif second is None:
        length = dt.timedelta(minutes=1)
    else:
        length = dt.timedelta(seconds=1) if fraction is None else dt.timedelta(seconds=_INSTANT)
    return Moment(start.timestamp(), start.timestamp() + length.total_seconds())
