"""What cannot be kept as it was meant is refused in our words, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import trackkit_jupyter as track

REFUSED: dict[str, tuple[type[Exception], str, Callable[[track.Experiment], None]]] = {
    "traces": (track.TrackkitTypeError, "traces", lambda e: e.log_plot("a", "b", {"data": [object()]})),
    "csv": (track.TrackkitValueError, "cannot be read", lambda e: e.log_table("a", "b", "/nowhere.csv")),
    "bins": (track.TrackkitValueError, "bins", lambda e: e.log_histogram("a", "b", [1.0], bins=0)),
    "none finite": (track.TrackkitValueError, "none finite", lambda e: e.log_histogram("a", "b", [float("nan")])),
    "lengths": (track.TrackkitValueError, "equally long", lambda e: e.log_line("a", "b", [1, 2], [1])),
    "metadata": (track.TrackkitTypeError, "metadata", lambda e: e.log_artifact("a", {"x": 1}, metadata=3)),  # type: ignore[arg-type]
    "nothing": (track.TrackkitTypeError, "not None", lambda e: e.log_artifact("a", None)),
    "typo": (track.TrackkitValueError, "There is no file", lambda e: e.log_artifact("a", "data/model.pkl")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(case: str, tmp_path: Path) -> None:
    kind, words, act = REFUSED[case]
    with track.start("refused", store=tmp_path / "store", capture=False) as exp:
        with pytest.raises(kind, match=words):
            act(exp)
        assert exp.plots() == []
        assert exp.artifacts == []


def test_text_is_no_path(tmp_path: Path) -> None:
    with track.start("text", store=tmp_path / "store", capture=False) as exp:
        exp.log_artifact("note", "It works e.g. like this. Really.")
        assert exp.artifacts[0]["type"] == "text"


def test_a_histogram_says_what_it_leaves_out(tmp_path: Path) -> None:
    with track.start("gaps", store=tmp_path / "store", capture=False) as exp:
        exp.log_histogram("weights", "layer", [0.0, 1.0, float("nan")])
        figure = exp.figure(exp.plots()[0]["hash"])
        assert figure["layout"]["title"]["text"] == "1 of 3 values are not finite"


def test_one_damaged_record_hides_no_other(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b", "c"):
        with track.start(name, store=tmp_path / "store", capture=False) as exp:
            exp.log({"loss": 1.0})
        made.append(exp)
    store = track.open_store(tmp_path / "store")
    assert len(store.experiments()) == 3
    folder = store.path / "experiments" / made[1].id
    for name in ("experiment.json", "experiment.json.bak"):
        (folder / name).write_text("{broken")
    found = store.experiments()
    assert sorted(exp.name for exp in found) == ["a", "c"]
    assert (len(found), found.total) == (2, 2)
    assert len(found.to_pandas()) == 2
