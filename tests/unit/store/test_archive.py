"""The archive: the same bits as the segments gave, at any moment, whoever is killed, resumed or in the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import zlib

import numpy as np
import pytest

from trackkit_jupyter import charts as drawing
from trackkit_jupyter import tracking
from trackkit_jupyter.errors import SchemaError
from trackkit_jupyter.operations import call
from trackkit_jupyter.records import new_id
from trackkit_jupyter.store import StoredExperiment, archivist, changes
from trackkit_jupyter.store import archive as archive_module
from trackkit_jupyter.store.archive import GROUP_ROWS, Archive, Damaged, state_of
from trackkit_jupyter.store.archivist import archive
from trackkit_jupyter.store.catalog import catalog_of
from trackkit_jupyter.store.journal import pack_checksum, pack_point, seed_of
from trackkit_jupyter.store.locks import locked
from trackkit_jupyter.store.paths import ExperimentPaths
from trackkit_jupyter.store.reader import JournalReader

ODD = [struct.unpack("<d", bits)[0] for bits in (b"\1\0\0\0\0\0\xf8\x7f", b"\0\0\0\0\0\0\xf0\x7f", b"\0" * 7 + b"\x80")]


def points(generator, count, series, seed):
    """Return records of several series, backwards and repeated, with NaN that carries something, and infinities."""
    values = generator.standard_normal(count)
    values[generator.integers(0, count, max(1, count // 50))] = generator.choice(ODD)
    iterations = generator.integers(-5, count, count)
    numbers = generator.integers(0, series, count)
    times = 1.7e9 + np.cumsum(generator.random(count))
    rows = zip(iterations.tolist(), values, times.tolist(), numbers.tolist(), strict=True)
    found = (pack_point(*row) for row in rows)
    return b"".join(point + pack_checksum(zlib.crc32(point, seed)) for point in found)


def put(store, *, status="completed", writers=("aaaaaaaa", "bbbbbbbb"), count=3000, series=7):
    """Put an experiment with points of several writers into a store; return its id."""
    from trackkit_jupyter.store.journal import line

    record = {
        "id": new_id(), "name": "odd", "project": "p", "status": status, "tags": [], "description": "",
        "created": "2026-01-01T00:00:00.000+00:00", "started": "2026-01-01T00:00:00.000+00:00", "finished": None,
    }  # fmt: skip
    made = store.new_experiment({**record, "user": None, "parent": None, "archived": False})
    add(store, made.id, *writers, count=count, series=series, line=line)
    return made.id


def add(store, id, *writers, count=3000, series=7, line=None):
    from trackkit_jupyter.store.journal import line as written

    paths = store.paths.experiment(id)
    for number, writer in enumerate(writers):
        generator = np.random.default_rng(len(writer) + number)
        seed = seed_of(writer)
        names = [{"kind": "series", "number": each, "metric": "m", "variant": f"v{each}"} for each in range(series - 1)]
        events = b"".join(written(name, seed) for name in names)  # one has no name
        paths.segment(ExperimentPaths.EVENTS, writer, 0).write_bytes(events)
        data = points(generator, count, series, seed)
        cut = count // 3 * 32
        paths.segment(ExperimentPaths.SCALARS, writer, 0).write_bytes(data[:cut])
        paths.segment(ExperimentPaths.SCALARS, writer, 1).write_bytes(data[cut:])


def bits(store, id):
    """Return all that can be read of the points, bit by bit."""
    reader = JournalReader(store.paths.experiment(id))
    reader.refresh()
    return held(reader)


def held(reader):
    found = {}
    for pair in reader.pairs():
        series = reader.series(pair)
        found[pair] = (series.iterations.tobytes(), series.values.tobytes(), series.times.tobytes())
    assert [len(each[0]) // 8 for each in found.values()] == [reader.count(pair) for pair in reader.pairs()]
    return list(found.items())  # with their order


def segments(store, id):
    return sorted(path.name for path in store.paths.experiment(id).root.glob("scalars-*.bin"))


def test_what_is_looked_at_is_not_read_again(store):
    id = put(store, writers=("aaaaaaaa",))
    reader = JournalReader(store.paths.experiment(id))
    reader.refresh()
    looked, other = reader.pairs()[:2]
    before = reader.series(looked)
    before.kept["made of them"] = 7
    assert archive(store.paths, id, least=1)
    reader.refresh()
    after = reader.series(looked)
    assert np.shares_memory(after.values, before.values)
    assert after.kept == {"made of them": 7}
    assert reader.series(other).kept == {}
    assert held(reader) == bits(store, id)
    add(store, id, "bbbbbbbb")  # it was resumed: there is more of everything
    assert archive(store.paths, id, least=1)
    reader.refresh()
    assert held(reader) == bits(store, id)


def test_it_gives_back_the_same_bits(store):
    id = put(store)
    before = bits(store, id)
    item = store.experiment(id)
    metrics = item.metrics
    assert archive(store.paths, id, least=1)
    files = store.paths.experiment(id)
    assert segments(store, id) == []
    assert files.archive.is_file()
    assert bits(store, id) == before
    assert item.metrics == store.experiment(id).metrics == metrics
    assert item.damaged == 0
    assert not archive(store.paths, id, least=1)


def test_any_parquet_reader_can_use_it(store):
    import pyarrow.parquet as pq

    id = put(store)
    series = store.experiment(id).series("m", "v2")
    archive(store.paths, id, least=1)
    table = pq.read_table(store.paths.experiment(id).archive)
    assert table.column_names == ["metric", "variant", "writer", "iteration", "value", "time"]
    frame = table.to_pandas()
    rows = frame[(frame["metric"] == "m") & (frame["variant"] == "v2")]
    assert sorted(rows["iteration"]) == sorted(series.iterations.tolist())
    assert set(frame["writer"]) == {"aaaaaaaa", "bbbbbbbb"}


def test_only_what_has_ended_and_is_large(store):
    small = put(store, count=100)
    assert not archive(store.paths, small)
    assert archive(store.paths, small, least=200)
    draft = put(store, status="draft")
    assert not archive(store.paths, draft, least=1)
    killed = put(store, status="running")  # and nobody writes it
    marker = changes.begin_beating(store.paths, killed, "w")
    assert not archive(store.paths, killed, least=1)
    changes.stop_beating(marker)
    assert archive(store.paths, killed, least=1)


def test_a_writer_on_another_machine_may_come_back(store):
    id = put(store, status="running")
    marker = changes.begin_beating(store.paths, id, "w")
    marker.write_text(json.dumps({"pid": 1, "since": "0", "host": "elsewhere", "boot": "", "space": 0}))
    os.utime(marker, (0, marker.stat().st_mtime - 3600))
    assert store.experiment(id).status == "aborted"
    assert not archive(store.paths, id, least=1)
    os.utime(marker, (0, marker.stat().st_mtime - 90_000))
    assert archive(store.paths, id, least=1)


def test_more_rows_than_a_group_and_more_archives_than_one(store):
    id = put(store, count=GROUP_ROWS, series=3)
    item = store.experiment(id)
    assert archive(store.paths, id)
    add(store, id, "cccccccc", count=GROUP_ROWS + 5, series=4)
    expected = bits(store, id)
    archived = len(item.series("m", "v0"))
    assert archive(store.paths, id)
    assert segments(store, id) == []
    assert bits(store, id) == expected
    assert len(item.series("m", "v0")) == archived
    reader = JournalReader(store.paths.experiment(id))
    reader.refresh()
    assert reader.generation == 2


def test_a_reader_goes_on_over_the_change(store):
    id = put(store)
    files = store.paths.experiment(id)
    early, late = JournalReader(files), JournalReader(files)
    early.refresh()
    expected = held(early)
    archive(store.paths, id, least=1)
    assert held(early) == expected  # without looking: what it has, it has
    late.refresh()  # knows the first archive, and has read nothing of it
    add(store, id, "cccccccc", count=50)
    archive(store.paths, id, least=1)
    assert [pair for pair, _ in held(late)] == [pair for pair, _ in expected]
    for reader in (early, late):
        reader.refresh()
        assert held(reader) == bits(store, id)


def test_a_view_goes_on_over_the_change(store):
    id = put(store)
    first = drawing.decode(call("charts", store, {"objects": [id]}))
    waiting = call("changes", store, {"ids": [id]})
    archive(store.paths, id, least=1)
    assert call("changes", store, {"ids": [id], "since": waiting["next"]})["changed"] == [id]
    again = drawing.decode(call("charts", store, {"objects": [id], "since": first.next}))
    assert again.unchanged
    assert again.charts == []
    add(store, id, "cccccccc", count=5)
    more = drawing.decode(call("charts", store, {"objects": [id], "since": first.next}))
    archive(store.paths, id, least=1)
    same = drawing.decode(call("charts", store, {"objects": [id], "since": first.next}))
    assert same.next == more.next
    whole = drawing.decode(call("charts", store, {"objects": [id]}))
    assert [line.total for chart in whole.charts for line in chart.series] == [
        store.experiment(id).count(line.metric, line.variant) for chart in whole.charts for line in chart.series
    ]


def test_the_catalog_goes_on_over_the_change(store):
    id = put(store)
    catalog = catalog_of(store)
    before = store.experiments('metrics["m"]["v0"].max > 0')[0].metrics
    assert archive(store.paths, id, least=1)
    assert store.experiments('metrics["m"]["v0"].max > 0')[0].metrics == before
    catalog.refresh(full=True)
    assert store.experiments('metrics["m"]["v0"].max > 0')[0].metrics == before


def test_readers_see_each_point_once_at_any_moment(store):
    id = put(store, count=2000)
    expected = bits(store, id)
    stop, wrong = threading.Event(), []

    def look():
        kept = JournalReader(store.paths.experiment(id))
        while not stop.is_set():
            kept.refresh()
            if held(kept) != expected or bits(store, id) != expected:
                wrong.append(1)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        copies = {path: path.read_bytes() for path in store.paths.experiment(id).root.glob("scalars-*.bin")}
        archive(store.paths, id, least=1)
        for path, data in copies.items():  # as before, with the archive still there
            path.write_bytes(data)
        store.paths.experiment(id).archive.unlink()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


class Stopped(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("again", [False, True], ids=["first", "second"])
def test_stopped_at_any_step_nothing_is_lost(store, monkeypatch, again):
    """Whatever call of the operating system is the last one, all points are there, and the next one finishes."""
    id = put(store, count=400)
    if again:
        archive(store.paths, id, least=1)
        add(store, id, "cccccccc", count=300)
    expected, folder = bits(store, id), store.paths.experiment(id).root
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    names = ("open", "write", "replace", "unlink", "fsync", "mkdir")

    def stopping(at):
        count = 0

        def stops(real):
            def call(*args, **named):
                nonlocal count
                count += 1
                if count == at:
                    raise Stopped
                return real(*args, **named)

            return call

        with monkeypatch.context() as patch:
            for name in names:
                patch.setattr(os, name, stops(getattr(os, name)))
            patch.setattr(archivist.Path, "unlink", stops(archivist.Path.unlink))
            try:
                archive(store.paths, id, least=1)
            except Stopped:
                return True
        return False

    at = 1
    while stopping(at):
        assert bits(store, id) == expected, at
        archive(store.paths, id, least=1)
        assert bits(store, id) == expected, at
        assert segments(store, id) == []
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        at += 1
    assert at > 8


def test_killed_at_any_moment_nothing_is_lost(store):
    id = put(store, count=40_000)
    expected, folder = bits(store, id), store.paths.experiment(id).root
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    script = (
        "import sys; from pathlib import Path; from trackkit_jupyter.store.archivist import archive; "
        "from trackkit_jupyter.store.paths import StorePaths; import pyarrow.parquet; print('go', flush=True); "
        "archive(StorePaths(Path(sys.argv[1])), sys.argv[2], 1)"
    )
    for wait in (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08):
        with subprocess.Popen([sys.executable, "-c", script, str(store.path), id], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            threading.Event().wait(wait)
            child.send_signal(signal.SIGKILL)
        assert bits(store, id) == expected
        archive(store.paths, id, least=1)
        assert bits(store, id) == expected
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)


def test_what_is_resumed_meanwhile_loses_nothing(store, monkeypatch):
    id = put(store)
    real, sizes = os.replace, []

    def resumed(source, target):
        if str(target).endswith("scalars.parquet"):
            add(store, id, "dddddddd", count=20)
            path = store.paths.experiment(id).segment(ExperimentPaths.SCALARS, "aaaaaaaa", 1)
            with path.open("ab") as file:  # and a writer that was taken for dead goes on
                file.write(points(np.random.default_rng(9), 3, 2, seed_of("aaaaaaaa")))
            sizes.append(sum(len(item[1][0]) for item in bits(store, id)))
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", resumed)
        assert archive(store.paths, id, least=1)
    assert sizes == [(6000 + 23) * 8]
    assert sum(len(item[1][0]) for item in bits(store, id)) == sizes[0]
    assert segments(store, id) == ["scalars-aaaaaaaa-1.bin", "scalars-dddddddd-0.bin", "scalars-dddddddd-1.bin"]
    assert archive(store.paths, id, least=20)
    assert sum(len(item[1][0]) for item in bits(store, id)) == sizes[0]
    assert segments(store, id) == []


def test_only_one_at_a_time(store):
    id = put(store)
    with locked(store.paths.experiment(id).archive_lock, 1.0):
        assert not archive(store.paths, id, least=1)
    assert archive(store.paths, id, least=1)


def test_damaged_segments_are_put_aside_and_stay_counted(store):
    id = put(store, writers=("aaaaaaaa",))
    files = store.paths.experiment(id)
    path = files.segment(ExperimentPaths.SCALARS, "aaaaaaaa", 0)
    data = bytearray(path.read_bytes())
    data[32 * 10] ^= 1
    path.write_bytes(data)
    expected, item = bits(store, id), store.experiment(id)
    assert item.damaged == 1
    assert archive(store.paths, id, least=1)
    assert bits(store, id) == expected
    assert item.damaged == store.experiment(id).damaged == 1
    assert [each.name for each in files.quarantine.iterdir()] == [path.name]


def test_one_damaged_place_costs_one_group_and_no_wrong_value(store, monkeypatch):
    monkeypatch.setattr(archive_module, "GROUP_ROWS", 512)
    id = put(store, writers=("aaaaaaaa",), count=512 * 6, series=2)
    expected = dict(bits(store, id))
    archive(store.paths, id, least=1)
    files = store.paths.experiment(id)
    whole, footer = files.archive.read_bytes(), files.archive_footer.read_bytes()
    generator = np.random.default_rng(0)
    places = [*generator.integers(0, len(whole), 300).tolist(), len(whole) - 1, len(whole) - 6, len(whole) - 500, 0]
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << int(generator.integers(0, 8))
        files.archive.write_bytes(data)
        item = store.experiment(id)
        lost = 0
        for pair, (iterations, values, times) in expected.items():
            found = item.series(*pair)
            lost += len(iterations) // 8 - len(found)
            known = set(zip(np.frombuffer(iterations, "i8").tolist(), np.frombuffer(values, "i8").tolist(),
                            np.frombuffer(times, "i8").tolist(), strict=True))  # fmt: skip
            rows = (found.iterations, found.values.view("i8"), found.times.view("i8"))
            assert set(zip(*(row.tolist() for row in rows), strict=True)) <= known
        assert item.damaged == lost <= 512
        if place >= len(whole) - len(footer):
            assert lost == 0, "the end of the file is there twice"


def test_an_archive_of_which_nothing_can_be_read_hides_nothing_else(store):
    id, other = put(store), put(store)
    archive(store.paths, id, least=1)
    files = store.paths.experiment(id)
    files.archive.write_bytes(b"PAR1" * 100)
    with pytest.raises(Damaged, match=r"scalars\.parquet is damaged"):
        Archive(files.archive, files.archive_footer, state_of(files.archive))
    item = store.experiment(id)
    assert (item.names(), item.damaged, item.name) == ([], 1, "odd")
    assert {each.id for each in store.experiments()} == {id, other}
    add(store, id, "dddddddd")
    assert len(item.names()) == 7
    assert not archive(store.paths, id, least=1)


def test_an_archive_from_the_future_is_refused_by_name(store, monkeypatch):
    id = put(store)
    with monkeypatch.context() as patch:
        patch.setattr(archive_module, "FORMAT", 2)
        archive(store.paths, id, least=1)
    with pytest.raises(SchemaError, match="format 2, this version reads 1"):
        store.experiment(id).names()


def test_the_next_process_that_opens_the_store_archives(tmp_path):
    with tracking.start("long", store=tmp_path / "store", capture=False) as experiment:
        for start in range(0, archivist.LEAST_RECORDS, 1000):
            for iteration in range(start, start + 1000):
                experiment.log_scalar("loss", "train", iteration / 7, iteration)
    files = experiment.store.paths.experiment(experiment.id)
    assert not files.archive.exists()
    script = "import sys, trackkit_jupyter as t; t.open_store(sys.argv[1])"
    subprocess.run([sys.executable, "-c", script, experiment.store.path], check=True)
    for _ in range(600):
        if files.archive.exists() and not list(files.root.glob("scalars-*.bin")):
            break
        threading.Event().wait(0.05)
    series = StoredExperiment(experiment.store, experiment.id).series("loss/train")
    assert files.archive.exists()
    assert np.array_equal(series.values, np.arange(len(series)) / 7)
    assert files.archive.stat().st_size <= 12 * len(series)
