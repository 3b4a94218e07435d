"""The reads of what experiments were made with, side by side: configuration, packages, code; and one difference whole.

What the catalog does not know is read from the record of each experiment.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from trackkit_jupyter.errors import TrackkitError
from trackkit_jupyter.operations.comparing import coded
from trackkit_jupyter.operations.handles import opened
from trackkit_jupyter.operations.paging import several
from trackkit_jupyter.store import Store

__all__ = ["details", "difference"]

Part = Literal["code", "packages", "configuration"]
_CODE = ("repository", "branch", "commit", "script", "working_dir", "output_uri")
_MACHINE = ("hostname", "os", "python_version", "cpu_type", "cpu_cores", "memory_gb", "gpu_type", "gpu_count")
_LEAVES = 2_000  # values of configuration objects that are rows of their own
_LINES = 20_000  # of both texts of a difference together
_CONTEXT = 3
#: Of a diff, what names the two blobs, and where a hunk begins and how long it is.
_BLOBS, _HUNK = re.compile(r"index [0-9a-f]+\.\."), re.compile(r"^@@ -\d+(,\d+)? \+\d+(,\d+)? @@")


def details(store: Store[Any], objects: list[str], part: Part) -> dict[str, Any]:
    """Return what experiments were made with, side by side.

    Parameters
    ----------
    store
        The store.
    objects
        Ids of experiments, 1,000 at most.
    part
        ``code``: where it came from, the executed cells and the uncommitted changes, and the machine; ``packages``:
        their versions; ``configuration``: the configuration objects, and the values in those that are JSON.

    Returns
    -------
    ``{"experiments": [ids], "rows": [{"group", "name", "texts", "values", "long"}], "problems": {id: why}}``. `values`
    are, for each experiment, the index of its text, or -1; `long` that it is a text of many lines, whose
    :func:`difference` can be asked for. Experiments that are gone or cannot be read are left out.
    """
    found: dict[str, dict[tuple[str, str], tuple[str | None, bool]]] = {}
    problems: dict[str, str] = {}
    for id in several(objects):
        try:
            # A handle of its own where many are compared: those that are kept are for what is looked at.
            found[id] = {
                (group, name): (text, long) for group, name, text, long in _READERS[part](_read(store, id, part))
            }
        except (TrackkitError, OSError, KeyError, TypeError, AttributeError) as error:
            problems[id] = str(error)
    places: dict[tuple[str, str], bool] = {}
    for rows in found.values():
        for place, (_, long) in rows.items():
            places[place] = places.get(place, False) or long
    ordered = sorted(places, key=lambda place: list(dict.fromkeys(group for group, _ in places)).index(place[0]))
    return {
        "experiments": list(found),
        "rows": [
            {"group": group, "name": name, "long": places[group, name]}
            | coded(found.values(), lambda rows, place=(group, name): rows.get(place, (None, False))[0])  # type: ignore[misc]
            for group, name in ordered
        ],
        "problems": problems,
    }


def difference(
    store: Store[Any], id: str, base: str, part: Literal["cells", "diff", "configuration"], name: str = ""
) -> dict[str, Any]:
    """Return how a long text of one experiment differs from that of another.

    Parameters
    ----------
    store
        The store.
    id, base
        The two experiments.
    part
        The executed ``cells``, the uncommitted ``diff``, or a ``configuration`` object.
    name
        Of the configuration object.

    Returns
    -------
    ``{"lines": [[kind, text, line in the base, line in the other]], "added", "removed", "note"}``; `kind` is ``" "``,
    ``"-"`` (only in the base), ``"+"`` or ``"…"`` (equal lines left out). Of a ``diff``, what only names blobs and
    counts lines is left out: it differs wherever anything does.
    """
    before, after = (_whole(store, one, part, name).splitlines() for one in (base, id))
    if part == "diff":
        before, after = _said(before), _said(after)
    if len(before) + len(after) > _LINES:
        note = f"The two texts have {len(before) + len(after):,} lines together; {_LINES:,} are compared at most."
        return {"lines": [], "added": 0, "removed": 0, "note": note}
    lines: list[list[Any]] = []
    added = removed = 0
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > 2_000).get_opcodes()
    for number, (tag, a, a_end, b, b_end) in enumerate(blocks):
        if tag == "equal":
            head = 0 if number == 0 else _CONTEXT
            tail = 0 if number == len(blocks) - 1 else _CONTEXT
            kept = (
                range(a_end - a)
                if a_end - a <= head + tail + 1
                else [*range(head), -1, *range(a_end - a - tail, a_end - a)]
            )
            for at in kept:
                if at < 0:
                    lines.append(["…", f"{a_end - a - head - tail:,} equal lines", None, None])
                else:
                    lines.append([" ", before[a + at], a + at + 1, b + at + 1])
            continue
        lines += [["-", before[at], at + 1, None] for at in range(a, a_end)]
        lines += [["+", after[at], None, at + 1] for at in range(b, b_end)]
        removed, added = removed + a_end - a, added + b_end - b
    note = "" if added or removed else "The two are the same."
    return {"lines": lines, "added": added, "removed": removed, "note": note}


def _said(diff: list[str]) -> list[str]:
    return [_HUNK.sub("@@", line) for line in diff if not _BLOBS.match(line)]


def _read(store: Store[Any], id: str, part: str) -> Mapping[str, Any]:
    with opened(store, id, "objects") as found:
        if part == "configuration":
            return found.configuration
        execution = found.execution
        return execution if part == "packages" else {**execution, "runtime": found.runtime}


_Row = tuple[str, str, str | None, bool]


def _code(execution: Mapping[str, Any]) -> Iterable[_Row]:
    for name in _CODE:
        if execution.get(name):
            yield "Code", name.replace("_", " "), str(execution[name]), False
    for name, text in (("executed cells", _cells(execution)), ("uncommitted changes", execution.get("diff"))):
        if text:
            yield "Code", name, text, True
    container = execution.get("container") or {}
    yield from (("Container", name, str(value), "\n" in str(value)) for name, value in container.items() if value)
    runtime = execution["runtime"]
    yield from (
        ("Machine", name.replace("_", " "), str(runtime[name]), False) for name in _MACHINE if runtime.get(name)
    )


def _cells(execution: Mapping[str, Any]) -> str:
    return "\n\n".join(str(cell.get("code") or "") for cell in execution.get("cells") or [])


def _packages(execution: Mapping[str, Any]) -> Iterable[_Row]:
    for name, version in sorted((execution.get("packages") or {}).items()):
        yield "Packages", name, "" if version is None else str(version), False


def _configuration(objects: Mapping[str, Any]) -> Iterable[_Row]:
    for name, entry in objects.items():
        text = str(entry.get("value") or "")
        yield "Configuration", name, text, True
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(parsed, dict):
            for count, (path, value) in enumerate(_leaves(parsed, "")):
                if count >= _LEAVES:
                    break
                yield f"Configuration: {name}", path, value, False


def _leaves(value: Any, path: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict) and value and path.count(".") < 20:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_READERS = {"code": _code, "packages": _packages, "configuration": _configuration}


def _whole(store: Store[Any], id: str, part: str, name: str) -> str:
    with opened(store, id) as found:
        if part == "configuration":
            return str(found.configuration.get(name, {}).get("value") or "")
        execution = found.execution
    return _cells(execution) if part == "cells" else str(execution.get("diff") or "")
