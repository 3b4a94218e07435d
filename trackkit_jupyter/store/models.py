"""The models of a store: new ones, by id, name, version or alias, and lists of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trackkit_jupyter.errors import NotFoundError, TrackkitTypeError, shown
from trackkit_jupyter.records import check_id, check_name
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.documents import Document
from trackkit_jupyter.store.listing import Experiments, Models
from trackkit_jupyter.store.model import StoredModel
from trackkit_jupyter.store.paths import StorePaths

if TYPE_CHECKING:
    from trackkit_jupyter.query import Condition
    from trackkit_jupyter.store import Store

__all__ = ["KeepsModels"]


class KeepsModels:
    """A store as far as its models go."""

    paths: StorePaths
    path: Path
    id: str
    _model_handle: type[StoredModel]
    _listing: type[Experiments[Any]]

    def model(self, which: str) -> Any:
        """Return a model.

        Parameters
        ----------
        which
            Its id; its name (the newest version); ``name@alias``; or ``name@3``, its third version.

        Raises
        ------
        NotFoundError
            There is none.
        """
        if not isinstance(which, str):
            raise TrackkitTypeError(
                f"A model is named by its id, name or name@alias, not {type(which).__name__}.", "id"
            )
        if len(which) == 32 and not which.strip("0123456789abcdef"):
            if self.paths.model(which).root.is_dir():
                return self._model_at(which)
            raise NotFoundError(f"There is no model with the id {which} in this store.", "id")
        name, at, label = which.rpartition("@")
        if not at:
            return self._newest(check_name(which))
        if label.isdecimal():
            return self._version(name, int(label))
        id = self._aliases(name).get(label)
        if id is None or not self.paths.model(id).root.is_dir():
            known = ", ".join(sorted(self._aliases(name))) or "none"
            raise NotFoundError(
                f"No model {shown(name)} has the alias {shown(label)} in this store; its aliases: {known}.", "id"
            )
        return self._model_at(id)

    def models(
        self,
        query: str | Condition | None = None,
        order_by: str | Iterable[str] = "-last_update",
        page: int = 0,
        page_size: int | None = None,
        archived: bool | None = False,
    ) -> Models:
        """Return the models that a query finds, a page of them.

        Parameters
        ----------
        query
            As for :meth:`Store.experiments`; also of ``framework``, ``uri``, ``version`` and ``experiment``, the id of
            the one that made it.
        order_by, page, page_size, archived
            As for :meth:`Store.experiments`.

        Raises
        ------
        QueryError
            The query or the order cannot be read; the message shows where.
        TrackkitValueError
            A page that cannot be.
        """
        from trackkit_jupyter.store.catalog import find_page

        items, total = find_page(self._as_store(), "model", self._model_at, query, order_by, page, page_size, archived)
        return self._listing.of_models(items, total)

    def new_model(self, record: dict[str, Any]) -> Any:
        """Keep a new model's record, and return the model. `record` has all fields of one, and its tables."""
        tables = record.pop("tables", {})
        id = check_id(record["id"])
        version = self.next_version(str(record["name"]))
        paths = self.paths.model(id)
        with Document(paths.record).edit(create=True) as database:
            database.table("model", cache_size=0).insert({**record, "version": version, "number": version - 1})
            for name, rows in tables.items():
                database.table(name, cache_size=0).insert_multiple(rows)
        changes.note(self.paths, id, "start")
        return self._model_at(id)

    def next_version(self, name: str) -> int:
        """Count one more model of a name, from 1."""
        with Document(self.paths.workspace).table("models") as table:
            known = table.get(lambda row: row.get("name") == name)
            version = int(known["versions"]) + 1 if isinstance(known, dict) else 1
            table.upsert({"name": name, "versions": version}, lambda row: row.get("name") == name)
        return version

    def aliases_of(self, id: str) -> list[str]:
        """Return the aliases that point at a model, sorted."""
        return sorted(self.aliases().get(id, []))

    def aliases(self) -> dict[str, list[str]]:
        """Return the aliases of all models, by the models' ids."""
        found: dict[str, list[str]] = {}
        for row in self._alias_rows():
            found.setdefault(row["model"], []).append(row["alias"])
        return found

    def point_alias(self, name: str, alias: str, id: str | None, *, only_from: str | None = None) -> None:
        """Have an alias point at one of the models of a name; at none without `id`.

        Parameters
        ----------
        only_from
            Only if it points at this one now.
        """
        moved = []
        with Document(self.paths.workspace).table("aliases") as table:
            known = table.get(lambda row: row.get("name") == name and row.get("alias") == alias)
            before = known["model"] if isinstance(known, dict) else None
            if before != id and (only_from is None or before == only_from):
                table.remove(lambda row: row.get("name") == name and row.get("alias") == alias)
                if id is not None:
                    table.insert({"name": name, "alias": alias, "model": id})
                moved = [one for one in (before, id) if one is not None]
        for one in moved:
            with contextlib.suppress(OSError):  # gone: nobody looks at it
                os.utime(self.paths.model(one).record)  # its state is another: those who look at it read it again
            changes.note(self.paths, one, "edit")

    def forget_aliases(self, id: str) -> None:
        """Take all aliases away from a model."""
        if self.aliases_of(id):
            with Document(self.paths.workspace).table("aliases") as table:
                table.remove(lambda row: row.get("model") == id)

    def _model_at(self, id: str) -> StoredModel:
        return self._model_handle(self._as_store(), id)

    def _as_store(self) -> Store[Any]:
        return cast("Store[Any]", self)

    def _alias_rows(self) -> list[dict[str, Any]]:
        try:
            return list(Document(self.paths.workspace).read().get("aliases", {}).values())
        except NotFoundError:
            return []

    def _aliases(self, name: str) -> dict[str, str]:
        return {row["alias"]: row["model"] for row in self._alias_rows() if row["name"] == name}

    def _newest(self, name: str) -> Any:
        found = self._named(name)
        if not found:
            raise NotFoundError(f"There is no model {shown(name)} in this store.", "id")
        return max(found, key=lambda model: (model.version, model.created or ""))

    def _version(self, name: str, version: int) -> Any:
        found = self._named(name)
        for model in found:
            if model.version == version:
                return model
        known = ", ".join(str(model.version) for model in found) or "none"
        raise NotFoundError(f"The model {shown(name)} has no version {version}; it has: {known}.", "id")

    def _named(self, name: str) -> Models:
        from trackkit_jupyter.query.nodes import Compare, Field

        return self.models(Compare(Field("name"), "==", name), archived=None)
