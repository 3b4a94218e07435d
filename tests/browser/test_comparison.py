"""Experiments side by side under the cell: curves, hyperparameters with differences first, the best of each metric."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

import trackkit_jupyter as track

from .conftest import SCREENSHOTS
from .lab import Lab, wait_until
from .test_story import drawn

SHOW = """
import trackkit_jupyter as track
runs = [run for run in track.experiments(order_by="created") if run.project == "{project}"]
track.compare(runs)
""".strip()


@pytest.fixture
def comparing(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Lab]:
    """A page, and a registry of stores that is not this machine's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return lab


def trained(lab: Lab, project: str, count: int, points: int = 200) -> list[track.Experiment]:
    """Make experiments that differ in rate and seed, with the first the best."""
    made = []
    for number in range(count):
        rate = 0.5 / (1 + number)
        options = {"project": project, "store": lab.server.store, "capture": False}
        with track.start(f"rate {rate:.3f}", **options) as run:
            run.connect({"batch": 32, "rate": rate, "optimizer": "sgd", "seed": number})
            for step in range(points):
                loss = 0.02 + 0.01 * number + math.exp(-rate * step / 20)
                run.log({"loss/train": loss, "loss/val": loss * 1.1, "accuracy/val": 1 - loss / 2}, iteration=step)
            run.log_single_value("minutes", 3.0 + number)
        made.append(run)
    return made


def compare(lab: Lab, project: str) -> Locator:
    """Show the comparison of a project's experiments."""
    name = f"{project}.ipynb"
    lab.server.write(name, SHOW.format(project=project))
    lab.open(name)
    lab.run_all()
    lab.wait_for_cell(0)
    output = lab.output(0)
    expect(output.get_by_role("article", name="experiments")).to_be_visible(timeout=20_000)
    return output


def picture(lab: Lab, output: Locator, name: str) -> None:
    output.scroll_into_view_if_needed()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    lab.page.screenshot(path=SCREENSHOTS / f"comparison-{name}.png")


def rows(table: Locator) -> dict[str, list[str]]:
    """Read a table: the cells of each row by what it is about."""
    expect(table.get_by_role("rowheader").first).to_be_visible(timeout=10_000)
    found = {}
    for row in table.locator("tbody tr").all():
        found[row.get_by_role("rowheader").inner_text().strip()] = [
            c.inner_text().strip() for c in row.get_by_role("cell").all()
        ]
    return found


def test_two_experiments(comparing: Lab) -> None:
    trained(comparing, "two", 2)
    output = compare(comparing, "two")
    expect(output.locator("canvas").first).to_be_visible(timeout=20_000)
    picture(comparing, output, "2-scalars")
    output.get_by_role("tab", name="Hyperparameters").click()
    table = output.get_by_role("table", name="Hyperparameters")
    assert rows(table) == {"rate": ["0.5", "0.25"], "seed": ["0", "1"]}
    output.get_by_role("checkbox", name="Show identical (2)").check()
    assert list(rows(table)) == ["rate", "seed", "batch", "optimizer"], "the differences come first"
    picture(comparing, output, "2-hyperparameters")
    output.get_by_role("tab", name="Metrics").click()
    table = output.get_by_role("table", name="Metrics")
    expect(table.get_by_role("rowheader").first).to_be_visible(timeout=10_000)
    best = {
        row.get_by_role("rowheader").inner_text().strip(): [
            cell.get_by_role("img", name="Best").count() for cell in row.get_by_role("cell").all()
        ]
        for row in table.locator("tbody tr").all()
    }
    assert best["loss/train"] == best["loss/val"] == best["accuracy/val"] == [1, 0]
    table.get_by_role("button", name="Lower is better: loss/val").click()
    row = table.get_by_role("row").filter(has_text="loss/val")
    assert [cell.get_by_role("img", name="Best").count() for cell in row.get_by_role("cell").all()] == [0, 1]
    picture(comparing, output, "2-metrics")
    comparing.dark()
    picture(comparing, output, "2-metrics-dark")
    output.get_by_role("tab", name="Scalars").click()
    expect(output.locator("canvas").first).to_be_visible()
    picture(comparing, output, "2-scalars-dark")
    assert comparing.errors == []


def test_twenty_experiments(comparing: Lab) -> None:
    trained(comparing, "twenty", 20)
    output = compare(comparing, "twenty")
    expect(output.locator("canvas").first).to_be_visible(timeout=20_000)
    picture(comparing, output, "20-scalars")
    output.get_by_role("tab", name="Hyperparameters").click()
    table = output.get_by_role("table", name="Hyperparameters")
    assert len(rows(table)["rate"]) == 20
    picture(comparing, output, "20-hyperparameters")
    output.get_by_role("tab", name="Metrics").click()
    table = output.get_by_role("table", name="Metrics")
    assert len(rows(table)["loss/val"]) == 20
    assert table.get_by_role("img", name="Best").count() >= 3
    # What a row is about stays in sight when the last experiment is scrolled to.
    table.get_by_role("columnheader").last.scroll_into_view_if_needed()
    head = table.get_by_role("rowheader").first
    expect(head).to_be_in_viewport()
    comparing.dark()
    picture(comparing, output, "20-metrics-dark")
    output.get_by_role("tab", name="Scalars").click()
    expect(output.locator("canvas").first).to_be_visible()
    picture(comparing, output, "20-scalars-dark")
    assert comparing.errors == []


def test_experiments_that_share_nothing(comparing: Lab) -> None:
    for name, metric, parameters in (("a", "loss", {"rate": 0.1}), ("b", "reward", {"gamma": 0.9})):
        with track.start(name, project="apart", store=comparing.server.store, capture=False) as run:
            run.connect(parameters)
            for step in range(50):
                run.log({metric: 1 / (1 + step)}, iteration=step)
    output = compare(comparing, "apart")
    expect(output.get_by_role("region", name="loss", exact=True).locator("canvas").first).to_be_visible(timeout=20_000)
    expect(output.get_by_role("region", name="reward", exact=True)).to_be_visible()
    picture(comparing, output, "apart-scalars")
    output.get_by_role("tab", name="Hyperparameters").click()
    assert rows(output.get_by_role("table", name="Hyperparameters")) == {"gamma": ["–", "0.9"], "rate": ["0.1", "–"]}
    output.get_by_role("tab", name="Metrics").click()
    table = output.get_by_role("table", name="Metrics")
    assert set(rows(table)) == {"loss", "reward"}
    expect(table.get_by_role("img", name="Best")).to_have_count(0)
    picture(comparing, output, "apart-metrics")


def test_it_grows_while_its_experiments_run(comparing: Lab) -> None:
    trained(comparing, "growing", 1)
    with track.start("live", project="growing", store=comparing.server.store, capture=False) as run:
        run.log({"loss/train": 1.0}, iteration=0)
        output = compare(comparing, "growing")
        expect(output.locator("canvas").first).to_be_visible(timeout=20_000)
        before = drawn(output)
        for step in range(1, 100):
            run.log({"loss/train": 1 / (1 + step)}, iteration=step)
        wait_until(lambda: drawn(output) != before, 10, "the curve did not move")
        output.get_by_role("tab", name="Metrics").click()
        run.log_single_value("f1", 0.75)
        expect(output.get_by_role("rowheader", name="f1")).to_be_visible(timeout=10_000)
