"""What is wrong in a store, said so that a person can act on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["Finding", "Mending"]

#: How a finding can be mended; empty where nothing can be done, or nothing has to be.
Mending = Literal["", "cut", "restore", "rebuild", "put aside", "copy"]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes
    ----------
    level
        ``damaged``: something is lost or cannot be read; ``leftover``: what a process that was killed left, which
        costs nothing; ``told``: what a writing process itself said that it could not keep.
    experiment
        Id of the experiment, model or report; empty for what belongs to the store.
    file
        The file, below the store's folder.
    offset
        Where in the file, in bytes.
    problem, lost, remedy
        What is wrong, what it costs, and what to do.
    mending
        What `repair` does.
    bytes
        How many bytes of the file it is about.
    """

    level: Literal["damaged", "leftover", "told"]
    experiment: str
    file: str
    offset: int | None
    problem: str
    lost: str
    remedy: str
    mending: Mending = ""
    bytes: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def place(self, root: Path) -> Path:
        """Return its file in a store's folder."""
        return root / self.file

    def __str__(self) -> str:
        where = self.file if self.offset is None else f"{self.file}, byte {self.offset:,}"
        return f"{where}: {self.problem}\n    lost: {self.lost}\n    to do: {self.remedy}"
