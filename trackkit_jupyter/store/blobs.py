"""Blobs: files kept by their content's SHA-256, written once and never changed."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from trackkit_jupyter.errors import NotFoundError, TrackkitValueError

__all__ = ["Blobs", "is_hash"]

_CHUNK = 1 << 20


def is_hash(text: object) -> bool:
    """Return whether `text` is a SHA-256 as blobs are named: 64 lower-case hex characters."""
    return isinstance(text, str) and len(text) == 64 and not text.strip("0123456789abcdef")


class Blobs:
    """The blobs of one experiment or report, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return the file of a blob.

        Raises
        ------
        TrackkitValueError, NotFoundError
            It is no SHA-256, or there is no such blob.
        """
        if not is_hash(sha256):
            raise TrackkitValueError("hash must be a SHA-256: 64 lower-case hex characters.", "hash")
        path = self.folder / sha256
        if not path.is_file() or path.is_symlink():
            raise NotFoundError("There is no such file in this experiment.", "hash")
        return path

    def put(self, data: bytes) -> tuple[str, Path]:
        """Keep `data`; return its SHA-256 and its file."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.folder / sha256
        if not path.exists():
            temporary = self._temporary()
            with temporary.open("xb") as file:
                file.write(data)
            os.replace(temporary, path)
        return sha256, path

    def put_file(self, source: Path) -> tuple[str, Path, int]:
        """Keep a copy of `source`; return its SHA-256, its file and its size in bytes.

        The hash is of the bytes that were copied, so that a file that grows meanwhile is stored as it was read.
        """
        digest = hashlib.sha256()
        size = 0
        temporary = self._temporary()
        with source.open("rb") as read, temporary.open("xb") as file:
            while chunk := read.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
        sha256 = digest.hexdigest()
        path = self.folder / sha256
        os.replace(temporary, path)
        return sha256, path, size

    def _temporary(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"new-{secrets.token_hex(8)}"
