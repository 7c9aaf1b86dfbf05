"""Calls a quick model on the event loop, without a thread: what arrives in one turn of the loop shares a call.

The loop takes what the sockets have brought, and each request that is complete adds its rows. The first one that
comes to its next turn scores them all. Nobody waits for it: that turn comes at once.
"""

import asyncio

from src.answers import Answer
from src.serving.shared_call import Outcome, Predict, Rows, answers_of, score_together


class SharedCall:
    """The rows of the requests of one turn, and their outcomes once the call is made."""

    def __init__(self) -> None:
        self.requests: list[Rows] = []
        self.outcomes: list[Outcome] = []
        self.row_count = 0


class SharedTurns:
    """One call of the model for each turn of the event loop. Make and use it in one event loop."""

    def __init__(self, predict: Predict, most_rows: int) -> None:
        self._predict = predict
        self.most_rows = most_rows
        self._call = SharedCall()

    async def run(self, rows: Rows) -> list[Answer]:
        """One answer for each row; at most `most_rows` rows are in one call."""
        if self._call.row_count + len(rows) > self.most_rows:
            self._call = SharedCall()
        call, place = self._call, len(self._call.requests)
        call.requests.append(rows)
        call.row_count += len(rows)
        await asyncio.sleep(0)
        if not call.outcomes:
            if call is self._call:
                self._call = SharedCall()
            call.outcomes = score_together(self._predict, call.requests)
        return answers_of(call.outcomes[place])
