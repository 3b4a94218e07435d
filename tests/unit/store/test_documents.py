"""Documents: all or nothing, whoever is killed and whoever writes too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from trackkit_jupyter.errors import NotFoundError, SchemaError, TrackkitError, TrackkitStorageError
from trackkit_jupyter.store.documents import Document


@pytest.fixture
def document(tmp_path):
    made = Document(tmp_path / "record.json")
    for number in (1, 2):
        with made.table("things") as table:
            table.insert({"number": number})
    return made


def numbers(document: Document) -> list[int]:
    return [row["number"] for row in document.read()["things"].values()]


def test_what_was_written_is_read(document):
    assert numbers(document) == [1, 2]
    assert not document.damaged


def test_plain_tinydb_reads_it(document):
    with TinyDB(document.path) as database:
        assert [row["number"] for row in database.table("things").all()] == [1, 2]
    assert numbers(document) == [1, 2]


def test_nothing_is_left_beside_it(document):
    assert {path.name for path in document.path.parent.iterdir()} == {
        "record.json",
        "record.json.bak",
        "record.json.lock",
    }


def test_the_backup_is_the_generation_before(document):
    shutil.copy(document.path.with_name("record.json.bak"), document.path)
    assert numbers(document) == [1]


def test_an_error_in_the_middle_changes_nothing(document):
    before = document.path.read_bytes()
    with pytest.raises(ZeroDivisionError), document.table("things") as table:
        table.insert({"number": 3 // (table.insert({"number": 3}) - 3)})
    assert document.path.read_bytes() == before


def test_what_json_does_not_know_changes_nothing(document):
    before = document.path.read_bytes()
    for value in (float("nan"), object()):
        with pytest.raises((TypeError, ValueError)), document.table("things") as table:
            table.insert({"number": value})
    assert document.path.read_bytes() == before


DAMAGE = {
    "empty": lambda text: b"",
    "brace": lambda text: b"{",
    "zeros": lambda text: bytes(len(text)),
    "number": lambda text: b"5",
    "list": lambda text: b"[]",
    "no envelope": lambda text: b'{"things":{}}',
    "cut": lambda text: text[:-5],
    "longer": lambda text: text + b'"}}',
    "twice": lambda text: text + text,
    "utf-16": lambda text: text.decode().encode("utf-16"),
    "not utf-8": lambda text: text.replace(b"number", b"\xff\xfe\xfd\xfc\xfb\xfa"),
    "NaN": lambda text: text.replace(b'"number":2', b'"number":NaN'),
    "changed": lambda text: text.replace(b'"number":2', b'"number":7'),
    "deep": lambda text: b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_the_backup_stands_in_for_a_damaged_file(document, damage):
    document.path.write_bytes(damage(document.path.read_bytes()))
    assert numbers(document) == [1]
    assert document.damaged


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_an_edit_of_a_damaged_file_keeps_the_backup_until_the_end(document, damage):
    broken = damage(document.path.read_bytes())
    document.path.write_bytes(broken)
    backup = document.path.with_name("record.json.bak").read_bytes()
    with document.table("things") as table:
        table.insert({"number": 3})
    assert numbers(document) == [1, 3]
    assert not document.damaged
    assert document.path.with_name("record.json.bak").read_bytes() == backup
    assert document.path.with_name("record.json.damaged").read_bytes() == broken


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_never_gives_a_wrong_value(document, place, bit):
    text = bytearray(document.path.read_bytes())
    text[int(place * len(text))] ^= 1 << bit
    whole = document.path.read_bytes()
    document.path.write_bytes(text)
    try:
        found = numbers(document)
    except SchemaError:
        found = [1]  # the version itself was hit
    finally:
        document.path.write_bytes(whole)
    assert found in ([1], [1, 2])


def test_both_generations_damaged_is_said_and_left(document):
    for path in (document.path, document.path.with_name("record.json.bak")):
        path.write_bytes(b"{")
    with pytest.raises(TrackkitStorageError, match=r"Damaged: record\.json .*record\.json\.bak"):
        document.read()
    with pytest.raises(TrackkitStorageError), document.edit():
        pass
    assert document.path.read_bytes() == b"{"


def rewrite_schema(path: Path, schema: list[int]) -> bytes:
    head, _, body = path.read_bytes().partition(b"\n")
    head = head.replace(b'"schema":[1,0]', b'"schema":%s' % json.dumps(schema, separators=(",", ":")).encode())
    path.write_bytes(head + b"\n" + body)
    return path.read_bytes()


def test_a_newer_major_version_is_refused_and_left(document):
    text = rewrite_schema(document.path, [2, 0])
    with pytest.raises(SchemaError, match=r"schema 2\.0.*Upgrade"):
        document.read()
    with pytest.raises(SchemaError), document.table("things") as table:
        table.insert({"number": 3})
    assert document.path.read_bytes() == text


def test_a_newer_minor_version_is_read_and_stays_one(document):
    rewrite_schema(document.path, [1, 7])
    with document.table("things") as table:
        table.insert({"number": 3})
    assert numbers(document) == [1, 2, 3]
    assert json.loads(document.path.read_bytes())["_envelope"]["1"]["schema"] == [1, 7]


def test_what_is_not_there_is_not_found(tmp_path):
    document = Document(tmp_path / "folder" / "record.json")
    with pytest.raises(NotFoundError):
        document.read()
    with pytest.raises(NotFoundError), document.edit():
        pass
    assert not document.path.parent.exists()


def test_what_was_removed_does_not_come_back(document):
    folder = document.path.parent
    shutil.rmtree(folder)
    with pytest.raises(NotFoundError), document.edit():
        pass
    assert not folder.exists()


def test_threads_lose_nothing(document):
    def insert(start: int) -> None:
        for number in range(start, start + 10):
            with document.table("things") as table:
                table.insert({"number": number})

    threads = [threading.Thread(target=insert, args=(100 * place,)) for place in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers(document))) == 42


COUNT = """
import sys
from pathlib import Path
from trackkit_jupyter.store.documents import Document
document = Document(Path(sys.argv[1]))
for number in range(25):
    with document.table("things") as table:
        table.insert({"number": 1000 * int(sys.argv[2]) + number})
"""


def test_processes_lose_nothing(document):
    writers = [subprocess.Popen([sys.executable, "-c", COUNT, str(document.path), str(n)]) for n in (1, 2, 3)]
    seen = 0
    while any(writer.poll() is None for writer in writers):  # a reader needs no lock, and never sees half of one
        found = len(numbers(document))
        assert found >= seen
        seen = found
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(set(numbers(document))) == 77


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("call", ["fsync", "link", "replace"])
@pytest.mark.parametrize("damaged", [False, True])
def test_a_fault_at_every_call_leaves_the_old_or_the_new(document, monkeypatch, call, number, damaged):
    if damaged:
        document.path.write_bytes(b"{")
    sound = numbers(document)
    real, calls = getattr(os, call), iter(range(100))

    def failing(*arguments, **options):
        if next(calls) == number:
            raise OSError(5, "Input/output error")
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, failing)
    try:
        with document.table("things") as table:
            table.insert({"number": 3})
    except TrackkitError:
        expected = [sound]
    else:
        expected = [[*sound, 3]]
    monkeypatch.undo()
    assert [numbers(document)] == expected
    with document.table("things") as table:  # and the next one works
        table.insert({"number": 4})
    assert numbers(document)[-1] == 4
    names = {path.name.removeprefix("record.json") for path in document.path.parent.iterdir()}
    assert names <= {"", ".bak", ".lock", ".damaged"}
