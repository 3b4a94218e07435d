"""The command that exports a report, and shows how far it is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trackkit_jupyter.cli.answers import answer, say, store
from trackkit_jupyter.reports.export import Progress, write

__all__ = ["export_report"]


def export_report(args: argparse.Namespace) -> int:
    """Write a report to a file; 0 where all of it is there, 1 where something could not be shown."""
    notebook = Path(args.notebook)
    target = Path(args.path) if args.path else notebook.with_suffix(".md")
    with _progress() as progress:
        done = write(notebook, target, store(args) if args.store else None, code=args.code, progress=progress)
    said = {"path": str(done.path), "views": done.views, "pictures": done.pictures, "missing": done.missing}
    answer(args, said, f"Written: {done.path}")
    if done.missing and not args.json:
        say("\n".join(f"Not shown: {reason}" for reason in done.missing), sys.stderr)
    return 1 if done.missing else 0


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Show how far it is, where a person looks: on a terminal, and nowhere else."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("Drawing"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
