"""Names and values of other programs are made fit to be kept."""

from __future__ import annotations

import pytest

from trackkit_jupyter.capture.texts import row, safe_label, safe_name, value_text
from trackkit_jupyter.records import check_label, check_name

NASTY = [
    "", " ", "a\nb", "‮right", "\x00", "x" * 1000, "ü" * 400, "<script>alert(1)</script>", "'\"", "a//b", "../x",
    "constructor", "_time", ".", "\ud800", "👩‍🚀", " lead", "a/ /b", "/", "prototype/x",
]  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_every_name_can_be_kept(name: str) -> None:
    assert check_name(safe_name(name))
    assert check_label(safe_label(name), "metric", what="A metric's name")


def test_good_names_stay() -> None:
    for name in ("lr", "loss/val", "größe der 学習", "<b>x</b>", "a.b"):
        assert safe_name(name) == safe_label(name) == name


def test_values() -> None:
    assert value_text([1, "a", None]) == '[1, "a", null]'
    assert value_text({"a": {1, 2}}) == "{'a': {1, 2}}"
    assert value_text(int) == "int"
    assert value_text(None) == "None"
    assert value_text("\ud800") == "?"
    assert value_text("x\ny<b>") == "x\ny<b>"


def test_a_value_that_is_too_large_is_cut_and_says_so() -> None:
    text = value_text("ä" * 10_000_000)
    assert len(text.encode()) <= 10_000_000
    assert text.endswith("ä … cut: 20.0 MB")
    assert value_text("x" * 10_000_000) == "x" * 10_000_000


def test_a_row() -> None:
    assert row("api_key", "abc", "str", "the key", "def") == {
        "name": "api_key",
        "value": "[redacted]",
        "type": "str",
        "description": "the key",
        "default": "[redacted]",
    }
