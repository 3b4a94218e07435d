"""The machine and its packages."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

import pytest

from trackkit_jupyter.capture import packages, runtime


def test_machine() -> None:
    values = runtime.machine()
    assert values["python_version"] == platform.python_version()
    assert values["cpu_cores"] == os.cpu_count()
    assert values["hostname"] == platform.node()
    assert values["processor"] == platform.machine()
    assert isinstance(values["os"], str)
    assert platform.system() in values["os"] or sys.platform == "darwin"
    memory = values["memory_gb"]
    assert isinstance(memory, float)
    assert 0.1 < memory < 1e6
    assert values["cpu_type"] != ""


def test_gpus_name_every_key_and_count() -> None:
    values = runtime.gpus()
    assert set(values) == {"gpu_count", "gpu_type", "gpu_memory", "cuda_driver_version", "gpu_driver_version"}
    count = values["gpu_count"]
    if Path("/proc/driver/nvidia/version").exists():
        assert isinstance(count, int)
        assert count == 0 or values["gpu_type"]
    else:
        assert values == {**dict.fromkeys(values), "gpu_count": 0}


def test_packages_agree_with_importlib() -> None:
    found = packages.installed()
    assert found["pytest"] == pytest.__version__
    assert found["ipykernel"] == metadata.version("ipykernel")
    assert list(found) == sorted(found, key=lambda name: name.lower().replace("_", "-").replace(".", "-"))
    assert len(found) > 20


def test_broken_and_double_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, name, text in [
        (first, "My.Tool-2.0", "Metadata-Version: 2.1\r\nName: My.Tool\r\nVersion: 2.0\r\n\r\nVersion: 9\r\n"),
        (second, "my_tool-1.0", "Metadata-Version: 2.1\nName: my-tool\nVersion: 1.0\n\n"),
        (second, "broken-1.0", "Metadata-Version: 2.1\nName: broken\n"),
        (second, "zeta-1", "Name: zeta\nVersion: 1\nVersion: 3\n\n"),
    ]:
        (folder / f"{name}.dist-info").mkdir(parents=True)
        (folder / f"{name}.dist-info" / "METADATA").write_bytes(text.encode())
    (second / "empty-1.0.dist-info").mkdir()
    (second / "latin-1.0.dist-info").mkdir()
    (second / "latin-1.0.dist-info" / "METADATA").write_bytes(b"Name: latin\xff\nVersion: 1\n")
    monkeypatch.setattr(sys, "path", [str(first), str(second)])
    assert packages.installed() == {"My.Tool": "2.0", "zeta": "1"}
