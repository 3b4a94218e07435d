"""The magics: ``%%track``, ``%log``, ``%embed`` and ``%trackkit``."""

from __future__ import annotations

import argparse
import ast
import difflib
import functools
import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from trackkit_jupyter import views
from trackkit_jupyter.errors import NotFoundError, TrackkitError

__all__ = ["TrackkitMagics", "register"]


def register(ipython: Any) -> None:
    """Add the magics, and the completion of their options, to a shell."""
    ipython.register_magics(TrackkitMagics)
    for command, parser in PARSERS.items():
        ipython.set_hook("complete_command", functools.partial(_complete, parser), str_key=command)


class _Refused(Exception):
    """What argparse has to say about a line, before it became a sentence."""


class _Line(argparse.ArgumentParser):
    """A parser of one magic's line: it raises instead of leaving the interpreter, and says what would be right."""

    def __init__(self, prog: str, description: str, **keywords: Any) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False, **keywords)
        self.add_argument("-h", "--help", action="store_true", help="show this text")

    def error(self, message: str) -> NoReturn:
        raise _Refused(message)

    def read(self, line: str) -> argparse.Namespace | None:
        """Return what the line says; ``None`` when it asked for help, which is printed then."""
        try:
            words = shlex.split(line)
        except ValueError:
            raise UsageError(f"A quotation mark is not closed: {self.prog} {line}") from None
        if {"-h", "--help"} & set(words):
            _say(self.named(words).format_help())
            return None
        try:
            return self.parse_args(words)
        except _Refused as refused:
            raise UsageError(self._sentence(words, str(refused))) from None

    def commands(self) -> dict[str, _Line]:
        """Return the parsers of the sub-commands, by name."""
        found: dict[str, _Line] = {}
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                found.update(action.choices)
        return found

    def options(self) -> list[str]:
        """Return the options this line may have."""
        return [text for action in self._actions for text in action.option_strings]

    def named(self, words: Sequence[str]) -> _Line:
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
            if not known or word.partition("=")[0] in known or _number(word) is not None:
                continue
            near = difflib.get_close_matches(word, known, 1, 0.5)
            what = "option" if word.startswith("-") else "command"
            if near:
                fixed = shlex.join([*words[:index], near[0], *words[index + 1 :]])
                return f"{parser.prog} has no {what} {word}. Did you mean: {self.prog} {fixed}"
            return f"{parser.prog} has no {what} {word}; it has {', '.join(sorted(known))}."
        if message.startswith("unrecognized arguments: ") and parser.prog == "%%track":
            fixed = shlex.join([" ".join(word for word in words if not word.startswith("-"))])
            return f"A name with spaces needs quotation marks: {parser.prog} {fixed}"
        usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
        return f"{message[:1].upper()}{message[1:].rstrip('.')}. Usage: {usage}"


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our own errors into one line instead of a traceback through our code."""

    @functools.wraps(method)
    def wrapped(*arguments: Any) -> Any:
        try:
            return method(*arguments)
        except TrackkitError as error:
            raise UsageError(str(error)) from None

    return wrapped


@magics_class
class TrackkitMagics(Magics):
    """Experiment tracking from a notebook's cells."""

    shell: Any

    @cell_magic
    def track(self, line: str, cell: str) -> Any:
        """Run the cell as an experiment: ``%%track [NAME] [-p PROJECT] [-t TAG]... [--as exp] [--resume ID]``."""
        args = TRACK.read(line)
        if args is None:
            return None
        if not args.variable.isidentifier():
            raise UsageError(f"--as needs a variable's name, not {args.variable}. Try: %%track --as exp")
        body, last, filename = self._checked(cell)
        exp = self._start(args)
        self.shell.push({args.variable: exp})
        views.show(exp)
        try:
            with exp:
                return self._run(body, last, filename)
        finally:
            views.refresh()

    @line_magic
    @_plain
    def log(self, line: str) -> None:
        """Log scalars to the current experiment: ``%log loss/train=0.3 accuracy=acc -i 4``."""
        args = LOG.read(line)
        if args is None:
            return
        values = {}
        for pair in args.values:
            key, equals, text = pair.rpartition("=")
            if not equals or not key or not text:
                raise UsageError(f"%log needs name=value, not {pair}. Try: %log loss/train=0.3 -i 4")
            values[key] = self._value(key, text)
        track = _track()
        if track.current() is None:
            raise UsageError("No experiment is running. Start one first: %%track NAME")
        track.log(values, iteration=args.iteration)

    @line_magic
    @_plain
    def embed(self, line: str) -> None:
        """Embed a view: ``%embed URL``, or ``%embed EXPERIMENT... --type scalar -m loss -v val``."""
        # A pasted snippet is no command line: its quotes and blanks are HTML's.
        if "?" in line or "<" in line:
            views.show(views.parse_embed(line))
            return
        args = EMBED.read(line)
        if args is None:
            return
        experiments = [self._experiment(text) for text in args.experiments]
        view = views.embed(
            experiments,
            type=args.type,
            metrics=args.metric or None,
            variants=args.variant or None,
            xaxis=args.xaxis,
            theme=args.theme,
            height=args.height,
        )
        views.show(view)

    @line_magic
    @_plain
    def trackkit(self, line: str) -> Any:
        """Show, find and edit experiments: ``%trackkit --help``."""
        args = TRACKKIT.read(line or "--help")
        return None if args is None else getattr(self, f"_{args.command}")(args)

    # -- the commands of %trackkit

    def _show(self, args: argparse.Namespace) -> None:
        views.show(self._experiment(args.experiment), args.tab)

    def _table(self, args: argparse.Namespace) -> None:
        views.table(_in_project(args.project)[: args.number])

    def _compare(self, args: argparse.Namespace) -> None:
        experiments = [self._experiment(text) for text in args.experiments]
        if args.project is not None:
            experiments += _in_project(args.project)
        if not experiments:
            raise UsageError("Which experiments? Try: %trackkit compare ID ID, or: %trackkit compare -p PROJECT")
        views.compare(experiments)

    def _tag(self, args: argparse.Namespace) -> None:
        exp = self._experiment(args.experiment)
        (exp.remove_tags if args.remove else exp.add_tags)(*args.tags)
        _say(f"{exp.name}: {', '.join(exp.tags) or 'no tags'}")

    def _params(self, args: argparse.Namespace) -> None:
        exp = self._experiment(args.experiment)
        sections = exp.hyperparameters
        for section, values in sections.items():
            _say(section)
            for name, entry in values.items():
                _say(f"  {name} = {entry['value']}")
        if not sections:
            _say(f'{exp.name} has no hyperparameters. Log them with: exp.connect({{"lr": 0.1}})')

    def _finish(self, args: argparse.Namespace) -> None:
        exp = self._experiment(None)
        exp.finish(args.status)
        views.refresh()
        _say(f"{exp.name}: {exp.status}")

    def _report(self, args: argparse.Namespace) -> None:
        from trackkit_jupyter import reports

        if args.action == "here":
            report = reports.here(args.title, project=args.project, description=args.description)
            _say(f"{report.path.name} is now the report {report.name!r}.")
        else:
            _say(f"Written: {reports.here(None).export(args.path)}")

    # -- parts

    def _start(self, args: argparse.Namespace) -> Any:
        options = {"project": args.project, "resume": args.resume}
        options = {name: value for name, value in options.items() if value is not None}
        if args.resume is not None:
            options["resume"] = self._experiment(args.resume).id
        try:
            return _track().start(*filter(None, [args.name]), tags=args.tag, **options)
        except TrackkitError as error:
            raise UsageError(str(error)) from None

    def _run(self, body: Any, last: Any, filename: str) -> Any:
        """Run compiled code in the person's namespace and return the value of its last expression."""
        try:
            self.shell.ex(body)
            return None if last is None else self.shell.ev(last)
        except BaseException as error:
            _show_only_own_frames(self.shell, error, filename)
            raise

    def _compile(self, cell: str) -> tuple[Any, Any, str]:
        """Return the cell as code, its last expression as code of its own, and the name tracebacks know it by."""
        shell = self.shell
        # One line more, in place of the %%track line: line numbers in tracebacks are those of the notebook's cell.
        source = "\n" + shell.transform_cell(cell)
        filename = shell.compile.cache(source, shell.execution_count, raw_code=cell)
        with shell.builtin_trap:
            tree = shell.transform_ast(shell.compile.ast_parse(source, filename=filename))
        last = None
        if shell.ast_node_interactivity != "none" and tree.body and isinstance(tree.body[-1], ast.Expr):
            ends_in_semicolon: Any = DisplayHook.semicolon_at_end_of_expression
            if not ends_in_semicolon(source):
                last = shell.compile(ast.Expression(tree.body.pop().value), filename, "eval")
        return shell.compile(tree, filename, "exec"), last, filename

    def _checked(self, cell: str) -> tuple[Any, Any, str]:
        try:
            return self._compile(cell)
        except SyntaxError as error:
            if re.match(r"'(await|async \w+)' outside|asynchronous comprehension outside", str(error)):
                raise UsageError(
                    "%%track cannot await at the top of its cell. Use instead: with track.start(...) as exp: ..."
                ) from None
            raise

    def _value(self, key: str, text: str) -> Any:
        number = _number(text)
        if number is not None:
            return number
        try:
            return self.shell.ev(text)
        except Exception as error:  # noqa: BLE001 - whatever a person's expression raises
            raise UsageError(
                f"{text} is no number and no variable ({type(error).__name__}). Try: %log {key}=0.3"
            ) from None

    def _experiment(self, text: str | None) -> Any:
        """Return the experiment that a word means (a variable, an id, a name); without one, the current."""
        track = _track()
        if text is None:
            current = track.current()
            last = next((value for value in [self.shell.user_ns.get("exp")] if _is_experiment(value)), None)
            if current is None and last is None:
                raise UsageError("No experiment is running. Name one: %trackkit table lists them.")
            return current if current is not None else last
        if _is_experiment(self.shell.user_ns.get(text)):
            return self.shell.user_ns[text]
        store = track.open_store()
        if len(text) == 32:
            try:
                return store.experiment(text)
            except (NotFoundError, ValueError):
                pass
        everything = list(store.experiments(archived=True)) + list(store.experiments())
        found = {exp.id: exp for exp in everything if exp.name == text or (len(text) >= 4 and exp.id.startswith(text))}
        if not found:
            raise UsageError(f"There is no experiment {text} in {store.path}. To list them: %trackkit table")
        if len(found) > 1:
            ids = ", ".join(id[:8] for id in list(found)[:5])
            raise UsageError(f"{len(found)} experiments are called {text}; name one by its id: {ids}")
        return next(iter(found.values()))


def _show_only_own_frames(shell: Any, error: BaseException, filename: str) -> None:
    """Let the traceback begin in the person's cell: the frames of the magic that ran it are not theirs."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != filename:
        trace = trace.tb_next
    if trace is None or isinstance(error, SyntaxError):
        return

    def render() -> list[str]:
        lines: list[str] = shell.InteractiveTB.structured_traceback(type(error), error, trace, tb_offset=0)
        return lines

    error._render_traceback_ = render  # type: ignore[attr-defined]


def _say(text: str) -> None:
    print(text)


def _track() -> Any:
    import trackkit_jupyter

    return trackkit_jupyter


def _is_experiment(value: Any) -> bool:
    return (
        hasattr(value, "single_values") and hasattr(value, "add_tags") and isinstance(getattr(value, "id", None), str)
    )


def _in_project(project: str | None) -> list[Any]:
    """Return the experiments of a project and of those nested in it, the last changed first; without one: all."""
    found = _track().experiments()
    return [exp for exp in found if project is None or f"{exp.project}/".startswith(f"{project}/")]


def _number(text: str) -> float | int | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _complete(parser: _Line, _shell: Any, event: Any) -> list[str]:
    words = event.line.split()[1:]
    here = parser.named(words)
    return [*here.commands(), *here.options()]


def _parsers() -> tuple[_Line, _Line, _Line, _Line]:
    track = _Line("%%track", "Run the cell as an experiment and show it live below.")
    track.add_argument("name", nargs="?", help="its name; {python} expressions are filled in")
    track.add_argument("-p", "--project", help="its project; a slash nests projects")
    track.add_argument("-t", "--tag", action="append", default=[], help="a tag; may be repeated")
    track.add_argument("--as", dest="variable", default="exp", help="variable to bind it to (default: exp)")
    track.add_argument("--resume", metavar="ID", help="go on with an experiment instead of starting one")

    log = _Line("%log", "Log scalars to the current experiment.")
    log.add_argument("values", nargs="+", metavar="name=value", help="e.g. loss/train=0.3; a value may be a variable")
    log.add_argument("-i", "--iteration", type=int, help="the iteration (default: counts on)")

    embed = _Line("%embed", "Show a live view of experiments, as an embed URL or by these options.")
    embed.add_argument("experiments", nargs="+", metavar="EXPERIMENT", help="id, name or variable; or an embed URL")
    embed.add_argument(
        "--type", default="scalar", help="scalar, plot, single, sample, parcoords, experiment, comparison"
    )
    embed.add_argument("-m", "--metric", action="append", help="metric to show; may be repeated")
    embed.add_argument("-v", "--variant", action="append", help="variant to show; may be repeated")
    embed.add_argument("--xaxis", default="iterations", help="iterations, relative or wall")
    embed.add_argument("--theme", help="light or dark")
    embed.add_argument("--height", type=int, default=400, help="in pixels")

    trackkit = _Line("%trackkit", "Show, find and edit experiments and reports.")
    commands = trackkit.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Line)

    def command(name: str, description: str) -> _Line:
        return commands.add_parser(name, prog=f"%trackkit {name}", description=description, help=description)

    which = {"nargs": "?", "metavar": "EXPERIMENT", "help": "id, name or variable (default: the current one)"}
    show = command("show", "show an experiment")
    show.add_argument("experiment", **which)  # type: ignore[arg-type]
    show.add_argument("--tab", help=", ".join(views.TABS))
    table = command("table", "list experiments, the newest first")
    table.add_argument("-p", "--project")
    table.add_argument("-n", "--number", type=int, default=20, help="how many (default: 20)")
    compare = command("compare", "lay experiments side by side")
    compare.add_argument("experiments", nargs="*", metavar="EXPERIMENT")
    compare.add_argument("-p", "--project", help="all experiments of a project")
    tag = command("tag", "add tags to the current experiment, or take them away")
    tag.add_argument("tags", nargs="+", metavar="TAG")
    tag.add_argument("--on", dest="experiment", metavar="EXPERIMENT", help="another experiment")
    tag.add_argument("-d", "--remove", action="store_true", help="take the tags away")
    params = command("params", "print the hyperparameters")
    params.add_argument("experiment", **which)  # type: ignore[arg-type]
    finish = command("finish", "finish the current experiment")
    finish.add_argument("--status", default="completed", choices=("completed", "failed", "aborted"))
    report = command("report", "make this notebook a report, or export it")
    actions = report.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=_Line)
    here = actions.add_parser("here", prog="%trackkit report here", description="this notebook becomes a report")
    here.add_argument("title")
    here.add_argument("-p", "--project")
    here.add_argument("-d", "--description", default="")
    export = actions.add_parser("export", prog="%trackkit report export", description="write this report to a file")
    export.add_argument("path", help="FILE.md or FILE.html")
    return track, log, embed, trackkit


TRACK, LOG, EMBED, TRACKKIT = _parsers()
PARSERS = {"%%track": TRACK, "%log": LOG, "%embed": EMBED, "%trackkit": TRACKKIT}
