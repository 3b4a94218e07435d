"""The commands that look after what is kept: verify, repair, export and import."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from trackkit_jupyter.cli.answers import answer, experiment, print_json, say, store
from trackkit_jupyter.errors import TrackkitStorageError, TrackkitValueError
from trackkit_jupyter.store import Store

__all__ = ["export", "import_", "repair", "verify"]


def verify(args: argparse.Namespace) -> int:
    """Say what is damaged; 0 where nothing is."""
    from trackkit_jupyter.check import verify as look

    opened = store(args)
    findings = look(opened, None if args.experiment is None else _damaged_too(opened, args.experiment))
    damaged = [finding for finding in findings if finding.level == "damaged"]
    if args.json:
        print_json([finding.to_dict() for finding in findings])
        return 1 if damaged else 0
    for finding in findings:
        say(str(finding))
    others = len(findings) - len(damaged)
    aside = f" {_many(others, 'thing')} beside that cost nothing." if others else ""
    if damaged:
        say(f"{_many(len(damaged), 'place')} damaged.{aside}")
    else:
        say(f"All that was written is there, and undamaged.{aside}")
    return 1 if damaged else 0


def repair(args: argparse.Namespace) -> int:
    """Mend what can be mended, or say what would be; 0 where nothing damaged is left."""
    from trackkit_jupyter.check import repair as mend
    from trackkit_jupyter.check import verify as look

    opened = store(args)
    only = None if args.experiment is None else _damaged_too(opened, args.experiment)
    if args.yes:
        done, left = mend(opened, only)
    else:
        findings = look(opened, only)
        done = [finding for finding in findings if finding.mending]
        left = [finding for finding in findings if not finding.mending]
    remains = [finding for finding in left if finding.level == "damaged"]
    status = 1 if remains or (done and not args.yes) else 0
    if args.json:
        lists = {"mended" if args.yes else "to_mend": done, "left": left}
        print_json({name: [finding.to_dict() for finding in found] for name, found in lists.items()})
        return status
    words = {"cut": "torn end put aside", "restore": "restored", "rebuild": "made anew", "copy": "copied again"}
    for finding in done:
        say(f"{finding.file}: {words.get(finding.mending, finding.mending)} ({finding.problem})")
    for finding in remains:
        say(str(finding))
    if args.yes:
        say(f"{_many(len(done), 'thing')} mended; nothing was deleted, what was put aside lies in quarantine/.")
    elif done:
        say(f"{_many(len(done), 'thing')} to mend. Nothing was changed: `trackkit repair --yes` does it.")
    else:
        say("There is nothing to mend.")
    if remains:
        say(f"{_many(len(remains), 'place')} damaged that cannot be mended.")
    return status


def export(args: argparse.Namespace) -> int:
    """Write experiments to a file."""
    from trackkit_jupyter.store import exporting

    opened = store(args)
    if args.query is not None and args.experiments:
        raise TrackkitValueError("Name experiments or a query, not both.", "query")
    if args.query is None and not args.experiments:
        raise TrackkitValueError("Name the experiments to export, or a --query.", "experiment")
    chosen: list[Any] = (
        list(dict.fromkeys(experiment(opened, text) for text in args.experiments))
        if args.query is None
        else list(opened.experiments(args.query))
    )
    path = None if args.path is None else Path(args.path).expanduser().absolute()
    kind = "zip" if args.zip else args.format or _kind(path)
    if path is None and kind in ("parquet", "zip"):
        raise TrackkitValueError(f"{kind} is not printed: name a file with -o.", "output")
    if path is not None and not path.parent.is_dir():
        raise TrackkitStorageError(f"There is no folder {path.parent} to write {path.name} into.", "path")
    if path is None:
        # One that is named alone is its own answer; a list otherwise.
        alone = args.query is None and len(chosen) == 1
        say(exporting.text(chosen, kind, alone=alone).rstrip("\n"))
        return 0
    exporting.write(chosen, path, kind, alone=args.query is None and len(chosen) == 1)
    answer(args, {"path": str(path)}, f"Written: {path}")
    return 0


def import_(args: argparse.Namespace) -> int:
    """Take experiments from a file into a store."""
    from trackkit_jupyter.store.transfer import take

    opened = store(args)
    taken = take(opened, Path(args.file).expanduser())
    lines = []
    for one in taken:
        note = "" if one.id == one.was else f" (as {one.id}: the store has another one with the id {one.was[:8]})"
        lines.append(f"Taken: {one.name}, {one.was[:8]}{note}" if not one.known else f"There already: {one.name}")
    answer(args, [one.to_dict() for one in taken], "\n".join(lines))
    return 0


def _kind(path: Path | None) -> str:
    kinds = {".csv": "csv", ".parquet": "parquet", ".zip": "zip"}
    return "json" if path is None else kinds.get(path.suffix.lower(), "json")


def _damaged_too(store: Store[Any], text: str) -> str:
    """Return the id of an experiment by its id, the beginning of it, or its name, even where its record is damaged."""
    from trackkit_jupyter.check import ids

    found = [id for id in ids(store) if len(text) >= 4 and id.startswith(text)]
    return found[0] if len(found) == 1 else str(experiment(store, text).id)


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")
