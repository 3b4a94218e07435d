"""The command ``trackkit``: make, list, show, export and check what a store holds, without Python code."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitStorageError

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

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
        _say(f"trackkit: {error.message}", sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing more to say
    except KeyboardInterrupt:
        _say("trackkit: interrupted.", sys.stderr)
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
    _answer(args, {"id": store.id, "path": str(store.path)}, f"The store of this project: {store.path}")
    return 0


def _list(args: argparse.Namespace) -> int:
    store = _store(args)
    found = store.experiments(archived=args.archived)
    chosen = [exp for exp in found if args.project is None or f"{exp.project}/".startswith(f"{args.project}/")]
    chosen = chosen[: args.number]
    if args.json:
        _print_json([_brief(exp) for exp in chosen])
        return 0
    if not chosen:
        _say(f"No experiments in {store.path}.")
        return 0
    rows = []
    for exp in chosen:
        created = (exp.created or "")[:16].replace("T", " ")
        iteration = "" if exp.last_iteration is None else str(exp.last_iteration)
        rows.append([exp.id[:8], exp.name, exp.project, exp.status, iteration, created])
    _table(["id", "name", "project", "status", "iteration", "created"], rows)
    return 0


def _show(args: argparse.Namespace) -> int:
    exp = _experiment(_store(args), args.experiment)
    if args.json:
        _print_json(exp.to_dict())
        return 0
    from trackkit_jupyter.views.tables import describe

    _say(f"{describe(exp).plain()}\n\nid {exp.id}")
    return 0


def _export(args: argparse.Namespace) -> int:
    exp = _experiment(_store(args), args.experiment)
    data = exp.to_dict(events=True)
    if args.path is None:
        _print_json(data)
        return 0
    from trackkit_jupyter.reports.author import write_atomically

    path = Path(args.path).expanduser().absolute()
    if not path.parent.is_dir():
        raise TrackkitStorageError(f"There is no folder {path.parent} to write {path.name} into.", "path")
    write_atomically(path, json.dumps(data, indent=2, ensure_ascii=False).encode())
    _answer(args, {"path": str(path)}, f"Written: {path}")
    return 0


def _report_export(args: argparse.Namespace) -> int:
    from trackkit_jupyter.reports import export

    notebook = Path(args.notebook)
    target = Path(args.path) if args.path else notebook.with_suffix(".md")
    path = export(notebook, target, _store(args) if args.store else None)
    _answer(args, {"path": str(path)}, f"Written: {path}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from trackkit_jupyter.check import verify

    store = _store(args)
    problems = verify(store, None if args.experiment is None else _damaged_too(store, args.experiment))
    if args.json:
        _print_json(problems)
    else:
        for problem in problems:
            _say(f"{problem['experiment']}  {problem['problem']}")
        _say(f"{len(problems)} problems." if problems else "All that was written is there, and undamaged.")
    return 1 if problems else 0


def _doctor(args: argparse.Namespace) -> int:
    from trackkit_jupyter.doctor import doctor

    findings = doctor()
    if args.json:
        _print_json(findings)
    else:
        marks = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}
        for finding in findings:
            _say(f"{marks[finding['level']]}  {finding['what']}: {finding['detail']}")
            if finding["mend"]:
                _say(f"       {'to mend it' if finding['level'] == 'wrong' else 'to change it'}: {finding['mend']}")
        wrong = sum(not finding["ok"] for finding in findings)
        _say(f"\n{wrong} to mend." if wrong else "\nEverything is in place.")
    return 0 if all(finding["ok"] for finding in findings) else 1


def _store(args: argparse.Namespace) -> Store[Any]:
    from trackkit_jupyter.store import open_store
    from trackkit_jupyter.store.paths import FOLDER

    if args.store is None:
        return open_store()
    inside = Path(args.store) / FOLDER  # a project's folder is as good a name as its store's
    return open_store(inside if inside.is_dir() else args.store)


def _experiment(store: Store[Any], text: str) -> Any:
    found = [
        exp
        for archived in (False, True)
        for exp in store.experiments(archived=archived)
        if exp.name == text or (len(text) >= 4 and exp.id.startswith(text))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(exp.id[:8] for exp in found[:5])
        raise NotFoundError(f"{len(found)} experiments are called {text}; name one by its id: {ids}.", "experiment")
    raise NotFoundError(f"There is no experiment {text} in {store.path}; `trackkit list` shows them.", "experiment")


def _damaged_too(store: Store[Any], text: str) -> str:
    """Return the id of an experiment by its id, the beginning of it, or its name, even where its record is damaged."""
    from trackkit_jupyter.check import ids

    found = [id for id in ids(store) if len(text) >= 4 and id.startswith(text)]
    return found[0] if len(found) == 1 else str(_experiment(store, text).id)


def _brief(exp: Any) -> dict[str, Any]:
    names = ("id", "name", "project", "status", "tags", "created", "finished", "last_update", "last_iteration")
    return {**{name: getattr(exp, name) for name in names}, "metrics": exp.metrics}


def _answer(args: argparse.Namespace, data: Any, sentence: str) -> None:
    if args.json:
        _print_json(data)
    else:
        _say(sentence)


def _print_json(data: Any) -> None:
    _say(json.dumps(data, indent=2, ensure_ascii=False))


def _say(text: str, stream: Any = None) -> None:
    print(text, file=stream or sys.stdout)


def _table(header: list[str], rows: list[list[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # Text: a name with brackets is no markup
    console = Console()
    if not console.is_terminal:  # a pipe has no width to cut names to
        console = Console(width=max(200, *(sum(map(len, row)) + 20 for row in rows)))
    console.print(table)


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
    export = command("export", _export, "write everything of an experiment as JSON")
    export.add_argument("experiment", help="its id, the beginning of it, or its name")
    export.add_argument("-o", "--output", dest="path", metavar="FILE", help="default: print it")
    report = commands.add_parser("report", help="work with reports", description="Work with reports.")
    below = report.add_subparsers(metavar="COMMAND", required=True)
    report_export = command("export", _report_export, "write a report to Markdown or HTML", below=below)
    report_export.add_argument("notebook", help="the report")
    report_export.add_argument("path", nargs="?", help="FILE.md or FILE.html (default: its own name with .md)")
    verify = command("verify", _verify, "read everything a store holds, and say what is damaged")
    verify.add_argument("experiment", nargs="?", help="only this one: its id, the beginning of it, or its name")
    command("doctor", _doctor, "say whether everything is in place", store=False)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 on, not {text}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
