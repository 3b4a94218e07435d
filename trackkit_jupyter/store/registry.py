"""The user's registry of stores: so that the Jupyter server finds the stores that the kernels use.

One small file per store, named by the store's id, in the user's data folder. A registry that cannot be written costs
nothing but that convenience.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from trackkit_jupyter.store.paths import StorePaths

__all__ = ["enter", "find", "folder", "stores"]


def folder() -> Path:
    """Return the folder of the registry."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("trackkit", appauthor=False)) / "stores"


def enter(id: str, path: Path) -> None:
    """Enter a store, or its new place."""
    entry = folder() / f"{id}.json"
    text = json.dumps({"path": str(path)})
    try:
        if entry.is_file() and entry.read_text() == text:
            return
        entry.parent.mkdir(parents=True, exist_ok=True)
        temporary = entry.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(text)
        os.replace(temporary, entry)
    except OSError:
        return


def find(id: str) -> Path | None:
    """Return where the store with that id lies, if it is known and still there under that id."""
    try:
        path = Path(json.loads((folder() / f"{id}.json").read_text())["path"])
        marker = json.loads(StorePaths(path).marker.read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return path if isinstance(marker, dict) and marker.get("id") == id else None


def stores() -> dict[str, Path]:
    """Return the known stores that are still there, ``{id: path}``."""
    try:
        ids = sorted(entry.stem for entry in folder().glob("*.json"))
    except OSError:
        return {}
    found = {id: find(id) for id in ids}
    return {id: path for id, path in found.items() if path is not None}
