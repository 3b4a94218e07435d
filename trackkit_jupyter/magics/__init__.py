"""The magics: ``%%track``, ``%log``, ``%embed`` and ``%trackkit``."""

from __future__ import annotations

import argparse
import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from trackkit_jupyter import views
from trackkit_jupyter.errors import NotFoundError, TrackkitError
from trackkit_jupyter.magics.cell import Body, awaited
from trackkit_jupyter.magics.completion import complete
from trackkit_jupyter.magics.lines import EMBED, LOG, PARSERS, TRACK, TRACKKIT, number, say

__all__ = ["TrackkitMagics", "register"]

#: What stands in the line beside a query of several words.
_GROUPED = re.compile(r"""\s--(?:by|over)(?:=|\s+)(?:"[^"]*"|'[^']*'|\S+)""")


def register(ipython: Any) -> None:
    """Add the magics, and the completion of their options, to a shell."""
    ipython.register_magics(TrackkitMagics)
    cleanups = ipython.input_transformers_cleanup
    # Loaded again, it replaces the one before.
    cleanups[:] = [transform for transform in cleanups if getattr(transform, "__module__", "") != awaited.__module__]
    cleanups.append(awaited(ipython, TrackkitMagics.__name__))
    for command, parser in PARSERS.items():
        ipython.set_hook("complete_command", functools.partial(complete, parser), str_key=command)


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
        args = self._track_arguments(line)
        if args is None:
            return None
        body = Body.compiled(self.shell, cell)
        with self._tracked(args):
            return body.run()

    async def track_awaiting(self, line: str, cell: str) -> Any:
        """Run a cell that awaits as an experiment; what :func:`awaited` makes of its ``%%track``."""
        args = self._track_arguments(self.shell.var_expand(line, 1))
        if args is None:
            return None
        body = Body.compiled(self.shell, cell, awaits=True)
        with self._tracked(args):
            return await body.run_awaiting()

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
        """Embed a view: ``%embed URL``, ``%embed EXPERIMENT... --type scalar -m loss``, or ``%embed --query QUERY``."""
        # A pasted snippet is no command line: its quotes and blanks are HTML's.
        if _PASTED.match(line):
            views.show(views.parse_embed(line))
            return
        args = EMBED.read(line)
        if args is None:
            return
        if bool(args.query) == bool(args.experiments):
            raise UsageError(
                "%embed needs experiments, or --query. Try: %embed --query 'project == \"digits\"' -m loss"
            )
        view = views.embed(
            {"query": args.query} if args.query else [self._object(text, args.models) for text in args.experiments],
            type=args.type,
            object_type="model" if args.models else "experiment",
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
        if args is None:
            return None
        args.line = line.strip()
        return getattr(self, f"_{args.command}")(args)

    # -- the commands of %trackkit

    def _show(self, args: argparse.Namespace) -> None:
        views.show(self._experiment(args.experiment), args.tab)

    def _table(self, args: argparse.Namespace) -> None:
        grouped = {"group_by": args.by, "over": args.over}
        if args.project is None:
            # Several words are a query as it stands in the line, with its quotation marks.
            line = _GROUPED.sub("", args.line[len("table") :]).strip()
            views.table((args.query[0] if len(args.query) == 1 else line) or None, **grouped)
            return
        project = args.project.replace("\\", "\\\\").replace('"', '\\"')
        within = f'(project == "{project}" or project > "{project}/" and project < "{project}0")'  # 0 follows on /
        views.table(" and ".join([within, *([f"({' '.join(args.query)})"] if args.query else [])]), **grouped)

    def _compare(self, args: argparse.Namespace) -> None:
        experiments = [self._experiment(text) for text in args.experiments]
        if args.project is not None:
            experiments += _in_project(args.project)
        if not experiments:
            raise UsageError("Which experiments? Try: %trackkit compare ID ID, or: %trackkit compare -p PROJECT")
        base = None if args.base is None else self._experiment(args.base)
        views.compare(experiments, args.by, args.over, args.band, section=args.section, base=base)

    def _tag(self, args: argparse.Namespace) -> None:
        exp = self._experiment(args.experiment)
        (exp.remove_tags if args.remove else exp.add_tags)(*args.tags)
        say(f"{exp.name}: {', '.join(exp.tags) or 'no tags'}")

    def _params(self, args: argparse.Namespace) -> None:
        exp = self._experiment(args.experiment)
        sections = exp.hyperparameters
        for section, values in sections.items():
            say(section)
            for name, entry in values.items():
                say(f"  {name} = {entry['value']}")
        if not sections:
            say(f'{exp.name} has no hyperparameters. Log them with: exp.connect({{"lr": 0.1}})')

    def _finish(self, args: argparse.Namespace) -> None:
        exp = self._experiment(None)
        exp.finish(args.status)
        views.refresh()
        say(f"{exp.name}: {exp.standing}")

    def _report(self, args: argparse.Namespace) -> None:
        from trackkit_jupyter import reports

        if args.action == "here":
            report = reports.here(args.title, project=args.project, description=args.description)
            say(f"{report.path.name} is now the report {report.name!r}.")
        elif args.action == "publish":
            report = reports.here(None)
            report.publish(freeze=args.freeze)
            kept = ", with what its views show" if args.freeze else ""
            say(
                f"{report.name!r} is published as it was saved last{kept}: its notebook is locked. "
                "`track.report.here(None).clone()` makes a copy to go on with."
            )
        else:
            from trackkit_jupyter.reports.export import write

            report = reports.here(None)
            done = write(report.path, args.path, report.store, code=args.code)
            say("\n".join([f"Written: {done.path}", *(f"Not shown: {reason}" for reason in done.missing)]))

    # -- parts

    def _track_arguments(self, line: str) -> argparse.Namespace | None:
        args = TRACK.read(line)
        if args is not None and not args.variable.isidentifier():
            raise UsageError(f"--as needs a variable's name, not {args.variable}. Try: %%track --as exp")
        return args

    @contextlib.contextmanager
    def _tracked(self, args: argparse.Namespace) -> Iterator[None]:
        """Start the experiment, bind and show it; when its cell ends, show how it ended."""
        exp = self._start(args)
        self.shell.push({args.variable: exp})
        views.show(exp)
        try:
            with exp:
                yield
        finally:
            views.refresh()

    def _start(self, args: argparse.Namespace) -> Any:
        options = {"project": args.project, "resume": args.resume}
        options = {name: value for name, value in options.items() if value is not None}
        if args.resume is not None:
            options["resume"] = self._experiment(args.resume).id
        try:
            return _track().start(*filter(None, [args.name]), tags=args.tag, **options)
        except TrackkitError as error:
            raise UsageError(str(error)) from None

    def _value(self, key: str, text: str) -> Any:
        value = number(text)
        if value is not None:
            return value
        try:
            return self.shell.ev(text)
        except Exception as error:  # noqa: BLE001 - whatever a person's expression raises
            raise UsageError(
                f"{text} is no number and no variable ({type(error).__name__}). Try: %log {key}=0.3"
            ) from None

    def _object(self, text: str, is_model: bool) -> Any:
        """Return the experiment, or the model, that a word means."""
        if not is_model:
            return self._experiment(text)
        known = self.shell.user_ns.get(text)
        return known if hasattr(known, "framework") else _track().open_store().model(text)

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


#: An embed URL or a snippet, not options.
_PASTED = re.compile(r"\s*(?:<|src\s*=|['\"]?\S*\?)", re.IGNORECASE)


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
