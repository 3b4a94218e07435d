"""Names that people, and some disks, take for one: both are kept, and it is said once."""

from __future__ import annotations

import warnings

import pytest

import trackkit_jupyter as track

PAIRS = [("loss/val", "Loss/val"), ("caf\u00e9/val", "cafe\u0301/val"), ("stra\u00dfe/a", "STRASSE/a")]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_both_are_kept_and_it_is_said_once(tmp_path, one, other):
    with track.start("alike", store=tmp_path / "store", capture=False) as exp:
        exp.log({one: 1.0}, 0)
        with pytest.warns(RuntimeWarning, match="Both are kept, as two series") as said:
            exp.log({other: 2.0}, 0)
        assert len(said) == 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            exp.log({one: 3.0, other: 4.0}, 1)
            exp.log({"ABC": 1.0, "abc": 2.0}, 0)
            exp.log({"different/val": 1.0}, 0)
    seen = track.open_store(tmp_path / "store").experiment(exp.id)
    assert seen.series(one).values.tolist() == [1.0, 3.0]
    assert seen.series(other).values.tolist() == [2.0, 4.0]
