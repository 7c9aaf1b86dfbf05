"""A stop while clients are connected, in a process of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from src.data_schema import DataSchema
from src.project import HEALTH_PATH, PREDICT_PATH, ROOT
from tests.conftest import MODEL_NAME

HOST = "127.0.0.1"
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(trained: Path, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The service, started as in the image with so many workers, and its port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "src.api.app:app", "--host", HOST, "--port", str(port)]
    environment = {**os.environ, "MODEL_PATH": str(trained / MODEL_NAME), "WEB_CONCURRENCY": str(request.param)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    yield process, port
    process.terminate()
    process.wait(timeout=20)


def connect_when_ready(port: int) -> http.client.HTTPConnection:
    """A connection that has been answered, and stays open."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            connection.request("GET", HEALTH_PATH)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return connection
        except ConnectionRefusedError:
            connection.close()
        time.sleep(0.1)
    raise TimeoutError(f"not ready after {START_SECONDS} s")


def ask(connection: http.client.HTTPConnection, schema: DataSchema) -> str | None:
    """What the answer says of the connection; it is a prediction in any case."""
    connection.request("POST", PREDICT_PATH, json.dumps(schema.example_row))
    answer = connection.getresponse()
    assert answer.status == 200
    assert json.loads(answer.read()).keys() >= {"prediction"}
    return answer.headers["Connection"]


stops_by_sigterm = pytest.mark.skipif(os.name == "nt", reason="there SIGTERM ends a process at once")


@stops_by_sigterm
@pytest.mark.parametrize("server", [1], indirect=True)
def test_what_comes_on_an_open_connection_right_after_sigterm_is_answered(
    server: tuple[subprocess.Popen[bytes], int], schema: DataSchema
) -> None:
    process, port = server
    connection = connect_when_ready(port)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.25)
    assert ask(connection, schema) == "close"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port))
    assert process.wait(timeout=20) in (0, -signal.SIGTERM)


@stops_by_sigterm
@pytest.mark.parametrize("server", [2], indirect=True)
def test_each_of_several_workers_asks_its_clients_to_hang_up_before_it_ends(
    server: tuple[subprocess.Popen[bytes], int], schema: DataSchema
) -> None:
    process, port = server
    connection = connect_when_ready(port)
    process.send_signal(signal.SIGTERM)
    # The process above the workers hands the signal on within half a second.
    while ask(connection, schema) != "close":
        time.sleep(0.02)
    assert process.wait(timeout=20) == 0
