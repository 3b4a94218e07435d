"""Look for damage in the journals and the archive of an experiment: which records, of which series, at which place."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from trackkit_jupyter.check.findings import Finding
from trackkit_jupyter.errors import SchemaError
from trackkit_jupyter.store.archive import GROUP_ROWS, Archive, Damaged, Replaced, state_of
from trackkit_jupyter.store.journal import RECORD_BYTES
from trackkit_jupyter.store.overviews import read_overviews
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.reader import JournalReader
from trackkit_jupyter.store.segments import inspect

__all__ = ["journals"]

_RECORD = struct.Struct("<qddII")
_MOST = 1000  # findings per file
_NAMED = 5  # series named in a sentence
_STAYS = "nothing: it is counted, and everything else is read; a copy of the store may still have it"


def journals(root: Path, files: ExperimentPaths, alive: bool) -> Iterator[Finding]:
    """Look at the segments and the archive of an experiment or a model.

    Parameters
    ----------
    root
        The store's folder.
    files
        The files.
    alive
        Whether a process may be writing them.
    """
    reader = JournalReader(files)
    try:
        reader.refresh()
    except SchemaError as error:
        yield _found(root, files, files.archive, None, error.message, "nothing", "upgrade trackkit_jupyter")
        return
    names = {key: "/".join(pair) for key, pair in reader.keys().items()}
    for kind, segments in files.segments().items():
        for writer, number, path in segments:
            if kind == ExperimentPaths.ARCHIVE:
                yield from _archive(root, files)
            elif kind == ExperimentPaths.SCALARS:
                yield from _scalars(root, files, path, writer, alive, names)
                archive = reader.archive[0]
                if archive is not None and path.stat().st_size <= archive.sources.get((writer, number), -1):
                    text = "it is in the archive as well"
                    yield Finding(
                        "leftover", files.root.name, _below(root, path), None, text, "nothing", "repair", "put aside"
                    )
            else:
                yield from _lines(root, files, path, writer, alive, "event" if kind == files.EVENTS else "line")
    if reader.lost:
        text = f"{reader.lost:,} of what was logged could not be written, because the store could not be"
        yield Finding("told", files.root.name, _below(root, files.root), None, text, "just that", "nothing")


def _found(
    root: Path, files: ExperimentPaths, path: Path, offset: int | None, problem: str, lost: str, remedy: str
) -> Finding:
    return Finding("damaged", files.root.name, _below(root, path), offset, problem, lost, remedy)


def _below(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _scalars(
    root: Path, files: ExperimentPaths, path: Path, writer: str, alive: bool, names: dict[tuple[str, int], str]
) -> Iterator[Finding]:
    try:
        seen = inspect(path, writer, scalars=True)
        data = path.read_bytes()
    except FileNotFoundError:
        return
    runs: list[list[int]] = []
    for offset in seen.bad:
        if runs and runs[-1][-1] + RECORD_BYTES == offset:
            runs[-1].append(offset)
        else:
            runs.append([offset])
    bad = set(seen.bad)
    for run in runs[:_MOST]:
        count, first = len(run), run[0] // RECORD_BYTES
        problem = f"{_many(count, 'damaged record')} ({_span(first, first + count - 1, 'record')})"
        said = []
        for word, step, place in (("after", -RECORD_BYTES, run[0]), ("before", RECORD_BYTES, run[-1])):
            place += step
            while place in bad:
                place += step
            if 0 <= place < seen.whole * RECORD_BYTES:
                iteration, _, _, number, _ = _RECORD.unpack_from(data, place)
                name = names.get((writer, number), f"unnamed series {number}")
                said.append(f"{word} iteration {iteration} of {name}")
        where = f", {' and '.join(said)}" if said else ""
        yield _found(root, files, path, run[0], problem, f"{_many(count, 'point')}{where}", _STAYS)
    if len(runs) > _MOST:
        rest = sum(map(len, runs[_MOST:]))
        yield _found(root, files, path, runs[_MOST][0], f"{rest:,} more damaged records", "those points", _STAYS)
    end = seen.whole * RECORD_BYTES
    if seen.zeros and not alive:
        count = seen.zeros // RECORD_BYTES
        yield _found(
            root, files, path, end, f"{seen.zeros:,} zeros at the end", _many(count, "point") + " never written", _STAYS
        )
    if seen.torn and not alive:
        yield _torn(root, files, path, end + seen.zeros, seen.torn)


def _lines(root: Path, files: ExperimentPaths, path: Path, writer: str, alive: bool, what: str) -> Iterator[Finding]:
    try:
        seen = inspect(path, writer, scalars=False)
        data = path.read_bytes()
    except FileNotFoundError:
        return
    for offset in seen.bad[:_MOST]:
        text = data[offset : data.find(b"\n", offset)]
        number = data.count(b"\n", 0, offset) + 1
        shown = text[:60].decode("utf-8", "replace")
        lost = f"the {what} on line {number}, which begins {shown!r}" + (
            ", and names if it gave one" if what == "event" else ""
        )
        yield _found(root, files, path, offset, f"a damaged line (line {number})", lost, _STAYS)
    if len(seen.bad) > _MOST:
        rest = len(seen.bad) - _MOST
        yield _found(root, files, path, seen.bad[_MOST], f"{rest:,} more damaged lines", "those lines", _STAYS)
    if seen.torn and not alive:
        yield _torn(root, files, path, len(data) - seen.torn, seen.torn)


def _torn(root: Path, files: ExperimentPaths, path: Path, offset: int, size: int) -> Finding:
    problem = f"{_many(size, 'byte')} at the end that no call ever acknowledged: its process was killed"
    name = _below(root, path)
    return Finding("leftover", files.root.name, name, offset, problem, "nothing", "repair", "cut", size)


def _archive(root: Path, files: ExperimentPaths) -> Iterator[Finding]:
    state = state_of(files.archive)
    if state is None:
        return
    aside = " and nothing can be done without a copy of the file"
    try:
        archive = Archive(files.archive, files.archive_footer, state)
        for group in range(-(-archive.rows // GROUP_ROWS)):
            archive.read(group * GROUP_ROWS, min(GROUP_ROWS, archive.rows - group * GROUP_ROWS))
    except Damaged as error:
        yield _found(root, files, files.archive, None, error.message, "all archived points", f"it is counted,{aside}")
        return
    except Replaced:
        return
    for group in archive.bad_groups:
        low, high = group * GROUP_ROWS, min((group + 1) * GROUP_ROWS, archive.rows)
        hit = [block for block in archive.blocks if block.start < high and block.start + block.rows > low]
        some = ", ".join(f"{block.metric}/{block.variant}" for block in hit[:_NAMED])
        more = f" and {len(hit) - _NAMED} more" if len(hit) > _NAMED else ""
        problem = f"row group {group} is damaged ({_span(low, high - 1, 'row')})"
        lost = f"{high - low:,} points of {some}{more}"
        yield _found(
            root, files, files.archive, None, problem, lost, f"they are counted, everything else is read,{aside}"
        )
    if not archive.has_spare():
        text = "the copy of the archive's end is missing or damaged"
        name = _below(root, files.archive_footer)
        yield Finding("leftover", files.root.name, name, None, text, "nothing", "repair", "copy")
    if files.archive_overviews.exists() and read_overviews(files, archive) is None:
        text = "the overview of the archive is damaged, or of another one: it is not used, and made anew"
        name = _below(root, files.archive_overviews)
        yield Finding("leftover", files.root.name, name, None, text, "nothing", "repair", "put aside")


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def _span(first: int, last: int, word: str) -> str:
    return f"{word} {first:,}" if first == last else f"{word}s {first:,} to {last:,}"
