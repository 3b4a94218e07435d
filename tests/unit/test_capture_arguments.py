"""Arguments of the command line, with type, description and default."""

from __future__ import annotations

import argparse
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.capture import arguments


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="train")
    made.add_argument("--lr", type=float, default=0.1, help="step size, %(default)s by default")
    made.add_argument("--layers", type=int, nargs="+", default=[1])
    made.add_argument("--password")
    made.add_argument("--url", default="https://me:pw@example.org/x")
    made.add_argument("-v", "--verbose", action="store_true", help=argparse.SUPPRESS)
    made.add_argument("--broken-help").help = "50 %! sure"
    commands = made.add_subparsers(dest="command")
    fit = commands.add_parser("fit")
    fit.add_argument("--depth", type=int, default=3, help="how deep")
    commands.add_parser("score").add_argument("--depth", type=int, default=9, help="of the score")
    return made


def rows(*words: str) -> dict[str, dict[str, Any]]:
    made = parser()
    found = arguments.argparse_rows(made, made.parse_args(words))
    return {str(row.pop("name")): row for row in map(dict, found)}


def test_argparse() -> None:
    found = rows("--lr", "0.5", "--layers", "3", "4", "--password", "hunter2", "fit", "--depth", "5")
    assert found["lr"] == {
        "value": "0.5",
        "type": "float",
        "description": "step size, 0.1 by default",
        "default": "0.1",
    }
    assert found["layers"] == {"value": "[3, 4]", "type": "int", "description": None, "default": "[1]"}
    assert found["password"] == {"value": "[redacted]", "type": "str", "description": None, "default": None}
    assert found["url"]["value"] == found["url"]["default"] == "https://[redacted]@example.org/x"
    assert found["verbose"] == {"value": "False", "type": "bool", "description": None, "default": "False"}
    assert found["broken_help"]["description"] == "50 %! sure"
    assert found["command"]["value"] == "fit"
    assert found["depth"] == {"value": "5", "type": "int", "description": "how deep", "default": "3"}


def test_parsed_before_and_while_it_runs(tmp_path: Path) -> None:
    parser().parse_args(["--lr", "0.3"])
    with track.start("a", store=tmp_path / "store", capture=["arguments"]) as experiment:
        assert experiment.hyperparameters["Args"]["lr"]["value"] == "0.3"
        parser().parse_args(["--lr", "0.4"])
    assert experiment.hyperparameters["Args"]["lr"] == {
        "value": "0.4",
        "type": "float",
        "description": "step size, 0.1 by default",
        "default": "0.1",
    }


def test_a_parse_that_fails_is_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with track.start("a", store=tmp_path / "store", capture=["arguments"]), pytest.raises(SystemExit):
        parser().parse_args(["--lr", "much"])
    assert "invalid float value: 'much'" in capsys.readouterr().err


def test_ten_thousand(tmp_path: Path) -> None:
    made = argparse.ArgumentParser()
    for place in range(10_000):
        made.add_argument(f"--p{place}", type=int, default=place)
    made.parse_args([])
    with track.start("a", store=tmp_path / "store", capture=["arguments"]) as experiment:
        pass
    assert len(experiment.hyperparameters["Args"]) == 10_000
    assert experiment.hyperparameters["Args"]["p9999"]["value"] == "9999"


def test_values_and_names_of_every_kind(tmp_path: Path) -> None:
    made = argparse.ArgumentParser()
    made.add_argument("--text")
    namespace = made.parse_args(["--text", "<b>\n‮'\""])
    vars(namespace).update({"a\nb": 1, "‮x": 2, "": 3, "big": "x" * 10_000_001})
    with track.start("a", store=tmp_path / "store", capture=["arguments"]) as experiment:
        found = experiment.hyperparameters["Args"]
    assert found["text"]["value"] == "<b>\n‮'\""
    assert {"a b", "x", "unnamed"} <= set(found)
    assert found["big"]["value"].endswith(" … cut: 10.0 MB")


CLICK = """
    import click
    import trackkit_jupyter as track

    def report(experiment):
        experiment.finish()
        print(experiment.hyperparameters["Args"])

    @click.group()
    @click.option("--seed", type=int, default=1, help="where chance begins")
    def main(seed):
        if {early}:
            main.experiment = track.start("a", store={store!r}, capture=["arguments"])

    @main.command()
    @click.option("--lr", type=float, default=0.1, help="step size")
    @click.option("--api-token")
    def fit(lr, api_token):
        report(main.experiment if {early} else track.start("a", store={store!r}, capture=["arguments"]))

    main()
"""

ABSL = """
    from absl import app, flags
    import trackkit_jupyter as track
    flags.DEFINE_float("lr", 0.1, "step size")
    flags.DEFINE_enum("kind", "a", ["a", "b"], "which")

    def main(_):
        experiment = early or track.start("a", store={store!r}, capture=["arguments"])
        experiment.finish()
        print(experiment.hyperparameters["TF_DEFINE"])

    early = track.start("a", store={store!r}, capture=["arguments"]) if {early} else None
    app.run(main)
"""


def run(source: str, tmp_path: Path, early: bool, *words: str) -> Any:
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(source).format(store=str(tmp_path / "store"), early=early), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script), *words], capture_output=True, text=True, check=True)
    import ast

    return ast.literal_eval(done.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize("early", [True, False])
def test_click(tmp_path: Path, early: bool) -> None:
    found = run(CLICK, tmp_path, early, "--seed", "7", "fit", "--lr", "0.5", "--api-token", "abc")
    assert found["lr"] == {"value": "0.5", "type": "float", "description": "step size", "default": "0.1"}
    assert found["api_token"] == {"value": "[redacted]", "type": "text", "description": None, "default": None}
    assert found["seed"] == {"value": "7", "type": "integer", "description": "where chance begins", "default": "1"}


@pytest.mark.parametrize("early", [True, False])
def test_absl(tmp_path: Path, early: bool) -> None:
    found = run(ABSL, tmp_path, early, "--lr", "0.5")
    assert found["lr"] == {"value": "0.5", "type": "float", "description": "step size", "default": "0.1"}
    assert found["kind"]["value"] == "a"
    assert set(found) == {"lr", "kind"}


def test_ipython_magics_are_none_of_the_program() -> None:
    from IPython.core.magic_arguments import MagicArgumentParser

    from trackkit_jupyter.capture import parsed

    parser().parse_args(["--lr", "0.25"])
    MagicArgumentParser(prog="%magic").parse_args([])
    last = parsed.last()
    assert last is not None
    assert last[1].lr == 0.25
