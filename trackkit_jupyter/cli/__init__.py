"""The command ``trackkit``: make, list, show, export and check what a store holds, without Python code."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trackkit_jupyter.cli.answers import answer, experiment, local_time, print_json, say, store, table
from trackkit_jupyter.errors import TrackkitError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 something is wrong, 2 the command was not understood."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name may hold what the terminal's encoding cannot write
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    try:
        args = parser.parse_args(arguments)
    except SystemExit as leave:  # argparse has said what is wrong, or shown its help
        return int(leave.code or 0)
    if not hasattr(args, "run"):
        parser.print_help()
        return 2
    try:
        return int(args.run(args) or 0)
    except TrackkitError as error:
        say(f"trackkit: {error.message}", sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing more to say
    except KeyboardInterrupt:
        say("trackkit: interrupted.", sys.stderr)
    return 1


def _demo(args: argparse.Namespace) -> int:
    from trackkit_jupyter.demo import run

    return run(Path(args.folder or args.dir or "demo"))


def _init(args: argparse.Namespace) -> int:
    from trackkit_jupyter.store import StoredExperiment, create_store
    from trackkit_jupyter.store.paths import FOLDER, StorePaths

    folder = Path(args.folder)
    # A store is taken as it is: a copy is given an id of its own that way.
    store = create_store(folder if StorePaths(folder).marker.is_file() else folder / FOLDER, handle=StoredExperiment)
    answer(args, {"id": store.id, "path": str(store.path)}, f"The store of this project: {store.path}")
    return 0


def _list(args: argparse.Namespace) -> int:
    opened = store(args)
    found = opened.experiments(archived=args.archived)
    chosen = [exp for exp in found if args.project is None or f"{exp.project}/".startswith(f"{args.project}/")]
    chosen = chosen[: args.number]
    if args.json:
        print_json([_brief(exp) for exp in chosen])
        return 0
    if not chosen:
        say(f"No experiments in {opened.path}.")
        return 0
    rows = []
    for exp in chosen:
        iteration = "" if exp.last_iteration is None else str(exp.last_iteration)
        rows.append([exp.id[:8], exp.name, exp.project, exp.standing, iteration, local_time(exp.created)])
    table(["id", "name", "project", "status", "iteration", "created"], rows)
    return 0


def _show(args: argparse.Namespace) -> int:
    exp = experiment(store(args), args.experiment)
    if args.json:
        print_json(exp.to_dict())
        return 0
    from trackkit_jupyter.views.tables import describe

    say(f"{describe(exp).plain()}\n\nid {exp.id}")
    return 0


def _report_export(args: argparse.Namespace) -> int:
    from trackkit_jupyter.cli.exporting import export_report

    return export_report(args)


def _doctor(args: argparse.Namespace) -> int:
    from trackkit_jupyter.doctor import doctor

    findings = doctor()
    if args.json:
        print_json(findings)
    else:
        marks = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}
        for finding in findings:
            say(f"{marks[finding['level']]}  {finding['what']}: {finding['detail']}")
            if finding["mend"]:
                say(f"       {'to mend it' if finding['level'] == 'wrong' else 'to change it'}: {finding['mend']}")
        wrong = sum(not finding["ok"] for finding in findings)
        say(f"\n{wrong} to mend." if wrong else "\nEverything is in place.")
    return 0 if all(finding["ok"] for finding in findings) else 1


def _brief(exp: Any) -> dict[str, Any]:
    names = ("id", "name", "project", "status", "tags", "created", "finished", "last_update", "last_iteration")
    return {**{name: getattr(exp, name) for name in names}, "metrics": exp.metrics}


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import PackageNotFoundError, version

    parser = argparse.ArgumentParser(prog="trackkit", description="Experiment tracking that lives in the notebook.")
    try:
        shown_version = version("trackkit_jupyter")
    except PackageNotFoundError:
        shown_version = "unknown"
    parser.add_argument("--version", action="version", version=f"trackkit {shown_version}")
    commands = parser.add_subparsers(metavar="COMMAND")

    def command(
        name: str,
        run: Callable[[argparse.Namespace], int],
        text: str,
        *,
        data: bool = True,
        store: bool = True,
        below: Any = None,
    ) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = (below or commands).add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}."
        )
        added.set_defaults(run=run)
        if data:
            added.add_argument("--json", action="store_true", help="print JSON")
        if store:
            added.add_argument(
                "--store", metavar="DIR", help="the store (default: the one of this folder, else ~/.trackkit)"
            )
        return added

    demo = command("demo", _demo, "run the quickstart on real data and export its report", data=False, store=False)
    demo.add_argument("folder", nargs="?", metavar="DIR", help="where to put it (default: ./demo)")
    demo.add_argument("--dir", help="the same")
    init = command("init", _init, "make a store for this folder and those below it", store=False)
    init.add_argument("folder", nargs="?", default=".", help="default: the working directory")
    listing = command("list", _list, "list experiments, the last changed first")
    listing.add_argument("-p", "--project", help="only those of a project")
    listing.add_argument("-n", "--number", type=_count, default=50, help="how many (default: 50)")
    listing.add_argument("--archived", action="store_true", help="the archived ones instead")
    show = command("show", _show, "show an experiment")
    show.add_argument("experiment", help="its id, the beginning of it, or its name")
    export = command("export", _keeping("export"), "write everything of experiments to a file")
    export.add_argument(
        "experiments", nargs="*", metavar="experiment", help="its id, the beginning of it, or its name; or several"
    )
    export.add_argument("-q", "--query", help="those that a query finds")
    export.add_argument(
        "-f", "--format", choices=["json", "csv", "parquet"], help="default: as FILE is called, else JSON"
    )
    export.add_argument("--zip", action="store_true", help="their folders, to be imported into another store")
    export.add_argument("-o", "--output", dest="path", metavar="FILE", help="default: print it")
    importing = command("import", _keeping("import_"), "take experiments from an exported zip file into a store")
    importing.add_argument("file", metavar="FILE.zip", help="what `trackkit export --zip` wrote")
    report = commands.add_parser("report", help="work with reports", description="Work with reports.")
    below = report.add_subparsers(metavar="COMMAND", required=True)
    report_export = command("export", _report_export, "write a report to PDF, Markdown or HTML", below=below)
    report_export.add_argument("notebook", help="the report")
    report_export.add_argument(
        "path", nargs="?", help="FILE.pdf, FILE.md or FILE.html (default: its own name with .md)"
    )
    report_export.add_argument("--code", action="store_true", help="show the code of the cells too")
    knobs = command("knobs", _turning("knobs"), "show the knobs of a loop, and how they were turned")
    turn = command("turn", _turning("turn"), "turn a knob of a loop that runs")
    asked = [knobs, turn]
    for name, text in (
        ("pause", "have a loop that runs wait at its next log"),
        ("resume", "have a loop that waits go on"),
        ("stop", "have a loop that runs end at its next log; its experiment is completed"),
        ("checkpoint", "ask a loop that runs for a checkpoint"),
    ):
        asked.append(command(name, _turning(name), text))
    for each in asked:
        each.add_argument("experiment", help="its id, the beginning of it, or its name")
    turn.add_argument("knob", help="its name")
    turn.add_argument("value", help="a number in its range; true or false, or a text, where it is one")
    report_list = command("list", _reporting("list_reports"), "list reports, the last changed first", below=below)
    report_list.add_argument("search", nargs="?", help="words that are in them, in their description or their text")
    report_list.add_argument("-p", "--project", help="only those of a project, and of those nested in it")
    report_list.add_argument("-n", "--number", type=_count, default=50, help="how many (default: 50)")
    report_list.add_argument("--archived", action="store_true", help="the archived ones instead")
    named = "its notebook, its id, the beginning of it, or its name"
    publish = command("publish", _reporting("publish"), "lock a report as it was saved last", below=below)
    publish.add_argument("report", help=named)
    publish.add_argument("--freeze", action="store_true", help="keep what its views show now with it")
    publish.add_argument("--yes", action="store_true", help="do not ask")
    copying = command("copy", _reporting("copy"), "copy a report as a draft, to go on with", below=below)
    copying.add_argument("report", help=named)
    copying.add_argument("--name", help="the name of the copy")
    checking = command(
        "check",
        _reporting("check"),
        "say whether the claims of reports still hold; status 1 where one does not",
        below=below,
    )
    checking.add_argument("reports", nargs="*", metavar="report", help=f"{named}; all reports without it")
    verify = command("verify", _keeping("verify"), "read everything a store holds, and say what is damaged")
    verify.add_argument("experiment", nargs="?", help="only this one: its id, the beginning of it, or its name")
    repair = command("repair", _keeping("repair"), "mend what can be mended; nothing is deleted")
    repair.add_argument("experiment", nargs="?", help="only this one: its id, the beginning of it, or its name")
    repair.add_argument("--yes", action="store_true", help="do it (without: only say what would be done)")
    command("doctor", _doctor, "say whether everything is in place", store=False)
    return parser


def _turning(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from trackkit_jupyter.cli import turning

        return turning.knobs(args) if name == "knobs" else turning.ask(args, name)

    return run


def _reporting(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from trackkit_jupyter.cli import reports

        done: int = getattr(reports, name)(args)
        return done

    return run


def _keeping(name: str) -> Callable[[argparse.Namespace], int]:
    def run(args: argparse.Namespace) -> int:
        from trackkit_jupyter.cli import keeping

        done: int = getattr(keeping, name)(args)
        return done

    return run


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 on, not {text}")
    return int(text)
