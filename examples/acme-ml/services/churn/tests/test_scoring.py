"""Threads that call the model: what waits, what shares a call, and what a failure reaches."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from src.answers import Answer
from src.data_schema import DataSchema
from src.project import METRICS_PATH, PREDICT_PATH
from src.serving.scoring import QueueFull, ScoringPool
from src.serving.settings import available_cpus, read_settings
from src.serving.shared_call import Rows, ScoringFailed


class Gated:
    """A model that answers each row with itself, once it is let go; it remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[Rows] = []
        self.gate = threading.Event()

    def __call__(self, rows: Rows) -> list[Answer]:
        self.calls.append(rows)
        self.gate.wait(timeout=10)
        if ["bad"] in rows:
            raise OSError("a bad row")
        return [{"prediction": row[0]} for row in rows]


def use(model: Callable[[Rows], Any], story: Callable[[ScoringPool], Any], **limits: int) -> Any:
    """Tells the story in an event loop with a pool of its own."""

    async def tell() -> Any:
        pool = ScoringPool(model, **{"threads": 1, "queue_size": 9, "batch_rows": 64, **limits})
        try:
            return await story(pool)
        finally:
            pool.close()

    return asyncio.run(tell())


def ask(pool: ScoringPool, *rows: Any) -> "asyncio.Task[list[Answer]]":
    return asyncio.ensure_future(pool.run([[row] for row in rows]))


def test_a_slow_prediction_leaves_the_event_loop_free() -> None:
    async def story(pool: ScoringPool) -> float:
        slow = ask(pool, 1)
        await asyncio.sleep(0)
        begin = time.perf_counter()
        await asyncio.sleep(0.01)
        waited = time.perf_counter() - begin
        await slow
        return waited

    def model(rows: Rows) -> list[Answer]:
        time.sleep(0.5)
        return [{}]

    assert use(model, story) < 0.4


def test_a_request_past_the_full_queue_is_refused_at_once() -> None:
    model = Gated()

    async def story(pool: ScoringPool) -> list[Answer]:
        accepted = [ask(pool, number) for number in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull):
            await pool.run([[2]])
        model.gate.set()
        await asyncio.gather(*accepted)
        return await pool.run([["served again"]])

    assert use(model, story, queue_size=1) == [{"prediction": "served again"}]


def test_requests_that_wait_share_a_call_and_each_gets_its_own_answers() -> None:
    model = Gated()

    async def story(pool: ScoringPool) -> list[list[Answer]]:
        asked = [ask(pool, "first"), ask(pool, "a"), ask(pool, "b", "c"), ask(pool, "d")]
        await asyncio.sleep(0)
        model.gate.set()
        return await asyncio.gather(*asked)

    answers = use(model, story, batch_rows=3)
    assert [[answer["prediction"] for answer in own] for own in answers] == [["first"], ["a"], ["b", "c"], ["d"]]
    assert model.calls == [[["first"]], [["a"], ["b"], ["c"]], [["d"]]]


def test_with_one_row_a_batch_each_request_has_its_own_call() -> None:
    model = Gated()
    model.gate.set()

    async def story(pool: ScoringPool) -> None:
        await asyncio.gather(*(ask(pool, number) for number in range(4)))

    use(model, story, batch_rows=1)
    assert model.calls == [[[0]], [[1]], [[2]], [[3]]]


def test_a_request_that_the_model_fails_on_spoils_no_other() -> None:
    model = Gated()

    async def story(pool: ScoringPool) -> list[Any]:
        asked = [ask(pool, "first"), ask(pool, "good"), ask(pool, "bad"), ask(pool, "fine")]
        await asyncio.sleep(0)
        model.gate.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    first, good, bad, fine = use(model, story)
    assert [first, good, fine] == [[{"prediction": word}] for word in ("first", "good", "fine")]
    assert isinstance(bad, ScoringFailed)
    assert isinstance(bad.__cause__, OSError)


@pytest.mark.parametrize("fault", [SystemExit(1), StopIteration()])
def test_whatever_the_model_raises_the_thread_goes_on(fault: BaseException) -> None:
    faults = [fault]

    def model(rows: Rows) -> list[Answer]:
        if faults:
            raise faults.pop()
        return [{}]

    async def story(pool: ScoringPool) -> list[Answer]:
        with pytest.raises(ScoringFailed):
            await pool.run([[1]])
        return await pool.run([[2]])

    assert use(model, story) == [{}]


def test_a_model_that_forgets_a_row_is_a_failure_and_not_a_wrong_answer() -> None:
    async def story(pool: ScoringPool) -> None:
        with pytest.raises(ScoringFailed) as failed:
            await pool.run([[1], [2]])
        assert str(failed.value.__cause__) == "1 answers to 2 rows"

    use(lambda rows: [{}], story)


def test_the_figures_of_the_queue_are_shown(client: TestClient, schema: DataSchema) -> None:
    client.post(PREDICT_PATH, json=[schema.example_row] * 3)
    lines = client.get(METRICS_PATH).text.splitlines()
    shown = {line.split(" ")[0].split("{")[0] for line in lines}
    assert {
        "http_requests_total",
        "http_request_seconds_count",
        "model_predictions_total",
        "model_scoring_seconds_count",
        "model_scoring_rows_count",
        "model_scoring_wait_seconds_count",
        "model_scoring_in_flight",
        "model_scoring_rejected_total",
        "model_load_seconds",
        "model_ready",
        "model_parity",
        "model_info",
    } <= shown
    assert "model_scoring_in_flight 0.0" in lines


def test_a_container_with_half_a_cpu_scores_in_one_thread(tmp_path) -> None:
    quota = tmp_path / "cpu.max"
    for text, most in (("50000 100000\n", 1), ("max 100000\n", 10_000), ("", 10_000)):
        quota.write_text(text, encoding="ascii")
        assert 1 <= available_cpus(quota) <= most
    assert read_settings({"SCORING_THREADS": "3"}).scoring_threads == 3
