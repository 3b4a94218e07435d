"""What is looked at first of an archive: the same as its points say, without reading them; else it is not used."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from trackkit_jupyter import charts as drawing
from trackkit_jupyter import tracking
from trackkit_jupyter.check import repair, verify
from trackkit_jupyter.operations import call
from trackkit_jupyter.store import archivist, overviews
from trackkit_jupyter.store.archive import Archive, state_of
from trackkit_jupyter.store.archivist import archive
from trackkit_jupyter.store.overviews import POINTS, read_overviews
from trackkit_jupyter.store.transfer import pack, take

COUNT = overviews.LEAST_ROWS
ODD = (np.nan, np.inf, -np.inf, 0.0, -1.0)


@pytest.fixture
def made(store):
    """Return an experiment of long, short and odd series, which has ended and was not archived."""
    random = np.random.default_rng(5)
    values = random.normal(size=COUNT).cumsum()
    odd = values.copy()
    odd[random.integers(0, COUNT, 400)] = random.choice(ODD, 400)
    with tracking.start("long", store=store.path, capture=False) as run:
        for step in range(COUNT):
            run.log({"loss/train": values[step], "odd/train": odd[step]}, iteration=step)
            run.log_scalar("back", "train", values[step], COUNT - step if step < 9 else step)
            if step < 40:
                run.log_scalar("short", "train", odd[step], step)
        run.log({"gap/train": float("nan")}, iteration=0)
    return store.experiment(run.id)


def charts(store, id, **asked):
    return drawing.decode(call("charts", store, {"objects": [id], "points": POINTS, **asked}))


def assert_same(one, other):
    assert [chart.id for chart in one.charts] == [chart.id for chart in other.charts]
    for first, second in zip(one.charts, other.charts, strict=True):
        for line, expected in zip(first.series, second.series, strict=True):
            for name, value in vars(expected).items():
                np.testing.assert_array_equal(vars(line)[name], value, err_msg=f"{first.id}: {name}")
    assert one.next == other.next


def forgotten(store, id):
    """Return an experiment of which this process has read nothing."""
    from trackkit_jupyter.operations import handles

    handles.clear()
    return store.experiment(id)


def test_charts_and_summaries_are_those_of_the_points(store, made, monkeypatch):
    expected, metrics, last = charts(store, made.id), made.metrics, made.last_iteration
    assert archive(store.paths, made.id, least=1)
    with monkeypatch.context() as patch:
        decoded = []
        read = Archive.read
        patch.setattr(Archive, "read", lambda *a: decoded.append(a[2]) or read(*a))
        item = forgotten(store, made.id)
        assert (item.metrics, item.last_iteration) == (metrics, last)
        assert decoded == []
        assert_same(charts(store, made.id), expected)
        assert set(decoded) == {40, 1}, "only those were read of which no overview is kept"
    assert charts(store, made.id, since=expected.next).unchanged
    # Asked in another way, the points are read.
    for asked in ({"points": 500}, {"smoothing": 0.5}, {"xaxis": "relative"}, {"x_from": 10.0}, {"group_by": "none"}):
        forgotten(store, made.id)
        with_it = charts(store, made.id, **asked)
        path = store.paths.experiment(made.id).archive_overviews
        kept = path.read_bytes()
        path.unlink()
        forgotten(store, made.id)
        assert_same(charts(store, made.id, **asked), with_it)
        path.write_bytes(kept)


def test_what_goes_on_after_it_is_all_there(store, made):
    archive(store.paths, made.id, least=1)
    first = charts(store, forgotten(store, made.id).id)
    with tracking.start(resume=made.id, store=store.path, capture=False) as run:
        run.log({"loss/train": 1e9}, iteration=COUNT)
    more = charts(store, made.id, since=first.next)
    (line,) = [line for chart in more.charts for line in chart.series if line.metric == "loss"]
    assert (line.total, line.last) == (COUNT + 1, 1e9)
    assert store.experiment(made.id).metrics["loss"]["train"]["max"] == 1e9
    archive(store.paths, made.id, least=1)
    assert_same(charts(store, forgotten(store, made.id).id), charts(store, made.id))
    assert store.experiment(made.id).metrics["loss"]["train"]["max"] == 1e9


@pytest.mark.parametrize("harm", ["cut", "a bit", "empty", "of another", "from the future", "gone"])
def test_what_is_damaged_is_not_used_and_made_anew(store, made, harm, monkeypatch):
    expected, metrics = charts(store, made.id), made.metrics
    files = store.paths.experiment(made.id)
    if harm == "from the future":
        with monkeypatch.context() as patch:
            patch.setattr(overviews, "FORMAT", 2)
            archive(store.paths, made.id, least=1)
    else:
        archive(store.paths, made.id, least=1)
    path = files.archive_overviews
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "of another":
        with tracking.start("other", store=store.path, capture=False) as other:
            other.log({"loss/train": 7.0}, iteration=1)
        archive(store.paths, other.id, least=1)
        path.write_bytes(store.paths.experiment(other.id).archive_overviews.read_bytes())
    elif harm != "from the future":
        at = len(data) // 2
        path.write_bytes(
            {"cut": data[:at], "empty": b"", "a bit": data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]}[harm]
        )
    assert forgotten(store, made.id).metrics == metrics
    assert_same(charts(store, made.id), expected)
    if harm != "gone":
        (found,) = verify(store)
        assert (found.level, found.lost, Path(found.file).name) == ("leftover", "nothing", path.name)
        repair(store)
        assert (files.quarantine / path.name).exists()
    assert verify(store) == []
    assert not archive(store.paths, made.id), "nothing is archived: what is looked at first is made anew"
    assert read_overviews(files, Archive(files.archive, files.archive_footer, state_of(files.archive)))


def test_it_may_be_older_than_the_archive_when_it_was_copied(store, made):
    archive(store.paths, made.id, least=1)
    path = store.paths.experiment(made.id).archive_overviews
    os.utime(path, (1e9, 1e9))
    made_at, inode = path.stat().st_mtime, path.stat().st_ino
    archivist.sweep(store.paths)
    assert (path.stat().st_mtime, path.stat().st_ino) == (made_at, inode)


def test_it_does_not_travel_and_goes_with_the_points(store, made, tmp_path):
    archive(store.paths, made.id, least=1)
    path = store.paths.experiment(made.id).archive_overviews
    pack([store.experiment(made.id)], tmp_path / "packed.zip")
    (taken,) = take(store, tmp_path / "packed.zip")
    assert taken.known
    path.unlink()
    (taken,) = take(store, tmp_path / "packed.zip")
    assert taken.known
    archivist.sweep(store.paths)
    assert path.exists()
    store.experiment(made.id).reset()
    assert not path.exists()


def test_it_takes_one_byte_for_a_point_at_most(store, made):
    archive(store.paths, made.id, least=1)
    size = store.paths.experiment(made.id).archive_overviews.stat().st_size
    assert size < 1.1 * (3 * COUNT + 40)


def test_the_page_asks_for_what_is_kept():
    reader = Path(__file__).parents[3] / "labextension" / "src" / "ui" / "charts" / "reader.ts"
    (asked,) = re.findall(r"const OVERVIEW = \{ points: (\d+),", reader.read_text())
    assert int(asked) == POINTS
