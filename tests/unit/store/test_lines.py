"""The lines of a console by number: in order, checked, and read from wherever they lie."""

from __future__ import annotations

import pytest

from trackkit_jupyter.store import lines
from trackkit_jupyter.store.journal import line, seed_of
from trackkit_jupyter.store.lines import Lines


def write(path, writer, *entries):
    with path.open("ab") as file:
        for time, text in entries:
            file.write(line({"time": time, "stream": "stdout", "text": text}, seed_of(writer)))


def texts(found, start=0, stop=1 << 40):
    return [entry["text"] for entry in found.entries(start, stop)]


@pytest.mark.parametrize("block", [40, 200, 16 << 20])
def test_lines_are_read_from_wherever_they_lie(tmp_path, monkeypatch, block):
    monkeypatch.setattr(lines, "_BLOCK", block)
    paths = [tmp_path / "a-0", tmp_path / "a-1"]
    segments = [("a", number, path) for number, path in enumerate(paths)]
    for number, path in enumerate(paths):
        write(path, "a", *((number, f"{number} {place} {'x' * 50 * (place % 3)}") for place in range(10)))
    found = Lines()
    found.refresh(segments)
    assert len(found) == 20
    assert [text[:3] for text in texts(found, 8, 12)] == ["0 8", "0 9", "1 0", "1 1"]
    assert texts(found, 30, 40) == []
    write(paths[1], "a", (0.0, "later, by a clock that was set back"))
    found.refresh(segments)
    assert texts(found, 20) == ["later, by a clock that was set back"]


def test_several_writers_are_merged_by_time_and_nothing_that_was_shown_moves(tmp_path):
    segments = [("a", 0, tmp_path / "a"), ("b", 0, tmp_path / "b")]
    write(tmp_path / "a", "a", (1.0, "a1"), (3.0, "a3"), (2.0, "a2, after a3"))
    write(tmp_path / "b", "b", (2.5, "b2"), (4.0, "b4"))
    found = Lines()
    found.refresh(segments)
    assert texts(found) == ["a1", "b2", "a3", "a2, after a3", "b4"]
    write(tmp_path / "b", "b", (5.0, "b5"))
    write(tmp_path / "a", "a", (3.5, "a, seen late"))
    found.refresh(segments)
    assert texts(found)[5:] == ["a, seen late", "b5"]


def test_a_damaged_line_costs_itself_and_is_counted_and_a_torn_one_waits(tmp_path):
    path = tmp_path / "a"
    write(path, "a", (1.0, "one"), (2.0, "two"), (3.0, "three"))
    data = path.read_bytes().replace(b"two", b"tvo")
    path.write_bytes(data[:-5])
    found = Lines()
    found.refresh([("a", 0, path)])
    assert texts(found) == ["one"]
    assert sum(each.damaged for each in found.readers()) == 1
    path.write_bytes(data + b"\n" + b"short\n")
    found.refresh([("a", 0, path)])
    assert texts(found) == ["one", "three"]
    assert sum(each.damaged for each in found.readers()) == 3


def test_what_is_gone_meanwhile_gives_nothing(tmp_path):
    path = tmp_path / "a"
    write(path, "a", (1.0, "one"))
    found = Lines()
    found.refresh([("a", 0, path)])
    path.unlink()
    assert texts(found) == []
    found.refresh([("a", 0, path)])
    assert len(found) == 1


def test_a_text_is_found_in_any_case_across_colours_and_writers_and_only_where_it_is_shown(tmp_path):
    segments = [("a", 0, tmp_path / "a"), ("b", 0, tmp_path / "b")]
    write(
        tmp_path / "a", "a", (1.0, "A Needle"), (3.0, "nee\x1b[31mdle"), (5.0, "needle 10 %\rdone"), (7.0, 'a "needle"')
    )
    write(tmp_path / "b", "b", (2.0, "nothing"), (4.0, "NÄDEL"), (6.0, "stream needles"))
    found = Lines()
    found.refresh(segments)
    assert found.find("needle", 0, 100) == [0, 2, 5, 6]
    assert found.find("NEEDLE", 1, 6) == [2, 5]
    assert found.find("nädel", 0, 100) == [3]
    assert found.find('"needle"', 0, 100) == [6]
    assert found.find("stdout", 0, 100) == []  # the stream is no text
    assert found.find("needle", 90, 100) == []
