"""An experiment as it is kept: everything recorded of it, and the edits that need no writing process."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import (
    NotFoundError,
    TrackkitError,
    TrackkitStateError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import (
    Status,
    check_name,
    check_project,
    check_tags,
    check_transition,
    iso,
    new_id,
    timestamp,
)
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.blobs import Blobs
from trackkit_jupyter.store.documents import Document, Tables, storage_error
from trackkit_jupyter.store.keys import split_key
from trackkit_jupyter.store.reader import JournalReader, Series

if TYPE_CHECKING:
    from tinydb import TinyDB

    from trackkit_jupyter.store import Store

__all__ = ["Listed", "StoredExperiment", "json_number"]

_ABSENT: dict[str, Any] = {
    "execution": {
        "repository": None,
        "branch": None,
        "commit": None,
        "script": None,
        "working_dir": None,
        "diff": None,
        "packages": {},
        "container": {"image": None, "arguments": None, "setup": None},
        "output_uri": None,
        "log_level": None,
        "cells": [],
    }
}


class Listed:
    """What a list knows of an experiment that has ended; it holds while the experiment's record is the same.

    Parameters
    ----------
    state
        Tells one record from another.
    load
        Gives the fields of ``to_dict()`` that the list knows.
    """

    def __init__(self, state: tuple[int, ...], load: Callable[[], dict[str, Any]]) -> None:
        self.state, self._load = state, load

    @cached_property
    def content(self) -> dict[str, Any]:
        """The fields, by name."""
        return self._load()


class StoredExperiment:
    """An experiment of a store.

    A handle: it reads the store when asked, and only what is new, so that it shows a running experiment as it is now.
    """

    def __init__(self, store: Store[Any], id: str) -> None:
        self.store = store
        self.id = id
        self._paths = store.paths.experiment(id)
        self._document = Document(self._paths.record)
        self._blobs = Blobs(self._paths.blobs)
        self._reader = JournalReader(self._paths)
        # One tuple, replaced as a whole: several threads of a server read one handle.
        self._known: tuple[tuple[int, int, int] | None, Tables] = (None, {})
        self._metrics: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
        #: Set by a list, which then opens no file for what it knows.
        self.listed: Listed | None = None

    def __repr__(self) -> str:
        try:
            return f"<Experiment {self.name!r} in {self.project!r}, {self.status}, id {self.id}>"
        except (TrackkitError, KeyError):
            return f"<Experiment that cannot be read, id {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredExperiment) and other.id == self.id and other.store.path == self.store.path

    def __hash__(self) -> int:
        return hash(self.id)

    # -- the record ---------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name; several may have the same."""
        return str(self._fields["name"])

    @property
    def project(self) -> str:
        """The name of its project; a slash nests projects."""
        return str(self._fields["project"])

    @property
    def status(self) -> str:
        """Where it is in its life. One whose writing process is gone reads as ``aborted``."""
        known = self._as_listed()
        kept = str(self._record["status"] if known is None else known["kept"])
        if kept == Status.RUNNING.value and not changes.is_alive(self.store.paths, self.id):
            # It may have finished between the two looks.
            kept = str(self._record["status"])
            return Status.ABORTED.value if kept == Status.RUNNING.value else kept
        return kept

    @property
    def tags(self) -> list[str]:
        """Its tags, sorted."""
        return list(self._fields.get("tags", []))

    @property
    def description(self) -> str:
        """Its description, Markdown."""
        return str(self._fields.get("description") or "")

    @property
    def user(self) -> str | None:
        """Who made it."""
        return self._fields.get("user")

    @property
    def parent(self) -> str | None:
        """The id of the experiment it came from."""
        return self._fields.get("parent")

    @property
    def archived(self) -> bool:
        """Whether it is put away."""
        return bool(self._fields.get("archived"))

    @property
    def number(self) -> int | None:
        """Which of its project's experiments it is, from 0; its colour in comparisons follows from it."""
        return self._fields.get("number")

    @property
    def created(self) -> str | None:
        """When it was made, ISO 8601 in UTC."""
        return self._fields.get("created")

    @property
    def started(self) -> str | None:
        """When it was started, ISO 8601 in UTC."""
        return self._fields.get("started")

    @property
    def finished(self) -> str | None:
        """When it ended, ISO 8601 in UTC; ``None`` while it runs, and where its process was killed."""
        return self._fields.get("finished")

    @property
    def last_update(self) -> str | None:
        """When something of it changed last, ISO 8601 in UTC."""
        known = self._as_listed()
        if known is not None:
            return known["last_update"]  # type: ignore[no-any-return]
        updated: str | None = self._record.get("updated")
        if self._record["status"] != Status.RUNNING.value:
            return updated
        return iso(max([timestamp(updated) or 0.0, *(state.st_mtime for state in self._journal_states())]))

    @property
    def last_iteration(self) -> int | None:
        """The greatest iteration of any metric but the monitor's."""
        known = self._as_listed()
        if known is not None:
            return known["last_iteration"]  # type: ignore[no-any-return]
        found = [
            summary["max_seen"]
            for (metric, _), summary in self._summaries().items()
            if not metric.startswith(":") and summary["max_seen"] is not None
        ]
        return max(found, default=None)

    @property
    def started_time(self) -> float | None:
        """When it was started, in unix seconds."""
        return timestamp(self.started or self.created)

    @property
    def hyperparameters(self) -> dict[str, dict[str, dict[str, Any]]]:
        """``{section: {name: {value, type, description, default}}}``; values are text."""
        known = self._as_listed()
        if known is not None:
            return {
                section: {name: dict(entry) for name, entry in names.items()}
                for section, names in known["hyperparameters"].items()
            }
        found: dict[str, dict[str, dict[str, Any]]] = {}
        self._reader.refresh()
        logged = self._reader.events("hyperparameter")
        for entry in [*self._rows("hyperparameters"), *logged]:
            section = found.setdefault(entry["section"], {})
            if entry.get("removed"):
                section.pop(entry["name"], None)
                continue
            known = section.get(entry["name"], {})
            section[entry["name"]] = {
                "value": entry["value"],
                "type": entry.get("type"),
                "description": entry.get("description") or known.get("description"),
                "default": entry.get("default") if entry.get("default") is not None else known.get("default"),
            }
        return {section: names for section, names in found.items() if names}

    @property
    def properties(self) -> dict[str, dict[str, Any]]:
        """User properties, ``{name: {value, type, description}}``."""
        known = self._as_listed()
        if known is not None:
            return {name: dict(entry) for name, entry in known["properties"].items()}
        return {row["name"]: _only(row, "value", "type", "description") for row in self._rows("properties")}

    @property
    def configuration(self) -> dict[str, dict[str, Any]]:
        """Configuration objects, ``{name: {value, type, description}}``; values are text."""
        return {row["name"]: _only(row, "value", "type", "description") for row in self._rows("configuration")}

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        """Artifacts, each ``{key, type, uri, size, hash, metadata, preview, timestamp}``."""
        names = ("key", "type", "uri", "size", "hash", "metadata", "preview", "timestamp")
        found = [_only(row, *names) for row in self._rows("artifacts")]
        for row in found:
            if str(row["uri"]).startswith("blobs/"):  # kept relative, so that the folder can be copied
                row["uri"] = str(self._paths.root / row["uri"])
        return found

    @property
    def models(self) -> dict[str, list[dict[str, Any]]]:
        """Models used and saved, ``{"input": [{id, name}], "output": [{id, name}]}``."""
        found: dict[str, list[dict[str, Any]]] = {"input": [], "output": []}
        for row in self._rows("models"):
            found[row["role"]].append(_only(row, "id", "name"))
        return found

    @property
    def runtime(self) -> dict[str, Any]:
        """What is known of the machine."""
        return dict(self._record.get("runtime") or {})

    @property
    def execution(self) -> dict[str, Any]:
        """What is known of the code."""
        kept = {**_ABSENT["execution"], **(self._record.get("execution") or {})}
        self._reader.refresh()
        cells = [_only(event, "code", "number", "time") for event in self._reader.events("cell")]
        return {**kept, "cells": cells}

    @property
    def single_values(self) -> dict[str, float | str]:
        """Single values by name; NaN and infinity as text."""
        known = self._as_listed()
        if known is not None:
            return dict(known["single_values"])
        self._reader.refresh()
        return {event["name"]: event["value"] for event in self._reader.events("single_value")}

    # -- what was logged ----------------------------------------------------------------------------------------------

    @property
    def metrics(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Summaries, ``{metric: {variant: {first, last, min, max, mean, count, first_iteration, ...}}}``.

        First and last are those of the least and the greatest iteration, the later one where it repeats. Minimum,
        maximum and mean are of the finite values. NaN and infinity are the texts "NaN", "Infinity" and "-Infinity".
        """
        known = self._as_listed()
        if known is not None:
            return {
                metric: {variant: dict(summary) for variant, summary in variants.items()}
                for metric, variants in known["metrics"].items()
            }
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for (metric, variant), summary in self._summaries().items():
            found.setdefault(metric, {})[variant] = {k: v for k, v in summary.items() if k != "max_seen"}
        return found

    def names(self) -> list[tuple[str, str]]:
        """Return each (metric, variant) that was logged, in the order of first appearance."""
        self._reader.refresh()
        return self._reader.pairs()

    def count(self, metric: str, variant: str) -> int:
        """Return the number of points of a metric and variant."""
        self._reader.refresh()
        return self._reader.count((metric, variant))

    def series(self, metric: str, variant: str | None = None) -> Series:
        """Return the points of one metric and variant.

        Parameters
        ----------
        metric
            The metric; or, without `variant`, a key such as ``"loss/val"``.
        variant
            The variant.

        Returns
        -------
        Series
            ``.iterations`` int64[n], ``.values`` float64[n], ``.times`` float64[n] (unix seconds), as logged.

        Raises
        ------
        NotFoundError
            Nothing was logged under that name.
        """
        pair = split_key(metric) if variant is None else (metric, variant)
        self._reader.refresh()
        series = self._reader.series(pair)
        if series is None:
            known = ", ".join(f"{m}/{v}" for m, v in self._reader.pairs()[:10]) or "nothing yet"
            raise NotFoundError(f"No points for metric {shown(pair[0])}, variant {shown(pair[1])}. Logged: {known}.")
        return series

    def plots(self) -> list[dict[str, Any]]:
        """Return the plots as they were logged, each ``{metric, variant, iteration, hash, size, time}``."""
        self._reader.refresh()
        return self._reader.events("plot")

    def figure(self, sha256: str) -> dict[str, Any]:
        """Return the figure of a plot, plotly JSON.

        Raises
        ------
        NotFoundError
            There is no such figure.
        """
        import json

        figure = json.loads(self.blob(sha256).read_bytes())
        if not isinstance(figure, dict):
            raise NotFoundError("That file is no figure.", "hash")
        return figure

    def samples(self) -> list[dict[str, Any]]:
        """Return the debug samples as they were logged.

        Each is ``{metric, variant, iteration, kind, mime, width, height, size, hash, name, time}``, where kind is
        image, audio, video, html or other.
        """
        self._reader.refresh()
        return [
            {"kind": event.get("media", "other"), **{name: value for name, value in event.items() if name != "media"}}
            for event in self._reader.events("sample")
        ]

    def console(self, after: int = 0, limit: int = 1000) -> tuple[list[dict[str, Any]], int]:
        """Return console lines, each ``{index, time, stream, text}``, and how many there are.

        Parameters
        ----------
        after
            Index of the first one; negative counts from the end.
        limit
            How many at most.
        """
        self._reader.refresh_console()
        if after < 0:
            after = max(0, self._reader.console(0, 0)[1] + after)
        return self._reader.console(after, limit)

    def blob(self, sha256: str) -> Path:
        """Return the file of a sample, figure or artifact by its SHA-256.

        Raises
        ------
        NotFoundError
            There is no such file.
        """
        return self._blobs.path(sha256)

    @property
    def damaged(self) -> int:
        """Records, lines and documents found damaged so far; what was repaired from a backup counts too."""
        self._reader.refresh()
        pending = 0 if self.status == Status.RUNNING.value else self._reader.pending
        return self._reader.damaged + pending + int(self._document.damaged)

    @property
    def lost(self) -> int:
        """How many points the writing processes could not keep, because the store could not be written."""
        self._reader.refresh()
        return self._reader.lost

    def state(self) -> str:
        """Return a text that changes when anything of the experiment did; it costs one look at the folder.

        Raises
        ------
        NotFoundError
            The experiment is gone.
        """
        record = self._record_state()
        parts = [f"{state.st_ino}:{state.st_size}" for state in self._journal_states()]
        alive = self._record["status"] == Status.RUNNING.value and changes.is_alive(self.store.paths, self.id)
        return f"{record}|{'|'.join(parts)}|{alive:d}"

    def to_dict(self, events: bool = False) -> dict[str, Any]:
        """Return everything recorded as plain JSON data.

        Parameters
        ----------
        events
            Also all points, plots, samples and console lines.
        """
        record: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "id name project status tags description user parent archived created started finished last_update "
                "last_iteration execution hyperparameters properties configuration artifacts models runtime "
                "single_values metrics"
            ).split()
        }
        record["damaged"], record["lost"] = self.damaged, self.lost
        if events:
            scalars: dict[str, dict[str, list[list[Any]]]] = {}
            for metric, variant in self.names():
                series = self.series(metric, variant)
                rows = zip(series.iterations.tolist(), series.values.tolist(), series.times.tolist(), strict=True)
                scalars.setdefault(metric, {})[variant] = [[i, json_number(value), iso(at)] for i, value, at in rows]
            record["scalars"] = scalars
            record["plots"] = [
                {**_only(plot, "metric", "variant", "iteration"), "figure": self.figure(plot["hash"])}
                for plot in self.plots()
            ]
            shape = ("metric", "variant", "iteration", "kind", "mime", "width", "height", "size", "hash")
            record["samples"] = [_only(sample, *shape) for sample in self.samples()]
            record["console"] = [
                {"time": iso(entry["time"]), "stream": entry["stream"], "text": entry["text"]}
                for entry in self.console(0, 1 << 62)[0]
            ]
        return record

    # -- edits --------------------------------------------------------------------------------------------------------

    def rename(self, name: str) -> None:
        """Give it another name."""
        self._edit(name=check_name(name))

    def describe(self, text: str) -> None:
        """Set its description (Markdown, 10 million characters at most)."""
        if not isinstance(text, str):
            raise TrackkitTypeError(f"text must be text, not {type(text).__name__}.", "text")
        if len(text) > 10_000_000:
            raise TrackkitValueError("A description may have 10,000,000 characters at most.", "text")
        self._edit(description=text)

    def move(self, project: str) -> None:
        """Move it to another project, which is made if it does not exist."""
        self._edit(project=check_project(project))

    def add_tags(self, *tags: str) -> None:
        """Add tags."""
        added = check_tags(tags)
        with self._editing() as record:
            record["tags"] = sorted({*record.get("tags", []), *added})

    def remove_tags(self, *tags: str) -> None:
        """Remove tags; one that it does not carry is no error."""
        removed = set(check_tags(tags))
        with self._editing() as record:
            record["tags"] = [tag for tag in record.get("tags", []) if tag not in removed]

    def archive(self) -> None:
        """Put it away: lists leave it out unless asked."""
        self._edit(archived=True)

    def unarchive(self) -> None:
        """Take it out of the archive."""
        self._edit(archived=False)

    def abort(self) -> None:
        """Mark it as aborted.

        Raises
        ------
        TrackkitStateError
            It has ended already.
        """
        self._change_status(Status.ABORTED.value)

    def publish(self) -> None:
        """Publish it: its content is locked from now on; tags, name and archive stay possible.

        Raises
        ------
        TrackkitStateError
            It is still running, or a draft; or a process still writes it.
        """
        self._change_status(Status.PUBLISHED.value)

    def delete(self) -> None:
        """Delete it for good: a draft, or one that is archived.

        Raises
        ------
        TrackkitStateError
            It is neither, or running.
        """
        if self.status == Status.RUNNING.value:
            raise TrackkitStateError("A running experiment cannot be deleted; abort it first.", "status")
        if not self.archived and self.status != Status.DRAFT.value:
            raise TrackkitStateError("Only an archived experiment can be deleted; archive it first.", "archived")
        # Out of sight in one step; what follows may be interrupted.
        import shutil

        gone = self._paths.root.with_name(f".deleted-{new_id()}")
        try:
            os.replace(self._paths.root, gone)
        except OSError as error:
            raise storage_error(error, "The experiment cannot be deleted") from error
        shutil.rmtree(gone, ignore_errors=True)
        changes.note(self.store.paths, self.id, "delete")

    # -- below --------------------------------------------------------------------------------------------------------

    def is_readable(self) -> bool:
        """Return whether its record can be read; one look at the file where a list knows the record already."""
        try:
            return self._as_listed() is not None or bool(self._record)
        except (TrackkitStorageError, NotFoundError, KeyError):
            return False

    def _as_listed(self) -> dict[str, Any] | None:
        """Return what a list knew, if the record is still the same; for one that runs again it is not."""
        if self.listed is not None and self.listed.state != self._record_state():
            self.listed = None
        return None if self.listed is None else self.listed.content

    @property
    def _fields(self) -> dict[str, Any]:
        """The short fields of the record."""
        known = self._as_listed()
        return self._record if known is None else known

    @property
    def _record(self) -> dict[str, Any]:
        return self._tables["experiment"]["1"]

    @property
    def _tables(self) -> Tables:
        state = self._record_state()
        known, tables = self._known
        if state != known:
            tables = self._document.read()
            self._known = (state, tables)
        return tables

    def _rows(self, table: str) -> list[dict[str, Any]]:
        return list(self._tables.get(table, {}).values())

    def _record_state(self) -> tuple[int, int, int]:
        try:
            found = os.stat(self._paths.record)
        except FileNotFoundError:
            if not self._paths.root.is_dir():
                raise NotFoundError(f"There is no experiment with the id {self.id} in this store.", "id") from None
            return (0, 0, 0)
        except OSError as error:
            raise storage_error(error, f"The experiment {self.id} cannot be read") from error
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    def _journal_states(self) -> list[os.stat_result]:
        found = []
        for segments in self._paths.segments().values():
            for _, _, path in segments:
                with contextlib.suppress(FileNotFoundError):
                    found.append(os.stat(path))
        return found

    def _summaries(self) -> dict[tuple[str, str], dict[str, Any]]:
        self._reader.refresh()
        found = {}
        for pair in self._reader.pairs():
            known = self._metrics.get(pair)
            if known is None or known[0] != self._reader.count(pair):
                series = self._reader.series(pair)
                if series is None:
                    continue
                known = self._metrics[pair] = (len(series), _summary(series))
            found[pair] = known[1]
        return found

    @contextlib.contextmanager
    def _editing(self, *, note: str = "edit") -> Iterator[dict[str, Any]]:
        with self._editing_tables(note=note) as (record, _):
            yield record

    @contextlib.contextmanager
    def _editing_tables(self, *, note: str = "edit") -> Iterator[tuple[dict[str, Any], TinyDB]]:
        self._record_state()  # tells by its name which one is not there
        with self._document.edit() as database:
            table = database.table("experiment", cache_size=0)
            record = dict(table.get(doc_id=1) or {})
            yield record, database
            record["updated"] = iso(time.time())
            table.update(record, doc_ids=[1])
        changes.note(self.store.paths, self.id, note)

    def _edit(self, **values: Any) -> None:
        with self._editing() as record:
            record.update(values)

    def _change_status(self, status: str) -> None:
        # The check is made under the lock, on what is kept then: two that change it at once cannot both be right.
        with self._editing(note="finish") as record:
            kept = record["status"]
            if kept == Status.RUNNING.value and not changes.is_alive(self.store.paths, self.id):
                kept = Status.ABORTED.value
            check_transition(kept, status)
            if status == Status.PUBLISHED.value and changes.is_alive(self.store.paths, self.id):
                raise TrackkitStateError(
                    f"The experiment {shown(record['name'])} is still written by another process: finish it there "
                    "first; then it can be published.",
                    "status",
                )
            if record["status"] == status:
                return
            if record["status"] == Status.RUNNING.value:
                record["finished"] = iso(time.time())
            record["status"] = status


def _only(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


def json_number(value: float) -> float | str:
    """Return a number as JSON knows it: NaN and infinity as the texts "NaN", "Infinity" and "-Infinity"."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _summary(series: Series) -> dict[str, Any]:
    import numpy as np

    iterations, values = series.iterations, series.values
    summary: dict[str, Any] = {"count": len(values)}
    last = len(values) - 1 - int(np.argmax(iterations[::-1]))
    least = iterations.min()
    first = int(np.flatnonzero(iterations == least)[-1])
    places: dict[str, int | None] = {"first": first, "last": last, "min": None, "max": None}
    finite = np.isfinite(values)
    mean = None
    with np.errstate(over="ignore"):  # a sum may be too large for a float64; then the mean is infinite, and says so
        if finite.all():
            places["min"], places["max"], mean = int(values.argmin()), int(values.argmax()), float(values.mean())
        elif finite.any():
            places["min"] = int(np.where(finite, values, np.inf).argmin())
            places["max"] = int(np.where(finite, values, -np.inf).argmax())
            mean = float(values[finite].mean())
    for name, place in places.items():
        summary[name] = None if place is None else json_number(float(values[place]))
        summary[f"{name}_iteration"] = None if place is None else int(iterations[place])
    summary["mean"] = None if mean is None else json_number(mean)
    summary["max_seen"] = int(iterations[last])
    return summary
