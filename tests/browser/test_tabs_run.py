"""Clone and run again from the view: what is executed, how far it is, why it failed, and stopping it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import trackkit_jupyter as track

from .lab import LabServer, wait_until
from .shelf import page_of, picture
from .test_actions import choose, shown

TRAIN = """
import argparse, pathlib, time
import trackkit_jupyter as track
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
args = parser.parse_args()
with track.start("train", capture=["arguments", "console"]) as exp:
    exp.log({"lr": args.lr}, iteration=0)
    while not pathlib.Path("go on").exists():
        time.sleep(0.02)
"""


@pytest.fixture
def run(server: LabServer, tmp_path: Path) -> track.Experiment:
    (tmp_path / "train.py").write_text(TRAIN)
    with track.start("ended", store=server.store, capture=False) as made:
        made.record_execution({"script": str(tmp_path / "train.py"), "working_dir": str(tmp_path)})
        made._recorder.event("hyperparameter", section="Args", name="lr", value="0.1", type="float")
    return made


def test_a_clone_runs_with_its_own_values(browser: Browser, server: LabServer, run: track.Experiment) -> None:
    clone = run.clone("again")
    clone.set_hyperparameter("Args", "lr", "0.5")
    with page_of(browser, 420) as page:
        article = shown(page, server, clone)
        window = choose(article, "Run")
        expect(window).to_contain_text("script train.py")
        window.get_by_role("button", name="Run").click()
        expect(article.get_by_text("Running", exact=True).first).to_be_visible()
        line = article.get_by_role("status").filter(has_text="Running the script train.py")
        expect(line).to_be_visible()
        picture(page, "run-420")
        Path(clone.execution["working_dir"], "go on").touch()
        expect(article.get_by_text("Completed", exact=True).first).to_be_visible()
        expect(line).to_have_count(0)
    assert clone.metrics["lr"]["lr"]["last"] == 0.5
    assert run.status == "completed"


def test_it_is_stopped_and_what_failed_says_why(browser: Browser, server: LabServer, run: track.Experiment) -> None:
    with page_of(browser) as page:
        article = shown(page, server, run)
        article.get_by_role("button", name="Actions").click()
        refused = article.get_by_role("menuitem", name="Run", exact=True)
        expect(refused).to_have_attribute("title", "Only a draft runs: clone it, and run the clone.")
        page.keyboard.press("Escape")
        clone = run.clone("stopped")
        article = shown(page, server, clone)
        choose(article, "Run").get_by_role("button", name="Run").click()
        expect(article.get_by_text("Running", exact=True).first).to_be_visible()
        article.get_by_role("button", name="Stop the run").click()
        page.get_by_role("dialog", name="Stop the run").get_by_role("button", name="Stop").click()
        expect(article.get_by_text("Aborted", exact=True).first).to_be_visible()
        wait_until(lambda: clone.status == "aborted", "still running")

        broken = run.clone("broken")
        Path(run.execution["script"]).write_text("print('so far')\nraise ValueError('too wide')\n")
        article = shown(page, server, broken)
        choose(article, "Run").get_by_role("button", name="Run").click()
        alert = article.get_by_role("alert").filter(has_text="ValueError: too wide")
        expect(alert).to_be_visible()
        expect(article.get_by_text("Draft", exact=True).first).to_be_visible()
        article.get_by_text("What it printed last").click()
        expect(article.get_by_text("so far")).to_be_visible()
        picture(page, "run-failed")

        gone = run.clone("gone")
        Path(run.execution["script"]).unlink()
        article = shown(page, server, gone)
        window = choose(article, "Run")
        window.get_by_role("button", name="Run").click()
        expect(window.get_by_role("alert")).to_contain_text("The script 'train.py' is not there any more")
