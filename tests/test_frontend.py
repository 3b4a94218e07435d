"""The front end as it is built and handed out: its lock file and the weight of its bundles.

Its types, its lint and its own tests are run by `make test`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "labextension"
STATIC = ROOT / "trackkit_jupyter" / "labextension" / "static"
EMBED = ROOT / "trackkit_jupyter" / "static"
KB = 1000


def scripts() -> dict[str, Path]:
    """Return the built scripts by their number; the entry of the extension is `remoteEntry`."""
    return {path.name.partition(".")[0]: path for path in STATIC.glob("*.js") if path.name != "style.js"}


def at_start(entry: str) -> set[str]:
    """Return the numbers of the scripts that are loaded with the Lab, as the entry lists them."""
    (loads,) = re.findall(r'"?\./extension"?:\s*(?:\(\)\s*=>|function\s*\(\)\s*\{\s*return)(.*?)\.then', entry)
    return set(re.findall(r"\.e\(\"?(\w+)\"?\)", loads))


def test_lock_file_has_no_addresses() -> None:
    assert "://" not in (PACKAGE / "package-lock.json").read_text(encoding="utf-8")
    assert "omit-lockfile-registry-resolved=true" in (PACKAGE / ".npmrc").read_text(encoding="utf-8")


def test_lock_file_knows_every_platform() -> None:
    """The registry may serve a version of which some platforms are missing: npm then leaves them out silently."""
    packages = json.loads((PACKAGE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    names = {path.rpartition("node_modules/")[2]: entry.get("version") for path, entry in packages.items()}
    wanted = [(name, pin) for entry in packages.values() for name, pin in entry.get("optionalDependencies", {}).items()]
    assert len([name for name, _ in wanted if name.startswith("@rspack/binding-")]) == 14
    assert not [name for name, _ in wanted if name not in names]
    assert not [name for name, pin in wanted if pin[0].isdigit() and names[name] != pin]


def test_the_lab_loads_little_at_start() -> None:
    found = scripts()
    entry = found["remoteEntry"].read_text(encoding="utf-8")
    first = at_start(entry)
    assert first
    sizes = [found[name].stat().st_size for name in {"remoteEntry", *first}]
    assert sum(sizes) <= 30 * KB
    assert any("trackkit-jupyter:views" in found[name].read_text(encoding="utf-8") for name in first)


def imported(name: str) -> set[str]:
    """Return the files that a page has fetched when it has this one; none imports one that imports it."""
    text = (EMBED / name).read_text(encoding="utf-8")
    direct = re.findall(r'\b(?:from|import) ?"\./([\w-]+\.js)"', text)
    return {name}.union(*(imported(other) for other in direct))


def later(name: str) -> set[str]:
    """Return the parts that a page with this file fetches when they are first seen."""
    texts = [(EMBED / file).read_text(encoding="utf-8") for file in imported(name)]
    return {part for text in texts for part in re.findall(r'\bimport\("\./([\w-]+\.js)"\)', text)}


def weight(names: set[str]) -> int:
    """Return the bytes of files of code; their styles are inside."""
    return sum((EMBED / name).stat().st_size for name in names)


@pytest.mark.parametrize("page", ["widget.js", "embed.js"])
def test_a_page_starts_with_little_and_gets_the_code_of_a_view_when_it_is_seen(page: str) -> None:
    first = imported(page)
    assert weight(first) <= 150 * KB
    views = later(page)
    stems = {name.rpartition("-")[0] for name in views}
    assert {"experiment", "scalars", "comparison", "plots", "samples"} <= stems
    for view in views:
        # An experiment is first seen with its curves; the others are shown without.
        curves = {name for name in views if name.startswith("scalars-") and view.startswith("experiment-")}
        seen = first | imported(view) | curves
        files = seen.union(*map(imported, seen))
        assert weight(files) <= 250 * KB, view
        assert len(files) <= 18, "each file is a request, and a page makes six of them at a time"


def test_what_a_view_needs_is_not_in_what_a_page_starts_with() -> None:
    first = "".join((EMBED / name).read_text(encoding="utf-8") for name in imported("widget.js"))
    for inside in ("uplot", "tk-log-line", "tk-viewer-stage", "tk-compare", "getVirtualItems"):
        assert any(inside in path.read_text(encoding="utf-8") for path in EMBED.glob("*.js")), inside
        assert inside not in first, f"{inside} is fetched by pages that do not show it"


def test_the_lab_has_the_same_code() -> None:
    found = scripts()
    first = {"remoteEntry", *at_start(found["remoteEntry"].read_text(encoding="utf-8"))}
    views = sum(path.stat().st_size for name, path in found.items() if name not in first)
    # Its bundler wraps every module, where that of the pages puts those of a file into one scope, so that it grows a
    # little faster; it alone has places beside notebooks, and cells with attempts beneath them.
    assert 0 < views <= 1.1 * weight({path.name for path in EMBED.glob("*.js") if path.name != "page.js"}) + 65 * KB


def test_no_framework_of_the_host_is_inside() -> None:
    for path in [*STATIC.glob("*.js"), *EMBED.glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert "react.element" not in text
        assert "Plotly" not in text or path.stat().st_size < (700 if path.name == "page.js" else 250) * KB
        assert not re.search(r"unpkg\.com|jsdelivr|cdnjs|esm\.sh", text)
