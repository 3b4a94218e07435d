"""A comparison at scale, measured in the browser: a hundred experiments on every chart in sight, a thousand in tables.

Small by default; with ``TRACKKIT_LONG`` set, at the sizes that were promised. The numbers are printed (``-s``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest
from benchmarks.catalogs import filled
from playwright.sync_api import Browser, Page, expect

import trackkit_jupyter as track
from trackkit_jupyter.store.archivist import sweep

from .lab import Lab, LabServer, wait_until
from .shelf import bring
from .test_scale_charts import COMPARED, LONG, within

RUNS, METRICS, POINTS = (100, 20, 10_000) if LONG else (30, 8, 300)
MANY = 1_000

# Whether every chart in sight holds colours, and the curves of all experiments.
IN_SIGHT = """
window.inSight = () => [...document.querySelectorAll('.tk-chart-place')].filter(place => {
    const { top, bottom, width } = place.getBoundingClientRect();
    return width > 0 && top < innerHeight && bottom > 0;
});
window.allPainted = () => {
    const places = inSight();
    return places.length > 0 && places.every(place => {
        const canvas = place.querySelector('canvas');
        if (!canvas?.width || !canvas.height) return false;
        // A narrow part: to read pixels back costs more than to paint them.
        const { data } = canvas.getContext('2d').getImageData(canvas.width / 2, 0, 2, canvas.height);
        for (let at = 0; at < data.length; at += 4) {
            const [red, green, blue, alpha] = data.subarray(at, at + 4);
            // Lines of a crowd let the others through: their colours are mixed; the grid and its labels have none.
            if (alpha > 60 && Math.max(red, green, blue) - Math.min(red, green, blue) > 15) return true;
        }
        return false;
    });
};
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.add_init_script(IN_SIGHT)
    yield opened
    context.close()


@pytest.fixture(scope="module")
def sweep_of_many(server: LabServer) -> list[track.Experiment]:
    """Experiments of many metrics, whose points lie in archives, as they do soon after their end."""
    store = server.store.parent / "sweep"
    made = []
    names = [f"metric {number:02}/val" for number in range(METRICS)]
    waves = np.sin(np.arange(POINTS) / 300)[:, None] + np.arange(METRICS)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, server.environment[name])
        for number in range(RUNS):
            config = {"rate": number % 5, "seed": number // 5}
            with track.start(f"run {number:03}", config=config, store=store, capture=False) as run:
                for step, row in enumerate((waves + number / 100).tolist()):
                    run.log(dict(zip(names, row, strict=True)), iteration=step)
            made.append(run)
        sweep(run.store.paths)
        archives = [run.store.paths.experiment(run.id).archive for run in made if LONG]
        # What is not done yet is in the hands of the archivist that the starts have hired.
        wait_until(lambda: all(archive.exists() for archive in archives), "some are not archived", seconds=120)
    return made


def address(server: LabServer, runs: list[track.Experiment], **options: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in options.items())
    objects = "".join(f"&objects={run.id}" for run in runs)
    return server.page_url(f"trackkit/widgets/?type=comparison&height=880{query}&store={runs[0].store.id}{objects}")


def since_opened(page: Page, holds: str) -> float:
    """Return the milliseconds from the page's address until something holds, looked at in every frame."""
    return float(page.wait_for_function(f"() => {holds} && performance.now()", timeout=60_000).json_value())


def test_a_hundred_experiments_are_compared_soon(
    page: Page, server: LabServer, sweep_of_many: list[track.Experiment]
) -> None:
    times = []
    for _ in range(3):
        page.goto(address(server, sweep_of_many))
        times.append(since_opened(page, "allPainted()"))
    charts = page.evaluate("inSight().length")
    size = f"{RUNS} experiments x {METRICS} metrics x {POINTS:,} points, the {charts} charts in sight"
    within(f"{size}, the first time", times[0], COMPARED)
    within(f"{size}, again", min(times[1:]), COMPARED)
    assert page.locator(".tk-plot[aria-label]").first.get_attribute("aria-label")

    page.get_by_role("button", name="One line per").click()
    began = time.perf_counter()
    page.get_by_role("radio", name="All but seed").click()
    expect(page.get_by_text("rate=4").first).to_be_visible()
    print(f"grouped by everything but the seed: {(time.perf_counter() - began) * 1000:.0f} ms")


def test_a_thousand_experiments_in_tables_and_parallel_coordinates(
    page: Page, server: LabServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """More than an address holds, and more than are compared: that is said."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, server.environment[name])
        store = filled(tmp_path_factory.mktemp("thousand") / "store", MANY + 100)
        track.open_store(store.path)
        found = store.experiments('project != "x"', archived=None, page_size=1).total
    query = quote('project != "x"')
    for section, shown in (
        ("parallel", "[aria-label='Parallel coordinates of 1,000 experiments'] canvas"),
        ("values", "[aria-label='Metric values'] [role=cell]"),
        ("details", "[aria-label=Details] [role=cell]"),
    ):
        at = f"trackkit/widgets/?type=comparison&height=880&tab={section}&query={query}&store={store.id}"
        page.goto(server.page_url(at))
        told = since_opened(page, f"document.querySelector({shown!r}) !== null")
        within(f"{MANY:,} experiments, {section}", told, COMPARED)
        expect(
            page.get_by_text(f"The first 1,000 that the query finds are shown, {found - MANY} more are not.")
        ).to_be_visible()
    # All of them are watched: nothing was refused on the way.
    expect(page.get_by_role("alert")).to_have_count(0)


SWEEP = """
import trackkit_jupyter as track
for number in range({count}):
    config = {{"rate": 10.0 ** -(number % 5), "depth": number % 7, "seed": number}}
    with track.start(f"run {{number}}", config=config, tags=["many"], capture=False) as exp:
        exp.log({{"loss/val": 1 / (1 + number), "accuracy/val": number / {count}}})
""".strip()


def test_many_experiments_are_compared_over_the_comm(browser: Browser, alone: LabServer) -> None:
    """As many as tables hold, of a notebook whose server has nothing of ours: the kernel answers."""
    count = MANY if LONG else 20
    page = browser.new_context(viewport={"width": 1280, "height": 1100}).new_page()
    lab = Lab(alone, page)
    found = "track.experiments('\"many\" in tags', page_size={size})"
    first = f"track.compare({found.format(size=2)})"  # with the first view comes the code of all
    shown = f"track.compare({found.format(size=1000)}, section={{section!r}})"
    sections = ("parallel", "values", "details")
    alone.write(
        "sweep.ipynb", SWEEP.format(count=count), first, *(shown.format(section=section) for section in sections)
    )
    lab.open("sweep.ipynb")
    lab.run_cell(0)
    for cell, (said, inside) in enumerate(
        {
            "the first two": page.get_by_role("region", name="loss").locator("canvas").first,
            "parallel": page.get_by_role("group", name=f"Parallel coordinates of {count:,}").locator("canvas").first,
            "values": page.get_by_label("Metric values", exact=True).get_by_role("cell").first,
            "details": page.get_by_label("Details", exact=True).get_by_role("cell").first,
        }.items(),
        start=1,
    ):
        began = time.perf_counter()
        lab.run_cell(cell)
        bring(lab.output(cell).locator(".trackkit").first)  # what is out of sight is not made
        expect(inside).to_be_visible()
        took = (time.perf_counter() - began) * 1000
        # The kernel also draws what the notebook keeps.
        within(f"{count:,} experiments over the comm, {said}, with the run of its cell", took, 2 * COMPARED)
    assert lab.errors == []
    expect(page.get_by_role("alert")).to_have_count(0)
    page.context.close()
    alone.stop_kernels()
