"""The operations: named reads and edits of a store, the only thing that a front end may call.

Each takes a store and plain arguments, checked against its annotations, and answers strict JSON data (no NaN) or bytes.
The doors (HTTP, comm, snapshot) call them by the same names, through :func:`call`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trackkit_jupyter.errors import LockedError, NotFoundError, shown
from trackkit_jupyter.operations import (
    attempts,
    axes,
    claims,
    clock,
    comparing,
    curves,
    details,
    edits,
    groups,
    home,
    importance,
    loops,
    models,
    overlays,
    reads,
    reports,
    running,
    samples,
    table,
    table_views,
    tags,
    texts,
    view_defaults,
    watching,
)
from trackkit_jupyter.operations.arguments import Parameter, check, parameters, read_text
from trackkit_jupyter.operations.plain import plain
from trackkit_jupyter.store import Store

__all__ = ["EDITS", "EXECUTES", "JSON_BYTES", "READS", "Parameter", "call", "check", "find", "parameters", "read_text"]

Operation = Callable[..., Any]

#: Reads by name.
READS: dict[str, Operation] = {
    "experiment": reads.experiment,
    "experiments": reads.experiments,
    "resolve": reads.resolve,
    "charts": curves.charts,
    "text": texts.text,
    "console": reads.console,
    "find_in_console": reads.find_in_console,
    "plots": reads.plots,
    "figure": reads.figure,
    "figure_picture": reads.figure_picture,
    "overlaid": overlays.overlaid,
    "samples": samples.samples,
    "sample_iterations": samples.sample_iterations,
    "waveform": samples.waveform,
    "span": clock.span,
    "timeline": clock.timeline,
    "single_values": reads.single_values,
    "loop": loops.loop,
    "changes": watching.changes,
    "model": models.model,
    "models": models.models,
    "lineage": models.lineage,
    "reports": reports.reports,
    "report": reports.report,
    "report_markdown": reports.report_markdown,
    "claim": claims.claim,
    "tags": tags.tags,
    "home": home.home,
    "running": home.running,
    "table": table.table,
    "fields": table.fields,
    "groups": groups.groups,
    "sparklines": table.sparklines,
    "attempts": attempts.attempts,
    "attempted": attempts.attempted,
    "table_views": table_views.table_views,
    "view_default": view_defaults.view_default,
    "comparison": comparing.comparison,
    "metric_values": comparing.metric_values,
    "parallel": axes.parallel,
    "trend": importance.trend,
    "importance": importance.importance,
    "details": details.details,
    "difference": details.difference,
    "samples_together": samples.samples_together,
}

#: Edits by name; each answers ``{"state": ...}``, a copy its ``id`` too.
EDITS: dict[str, Operation] = {
    "rename": edits.rename,
    "describe": edits.describe,
    "move": edits.move,
    "add_tags": edits.add_tags,
    "remove_tags": edits.remove_tags,
    "archive": edits.archive,
    "unarchive": edits.unarchive,
    "abort": edits.abort,
    "publish": edits.publish,
    "reset": edits.reset,
    "clone": edits.clone,
    "run": running.run,
    "stop_run": running.stop_run,
    "delete": edits.delete,
    "create_report": reports.create_report,
    "make_report": reports.make_report,
    "set_property": edits.set_property,
    "remove_properties": edits.remove_properties,
    "set_hyperparameter": edits.set_hyperparameter,
    "remove_hyperparameters": edits.remove_hyperparameters,
    "set_configuration": edits.set_configuration,
    "remove_configuration": edits.remove_configuration,
    "set_execution": edits.set_execution,
    "set_labels": models.set_labels,
    "set_config": models.set_config,
    "set_metadata": models.set_metadata,
    "add_alias": models.add_alias,
    "remove_alias": models.remove_alias,
    "keep_picture": edits.keep_picture,
    "turn": loops.turn,
    "pause": loops.pause,
    "resume": loops.resume,
    "stop": loops.stop,
    "request_checkpoint": loops.request_checkpoint,
    "set_tag_colors": tags.set_tag_colors,
    "save_table_view": table_views.save_table_view,
    "remove_table_view": table_views.remove_table_view,
    "save_view_default": view_defaults.save_view_default,
}

#: Edits that execute code: who may do them must be allowed to execute kernels.
EXECUTES = frozenset({"run", "stop_run"})

#: Edits that change nothing that was recorded.
DERIVED = frozenset({"keep_picture"})

#: Reads whose bytes are JSON text; the bytes of all others are the wire format of curves.
JSON_BYTES = frozenset({"figure", "overlaid"})


def find(name: str) -> Operation:
    """Return an operation by its name.

    Raises
    ------
    NotFoundError
        There is no such operation.
    """
    operation = READS.get(name) or EDITS.get(name)
    if operation is None:
        raise NotFoundError(f"There is no operation {shown(name)}.", "operation")
    return operation


def call(name: str, store: Store[Any], arguments: Mapping[str, Any]) -> Any:
    """Call an operation by its name.

    Parameters
    ----------
    name
        One of :data:`READS` or :data:`EDITS`.
    store
        The store to read or edit.
    arguments
        Plain arguments by name: text, numbers, booleans, lists of text.

    Returns
    -------
    JSON data without NaN, or bytes.

    Raises
    ------
    NotFoundError
        No such operation, or no such object in the store.
    TrackkitValueError, TrackkitTypeError
        An argument is unknown, missing or not allowed; ``field`` names it.
    LockedError
        An edit of what was frozen with a report.
    """
    operation = find(name)
    if store.is_frozen and name in EDITS and name not in DERIVED:
        raise LockedError("This was frozen with its report: it stays as it is.")
    answer = operation(store, **check(operation, arguments))
    return answer if isinstance(answer, bytes) else plain(answer)
