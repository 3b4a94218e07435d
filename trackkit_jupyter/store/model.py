"""A model as it is kept: its weights, what it was made with, and what uses it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import NotFoundError, TrackkitError, TrackkitStateError, TrackkitValueError, shown
from trackkit_jupyter.records import Status, iso, new_id, timestamp
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.store.model_edits import ModelEdits
from trackkit_jupyter.store.record import only
from trackkit_jupyter.store.summaries import json_number

__all__ = ["StoredModel"]

_FIELDS = (
    "id name version project status tags aliases description user archived created last_update framework uri size hash "
    "experiment config config_type labels metadata snapshots single_values metrics"
).split()


class StoredModel(Logged, ModelEdits):
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

    def _located(self, uri: str | None) -> str | None:
        if uri is not None and uri.startswith("blobs/"):  # kept relative, so that the folder can be copied
            return str(self._paths.root / uri)
        return uri
