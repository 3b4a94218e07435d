"""Artifacts as they are kept: a file, made from what people have at hand."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.store.blobs import Blobs
from trackkit_jupyter.tracking.figures import checked_json

__all__ = ["Artifact", "keep"]

_PREVIEW = 64 << 10
# No spaces, and a suffix or a separator: a path that was mistyped, not a text.
_LIKE_A_PATH = re.compile(r"[^\s]*(?:[/\\][^\s]*|[^\s.]\.[A-Za-z]\w{0,7})")


@dataclass(frozen=True)
class Artifact:
    """What an artifact is: its type, the SHA-256 and size of its file, and a preview as text."""

    type: str
    sha256: str
    size: int
    preview: str


def keep(blobs: Blobs, content: Any) -> Artifact:
    """Keep an artifact: a path (file or folder), a DataFrame, an array, an image, text, or anything that JSON knows.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It cannot be kept; nothing was.
    """
    if isinstance(content, os.PathLike) or (isinstance(content, str) and _is_path(content)):
        return _keep_path(blobs, Path(content))
    if content is None:
        raise TrackkitTypeError("object_or_path must be something to keep, not None.", "object_or_path")
    if isinstance(content, str) and _LIKE_A_PATH.fullmatch(content):
        raise TrackkitValueError(
            f"There is no file {shown(content)}. To keep that as text, end it with a line feed.", "object_or_path"
        )
    kind, data, preview = _encoded(content)
    sha256, _ = blobs.put(data)
    return Artifact(kind, sha256, len(data), preview[:_PREVIEW])


def _is_path(text: str) -> bool:
    return "\n" not in text and len(text) < 4096 and Path(text).expanduser().exists()


def _keep_path(blobs: Blobs, path: Path) -> Artifact:
    path = path.expanduser()
    if path.is_dir():
        return _keep_folder(blobs, path)
    if not path.is_file():
        what = "is neither a file nor a folder" if path.exists() else "does not exist"
        raise TrackkitValueError(f"{shown(str(path))} {what}.", "object_or_path")
    try:
        source = path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TrackkitValueError(f"{shown(str(path))} cannot be read: {reason}.", "object_or_path") from None
    with source:
        sha256, _, size = blobs.put_stream(source)
    return Artifact("file", sha256, size, path.name)


def _keep_folder(blobs: Blobs, folder: Path) -> Artifact:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    with tempfile.TemporaryDirectory() as scratch:
        packed = Path(scratch, "folder.zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder).as_posix())
        sha256, _, size = blobs.put_file(packed)
    listing = "\n".join(f"{path.relative_to(folder).as_posix()}  {path.stat().st_size} bytes" for path in files)
    return Artifact("archive", sha256, size, listing[:_PREVIEW])


def _encoded(content: Any) -> tuple[str, bytes, str]:
    if isinstance(content, str):
        return "text", content.encode(), content
    if isinstance(content, bytes):
        return "bytes", content, f"{len(content)} bytes"
    if hasattr(content, "to_csv") and hasattr(content, "columns"):
        text = str(content.to_csv())
        return "pandas", text.encode(), str(content.head(20).to_string())
    if hasattr(content, "__array__") and hasattr(content, "dtype"):
        import numpy as np

        written = io.BytesIO()
        np.save(written, np.asarray(content), allow_pickle=False)
        return "numpy", written.getvalue(), f"shape {content.shape}, dtype {content.dtype}"
    if hasattr(content, "save") and hasattr(content, "getbands"):
        written = io.BytesIO()
        content.save(written, "PNG")
        return "image", written.getvalue(), f"{content.size[0]} x {content.size[1]} pixels"
    text = checked_json(content, "object_or_path")
    return "json", text.encode(), text
