"""Project, Experiment, Model and Report as plain data, and the status machine."""

from __future__ import annotations

import datetime as dt
import os
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from trackkit_jupyter.errors import TrackkitStateError, TrackkitTypeError, TrackkitValueError, shown

__all__ = [
    "Status",
    "check_id",
    "check_label",
    "check_name",
    "check_project",
    "check_series",
    "check_tags",
    "check_text",
    "check_transition",
    "iso",
    "new_id",
    "split_key",
    "suffixed",
    "timestamp",
    "user_name",
]

#: What a name may hold at most, in characters and in UTF-8 bytes.
NAME_CHARACTERS, NAME_BYTES = 250, 512

#: What a text may have at most, in bytes of UTF-8.
TEXT_BYTES = 10_000_000

RESERVED = frozenset({"_step", "_time", "__proto__", "constructor", "prototype"})


_VARIANTS = frozenset({"train", "training", "val", "valid", "validation", "dev", "test", "eval"})


class Status(StrEnum):
    """Where an experiment or a report is in its life."""

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    ABORTED = "aborted"
    FAILED = "failed"
    PUBLISHED = "published"


_NEXT: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.QUEUED, Status.RUNNING}),
    Status.QUEUED: frozenset({Status.DRAFT, Status.RUNNING, Status.ABORTED}),
    Status.RUNNING: frozenset({Status.ABORTED, Status.FAILED, Status.DRAFT, Status.COMPLETED}),
    Status.ABORTED: frozenset(
        {Status.DRAFT, Status.FAILED, Status.QUEUED, Status.RUNNING, Status.PUBLISHED, Status.COMPLETED}
    ),
    Status.FAILED: frozenset({Status.DRAFT, Status.ABORTED, Status.PUBLISHED, Status.QUEUED, Status.RUNNING}),
    Status.COMPLETED: frozenset({Status.PUBLISHED, Status.RUNNING, Status.DRAFT}),
    Status.PUBLISHED: frozenset(),
}


def check_transition(before: str, after: str) -> None:
    """Raise unless an experiment may go from one status to another (or stays).

    Raises
    ------
    TrackkitStateError
        The change is not allowed.
    """
    try:
        start, end = Status(before), Status(after)
    except ValueError as error:  # of a newer version
        raise TrackkitStateError(f"{error}, which this version does not know.", "status") from None
    if end is not start and end not in _NEXT[start]:
        allowed = ", ".join(sorted(s.value for s in _NEXT[start])) or "nothing"
        raise TrackkitStateError(
            f"An experiment that is {start.value} cannot become {end.value}; from here it may become: {allowed}.",
            "status",
        )


def new_id() -> str:
    """Return a fresh id: 32 lower-case hex characters."""
    return os.urandom(16).hex()


def user_name() -> str | None:
    """Return who is at work: the hub's user, else the operating system's."""
    import getpass

    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None


def iso(seconds: float | None) -> str | None:
    """Return unix seconds as ISO 8601 in UTC with milliseconds; ``None`` stays ``None``."""
    if seconds is None:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")


def timestamp(text: str | None) -> float | None:
    """Return ISO 8601 text as unix seconds; ``None`` stays ``None``."""
    return None if text is None else dt.datetime.fromisoformat(text).timestamp()


def split_key(key: str) -> tuple[str, str]:
    """Return the metric and the variant that a key such as ``"loss/val"`` names.

    A first or last segment that names a part of the data (train, training, val, valid, validation, dev, test, eval) is
    the variant, the rest the metric: ``"loss/val"`` and ``"val/loss"`` are the same. Otherwise the first slash splits;
    without one the variant is the metric.
    """
    metric, slash, variant = key.rpartition("/")
    if slash and variant in _VARIANTS:
        return metric, variant
    head, slash, tail = key.partition("/")
    if not slash:
        return key, key
    return (tail, head) if head in _VARIANTS else (head, tail)


def check_id(value: Any, field: str = "id") -> str:
    """Return `value` if it is an id: 32 lower-case hex characters.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It is no text, or no id.
    """
    if not isinstance(value, str):
        raise TrackkitTypeError(f"{field} must be text, not {type(value).__name__}.", field)
    if len(value) != 32 or value.strip("0123456789abcdef"):
        raise TrackkitValueError(f"{field} must be 32 lower-case hex characters, not {shown(value)}.", field)
    return value


def check_name(value: Any, field: str = "name", *, what: str = "A name") -> str:
    """Return `value` if it may be the name of something.

    Text of 1 to 250 characters (512 bytes of UTF-8), without control characters, bidirectional overrides or zero-width
    characters, and with neither space nor nothing at its ends.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It is no text, or not allowed.
    """
    if not isinstance(value, str):
        raise TrackkitTypeError(f"{what} must be text, not {type(value).__name__}.", field)
    if not value.strip():
        raise TrackkitValueError(f"{what} must not be empty.", field)
    if value != value.strip():
        raise TrackkitValueError(f"{what} must not begin or end with a space: {shown(value)}.", field)
    if len(value) > NAME_CHARACTERS:
        raise TrackkitValueError(f"{what} may have {NAME_CHARACTERS} characters at most, this has {len(value)}.", field)
    if not value.isascii() or not value.isprintable():
        _check_characters(value, field, what)
    return value


def suffixed(name: str, suffix: str) -> str:
    """Return a name with a suffix, as much of the name as there is room for."""
    while len(name) + len(suffix) > NAME_CHARACTERS or len((name + suffix).encode()) > NAME_BYTES:
        name = name[:-1].rstrip()
    return name + suffix


def _check_characters(value: str, field: str, what: str) -> None:
    for index, character in enumerate(value):
        category = unicodedata.category(character)
        if category == "Cs":
            raise TrackkitValueError(f"{what} is not valid Unicode at index {index}.", field)
        # Cf holds bidi overrides and zero-width characters, but also the joiner inside emoji, which people use.
        if category in {"Cc", "Zl", "Zp"} or (category == "Cf" and character not in "\u200d\u200c"):
            raise TrackkitValueError(
                f"{what} must not contain the character U+{ord(character):04X} (at index {index}).", field
            )
    if len(value.encode()) > NAME_BYTES:
        raise TrackkitValueError(f"{what} may have {NAME_BYTES} bytes of UTF-8 at most.", field)


def check_text(value: Any, field: str = "text", *, what: str = "A text") -> str:
    """Return `value` if it is a text that can be kept: valid Unicode, 10 MB of UTF-8 at most.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It is no text, or not allowed; the message says the size and the limit.
    """
    if not isinstance(value, str):
        raise TrackkitTypeError(f"{what} must be text, not {type(value).__name__}.", field)
    if value.isascii():
        size = len(value)
    else:
        try:
            size = len(value.encode())
        except UnicodeEncodeError as error:
            raise TrackkitValueError(f"{what} is not valid Unicode at index {error.start}.", field) from None
    if size > TEXT_BYTES:
        raise TrackkitValueError(
            f"{what} has {size / 1e6:.1f} MB of text; at most {TEXT_BYTES // 1_000_000} MB are kept. Log it as an "
            "artifact.",
            field,
        )
    return value


def check_label(value: Any, field: str, *, what: str) -> str:
    """Return `value` if it may be the name of a metric or variant: a name, without empty or dot segments.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It is no text, or not allowed.
    """
    name = check_name(value, field, what=what)
    if name in RESERVED:
        raise TrackkitValueError(f"{what} must not be one of {', '.join(sorted(RESERVED))}.", field)
    if "/" in name or "." in name:
        for segment in name.split("/"):
            if segment in {"", ".", ".."}:
                raise TrackkitValueError(
                    f"{what} must not have the segment {shown(segment)} between slashes: {shown(name)}.", field
                )
    return name


def check_series(metric: Any, variant: Any) -> None:
    """Raise unless these may name a metric and a variant.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        One is no text, or not allowed.
    """
    for value, field in ((metric, "metric"), (variant, "variant")):
        if not isinstance(value, str):
            raise TrackkitTypeError(
                f"A {field}'s name must be text, not {type(value).__name__}; the order is metric, variant, and then "
                "what is logged.",
                field,
            )
        check_label(value, field, what=f"A {field}'s name")


def check_project(value: Any) -> str:
    """Return `value` if it may name a project; a slash nests projects.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It is no text, or not allowed.
    """
    return check_label(value, "project", what="A project's name")


def check_tags(values: Any, field: str = "tags") -> list[str]:
    """Return `values` as a sorted list of different tags.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Not a list of texts, or a tag that is not allowed.
    """
    if isinstance(values, Mapping):  # of which only the names would be kept
        said = f"{field} must be a list of texts, not {type(values).__name__}"
        raise TrackkitTypeError(f"{said}. exp.set_properties(name=value) keeps values.", field)
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TrackkitTypeError(f"{field} must be a list of texts, not {type(values).__name__}.", field)
    return sorted({check_name(tag, field, what="A tag") for tag in values})
