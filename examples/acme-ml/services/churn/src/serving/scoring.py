"""Calls the model in a few threads, so that the event loop, and with it every probe, stays free."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from src.serving import metrics


class QueueFull(Exception):
    """All threads are busy and the queue is at its limit."""


class ScoringPool:
    """A bounded number of calls at once, and a bounded number that wait. Use it from one event loop."""

    def __init__(self, threads: int, queue_size: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="scoring")
        self._limit = threads + queue_size
        self._in_flight = 0

    async def run(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """The result of the call; QueueFull at once if there is no place."""
        if self._in_flight >= self._limit:
            metrics.REJECTED.inc()
            raise QueueFull
        loop = asyncio.get_running_loop()
        self._count(1)
        future = self._executor.submit(call, *arguments)
        # Counted down when the thread is done, not when the client has gone.
        future.add_done_callback(lambda _: self._free_place(loop))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Waits for the calls that run."""
        self._executor.shutdown(wait=True)

    def _free_place(self, loop: asyncio.AbstractEventLoop) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._count, -1)

    def _count(self, step: int) -> None:
        self._in_flight += step
        metrics.IN_FLIGHT.set(self._in_flight)
