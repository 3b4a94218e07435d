"""The parts of what is recorded by itself, and which of them are switched on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown

__all__ = ["PARTS", "chosen"]

#: What each part records.
PARTS = {
    "execution": "script, working directory, container, output destination, logging level",
    "git": "repository, branch, commit, uncommitted changes",
    "cells": "the cells of the notebook that were executed, and where each begins in the console",
    "packages": "the installed Python packages",
    "machine": "operating system, processor, memory, graphics processors",
    "monitor": "how the machine is used over time",
    "environment": "the variables that TRACKKIT_LOG_ENVIRONMENT names",
    "arguments": "command line arguments, and the configuration of Hydra",
    "console": "what is printed and logged",
    "figures": "matplotlib and plotly figures that are shown",
    "models": "models that are saved",
    "tensorboard": "what TensorBoard writers write",
    "boosting": "parameters and evaluations of LightGBM and XGBoost",
}

_ON = frozenset({"", "1", "on", "true", "yes", "all"})
_OFF = frozenset({"0", "off", "false", "no", "none"})


def chosen(capture: Any = True) -> frozenset[str]:
    """Return the parts that are switched on.

    Parameters
    ----------
    capture
        True for all, or for what ``TRACKKIT_CAPTURE`` says; False for none; a set or list of the parts that are wanted;
        or a dict of part and True or False, where what it does not name is on. The variable is "off" or a list with
        commas: of the parts that are wanted ("git,console"), or, each with a dash, of those that are not ("-monitor").

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Something else, or a part that there is not.
    """
    if isinstance(capture, bool):
        return _from_environment() if capture else frozenset()
    if isinstance(capture, Mapping):
        _check(capture, "capture")
        if not all(isinstance(value, bool) for value in capture.values()):
            raise TrackkitTypeError("capture must give True or False for each part.", "capture")
        return frozenset(part for part in PARTS if capture.get(part, True))
    if isinstance(capture, str) or not isinstance(capture, Iterable):
        raise TrackkitTypeError(
            f"capture must be True, False, a list of parts, or a dict of part and bool; not {shown(capture)}.",
            "capture",
        )
    wanted = list(capture)
    _check(wanted, "capture")
    return frozenset(wanted)


def _from_environment() -> frozenset[str]:
    text = os.environ.get("TRACKKIT_CAPTURE", "").strip().lower()
    if text in _ON:
        return frozenset(PARTS)
    if text in _OFF:
        return frozenset()
    names = [name.strip() for name in text.split(",") if name.strip()]
    _check([name.removeprefix("-") for name in names], "TRACKKIT_CAPTURE")
    without = {name[1:] for name in names if name.startswith("-")}
    wanted = {name for name in names if not name.startswith("-")} or set(PARTS)
    return frozenset(wanted - without)


def _check(names: Iterable[Any], field: str) -> None:
    for name in names:
        if not isinstance(name, str) or name not in PARTS:
            raise TrackkitValueError(f"{field} names {shown(name)}; there are: {', '.join(PARTS)}.", field)
