"""Waiting for changes: one look at a store every tenth of a second serves all who wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.operations.watching import States, compare, knows

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Watches"]

INTERVAL = 0.1
_SHARE = 5  # a look that takes long is followed by a pause this many times as long


@dataclass(eq=False)
class _Waiter:
    ids: list[str]
    since: str
    deadline: float
    answer: asyncio.Future[dict[str, Any]]


class Watches:
    """Those who wait, by store."""

    def __init__(self) -> None:
        # A thread of its own: a long read of curves must not delay the news of everybody.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="trackkit-watch")
        self._watches: dict[str, _Watch] = {}

    async def wait(self, store: Store[Any], ids: list[str], since: str, timeout: float) -> dict[str, Any]:
        """Return the answer of ``changes`` as soon as something changed, or after `timeout` seconds."""
        key = str(store.path)
        watch = self._watches.get(key)
        if watch is None:
            watch = self._watches[key] = _Watch(store, self._pool)
        try:
            return await watch.wait(ids, since, timeout)
        finally:
            if watch.idle:
                self._watches.pop(key, None)

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(len(watch.waiters) for watch in self._watches.values())

    def close(self) -> None:
        """Let go of all who wait."""
        for watch in list(self._watches.values()):
            watch.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


class _Watch:
    def __init__(self, store: Store[Any], pool: ThreadPoolExecutor) -> None:
        self.waiters: set[_Waiter] = set()
        self._states = States(store)
        self._pool = pool
        self._joined = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        return not self.waiters

    async def wait(self, ids: list[str], since: str, timeout: float) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        waiter = _Waiter(ids, since, loop.time() + timeout, loop.create_future())
        self.waiters.add(waiter)
        self._joined.set()
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._look())
        try:
            return await waiter.answer
        finally:
            self.waiters.discard(waiter)
            if not self.waiters:
                self._joined.set()  # ends the pause, and with it the task

    def close(self) -> None:
        for waiter in self.waiters:
            waiter.answer.cancel()
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiters:
            self._joined.clear()
            began = time.perf_counter()
            ids = {id for waiter in self.waiters for id in waiter.ids}
            try:
                states = await loop.run_in_executor(self._pool, self._states.look, ids)
            except Exception as error:  # noqa: BLE001 (told to those who wait, whatever it is)
                for waiter in list(self.waiters):
                    if not waiter.answer.done():
                        waiter.answer.set_exception(error)
                return
            for waiter in list(self.waiters):
                if waiter.answer.done() or not states.keys() >= set(waiter.ids):
                    continue  # joined during this look: served by the next
                answer = compare(waiter.ids, waiter.since, states, self._states.recent)
                first = not knows(waiter.since, waiter.ids)
                if answer["changed"] or first or loop.time() >= waiter.deadline:
                    waiter.answer.set_result(answer)
            pause = max(INTERVAL, _SHARE * (time.perf_counter() - began))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._joined.wait(), pause)
