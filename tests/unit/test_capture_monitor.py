"""How the machine is used: the real one, and graphics processors as NVIDIA's library describes them."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import trackkit_jupyter as track
from trackkit_jupyter.capture import monitor, runtime


class Sink:
    def __init__(self) -> None:
        self.samples: list[Any] = []
        self.enough = threading.Event()

    def record_monitor(self, values: Any) -> None:
        self.samples.append(values)
        if len(self.samples) >= 2:
            self.enough.set()


def test_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "_EARLY", ())
    monkeypatch.setattr(monitor, "_INTERVAL", 0.05)
    sink: Any = Sink()
    watching = monitor.Monitor(sink)
    watching.start()
    assert sink.enough.wait(20)
    watching.stop()
    watching._thread.join(20)
    assert not watching._thread.is_alive()
    first, second = (sample[":monitor:machine"] for sample in sink.samples[:2])
    assert {"memory_used_gb", "memory_percent", "process_memory_gb", "disk_used_percent"} == set(first)
    assert {"cpu_percent", "process_cpu_percent"} <= set(second)
    assert 0 < second["memory_percent"] <= 100
    assert 0.001 < second["process_memory_gb"] < 100
    assert all(value >= 0 for value in second.values())


def test_a_sink_that_fails_ends_it_with_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "_EARLY", ())
    monkeypatch.setattr(monitor, "_INTERVAL", 0.01)
    told: list[str] = []
    monkeypatch.setattr("trackkit_jupyter.capture.hooks.complain", told.append)

    class Broken(Sink):
        def record_monitor(self, values: Any) -> None:
            raise OSError("disk full")

    broken: Any = Broken()
    watching = monitor.Monitor(broken)
    watching.start()
    watching._thread.join(20)
    assert not watching._thread.is_alive()
    assert told == ["trackkit: the part 'monitor' is no longer recorded: OSError: disk full"]


def test_it_does_not_count_as_an_iteration(tmp_path: Path) -> None:
    from trackkit_jupyter.tracking.captured import Captured

    with track.start("a", store=tmp_path / "store", capture=False) as experiment:
        experiment.log({"loss": 1.0}, iteration=3)
        sink = Captured(experiment)
        sink.record_monitor({":monitor:machine": {"cpu_percent": 12.5}})
    sink.record_monitor({":monitor:machine": {"cpu_percent": 1.0}})  # too late: left out
    assert experiment.last_iteration == 3
    assert experiment.series(":monitor:machine", "cpu_percent").values.tolist() == [12.5]


class Nvml(SimpleNamespace):
    """NVIDIA's library for a machine with two processors, of which one tells no power."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        pass

    def __init__(self) -> None:
        super().__init__(open=0)

    def nvmlInit(self) -> None:  # noqa: N802
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return 2

    def nvmlDeviceGetHandleByIndex(self, place: int) -> int:  # noqa: N802
        return place

    def nvmlDeviceGetName(self, handle: int) -> str:  # noqa: N802
        return "NVIDIA H200"

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:  # noqa: N802
        return SimpleNamespace(total=140 << 30, used=(7 << 30) * handle)

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:  # noqa: N802
        return SimpleNamespace(gpu=50 + handle, memory=3)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:  # noqa: N802
        return 41

    def nvmlDeviceGetPowerUsage(self, handle: int) -> int:  # noqa: N802
        if handle == 1:
            raise self.NVMLError("Not Supported")
        return 75_500

    def nvmlSystemGetCudaDriverVersion_v2(self) -> int:  # noqa: N802
        return 12080

    def nvmlSystemGetDriverVersion(self) -> bytes:  # noqa: N802
        return b"570.86.15"


def test_graphics_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = Nvml()
    monkeypatch.setitem(sys.modules, "pynvml", nvml)  # type: ignore[arg-type]
    gpus = monitor.Gpus()
    assert gpus.sample() == {
        ":monitor:gpu": {
            "gpu_0_percent": 50.0,
            "gpu_0_memory_used_gb": 0.0,
            "gpu_0_memory_percent": 0.0,
            "gpu_0_temperature_c": 41.0,
            "gpu_0_power_w": 75.5,
            "gpu_1_percent": 51.0,
            "gpu_1_memory_used_gb": 7.0,
            "gpu_1_memory_percent": 5.0,
            "gpu_1_temperature_c": 41.0,
        }
    }
    gpus.sample()
    assert nvml.open == 1
    gpus.close()
    assert nvml.open == 0
    assert runtime.gpus() == {
        "gpu_count": 2,
        "gpu_type": "NVIDIA H200",
        "gpu_memory": "140.0 GB",
        "cuda_driver_version": "12.8",
        "gpu_driver_version": "570.86.15",
    }
    assert nvml.open == 0


def test_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without(Nvml):
        def nvmlInit(self) -> None:  # noqa: N802
            raise self.NVMLError("Driver Not Loaded")

    monkeypatch.setitem(sys.modules, "pynvml", Without())  # type: ignore[arg-type]
    gpus = monitor.Gpus()
    assert gpus.sample() == {}
    gpus.close()
    assert runtime.gpus()["gpu_count"] == 0
