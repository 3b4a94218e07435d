"""The thread that looks after what is on screen: four times a second it has the channels tell what changed.

Sending from a thread is what a busy kernel can do: ipykernel hands comm messages to its own output thread.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref

from trackkit_jupyter.operations.watching import States
from trackkit_jupyter.widgets.channel import Channel

__all__ = ["Pusher", "pusher"]

_log = logging.getLogger(__name__)

INTERVAL_S = 0.25
#: A look is followed by a rest this many times as long as it computed: that is what it takes from a training, which
#: comes first. What it waited, for the interpreter or for a disk, the training had.
_SHARE = 5
_BYTES_PER_S = 400_000
_LONGEST_S = 5.0


class Pusher:
    """Pushes for any number of channels from one thread, which lives as long as there are channels."""

    def __init__(self) -> None:
        self._channels: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._states: dict[str, States] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, channel: Channel) -> _Held:
        """Look after a channel for as long as what is returned is kept, or until it is closed."""
        held = _Held(channel, self)
        with self._lock:
            self._channels.add(held)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="trackkit-push", daemon=True)
                self._thread.start()
        return held

    def remove(self, held: _Held) -> None:
        """Look after a channel no longer."""
        with self._lock:
            self._channels.discard(held)

    def soon(self) -> None:
        """Look now, not after the rest."""
        self._wake.set()

    def look(self) -> int:
        """Look once at everything; return the number of bytes sent."""
        with self._lock:
            channels = [held.channel for held in self._channels]
        sent = 0
        for channel in channels:
            watched = channel.watched
            if not watched:
                channel.states = {}
                continue
            try:
                states = self._known(channel).look(watched)
                channel.changed(id for id, state in states.items() if channel.states.get(id) != state)
                channel.states = states
                sent += channel.push()
            except Exception:  # noqa: BLE001 - a comm that is gone must not keep back the others
                _log.debug("A view could not be brought up to date", exc_info=True)
        return sent

    def _known(self, channel: Channel) -> States:
        return self._states.setdefault(str(channel.store.path), States(channel.store))

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._channels:
                    self._thread = None
                    return
            self._wake.clear()
            began = time.thread_time()
            sent = 0
            try:
                sent = self.look()
            except Exception:  # noqa: BLE001 - it must never end, nor disturb the training
                _log.debug("The views could not be brought up to date", exc_info=True)
            took = time.thread_time() - began
            self._wake.wait(min(_LONGEST_S, max(INTERVAL_S, _SHARE * took, sent / _BYTES_PER_S)))


class _Held:
    """Keeps a channel looked after."""

    def __init__(self, channel: Channel, owner: Pusher) -> None:
        self.channel = channel
        self._owner = owner

    def close(self) -> None:
        """Let go of the channel."""
        self._owner.remove(self)


#: The one of this process.
pusher = Pusher()
