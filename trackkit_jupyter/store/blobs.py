"""Blobs: files kept by their content's SHA-256, written once and never changed."""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from trackkit_jupyter.errors import DamagedError, NotFoundError, TrackkitValueError
from trackkit_jupyter.store.syncing import sync_file, sync_folder

__all__ = ["Blobs", "is_hash"]

_CHUNK = 1 << 20


def is_hash(text: object) -> bool:
    """Return whether `text` is a SHA-256 as blobs are named: 64 lower-case hex characters."""
    return isinstance(text, str) and len(text) == 64 and not text.strip("0123456789abcdef")


class Blobs:
    """The blobs of one experiment or report, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fresh: deque[Path] = deque()  # not brought to the disk yet

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

    def read(self, sha256: str) -> bytes:
        """Return the content of a blob, verified.

        Raises
        ------
        TrackkitValueError, NotFoundError
            It is no SHA-256, or there is no such blob.
        DamagedError
            Its file is damaged.
        """
        import hashlib

        data = self.path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedError(f"The file {sha256} of this experiment is damaged; it is left as it is.", "hash")
        return data

    def put(self, data: bytes) -> tuple[str, Path]:
        """Keep `data`; return its SHA-256 and its file."""
        sha256, path, _ = self.put_stream(io.BytesIO(data))
        return sha256, path

    def put_file(self, source: Path) -> tuple[str, Path, int]:
        """Keep a copy of `source`; return its SHA-256, its file and its size in bytes."""
        with source.open("rb") as stream:
            return self.put_stream(stream)

    def put_stream(self, stream: BinaryIO) -> tuple[str, Path, int]:
        """Keep what `stream` gives; return its SHA-256, its file and its size in bytes.

        The hash is of the bytes that were copied, so that a file that grows meanwhile is stored as it was read. The
        folder above must be there: what was deleted does not come back.
        """
        import hashlib

        digest = hashlib.sha256()
        size = 0
        self.folder.mkdir(exist_ok=True)
        temporary = self.folder / f"new-{os.urandom(8).hex()}"
        try:
            with temporary.open("xb") as file:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
            path = self.folder / digest.hexdigest()
            os.replace(temporary, path)
            self._fresh.append(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return path.name, path, size

    def sync(self, on_fault: Callable[[OSError], None]) -> None:
        """Bring what was put since the last call to the disk.

        Parameters
        ----------
        on_fault
            Called with the error for each file that cannot be trusted to be there.
        """
        if not self._fresh:
            return
        while self._fresh:
            try:
                sync_file(self._fresh.popleft())
            except OSError as error:
                on_fault(error)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
