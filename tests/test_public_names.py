"""The public names: those of the design, each one documented, and no other."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import trackkit_jupyter as track

# What the design promises and the package has.
NAMES = {
    "Experiment",
    "Model",
    "compare",
    "current",
    "embed",
    "experiments",
    "log",
    "metric_id",
    "open_store",
    "parse_embed",
    "register_model",
    "report",
    "start",
    "table",
    "widgets",
}
ERRORS = {
    "ConflictError",
    "EmbedError",
    "LockedError",
    "NotAStoreError",
    "NotFoundError",
    "QueryError",
    "SchemaError",
    "StorageFullError",
    "TrackkitError",
    "TrackkitStateError",
    "TrackkitStorageError",
    "TrackkitTypeError",
    "TrackkitValueError",
}


def test_all_is_the_design() -> None:
    assert set(track.__all__) == NAMES | ERRORS
    assert list(track.__all__) == sorted(track.__all__)


@pytest.mark.parametrize("name", sorted(NAMES | ERRORS))
def test_every_name_is_there_and_documented(name: str) -> None:
    value = getattr(track, name)
    documentation = inspect.getdoc(value)
    assert documentation
    assert documentation.splitlines()[0].endswith(".")
    if inspect.isfunction(value) and inspect.signature(value).parameters:
        assert "Parameters\n----------" in documentation


def test_public_methods_are_documented() -> None:
    missing = [
        name
        for name, member in inspect.getmembers(track.Experiment)
        if not name.startswith("_") and callable(member) and not inspect.getdoc(member)
    ]
    assert not missing


def test_errors_are_one_tree() -> None:
    assert all(issubclass(getattr(track, name), track.TrackkitError) for name in ERRORS)


def test_dir_and_star_give_the_public_names() -> None:
    assert set(track.__all__) <= set(dir(track))
    script = "from trackkit_jupyter import *; import trackkit_jupyter as t; assert set(t.__all__) <= set(globals())"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = track.no_such_name  # type: ignore[attr-defined]


def test_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert track.__version__ == version("trackkit_jupyter")
