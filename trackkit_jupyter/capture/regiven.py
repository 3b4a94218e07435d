"""Gives argparse the values of a draft that is run again, in place of a command line."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Mapping
from typing import Any

__all__ = ["give"]


def give(values: Mapping[str, Any]) -> None:
    """From now on parsers take these values, texts by destination, as if they had been given; until the process ends.

    What is given on the command line all the same counts more. An argument that is required no longer is.
    """
    original = argparse.ArgumentParser.parse_known_args

    @functools.wraps(original)
    def parse_known_args(self: Any, *args: Any, **kwargs: Any) -> Any:
        for action in self._actions:
            if action.dest in values:
                action.default = _value(self, action, values[action.dest])
                action.required = False
                if not action.option_strings and action.nargs is None:
                    action.nargs = "?"
        return original(self, *args, **kwargs)

    argparse.ArgumentParser.parse_known_args = parse_known_args  # type: ignore[method-assign]


def _value(parser: Any, action: Any, text: str) -> Any:
    if text == "None":
        return None
    if action.nargs == 0:  # a switch
        return text == "True" if text in {"True", "False"} else _number(text)
    if action.nargs in {"+", "*"} or isinstance(action.nargs, int):
        import json

        try:
            items = json.loads(text)
        except ValueError:
            items = text.split()
        return [parser._get_value(action, str(item)) for item in (items if isinstance(items, list) else [items])]
    value = parser._get_value(action, text)
    parser._check_value(action, value)
    return value


def _number(text: str) -> Any:
    return int(text) if text.lstrip("-").isdecimal() else text
