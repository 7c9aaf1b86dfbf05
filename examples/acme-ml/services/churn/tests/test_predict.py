"""Good requests."""

import asyncio
import json

import pytest
from fastapi.testclient import TestClient

from src import model as framework
from src.answers import is_same_answer
from src.data_schema import DataSchema
from src.model_lock import read_model_lock
from src.project import LOCK_NAME, PREDICT_PATH
from src.serving.request_rows import ROWS_AT_ONCE, RequestRows
from tests.conftest import MODEL_NAME


def test_one_row_gives_one_prediction(client: TestClient, schema: DataSchema) -> None:
    answer = client.post(PREDICT_PATH, json=schema.example_row)
    assert answer.status_code == 200
    assert len(answer.headers["X-Model-Sha256"]) == 12
    if schema.is_classification:
        assert str(answer.json()["prediction"]) in answer.json()["probabilities"]
        assert sum(answer.json()["probabilities"].values()) == pytest.approx(1)
    else:
        assert isinstance(answer.json()["prediction"], float)


def test_the_golden_rows_are_answered_as_training_saw_them(client: TestClient, trained) -> None:
    lock = read_model_lock(trained / LOCK_NAME)
    answer = client.post(PREDICT_PATH, json=[golden.row for golden in lock.golden])
    expected = [golden.expected for golden in lock.golden]
    assert len(answer.json()["predictions"]) == len(expected)
    for actual, wanted in zip(answer.json()["predictions"], expected, strict=True):
        assert is_same_answer(actual, wanted, lock.tolerance)


def test_the_service_predicts_what_the_model_itself_scores(client: TestClient, trained) -> None:
    lock = read_model_lock(trained / LOCK_NAME)
    rows = [[golden.row[feature.name] for feature in lock.features] for golden in lock.golden]
    scores = framework.score(framework.load(trained / MODEL_NAME), framework.to_matrix(lock.features, rows))
    served = client.post(PREDICT_PATH, json=[golden.row for golden in lock.golden]).json()["predictions"]
    own = scores[:, 0] if not lock.classes else [lock.classes[index] for index in scores.argmax(axis=1)]
    assert [answer["prediction"] for answer in served] == (own if lock.classes else pytest.approx(own))


def test_a_long_list_is_answered_row_by_row_in_its_order(client: TestClient, trained) -> None:
    lock = read_model_lock(trained / LOCK_NAME)
    golden = [golden.row for golden in lock.golden]
    alone = [client.post(PREDICT_PATH, json=row).json() for row in golden]
    answers = client.post(PREDICT_PATH, json=golden * 120).json()["predictions"]
    assert len(answers) == len(golden) * 120
    for answer, wanted in zip(answers, alone * 120, strict=True):
        assert is_same_answer(answer, wanted, lock.tolerance)


def test_others_get_their_turn_while_a_long_list_is_read(schema: DataSchema) -> None:
    body = json.dumps([schema.example_row] * (4 * ROWS_AT_ONCE)).encode()

    async def count_turns() -> int:
        reading = asyncio.ensure_future(RequestRows(schema.features).parse(body))
        turns = 0
        while not reading.done():
            await asyncio.sleep(0)
            turns += 1
        assert len(reading.result()[0]) == 4 * ROWS_AT_ONCE
        return turns

    assert asyncio.run(count_turns()) >= 4


def test_the_order_of_the_columns_in_a_request_does_not_matter(client: TestClient, schema: DataSchema) -> None:
    turned = dict(reversed(schema.example_row.items()))
    assert client.post(PREDICT_PATH, json=turned).json() == client.post(PREDICT_PATH, json=schema.example_row).json()


def test_a_missing_value_is_asked_as_null(client: TestClient, schema: DataSchema) -> None:
    gaps = [schema.example_row | {feature.name: None} for feature in schema.features if feature.nullable]
    for row in gaps:
        answer = client.post(PREDICT_PATH, json=row)
        assert answer.status_code == 200, answer.text
        together = client.post(PREDICT_PATH, json=[schema.example_row, row]).json()["predictions"]
        assert is_same_answer(together[1], answer.json(), 1e-9)


def test_the_documentation_names_the_columns(client: TestClient, schema: DataSchema) -> None:
    body = client.get("/openapi.json").json()["paths"][PREDICT_PATH]["post"]["requestBody"]
    row = body["content"]["application/json"]["schema"]["anyOf"][0]
    assert list(row["properties"]) == [feature.name for feature in schema.features]


def test_only_post_predicts(client: TestClient) -> None:
    answer = client.get(PREDICT_PATH)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert client.post(PREDICT_PATH + "/").status_code == 404
