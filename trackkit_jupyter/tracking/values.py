"""What may be logged: a wrong value raises at once, and nothing is changed silently."""

from __future__ import annotations

import operator
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown

__all__ = ["LAST_ITERATION", "check_iteration", "number"]

#: An iteration is a signed 64-bit integer on the disk.
LAST_ITERATION = 2**63 - 1
_EXACT = 2**53


def number(value: Any, field: str = "value") -> float:
    """Return `value` as a float64, exactly.

    Accepted are floats (NaN and infinity too), integers that a float64 holds exactly, numpy and torch scalars, arrays
    and tensors with one element, and decimals that are exact.

    Raises
    ------
    TrackkitTypeError
        It is no number; booleans are none.
    TrackkitValueError
        An integer that a float64 cannot hold.
    """
    kind = type(value)
    if isinstance(value, float):  # numpy's float64 is one
        return float(value)
    if kind is bool:
        raise TrackkitTypeError(f"{field} must be a number; booleans are not metrics, use 0 or 1, or a tag.", field)
    if kind is int:
        return _whole(value, field)
    if hasattr(value, "item") and hasattr(value, "shape"):
        shape = tuple(value.shape)
        size = 1
        for length in shape:
            size *= int(length)
        if size != 1:
            raise TrackkitTypeError(
                f"{field} has the shape {shape}; a scalar is one number. Log one element, or use log_image, "
                "log_histogram, log_table.",
                field,
            )
        if _is_masked(value):
            raise TrackkitTypeError(f"{field} is masked: numpy has no number there.", field)
        inner = value.item()
        if type(inner) is kind:  # a long double is its own item
            return _exact(inner, float(inner), field)
        return number(inner, field)
    if kind.__module__ == "decimal" and kind.__name__ == "Decimal":
        return _exact(value, float(value), field)
    if isinstance(value, int):
        return _whole(int(value), field)
    raise TrackkitTypeError(
        f"{field} must be a number, not {kind.__name__}: {shown(value)}. All else has a method of its own: log_image, "
        "log_plot, log_table, log_histogram, log_text.",
        field,
    )


def _is_masked(value: Any) -> bool:
    # Its item() gives the number that lies under the mask.
    mask = getattr(value, "mask", False)
    return type(value).__module__.startswith("numpy.") and hasattr(mask, "any") and bool(mask.any())


def _exact(value: Any, converted: float, field: str) -> float:
    if converted == value or converted != converted:
        return converted
    raise TrackkitValueError(f"{field}: {shown(value)} does not fit a float64 exactly; convert it yourself.", field)


def _whole(value: int, field: str) -> float:
    if -_EXACT <= value <= _EXACT:
        return float(value)
    try:
        exact = float(value)
    except OverflowError:
        exact = 0.0
    if exact != value:
        raise TrackkitValueError(f"{field}: the integer {shown(value)} does not fit a float64 exactly.", field)
    return exact


def check_iteration(value: Any) -> int:
    """Return `value` as an iteration: an integer from 0 to 2**63 - 1.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It is none.
    """
    if isinstance(value, bool):
        raise TrackkitTypeError("iteration must be an integer, not bool.", "iteration")
    try:
        whole = operator.index(value)
    except TypeError:
        raise TrackkitValueError(
            f"iteration must be an integer from 0 to 2**63 - 1, or None for the next one; not {shown(value)}.",
            "iteration",
        ) from None
    if not 0 <= whole <= LAST_ITERATION:
        raise TrackkitValueError(f"iteration must be from 0 to 2**63 - 1, not {shown(value)}.", "iteration")
    return whole
