"""Carry experiments from one store to another: their folders, packed into a zip file and taken from it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import (
    SchemaError,
    StorageFullError,
    TrackkitError,
    TrackkitStorageError,
    TrackkitValueError,
    shown,
)
from trackkit_jupyter.records import check_id, new_id
from trackkit_jupyter.store import changes
from trackkit_jupyter.store.archive import state_of
from trackkit_jupyter.store.blobs import is_hash
from trackkit_jupyter.store.documents import Document, storage_error
from trackkit_jupyter.store.experiment import StoredExperiment
from trackkit_jupyter.store.paths import ExperimentPaths, StorePaths
from trackkit_jupyter.store.shapes import check_shape

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Taken", "pack", "steady", "take"]

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_NOT_PACKED = re.compile(r".*\.(lock|tmp|bak|damaged)|new-.*|\..*")
_PACKED = {".parquet", ""}  # blobs have no suffix: what is in them is mostly compressed
_CHUNK = 1 << 20
#: How much of the disk an import leaves free: what is logged meanwhile must not be lost for it.
_KEPT_FREE = 0.02


@dataclass(frozen=True)
class Taken:
    """An experiment that was taken: the id that it has here, the one it had, its name, and whether it was there."""

    id: str
    was: str
    name: str
    known: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def pack(experiments: Sequence[StoredExperiment], path: Path) -> None:
    """Pack the folders of experiments into a zip file; one that is running is packed as far as it is."""
    with zipfile.ZipFile(path, "x") as archive:
        for each in experiments:
            files = each.store.paths.experiment(each.id)
            for name, source in steady(files):
                if source == files.archive_overviews:  # it is made where the experiment goes
                    continue
                method = zipfile.ZIP_STORED if source.suffix in _PACKED else zipfile.ZIP_DEFLATED
                archive.write(source, f"{each.id}/{name}", compress_type=method)


def steady(files: ExperimentPaths) -> Iterator[tuple[str, Path]]:
    """Give the files of an experiment: of the segments and the archive that takes their place, one or the other."""
    held: list[tuple[str, Path]] = []
    while not held:
        before = state_of(files.archive)
        held = [(name, files.root / name) for name in sorted(os.listdir(files.root)) if not _NOT_PACKED.fullmatch(name)]
        if state_of(files.archive) != before:
            held = []
    for name, path in held:
        if path.is_file() and not path.is_symlink():
            yield name, path
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(os.listdir(files.blobs)):
            if is_hash(name):
                yield f"{files.blobs.name}/{name}", files.blobs / name


def take(store: Store[Any], path: Path) -> list[Taken]:
    """Take the experiments of a zip file into a store: all of them, or none.

    One that the store has already, file by file, is left as it is. Another one with the same id is given a new id.

    Parameters
    ----------
    store
        The store that takes them.
    path
        What :func:`pack` made.

    Raises
    ------
    TrackkitValueError
        It is no zip file, or holds something that is no part of an experiment. Nothing was taken.
    TrackkitStorageError
        An experiment in it is damaged, there is no space, or the store cannot be written. Nothing was taken.
    SchemaError
        A newer version wrote it.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise TrackkitValueError(f"There is no file {path}.", "file") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise TrackkitValueError(f"{path.name} is no zip file that can be read ({error}).", "file") from error
    paths = store.paths
    scratch = paths.experiments / f".new-{new_id()}"
    try:
        with archive:
            members = _members(archive, path.name)
            _check_size(archive, path, paths)
            scratch.mkdir(parents=True)
            for info, parts in members:
                _extract(archive, info, scratch.joinpath(*parts))
        taken = [_adopt(paths, scratch / id) for id in dict.fromkeys(parts[0] for _, parts in members)]
        for one in taken:
            if not one.known:
                os.replace(scratch / one.was, paths.experiment(one.id).root)
                changes.note(paths, one.id, "start")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise TrackkitValueError(f"{path.name} cannot be read ({error}); nothing was taken.", "file") from error
    except TrackkitError:
        raise
    except OSError as error:
        raise storage_error(error, f"{path.name} cannot be taken into the store") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return taken


def _members(archive: zipfile.ZipFile, name: str) -> list[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """Return the files of an archive with the parts of their names, each checked."""
    found, seen = [], set()
    for info in archive.infolist():
        if info.is_dir():
            continue
        # The name as it stands there, never as a path: what is no plain part of an experiment is refused.
        parts = tuple(info.orig_filename.split("/"))
        blob = len(parts) == 3 and parts[1] == "blobs" and is_hash(parts[2])
        plain = len(parts) == 2 and bool(_PART.fullmatch(parts[1]))
        link = stat.S_ISLNK(info.external_attr >> 16)
        try:
            check_id(parts[0])
        except TrackkitError:
            plain = blob = False
        if not (blob or plain) or link or parts in seen or info.flag_bits & 1:
            raise TrackkitValueError(
                f"{name} holds {shown(info.orig_filename)}, which is no part of an experiment; nothing was taken.",
                "file",
            )
        seen.add(parts)
        found.append((info, parts))
    for id in {parts[0] for _, parts in found}:
        if (id, ExperimentPaths(Path(id)).record.name) not in seen:
            raise TrackkitValueError(f"{name} holds no record of {id}; nothing was taken.", "file")
    if not found:
        raise TrackkitValueError(f"{name} holds no experiment.", "file")
    return found


def _check_size(archive: zipfile.ZipFile, path: Path, paths: StorePaths) -> None:
    """Refuse what would fill the disk, and what unpacks the same bytes again and again."""
    packed = sum(info.compress_size for info in archive.infolist())
    if packed > path.stat().st_size:
        raise TrackkitValueError(
            f"{path.name} is smaller than the files it says it holds: some of them overlap; nothing was taken.", "file"
        )
    size, disk = sum(info.file_size for info in archive.infolist()), shutil.disk_usage(paths.root)
    if size > disk.free - disk.total * _KEPT_FREE:
        raise StorageFullError(
            f"The experiments in {path.name} take {size:,} bytes; {disk.free:,} are free, of which {_KEPT_FREE:.0%} of "
            "the disk are left to those that are logging; nothing was taken."
        )


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    left = info.file_size
    with archive.open(info) as source, target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise zipfile.BadZipFile(f"{info.filename} is larger than it says")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _adopt(paths: StorePaths, folder: Path) -> Taken:
    """Check an experiment that was unpacked, and give it an id that is free here."""
    was = folder.name
    document = Document(ExperimentPaths(folder).record)
    try:
        record = check_shape(document.read(), "experiment")["experiment"]["1"]
    except SchemaError:
        raise
    except TrackkitStorageError as error:
        raise TrackkitStorageError(f"The record of {was} is damaged; nothing was taken. {error.message}") from error
    name = str(record["name"])
    there = paths.experiment(was).root
    known = there.is_dir() and _is_same(folder, there)
    id = was if known or not there.exists() else new_id()
    if record.get("id") != id:
        with document.edit() as database:
            database.table("experiment", cache_size=0).update({"id": id})
        for suffix in (".lock", ".bak"):
            document.path.with_name(document.path.name + suffix).unlink(missing_ok=True)
    return Taken(id, was, name, known)


def _is_same(one: Path, other: Path) -> bool:
    """Return whether all files of a folder are in another one, byte by byte."""
    for path in one.rglob("*"):
        twin = other / path.relative_to(one)
        if path.is_file() and not (twin.is_file() and _same_bytes(path, twin)):
            return False
    return True


def _same_bytes(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while chunk := first.read(_CHUNK):
            if chunk != second.read(_CHUNK):
                return False
    return True
