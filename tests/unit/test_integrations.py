"""Callbacks for frameworks, each in a real training where the framework is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trackkit_jupyter as track

X, Y = np.arange(64.0, dtype=np.float32).reshape(-1, 2) / 64, np.arange(32.0, dtype=np.float32) / 32

pytestmark = pytest.mark.filterwarnings("ignore")  # the frameworks' own, of each other's versions


@pytest.fixture
def experiment(tmp_path: Path) -> Iterator[Any]:
    with track.start("a", store=tmp_path / "store", capture=False) as made:
        yield made


def test_lightgbm(experiment: Any) -> None:
    import lightgbm

    from trackkit_jupyter.integrations.lightgbm import trackkit_callback

    data, result = lightgbm.Dataset(X, Y, params={"min_data_in_leaf": 2}), {}
    lightgbm.train(
        {"verbose": -1}, data, 3, valid_sets=[data], callbacks=[trackkit_callback(), lightgbm.record_evaluation(result)]
    )
    assert experiment.series("l2", "train").values.tolist() == result["training"]["l2"]


def test_another_experiment_than_the_current_one(experiment: Any, tmp_path: Path) -> None:
    import lightgbm

    from trackkit_jupyter.integrations.lightgbm import trackkit_callback

    with track.start("b", store=tmp_path / "store", capture=False) as inner:
        data = lightgbm.Dataset(X, Y)
        lightgbm.train({"verbose": -1}, data, 2, valid_sets=[data], callbacks=[trackkit_callback(experiment)])
    assert experiment.names() == [("l2", "train")]
    assert inner.names() == []


def test_no_experiment() -> None:
    from trackkit_jupyter.integrations.lightgbm import trackkit_callback

    with pytest.raises(track.TrackkitStateError, match="Start one first"):
        trackkit_callback()


def test_xgboost(experiment: Any) -> None:
    import xgboost

    from trackkit_jupyter.integrations.xgboost import TrackkitCallback

    data, result = xgboost.DMatrix(X, Y), {}
    xgboost.train(
        {}, data, 3, evals=[(data, "train")], evals_result=result, verbose_eval=False, callbacks=[TrackkitCallback()]
    )
    assert experiment.series("rmse", "train").values.tolist() == result["train"]["rmse"]


def stop(experiment: Any) -> None:
    track.open_store(experiment.store.path).experiment(experiment.id).stop()


def ended_by_its_owner(experiment: Any) -> bool:
    return bool((experiment.status, experiment.status_reason) == ("completed", f"stopped by {experiment.user}"))


ENDLESS = 1_000_000


def test_lightgbm_ends_where_it_is_stopped(experiment: Any) -> None:
    import lightgbm

    from trackkit_jupyter.integrations.lightgbm import trackkit_callback

    data = lightgbm.Dataset(X, Y, params={"min_data_in_leaf": 2})
    stop(experiment)
    booster = lightgbm.train({"verbose": -1}, data, ENDLESS, valid_sets=[data], callbacks=[trackkit_callback()])
    assert ended_by_its_owner(experiment)
    assert 0 < booster.current_iteration() < ENDLESS


def test_xgboost_ends_where_it_is_stopped(experiment: Any) -> None:
    import xgboost

    from trackkit_jupyter.integrations.xgboost import TrackkitCallback

    data = xgboost.DMatrix(X, Y)
    stop(experiment)
    booster = xgboost.train(
        {}, data, ENDLESS, evals=[(data, "train")], verbose_eval=False, callbacks=[TrackkitCallback()]
    )
    assert ended_by_its_owner(experiment)
    assert 0 < booster.num_boosted_rounds() < ENDLESS


def test_what_another_experiment_is_stopped_by_goes_on_up(experiment: Any, tmp_path: Path) -> None:
    import xgboost

    from trackkit_jupyter.integrations.xgboost import TrackkitCallback

    class Own(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            experiment.log({"own": 1.0})
            return False

    stop(experiment)
    with track.start("b", store=tmp_path / "store", capture=False) as other, pytest.raises(KeyboardInterrupt):
        xgboost.train({}, xgboost.DMatrix(X, Y), ENDLESS, callbacks=[Own(), TrackkitCallback(other)])
    assert ended_by_its_owner(experiment)


@pytest.mark.frameworks
def test_keras(experiment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    import keras

    from trackkit_jupyter.integrations.keras import TrackkitCallback

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    kept = model.fit(X, Y, epochs=2, validation_split=0.5, verbose=0, callbacks=[TrackkitCallback()]).history
    assert experiment.series("loss", "train").values.tolist() == pytest.approx(kept["loss"])
    assert experiment.series("loss", "val").values.tolist() == pytest.approx(kept["val_loss"])
    assert set(experiment.names()) >= {("mae", "train"), ("mae", "val")}
    assert experiment.hyperparameters["Keras"]["epochs"]["value"] == "2"
    assert experiment.hyperparameters["Keras"]["optimizer/name"]["value"].lower() == "sgd"
    assert "Dense" in experiment.configuration["Keras"]["value"]


@pytest.mark.frameworks
def test_keras_ends_where_it_is_stopped(experiment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    import keras

    from trackkit_jupyter.integrations.keras import TrackkitCallback

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    stop(experiment)
    kept = model.fit(X, Y, epochs=ENDLESS, verbose=0, callbacks=[TrackkitCallback()])
    assert len(kept.epoch) < ENDLESS
    assert ended_by_its_owner(experiment)


def fine_tuned(folder: Path, **options: Any) -> Any:
    """Return a trainer of Transformers for a tiny module, with its data."""
    import torch
    import transformers

    from trackkit_jupyter.integrations.transformers import TrackkitCallback

    class Tiny(torch.nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.line = torch.nn.Linear(2, 1)

        def forward(self, x: Any, labels: Any = None) -> Any:
            found = self.line(x).squeeze(-1)
            return {"loss": ((found - labels) ** 2).mean(), "logits": found}

    rows = [{"x": X[place], "labels": Y[place]} for place in range(len(X))]
    arguments = transformers.TrainingArguments(
        str(folder), report_to=[], use_cpu=True, per_device_train_batch_size=4, save_strategy="no", disable_tqdm=True,
        **options,
    )  # fmt: skip
    return transformers.Trainer(
        model=Tiny(), args=arguments, train_dataset=rows, eval_dataset=rows, callbacks=[TrackkitCallback()]
    )


@pytest.mark.frameworks
def test_transformers(experiment: Any, tmp_path: Path) -> None:
    trainer = fine_tuned(tmp_path, max_steps=4, logging_steps=2, eval_strategy="steps", eval_steps=2)
    trainer.train()
    assert experiment.series("loss", "train").iterations.tolist()[:2] == [2, 4]
    assert experiment.series("loss", "eval").iterations.tolist() == [2, 4]
    assert experiment.hyperparameters["Transformers"]["max_steps"]["value"] == "4"
    assert experiment.hyperparameters["Transformers"].get("hub_token", {"value": "None"})["value"] != ""


@pytest.mark.frameworks
@pytest.mark.parametrize("logging_steps", [1, ENDLESS])
def test_transformers_ends_where_it_is_stopped(experiment: Any, tmp_path: Path, logging_steps: int) -> None:
    """Also between two steps that it logs."""
    trainer = fine_tuned(tmp_path, max_steps=ENDLESS, logging_steps=logging_steps)
    stop(experiment)
    trainer.train()
    assert 0 < trainer.state.global_step < ENDLESS
    assert ended_by_its_owner(experiment)


def lit(folder: Path, **options: Any) -> tuple[Any, type[Any], Any]:
    """Return a trainer of Lightning, a module for it, and its data."""
    import lightning.pytorch as lightning
    import torch

    from trackkit_jupyter.integrations.lightning import TrackkitLogger

    class Tiny(lightning.LightningModule):  # type: ignore[name-defined, misc]
        def __init__(self, lr: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.line = torch.nn.Linear(2, 1)

        def training_step(self, batch: Any, place: int) -> Any:
            loss = ((self.line(batch[0]).squeeze(-1) - batch[1]) ** 2).mean()
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch: Any, place: int) -> None:
            self.log("val_loss", ((self.line(batch[0]).squeeze(-1) - batch[1]) ** 2).mean())

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)

    rows = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y)), batch_size=8)
    trainer = lightning.Trainer(
        logger=TrackkitLogger(), log_every_n_steps=1, accelerator="cpu", enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=str(folder), enable_checkpointing=False, **options,
    )  # fmt: skip
    return trainer, Tiny, rows


@pytest.mark.frameworks
def test_lightning(experiment: Any, tmp_path: Path) -> None:
    trainer, kind, rows = lit(tmp_path, max_epochs=2)
    trainer.fit(kind(lr=0.25), rows, rows)
    assert len(experiment.series("loss", "train")) == 8
    assert len(experiment.series("loss", "val")) == 2
    assert experiment.hyperparameters["Lightning"]["lr"]["value"] == "0.25"
    assert trainer.logger.version == experiment.id
    assert experiment.running


@pytest.mark.frameworks
@pytest.mark.parametrize("least", [None, ENDLESS])
def test_lightning_ends_where_it_is_stopped(experiment: Any, tmp_path: Path, least: int | None) -> None:
    trainer, kind, rows = lit(tmp_path, max_epochs=ENDLESS, min_epochs=least)
    stop(experiment)
    trainer.fit(kind(), rows, rows)
    assert ended_by_its_owner(experiment)
    assert trainer.state.finished
    assert trainer.current_epoch < ENDLESS


@pytest.mark.frameworks
def test_a_step_that_logs_by_itself_ends_lightning_quietly(tmp_path: Path) -> None:
    with track.start("a", store=tmp_path / "store", capture=False) as experiment:
        trainer, kind, rows = lit(tmp_path, max_epochs=ENDLESS)
        kind.on_train_batch_end = lambda *_: experiment.log({"own": 1.0})
        stop(experiment)
        trainer.logger.log_metrics = lambda *_, **__: None
        trainer.fit(kind(), rows)  # ends the interpreter where it is interrupted
    assert ended_by_its_owner(experiment)
