"""The edits of a model, each under the lock of its record: a draft's content; metadata, aliases and order always."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trackkit_jupyter.errors import ConflictError, LockedError, TrackkitStateError, TrackkitTypeError, shown
from trackkit_jupyter.records import Status, check_name
from trackkit_jupyter.store.model_values import check_alias, check_labels, config_text, metadata_item
from trackkit_jupyter.store.organising import Organising

__all__ = ["ModelEdits"]


class ModelEdits(Organising):
    """What a person may change of a model; once it is published only its metadata, and what orders it."""

    def rename(self, name: str) -> None:
        """Give a draft another name; it becomes the newest version of that name."""
        check_name(name)
        if name != self.name:
            version = self.store.next_version(name)
            self._change_content(lambda record, _: record.update(name=name, version=version))
            self.store.forget_aliases(self.id)

    def describe(self, text: str) -> None:
        """Set the description of a draft (Markdown, 10 million characters at most)."""
        self._check_open(self._record)
        super().describe(text)

    def set_labels(self, labels: Mapping[str, int], *, seen: Mapping[str, int] | None = None) -> None:
        """Set what the classes of a draft are called, in place of all that were.

        Parameters
        ----------
        labels
            A whole number by each name.
        seen
            The labels that whoever edits them saw. If they are others by now nothing is changed.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            No dict of names and whole numbers.
        LockedError
            It is published.
        ConflictError
            They were changed meanwhile.
        """
        rows = [{"name": name, "value": value} for name, value in check_labels(labels).items()]

        def change(_: dict[str, Any], database: Any) -> None:
            table = database.table("labels", cache_size=0)
            _check_seen({row["name"]: row["value"] for row in table.all()}, seen, "labels")
            table.truncate()
            table.insert_multiple(rows)

        self._change_content(change)

    def set_config(self, config: str | Mapping[str, Any], type: str | None = None, *, seen: str | None = None) -> None:
        """Set the configuration of a draft; an empty text clears it.

        Parameters
        ----------
        config
            Text (10 million characters at most), or a dict, which is kept as JSON.
        type
            "json", "yaml" or "text"; text that is to be JSON or YAML must be. Without it: "json" for a dict, else what
            it was.
        seen
            The text that whoever edits it saw. If it is another by now nothing is changed.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            Something else, too long, or no JSON or YAML.
        LockedError
            It is published.
        ConflictError
            It was changed meanwhile.
        """
        text, kind = config_text(config, type)

        def change(record: dict[str, Any], _: Any) -> None:
            _check_seen(str(record.get("config") or ""), seen, "config")
            record.update(config=text, config_type=kind or record.get("config_type") or "text")

        self._change_content(change)

    def set_metadata(self, key: str, value: Any, type: str | None = None) -> None:
        """Set a metadata item, also of a published model.

        Parameters
        ----------
        key
            Its name.
        value
            Its value; kept as text.
        type
            What the value is, such as ``float``; the name of its Python type without it.
        """
        item = metadata_item(key, value, type)
        with self._editing_tables() as (_, database):
            database.table("metadata", cache_size=0).upsert(item, lambda row: row.get("key") == key)

    def replace_metadata(
        self, items: Mapping[str, Mapping[str, Any]], *, seen: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        """Set all metadata items, ``{key: {type, value}}``, in place of those that were; also of a published model.

        Parameters
        ----------
        items
            The items.
        seen
            Those that whoever edits them saw. If they are others by now nothing is changed.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            An empty key, or something that is no item.
        ConflictError
            They were changed meanwhile.
        """
        if not isinstance(items, Mapping) or not all(isinstance(item, Mapping) for item in items.values()):
            raise TrackkitTypeError("metadata must be a dict of {type, value} by key.", "metadata")
        rows = [metadata_item(key, item.get("value"), item.get("type")) for key, item in items.items()]
        with self._editing_tables() as (_, database):
            table = database.table("metadata", cache_size=0)
            kept = {row["key"]: {"type": row["type"], "value": row["value"]} for row in table.all()}
            _check_seen(kept, seen, "metadata")
            table.truncate()
            table.insert_multiple(rows)

    def remove_metadata(self, key: str) -> None:
        """Remove a metadata item, also of a published model; one that is not there is no error."""
        check_name(key, "key", what="A key")
        with self._editing_tables() as (_, database):
            database.table("metadata", cache_size=0).remove(lambda row: row.get("key") == key)

    def add_alias(self, alias: str) -> None:
        """Have a name point at this model, and no longer at another of the same name."""
        self.store.point_alias(self.name, check_alias(alias), self.id)

    def remove_alias(self, alias: str) -> None:
        """Take a name away from this model; one that does not point at it is no error."""
        self.store.point_alias(self.name, check_alias(alias), None, only_from=self.id)

    def publish(self) -> None:
        """Publish it: from now on only its metadata, and what orders it, can be changed.

        Raises
        ------
        TrackkitStateError
            It is published already.
        """
        with self._editing(note="finish") as record:
            if record["status"] == Status.PUBLISHED.value:
                raise TrackkitStateError(f"The model {shown(record['name'])} is published already.", "status")
            record["status"] = Status.PUBLISHED.value

    # -- below --------------------------------------------------------------------------------------------------------

    def _change_content(self, change: Callable[[dict[str, Any], Any], Any]) -> None:
        def checked(record: dict[str, Any], database: Any) -> None:
            self._check_open(record)
            change(record, database)

        self._change(checked)

    def _check_open(self, record: Mapping[str, Any]) -> None:
        if record["status"] == Status.PUBLISHED.value:
            raise LockedError(
                f"The model {shown(record['name'])} is published: only its metadata, tags, project and aliases can be "
                "changed.",
                "status",
            )


def _check_seen(kept: Any, seen: Any, field: str) -> None:
    if seen is not None and kept != (dict(seen) if isinstance(seen, Mapping) else seen):
        raise ConflictError(
            f"The {field} of this model were changed by someone else meanwhile; nothing of yours was kept.", field, kept
        )
