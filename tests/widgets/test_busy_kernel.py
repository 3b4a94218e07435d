"""A real kernel, busy with a cell: what a view needs is sent from a thread, before the cell ends."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from trackkit_jupyter import charts

# Pure Python that never lets go of the main thread until the test says so.
BUSY = """
import trackkit_jupyter as track
from pathlib import Path
exp = track.start("busy", capture=False)
exp.show()
i = 0
while not Path("stop").exists():
    if i < 100 or Path("more").exists():
        exp.log({"loss": 1 / (1 + i)}, iteration=i)
        i += 1
"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[BlockingKernelClient]:
    environment = {**os.environ, "TRACKKIT_DOOR": "comm", "TRACKKIT_STORE": str(tmp_path / "store")}
    environment["IPYTHONDIR"] = str(tmp_path / "ipython")
    manager, client = start_new_kernel(cwd=str(tmp_path), env=environment)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def totals(client: BlockingKernelClient, seconds: float) -> Iterator[int]:
    """Yield how many points each pushed chart stands for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            continue
        content = message["content"].get("data", {}).get("content", {}) if message["msg_type"] == "comm_msg" else {}
        for fresh in content.get("fresh", []):
            if fresh["operation"] == "charts":
                decoded = charts.decode(bytes(message["buffers"][fresh["buffer"]]))
                yield sum(series.total for chart in decoded.charts for series in chart.series)


def test_points_are_pushed_while_the_cell_runs(client: BlockingKernelClient, tmp_path: Path) -> None:
    asked = client.execute(BUSY)
    first = next(total for total in totals(client, 30) if total >= 100)
    (tmp_path / "more").touch()
    times = list(islice((time.monotonic() for total in totals(client, 30) if total > first), 5))
    assert len(times) == 5
    assert times[-1] - times[0] > 0.6, "about four times a second"
    # A kernel that was slow to start was asked more than once whether it is there; those answers may come late.
    replies = [client.get_shell_msg(timeout=1) for _ in iter(client.shell_channel.msg_ready, False)]
    assert asked not in {reply["parent_header"]["msg_id"] for reply in replies}, "all this came while the cell ran"
    (tmp_path / "stop").touch()
    reply = client.get_shell_msg(timeout=20)
    assert reply["parent_header"]["msg_id"] == asked
    assert reply["content"]["status"] == "ok"
