"""Artifacts as they are kept: a file in an open format, made from what people have at hand; never a pickle."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackkit_jupyter.errors import TrackkitTypeError, TrackkitValueError, shown
from trackkit_jupyter.records import check_text
from trackkit_jupyter.store.blobs import Blobs
from trackkit_jupyter.tracking.plain import plain_json

__all__ = ["Artifact", "address_of", "is_frame", "keep", "keep_frame"]

_PREVIEW = 64 << 10
# No spaces, and a suffix or a separator: a path that was mistyped, not a text.
_LIKE_A_PATH = re.compile(r"[^\s]*(?:[/\\][^\s]*|[^\s.]\.[A-Za-z]\w{0,7})")
_ADDRESS = re.compile(r"(?:https?|s3a?|gs|gcs|az|abfss?|wasbs?|hdfs|sftp|ftp|oci|dvc|hf)://[^\s/]+(?:/\S*)?", re.ASCII)
_FIELD = "object_or_path"


@dataclass(frozen=True)
class Artifact:
    """What an artifact is: its type, the SHA-256 and size of its file, and a preview as text."""

    type: str
    sha256: str
    size: int
    preview: str


def keep(blobs: Blobs, content: Any) -> Artifact:
    """Keep an artifact.

    Parameters
    ----------
    blobs
        Where it is kept.
    content
        A path of a file or a folder, or one with ``*`` for several; a DataFrame, an array, an image, a figure, text,
        bytes, or data of dicts, lists, dataclasses, numbers, dates and the like.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        It cannot be kept, or not read; nothing was kept.
    OSError
        It cannot be written.
    """
    if content is None:
        raise TrackkitTypeError(f"{_FIELD} must be something to keep, not None.", _FIELD)
    if isinstance(content, os.PathLike) or (isinstance(content, str) and _is_path(content)):
        return _keep_path(blobs, Path(content))
    if isinstance(content, str) and _LIKE_A_PATH.fullmatch(content):
        raise TrackkitValueError(
            f"There is no file {shown(content)}. To keep that as text, end it with a line feed.", _FIELD
        )
    if is_frame(content):
        return keep_frame(blobs, content)
    kind, data, preview = _encoded(content)
    sha256, _ = blobs.put(data)
    return Artifact(kind, sha256, len(data), _cut(preview))


def address_of(content: Any) -> str | None:
    """Return the address in the network that a text is, without user and password; ``None`` if it is none."""
    if not isinstance(content, str) or not _ADDRESS.fullmatch(content):
        return None
    scheme, _, rest = check_text(content, _FIELD, what="An address").partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"


def is_frame(content: Any) -> bool:
    """Return whether something is a DataFrame or a Series, of pandas or polars."""
    return (hasattr(content, "to_csv") and hasattr(content, "index")) or (
        hasattr(content, "write_csv") and hasattr(content, "columns")
    )


def keep_frame(blobs: Blobs, frame: Any) -> Artifact:
    """Keep a DataFrame as CSV; its preview begins with its size and its first rows."""
    if hasattr(frame, "write_csv"):
        kind, text, head = "polars", frame.write_csv(), str(frame.head(20))
    else:
        frame = frame if hasattr(frame, "columns") else frame.to_frame()
        kind, text, head = "pandas", frame.to_csv(), str(frame.head(20).to_string())
    data = str(text).encode(errors="backslashreplace")
    sha256, _ = blobs.put(data)
    rows, columns = frame.shape
    return Artifact(kind, sha256, len(data), _cut(f"{rows:,} rows x {columns:,} columns\n{head}"))


def _is_path(text: str) -> bool:
    if not text or "\n" in text or "\0" in text or len(text.encode(errors="replace")) >= 4096:
        return False
    try:
        return Path(text).expanduser().exists() or bool("*" in text and _matches(Path(text)))
    except OSError:  # a name that is too long for one
        return False


def _matches(path: Path) -> list[Path]:
    import glob

    return sorted(Path(found) for found in glob.glob(str(path.expanduser()), recursive=True))


def _keep_path(blobs: Blobs, path: Path) -> Artifact:
    path = path.expanduser()
    if path.is_dir():
        return _keep_all(blobs, path, path.rglob("*"))
    if not path.is_file():
        if path.exists():
            raise TrackkitValueError(f"{shown(str(path))} is neither a file nor a folder.", _FIELD)
        found = _matches(path) if "*" in str(path) else []
        if not found:
            raise TrackkitValueError(f"{shown(str(path))} does not exist.", _FIELD)
        if len(found) == 1:
            return _keep_path(blobs, found[0])
        # Named from the folder before the first wildcard.
        parts = Path(str(path).partition("*")[0] + "x").parent
        return _keep_all(blobs, parts, [inner for each in found for inner in (each, *each.rglob("*"))])
    with _opened(path) as source:
        sha256, _, size = blobs.put_stream(source)
    return Artifact("file", sha256, size, _file_preview(path, blobs.path(sha256), size))


class _Source(io.FileIO):
    """A file to keep: that it cannot be read is no fault of the store."""

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            return super().read(-1 if size is None else size)
        except OSError as error:
            raise _unreadable(Path(str(self.name)), error) from None


def _opened(path: Path) -> _Source:
    try:
        return _Source(path)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> TrackkitValueError:
    return TrackkitValueError(f"{shown(str(path))} cannot be read: {error.strerror or type(error).__name__}.", _FIELD)


def _file_preview(path: Path, kept: Path, size: int) -> str:
    with kept.open("rb") as file:
        start = file.read(_PREVIEW)
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        text = start[: error.start].decode() if error.start >= _PREVIEW - 4 else ""  # cut within a character
    if not text or "\0" in text:
        return f"{path.name}  {size:,} bytes"
    return text if size <= _PREVIEW else f"{text}\n… {size:,} bytes"


def _keep_all(blobs: Blobs, folder: Path, paths: Iterable[Path]) -> Artifact:
    listing = []
    with tempfile.TemporaryDirectory() as scratch:
        packed = Path(scratch, "folder.zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for path in sorted(set(paths)):
                name = path.relative_to(folder).as_posix()
                if path.is_symlink() or not (path.is_file() or path.is_dir()):
                    listing.append(f"{name}  left out: it is no file of its own")
                elif path.is_file():
                    with _opened(path) as source, archive.open(_entry(path, name), "w", force_zip64=True) as target:
                        size = 0
                        while chunk := source.read(1 << 20):
                            size += target.write(chunk)
                    listing.append(f"{name}  {size:,} bytes")
        sha256, _, size = blobs.put_file(packed)
    return Artifact("archive", sha256, size, _cut("\n".join(listing)))


def _entry(path: Path, name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _cut(text: str) -> str:
    data = text.encode(errors="backslashreplace")
    if len(data) <= _PREVIEW:
        return data.decode()
    return data[:_PREVIEW].decode(errors="ignore") + "\n…"


def _encoded(content: Any) -> tuple[str, bytes, str]:
    if isinstance(content, str):
        return "text", check_text(content, _FIELD).encode(), content
    if isinstance(content, bytes | bytearray | memoryview):
        return "bytes", bytes(content), f"{len(bytes(content)):,} bytes"
    if hasattr(content, "__array__") and hasattr(content, "dtype"):
        return _array(content)
    if (hasattr(content, "save") and hasattr(content, "getbands")) or hasattr(content, "savefig"):
        from trackkit_jupyter.tracking import media

        picture = media.image(content)
        return "image", picture.data, f"{picture.width} x {picture.height} pixels"
    if hasattr(content, "to_plotly_json"):
        from trackkit_jupyter.tracking import figures

        figure = figures.figure_json(content)
        return "plotly", figure, f"{len(figure):,} bytes"
    text = plain_json(content, _FIELD)
    return "json", text.encode(), text


def _array(content: Any) -> tuple[str, bytes, str]:
    import numpy as np

    about = f"shape {tuple(content.shape)}, dtype {content.dtype}"
    if hasattr(content, "detach"):  # of torch: one that needs a gradient, or lies on a graphics card
        content = content.detach().cpu()
    written = io.BytesIO()
    try:
        np.save(written, np.asarray(content), allow_pickle=False)
    except (TypeError, ValueError) as error:
        raise TrackkitTypeError(f"The array ({about}) cannot be kept: {error}.", _FIELD) from None
    return "numpy", written.getvalue(), about
