"""The catalog is never the only copy of anything: whatever happens to it, lists say what the folders say."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from trackkit_jupyter.store import Store
from trackkit_jupyter.store.catalog import catalog_of

from .agreement import agrees, restarted


def test_lists_say_what_the_folders_say(store: Store) -> None:
    agrees(store)


def removed(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database, but a text of some length " * 100)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)


def without_a_table(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TABLE metrics")
    raw.close()


def half_made(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM experiments WHERE name > 'run 2'")
        raw.execute("DELETE FROM state WHERE name IN ('log', 'folder')")
    raw.close()


def of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE state SET value = '0' WHERE name = 'format'")
        raw.execute("DELETE FROM metrics")
    raw.close()


def of_another_store(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE state SET value = ? WHERE name = 'store'", ["0" * 32])
        raw.execute("UPDATE experiments SET name = 'foreign'")
    raw.close()


def newer_than_the_data(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE state SET value = substr(value, 1, instr(value, ':')) || '99999999' WHERE name = 'log'")
        raw.execute("UPDATE experiments SET record = '1:2:3', name = 'of the future'")
    raw.close()


@pytest.mark.parametrize(
    "harm",
    [
        removed,
        empty,
        no_database,
        cut,
        overwritten,
        without_a_table,
        half_made,
        of_another_version,
        of_another_store,
        newer_than_the_data,
    ],
)
def test_whatever_happens_to_the_file_costs_no_answer(store: Store, harm) -> None:
    store.experiments()
    path = catalog_of(store).path
    catalog_of(store).close()
    assert path.exists()
    harm(path)
    restarted(store)
    agrees(store)
    assert catalog_of(store).path == path


def test_damage_met_in_the_middle_is_made_good(store: Store) -> None:
    store.experiments()
    raw = sqlite3.connect(catalog_of(store).path)
    raw.execute("DROP TABLE tags")
    raw.commit()
    raw.close()
    agrees(store)


def test_projects_are_counted(store: Store) -> None:
    assert [(project.name, project.experiment_count) for project in store.projects()] == [("p0", 3), ("p1", 2)]
    store.experiments('name == "run 1"')[0].move("p0")
    assert [(project.name, project.experiment_count) for project in store.projects()] == [("p0", 4), ("p1", 1)]
