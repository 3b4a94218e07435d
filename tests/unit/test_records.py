"""Names, ids, times and the status machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackkit_jupyter.errors import TrackkitStateError, TrackkitTypeError, TrackkitValueError
from trackkit_jupyter.records import (
    Status,
    check_id,
    check_label,
    check_name,
    check_project,
    check_tags,
    check_transition,
    iso,
    new_id,
    timestamp,
)


def test_ids_differ_and_are_ids():
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(check_id(id) == id for id in ids)


@pytest.mark.parametrize("text", ["", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 31 + "/", "../" + "a" * 29])
def test_what_is_no_id(text):
    with pytest.raises(TrackkitValueError, match="32 lower-case hex"):
        check_id(text)


def test_an_id_is_text():
    with pytest.raises(TrackkitTypeError) as raised:
        check_id(5, "resume")
    assert raised.value.field == "resume"


@pytest.mark.parametrize(
    "name",
    ["a", "two words", "größe", "損失", "🚀", "👩‍🔬", "<script>alert(1)</script>", "${x}", "a.b", "..", "x" * 250],
)
def test_names_that_may_be(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "empty"),
        ("  ", "empty"),
        (" a", "space"),
        ("a ", "space"),
        ("a\n", "space"),
        ("a\nb", r"U\+000A"),
        ("a\0b", r"U\+0000"),
        ("a\u2028b", r"U\+2028"),
        ("a\u202eb", r"U\+202E"),
        ("a\u200bb", r"U\+200B"),
        ("a\ud800", "not valid Unicode at index 1"),
        ("x" * 251, "250 characters at most, this has 251"),
        ("損" * 171, "512 bytes"),
    ],
)
def test_names_that_may_not_be(name, says):
    with pytest.raises(TrackkitValueError, match=says):
        check_name(name)


@pytest.mark.parametrize("label", ["loss", "a/b", "a.b", "a/.b", "a b", "...", "损失/val"])
def test_labels_that_may_be(label):
    assert check_label(label, "metric", what="A metric's name") == label


@pytest.mark.parametrize("label", ["a/b/../c", "../x", "/x", ".", "..", "a//b", "a/", "a/./b"])
def test_segments_that_may_not_be(label):
    with pytest.raises(TrackkitValueError, match="segment"):
        check_label(label, "metric", what="A metric's name")


@pytest.mark.parametrize("label", ["_step", "_time", "__proto__", "constructor", "prototype"])
def test_reserved_names(label):
    with pytest.raises(TrackkitValueError, match="__proto__, _step"):
        check_label(label, "metric", what="A metric's name")


def test_projects_nest():
    assert check_project("vision/digits") == "vision/digits"
    with pytest.raises(TrackkitValueError) as raised:
        check_project("vision//digits")
    assert raised.value.field == "project"


def test_tags_are_a_sorted_set():
    assert check_tags(["b", "a", "b"]) == ["a", "b"]
    with pytest.raises(TrackkitTypeError):
        check_tags("linear")
    with pytest.raises(TrackkitTypeError):
        check_tags(3)
    with pytest.raises(TrackkitValueError):
        check_tags(["a", ""])


@given(st.floats(min_value=0, max_value=4e9))
def test_times_keep_their_milliseconds(seconds):
    assert timestamp(iso(seconds)) == pytest.approx(seconds, abs=0.001)


def test_times_are_utc():
    assert iso(0.25) == "1970-01-01T00:00:00.250+00:00"
    assert iso(None) is None
    assert timestamp(None) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [("draft", "running"), ("running", "completed"), ("aborted", "running"), ("completed", "published"), ("x", "x")],
)
def test_changes_of_status_that_may_be(before, after):
    if before == "x":
        for status in Status:
            check_transition(status.value, status.value)
    else:
        check_transition(before, after)


@pytest.mark.parametrize(
    ("before", "after"), [("published", "draft"), ("running", "published"), ("draft", "completed")]
)
def test_changes_of_status_that_may_not_be(before, after):
    with pytest.raises(TrackkitStateError, match=f"{before} cannot become {after}"):
        check_transition(before, after)


def test_nothing_leads_out_of_published():
    for status in set(Status) - {Status.PUBLISHED}:
        with pytest.raises(TrackkitStateError, match="nothing"):
            check_transition("published", status.value)


def test_a_status_of_a_newer_version_is_no_bare_error():
    with pytest.raises(TrackkitStateError, match="'paused' is not a valid Status, which this version does not know"):
        check_transition("paused", "draft")
