"""A lock between processes and threads, on a file that is only made where its folder is."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

from trackkit_jupyter.errors import TrackkitStorageError

__all__ = ["locked"]

_BUSY = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK}
_NONE = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}


@contextlib.contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock on `path` meanwhile; it ends with its process, however that ends.

    Raises
    ------
    TrackkitStorageError
        Somebody else held it for `seconds`, or the file system has no locks.
    OSError
        The file cannot be made.
    """
    try:
        import fcntl
    except ImportError:
        with _locked_elsewhere(path, seconds):
            yield
        return
    # Not filelock here: it takes half of the time that start() may, and makes folders that were removed.
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        deadline, pause = time.monotonic() + seconds, 0.0005
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno in _NONE:
                    raise TrackkitStorageError("The file system of the store has no locks.") from error
                if error.errno not in _BUSY:
                    raise
                if time.monotonic() > deadline:
                    raise _taken(path, seconds) from None
            time.sleep(pause)
            pause = min(2 * pause, 0.004)  # no longer: those who wait take no turns, and the patient one would starve
        try:
            yield
        finally:
            fcntl.flock(fd, fcntl.LOCK_UN)  # said, not only closed: a child that was forked meanwhile has it open too
    finally:
        os.close(fd)


@contextlib.contextmanager
def _locked_elsewhere(path: Path, seconds: float) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=seconds):
            yield
    except Timeout as error:
        raise _taken(path, seconds) from error


def _taken(path: Path, seconds: float) -> TrackkitStorageError:
    return TrackkitStorageError(f"{path.stem} is locked by another process for more than {seconds:g} s.")
