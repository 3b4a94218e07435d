"""Which parts are recorded: everything, nothing, or what was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.capture import PARTS, chosen

ALL = frozenset(PARTS)


@pytest.mark.parametrize(
    ("asked", "variable", "parts"),
    [
        (True, "", ALL),
        (True, "on", ALL),
        (True, "OFF", frozenset()),
        (True, "git, console", {"git", "console"}),
        (True, "-monitor,-git", ALL - {"monitor", "git"}),
        (True, "git,console,-console", {"git"}),
        (False, "on", frozenset()),
        ({"git", "cells"}, "off", {"git", "cells"}),
        (["git"], "", {"git"}),
        ([], "", frozenset()),
        ({"monitor": False, "git": True}, "off", ALL - {"monitor"}),
    ],
)
def test_chosen(asked: object, variable: str, parts: frozenset[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKKIT_CAPTURE", variable)
    assert chosen(asked) == parts


@pytest.mark.parametrize("wrong", ["git", 3, None, {"git": 1}])
def test_of_another_type(wrong: object) -> None:
    with pytest.raises(track.TrackkitTypeError, match="capture"):
        chosen(wrong)


@pytest.mark.parametrize("wrong", [["gti"], {"gti": True}, [1]])
def test_a_part_that_there_is_not(wrong: object) -> None:
    with pytest.raises(track.TrackkitValueError, match="there are: execution, git, cells"):
        chosen(wrong)


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKKIT_CAPTURE", "-consle")
    with pytest.raises(track.TrackkitValueError, match="TRACKKIT_CAPTURE names 'consle'"):
        chosen(True)


def test_a_wrong_part_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(track.TrackkitValueError, match="capture"):
        track.start("a", store=tmp_path / "store", capture={"gti"})
    assert not (tmp_path / "store").exists()


def test_only_what_was_asked_for(tmp_path: Path) -> None:
    with track.start("a", store=tmp_path / "store", capture={"packages"}) as experiment:
        print("not recorded")
    assert experiment.execution["packages"]
    assert (experiment.execution["working_dir"], experiment.runtime, experiment.console()[1]) == (None, {}, 0)
