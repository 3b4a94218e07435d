"""Write experiments to files that other programs read: JSON, CSV, Parquet, or their folders in a zip file."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from trackkit_jupyter.records import iso
from trackkit_jupyter.store.documents import storage_error
from trackkit_jupyter.store.experiment import StoredExperiment
from trackkit_jupyter.store.summaries import json_number

__all__ = ["COLUMNS", "text", "write"]

#: The scalars in long form, one row per point.
COLUMNS = ("experiment", "name", "metric", "variant", "iteration", "value", "time")


def text(experiments: Sequence[StoredExperiment], kind: str, *, alone: bool) -> str:
    """Return what :func:`write` writes as ``json`` or ``csv``."""
    written = io.StringIO()
    _write_text(written, experiments, kind, alone)
    return written.getvalue()


def write(experiments: Sequence[StoredExperiment], path: Path, kind: str, *, alone: bool = False) -> None:
    """Write experiments to a file, whole or not at all.

    Parameters
    ----------
    experiments
        Which.
    path
        The file; its folder must be there.
    kind
        ``json``: all of ``to_dict(events=True)``; ``csv``: the scalars, a row per point, with the numbers as they were
        logged, NaN and infinity as "NaN", "Infinity" and "-Infinity", and times in ISO 8601 (UTC); ``parquet``: the
        same columns, times in unix seconds; ``zip``: the folders, which ``trackkit import`` takes.
    alone
        Whether JSON holds the one experiment itself, not a list of them.

    Raises
    ------
    TrackkitStorageError
        It cannot be written; what was there is untouched.
    """
    with _aside(path) as fresh:
        if kind == "zip":
            from trackkit_jupyter.store.transfer import pack

            pack(experiments, fresh)
        elif kind == "parquet":
            _write_parquet(fresh, experiments)
        else:
            with fresh.open("w", encoding="utf-8", newline="") as file:
                _write_text(file, experiments, kind, alone)


def _write_text(file: IO[str], experiments: Sequence[StoredExperiment], kind: str, alone: bool) -> None:
    if kind == "csv":
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for head, series in _long(experiments):
            points = zip(series.iterations.tolist(), series.values.tolist(), series.times.tolist(), strict=True)
            rows.writerows([*head, iteration, json_number(value), iso(at)] for iteration, value, at in points)
        return
    found = [each.to_dict(events=True) for each in experiments]
    json.dump(found[0] if alone else found, file, indent=2, ensure_ascii=False, allow_nan=False)


def _long(experiments: Iterable[StoredExperiment]) -> Iterator[tuple[tuple[str, str, str, str], Any]]:
    for each in experiments:
        for metric, variant in each.names():
            yield (each.id, each.name, metric, variant), each.series(metric, variant)


def _write_parquet(path: Path, experiments: Sequence[StoredExperiment]) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [pa.field(name, pa.dictionary(pa.int32(), pa.string())) for name in COLUMNS[:4]]
    numbers = [
        pa.field(name, kind) for name, kind in zip(COLUMNS[4:], (pa.int64(), pa.float64(), pa.float64()), strict=True)
    ]
    schema = pa.schema([*texts, *numbers])
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=list(COLUMNS[:4])) as writer:
        for head, series in _long(experiments):
            place = pa.array(np.zeros(len(series), np.int32))
            columns = [pa.DictionaryArray.from_arrays(place, pa.array([each], pa.string())) for each in head]
            columns += [pa.array(column) for column in (series.iterations, series.values, series.times)]
            writer.write_table(pa.table(columns, schema=schema))


@contextlib.contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """Give a file to write, which takes the place of `path` when it is whole."""
    fresh = path.with_name(f".{path.name[:40]}.{os.urandom(4).hex()}")
    try:
        yield fresh
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise storage_error(error, f"{path} cannot be written") from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
