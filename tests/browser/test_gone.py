"""What a view shows cannot be found: the saved picture takes its place, with one line that says why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

import trackkit_jupyter as track

from .lab import Lab
from .shelf import loaded

SHOW = 'import trackkit_jupyter as track\ntrack.open_store("{store}").experiments()[0]'


@pytest.fixture
def saved(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Lab]:
    """A notebook that shows an experiment of a store of its own, open in a page."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    store = lab.server.root.parent / "moving"
    shutil.rmtree(store, ignore_errors=True)
    with track.start("one", store=store, capture=False) as run:
        for step in range(100):
            run.log({"loss": 1 / (1 + step)}, iteration=step)
    lab.server.write("gone.ipynb", SHOW.format(store=store))
    lab.open("gone.ipynb")
    lab.run_all()
    lab.wait_for_cell(0)
    expect(lab.output(0).locator("canvas").first).to_be_visible()
    lab.command("docmanager:save")
    yield lab
    for place in (store, store.with_name("moved")):
        shutil.rmtree(place, ignore_errors=True)


def shows_the_picture(output: Locator, reason: str) -> None:
    """Expect the saved picture and one line."""
    line = output.get_by_role("status").filter(has_text="This is the saved picture.")
    expect(line).to_be_visible()
    expect(line).to_contain_text(reason)
    picture = output.get_by_role("img", name="The view as it was when the notebook was saved")
    loaded(picture, 100)
    expect(output.get_by_role("alert")).to_have_count(0)
    expect(output.locator(".tk-skeleton")).to_have_count(0)


def test_a_notebook_from_another_machine(saved: Lab) -> None:
    path = saved.server.root / "gone.ipynb"
    notebook = json.loads(path.read_text())
    view = notebook["cells"][0]["outputs"][0]["data"]["application/vnd.trackkit.view+json"]
    view["store"] = {"id": "f" * 32, "path": "../elsewhere"}
    saved.page.goto("about:blank")
    copied = saved.server.root / "copied.ipynb"
    copied.write_text(json.dumps(notebook))
    saved.open("copied.ipynb", kernel=False)
    shows_the_picture(saved.output(0), "comes from another machine")
    assert saved.errors == []


def test_a_store_that_is_moved_while_its_view_is_open(saved: Lab) -> None:
    store = saved.server.root.parent / "moving"
    store.rename(store.with_name("moved"))
    shows_the_picture(saved.output(0), "their store was moved or deleted")
    # Opened where it is now, it is known again.
    saved.python(f"track.open_store({str(store.with_name('moved'))!r})")
    saved.page.reload()
    expect(saved.output(0).locator("canvas").first).to_be_visible()


def test_an_experiment_that_is_deleted_while_its_view_is_open(saved: Lab) -> None:
    (run,) = track.open_store(saved.server.root.parent / "moving").experiments()
    run.archive()
    run.delete()
    shows_the_picture(saved.output(0), "no longer in its store")
