"""Trainings of real boosting libraries, recorded without a callback of the user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trackkit_jupyter as track

X, Y = np.arange(200.0).reshape(-1, 2), np.arange(100.0)


@pytest.fixture
def experiment(tmp_path: Path) -> Iterator[Any]:
    with track.start("a", store=tmp_path / "store", capture=["boosting"]) as made:
        yield made


def test_lightgbm(experiment: Any) -> None:
    import lightgbm

    train, test = lightgbm.Dataset(X, Y), lightgbm.Dataset(X[50:], Y[50:])
    result: dict[str, Any] = {}
    booster = lightgbm.train(
        {"objective": "l2", "verbose": -1, "learning_rate": 0.3},
        train,
        4,
        valid_sets=[train, test],
        valid_names=["train", "odd\nname"],
        callbacks=[lightgbm.record_evaluation(result)],
    )
    assert booster.num_trees() == 4
    assert experiment.series("l2", "train").values.tolist() == result["train"]["l2"]
    assert experiment.series("l2", "odd name").iterations.tolist() == [0, 1, 2, 3]
    assert experiment.hyperparameters["LightGBM"]["learning_rate"]["value"] == "0.3"


def test_lightgbm_of_scikit_learn_and_early_stopping(experiment: Any) -> None:
    import lightgbm

    model = lightgbm.LGBMRegressor(n_estimators=50, verbose=-1)
    model.fit(X, Y, eval_X=X[::2], eval_y=-Y[::2], callbacks=[lightgbm.early_stopping(2, verbose=False)])
    assert len(experiment.series("l2", "val")) == model.best_iteration_ + 2
    assert experiment.hyperparameters["LightGBM"]["num_leaves"]["value"] == "31"


def test_wrong_arguments_are_told_as_they_were(experiment: Any) -> None:
    import lightgbm

    with pytest.raises(TypeError, match="Dataset"):
        lightgbm.train({"verbose": -1}, "no data", 2)


def test_xgboost(experiment: Any) -> None:
    import xgboost

    data = xgboost.DMatrix(X, Y)
    result: dict[str, Any] = {}
    xgboost.train({"max_depth": 2}, data, 3, evals=[(data, "train")], evals_result=result, verbose_eval=False)
    assert experiment.series("rmse", "train").values.tolist() == result["train"]["rmse"]
    assert experiment.hyperparameters["XGBoost"]["max_depth"]["value"] == "2"
    model = xgboost.XGBRegressor(n_estimators=3).fit(X, Y, eval_set=[(X[:20], Y[:20])], verbose=False)
    assert len(experiment.series("rmse", "val")) == 3
    assert model.predict(X[:1]).shape == (1,)
