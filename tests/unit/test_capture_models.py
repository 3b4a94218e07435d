"""Models that are saved by real libraries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trackkit_jupyter.capture import models
from trackkit_jupyter.capture.hooks import Watch


class Sink:
    def __init__(self) -> None:
        self.models: list[tuple[str, str, str]] = []

    def is_current(self) -> bool:
        return True

    def save_model(self, name: str, path: str, framework: str) -> None:
        self.models.append((name, path, framework))


@pytest.fixture
def sink() -> Iterator[Any]:
    made: Any = Sink()
    watching = Watch(made, {"models"}, models.HOOKS)
    yield made
    watching.stop()


def test_joblib(sink: Any, tmp_path: Path) -> None:
    import joblib
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    path = tmp_path / "flowers.v2.joblib"
    assert joblib.dump(model, path) == [str(path)]
    joblib.dump([1, 2], tmp_path / "data.joblib")
    joblib.dump(model, io.BytesIO())
    with pytest.raises(FileNotFoundError):
        joblib.dump(model, tmp_path / "missing" / "x.joblib")
    assert sink.models == [("flowers", str(path), "scikit-learn")]
    assert joblib.load(path).predict([[1.0]]) == [1]


def test_lightgbm(sink: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import lightgbm

    monkeypatch.chdir(tmp_path)
    import numpy as np

    data = lightgbm.Dataset(np.arange(100.0).reshape(-1, 1), np.arange(100.0))
    booster = lightgbm.train({"verbose": -1}, data, 2)
    assert booster.save_model("trees.txt") is booster
    assert sink.models == [("trees", str(tmp_path / "trees.txt"), "lightgbm")]


def test_xgboost(sink: Any, tmp_path: Path) -> None:
    import xgboost

    model = xgboost.XGBRegressor(n_estimators=2).fit([[0.0], [1.0]], [0.0, 1.0])
    model.save_model(tmp_path / "a.json")
    model.get_booster().save_model(tmp_path / "b.ubj")
    assert [name for name, _, _ in sink.models] == ["a", "b"]


@pytest.mark.frameworks
def test_torch(sink: Any, tmp_path: Path) -> None:
    import torch

    model = torch.nn.Linear(2, 1)
    torch.save(model.state_dict(), tmp_path / "state.pt")
    torch.save({"epoch": 1, "model": model.state_dict()}, tmp_path / "checkpoint.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    torch.save({"lr": 0.1}, tmp_path / "settings.pt")
    torch.save(model.state_dict(), io.BytesIO())
    assert [name for name, _, _ in sink.models] == ["state", "checkpoint"]


def test_an_experiment_takes_them_once_it_can(tmp_path: Path) -> None:
    import joblib
    from sklearn.linear_model import LogisticRegression

    import trackkit_jupyter as track

    with track.start("a", store=tmp_path / "store", capture=["models"]) as experiment:
        joblib.dump(LogisticRegression(), tmp_path / "m.joblib")
        expected = ["m"] if hasattr(experiment, "save_model") else []
    assert [model["name"] for model in experiment.models["output"]] == expected
