"""Attaching what has no iteration: configuration objects and artifacts."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_name, iso
from trackkit_jupyter.store.content_edits import ContentEdits
from trackkit_jupyter.tracking.writing import Writing

__all__ = ["Attaching"]


class Attaching(Writing, ContentEdits):
    """An experiment that keeps configuration objects and artifacts."""

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
            "timestamp": iso(time.time()),
        }
        self._put_rows("artifacts", [row], "key")
