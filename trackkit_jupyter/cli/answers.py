"""What the commands print: sentences, tables and JSON; and how they find what was named on the command line."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["answer", "experiment", "local_time", "print_json", "say", "store", "table"]


def store(args: argparse.Namespace) -> Store[Any]:
    """Return the store that the command is about."""
    from trackkit_jupyter.store import open_store
    from trackkit_jupyter.store.paths import FOLDER

    if args.store is None:
        return open_store()
    inside = Path(args.store) / FOLDER  # a project's folder is as good a name as its store's
    return open_store(inside if inside.is_dir() else args.store)


def experiment(store: Store[Any], text: str) -> Any:
    """Return the experiment that a text means: its id, the beginning of it, or its name."""
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


def answer(args: argparse.Namespace, data: Any, sentence: str) -> None:
    """Print data where JSON is asked for, else a sentence."""
    if args.json:
        print_json(data)
    else:
        say(sentence)


def print_json(data: Any) -> None:
    """Print data as JSON."""
    say(json.dumps(data, indent=2, ensure_ascii=False))


def say(text: str, stream: Any = None) -> None:
    """Print a line."""
    print(text, file=stream or sys.stdout)


def table(header: list[str], rows: list[list[str]]) -> None:
    """Print a table."""
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


def local_time(time: str | None, seconds: bool = False) -> str:
    """Return a time of a record as a clock on the wall here shows it; empty where there is none."""
    if not time:
        return ""
    return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
