"""A quick model on the event loop: what shares a call, and when threads take over."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from src import model as framework
from src.answers import Answer
from src.data_schema import DataSchema
from src.project import PREDICT_PATH
from src.serving import served_model
from src.serving.scoring import ScoringPool
from src.serving.served_model import RECENT, SLOW_CPU_SECONDS, TURN_SECONDS, Serving
from src.serving.shared_call import Rows, ScoreNotFinite, ScoringFailed
from src.serving.shared_turns import SharedTurns


class Recording:
    """A model that answers each row with itself, and remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[Rows] = []

    def __call__(self, rows: Rows) -> list[Answer]:
        self.calls.append(rows)
        if ["bad"] in rows:
            raise OSError("a bad row")
        return [{"prediction": row[0]} for row in rows]


def ask(model: Recording, most_rows: int, *requests: Rows) -> list[Any]:
    """The outcomes of requests that arrive in one turn of the event loop."""

    async def tell() -> list[Any]:
        turns = SharedTurns(model, most_rows)
        return await asyncio.gather(*(turns.run(rows) for rows in requests), return_exceptions=True)

    return asyncio.run(tell())


def test_requests_of_one_turn_share_calls_up_to_the_limit_and_each_gets_its_own_answers() -> None:
    model = Recording()
    answers = ask(model, 3, [["a"]], [["b"], ["c"]], [["d"]], [["e"], ["f"]], [["g"]])
    assert [[answer["prediction"] for answer in own] for own in answers] == [
        ["a"],
        ["b", "c"],
        ["d"],
        ["e", "f"],
        ["g"],
    ]
    assert model.calls == [[["a"], ["b"], ["c"]], [["d"], ["e"], ["f"]], [["g"]]]


def test_a_request_of_a_later_turn_has_a_call_of_its_own() -> None:
    model = Recording()

    async def tell() -> None:
        turns = SharedTurns(model, 64)
        assert await turns.run([["a"]]) == [{"prediction": "a"}]
        assert await turns.run([["b"]]) == [{"prediction": "b"}]

    asyncio.run(tell())
    assert model.calls == [[["a"]], [["b"]]]


def test_a_request_that_the_model_fails_on_spoils_no_other_of_its_turn() -> None:
    good, bad, fine = ask(Recording(), 64, [["good"]], [["bad"]], [["fine"]])
    assert [good, fine] == [[{"prediction": "good"}], [{"prediction": "fine"}]]
    assert isinstance(bad, ScoringFailed)
    assert isinstance(bad.__cause__, OSError)


def test_a_client_that_goes_takes_no_answer_from_the_others_of_its_turn() -> None:
    async def tell() -> list[Answer]:
        turns = SharedTurns(Recording(), 64)
        gone = asyncio.ensure_future(turns.run([["gone"]]))
        stays = asyncio.ensure_future(turns.run([["stays"]]))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(tell()) == [{"prediction": "stays"}]


@pytest.mark.parametrize("is_quick", [True, False])
def test_a_quick_model_answers_the_same_as_a_slow_one(
    serve: Callable[..., TestClient], trained, client: TestClient, schema: DataSchema, is_quick: bool
) -> None:
    other = serve(trained)
    serving = other.app.state.host.state  # type: ignore[attr-defined]
    serving.turns = SharedTurns(serving.predict_in_turn, 64) if is_quick else None
    assert (
        other.post(PREDICT_PATH, json=schema.example_row).json()
        == client.post(PREDICT_PATH, json=schema.example_row).json()
    )


@pytest.fixture(params=[True, False], ids=["quick", "slow"])
def overflowing(
    request: pytest.FixtureRequest, serve: Callable[..., TestClient], trained, monkeypatch: pytest.MonkeyPatch
) -> TestClient:
    """A service, on the event loop or with threads, whose model overflows in the rows where `huge_in` says so."""
    client = serve(trained)
    serving = client.app.state.host.state  # type: ignore[attr-defined]
    serving.turns = SharedTurns(serving.predict_in_turn, 64) if request.param else None
    score = framework.score

    def score_or_overflow(model: Any, matrix: Any) -> Any:
        scores = np.array(score(model, matrix), dtype=float)
        scores[client.app.state.huge_in, -1] = np.inf  # type: ignore[attr-defined]
        return scores

    client.app.state.huge_in = []  # type: ignore[attr-defined]
    monkeypatch.setattr(framework, "score", score_or_overflow)
    return client


def test_a_row_without_a_finite_score_is_named(overflowing: TestClient, schema: DataSchema) -> None:
    assert overflowing.post(PREDICT_PATH, json=schema.example_row).status_code == 200
    for body, huge_in, places in (
        (schema.example_row, [0], [["body"]]),
        ([schema.example_row] * 4, [1, 3], [["body", 1], ["body", 3]]),
    ):
        overflowing.app.state.huge_in = huge_in  # type: ignore[attr-defined]
        answer = overflowing.post(PREDICT_PATH, json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"] == [
            {"loc": place, "msg": "The model has no finite score for this row", "type": "score_not_finite"}
            for place in places
        ]


@pytest.mark.parametrize("is_quick", [True, False])
def test_a_row_without_a_finite_score_spoils_no_other_answer(is_quick: bool) -> None:
    def predict(rows: Rows) -> list[Answer]:
        if numbers := [number for number, row in enumerate(rows) if row == ["huge"]]:
            raise ScoreNotFinite(numbers)
        return [{"prediction": row[0]} for row in rows]

    async def tell() -> list[Any]:
        caller: Any = SharedTurns(predict, 64) if is_quick else ScoringPool(predict, 1, 9, 64)
        requests: list[Rows] = [[["first"]], [["good"]], [["fine"], ["huge"]]]
        try:
            return await asyncio.gather(*(caller.run(rows) for rows in requests), return_exceptions=True)
        finally:
            if not is_quick:
                caller.close()

    first, good, huge = asyncio.run(tell())
    assert [first, good] == [[{"prediction": "first"}], [{"prediction": "good"}]]
    assert isinstance(huge, ScoreNotFinite)
    assert huge.numbers == [1]


@pytest.mark.parametrize(
    ("call", "row", "most_rows"),
    [
        # Nothing but the call takes time: as many rows as are allowed.
        (TURN_SECONDS / 4, 0.0, 64),
        # A row takes less than a thread would, but a turn has no time for many.
        (0.0, TURN_SECONDS / 12, 8),
        # One row is brief, but a thread would cost no more.
        (0.0, TURN_SECONDS / 4, None),
        (2 * TURN_SECONDS, 0.0, None),
    ],
)
def test_the_event_loop_makes_brief_calls_alone(
    serve: Callable[..., TestClient],
    trained,
    monkeypatch: pytest.MonkeyPatch,
    call: float,
    row: float,
    most_rows: int | None,
) -> None:
    serving = serve(trained).app.state.host.state  # type: ignore[attr-defined]
    serving.turns = None
    monkeypatch.setattr(Serving, "_best_seconds", lambda self, rows: call + row * len(rows))
    serving.measure(64)
    assert (serving.turns and serving.turns.most_rows) == most_rows


def burn(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.mark.parametrize(("delay", "seconds"), [(time.sleep, 0.1), (burn, 1.1 * RECENT * SLOW_CPU_SECONDS)])
def test_a_quick_model_that_becomes_slow_goes_to_the_threads(
    serve: Callable[..., TestClient],
    trained,
    schema: DataSchema,
    monkeypatch: pytest.MonkeyPatch,
    delay: Callable[[float], None],
    seconds: float,
) -> None:
    client = serve(trained)
    serving = client.app.state.host.state  # type: ignore[attr-defined]
    serving.turns = SharedTurns(serving.predict_in_turn, 64)
    predict = Serving.predict
    monkeypatch.setattr(served_model, "LONGEST_SECONDS", 0.1)
    monkeypatch.setattr(Serving, "predict", lambda *given: delay(seconds) or predict(*given))
    assert client.post(PREDICT_PATH, json=schema.example_row).status_code == 200
    assert serving.turns is None
