"""The commands about reports: list, publish, copy, and check the claims that they make."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from trackkit_jupyter.cli.answers import answer, local_time, print_json, say, store, table
from trackkit_jupyter.errors import NotFoundError, TrackkitError
from trackkit_jupyter.reports import Report
from trackkit_jupyter.store import Store

__all__ = ["check", "copy", "list_reports", "publish"]

_MARKS = {"holds": "ok     ", "contradicted": "WRONG  ", "open": "open   ", "unknown": "unknown"}


def list_reports(args: argparse.Namespace) -> int:
    """List reports, the last changed first."""
    opened = store(args)
    found = opened.reports(args.search or "", project=args.project or "", archived=args.archived, page_size=args.number)
    if args.json:
        print_json([report.to_dict() for report in found])
    elif not found:
        say(f"No reports in {opened.path}.")
    else:
        rows = [
            [
                each.id[:8],
                each.name,
                each.project,
                each.trouble or each.status,
                local_time(each.last_update),
                str(each.path),
            ]
            for each in found
        ]
        table(["id", "name", "project", "status", "last update", "notebook"], rows)
    return 0


def publish(args: argparse.Namespace) -> int:
    """Lock a report; on a terminal it is asked whether that is meant."""
    report = _report(store(args), args.report)
    meant = (
        f"The notebook {report.path.name} is locked for good: its cells and its file cannot be changed any more. "
        "Name, project, tags and archive can; `trackkit report copy` makes a copy to go on with."
    )
    if sys.stdin.isatty() and not args.yes:
        say(meant)
        if input("Publish it? [y/N] ").strip().lower() not in ("y", "yes"):
            say("Nothing was published.")
            return 1
    report.publish(freeze=args.freeze)
    kept = " What its views show is kept with it." if args.freeze else ""
    answer(args, report.to_dict(), f"Published: {report.name}, {report.path}.{kept}")
    return 0


def copy(args: argparse.Namespace) -> int:
    """Copy a report as a new draft."""
    made = _report(store(args), args.report).clone(args.name)
    answer(args, made.to_dict(), f"Copied: {made.name}, {made.path}")
    return 0


def check(args: argparse.Namespace) -> int:
    """Look at the claims of reports; 1 where one does not hold, or cannot be looked at."""
    from trackkit_jupyter.reports.claims import claims_of
    from trackkit_jupyter.reports.notebooks import read_notebook

    opened = store(args)
    chosen = [_report(opened, text) for text in args.reports] or list(opened.reports(order_by="name"))
    said: list[dict[str, Any]] = []
    for report in chosen:
        try:
            for _, claim in claims_of(read_notebook(report.path), opened):
                said.append(
                    {"report": report.name, "claim": claim.text, "verdict": claim.verdict, "sentence": claim.sentence}
                )
        except TrackkitError as error:
            said.append({"report": report.name, "claim": "", "verdict": "unknown", "sentence": error.message})
    broken = [each for each in said if each["verdict"] != "holds"]
    if args.json:
        print_json(said)
        return 1 if broken else 0
    for each in said:
        say(f"{_MARKS[each['verdict']]}  {each['report']}: {each['claim']}\n         {each['sentence']}")
    held = f"{len(said) - len(broken)} of {len(said)} claims hold."
    say(held if said else 'There are no claims; report.claim("lr 0.1 beats 0.01", "accuracy/val", a=…, b=…) makes one.')
    return 1 if broken else 0


def _report(opened: Store[Any], text: str) -> Report:
    """Return the report that a text means: its notebook, its id, the beginning of it, or its name."""
    path = Path(text).expanduser()
    if path.suffix == ".ipynb":
        found = opened.report_of(path.absolute())
        if found is None:
            raise NotFoundError(f"{text} is no report of the store {opened.path}.", "report")
        return Report(opened, found.id)
    named = [
        each
        for each in opened.reports(archived=None)
        if each.name == text or (len(text) >= 4 and each.id.startswith(text))
    ]
    if len(named) == 1:
        return Report(opened, named[0].id)
    if named:
        ids = ", ".join(each.id[:8] for each in named[:5])
        raise NotFoundError(f"{len(named)} reports are called {text}; name one by its id: {ids}.", "report")
    raise NotFoundError(f"There is no report {text} in {opened.path}; `trackkit report list` shows them.", "report")
