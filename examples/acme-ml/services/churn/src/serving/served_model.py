"""A model that answers, and where its calls are made."""

import math
import time
from dataclasses import dataclass
from typing import Any

from src import parity
from src.answers import Answer, build_answers
from src.data_schema import Value
from src.model_lock import ModelLock
from src.serving import metrics
from src.serving.logs import log
from src.serving.request_rows import RequestRows

SHORT_SHA = 12
# Handing a call to a thread and taking the answer back costs about as much.
QUICK_SECONDS = 0.0001
TRIAL_SECONDS = 0.02
# A quick model has become slow when its recent calls, about as many as RECENT, take this CPU time on average ...
SLOW_CPU_SECONDS = 0.001
RECENT = 100
# ... or when one call keeps the event loop, and with it the probes, for so long, whatever it waits for.
LONGEST_SECONDS = 0.5


@dataclass
class Serving:
    """A loaded model with what it needs to answer."""

    model: Any
    lock: ModelLock
    rows: RequestRows
    warnings: tuple[parity.Mismatch, ...]
    # True: one row is scored in less time than a thread takes to be asked for it.
    is_quick: bool = False
    row_cpu_seconds: float = 0.0

    @property
    def short_sha(self) -> str:
        return self.lock.model_sha256[:SHORT_SHA]

    def predict(self, rows: list[list[Value]]) -> list[Answer]:
        """One answer for each row. It takes its time: call it off the event loop."""
        begin = time.perf_counter()
        answers = self._answer(rows)
        metrics.SCORING_SECONDS.observe(time.perf_counter() - begin)
        metrics.SCORING_ROWS.observe(len(rows))
        metrics.PREDICTIONS.inc(len(rows))
        return answers

    def predict_at_once(self, rows: list[list[Value]]) -> list[Answer]:
        """The answers of a quick model, on the event loop. If it becomes slow, threads score from then on."""
        begin, begin_cpu = time.perf_counter(), time.thread_time()
        answers = self.predict(rows)
        self.row_cpu_seconds += (time.thread_time() - begin_cpu - self.row_cpu_seconds) / RECENT
        if self.row_cpu_seconds > SLOW_CPU_SECONDS or time.perf_counter() - begin > LONGEST_SECONDS:
            self.is_quick = False
            log.warning("the model became slow: threads score from now on")
        return answers

    def measure(self) -> None:
        """Finds out whether the model is quick."""
        row = list(self.lock.schema.example_row.values())
        # The best of many: what else the machine does while the service starts is not the model's fault.
        best = math.inf
        until = time.perf_counter() + TRIAL_SECONDS
        while (begin := time.perf_counter()) < until:
            self._answer([row])
            best = min(best, time.perf_counter() - begin)
        self.is_quick = best < QUICK_SECONDS

    def _answer(self, rows: list[list[Value]]) -> list[Answer]:
        from src import model as framework

        return build_answers(
            self.lock.classes, framework.score(self.model, framework.to_matrix(self.lock.features, rows))
        )
