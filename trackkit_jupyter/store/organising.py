"""How a person orders experiments and models: by name, description, project, tags, and the archive."""

from __future__ import annotations

from trackkit_jupyter.records import check_name, check_project, check_tags, check_text
from trackkit_jupyter.store.record import Record

__all__ = ["Organising"]


class Organising(Record):
    """The edits that both experiments and models have, each under the lock of the record."""

    def rename(self, name: str) -> None:
        """Give it another name."""
        self._edit(name=check_name(name))

    def describe(self, text: str) -> None:
        """Set its description (Markdown, 10 MB at most)."""
        self._edit(description=check_text(text, what="A description"))

    def move(self, project: str) -> None:
        """Move it to another project, which is made if it does not exist."""
        self._edit(project=check_project(project))

    def add_tags(self, *tags: str) -> None:
        """Add tags."""
        added = check_tags(tags)
        self._change(lambda record, _: record.update(tags=sorted({*record.get("tags", []), *added})))

    def remove_tags(self, *tags: str) -> None:
        """Remove tags; one that it does not carry is no error."""
        removed = set(check_tags(tags))
        self._change(lambda record, _: record.update(tags=[t for t in record.get("tags", []) if t not in removed]))

    def archive(self) -> None:
        """Put it away: lists leave it out unless asked."""
        self._edit(archived=True)

    def unarchive(self) -> None:
        """Take it out of the archive."""
        self._edit(archived=False)
