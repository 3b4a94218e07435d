"""The catalogs of a process are its own, one of each store."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import trackkit_jupyter as track
from trackkit_jupyter.store import Store

from .agreement import agrees, names


def test_a_copy_of_the_store_has_a_catalog_of_its_own(store: Store, tmp_path: Path) -> None:
    store.experiments()
    shutil.copytree(store.path, tmp_path / "copy")
    copy = track.open_store(tmp_path / "copy")
    copy.experiment(store.experiments()[0].id).rename("only here")
    assert copy.id == store.id
    assert "only here" in names(copy.experiments())
    assert "only here" not in names(store.experiments())


def test_many_processes_at_once(home: Path) -> None:
    script = (
        "import json, sys, trackkit_jupyter as track\n"
        "store = track.open_store(sys.argv[1])\n"
        "for n in range(3):\n"
        "    with track.start(f'{sys.argv[2]} {n}', store=sys.argv[1], capture=False) as exp:\n"
        "        exp.log({'acc': 3.0 + n})\n"
        "    assert exp.id in [item.id for item in store.experiments('metrics[\"acc\"] >= 3')]\n"
        "print(json.dumps(sorted(item.name for item in store.experiments())))"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", script, home, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(6)
    ]
    for number, child in enumerate(children):
        seen = json.loads(child.communicate()[0])
        assert child.returncode == 0
        assert {f"{number} {n}" for n in range(3)} <= set(seen)
    store = track.open_store(home)
    assert store.experiments().total == 5 + 18
    agrees(store)


def test_threads_and_a_forked_child(store: Store) -> None:
    wrong: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(10):
                assert store.experiments('"odd" in tags').total == 2
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if store.experiments().total == 5 else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    agrees(store)
