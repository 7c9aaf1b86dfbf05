"""Traces: nothing of them unless they are asked for, and then they arrive."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from fastapi.testclient import TestClient

from src.api.app import create_app
from src.data_schema import DataSchema
from src.project import HEALTH_PATH, NAME, PREDICT_PATH, ROOT
from src.serving.tracing import REMEDY, is_asked_for, start_tracing
from tests.conftest import settings_for

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_without_the_variables_nothing_of_it_is_imported() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    code = "import sys, src.api.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert [name for name in done.stdout.split() if name.startswith(("opentelemetry.sdk", "opentelemetry.exp"))] == []


def test_the_standard_variables_turn_it_on_and_off() -> None:
    assert not is_asked_for({})
    assert is_asked_for({ENDPOINT: "http://collector:4318"})
    assert is_asked_for({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"})
    assert not is_asked_for({ENDPOINT: "http://collector:4318", "OTEL_SDK_DISABLED": "true"})
    assert not is_asked_for({ENDPOINT: "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"})


def test_asked_for_without_its_packages_it_says_so_and_serves(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with caplog.at_level(logging.ERROR, logger="service"):
        assert start_tracing({ENDPOINT: "http://127.0.0.1:9"}) is None
    assert caplog.messages == ["traces are asked for, and their packages are not installed"]
    assert caplog.records[0].fields["remedy"] == REMEDY


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """A receiver of OTLP over HTTP on the loopback address: what was posted to it."""
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason=REMEDY)
    bodies: list[bytes] = []

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receive) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.05,))
        thread.start()
        monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{http.server_port}")
        yield bodies
        http.shutdown()
        thread.join()


def test_spans_arrive_with_request_id_route_and_status(receiver: list[bytes], trained, schema: DataSchema) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    app = create_app(settings_for(trained), start_tracing(os.environ))
    with TestClient(app) as client:
        assert app.state.host.loaded.wait(timeout=60)
        headers = {"X-Request-ID": "r1", "traceparent": f"00-{CALLER}-00f067aa0ba902b7-01"}
        assert client.post(PREDICT_PATH, json=schema.example_row, headers=headers).status_code == 200
        assert client.post(PREDICT_PATH, content=b"{", headers={"X-Request-ID": "r2"}).status_code == 422
        assert client.get(HEALTH_PATH).status_code == 200

    exports = [ExportTraceServiceRequest.FromString(body).resource_spans[0] for body in receiver]
    assert values_of(exports[0].resource.attributes)["service.name"] == NAME
    good, bad = [span for export in exports for span in export.scope_spans[0].spans]
    assert good.trace_id.hex() == CALLER
    assert bad.trace_id.hex() != CALLER
    for span, request_id, status in ((good, "r1", 200), (bad, "r2", 422)):
        assert span.name == f"POST {PREDICT_PATH}"
        assert values_of(span.attributes) | {
            "http.route": PREDICT_PATH,
            "http.response.status_code": status,
            "request.id": request_id,
        } == values_of(span.attributes)


def values_of(attributes: Any) -> dict[str, Any]:
    return {entry.key: getattr(entry.value, entry.value.WhichOneof("value")) for entry in attributes}
