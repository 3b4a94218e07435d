"""Samples how the machine is used, in a thread of its own: processor, memory, disk, network, graphics processors.

The samples become scalars whose metrics begin with a colon, which do not count as iterations of the training.
"""

from __future__ import annotations

import functools
import importlib
import threading
import time
from typing import TYPE_CHECKING, Any

from .hooks import guarded

if TYPE_CHECKING:
    from .sink import Sink

__all__ = ["Gpus", "Machine", "Monitor"]

_EARLY = (2.0, 3.0, 5.0)  # seconds between the first samples, so that a short training has some
_INTERVAL = 10.0

Sample = dict[str, dict[str, float]]
_GIB, _MIB = 1 << 30, 1 << 20


class Monitor:
    """Takes samples for one experiment until it is stopped.

    Parameters
    ----------
    sink
        Gets the samples.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trackkit-monitor", daemon=True)

    def start(self) -> None:
        """Begin; the first sample comes after two seconds."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being sampled just now is not waited for."""
        self._stopped.set()

    def _run(self) -> None:
        # The waiting comes first: the libraries are loaded while the training has begun.
        waits = iter(_EARLY)
        gpus = Gpus()
        machine = Machine()
        try:
            while not self._stopped.wait(next(waits, _INTERVAL)):
                if not guarded("monitor", functools.partial(self._take, machine, gpus)):
                    return
        finally:
            gpus.close()

    def _take(self, machine: Machine, gpus: Gpus) -> None:
        sample = {**machine.sample(), **gpus.sample()}
        if not self._stopped.is_set():
            self._sink.record_monitor(sample)


class Machine:
    """Processor, memory, disk and network; rates are since the sample before."""

    def __init__(self) -> None:
        self._psutil: Any = None
        self._process: Any = None
        self._before: tuple[float, dict[str, int]] = (0.0, {})

    def _open(self) -> None:
        self._psutil = importlib.import_module("psutil")
        self._process = self._psutil.Process()

    def sample(self) -> Sample:
        """Return ``{":monitor:machine": {variant: value}}``: percent, GB of 2**30 bytes, MB of 2**20 bytes a second."""
        if self._psutil is None:
            self._open()
        psutil = self._psutil
        memory, mine = psutil.virtual_memory(), self._process.memory_info()
        values = {
            "memory_used_gb": (memory.total - memory.available) / _GIB,
            "memory_percent": float(memory.percent),
            "process_memory_gb": mine.rss / _GIB,
            "disk_used_percent": float(psutil.disk_usage(".").percent),
        }
        now, counters = time.monotonic(), self._counters()
        then, before = self._before
        self._before = (now, counters)
        shares = {"cpu_percent": psutil.cpu_percent(), "process_cpu_percent": self._process.cpu_percent()}
        if before:  # both are since the call before
            values |= {name: float(share) for name, share in shares.items()}
        for name, count in counters.items():
            if name in before and now > then and count >= before[name]:
                values[name] = (count - before[name]) / _MIB / (now - then)
        return {":monitor:machine": values}

    def _counters(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for read, names in (
            (self._psutil.disk_io_counters, {"disk_read_mb_s": "read_bytes", "disk_write_mb_s": "write_bytes"}),
            (self._psutil.net_io_counters, {"network_in_mb_s": "bytes_recv", "network_out_mb_s": "bytes_sent"}),
        ):
            try:
                counters = read()
            except (OSError, RuntimeError, NotImplementedError):  # not told inside some containers
                continue
            if counters is not None:
                found |= {name: int(getattr(counters, field)) for name, field in names.items()}
        return found


class Gpus:
    """The NVIDIA graphics processors; none where there is no driver."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._handles: list[Any] | None = None

    def sample(self) -> Sample:
        """Return ``{":monitor:gpu": {"gpu_0_percent": value, ...}}``, or nothing.

        Use and memory in percent, memory in GB of 2**30 bytes, temperature in degrees Celsius, power in watts. What a
        device does not tell is left out.
        """
        if self._handles is None:
            self._handles = self._open()
        values: dict[str, float] = {}
        for place, handle in enumerate(self._handles):
            for name, value in self._device(handle).items():
                values[f"gpu_{place}_{name}"] = value
        return {":monitor:gpu": values} if values else {}

    def close(self) -> None:
        """Let go of the driver."""
        nvml, self._nvml, self._handles = self._nvml, None, []
        if nvml is not None:
            guarded("monitor", nvml.nvmlShutdown)

    def _open(self) -> list[Any]:
        try:
            nvml: Any = importlib.import_module("pynvml")
        except ImportError:
            return []
        try:
            nvml.nvmlInit()
        except nvml.NVMLError:
            return []
        self._nvml = nvml
        return [nvml.nvmlDeviceGetHandleByIndex(place) for place in range(nvml.nvmlDeviceGetCount())]

    def _device(self, handle: Any) -> dict[str, float]:
        nvml = self._nvml
        values: dict[str, float] = {}

        def utilization() -> dict[str, float]:
            return {"percent": float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)}

        def memory() -> dict[str, float]:
            found = nvml.nvmlDeviceGetMemoryInfo(handle)
            return {"memory_used_gb": found.used / _GIB, "memory_percent": 100 * found.used / found.total}

        def temperature() -> dict[str, float]:
            return {"temperature_c": float(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))}

        def power() -> dict[str, float]:
            return {"power_w": nvml.nvmlDeviceGetPowerUsage(handle) / 1000}

        for read in (utilization, memory, temperature, power):
            try:
                values |= read()
            except nvml.NVMLError:
                continue
        return values
