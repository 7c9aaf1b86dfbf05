"""One call of the model for the rows of several requests: each gets its own answers, or its own failure."""

from collections.abc import Callable, Sequence
from itertools import accumulate

from src.answers import Answer
from src.data_schema import Value

Rows = list[list[Value]]
Predict = Callable[[Rows], list[Answer]]

# The answers to the rows of one request, or what the model raised in place of them.
Outcome = list[Answer] | BaseException


class ScoringFailed(Exception):
    """The call of the model failed; the cause is what it raised."""


class ScoreNotFinite(Exception):
    """The rows of these numbers have no score but NaN or infinity, and JSON has neither."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(f"no finite score for the rows {numbers}")
        self.numbers = numbers


def answers_of(outcome: Outcome) -> list[Answer]:
    """The answers; if there are none, ScoreNotFinite for what the rows hold, and ScoringFailed for anything else."""
    if isinstance(outcome, ScoreNotFinite):
        raise outcome
    if isinstance(outcome, BaseException):
        raise ScoringFailed from outcome
    return outcome


def score_together(predict: Predict, requests: Sequence[Rows]) -> list[Outcome]:
    """One outcome for each request. When a shared call fails, each has its own call: one bad row spoils no other."""
    try:
        return _share(predict([row for rows in requests for row in rows]), requests)
    except BaseException as fault:
        if len(requests) == 1:
            return [fault]
        return [outcome for rows in requests for outcome in score_together(predict, [rows])]


def _share(answers: list[Answer], requests: Sequence[Rows]) -> list[Outcome]:
    """Gives each request the answers to its own rows."""
    ends = list(accumulate(len(rows) for rows in requests))
    if len(answers) != ends[-1]:
        raise ValueError(f"{len(answers)} answers to {ends[-1]} rows")
    return [answers[end - len(rows) : end] for rows, end in zip(requests, ends, strict=True)]
