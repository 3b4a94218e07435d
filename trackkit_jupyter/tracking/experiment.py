"""Experiment: what a training script holds, to log and to read back."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from zlib import crc32

from trackkit_jupyter.errors import (
    LockedError,
    NotFoundError,
    TrackkitError,
    TrackkitStateError,
    TrackkitStorageError,
    TrackkitTypeError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import Status, check_label, check_name, check_transition, iso
from trackkit_jupyter.store import StoredExperiment
from trackkit_jupyter.store.changes import HEARTBEAT_SECONDS, forget_dead, is_alive
from trackkit_jupyter.store.summaries import json_number
from trackkit_jupyter.store.journal import pack_checksum, pack_point
from trackkit_jupyter.store.keys import split_key
from trackkit_jupyter.tracking import session
from trackkit_jupyter.tracking.parameters import flatten
from trackkit_jupyter.tracking.recorder import Counter, Recorder
from trackkit_jupyter.tracking.values import LAST_ITERATION, check_iteration, number

if TYPE_CHECKING:
    from trackkit_jupyter.capture import Capture
    from trackkit_jupyter.store import Store
    from trackkit_jupyter.tracking.media import Sample

__all__ = ["Experiment"]

_now = time.time
_ENDS = (Status.COMPLETED.value, Status.FAILED.value, Status.ABORTED.value)


class Experiment(StoredExperiment):
    """An experiment, to read and, while it was started here and not finished, to log to.

    Every call that returned survives a kill of the process. A wrong argument raises at once and nothing is written; a
    fault of the store never raises, see :attr:`lost`.
    """

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._recorder: Recorder | None = None
        self._capture: Capture | None = None
        self._ending = threading.RLock()
        self._ended: Recorder | None = None
        self._ended_by: str | None = None  # the status that another process gave it while it ran here
        self._counters: dict[str, dict[str, Counter]] = {}
        self._by_key: dict[str, Counter] = {}
        self._places: dict[tuple[str, str, str], Counter] = {}
        self._connected: list[tuple[Any, str, dict[str, tuple[str, str]]]] = []
        self._unfit: set[tuple[str, str]] = set()  # section and name of what was said not to be recorded

    # -- scalars ------------------------------------------------------------------------------------------------------

    def log_scalar(self, metric: str, variant: str, value: float, iteration: int | None = None) -> None:
        """Log one value.

        Parameters
        ----------
        metric, variant
            Where it belongs; taken as given.
        value
            A float; NaN and infinity are kept. See :func:`trackkit_jupyter.tracking.values.number`.
        iteration
            From 0 to 2**63 - 1; the series' next one without it. Repeated and backward iterations are kept.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument; nothing was logged.
        TrackkitStateError
            The experiment is not running in this process.
        """
        if type(value) is not float:
            value = number(value)
        # What follows costs as little as it can: an exception that is not raised costs nothing.
        try:
            counter = self._counters[metric][variant]
        except (KeyError, TypeError):
            counter = self._counter(metric, variant)
        if iteration is not None and (type(iteration) is not int or iteration < 0 or iteration > LAST_ITERATION):
            iteration = check_iteration(iteration)
        try:
            journal = self._recorder.journal  # type: ignore[union-attr]
        except AttributeError:
            journal = self._running().journal  # raises: it was finished by another thread
        if iteration is None:
            iteration = self._next(counter)
        else:
            counter.next = iteration + 1
        point = pack_point(iteration, value, _now(), counter.number)
        journal.append(point + pack_checksum(crc32(point, journal.seed)))

    def log(self, values: Mapping[str, float], iteration: int | None = None) -> None:
        """Log several values with one write: all of them, or none.

        Parameters
        ----------
        values
            Value by key. ``"loss/val"`` and ``"val/loss"`` are both metric ``loss``, variant ``val``; otherwise the
            first slash splits metric and variant, and without one both are the key.
        iteration
            As in :meth:`log_scalar`.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            A wrong argument; nothing was logged.
        TrackkitStateError
            The experiment is not running in this process.
        """
        if iteration is not None and (type(iteration) is not int or not 0 <= iteration <= LAST_ITERATION):
            iteration = check_iteration(iteration)
        if type(values) is not dict and not isinstance(values, Mapping):
            raise TrackkitTypeError(f"values must be a dict of numbers, not {type(values).__name__}.", "values")
        if iteration is None:
            self._log_next(values)
            return
        journal, known, now = self._running().journal, self._by_key, _now()
        seed = journal.seed
        counters, parts = [], []
        for key, value in values.items():
            if type(value) is not float:
                value = self._value(key, value)
            try:
                counter = known[key]
            except KeyError:
                counter = self._keyed(key)
            counters.append(counter)
            point = pack_point(iteration, value, now, counter.number)
            parts.append(point)
            parts.append(pack_checksum(crc32(point, seed)))
        if parts:
            following = iteration + 1
            for counter in counters:  # now that no value was wrong
                counter.next = following
            journal.append(b"".join(parts))

    def _log_next(self, values: Mapping[str, float]) -> None:
        journal, now = self._running().journal, _now()
        chosen = [
            (self._by_key.get(key) or self._keyed(key), value if type(value) is float else self._value(key, value))
            for key, value in values.items()
        ]
        points = [pack_point(self._next(counter), value, now, counter.number) for counter, value in chosen]
        if points:
            journal.append(b"".join([point + pack_checksum(crc32(point, journal.seed)) for point in points]))

    @staticmethod
    def _value(key: str, value: Any) -> float:
        return float(value) if isinstance(value, float) else number(value, f"values[{shown(key)}]")

    def log_single_value(self, name: str, value: float) -> None:
        """Log a value that has no iteration, such as a final accuracy; logged again, the last one counts."""
        check_label(name, "name", what="A single value's name")
        self._running().event("single_value", name=name, value=json_number(number(value)))

    # -- plots --------------------------------------------------------------------------------------------------------

    def log_plot(self, metric: str, variant: str, figure: Any, iteration: int | None = None) -> None:
        """Log a figure: plotly (or a dict of data and layout), drawn unchanged; or matplotlib, kept as its picture."""
        self._log_figure(metric, variant, figure, iteration)

    def log_table(self, metric: str, variant: str, table: Any, iteration: int | None = None) -> None:
        """Log a table: a DataFrame, a list of dicts, or the path or URL of a CSV file."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, figures.table(table), iteration)

    def log_histogram(
        self, metric: str, variant: str, values: Any, iteration: int | None = None, *, bins: int = 50
    ) -> None:
        """Log the histogram of an array."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, figures.histogram(values, bins), iteration)

    def log_line(self, metric: str, variant: str, y: Any, x: Any = None, iteration: int | None = None) -> None:
        """Log a line that is no time series; `x` counts from 0 without it."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, figures.line(y, x), iteration)

    def log_scatter(self, metric: str, variant: str, points: Any, iteration: int | None = None) -> None:
        """Log points, shape (n, 2)."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, figures.scatter(points), iteration)

    def log_scatter3d(self, metric: str, variant: str, points: Any, iteration: int | None = None) -> None:
        """Log points, shape (n, 3)."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, figures.scatter3d(points), iteration)

    def log_surface(self, metric: str, variant: str, heights: Any, iteration: int | None = None) -> None:
        """Log a surface, heights of shape (rows, columns)."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, figures.surface(heights), iteration)

    def log_confusion_matrix(
        self, metric: str, variant: str, matrix: Any, labels: Any = None, iteration: int | None = None
    ) -> None:
        """Log a confusion matrix, shape (n, n): rows are true classes, columns predicted ones; `labels` names them."""
        from trackkit_jupyter.tracking import figures

        self._log_figure(metric, variant, figures.confusion_matrix(matrix, labels), iteration)

    # -- debug samples ------------------------------------------------------------------------------------------------

    def log_image(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Log an image: an array, a PIL image, a matplotlib figure, a path, or the bytes of a file."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, media.image(sample), iteration)

    def log_audio(
        self, metric: str, variant: str, sample: Any, iteration: int | None = None, *, sample_rate: int | None = None
    ) -> None:
        """Log audio: a path, the bytes of a file, or an array with its `sample_rate` in hertz."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, media.audio(sample, sample_rate), iteration)

    def log_video(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Log a video: a path, or the bytes of a file."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, media.video(sample), iteration)

    def log_html(self, metric: str, variant: str, sample: Any, iteration: int | None = None) -> None:
        """Log a page: HTML text, or the path of a file. It is shown where it can reach nothing."""
        from trackkit_jupyter.tracking import media

        self._log_sample(metric, variant, media.html(sample), iteration)

    def log_text(self, text: str, level: str = "info") -> None:
        """Log a text report to the console, with one of the standard logging levels."""
        import logging

        if not isinstance(text, str):
            raise TrackkitTypeError(f"text must be text, not {type(text).__name__}.", "text")
        if not isinstance(logging.getLevelName(str(level).upper()), int):
            raise TrackkitValueError(
                f"level must be one of debug, info, warning, error, critical; not {shown(level)}.", "level"
            )
        plain = level.lower() in {"info", "notset"}
        self._running().console("report", text if plain else f"{level.upper()}: {text}")

    # -- parameters, properties, artifacts ----------------------------------------------------------------------------

    def connect(self, parameters: Any, name: str = "General") -> Any:
        """Record parameters as a section of hyperparameters, and go on recording what changes in them.

        Parameters
        ----------
        parameters
            A dict, a Namespace, a dataclass or a pydantic model; looked at about once a second, and at the end.
        name
            The section.

        Returns
        -------
        `parameters`, unchanged.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            It is none of these, or holds what cannot be kept; the message names the path.
        TrackkitStateError
            The experiment is not running in this process.
        """
        check_name(name)
        recorder = self._running()
        found = flatten(parameters)
        self._journal_parameters(recorder, name, {}, found)
        self._connected = [each for each in self._connected if each[0] is not parameters or each[1] != name]
        self._connected.append((parameters, name, found))
        if not recorder.watchers:
            recorder.watchers.append(lambda: self._watch(recorder))
        return parameters

    def connect_configuration(self, configuration: Any, name: str = "General", description: str | None = None) -> None:
        """Record a configuration object as text: the path of a file, or a dict."""
        from trackkit_jupyter.tracking import figures

        check_name(name)
        if isinstance(configuration, Mapping):
            text, kind = figures.checked_json(configuration, "configuration"), "json"
        elif isinstance(configuration, str | os.PathLike) and Path(configuration).is_file():
            path = Path(configuration)
            text, kind = path.read_text(encoding="utf-8"), path.suffix.lstrip(".") or "text"
        else:
            raise TrackkitValueError(
                f"configuration must be a dict or the path of a file, not {shown(configuration)}.", "configuration"
            )
        row = {"name": name, "value": text, "type": kind, "description": description}
        self._put_rows("configuration", [row], "name")

    def set_properties(self, **properties: Any) -> None:
        """Set user properties; possible until the experiment is published."""
        rows = [
            {"name": check_name(name), "value": str(value), "type": type(value).__name__, "description": None}
            for name, value in properties.items()
        ]
        self._put_rows("properties", rows, "name")

    def log_artifact(self, name: str, object_or_path: Any, metadata: Mapping[str, Any] | None = None) -> None:
        """Keep an artifact: a file or folder by its path, a DataFrame, an array, an image, text, or JSON data.

        Logged again under its name, it replaces the entry; the earlier file stays.
        """
        from trackkit_jupyter.tracking import artifacts, figures

        check_name(name)
        recorder = self._running()
        if metadata is not None and not isinstance(metadata, Mapping):
            raise TrackkitTypeError(f"metadata must be a dict, not {type(metadata).__name__}.", "metadata")
        details = dict(metadata or {})
        figures.checked_json(details, "metadata")
        try:
            kept = artifacts.keep(self._blobs, object_or_path)
        except OSError as error:
            recorder.lose(error)
            return
        row = {
            "key": name,
            "type": kept.type,
            "uri": f"blobs/{kept.sha256}",
            "size": kept.size,
            "hash": kept.sha256,
            "metadata": details,
            "preview": kept.preview,
            "timestamp": iso(_now()),
        }
        self._put_rows("artifacts", [row], "key")

    # -- its life -----------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it was started in this process and not finished."""
        return self._recorder is not None

    @property
    def lost(self) -> int:
        """How many points could not be kept, because the store could not be written."""
        recorder = self._recorder or self._ended
        if recorder is None:
            return super().lost
        return max(recorder.lost, super().lost + recorder.lost_unsaid)

    def finish(self, status: str = "completed") -> None:
        """End it, as completed, failed or aborted. Ending it again changes nothing.

        Raises
        ------
        TrackkitValueError
            Another status.
        """
        if status not in _ENDS:
            raise TrackkitValueError(f"status must be one of {', '.join(_ENDS)}, not {shown(status)}.", "status")
        recorder = self._recorder
        if recorder is None or recorder.owner != os.getpid():
            return
        with self._ending:  # two threads may end it at once
            if self._recorder is None:
                return
            self._stop(recorder, status)

    def _stop(self, recorder: Recorder, status: str | None = None) -> None:
        """Stop recording, and write down that it ended unless another process did."""
        if self._capture is not None:
            self._capture.stop()
            self._capture = None
        try:
            self._recorder, self._ended = None, recorder
            self._forget()
            recorder.close()
            if status is not None:
                self._write_end(recorder, status)
        finally:  # an interrupt here leaves it without a heartbeat: it reads as aborted, and can be resumed
            session.leave(self)
            recorder.rest()

    def _write_end(self, recorder: Recorder, status: str) -> None:
        try:
            with self._editing(note="finish") as record:
                if record["status"] == Status.RUNNING.value:
                    record.update(status=status, finished=iso(_now()))
        except TrackkitError as error:
            recorder.warn(error)

    def abort(self) -> None:
        """End it as aborted."""
        if self.running:
            self.finish(Status.ABORTED.value)
        else:
            super().abort()

    def publish(self) -> None:
        """Publish it, after finishing it: its content is locked from now on; tags, name and archive stay possible.

        Raises
        ------
        TrackkitStateError
            Another process is writing it: finish it there first.
        """
        self.finish()
        super().publish()

    def __enter__(self) -> Experiment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish_after(error)

    def finish_after(self, error: BaseException | None) -> None:
        """End it as a block left with `error`: completed, aborted by an interrupt, or failed with its traceback."""
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.finish()
        elif isinstance(error, KeyboardInterrupt) or _is_cancellation(error):
            self.finish(Status.ABORTED.value)
        else:
            recorder = self._recorder
            if recorder is not None:
                import traceback

                text = "".join(traceback.format_exception(error))
                recorder.event("failure", text=text)
                recorder.console("stderr", text)
            self.finish(Status.FAILED.value)

    def show(self, tab: str | None = None) -> None:
        """Show it under the cell, live, with one of its tabs in front."""
        from trackkit_jupyter import views

        views.show(self, tab=tab)

    def _ipython_display_(self) -> None:
        self.show()  # shown in the middle of a cell, its picture is drawn again when the cell ends

    # -- what capture calls -------------------------------------------------------------------------------------------

    def log_console(self, stream: str, text: str) -> None:
        """Append what was printed."""
        recorder = self._recorder
        if recorder is not None:
            recorder.console(stream, text)

    def record_runtime(self, values: dict[str, Any]) -> None:
        """Add to what is known of the machine."""
        self._record_fields("runtime", values)

    def record_execution(self, values: dict[str, Any]) -> None:
        """Add to what is known of the code."""
        self._record_fields("execution", values)

    def record_cell(self, code: str, number: int | None) -> None:
        """Record a cell that was executed."""
        recorder = self._recorder
        if recorder is not None:
            recorder.event("cell", code=code, number=number)

    # -- below --------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Become able to log: from the moment the heartbeat runs."""
        self._recorder = Recorder(self.store.paths, self.id, self._first_iteration)
        self._recorder.on_fork = self._forget
        session.enter(self)

    def _start_capture(self) -> None:
        from trackkit_jupyter.capture import Capture

        self._capture = Capture(self)
        self._capture.start()

    def _forget(self) -> None:
        self._counters.clear()
        self._by_key.clear()
        self._places.clear()

    def _running(self) -> Recorder:
        recorder = self._recorder
        if recorder is None:
            raise TrackkitStateError(self._why_not_running(), "status")
        return recorder

    def _why_not_running(self) -> str:
        try:
            if self._ended_by is not None:
                return self._why_ended()
            what = f"The experiment {shown(self.name)}"
        except (TrackkitError, KeyError):
            what = f"The experiment {self.id}"
        return f"{what} is not running here; `start(resume={self.id!r})` goes on with it."

    def _counter(self, metric: str, variant: str) -> Counter:
        check_label(metric, "metric", what="A metric's name")
        check_label(variant, "variant", what="A variant's name")
        counter = self._running().counter(metric, variant)
        self._counters.setdefault(metric, {})[variant] = counter
        return counter

    def _keyed(self, key: str) -> Counter:
        counter = self._by_key[key] = self._counter(*split_key(check_label(key, "values", what="A key")))
        return counter

    def _next(self, counter: Counter) -> int:
        return self._running().next_iteration(counter)

    def _first_iteration(self, metric: str, variant: str) -> int:
        # A series that another process, or this one before, has begun goes on where it is.
        if not self._resumed:
            return 0
        self._reader.refresh()
        series = self._reader.series((metric, variant))
        return 0 if series is None else int(series.iterations.max()) + 1

    _resumed = False

    def _log_figure(self, metric: str, variant: str, figure: Any, iteration: int | None) -> None:
        from trackkit_jupyter.tracking import figures

        self._log_blob("plot", metric, variant, iteration, figures.figure_json(figure), {})

    def _log_sample(self, metric: str, variant: str, sample: Sample, iteration: int | None) -> None:
        details = {"mime": sample.mime, "name": sample.name, "width": sample.width, "height": sample.height}
        self._log_blob("sample", metric, variant, iteration, sample.data, {"media": sample.kind, **details})

    def _log_blob(
        self, kind: str, metric: str, variant: str, iteration: int | None, data: bytes, details: dict[str, Any]
    ) -> None:
        recorder = self._running()
        check_label(metric, "metric", what="A metric's name")
        check_label(variant, "variant", what="A variant's name")
        place = self._place(kind, metric, variant, iteration)
        try:
            sha256, _ = self._blobs.put(data)
        except OSError as error:
            recorder.lose(error)
            return
        recorder.event(kind, metric=metric, variant=variant, iteration=place, hash=sha256, size=len(data), **details)

    def _place(self, kind: str, metric: str, variant: str, iteration: int | None) -> int:
        counter = self._places.setdefault((kind, metric, variant), Counter(0, 0))
        if iteration is not None:
            counter.next = check_iteration(iteration) + 1
            return counter.next - 1
        if counter.next == 0 and self._resumed:
            logged = self.plots() if kind == "plot" else self.samples()
            places = [e["iteration"] for e in logged if (e["metric"], e["variant"]) == (metric, variant)]
            counter.next = max(places, default=-1) + 1
        return self._next(counter)

    def _watch(self, recorder: Recorder) -> None:
        for place, (parameters, section, before) in enumerate(self._connected):
            unfit: dict[str, str] = {}
            try:
                now = flatten(parameters, unfit)
            except RuntimeError:  # just being changed
                continue
            except Exception as error:  # noqa: BLE001 - objects of other people may do anything
                self._say_unfit(recorder, section, "", str(error))
                continue
            for name, reason in unfit.items():
                self._say_unfit(recorder, section, name, reason)
                now.update({known: kept for known, kept in before.items() if f"{known}/".startswith(f"{name}/")})
            if now != before:
                others = [
                    each[2] for other, each in enumerate(self._connected) if other != place and each[1] == section
                ]
                for name in before.keys() - now.keys():
                    for held in others:  # removed here, but not there
                        if name in held:
                            recorder.event("hyperparameter", section=section, name=name, **_entry(held[name]))
                            before = {kept: value for kept, value in before.items() if kept != name}
                            break
                self._journal_parameters(recorder, section, before, now)
                self._connected[place] = (parameters, section, now)

    def _say_unfit(self, recorder: Recorder, section: str, name: str, reason: str) -> None:
        if (section, name) in self._unfit:
            return
        self._unfit.add((section, name))
        what = f"{shown(name)} of the connected section {shown(section)}" if name else f"The section {shown(section)}"
        recorder.complain(f"trackkit: {what} is not recorded: {reason} What else changes there is.")

    @staticmethod
    def _journal_parameters(
        recorder: Recorder, section: str, before: dict[str, tuple[str, str]], now: dict[str, tuple[str, str]]
    ) -> None:
        for name, (text, kind) in now.items():
            if before.get(name) != (text, kind):
                recorder.event("hyperparameter", section=section, name=name, **_entry((text, kind)))
        for name in before.keys() - now.keys():
            recorder.event("hyperparameter", section=section, name=name, removed=True)

    def _put_rows(self, table: str, rows: list[dict[str, Any]], key: str) -> None:
        try:
            with self._editing_tables() as (record, database):
                if record["status"] == Status.PUBLISHED.value:
                    raise LockedError(f"The experiment {shown(record['name'])} is published: its content is locked.")
                target = database.table(table, cache_size=0)
                for row in rows:
                    target.upsert(row, lambda kept, row=row: kept.get(key) == row[key])
        except (TrackkitStorageError, NotFoundError) as error:
            recorder = self._recorder
            if recorder is None:
                raise
            recorder.warn(error)

    def _record_fields(self, field: str, values: dict[str, Any]) -> None:
        try:
            with self._editing() as record:
                if record["status"] != Status.PUBLISHED.value:
                    record[field] = {**(record.get(field) or {}), **values}
        except (TrackkitStorageError, NotFoundError) as error:
            recorder = self._recorder
            if recorder is not None:
                recorder.warn(error)

    def _resume(self, tags: list[str]) -> None:
        """Take up an experiment that has ended, or whose process is gone."""
        self._resumed = True
        # A process that has just written its end, or was just told of it, is about to leave.
        patience = time.monotonic() + 3 * HEARTBEAT_SECONDS
        while is_alive(self.store.paths, self.id) and time.monotonic() < patience:
            if self._record["status"] == Status.RUNNING.value:
                break
            time.sleep(0.02)
        try:
            with self._editing(note="start") as record:
                check_transition(record["status"], Status.RUNNING.value)
                # Under the lock, and before there is a heartbeat of this process: of two at once one is second.
                if is_alive(self.store.paths, self.id):
                    raise TrackkitStateError(
                        f"The experiment {shown(record['name'])} is running elsewhere: finish it there first, or abort "
                        "it. One that was killed on another machine counts as running for a minute.",
                        "resume",
                    )
                forget_dead(self.store.paths, self.id)
                self._begin()
                record.update(status=Status.RUNNING.value, finished=None)
                record["tags"] = sorted({*record.get("tags", []), *tags})
        except BaseException:
            self._abandon()
            raise
        self._attend()

    def _attend(self) -> None:
        """From now on the record says that it is running; when it no longer does, another process ended it."""
        recorder = self._recorder
        if recorder is not None:
            recorder.attend = lambda: self._end_if_ended(recorder)

    def _end_if_ended(self, recorder: Recorder) -> None:
        try:
            status = str(self._record["status"])  # one look at the file, which is read only when it changed
        except (TrackkitError, OSError, KeyError):  # what is wrong with the store is told when it is written
            return
        if status == Status.RUNNING.value:
            return
        if recorder.owner != os.getpid() and status in {Status.COMPLETED.value, Status.FAILED.value}:
            return  # a forked child may outlast its parent, whose end this is
        if not self._ending.acquire(blocking=False):
            return  # it is being ended here
        try:
            if self._recorder is not recorder:
                return
            self._ended_by = status
            self._stop(recorder)
        finally:
            self._ending.release()
        recorder.complain(f"trackkit: {self._why_ended()}")

    def _why_ended(self) -> str:
        return (
            f"The experiment {shown(self.name)} was {self._ended_by} elsewhere while it was running here; nothing more "
            "is recorded."
        )

    def _abandon(self) -> None:
        recorder, self._recorder = self._recorder, None
        session.leave(self)
        if recorder is not None:
            recorder.close()
            recorder.rest()


def _entry(found: tuple[str, str]) -> dict[str, str]:
    return {"value": found[0], "type": found[1]}


def _is_cancellation(error: BaseException) -> bool:
    """Whether an awaiting cell was interrupted: the kernel cancels it then."""
    asyncio = sys.modules.get("asyncio")  # not imported for this: without it nothing was cancelled
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def user_name() -> str | None:
    """Return who is at work: the hub's user, else the operating system's."""
    import getpass

    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None
