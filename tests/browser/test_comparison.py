"""Experiments side by side: found by a query, grouped by everything but the seed, brushed, the difference seen."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import trackkit_jupyter as track
from trackkit_jupyter.views import View

from .lab import Lab, LabServer, wait_until
from .shelf import bring, page_of, picture
from .test_story import drawn

RATES, SEEDS = (0.3, 0.1, 0.01), 4


@pytest.fixture(scope="module")
def sweep(server: LabServer) -> list[track.Experiment]:
    """Twelve experiments: the rate decides, the seed does next to nothing, and one has another optimizer planted."""
    made = []
    for rate in RATES:
        for seed in range(SEEDS):
            options = {"project": "sweep", "store": server.store, "capture": False, "tags": ["grid"]}
            with track.start(f"rate {rate} seed {seed}", **options) as run:
                optimizer = "lion" if (rate, seed) == (0.1, 2) else "sgd"
                run.connect({"rate": rate, "seed": seed, "batch": 32, "optimizer": optimizer})
                run.connect_configuration({"layers": [8, 8] if optimizer == "sgd" else [8, 9]}, name="net")
                best = 0.1 + abs(math.log10(rate) + 1) * 0.4 + 0.001 * seed
                for step in range(40):
                    run.log({"loss/val": best + math.exp(-step / 8), "accuracy/val": 1 - best / 2}, iteration=step)
                    if step % 20 == 0:
                        run.log_image("digits", "wrong", [[(seed + step // 20) % 2, 0.5], [0.25, 1.0]], iteration=step)
            made.append(run)
    return made


def opened(page: Page, server: LabServer, runs: list[track.Experiment], height: int = 800, **options: str) -> Locator:
    """Open the comparison of experiments on a page of its own."""
    query = "".join(f"&objects={run.id}" for run in runs)
    query += "".join(f"&{name}={quote(value, safe='')}" for name, value in options.items())
    page.goto(server.page_url(f"trackkit/widgets/?type=comparison&height={height}{query}"))
    found = page.get_by_role("article")
    expect(found.get_by_role("tab", name="Scalars")).to_be_visible()
    return found


def section(view: Locator, name: str) -> Locator:
    """Open a section; return its panel."""
    view.get_by_role("tab", name=name).click()
    return view.get_by_role("tabpanel", name=name)


def one_per(panel: Locator, what: str, choice: str, *further: str) -> None:
    """Choose what has a line, or a column, of its own: a field, and others together with it."""
    panel.get_by_role("button", name=f"One {what} per").click()
    window = panel.get_by_role("dialog", name=f"One {what} per")
    window.get_by_role("radio", name=choice, exact=True).click()
    for field in further:
        panel.get_by_role("button", name=f"One {what} per").click()
        window.get_by_role("button", name=f"Also by {field}").click()
        panel.page.keyboard.press("Escape")


def rows(table: Locator) -> dict[str, list[str]]:
    """Read a table: the cells of each row by what it is about."""
    expect(table.get_by_role("rowheader").first).to_be_visible()
    return {
        row.get_by_role("rowheader").inner_text().strip(): [
            cell.inner_text().strip() for cell in row.get_by_role("cell").all()
        ]
        for row in table.get_by_role("row").all()
        if row.get_by_role("rowheader").count()
    }


def brush(panel: Locator, axis: str, low: float, high: float) -> None:
    """Drag along an axis from one place to another, as parts of its height from below."""
    brushed = panel.get_by_role("group", name=f"Brush of {axis}")
    bring(brushed)  # waits until it has come to rest
    box = brushed.bounding_box()
    assert box is not None
    mouse, x = panel.page.mouse, box["x"] + box["width"] / 2
    mouse.move(x, box["y"] + box["height"] * (1 - low))
    mouse.down()
    mouse.move(x, box["y"] + box["height"] * (1 - high), steps=4)
    mouse.up()


def test_which_rate_is_best_and_is_it_the_seed(server: LabServer, browser: Browser, sweep) -> None:
    with page_of(browser, 1280, 900) as page:
        # Found by a query, grouped by all but the seed, all chosen, compared: in these groups.
        query = quote('"grid" in tags and status == "completed"', safe="")
        query += f"&group_by={quote('all but seed', safe='')}"
        page.goto(server.page_url(f"trackkit/widgets/?type=table&query={query}&height=880"))
        expect(page.locator("tbody tr").first).to_be_visible()
        page.get_by_role("checkbox", name=re.compile("all", re.IGNORECASE)).first.click()
        page.get_by_role("button", name="Compare", exact=True).click()
        view = page.get_by_role("article")
        groups = view.get_by_role("list", name="Groups").get_by_role("listitem")
        expect(groups).to_have_count(4)
        expect(groups.filter(has_text="rate=0.1, optimizer=lion")).to_contain_text("1")
        scalars = section(view, "Scalars")
        expect(scalars.get_by_role("button", name="One line per: All but seed")).to_be_visible()
        points = section(view, "Scatter").locator("circle")
        expect(points).to_have_count(12)
        fills = "points => new Set(points.map(point => point.getAttribute('fill'))).size"
        wait_until(lambda: points.evaluate_all(fills) == 4, "the groups have no colours of their own")
        expect(view.get_by_role("combobox", name="Colour").locator("option:checked")).to_have_text("Group")
        view.get_by_role("button", name="Show experiments").click()
        expect(view.get_by_role("list", name="Experiments").get_by_role("listitem")).to_have_count(12)

        # One line for each rate, over the seeds, with a band.
        section(view, "Scalars")
        chart = scalars.get_by_role("region", name="loss", exact=True)
        expect(chart.locator("canvas").first).to_be_visible()
        before = drawn(scalars)
        one_per(scalars, "line", "rate")
        for rate in RATES:
            expect(chart.get_by_text(f"rate={rate}").first).to_be_visible()
        expect(scalars.get_by_role("combobox", name="Band")).to_have_value("minmax")
        wait_until(lambda: drawn(scalars) != before, "the groups were not drawn")
        one_per(scalars, "line", "All but seed")
        expect(chart.get_by_text(re.compile(r"optimizer=lion")).first).to_be_visible()
        picture(page, "comparison-groups")
        chips = view.get_by_role("list", name="Experiments").locator(".tk-linemark line")
        # The newest first; in the colours of their groups: the one with another optimizer has its own.
        grouped = [0, 0, 0, 0, 4, 5, 4, 4, 8, 8, 8, 8]

        def colored() -> bool:
            colors = [chip.get_attribute("stroke") for chip in chips.all()]
            return [colors.index(color) for color in colors] == grouped

        wait_until(colored, "the chips have other colours than the curves")

        # The values keep the groups: mean and spread over the seeds, the best marked.
        values = section(view, "Metric values").get_by_role("table", name="Metric values")
        expect(values.get_by_role("columnheader").filter(has_text="n = 4")).to_have_count(2)
        loss = values.get_by_role("row").filter(has_text="loss/val")
        expect(loss.get_by_role("cell")).to_have_count(4)
        best = loss.get_by_role("cell").filter(has=page.get_by_role("img", name="Best"))
        expect(best).to_have_text(f"{0.1 + 0.004 / 3 + math.exp(-39 / 8):#.4g} ± 0.0015")
        one_per(section(view, "Metric values"), "column", "Experiment")
        expect(loss.get_by_role("cell").filter(has_text="±")).to_have_count(0)
        expect(loss.get_by_role("cell").first).to_be_visible()
        picture(page, "comparison-values")

        # The planted difference: of the four with the best rate one has another optimizer.
        parallel = section(view, "Parallel coordinates")
        expect(parallel.get_by_role("group", name="Axis rate")).to_be_visible()
        brush(parallel, "loss/val", 0.005, 0.2)
        status = parallel.get_by_role("status").filter(has_text="brushed")
        expect(status).to_have_text("4 of 12 brushed")
        picture(page, "comparison-brushed")
        details = section(view, "Details")
        table = details.get_by_role("table", name="Details")
        expect(table.get_by_role("columnheader")).to_have_count(1 + 4)
        found = rows(table)
        assert sorted(found["optimizer"]) == ["lion", "sgd", "sgd", "sgd"]
        assert set(found["rate"]) == {"0.1"}
        section(view, "Parallel coordinates").get_by_role("button", name="Keep only these").click()
        expect(view.get_by_role("list", name="Experiments").get_by_role("listitem")).to_have_count(4)

        # What matters is the rate; four experiments are too few to say so.
        importance = section(view, "Importance")
        expect(importance.get_by_text(re.compile("A forest needs 10 experiments"))).to_be_visible()


def test_details_against_a_base(server: LabServer, browser: Browser, sweep) -> None:
    chosen = [sweep[4], sweep[6], sweep[8]]
    with page_of(browser, 1280, 700) as page:
        view = opened(page, server, chosen, 690)
        view.get_by_role("button", name=f"Base: {sweep[6].name}").click()
        details = section(view, "Details")
        table = details.get_by_role("table", name="Details")
        expect(table.get_by_role("columnheader").nth(1)).to_contain_text("Base")
        expect(table.get_by_role("rowheader", name="layers")).to_be_visible()
        found = rows(table)
        assert found["rate"] == ["0.1", "0.1", "0.01"]
        assert found["optimizer"] == ["lion", "sgd", "sgd"]
        assert "batch" not in found
        marked = table.get_by_role("row").filter(has_text="optimizer").locator(".tk-changed")
        expect(marked).to_have_count(2)
        details.get_by_role("checkbox", name=re.compile(r"Show identical \(\d+\)")).check()
        expect(table.get_by_role("rowheader", name="batch", exact=True)).to_be_visible()
        assert list(rows(table))[:4] == ["rate", "seed", "optimizer", "batch"], "the differences come first"

        details.get_by_role("button", name="Next difference").click()
        expect(table.locator(".tk-marked")).to_contain_text("rate")
        details.get_by_role("textbox", name="Search details").fill("lion")
        expect(table.get_by_role("rowheader")).to_have_count(1)
        details.get_by_role("button", name="Clear").click()
        details.get_by_role("button", name="Copy", exact=True).click()
        page.get_by_role("button", name="Copy as Markdown").click()
        expect(details.get_by_role("status").filter(has_text="copied")).to_be_visible()
        assert "| Hyperparameters/optimizer | lion | sgd | sgd |" in page.evaluate("navigator.clipboard.readText()")

        details.get_by_role("button", name=f"Difference of net in {chosen[0].name}").click()
        dialog = page.get_by_role("dialog", name=re.compile("^net:"))
        expect(dialog.locator("[data-kind='+']")).to_have_count(1)
        picture(page, "comparison-difference")
        dialog.get_by_role("button", name="Close").click()

        values = section(view, "Metric values")
        table = values.get_by_role("table", name="Metric values")
        loss = table.get_by_role("row").filter(has_text="loss/val")
        expect(loss.get_by_role("img", name="Best")).to_have_count(1)
        table.get_by_role("button", name="loss/val", exact=True).click()
        names = [sweep[at].name for at in (4, 6, 8)]
        expect(table.get_by_role("columnheader")).to_have_text([re.compile("."), *map(re.compile, names)])
        table.get_by_role("button", name="Lower is better: loss/val").click()
        expect(table.get_by_role("columnheader").nth(1)).to_contain_text(sweep[8].name)
        values.get_by_role("combobox", name="Value").select_option("max")
        expect(table.get_by_role("columnheader").first).to_have_text("Maximum value")


def test_details_of_groups_and_chips_that_have_no_room(server: LabServer, browser: Browser, sweep) -> None:
    with page_of(browser, 1280, 700) as page:
        view = opened(page, server, sweep, 690, tab="details", over="seed", base=sweep[4].id)
        details = view.get_by_role("tabpanel", name="Details")
        table = details.get_by_role("table", name="Details")
        expect(table.get_by_role("rowheader", name="layers")).to_be_visible()
        # One column for each group, that of the base first: what its members have in common, or how much they differ.
        expect(table.get_by_role("columnheader").filter(has_text="n =")).to_have_count(4)
        expect(table.get_by_role("columnheader").nth(1)).to_contain_text("Base n = 3")
        expect(table.get_by_role("columnheader").first).to_contain_text("differ between groups")
        found = rows(table)
        assert found["rate"] == ["0.1", "0.3", "0.1", "0.01"]
        assert found["optimizer"] == ["sgd", "sgd", "lion", "sgd"]
        assert found["seed"] == ["3 values", "4 values", "2", "4 values"]
        assert list(found)[:3] == ["rate", "optimizer", "seed"], "what differs between groups comes first"
        seeds = table.get_by_role("row").filter(has_text="values").first.get_by_role("cell").first
        assert (seeds.locator("[title]").get_attribute("title") or "").splitlines() == ["0 (1)", "1 (1)", "3 (1)"]
        picture(page, "comparison-details-groups")
        details.get_by_role("button", name=re.compile(r"Difference of net in .*lion")).click()
        dialog = page.get_by_role("dialog", name=re.compile("^net:"))
        expect(dialog.locator("[data-kind='+']")).to_have_count(1)
        dialog.get_by_role("button", name="Close").click()

        # By two fields together, and both come back from the code.
        one_per(details, "column", "optimizer", "rate", "seed")
        expect(details.get_by_role("button", name="One column per: optimizer, rate, seed")).to_be_visible()
        expect(view.get_by_text("12 experiments in 12 groups")).to_be_visible()
        assert copied(page, view).options["by"] == ["optimizer", "rate", "seed"]

        # Chips without room are announced, and shown.
        groups = view.get_by_role("list", name="Groups").get_by_role("listitem")
        page.set_viewport_size({"width": 640, "height": 700})
        more = view.get_by_role("button", name=re.compile(r"^\d+ more$"))
        expect(more).to_be_visible()
        expect(groups).not_to_have_count(12)
        wait_until(lambda: more.inner_text() == f"{12 - groups.count()} more", "chips without room are not counted")
        more.press("Enter")
        expect(groups).to_have_count(12)
        expect(view.get_by_role("button", name="Show fewer")).to_be_focused()
        page.keyboard.press("Enter")
        expect(more).to_be_focused()


def test_what_is_shown_can_be_embedded_and_comes_back(server: LabServer, browser: Browser, sweep) -> None:
    with page_of(browser, 900, 700) as page:
        view = opened(page, server, sweep, 690, tab="parallel")
        parallel = view.get_by_role("tabpanel", name="Parallel coordinates")
        end = parallel.get_by_role("slider", name="optimizer to")
        expect(end).to_be_visible()
        # By keys alone: the upper end down to the first text, then an axis moved.
        end.focus()
        end.press("ArrowDown")
        expect(parallel.get_by_role("status").filter(has_text="1 of 12 brushed")).to_be_visible()
        parallel.get_by_role("button", name="Move axis optimizer", exact=True).press("ArrowLeft")
        view.get_by_role("button", name=f"Remove {sweep[0].name}").click()
        expect(parallel.get_by_role("status").filter(has_text="1 of 11 brushed")).to_be_visible()
        view.get_by_role("button", name="Copy embed code").click()
        expect(page.get_by_text("Embed code copied")).to_be_visible()
        code = page.evaluate("navigator.clipboard.readText()")
        again = track.parse_embed(code)
        assert len(again.objects) == 11
        assert again.options["tab"] == "parallel"
        assert json.loads(again.options["brush"][0])[1] == ["lion"]
        assert again.options["order"][:2] == [
            'hyperparameters["General"]["rate"]',
            'hyperparameters["General"]["optimizer"]',
        ]
        page.goto(server.page_url(again.url.lstrip("/")))
        expect(page.get_by_role("status").filter(has_text="1 of 11 brushed")).to_be_visible()

        # Experiments are added in place, by a query.
        page.get_by_role("button", name="Add experiments").click()
        window = page.get_by_role("dialog", name="Add experiments")
        window.get_by_role("combobox", name="Search experiments").fill(f'name == "{sweep[0].name}"')
        window.get_by_role("checkbox", name=re.compile(re.escape(sweep[0].name))).check()
        page.keyboard.press("Escape")
        page.get_by_role("button", name=re.compile(r"^\d+ more$")).click()
        expect(page.get_by_role("list", name="Experiments", exact=True).get_by_role("listitem")).to_have_count(12)


def chosen_in(section: str, panel: Locator) -> Locator:
    """Choose something in a section; return what shows it."""
    if section == "Scalars":
        one_per(panel, "line", "rate")
        return panel.get_by_role("combobox", name="Band")
    if section == "Details":
        panel.get_by_role("checkbox", name=re.compile("Show identical")).check()
        return panel.get_by_role("rowheader", name="batch")
    if section == "Metric values":
        panel.get_by_role("combobox", name="Value").select_option("max")
        return panel.get_by_role("columnheader", name="Maximum value")
    if section == "Parallel coordinates":
        panel.get_by_role("slider", name="optimizer to").press("ArrowDown")
        return panel.get_by_role("status").filter(has_text="1 of 12 brushed")
    if section == "Scatter":
        panel.get_by_role("combobox", name="Value").select_option(label="Maximum")
        return panel.get_by_role("img", name="loss/val (max) over rate, 12 experiments")
    if section == "Importance":
        return panel.get_by_role("table", name="Importance").get_by_role("rowheader", name="rate")
    panel.get_by_role("slider", name="Iteration").press("Home")
    return panel.get_by_text("Iteration 0")


def copied(page: Page, view: Locator) -> View:
    """Copy the embed code of a comparison; return what it says."""
    page.evaluate("navigator.clipboard.writeText('')")
    view.get_by_role("button", name="Copy embed code").first.click()
    code = wait_until(lambda: page.evaluate("navigator.clipboard.readText()"), "nothing was copied")
    page.keyboard.press("Escape")
    return track.parse_embed(code)


def test_each_section_comes_back_from_its_code_as_it_was(server: LabServer, browser: Browser, sweep) -> None:
    with page_of(browser, 1000, 700) as page:
        for name in (
            "Scalars",
            "Details",
            "Metric values",
            "Parallel coordinates",
            "Scatter",
            "Importance",
            "Plots",
            "Debug samples",
        ):
            view = opened(page, server, sweep, 690, targets="loss/val")
            panel = section(view, name)
            shown = panel if name == "Plots" else chosen_in(name, panel)
            expect(shown.first).to_be_visible()
            first = copied(page, view)
            page.goto(server.page_url(first.url.lstrip("/")))
            view = page.get_by_role("article")
            expect(view.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
            expect(shown.first).to_be_visible()
            again = copied(page, view)
            assert (again.objects, again.options) == (first.objects, first.options), name


def test_a_metric_over_a_hyperparameter_and_samples_at_one_iteration(
    server: LabServer, browser: Browser, sweep
) -> None:
    with page_of(browser, 1000, 700) as page:
        view = opened(page, server, sweep, 690, tab="scatter", targets="loss/val")
        scatter = view.get_by_role("tabpanel", name="Scatter")
        expect(scatter.get_by_role("img", name="loss/val over rate, 12 experiments")).to_be_visible()
        expect(scatter.locator("circle")).to_have_count(12)
        expect(scatter.get_by_text(re.compile(r"Spearman .*12 experiments"))).to_be_visible()
        # Both axes are logarithmic where that is asked for, and the line is fitted so; text has no logarithm.
        across = scatter.get_by_role("checkbox", name="Logarithmic horizontal axis")
        up = scatter.get_by_role("checkbox", name="Logarithmic vertical axis")
        expect(across).to_be_checked()
        expect(up).not_to_be_checked()
        heights = "points => points.map(point => point.getAttribute('cy')).join()"
        places = scatter.locator("circle").evaluate_all(heights)
        up.check()
        expect(scatter.get_by_text("loss/val (log)", exact=True)).to_be_visible()
        expect(scatter.get_by_text("least squares of log10 of loss/val over log10 of rate")).to_be_visible()
        wait_until(lambda: scatter.locator("circle").evaluate_all(heights) != places, "no point has moved")
        expect(across).to_be_checked()
        picture(page, "comparison-scatter")
        code = copied(page, view)
        assert code.options["log"] == ['hyperparameters["General"]["rate"]', 'metrics["loss"]["val"].last']
        page.goto(server.page_url(code.url.lstrip("/")))
        expect(up).to_be_checked()
        scatter.get_by_role("combobox", name="Horizontal").select_option(label="optimizer")
        expect(across).to_be_disabled()
        expect(across).to_have_attribute("title", "optimizer has no numbers: it has no logarithm")
        importance = section(view, "Importance")
        first = importance.get_by_role("table", name="Importance").get_by_role("rowheader").first
        expect(first).to_have_text("rate")
        samples = section(view, "Debug samples")
        expect(samples.get_by_role("img")).to_have_count(12)
        # The tiles and the small windows of a comparison bring their styles, whatever was shown before.
        face = samples.locator(".tk-tile-face").first
        wait_until(lambda: (face.bounding_box() or {"width": 0})["width"] > 100, "the tile has no size")
        view.get_by_role("button", name="Add experiments").click()
        offered = page.get_by_role("dialog", name="Add experiments").get_by_role("list", name="Found experiments")
        expect(offered).to_be_visible()
        window = offered.evaluate_handle("list => list.closest('.tk-window')")
        position = "window => getComputedStyle(window).position"
        wait_until(lambda: window.evaluate(position) == "fixed", "the window has no styles")
        assert window.evaluate("window => window.scrollWidth <= window.clientWidth"), "its rows are cut"
        picture(page, "comparison-add")
        page.keyboard.press("Escape")
        source = samples.get_by_role("img").first.get_attribute("src")
        samples.get_by_role("slider", name="Iteration").press("Home")
        expect(samples.get_by_text("Iteration 0")).to_be_visible()
        expect(samples.get_by_role("img").first).not_to_have_attribute("src", source or "")


def test_one_deleted_one_damaged_and_none_alike(server: LabServer, browser: Browser) -> None:
    made = []
    for name, metric, config in (
        ("apart", "reward", {"gamma": "auto"}),
        ("gone", "loss", {"gamma": 1}),
        ("broken", "loss", {"gamma": 2}),
        ("last", "loss", {"gamma": 3}),
    ):
        with track.start(name, project="odd", config=config, store=server.store, capture=False) as run:
            run.log({metric: math.nan if name == "last" else 0.5}, iteration=0)
        made.append(run)
    folder = server.store / "experiments" / made[2].id
    for path in folder.glob("experiment.json*"):
        path.write_text("{")
    with page_of(browser, 1000, 700) as page:
        view = opened(page, server, made, 690)
        made[1].archive()
        made[1].delete()
        expect(view.get_by_text("One experiment is no longer there")).to_be_visible()
        page.reload()  # and who comes later is told too
        expect(view.get_by_text("One experiment is no longer there")).to_be_visible()
        expect(view.get_by_text(re.compile("cannot be read, the others are shown"))).to_be_visible()
        expect(view.get_by_role("region", name="reward", exact=True).locator("canvas").first).to_be_visible()
        values = section(view, "Metric values")
        expect(values.get_by_text("No metric is common to all 3 experiments.")).to_be_visible()
        parallel = section(view, "Parallel coordinates")
        expect(parallel.get_by_text(re.compile("gamma is a number for some and text for others"))).to_be_visible()
        expect(parallel.get_by_text(re.compile("loss is NaN or infinite for 1"))).to_be_visible()
        picture(page, "comparison-odd")
        view.get_by_role("button", name="Leave out").click()
        expect(view.get_by_text("One experiment is no longer there")).to_have_count(0)
    shutil.rmtree(folder)


def test_parallel_coordinates_as_the_spec_embeds_them(server: LabServer, browser: Browser, sweep) -> None:
    from hashlib import md5

    pair = f"{md5(b'loss').hexdigest()}.{md5(b'val').hexdigest()}"
    objects = "".join(f"&objects={run.id}" for run in sweep)
    query = f"type=parcoords&metrics={pair}&variants=General.rate&General.optimizer&value_type=min_value{objects}"
    with page_of(browser, 800, 500) as page:
        page.goto(server.page_url(f"trackkit/widgets/?{query}"))
        view = page.get_by_role("article")
        for axis in ("rate", "optimizer", "loss/val (min)"):
            expect(view.get_by_role("group", name=f"Axis {axis}", exact=True)).to_be_visible()
        expect(view.get_by_role("tab")).to_have_count(0)


@pytest.fixture
def comparing(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Lab]:
    """A page, and a registry of stores that is not this machine's."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return lab


def test_it_grows_while_its_experiments_run(comparing: Lab) -> None:
    options = {"project": "growing", "store": comparing.server.store, "capture": False}
    with track.start("ended", **options) as ended:
        ended.log({"loss/train": 1.0}, iteration=0)
    with track.start("live", **options) as run:
        run.log({"loss/train": 1.0}, iteration=0)
        show = "import trackkit_jupyter as track\ntrack.compare(track.experiments('project == \"growing\"'))"
        comparing.server.write("growing.ipynb", show)
        comparing.open("growing.ipynb")
        comparing.run_all()
        comparing.wait_for_cell(0)
        output = comparing.output(0)
        expect(output.locator("canvas").first).to_be_visible()
        before = drawn(output)
        for step in range(1, 100):
            run.log({"loss/train": 1 / (1 + step)}, iteration=step)
        wait_until(lambda: drawn(output) != before, "the curve did not move")
        output.get_by_role("tab", name="Metric values").click()
        run.log_single_value("f1", 0.75)
        expect(output.get_by_role("rowheader", name="f1")).to_be_visible()
    assert comparing.errors == []
