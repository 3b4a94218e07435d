"""The least that Python can do for records that survive a kill: what is ours is measured against it.

The budgets of logging are told in bare writes, which is right on a machine that is all ours. Where something else on
the machine slows the interpreter more than the system, no Python at all would hold them; there, what must be computed
for a record is slowed alike.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from zlib import crc32


def least(path: Path | str) -> Callable[[int], None]:
    """Return what makes some records at once: their time, bytes and checksums, and one write under a lock."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    pack, pack_sum, write, now = struct.Struct("<qddI").pack, struct.Struct("<I").pack, os.write, time.time
    lock = threading.RLock()

    def make(records: int) -> None:
        at = now()
        parts = []
        for number in range(records):
            point = pack(7, 0.5, at, number)
            parts.append(point)
            parts.append(pack_sum(crc32(point, 5)))
        with lock:
            write(fd, b"".join(parts))

    return make


def within(budget: float, most: float, writes: float, leasts: float) -> bool:
    """Tell whether something costs its budget of bare writes, or at most so many times the least.

    Parameters
    ----------
    writes, leasts
        What it costs, in each.
    """
    print(f"{writes:.2f} bare writes, {leasts:.2f} times the least")
    return writes <= budget or leasts <= most
