"""Two versions of this package, in the server and in the kernel: said once, with what to do; nothing breaks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

import trackkit_jupyter as track

from .lab import Lab
from .shelf import bring, picture

NEWER = "99.1.0"
OLDER = "0.0.1"
SHOW = "import trackkit_jupyter as track\nwith track.start('made', capture=False) as exp:\n    "
SHOW += "[exp.log({'loss': 1 / (1 + i)}, iteration=i) for i in range(30)]\nexp"


def add_kernel(lab: Lab, folder: Path, name: str, version: str) -> None:
    """Let notebooks choose a kernel of an environment that has another version of this package."""
    metadata = folder / f"trackkit_jupyter-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: trackkit_jupyter\nVersion: {version}\n")
    spec = Path(lab.server.environment["JUPYTER_DATA_DIR"]) / "kernels" / name
    spec.mkdir(parents=True, exist_ok=True)
    kernel = {"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "language": "python"}
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    (spec / "kernel.json").write_text(
        json.dumps({**kernel, "display_name": name, "env": {"PYTHONPATH": path}}), encoding="utf-8"
    )


def write(lab: Lab, name: str, *cells: str, kernel: str) -> None:
    """Write a notebook that runs with a kernel of that name."""
    notebook = lab.server.write(name, *cells)
    data = json.loads(notebook.read_text())
    data["metadata"]["kernelspec"]["name"] = kernel
    notebook.write_text(json.dumps(data))


@pytest.fixture
def newer(lab: Lab, tmp_path: Path) -> Lab:
    """A Lab with a kernel that has a newer version of this package."""
    add_kernel(lab, tmp_path, "newer", NEWER)
    return lab


@pytest.mark.own_page
def test_a_kernel_that_is_newer_than_the_server_is_said_once(newer: Lab) -> None:
    write(newer, "versions.ipynb", SHOW, "exp", kernel="newer")
    newer.open("versions.ipynb")
    newer.run_all()
    newer.wait_for_cell(1)
    assert newer.python("print(track.__version__)").strip() == NEWER
    first, second = newer.output(0), newer.output(1)
    expect(first.locator("canvas").first).to_be_visible()
    said = newer.page.get_by_role("status").filter(has_text=f"The kernel has trackkit_jupyter {NEWER}")
    expect(said).to_have_count(1)
    expect(said).to_contain_text("What both know is shown")
    expect(said.locator("pre")).to_have_text(f"pip install trackkit_jupyter=={NEWER}")
    bring(said)
    picture(newer.page, "versions-light")
    newer.dark()
    picture(newer.page, "versions-dark")
    bring(second)
    expect(second.locator("canvas").first).to_be_visible()
    assert newer.errors == []


@pytest.mark.own_page
def test_a_kernel_that_is_older_than_the_server_is_said_while_it_runs(lab: Lab, tmp_path: Path) -> None:
    add_kernel(lab, tmp_path, "older", OLDER)
    go = lab.server.root / "go"
    go.unlink(missing_ok=True)
    held = "import pathlib, time\ndisplay(exp)\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"
    write(lab, "older.ipynb", SHOW.removesuffix("exp") + held, kernel="older")
    lab.open("older.ipynb")
    lab.run_all(wait=False)
    output = lab.output(0)
    expect(output.locator("canvas").first).to_be_visible()
    said = output.get_by_role("status").filter(has_text=f"The kernel has trackkit_jupyter {OLDER}")
    expect(said).to_contain_text("What the kernel records is shown, all of it")
    expect(said.locator("pre")).to_have_text(f"%pip install trackkit_jupyter=={track.__version__}")
    go.touch()
    lab.wait_for_cell(0)
    assert lab.python("print(track.__version__)").strip() == OLDER
    lab.command("docmanager:save")
    lab.page.goto("about:blank")
    lab.open("older.ipynb", kernel=False)  # what an older version once saved is nothing to speak of
    expect(output.locator("canvas").first).to_be_visible()
    expect(said).to_have_count(0)
    assert lab.errors == []


@pytest.mark.own_page
def test_a_view_of_a_newer_version_is_read_as_far_as_it_is_known(newer: Lab) -> None:
    newer.server.write("newer.ipynb", SHOW)
    newer.open("newer.ipynb")
    newer.run_all()
    expect(newer.output(0).locator("canvas").first).to_be_visible()
    newer.command("docmanager:save")
    saved = json.loads((newer.server.root / "newer.ipynb").read_text())
    newer.page.goto("about:blank")
    output = saved["cells"][0]["outputs"][0]
    mime = "application/vnd.trackkit.view+json"
    unknown = {"tab": "telepathy", "xaxis": "epochs", "smoothing": "a lot", "metrics": 3, "by": [1], "aura": {"x": []}}
    later = {**output["data"][mime], "version": 7, "made_by": NEWER, "soul": [1]}
    for kind in ("experiment", "telepathy"):
        changed = {**later, "kind": kind, "options": unknown}
        saved["cells"].append(
            {**saved["cells"][0], "id": kind, "outputs": [{**output, "data": {**output["data"], mime: changed}}]}
        )
    (newer.server.root / "later.ipynb").write_text(json.dumps(saved))
    newer.open("later.ipynb", kernel=False)
    known, other = newer.output(1), newer.output(2)
    expect(known.locator("canvas").first).to_be_visible()
    expect(known.get_by_role("tab", name="Scalars", selected=True)).to_be_visible()
    expect(known.get_by_role("alert")).to_have_count(0)
    expect(other.get_by_role("img", name="The view as it was when the notebook was saved")).to_be_visible()
    expect(other.get_by_role("status")).to_contain_text("This is the saved picture.")
    assert newer.errors == []
