"""Describes the machine: operating system, processor, memory, graphics processors, Python."""

from __future__ import annotations

import importlib
import os
import platform
import socket
import sys
from pathlib import Path

__all__ = ["gpus", "machine"]

Values = dict[str, str | int | float | None]

_GIB = 1 << 30


def machine() -> Values:
    """Return what the standard library knows; sizes in GB of 2**30 bytes, None for what cannot be told."""
    memory = _memory()
    return {
        "os": platform.platform(),
        "hostname": socket.gethostname() or None,
        "processor": platform.machine() or None,
        "cpu_type": _cpu_type(),
        "cpu_cores": os.cpu_count(),
        "memory_gb": round(memory / _GIB, 1) if memory else None,
        "python_version": platform.python_version(),
        "python_executable": sys.executable or None,
    }


def gpus() -> Values:
    """Return the NVIDIA graphics processors of the machine; a count of 0 where there is no driver.

    ``gpu_type`` and ``gpu_memory`` name every different kind once. ``cuda_driver_version`` is the newest CUDA version
    that the driver serves, as ``nvidia-smi`` shows it.
    """
    none: Values = dict.fromkeys(("gpu_count", "gpu_type", "gpu_memory", "cuda_driver_version", "gpu_driver_version"))
    try:
        import pynvml
    except ImportError:
        return none
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return {**none, "gpu_count": 0}
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        names = [_text(pynvml.nvmlDeviceGetName(handle)) for handle in handles]
        sizes = [f"{pynvml.nvmlDeviceGetMemoryInfo(handle).total / _GIB:.1f} GB" for handle in handles]
        cuda = int(pynvml.nvmlSystemGetCudaDriverVersion_v2())
        return {
            "gpu_count": len(handles),
            "gpu_type": ", ".join(dict.fromkeys(names)) or None,
            "gpu_memory": ", ".join(dict.fromkeys(sizes)) or None,
            "cuda_driver_version": f"{cuda // 1000}.{cuda % 1000 // 10}",
            "gpu_driver_version": _text(pynvml.nvmlSystemGetDriverVersion()),
        }
    finally:
        pynvml.nvmlShutdown()


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        pass
    try:
        return int(importlib.import_module("psutil").virtual_memory().total)
    except ImportError:
        return None


def _cpu_type() -> str | None:
    try:
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() in {"model name", "cpu model", "hardware"} and value.strip():
                return value.strip()
    except OSError:
        pass
    return platform.processor() or None
