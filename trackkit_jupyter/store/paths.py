"""Where everything lies: the names of the files and folders of a store, and how a store is found."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

__all__ = ["ExperimentPaths", "StorePaths", "default_folder", "find_folder"]

FOLDER = ".trackkit"
MARKER = "store.json"


def find_folder(start: Path | None = None) -> Path:
    """Return the folder of the store to use when none is named.

    ``TRACKKIT_STORE``, else the nearest ``.trackkit/`` upward from `start` (default: the working directory), else
    ``~/.trackkit``.
    """
    named = os.environ.get("TRACKKIT_STORE")
    if named:
        return Path(named).expanduser()
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / FOLDER / MARKER).is_file():
            return folder / FOLDER
    return default_folder()


def default_folder() -> Path:
    """Return the user's own store, ``~/.trackkit``."""
    return Path.home() / FOLDER


class StorePaths:
    """The files of one store, below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.marker = root / MARKER
        self.workspace = root / "workspace.json"
        self.changes = root / "changes.log"
        self.live = root / "live"
        self.experiments = root / "experiments"
        self.models = root / "models"
        self.reports = root / "reports"
        #: What the queries of a report's views found when it was frozen: only a frozen store has it.
        self.answers = root / "answers.json"

    def live_marker(self, experiment: str, writer: str) -> Path:
        """Return the heartbeat marker of one writing process."""
        return self.live / f"{experiment}-{writer}"

    def experiment(self, id: str) -> ExperimentPaths:
        """Return the files of one experiment."""
        return ExperimentPaths(self.experiments / id)

    def model(self, id: str) -> ExperimentPaths:
        """Return the files of one model: of the same kinds as those of an experiment."""
        return ExperimentPaths(self.models / id, "model.json")

    def report(self, id: str) -> ExperimentPaths:
        """Return the files of one report: its record, and the data of its embeds."""
        return ExperimentPaths(self.reports / id, "report.json")

    def publishing(self, report: str) -> Path:
        """Return the lock of whoever publishes a report, which may take longer than an edit may wait for another."""
        return self.reports / report / "publishing.lock"

    def frozen(self, report: str) -> Path:
        """Return the folder of the store that holds what the views of a frozen report show."""
        return self.reports / report / "frozen"

    def folder(self, what: str) -> Path:
        """Return the folder of all experiments, or of all models."""
        return self.models if what == "model" else self.experiments

    def record(self, what: str, id: str) -> ExperimentPaths:
        """Return the files of an ``experiment``, a ``model`` or a ``report``."""
        return {"model": self.model, "report": self.report}.get(what, self.experiment)(id)


class ExperimentPaths:
    """The files of one experiment or model, below `root`. They hold no reference to the store: it may be copied."""

    SCALARS, EVENTS, CONSOLE, ARCHIVE = "scalars", "events", "console", "archive"

    def __init__(self, root: Path, record: str = "experiment.json") -> None:
        self.root = root
        self._record = record

    # Each is made when it is asked for: of the many objects of a list hardly any file is looked at.

    @cached_property
    def record(self) -> Path:
        """The document that says what it is."""
        return self.root / self._record

    @cached_property
    def blobs(self) -> Path:
        """The folder of files by their content."""
        return self.root / "blobs"

    @cached_property
    def pictures(self) -> Path:
        """The folder of what browsers drew."""
        return self.root / "pictures"

    @cached_property
    def archive(self) -> Path:
        """The points, once it has ended."""
        return self.root / "scalars.parquet"

    @cached_property
    def archive_footer(self) -> Path:
        """A copy of the archive's end, without which nothing of it can be read."""
        return self.root / "scalars.parquet.footer"

    @cached_property
    def archive_overviews(self) -> Path:
        """What is looked at first of the archive; derived, and may be deleted."""
        return self.root / "scalars.parquet.overviews"

    @cached_property
    def archive_lock(self) -> Path:
        """The lock of whoever writes the archive."""
        return self.root / "scalars.parquet.lock"

    @cached_property
    def quarantine(self) -> Path:
        """The folder of what was damaged."""
        return self.root / "quarantine"

    @cached_property
    def turns(self) -> Path:
        """What people asked of the loop while it ran."""
        return self.root / "turns.jsonl"

    def segment(self, kind: str, writer: str, number: int) -> Path:
        """Return the journal segment `number` of a writing process."""
        suffix = "bin" if kind == self.SCALARS else "jsonl"
        return self.root / f"{kind}-{writer}-{number}.{suffix}"

    def segments(self) -> dict[str, list[tuple[str, int, Path]]]:
        """Return all journal segments, and the archive, as ``{kind: [(writer, number, path), ...]}`` in order.

        Other files are left alone: a journal of a kind that this version does not know stays where it is.
        """
        found: dict[str, list[tuple[str, int, Path]]] = {self.SCALARS: [], self.EVENTS: [], self.CONSOLE: []}
        archive: list[tuple[str, int, Path]] = []
        try:
            names = os.listdir(self.root)
        except (FileNotFoundError, NotADirectoryError):
            return found
        for name in names:
            if name == self.archive.name:
                archive.append(("", 0, self.archive))
            stem, dot, suffix = name.rpartition(".")
            kind, _, rest = stem.partition("-")
            writer, _, number = rest.rpartition("-")
            if dot and kind in found and suffix == ("bin" if kind == self.SCALARS else "jsonl"):
                if writer and number.isdecimal():
                    found[kind].append((writer, int(number), self.root / name))
        for segments in found.values():
            segments.sort()
        return {**found, self.ARCHIVE: archive}

    def blob(self, sha256: str) -> Path:
        """Return the file of a blob."""
        return self.blobs / sha256

    def picture(self, sha256: str) -> Path:
        """Return the picture of a figure, by the figure's SHA-256."""
        return self.pictures / f"{sha256}.png"
