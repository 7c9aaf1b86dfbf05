"""Bad requests: each is refused, with the name of the field, and none shows a stack."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from src.data_schema import DataSchema
from src.project import PREDICT_PATH
from src.serving.request_rows import ROWS_AT_ONCE, SHORT_BYTES, SHOWN_FAULTS
from src.serving.served_model import Serving


def faults_of(client: TestClient, body: Any) -> list[list[Any]]:
    """The places that a 422 names. Python's json also writes NaN and Infinity."""
    answer = client.post(PREDICT_PATH, content=json.dumps(body).encode())
    assert answer.status_code == 422, answer.text
    return [fault["loc"] for fault in answer.json()["detail"]]


def test_a_missing_column_is_named(client: TestClient, schema: DataSchema) -> None:
    for name in schema.example_row:
        row = {key: value for key, value in schema.example_row.items() if key != name}
        assert faults_of(client, row) == [["body", name]]


def test_an_extra_column_is_named(client: TestClient, schema: DataSchema) -> None:
    assert faults_of(client, schema.example_row | {"no_such_column": 1}) == [["body", "no_such_column"]]
    assert faults_of(client, schema.example_row | {schema.target: 1}) == [["body", schema.target]]


@pytest.mark.parametrize("bad", [None, True, [], {}, float("nan"), float("inf"), float("-inf")])
def test_a_value_of_no_column_type_is_named(client: TestClient, schema: DataSchema, bad: Any) -> None:
    for feature in schema.features:
        if bad is None and feature.nullable:
            continue
        assert faults_of(client, schema.example_row | {feature.name: bad}) == [["body", feature.name]]


def test_text_does_not_pass_for_a_number_nor_a_number_for_text(client: TestClient, schema: DataSchema) -> None:
    for feature in schema.features:
        bad = str(feature.example) if feature.is_numeric else 1
        assert faults_of(client, schema.example_row | {feature.name: bad}) == [["body", feature.name]]


def test_a_value_outside_its_range_is_named(client: TestClient, schema: DataSchema) -> None:
    for feature in schema.features:
        outside = [
            *([feature.minimum - 1] if feature.minimum is not None else []),
            *([feature.maximum + 1] if feature.maximum is not None else []),
            *([] if feature.is_numeric else ["none of: " + ", ".join(feature.values)]),
            *([10**30, 0.5] if feature.type == "integer" else []),
        ]
        for bad in outside:
            assert faults_of(client, schema.example_row | {feature.name: bad}) == [["body", feature.name]]


def test_a_bad_row_in_a_list_is_named_by_its_number(client: TestClient, schema: DataSchema) -> None:
    name = schema.features[0].name
    bad = schema.example_row | {name: {}}
    assert faults_of(client, [schema.example_row, bad]) == [["body", 1, name]]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'"text"', b"null", b"\xff\xfe"])
def test_a_body_that_is_no_row_is_refused(client: TestClient, body: bytes) -> None:
    assert client.post(PREDICT_PATH, content=body).status_code == 422


def peak_bytes(work: Callable[[], Any]) -> int:
    """The most memory that Python's objects had at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_of_a_long_list_of_bad_rows_the_first_faults_are_named_and_no_more_are_made(
    client: TestClient, schema: DataSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[int] = []
    validate = TypeAdapter.validate_python
    monkeypatch.setattr(
        TypeAdapter, "validate_python", lambda self, given: parts.append(len(given)) or validate(self, given)
    )
    body = b"[" + b",".join([b"{}"] * ((1_048_576 - 1) // 3)) + b"]"
    answers: list[Any] = []
    peak = peak_bytes(lambda: answers.append(client.post(PREDICT_PATH, content=body)))
    assert answers[0].status_code == 422
    names = [feature.name for feature in schema.features]
    expected = [["body", row, name] for row in range(SHOWN_FAULTS) for name in names][:SHOWN_FAULTS]
    assert [fault["loc"] for fault in answers[0].json()["detail"]] == expected
    # The rows themselves take 25 times as much as their text; a fault for each field would take a thousand times.
    assert peak < 60 * len(body)
    assert parts == [ROWS_AT_ONCE]


@pytest.mark.parametrize("is_list", [True, False])
def test_of_many_unknown_columns_the_first_ones_are_named(
    client: TestClient, schema: DataSchema, is_list: bool
) -> None:
    row = schema.example_row | {f"unknown {number}": 1 for number in range(SHORT_BYTES // 5)}
    body = json.dumps([row] if is_list else row).encode()
    answers: list[Any] = []
    peak = peak_bytes(lambda: answers.append(client.post(PREDICT_PATH, content=body)))
    place = ["body", 0] if is_list else ["body"]
    expected = [[*place, f"unknown {number}"] for number in range(SHOWN_FAULTS)]
    assert [fault["loc"] for fault in answers[0].json()["detail"]] == expected
    assert peak < 20 * len(body)


def test_bad_rows_far_apart_in_a_list_are_all_named(client: TestClient, schema: DataSchema) -> None:
    rows = [schema.example_row] * (3 * ROWS_AT_ONCE)
    bad = [ROWS_AT_ONCE - 1, ROWS_AT_ONCE, 3 * ROWS_AT_ONCE - 1]
    for number in bad:
        rows[number] = schema.example_row | {"no_such_column": 1}
    assert faults_of(client, rows) == [["body", number, "no_such_column"] for number in bad]


def test_what_is_no_json_or_no_object_is_told_in_the_words_of_json(client: TestClient) -> None:
    for body, place, kind, words in (
        (b"[{},", ["body"], "json_invalid", "Invalid JSON: "),
        (b"[1]", ["body", 0], "dict_type", "Input should be an object"),
        (b"1", ["body"], "dict_type", "Input should be an object"),
        (b"[]", ["body"], "too_short", "List should have at least 1 item"),
    ):
        (fault,) = client.post(PREDICT_PATH, content=body).json()["detail"]
        assert (fault["loc"], fault["type"]) == (place, kind)
        assert fault["msg"].startswith(words)


def test_a_body_over_the_limit_is_refused(serve: Callable[..., TestClient], trained) -> None:
    client = serve(trained, max_body_bytes=1000)
    answer = client.post(PREDICT_PATH, content=b" " * 1001)
    assert (answer.status_code, answer.json()) == (413, {"detail": "the body is larger than 1000 bytes"})
    streamed = client.post(PREDICT_PATH, content=(b" " * 600 for _ in range(2)))
    assert streamed.status_code == 413


def test_a_bug_is_answered_without_a_stack(
    client: TestClient, schema: DataSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(Serving, "predict", fail)
    answer = client.post(PREDICT_PATH, json=schema.example_row, headers={"X-Request-ID": "r1"})
    assert (answer.status_code, answer.json()) == (500, {"detail": "internal error", "request_id": "r1"})
