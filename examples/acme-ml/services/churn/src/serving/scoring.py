"""Calls the model in a few threads, so that the event loop, and with it every probe, stays free.

Requests that wait for a thread may be scored together, in one call of the model. None waits longer for it:
a free thread takes what is there, and never stays for more. `shared_turns.py` has what needs no thread.
"""

import asyncio
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from queue import SimpleQueue

from src.answers import Answer
from src.serving import metrics
from src.serving.shared_call import Outcome, Predict, Rows, answers_of, score_together

# So long a thread keeps the interpreter while another one waits for it; the default is five times as long, and a
# probe waits several times. While threads score large lists, this halves the p99 of the health path.
SWITCH_SECONDS = 0.001


class QueueFull(Exception):
    """All threads are busy and the queue is at its limit."""


@dataclass(frozen=True)
class Job:
    """The rows of one request, and the promise of an outcome."""

    rows: Rows
    outcome: asyncio.Future[Outcome]
    queued: float = field(default_factory=time.perf_counter)


class ScoringPool:
    """A bounded number of calls at once, and a bounded number that wait. Make and use it in one event loop.

    Everything but the call itself happens on the event loop: nothing here needs a lock.
    """

    def __init__(self, predict: Predict, threads: int, queue_size: int, batch_rows: int) -> None:
        self._predict = predict
        self._batch_rows = batch_rows
        self._limit = threads + queue_size
        self._in_flight = 0
        self._idle = threads
        self._waiting: deque[Job] = deque()
        self._work: SimpleQueue[list[Job] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._threads = [
            threading.Thread(target=self._serve, name=f"scoring-{number}", daemon=True) for number in range(threads)
        ]
        sys.setswitchinterval(SWITCH_SECONDS)
        for thread in self._threads:
            thread.start()

    async def run(self, rows: Rows) -> list[Answer]:
        """One answer for each row; QueueFull at once if there is no place."""
        if self._in_flight >= self._limit:
            metrics.REJECTED.inc()
            raise QueueFull
        job = Job(rows, self._loop.create_future())
        self._count(1)
        self._waiting.append(job)
        self._dispatch()
        outcome = await job.outcome
        return answers_of(outcome)

    def close(self) -> None:
        """Waits for the calls that run."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _dispatch(self) -> None:
        while self._idle and self._waiting:
            self._idle -= 1
            self._work.put(self._next_batch())

    def _next_batch(self) -> list[Job]:
        """The job that waits longest, and those behind it that fit into the same call."""
        batch = [self._waiting.popleft()]
        room = self._batch_rows - len(batch[0].rows)
        while self._waiting and (room := room - len(self._waiting[0].rows)) >= 0:
            batch.append(self._waiting.popleft())
        return batch

    def _serve(self) -> None:
        """What each thread does: one batch after the other."""
        while (batch := self._work.get()) is not None:
            begin = time.perf_counter()
            for job in batch:
                metrics.WAIT_SECONDS.observe(begin - job.queued)
            outcomes = score_together(self._predict, [job.rows for job in batch])
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._finish, batch, outcomes)

    def _finish(self, batch: list[Job], outcomes: list[Outcome]) -> None:
        # Counted down when the call is done, not when the client has gone.
        self._count(-len(batch))
        self._idle += 1
        self._dispatch()
        for job, outcome in zip(batch, outcomes, strict=True):
            if not job.outcome.done():
                job.outcome.set_result(outcome)

    def _count(self, step: int) -> None:
        self._in_flight += step
        metrics.IN_FLIGHT.set(self._in_flight)
