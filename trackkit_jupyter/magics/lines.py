"""What the magics understand: their options, and what is said about a line that is not understood."""

from __future__ import annotations

import argparse
import difflib
import re
import shlex
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from IPython.core.error import UsageError

from trackkit_jupyter.views.view import BANDS, SECTIONS, TABS, TYPES, XAXES

__all__ = ["EMBED", "LOG", "PARSERS", "TRACK", "TRACKKIT", "Line", "number", "say"]


class _Refused(Exception):
    """What argparse has to say about a line, before it became a sentence."""


class Line(argparse.ArgumentParser):
    """A parser of one magic's line: it raises instead of leaving the interpreter, and says what would be right."""

    def __init__(self, prog: str, description: str, **keywords: Any) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False, **keywords)
        self.add_argument("-h", "--help", action="store_true", help="show this text")

    def error(self, message: str) -> NoReturn:
        """Refuse the line, for :meth:`read` to say why."""
        raise _Refused(message)

    def read(self, line: str) -> argparse.Namespace | None:
        """Return what the line says; ``None`` when it asked for help, which is printed then."""
        try:
            words = shlex.split(line)
        except ValueError:
            raise UsageError(f"A quotation mark is not closed: {self.prog} {line}") from None
        if {"-h", "--help"} & set(words):
            say(self.named(words).format_help())
            return None
        try:
            return self.parse_args(words)
        except _Refused as refused:
            raise UsageError(self._sentence(words, str(refused))) from None

    def commands(self) -> dict[str, Line]:
        """Return the parsers of the sub-commands, by name."""
        found: dict[str, Line] = {}
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                found.update(action.choices)
        return found

    def options(self) -> list[str]:
        """Return the options this line may have."""
        return [text for action in self._actions for text in action.option_strings]

    def named(self, words: Sequence[str]) -> Line:
        """Return the parser of the command that the words begin with."""
        below = self.commands().get(words[0]) if words else None
        return self if below is None else below.named(words[1:])

    def _sentence(self, words: list[str], message: str) -> str:
        """Return the refusal as one sentence, with the line as it was probably meant."""
        parser, depth = self, 0
        while depth < len(words) and words[depth] in parser.commands():
            parser, depth = parser.commands()[words[depth]], depth + 1
        for index, word in enumerate(words[depth:], depth):
            known = parser.options() if word.startswith("-") else list(parser.commands()) if index == depth else []
            if not known or word.partition("=")[0] in known or number(word) is not None:
                continue
            near = difflib.get_close_matches(word, known, 1, 0.5)
            what = "option" if word.startswith("-") else "command"
            if near:
                fixed = shlex.join([*words[:index], near[0], *words[index + 1 :]])
                return f"{parser.prog} has no {what} {word}. Did you mean: {self.prog} {fixed}"
            return f"{parser.prog} has no {what} {word}; it has {', '.join(sorted(known))}."
        refused = re.match(r"argument (\S+?)(?:/\S+)?: invalid choice: '?(.*?)'? \(choose from (.*)\)$", message)
        if refused:
            option, value, choices = refused.groups()
            allowed = [choice.strip("'") for choice in choices.split(", ")]
            near = difflib.get_close_matches(value, allowed, 1, 0.5)
            if near and value in words:
                meant = [near[0] if word == value else word for word in words]
                return f"{option} cannot be {value}. Did you mean: {self.prog} {shlex.join(meant)}"
            return f"{option} cannot be {value}; it can be {', '.join(allowed)}."
        if message.startswith("unrecognized arguments: ") and parser.prog == "%%track":
            args, more = self.parse_known_args(words)
            name = [args.name, *more]
            fixed = shlex.join([" ".join(name), *(word for word in words if word not in name)])
            return f"A name with spaces needs quotation marks: {parser.prog} {fixed}"
        usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
        return f"{message[:1].upper()}{message[1:].rstrip('.')}. Usage: {usage}"


def say(text: str) -> None:
    """Answer in the cell's output."""
    sys.stdout.write(f"{text}\n")


def number(text: str) -> float | int | None:
    """Return the number that a text is; ``None`` if it is none."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _parsers() -> tuple[Line, Line, Line, Line]:
    track = Line("%%track", "Run the cell as an experiment and show it live below.")
    track.add_argument("name", nargs="?", help="its name; {python} expressions are filled in")
    track.add_argument("-p", "--project", help="its project; a slash nests projects")
    track.add_argument("-t", "--tag", action="append", default=[], help="a tag; may be repeated")
    track.add_argument("--as", dest="variable", default="exp", help="variable to bind it to (default: exp)")
    track.add_argument("--resume", metavar="ID", help="go on with an experiment instead of starting one")

    log = Line("%log", "Log scalars to the current experiment.")
    log.add_argument("values", nargs="+", metavar="name=value", help="e.g. loss/train=0.3; a value may be a variable")
    log.add_argument("-i", "--iteration", type=int, help="the iteration (default: counts on)")

    embed = Line("%embed", "Show a live view of experiments, as an embed URL or by these options.")
    embed.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help="id, name or variable; or an embed URL")
    embed.add_argument("-q", "--query", help="those that a query chooses whenever it is shown, instead of experiments")
    embed.add_argument("--models", action="store_true", help="the names, ids or query are of models")
    embed.add_argument(
        "--type", default="scalar", choices=tuple(TYPES), metavar="TYPE", help=f"{', '.join(TYPES)} (default: scalar)"
    )
    embed.add_argument("-m", "--metric", action="append", help="metric to show; may be repeated")
    embed.add_argument("-v", "--variant", action="append", help="variant to show; may be repeated")
    embed.add_argument(
        "--xaxis", default="iterations", choices=XAXES, metavar="AXIS", help=f"{', '.join(XAXES)} (default: iterations)"
    )
    embed.add_argument(
        "--theme", choices=("light", "dark"), metavar="THEME", help="light or dark (default: the page's)"
    )
    embed.add_argument("--height", type=int, default=400, help="in pixels")

    trackkit = Line("%trackkit", "Show, find and edit experiments and reports.")
    commands = trackkit.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Line)

    def command(name: str, description: str) -> Line:
        return commands.add_parser(name, prog=f"%trackkit {name}", description=description, help=description)

    which = {"nargs": "?", "metavar": "EXPERIMENT", "help": "id, name or variable (default: the current one)"}
    show = command("show", "show an experiment")
    show.add_argument("experiment", **which)  # type: ignore[arg-type]
    show.add_argument("--tab", choices=TABS, metavar="TAB", help=", ".join(TABS))
    table = command("table", "show the experiments table")
    table.add_argument("query", nargs="*", help="which ones: a query, or words; all without it")
    table.add_argument("-p", "--project", help="only those of a project, and of those nested in it")
    table.add_argument("--by", action="append", help="a group for experiments with the same value of this field")
    table.add_argument("--over", action="append", help="a group for experiments that differ only in this")
    compare = command("compare", "lay experiments side by side")
    compare.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help="id, name or variable; two or more")
    compare.add_argument("-p", "--project", help="all experiments of a project")
    compare.add_argument("--section", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    compare.add_argument("--by", action="append", help="one line for experiments with the same value of this")
    compare.add_argument("--over", action="append", help="one line for experiments that differ only in this")
    compare.add_argument("--band", choices=BANDS, metavar="BAND", help=", ".join(BANDS))
    compare.add_argument("--base", metavar="EXPERIMENT", help="what the others are compared with")
    tag = command("tag", "add tags to the current experiment, or take them away")
    tag.add_argument("tags", nargs="+", metavar="TAG", help="in quotation marks when it has spaces")
    tag.add_argument("--on", dest="experiment", metavar="EXPERIMENT", help="another experiment")
    tag.add_argument("-d", "--remove", action="store_true", help="take the tags away")
    params = command("params", "print the hyperparameters")
    params.add_argument("experiment", **which)  # type: ignore[arg-type]
    finish = command("finish", "finish the current experiment")
    finish.add_argument(
        "--status",
        default="completed",
        choices=("completed", "failed", "aborted"),
        metavar="STATUS",
        help="completed, failed or aborted (default: completed)",
    )
    report = command("report", "make this notebook a report, publish or export it")
    actions = report.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=Line)
    here = actions.add_parser("here", prog="%trackkit report here", description="this notebook becomes a report")
    here.add_argument("title", help="its title; in quotation marks when it has spaces")
    here.add_argument("-p", "--project", help="its project; a slash nests projects")
    here.add_argument("-d", "--description", default="", help="a sentence about it")
    export = actions.add_parser("export", prog="%trackkit report export", description="write this report to a file")
    export.add_argument("path", metavar="FILE", help="FILE.pdf, FILE.md or FILE.html")
    export.add_argument("--code", action="store_true", help="show the code of the cells too")
    publish = actions.add_parser(
        "publish", prog="%trackkit report publish", description="lock this report as it was saved last"
    )
    publish.add_argument("--freeze", action="store_true", help="keep what its views show now with it")
    return track, log, embed, trackkit


TRACK, LOG, EMBED, TRACKKIT = _parsers()
PARSERS = {"%%track": TRACK, "%log": LOG, "%embed": EMBED, "%trackkit": TRACKKIT}
