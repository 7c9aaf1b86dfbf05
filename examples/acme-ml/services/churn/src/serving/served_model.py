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
from src.serving.shared_call import ScoreNotFinite
from src.serving.shared_turns import SharedTurns

SHORT_SHA = 12
# What a row costs that is handed to a thread and comes back.
THREAD_SECONDS = 0.0001
# For so long a call may keep the event loop, and with it the probes; parsing a few requests takes as long.
TURN_SECONDS = 0.001
TRIAL_SECONDS = 0.005
# A quick model has become slow when its recent calls, about as many as RECENT, take this CPU time on average ...
SLOW_CPU_SECONDS = 5 * TURN_SECONDS
RECENT = 100
# ... or when one call lasts for so long, whatever it waits for.
LONGEST_SECONDS = 0.5


@dataclass
class Serving:
    """A loaded model with what it needs to answer."""

    model: Any
    lock: ModelLock
    rows: RequestRows
    warnings: tuple[parity.Mismatch, ...]
    # Where calls of a quick model are made; None: threads make every call.
    turns: SharedTurns | None = None
    turn_cpu_seconds: float = 0.0

    @property
    def short_sha(self) -> str:
        return self.lock.model_sha256[:SHORT_SHA]

    def predict(self, rows: list[list[Value]]) -> list[Answer]:
        """One answer for each row, or ScoreNotFinite. It takes its time: call it off the event loop."""
        begin = time.perf_counter()
        scores = self._score(rows)
        check_finite(scores)
        answers = build_answers(self.lock.classes, scores)
        metrics.SCORING_SECONDS.observe(time.perf_counter() - begin)
        metrics.SCORING_ROWS.observe(len(rows))
        metrics.PREDICTIONS.inc(len(rows))
        return answers

    def predict_in_turn(self, rows: list[list[Value]]) -> list[Answer]:
        """The answers of a quick model, on the event loop. If it becomes slow, threads score from then on."""
        begin, begin_cpu = time.perf_counter(), time.thread_time()
        answers = self.predict(rows)
        self.turn_cpu_seconds += (time.thread_time() - begin_cpu - self.turn_cpu_seconds) / RECENT
        if self.turn_cpu_seconds > SLOW_CPU_SECONDS or time.perf_counter() - begin > LONGEST_SECONDS:
            self.turns = None
            log.warning("the model became slow: threads score from now on")
        return answers

    def measure(self, most_rows: int) -> None:
        """Finds out how many rows a call on the event loop may have: few enough to be brief, and so many that handing
        each of them to a thread would cost more. A model for which no number is both is not quick."""
        row = list(self.lock.schema.example_row.values())
        rows = 1
        while rows <= most_rows and (seconds := self._best_seconds([row] * rows)) < TURN_SECONDS:
            if seconds / rows < THREAD_SECONDS:
                self.turns = SharedTurns(self.predict_in_turn, rows)
            rows *= 2

    def _best_seconds(self, rows: list[list[Value]]) -> float:
        # The best of many: what else the machine does while the service starts is not the model's fault.
        best = math.inf
        until = time.perf_counter() + TRIAL_SECONDS
        while (begin := time.perf_counter()) < until:
            build_answers(self.lock.classes, self._score(rows))
            best = min(best, time.perf_counter() - begin)
        return best

    def _score(self, rows: list[list[Value]]) -> Any:
        from src import model as framework

        return framework.score(self.model, framework.to_matrix(self.lock.features, rows))


def check_finite(scores: Any) -> None:
    """ScoreNotFinite if a row has no score: huge numbers may overflow inside the model."""
    import numpy as np

    finite = np.isfinite(scores)
    if not finite.all():
        raise ScoreNotFinite(np.flatnonzero(~finite.all(axis=1)).tolist())
