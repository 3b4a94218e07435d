"""Records command line arguments with type, description and default: argparse, click, absl and TensorFlow flags."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import parsed
from .hooks import Call, Hook
from .texts import row

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["HOOKS", "take_given"]

Row = dict[str, str | None]


def take_given(sink: Sink) -> None:
    """Record what was given before the experiment was started."""
    last = parsed.last()
    if last is not None:
        _record(sink, "Args", argparse_rows(*last))
    click = sys.modules.get("click")
    context = click.get_current_context(silent=True) if click is not None else None
    if context is not None:
        _record(sink, "Args", click_rows(context))
    flags = sys.modules.get("absl.flags")
    if flags is not None and flags.FLAGS.is_parsed():
        _record(sink, "TF_DEFINE", absl_rows(flags.FLAGS))


def argparse_rows(parser: Any, namespace: Any) -> list[Row]:
    """Return what an argparse parser has found."""
    actions = {action.dest: (action, owner) for action, owner in _actions(parser, namespace)}
    rows = []
    for name, value in vars(namespace).items():
        if name not in actions:
            rows.append(row(name, value, type(value).__name__))
            continue
        action, owner = actions[name]
        default = None if action.default == "==SUPPRESS==" else action.default
        rows.append(row(name, value, _type(action, value), _help(action, owner), default))
    return rows


def _actions(parser: Any, namespace: Any) -> Iterator[tuple[Any, Any]]:
    for action in parser._actions:
        choices = getattr(action, "choices", None)
        if isinstance(choices, dict) and hasattr(action, "_name_parser_map"):  # sub-commands
            command = getattr(namespace, action.dest, None)
            for name, inner in choices.items():
                if command in {None, name} or action.dest == "==SUPPRESS==":
                    yield from _actions(inner, namespace)
        yield action, parser


def _type(action: Any, value: Any) -> str | None:
    if action.type is not None:
        return str(getattr(action.type, "__name__", type(action.type).__name__))
    if action.nargs == 0:  # a switch
        return type(value).__name__
    return "str" if isinstance(value, str) or value is None else type(value).__name__


def _help(action: Any, parser: Any) -> str | None:
    if not action.help or action.help == "==SUPPRESS==":
        return None
    try:
        return str(parser._get_formatter()._expand_help(action))
    except (AttributeError, TypeError, ValueError, KeyError):
        return str(action.help)


def click_rows(context: Any) -> list[Row]:
    """Return what a click command and those above it were called with."""
    rows: dict[str, Row] = {}
    while context is not None:
        parameters = {parameter.name: parameter for parameter in context.command.params}
        for name, value in context.params.items():
            found = parameters.get(name)
            if name in rows or found is None:
                continue
            default = found.get_default(context) if hasattr(found, "get_default") else found.default
            if getattr(default, "name", None) == "UNSET":  # what click 8.3 says for none
                default = None
            kind = getattr(found.type, "name", type(found.type).__name__)
            rows[name] = row(name, value, kind, getattr(found, "help", None), default)
        context = context.parent
    return list(rows.values())


def absl_rows(flags: Any) -> list[Row]:
    """Return the flags that the program has defined, not those of absl and TensorFlow themselves."""
    rows = []
    for module, defined in flags.flags_by_module_dict().items():
        if module.partition(".")[0] in {"absl", "tensorflow"}:
            continue
        rows += [row(flag.name, flag.value, flag.flag_type(), flag.help, flag.default) for flag in defined]
    return rows


def _record(sink: Sink, section: str, rows: list[Row]) -> None:
    if rows:
        sink.record_parameters(section, rows)


def _argparse(sink: Sink, call: Call) -> None:
    parser = call.args[0]
    if parsed.is_of_the_program(parser, sys._getframe()):
        _record(sink, "Args", argparse_rows(parser, call.result[0]))


def _click(sink: Sink, call: Call) -> None:
    _record(sink, "Args", click_rows(call.argument(1, "ctx")))


def _absl(sink: Sink, call: Call) -> None:
    if hasattr(call.args[0], "flags_by_module_dict"):
        _record(sink, "TF_DEFINE", absl_rows(call.args[0]))


HOOKS = (
    Hook("arguments", "argparse", "ArgumentParser.parse_known_args", after=_argparse),
    Hook("arguments", "click", "Command.invoke", before=_click, alone=False),
    Hook("arguments", "absl.flags", "FlagValues.__call__", after=_absl),
)
