"""The front end as it is built and handed out: its lock file and the weight of its bundles.

Its types, its lint and its own tests are run by `make test`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

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


def test_the_views_are_small() -> None:
    found = scripts()
    first = {"remoteEntry", *at_start(found["remoteEntry"].read_text(encoding="utf-8"))}
    later = sum(path.stat().st_size for name, path in found.items() if name not in first)
    code = (EMBED / "embed.js").stat().st_size
    styles = (EMBED / "embed.css").stat().st_size
    assert 0 < code <= 250 * KB
    assert 0 < styles <= 50 * KB
    assert 0 < later <= code + styles + 20 * KB  # the Lab's copy: the same code and styles, nothing else


def test_no_framework_of_the_host_is_inside() -> None:
    for path in [*STATIC.glob("*.js"), EMBED / "embed.js"]:
        text = path.read_text(encoding="utf-8")
        assert "react.element" not in text
        assert "Plotly" not in text or path.stat().st_size < 250 * KB
        assert not re.search(r"unpkg\.com|jsdelivr|cdnjs|esm\.sh", text)
