"""A request seen from the server: a client that goes away, and a path below a root path."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from src.api.app import create_app
from src.project import HEALTH_PATH, METRICS_PATH, PREDICT_PATH
from src.serving.http import own_path
from tests.conftest import settings_for


def ask(client: TestClient, method: str, path: str, *messages: dict[str, Any], root: str = "") -> list[dict[str, Any]]:
    """What the service sends when the server hands it these messages."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": f"{root}{path}",
        "root_path": root,
        "query_string": b"",
        "headers": [(b"x-request-id", b"r1")],
        "state": {},
    }
    left: Iterator[dict[str, Any]] = iter(messages)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(left)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    return sent


BEGUN = {"type": "http.request", "body": b"{", "more_body": True}
GONE = {"type": "http.disconnect"}
WHOLE = {"type": "http.request", "body": b"", "more_body": False}


def test_a_client_that_goes_during_its_upload_is_no_bug(
    client: TestClient, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(client, "POST", PREDICT_PATH, BEGUN, GONE) == []
    assert caplog.messages == []
    entry = json.loads(capsys.readouterr().out)
    assert (entry["level"], entry["status"], entry["request_id"]) == ("INFO", 499, "r1")
    assert f'http_requests_total{{method="POST",path="{PREDICT_PATH}",status="499"}}' in client.get(METRICS_PATH).text


def test_below_a_root_path_a_probe_is_a_probe(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    before = count_of_probes(client)
    start, _ = ask(client, "GET", HEALTH_PATH, WHOLE, root="/below")
    assert start["status"] == 200
    assert count_of_probes(client) == before + 1
    assert capsys.readouterr().out == ""


def test_below_a_root_path_predictions_are_made(client: TestClient) -> None:
    start, *_ = ask(client, "POST", PREDICT_PATH, WHOLE, root="/below")
    assert start["status"] == 422


def count_of_probes(client: TestClient) -> float:
    name = f'http_requests_total{{method="GET",path="{HEALTH_PATH}",status="200"}} '
    lines = client.get(METRICS_PATH).text.splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


@pytest.mark.parametrize(
    ("root", "path", "own"),
    [("", "/a", "/a"), ("/r", "/r/a", "/a"), ("/r", "/a", "/a"), ("/r", "/ra", "/ra"), ("/r", "/r/r/a", "/r/a")],
)
def test_the_root_path_is_taken_off_once_and_as_a_whole(root: str, path: str, own: str) -> None:
    assert own_path({"path": path, "root_path": root}) == own


def test_spans_leave_out_probes_below_a_root_path_and_hold_no_error_of_a_client_that_goes(trained) -> None:
    trace = pytest.importorskip("opentelemetry.sdk.trace")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from opentelemetry.trace import StatusCode

    kept = InMemorySpanExporter()
    provider = trace.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with TestClient(create_app(settings_for(trained), provider)) as client:
        assert client.app.state.host.loaded.wait(timeout=60)  # type: ignore[attr-defined]
        ask(client, "GET", HEALTH_PATH, WHOLE, root="/below")
        ask(client, "POST", PREDICT_PATH, BEGUN, GONE, root="/below")
        (span,) = kept.get_finished_spans()
    assert span.name == f"POST /below{PREDICT_PATH}"
    assert span.attributes["http.response.status_code"] == 499
    assert (span.status.status_code, span.events) == (StatusCode.UNSET, ())
