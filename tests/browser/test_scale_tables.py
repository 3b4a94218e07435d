"""The tables at scale, measured in the browser: first paint, sorting, filtering, groups, and scrolling without a blank.

Measured with ``TRACKKIT_LONG`` set, at the sizes that were promised, and held to the budgets. The catalogs are
filled directly, with rows that ``tests/benchmarks/test_catalog.py`` proves to be those of the API.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.catalogs import filled
from playwright.sync_api import Browser, Page, expect

import trackkit_jupyter as track
from trackkit_jupyter.store import Store
from trackkit_jupyter.store.catalog import catalog_of
from trackkit_jupyter.store.catalog.rows import CONTENT, Row

from .lab import LabServer
from .test_scale_charts import LONG, TIMED, full_size, within

EXPERIMENTS, MODELS = 100_000, 10_000
#: Milliseconds until the first rows are there, until other rows are, and of a blank line in sight.
PAINTED, REPAINTED, BLANK = 500, 300, 100

ROWS = """
window.firstName = () => document.querySelector('.tk-experiments-row td:nth-child(2)')?.textContent ?? '';
window.settled = () => document.querySelector('.tk-experiments-scroll')?.ariaBusy === 'false' && firstName() !== '';
window.until = (act, name) => timed(act, () => settled() && (name === null || firstName() === name));
window.press = name => [...document.querySelectorAll('.tk-experiments-sort')]
    .find(head => head.textContent === name).click();
window.search = text => {
    const box = document.querySelector('[role=combobox]');
    box.value = text;
    box.dispatchEvent(new InputEvent('input', { bubbles: true }));
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
};
window.choose = name => [...document.querySelectorAll('.tk-window [role=radio]')]
    .find(option => option.textContent === name).click();
window.scrolled = (step, frames, jump = null) => new Promise(resolve => {
    const grid = document.querySelector('.tk-experiments-scroll');
    const told = { longest: 0, frames: [] };
    grid.scrollTop = jump === null ? grid.scrollTop : jump * grid.scrollHeight;
    let blank = 0;
    let last = performance.now();
    const look = () => {
        const now = performance.now();
        const { left, top, bottom } = grid.getBoundingClientRect();
        const row = document.elementFromPoint(left + 300, (top + bottom) / 2)?.closest('tbody tr');
        blank = !row || row.ariaBusy === 'true' ? blank + now - last : 0;
        told.longest = Math.max(told.longest, blank);
        told.frames.push(now - last);
        last = now;
        grid.scrollTop += step;
        told.frames.length < frames || (blank && told.frames.length < 200)
            ? requestAnimationFrame(look)
            : resolve(told);
    };
    requestAnimationFrame(look);
});
"""


@pytest.fixture(scope="module")
def store(server: LabServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that the server knows, of many experiments and models of which only the catalogs know more."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, server.environment[name])
        store = filled(tmp_path_factory.mktemp("many") / "store", EXPERIMENTS)
        chance, rows = random.Random(5), []
        for number in range(MODELS):
            fields = model(number, chance)
            (store.paths.models / fields["id"]).mkdir(parents=True)
            rows.append(Row(fields, "0:0:0", ""))
        catalog_of(store, "model").put(rows)
        store.paths.changes.touch()
        os.utime(store.paths.models, (1e9, 1e9))
        assert store.models(page_size=1).total == MODELS
        track.open_store(store.path)
        yield store


def model(number: int, chance: random.Random) -> dict:
    """Return a model with two metrics, as it is listed."""
    at = f"2026-02-{number % 28 + 1:02d}T{number // 28 % 24:02d}:{number // 672 % 60:02d}:00.000+00:00"
    value = chance.random()
    summary = {"count": 1, **dict.fromkeys(("first", "last", "min", "max", "mean"), value)}
    places = dict.fromkeys(("first_iteration", "last_iteration", "min_iteration", "max_iteration"), 0)
    return dict.fromkeys(CONTENT["model"]) | {
        "id": f"{chance.getrandbits(128):032x}",
        "name": f"net {number % 500}",
        "version": number // 500 + 1,
        "project": f"p{number % 20}",
        "status": "published" if number % 10 == 0 else "draft",
        "kept": "draft",
        "number": number,
        "tags": [f"t{number % 7}"],
        "description": "",
        "user": "somebody",
        "archived": False,
        "created": at,
        "last_update": at,
        "last_iteration": 0,
        "framework": ["pytorch", "sklearn", "xgboost"][number % 3],
        "uri": None,
        "single_values": {},
        "metrics": {"accuracy": {"test": {**summary, **places}}},
    }


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1600, "height": 900})
    opened = context.new_page()
    opened.add_init_script(TIMED + ROWS)
    yield opened
    context.close()


def opened(page: Page, server: LabServer, store: Store, parameters: str = "") -> float:
    """Open a table; return the milliseconds from its address to the first rows."""
    page.goto(server.page_url(f"trackkit/widgets/?type=table&store={store.id}{parameters}"))
    return float(page.evaluate("until(() => {}, null).then(() => performance.now())"))


def pressed(page: Page, act: str, name: str | None = None) -> float:
    """Do something; return the milliseconds until other rows are there: those that begin with `name`, if it is told."""
    before = page.evaluate("firstName()")
    there = f"firstName() !== {before!r}" if name is None else f"firstName() === {name!r}"
    changed = f"() => settled() && {there}"
    return float(page.evaluate(f"timed(() => {act}, {changed})"))


def first_name(store: Store, **arguments) -> str:
    return str(store.experiments(page_size=1, **arguments)[0].name)


@full_size
def test_experiments_are_painted_sorted_filtered_and_scrolled(page: Page, server: LabServer, store: Store) -> None:
    cold = opened(page, server, store)
    print(f"{EXPERIMENTS} experiments, first opening: {cold:.0f} ms")
    within(f"{EXPERIMENTS} experiments, from the address to the first rows", opened(page, server, store), PAINTED)
    expect(page.get_by_role("columnheader", name="m0")).to_be_visible()
    best = first_name(store, order_by='-metrics["m0"].last')
    within("sorted by a metric, the first time", pressed(page, "press('m0')", best), REPAINTED)
    least = first_name(store, order_by='metrics["m0"].last')
    within("and the other way round", pressed(page, "press('m0')", least), REPAINTED)
    query = 'metrics["m0"].last > 0.5 and hyperparameters["h1"] < 0.3'
    name = first_name(store, query=query, order_by='metrics["m0"].last')
    within("filtered by a metric and a hyperparameter", pressed(page, f"search({query!r})", name), REPAINTED)
    within("and all again", pressed(page, "search('')", least), REPAINTED)
    within("sorted by name", pressed(page, "press('Name')", first_name(store, order_by="name")), REPAINTED)

    for said, step in (("wheel", 120), ("flick", 600)):
        told = page.evaluate(f"scrolled({step}, 120)")
        within(f"scrolling, {said} of {step} pixels a frame, the longest blank", told["longest"], BLANK)
        print(f"  the longest frame {max(told['frames'][1:]):.0f} ms")
    jumps = [page.evaluate(f"scrolled(0, 3, {part / 10})")["longest"] for part in (9, 2, 7, 4, 8, 1, 6)]
    within("a jump anywhere, the longest blank", sorted(jumps)[3], BLANK)
    assert page.locator("tbody tr").count() < 120, "what is out of sight exists"

    # Groups: of all experiments, with what their members have in each column.
    page.get_by_role("button", name="Group by").click()
    took = page.evaluate("timed(() => choose('Project'), () => document.querySelector('[aria-level]') !== null)")
    print(f"grouped by project: {took:.0f} ms")
    expect(page.locator("[aria-level='1']")).to_have_count(20)


@full_size
def test_models_are_painted_sorted_and_filtered(page: Page, server: LabServer, store: Store) -> None:
    opened(page, server, store, "&objectType=model")
    took = opened(page, server, store, "&objectType=model")
    within(f"{MODELS} models, from the address to the first rows", took, PAINTED)
    expect(page.get_by_role("columnheader", name="accuracy/test")).to_be_visible()
    found = store.models(order_by='-metrics["accuracy/test"].last', page_size=1)[0]
    within("models sorted by a metric", pressed(page, "press('accuracy/test')", found.name), REPAINTED)
    query = 'framework == "sklearn" and "t3" in tags'
    found = store.models(query, order_by='-metrics["accuracy/test"].last', page_size=1)[0]
    within("models filtered", pressed(page, f"search({query!r})", found.name), REPAINTED)


def test_one_broken_among_a_thousand(page: Page, server: LabServer, tmp_path: Path) -> None:
    """The broken one is said, all others are shown."""
    count = 1_000 if LONG else 20
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, server.environment[name])
        runs = [track.start(f"run {n}", store=tmp_path / "s", capture=False) for n in range(count)]
        for run in runs:
            run.finish()
        record = runs[7].store.paths.experiment(runs[7].id).record
        for path in record.parent.glob(f"{record.name}*"):
            path.write_text("{broken")
        store = runs[0].store
        catalog_of(store).refresh(full=True)
    opened(page, server, store)
    expect(page.get_by_text("1 experiment cannot be read; the others are shown.")).to_be_visible()
    expect(page.get_by_text(f"{count - 1} experiments", exact=True)).to_be_visible()
