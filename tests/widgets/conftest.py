"""A store with an experiment, and widgets whose comm is a list of what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import comm
import numpy as np
import pytest
from comm.base_comm import BaseComm

import trackkit_jupyter as track
from trackkit_jupyter.widgets import page as hidden


class RecordedComm(BaseComm):
    """A comm without a front end: it keeps what is published."""

    sent: ClassVar[list[tuple[str, str, dict[str, Any], list[bytes]]]] = []

    def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any) -> None:
        """Keep a message."""
        self.sent.append((self.comm_id, msg_type, data or {}, list(buffers or [])))


@pytest.fixture
def exp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> track.Experiment:
    """A running experiment with curves, samples and a console line."""
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    experiment = track.start("made", capture=False)
    for i in range(10):
        experiment.log({"loss/train": 1 / (1 + i), "loss/val": 2 / (1 + i)}, iteration=i)
    for i in (0, 3, 6):
        experiment.log_image("digits", "first", np.full((4, 4), i * 20, dtype=np.uint8), iteration=i)
    experiment.log_text("begun")
    return experiment


@pytest.fixture
def comms(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, dict[str, Any], list[bytes]]]]:
    """What widgets send; the hidden widget is a fresh one."""
    RecordedComm.sent = []
    monkeypatch.setattr(comm, "create_comm", RecordedComm)
    monkeypatch.setattr(hidden, "_page", None)
    yield RecordedComm.sent
    if hidden._page is not None:
        hidden._page.close()
