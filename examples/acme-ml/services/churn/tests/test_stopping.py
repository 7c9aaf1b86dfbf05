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
def server(trained: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The service, started as in the image, and its port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "src.api.app:app", "--host", HOST, "--port", str(port)]
    environment = {**os.environ, "MODEL_PATH": str(trained / MODEL_NAME), "WEB_CONCURRENCY": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    yield process, port
    process.kill()
    process.wait()


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


@pytest.mark.skipif(os.name == "nt", reason="there SIGTERM ends a process at once")
def test_what_comes_on_an_open_connection_right_after_sigterm_is_answered(
    server: tuple[subprocess.Popen[bytes], int], schema: DataSchema
) -> None:
    process, port = server
    connection = connect_when_ready(port)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.25)
    connection.request("POST", PREDICT_PATH, json.dumps(schema.example_row))
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (200, "close")
    assert json.loads(answer.read()).keys() >= {"prediction"}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port))
    assert process.wait(timeout=20) in (0, -signal.SIGTERM)
