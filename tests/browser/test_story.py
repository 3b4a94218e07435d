"""The story of the spine: live while the cell is busy, nothing lost in a kill, still there when reopened."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import trackkit_jupyter as track

from .lab import Lab, wait_until

TABS = ["Execution", "Configuration", "Artifacts", "Info", "Console", "Scalars", "Plots", "Debug samples"]

# Pure Python that never lets go of the interpreter's main thread; it ends when the test says so, and tells that it logs
# nothing more.
BUSY = """
%%track busy -p story -t live
from pathlib import Path
i = 0
while not Path("stop").exists():
    if i < 200 or Path("more").exists():
        exp.log({"loss/train": 1 / (1 + i), "loss/val": 1.3 / (1 + i), "accuracy/val": 1 - 1 / (2 + i)}, iteration=i)
        if i % 50 == 0:
            print("iteration", i)
        i += 1
    elif not Path("rests").exists():
        Path("rests").touch()
""".strip()


@pytest.fixture
def story(lab: Lab) -> Lab:
    """A page, and no files left over from another test."""
    for name in ("stop", "more"):
        (lab.server.root / name).unlink(missing_ok=True)
    return lab


def start_busy_cell(lab: Lab, name: str) -> Locator:
    """Run the busy cell, and return its output once its charts are there."""
    lab.server.write(name, "%load_ext trackkit_jupyter", BUSY)
    lab.open(name)
    lab.run_all(wait=False)
    output = lab.output(1)
    expect(output.get_by_role("tab", name="Scalars")).to_be_visible()
    expect(output.locator("canvas").first).to_be_visible()
    assert lab.is_busy(1)
    return output


def experiment(lab: Lab, name: str = "busy") -> track.Experiment:
    """Read the newest experiment of that name from the store, as any process can."""
    found = [e for e in track.open_store(lab.server.store).experiments() if e.name == name]
    assert found, f"no experiment named {name}"
    return found[0]


def test_points_arrive_and_controls_repaint_while_the_cell_is_busy(story: Lab) -> None:
    answers: list[str] = []
    story.page.on("response", lambda response: answers.append(response.url) if response.ok else None)
    output = start_busy_cell(story, "busy.ipynb")
    expect(output.get_by_role("tab")).to_have_text(TABS)
    first = drawn(output)

    answers.clear()
    (story.server.root / "more").touch()
    wait_until(lambda: drawn(output) != first, "the curve did not move")
    over = "/trackkit/api/charts"
    wait_until(lambda: any(over in url for url in answers), "the points did not come over HTTP", page=story.page)
    assert story.is_busy(1)
    (story.server.root / "more").unlink()

    # No more points come now: what changes the drawing is the control alone.
    count = settled_count(story)
    still = settled(output, count)
    milliseconds = {}
    smoothing = output.get_by_role("spinbutton", name="Smoothing")
    output.get_by_role("button", name="Settings").click()
    milliseconds["smoothing"] = repaint(output, lambda: smoothing.fill("0.9"))
    output.get_by_role("button", name="Settings").click()
    card = output.get_by_role("region", name="loss", exact=True)
    card.hover()
    milliseconds["log scale"] = repaint(
        output, lambda: card.get_by_role("button", name="Toggle logarithmic view").click()
    )
    assert drawn(output) != still
    output.get_by_role("tab", name="Console").click()
    expect(output.get_by_role("log", name="Console")).to_contain_text("iteration")
    output.get_by_role("tab", name="Info").click()
    expect(output.get_by_text("Running", exact=True).first).to_be_visible()
    output.get_by_role("tab", name="Scalars").click()
    assert story.is_busy(1), "all this must have happened while the cell held the interpreter"
    assert experiment(story).count("loss", "train") == count
    print("repaint in ms:", {name: round(took) for name, took in milliseconds.items()})

    (story.server.root / "stop").touch()
    story.wait_for_cell(1)
    expect(output.get_by_text("Completed", exact=True).first).to_be_visible()
    assert story.errors == []


def test_a_killed_kernel_loses_nothing_and_shows_as_aborted(story: Lab) -> None:
    output = start_busy_cell(story, "killed.ipynb")
    (story.server.root / "more").touch()
    wait_until(lambda: experiment(story).count("loss", "train") > 1000, "no points came")
    pid = next(
        json.loads(marker.read_text())["pid"]
        for marker in (story.server.store / "live").iterdir()
        if marker.name.startswith(experiment(story).id)
    )
    os.kill(pid, signal.SIGKILL)
    expect(output.get_by_text("Aborted", exact=True).first).to_be_visible()
    after = experiment(story)
    series = after.series("loss/train")
    assert after.status == "aborted"
    assert series.damaged == 0
    assert series.iterations.tolist() == list(range(len(series))), "a hole"
    # Each log() of three values is one write: all of them are there, but for at most the one that was cut.
    counts = {after.count(*pair) for pair in after.names() if not pair[0].startswith(":")}  # not the machine's own
    assert max(counts) - min(counts) <= 1


def test_the_view_is_there_and_live_when_reopened_untrusted_without_kernel(story: Lab) -> None:
    start_busy_cell(story, "kept.ipynb")
    (story.server.root / "stop").touch()
    story.wait_for_cell(1)
    story.command("docmanager:save")
    bundle = saved_bundle(story.server.root / "kept.ipynb")
    assert {"application/vnd.trackkit.view+json", "image/png", "text/markdown", "text/html", "text/plain"} <= set(
        bundle
    )
    story.page.goto("about:blank")
    story.server.stop_kernels()
    with_unknown_kernel(story.server.root / "kept.ipynb")
    story.server.forget_trust()

    story.open("kept.ipynb", kernel=False)
    no_kernel = story.page.get_by_role("dialog").get_by_role("button", name="No Kernel")
    no_kernel.wait_for()
    no_kernel.click()
    output = story.output(1)
    expect(output.locator("canvas").first).to_be_visible()
    assert story.page.evaluate("!window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel")
    assert story.page.evaluate(
        "[...window.jupyterapp.shell.currentWidget.content.model.cells].every(c => c.type !== 'code' || !c.trusted)"
    )
    # Live from the store: what another process changes is seen.
    experiment(story).rename("renamed elsewhere")
    expect(output.get_by_text("renamed elsewhere")).to_be_visible()


def test_dark_theme(story: Lab) -> None:
    output = start_busy_cell(story, "dark.ipynb")
    before = drawn(output)
    story.dark()
    wait_until(lambda: drawn(output) != before, "the charts kept the light theme's ink")
    paper = output.locator(".trackkit").first.evaluate("e => getComputedStyle(e).backgroundColor")
    ink = output.locator(".trackkit").first.evaluate("e => getComputedStyle(e).color")
    assert luminance(paper) < 0.2 < 0.5 < luminance(ink)
    (story.server.root / "stop").touch()
    story.wait_for_cell(1)


def drawn(output: Locator) -> str:
    """What the charts look like now."""
    return str(output.locator("canvas").evaluate_all("all => all.map(c => c.toDataURL()).join()"))


def settled(output: Locator, count: int) -> str:
    """What the charts look like once all of so many iterations are drawn, and two looks in a row agree."""
    for name in ("loss", "accuracy"):
        chart = output.get_by_role("region", name=name, exact=True).locator(".tk-plot")
        expect(chart).to_have_attribute("data-x", re.compile(f" {count - 1}$"))
    looks = [drawn(output)]

    def same() -> bool:
        looks.append(drawn(output))
        return looks[-1] == looks[-2]

    wait_until(same, "the charts never came to rest")
    return looks[-1]


def settled_count(lab: Lab) -> int:
    """How many points there are, once the busy cell logs no more."""
    rests = lab.server.root / "rests"
    rests.unlink(missing_ok=True)
    wait_until(rests.exists, "points kept coming")
    return experiment(lab).count("loss", "train")


def repaint(output: Locator, act: Any) -> float:
    """Do something to a control; return the milliseconds from its event until the charts were drawn anew."""
    page: Page = output.page
    box = output.element_handle()
    page.evaluate(
        """box => {
            const look = () => [...box.querySelectorAll('canvas')].map(c => c.toDataURL()).join();
            const before = look();
            window.repainted = new Promise(done => {
                let since = 0;
                const begin = () => { since ||= performance.now(); };
                for (const kind of ['input', 'click']) box.addEventListener(kind, begin, {capture: true, once: true});
                const check = () => {
                    if (since && look() !== before) done(performance.now() - since);
                    else requestAnimationFrame(check);
                };
                check();
            });
        }""",
        box,
    )
    act()
    return float(page.evaluate("Promise.race([window.repainted, new Promise((_, no) => setTimeout(no, 60000))])"))


def saved_bundle(path: Path) -> dict[str, Any]:
    """The bundle of the view that a notebook holds."""
    for cell in json.loads(path.read_text())["cells"]:
        for output in cell.get("outputs", []):
            if "application/vnd.trackkit.view+json" in output.get("data", {}):
                return dict(output["data"])
    raise AssertionError("the notebook holds no view")


def with_unknown_kernel(path: Path) -> None:
    """Make its kernel one that is not installed here, as in a copy from elsewhere: JupyterLab then asks for one."""
    notebook = json.loads(path.read_text())
    notebook["metadata"]["kernelspec"] = {"name": "elsewhere", "display_name": "Elsewhere", "language": "elsewhere"}
    notebook["metadata"].pop("language_info", None)
    path.write_text(json.dumps(notebook))


def luminance(colour: str) -> float:
    """The relative brightness of a CSS colour, 0 to 1."""
    red, green, blue = (float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
