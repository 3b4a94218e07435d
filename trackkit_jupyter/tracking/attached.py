"""Attaching what has no iteration: configuration objects and artifacts."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_name, check_text, iso
from trackkit_jupyter.store.content_edits import ContentEdits
from trackkit_jupyter.tracking.writing import Writing

if TYPE_CHECKING:
    from trackkit_jupyter.tracking.artifacts import Artifact

__all__ = ["Attaching", "artifact_row", "checked_metadata"]


def checked_metadata(metadata: Any) -> dict[str, Any]:
    """Return the metadata of an artifact as JSON data.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It is no dict, or holds what JSON does not know; the message names the path.
    """
    from trackkit_jupyter.tracking.plain import plain_data

    if metadata is not None and not isinstance(metadata, Mapping):
        raise TrackkitTypeError(f"metadata must be a dict, not {type(metadata).__name__}.", "metadata")
    return dict(plain_data(metadata or {}, "metadata"))


def artifact_row(name: str, kind: str, kept: Artifact, metadata: dict[str, Any]) -> dict[str, Any]:
    """Return an artifact as the record keeps it."""
    return {
        "key": name,
        "type": kind,
        "uri": f"blobs/{kept.sha256}",
        "size": kept.size,
        "hash": kept.sha256,
        "metadata": metadata,
        "preview": kept.preview,
        "timestamp": iso(time.time()),
    }


class Attaching(Writing, ContentEdits):
    """An experiment that keeps configuration objects and artifacts."""

    def connect_configuration(self, configuration: Any, name: str = "General", description: str | None = None) -> None:
        """Record a configuration object as text.

        Parameters
        ----------
        configuration
            The path of a file (YAML, JSON, HOCON or any text), kept as it is; or a dict, kept as JSON; 10 MB at most.
        name
            Its name; recorded again under it, it is replaced.
        description
            What it is for; left as it is without it.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            It cannot be read or kept; nothing was recorded.
        """
        from trackkit_jupyter.tracking.plain import plain_json

        check_name(name)
        if isinstance(configuration, Mapping):
            text, kind = plain_json(configuration, "configuration"), "json"
        elif isinstance(configuration, str | os.PathLike):
            text, kind = _read(os.fspath(configuration))
        else:
            raise TrackkitTypeError(
                f"configuration must be a dict or the path of a file, not {type(configuration).__name__}.",
                "configuration",
            )
        row = {
            "name": name,
            "value": check_text(text, "configuration", what="The configuration"),
            "type": kind,
        }
        if description is not None:
            row["description"] = check_text(description, "description", what="A description")
        self._put_rows("configuration", [row], "name")

    def log_artifact(self, name: str, object_or_path: Any, metadata: Mapping[str, Any] | None = None) -> None:
        """Keep an artifact, in an open format. Logged again under its name, it is a new version of it.

        :meth:`artifact_versions` returns the earlier ones.

        Parameters
        ----------
        name
            Its name.
        object_or_path
            A file or folder by its path, or several by one with ``*``; a DataFrame, kept as CSV; an array, as .npy; an
            image or matplotlib figure, as PNG; text, bytes; or data of dicts, lists, dataclasses, numbers and dates, as
            JSON. A file is copied as it is now. Of what lies in the network, its address (``https://``, ``s3://``,
            ``gs://`` and the like), without user and password: nothing is fetched.
        metadata
            What to know about it: a dict of JSON data.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            It has no safe format, cannot be read, or an argument is wrong; nothing was kept.
        TrackkitStateError
            The experiment is not running in this process.
        """
        from trackkit_jupyter.tracking import artifacts

        check_name(name)
        recorder = self._running()
        details = checked_metadata(metadata)
        address = artifacts.address_of(object_or_path)
        if address is not None:
            row = {"key": name, "type": "link", "uri": address, "metadata": details, "timestamp": iso(time.time())}
            self._put_rows("artifacts", [row], "key", kept_in="earlier_artifacts")
            return
        try:
            kept = artifacts.keep(self._blobs, object_or_path)
        except OSError as error:
            recorder.lose(error)
            return
        self._put_rows("artifacts", [artifact_row(name, kept.type, kept, details)], "key", kept_in="earlier_artifacts")


def _read(path: str | bytes) -> tuple[str, str]:
    if not isinstance(path, str) or "\n" in path or "\0" in path or not Path(path).expanduser().is_file():
        raise TrackkitValueError(
            f"configuration must be a dict or the path of a file; there is no file {shown(path)}.", "configuration"
        )
    file = Path(path).expanduser()
    try:
        return file.read_text(encoding="utf-8"), file.suffix.lstrip(".") or "text"
    except UnicodeDecodeError as error:
        reason = f"it is no UTF-8 text, at byte {error.start}"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise TrackkitValueError(f"The configuration file {shown(path)} cannot be read: {reason}.", "configuration")
