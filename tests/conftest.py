"""Every test has a home of its own: none reads or changes the stores, the registry and the catalog of who runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# A test that is slow on a busy machine is not a wrong one: speed is measured in tests/benchmarks.
hypothesis.settings.register_profile("trackkit", deadline=None)
hypothesis.settings.load_profile("trackkit")

LINES_OF_A_FAILURE = 20


@pytest.fixture(autouse=True)
def isolated(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Lead the home, the data and the cache of the user to a new folder, and forget the default store.

    Fixtures that last longer than a test come before it: what they start has the environment that they give it. An
    experiment that the test leaves open is finished, so that it is not the current one of the next.
    """
    home = tmp_path_factory.mktemp("home", numbered=True)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    monkeypatch.setenv("MPLCONFIGDIR", str(cache / "matplotlib"))  # its list of fonts takes seconds to make
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.delenv("TRACKKIT_STORE", raising=False)
    before = _open()
    yield home
    for experiment in _open():
        if experiment not in before:
            experiment.finish()


def _open() -> list[Any]:
    session = sys.modules.get("trackkit_jupyter.tracking.session")
    return session.open_experiments() if session else []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of the large frameworks to `make test-long`, which installs them."""
    if os.environ.get("TRACKKIT_LONG"):
        return
    large = [item for item in items if item.get_closest_marker("frameworks")]
    if large:
        config.hook.pytest_deselected(items=large)
        items[:] = [item for item in items if item not in large]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why each test that was tried again had failed: when it then passes, nothing else does."""
    again = terminalreporter.getreports("rerun")
    if again:
        terminalreporter.section("why tests were tried again")
    for report in again:
        terminalreporter.write_line(f"{report.nodeid} ({report.when})", bold=True)
        for line in report.longreprtext.splitlines()[-LINES_OF_A_FAILURE:]:
            terminalreporter.write_line(f"    {line}")
