"""A store that may only be read: everything can be looked at, nothing is attempted, a write is refused in words."""

from __future__ import annotations

import os
import signal
import stat
import tempfile
import traceback
import warnings
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.check import repair, verify
from trackkit_jupyter.errors import TrackkitStorageError
from trackkit_jupyter.operations import call
from trackkit_jupyter.store.catalog import catalog_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="users and forks are of POSIX")

WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
NOBODY = 65534


@pytest.fixture
def read_only(tmp_path, monkeypatch):
    """Return the folder of a store that nobody may write, and the id of the experiment in it."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        (tmp_path / name).mkdir(mode=0o777)
        os.chmod(tmp_path / name, 0o777)
        monkeypatch.setenv(name, str(tmp_path / name))
    with track.start("seen", store=tmp_path / "store", capture=False) as exp:
        exp.log({"loss/val": 0.5}, 0)
    places = [tmp_path / "store", *(tmp_path / "store").rglob("*")]
    for path in places:
        path.chmod(path.stat().st_mode & ~WRITE)
    yield tmp_path / "store", exp.id
    for path in places:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def as_another_user(work):
    """Do something as a user without rights; what it needs is imported by now, as that user may not read it."""
    reached = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads
        child = os.fork()
    if child == 0:
        signal.alarm(300)  # not for ever; a busy machine takes its time
        text = ""
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            work()
        except BaseException:
            text = traceback.format_exc()
        os.write(reached[1], text.encode()[-4000:])
        os._exit(1 if text else 0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(reached[1])
    with os.fdopen(reached[0]) as said:
        assert status == 0, said.read()


def content(folder):
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in [folder, *folder.rglob("*")]}


def test_everything_can_be_looked_at_and_nothing_is_written(read_only):
    folder, id = read_only
    for parent in folder.relative_to(tempfile.gettempdir()).parents:  # it may be closed to other users
        place = Path(tempfile.gettempdir(), parent)
        if parent.parts:
            place.chmod(place.stat().st_mode | 0o055)
    before = content(folder)

    def look():
        store = track.open_store(folder)
        (found,) = store.experiments('metrics["loss/val"].last == 0.5')
        assert found.id == id
        assert found.to_dict(events=True)["scalars"]["loss"]["val"][0][:2] == [0, 0.5]
        assert store.projects()[0].experiment_count == 1
        assert verify(store) == []
        assert repair(store) == ([], [])
        assert call("charts", store, {"objects": [id]})
        assert not catalog_of(store).path.is_relative_to(folder)
        for wrong in (
            lambda: track.start("new", store=folder, capture=False),
            lambda: track.start(resume=id, store=folder, capture=False),
            lambda: found.rename("other"),
            found.archive,
        ):
            with pytest.raises(TrackkitStorageError, match=r"can be started|cannot be written"):
                wrong()

    track.open_store(folder).experiments('metrics["loss/val"].last == 0.5')[0].to_dict(events=True)
    call("charts", track.open_store(folder), {"objects": [id]})
    as_another_user(look)
    assert content(folder) == before
