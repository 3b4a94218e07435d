"""A model as it is kept: its weights, what it was made with, what uses it, and the edits that its state allows."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from trackkit_jupyter.errors import (
    ConflictError,
    LockedError,
    NotFoundError,
    TrackkitError,
    TrackkitStateError,
    TrackkitTypeError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import Status, check_name, check_tags, iso, new_id, timestamp
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.store.organising import Organising
from trackkit_jupyter.store.record import only
from trackkit_jupyter.store.summaries import json_number

__all__ = ["LARGEST_CONFIG", "StoredModel", "check_labels", "config_text", "metadata_item"]

#: What a configuration may hold, in characters.
LARGEST_CONFIG = 10_000_000

_FIELDS = (
    "id name version project status tags aliases description user archived created last_update framework uri size hash "
    "experiment config config_type labels metadata snapshots single_values metrics"
).split()
_INTEGERS = 1 << 63


class StoredModel(Logged, Organising):
    """A model of a store: a handle that reads the store when asked.

    A draft may be edited; of a published one only the metadata, and what orders it: tags, project, archive, aliases.
    """

    _what = "model"

    def __repr__(self) -> str:
        try:
            return f"<Model {self.name!r}, version {self.version}, {self.status}, id {self.id}>"
        except (TrackkitError, KeyError):
            return f"<Model that cannot be read, id {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredModel) and other.id == self.id and other.store.path == self.store.path

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def status(self) -> str:
        """``draft`` or ``published``."""
        return str(self._fields["status"])

    @property
    def version(self) -> int:
        """Which of the models with its name it is, from 1, in the order in which they were made."""
        return int(self._fields.get("version") or 1)

    @property
    def framework(self) -> str | None:
        """What it was made with, such as ``scikit-learn``."""
        return self._fields.get("framework")

    @property
    def uri(self) -> str | None:
        """Where its weights are: the path of a file of the store, or the address that was given; the newest of them."""
        return self._located(self._fields.get("uri"))

    @property
    def size(self) -> int | None:
        """The size of its weights in bytes, where the store keeps them."""
        return self._fields.get("size")

    @property
    def hash(self) -> str | None:
        """The SHA-256 of its weights, where the store keeps them."""
        return self._fields.get("hash")

    @property
    def path(self) -> Path:
        """The file of its weights, to load it from.

        Raises
        ------
        NotFoundError
            It has no weights in the store, or they are gone.
        """
        kept = self._record.get("uri")
        if not str(kept).startswith("blobs/"):
            where = f"they are at {shown(kept)}" if kept else "none were saved"
            raise NotFoundError(f"The weights of the model {shown(self.name)} are not in this store: {where}.", "uri")
        return self.blob(str(self._record["hash"]))

    def copy_to(self, folder: str | os.PathLike[str]) -> Path:
        """Copy its weights into a folder, under the name that the file had, and return the copy.

        Raises
        ------
        NotFoundError
            It has no weights in the store.
        TrackkitValueError
            There is such a file already, or no such folder.
        """
        import shutil

        # Only the last part: a name may have slashes, and lead elsewhere.
        source, target = self.path, Path(folder) / Path(self._record.get("file_name") or self.name).name
        if not target.parent.is_dir():
            raise TrackkitValueError(f"There is no folder {shown(str(target.parent))}.", "folder")
        if target.exists():
            raise TrackkitValueError(f"There is a file {shown(str(target))} already; it is left as it is.", "folder")
        shutil.copyfile(source, target)
        return target

    @property
    def experiment(self) -> str | None:
        """The id of the experiment that made it."""
        return self._fields.get("experiment")

    @property
    def config(self) -> str:
        """The configuration of the network, as text."""
        return str(self._record.get("config") or "")

    @property
    def config_type(self) -> str:
        """What that text is: json, yaml, or text."""
        return str(self._record.get("config_type") or "text")

    @property
    def labels(self) -> dict[str, int]:
        """What the classes are called, and the number of each."""
        return {row["name"]: row["value"] for row in self._rows("labels")}

    @property
    def metadata(self) -> dict[str, dict[str, str]]:
        """``{key: {type, value}}``, all of it text."""
        return {row["key"]: {"type": row["type"], "value": row["value"]} for row in self._rows("metadata")}

    @property
    def snapshots(self) -> list[dict[str, Any]]:
        """The weights that were saved, the newest last: each ``{uri, size, hash, iteration, time}``."""
        found = [only(row, "uri", "size", "hash", "iteration", "time") for row in self._rows("snapshots")]
        return [{**row, "uri": self._located(row["uri"])} for row in found]

    @property
    def aliases(self) -> list[str]:
        """The names that point at it among the models of its name, such as ``champion``."""
        return self.store.aliases_of(self.id)

    @property
    def uses(self) -> list[str]:
        """The ids of the experiments that use it as input and are still there, in the order in which they did."""
        found = dict.fromkeys(row["experiment"] for row in self._rows("uses"))
        return [id for id in found if self.store.paths.experiment(id).root.is_dir()]

    @property
    def last_update(self) -> str | None:
        """When something of it changed last, ISO 8601 in UTC."""
        known = self._as_listed()
        if known is not None:
            return known["last_update"]  # type: ignore[no-any-return]
        return iso(max([timestamp(self._record.get("updated")) or 0.0, *(s.st_mtime for s in self._journal_states())]))

    def to_dict(self, events: bool = False) -> dict[str, Any]:
        """Return everything recorded as plain JSON data.

        Parameters
        ----------
        events
            Also all points and plots.
        """
        record: dict[str, Any] = {name: getattr(self, name) for name in _FIELDS}
        record["used_by"] = self.uses
        record["damaged"], record["lost"] = self.damaged, self.lost
        if events:
            scalars: dict[str, dict[str, list[list[Any]]]] = {}
            for metric, variant in self.names():
                series = self.series(metric, variant)
                rows = zip(series.iterations.tolist(), series.values.tolist(), series.times.tolist(), strict=True)
                scalars.setdefault(metric, {})[variant] = [[i, json_number(value), iso(at)] for i, value, at in rows]
            record["scalars"] = scalars
            record["plots"] = [
                {**only(plot, "metric", "variant", "iteration"), "figure": self.figure(plot["hash"])}
                for plot in self.plots()
            ]
        return record

    # -- edits --------------------------------------------------------------------------------------------------------

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

    def delete(self) -> None:
        """Delete it for good: a draft, or one that is archived, that nothing uses.

        Raises
        ------
        TrackkitStateError
            An experiment uses it, or the experiment that made it is published; or it is published and not archived.
        """
        using = self.uses
        if using:
            more = f" and {len(using) - 1} more" if len(using) > 1 else ""
            raise TrackkitStateError(
                f"The model {shown(self.name)} is used by the experiment {using[0]}{more}; it cannot be deleted.", "id"
            )
        with contextlib.suppress(NotFoundError):
            if self.experiment and self.store.experiment(self.experiment).status == Status.PUBLISHED.value:
                raise TrackkitStateError("The experiment that made this model is published; it stays.", "id")
        if self.status == Status.PUBLISHED.value and not self.archived:
            raise TrackkitStateError("Only an archived model can be deleted; archive it first.", "archived")
        import shutil

        gone = self._paths.root.with_name(f".deleted-{new_id()}")
        self.store.forget_aliases(self.id)
        try:
            os.replace(self._paths.root, gone)
        except OSError as error:
            raise storage_error(error, "The model cannot be deleted") from error
        shutil.rmtree(gone, ignore_errors=True)
        changes.note(self.store.paths, self.id, "delete")

    def note_use(self, experiment: str, name: str) -> None:
        """Note that an experiment uses it as input, under a name."""
        row = {"experiment": experiment, "name": name}
        with self._editing_tables() as (_, database):
            database.table("uses", cache_size=0).upsert(
                row, lambda kept: kept.get("experiment") == experiment and kept.get("name") == name
            )

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

    def _located(self, uri: str | None) -> str | None:
        if uri is not None and uri.startswith("blobs/"):  # kept relative, so that the folder can be copied
            return str(self._paths.root / uri)
        return uri


def check_labels(labels: Any) -> dict[str, int]:
    """Return `labels` if they may be the labels of a model.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        No dict, a name that is no name, or a number that is not whole; the message names the label.
    """
    if not isinstance(labels, Mapping):
        raise TrackkitTypeError(f"labels must be a dict of numbers by name, not {type(labels).__name__}.", "labels")
    for name, value in labels.items():
        check_name(name, "labels", what="A label")
        if isinstance(value, bool) or not hasattr(type(value), "__index__"):
            raise TrackkitTypeError(
                f"The ID of the label {shown(name)} must be a whole number, not {shown(value)}.", "labels"
            )
        if not -_INTEGERS <= value.__index__() < _INTEGERS:
            raise TrackkitValueError(f"The ID of the label {shown(name)} does not fit 64 bits.", "labels")
    return {name: value.__index__() for name, value in labels.items()}


def config_text(config: Any, kind: str | None) -> tuple[str, str | None]:
    """Return a configuration as text, and what it is.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        Neither text nor a dict, too long, or not what it is said to be.
    """
    if kind not in (None, "json", "yaml", "text"):
        raise TrackkitValueError(f"type must be json, yaml or text, not {shown(kind)}.", "type")
    if isinstance(config, Mapping):
        try:
            text, kind = json.dumps(config, indent=2, ensure_ascii=False, allow_nan=False), "json"
        except (TypeError, ValueError) as error:
            raise TrackkitValueError(f"config cannot be kept as JSON: {error}.", "config") from None
    elif isinstance(config, str):
        text = config
    else:
        raise TrackkitTypeError(f"config must be text or a dict, not {type(config).__name__}.", "config")
    if len(text) > LARGEST_CONFIG:
        raise TrackkitValueError(
            f"config may have {LARGEST_CONFIG:,} characters at most, this has {len(text):,}.", "config"
        )
    if kind == "json" and text.strip():
        try:
            json.loads(text)
        except ValueError as error:
            raise TrackkitValueError(f"config is no valid JSON: {error}.", "config") from None
    elif kind == "yaml":
        _check_yaml(text)
    return text, kind


def _check_yaml(text: str) -> None:
    """Raise unless a text is YAML. Nothing is made of it: its events are only counted off."""
    import yaml

    try:
        for _ in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
        raise TrackkitValueError(
            f"config is no valid YAML: {getattr(error, 'problem', None) or error}{where}.", "config"
        ) from None


def metadata_item(key: Any, value: Any, kind: Any) -> dict[str, str]:
    """Return a metadata item as it is kept.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        An empty key, no value, or a type that is no name.
    """
    check_name(key, "key", what="A key")
    if value is None:
        raise TrackkitTypeError(f"The value of {shown(key)} must not be None.", "value")
    if kind is None:
        kind = type(value).__name__
    text = str(value)
    if len(text) > LARGEST_CONFIG:
        raise TrackkitValueError(f"The value of {shown(key)} may have {LARGEST_CONFIG:,} characters at most.", "value")
    return {"key": key, "type": check_name(kind, "type", what="A type"), "value": text}


def check_alias(alias: Any) -> str:
    """Return `alias` if it may point at a model: a name without ``@``, and not of digits alone."""
    check_tags([alias], "alias")
    if "@" in alias or alias.isdecimal():
        raise TrackkitValueError(f"An alias has no @ and is no number, unlike {shown(alias)}.", "alias")
    return str(alias)


def is_address(text: str) -> bool:
    """Return whether a text is the address of something, ``scheme://...``, rather than a path."""
    return "://" in text and bool(urlsplit(text).scheme)


def _check_seen(kept: Any, seen: Any, field: str) -> None:
    if seen is not None and kept != (dict(seen) if isinstance(seen, Mapping) else seen):
        raise ConflictError(
            f"The {field} of this model were changed by someone else meanwhile; nothing of yours was kept.", field, kept
        )
