"""What an experiment was made with, and what it made: parameters, configuration, artifacts, models, machine, code."""

from __future__ import annotations

from typing import Any

from trackkit_jupyter.store.logged import Logged
from trackkit_jupyter.store.record import only

__all__ = ["Content"]

_ABSENT: dict[str, Any] = {
    "execution": {
        "repository": None,
        "repository_root": None,
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


class Content(Logged):
    """The content of an experiment that is kept in tables, or of which the journal says how it changed."""

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
        return {row["name"]: only(row, "value", "type", "description") for row in self._rows("properties")}

    @property
    def configuration(self) -> dict[str, dict[str, Any]]:
        """Configuration objects, ``{name: {value, type, description}}``; values are text."""
        return {row["name"]: only(row, "value", "type", "description") for row in self._rows("configuration")}

    @property
    def artifacts(self) -> list[dict[str, Any]]:
        """Artifacts, each ``{key, type, uri, size, hash, metadata, preview, timestamp}``."""
        return [self._artifact(row) for row in self._rows("artifacts")]

    def artifact_versions(self, key: str) -> list[dict[str, Any]]:
        """Return all that was kept under the name of an artifact, the newest last; each as in :attr:`artifacts`."""
        rows = [*self._rows("earlier_artifacts"), *self._rows("artifacts")]
        return [self._artifact(row) for row in rows if row.get("key") == key]

    def _artifact(self, row: dict[str, Any]) -> dict[str, Any]:
        found = only(row, "key", "type", "uri", "size", "hash", "metadata", "preview", "timestamp")
        if str(found["uri"]).startswith("blobs/"):  # kept relative, so that the folder can be copied
            found["uri"] = str(self._paths.root / found["uri"])
        return found

    @property
    def models(self) -> dict[str, list[dict[str, Any]]]:
        """Models used and saved, ``{"input": [{id, name}], "output": [{id, name}]}``."""
        found: dict[str, list[dict[str, Any]]] = {"input": [], "output": []}
        for row in self._rows("models"):
            found[row["role"]].append(only(row, "id", "name"))
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
        cells = [only(event, "code", "number", "time") for event in self._reader.events("cell")]
        return {**kept, "cells": [*kept["cells"], *cells]}
