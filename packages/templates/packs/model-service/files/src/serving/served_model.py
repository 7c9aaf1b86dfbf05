"""A model that answers, and where its calls are made."""

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
# Longer than this, a call on the event loop would keep other requests waiting, the probes among them.
SLOW_SECONDS = 0.01
TRIALS = 5


@dataclass
class Serving:
    """A loaded model with what it needs to answer."""

    model: Any
    lock: ModelLock
    rows: RequestRows
    warnings: tuple[parity.Mismatch, ...]
    # True: one row is scored in less time than a thread takes to be asked for it.
    is_quick: bool = False

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
        """The answers of a quick model, on the event loop. If it is slow one time, it is no quick model any more."""
        begin = time.perf_counter()
        answers = self.predict(rows)
        if time.perf_counter() - begin > SLOW_SECONDS:
            self.is_quick = False
            log.info("a quick model was slow: threads score from now on")
        return answers

    def measure(self) -> None:
        """Finds out whether the model is quick."""
        row = list(self.lock.schema.example_row.values())
        seconds = []
        for _ in range(TRIALS):
            begin = time.perf_counter()
            self._answer([row])
            seconds.append(time.perf_counter() - begin)
        self.is_quick = min(seconds) < QUICK_SECONDS

    def _answer(self, rows: list[list[Value]]) -> list[Answer]:
        from src import model as framework

        return build_answers(
            self.lock.classes, framework.score(self.model, framework.to_matrix(self.lock.features, rows))
        )
