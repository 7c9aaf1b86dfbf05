"""Alive, ready, and what the probes cost nothing to ask."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from fastapi.testclient import TestClient

from src.healthcheck import is_ready
from src.project import HEALTH_PATH, LIVE_PATH, METRICS_PATH, PREDICT_PATH


def test_health_is_200_when_the_model_is_served_as_trained(client: TestClient) -> None:
    answer = client.get(HEALTH_PATH)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["parity"] == "held"


def test_live_is_200(client: TestClient) -> None:
    assert client.get(LIVE_PATH).json() == {"status": "alive"}


def test_metrics_say_that_the_model_is_ready(client: TestClient) -> None:
    text = client.get(METRICS_PATH).text
    assert "model_ready 1.0" in text
    assert "model_parity 1.0" in text


def test_every_answer_carries_the_given_request_id(client: TestClient) -> None:
    assert (
        client.get(LIVE_PATH, headers={"X-Request-ID": "from-the-gateway"}).headers["X-Request-ID"]
        == "from-the-gateway"
    )


def test_a_request_id_that_could_forge_a_log_is_replaced(client: TestClient) -> None:
    assert client.get(LIVE_PATH, headers={"X-Request-ID": "a b"}).headers["X-Request-ID"] != "a b"


def test_a_request_is_one_line_of_json_with_its_id(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.post(PREDICT_PATH, content=b"{", headers={"X-Request-ID": "r1"})
    client.get(LIVE_PATH)
    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert entry.pop("milliseconds") >= 0
    assert datetime.fromisoformat(entry.pop("time")).tzinfo is not None
    assert entry == {
        "level": "INFO",
        "logger": "service",
        "message": "request",
        "request_id": "r1",
        "method": "POST",
        "path": PREDICT_PATH,
        "status": 422,
    }


@pytest.fixture(params=[200, 503])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """A server that answers every request with one status: (status, port)."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.05,))
        thread.start()
        yield request.param, http.server_port
        http.shutdown()
        thread.join()


def test_the_image_is_healthy_only_when_health_is_200(server: tuple[int, int]) -> None:
    status, port = server
    assert is_ready(port) is (status == 200)
