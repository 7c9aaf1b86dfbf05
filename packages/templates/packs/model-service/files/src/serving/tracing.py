"""Traces for OpenTelemetry, on demand: without the variables that ask for them, nothing of it is imported.

What they ask for is OpenTelemetry's own standard: OTEL_EXPORTER_OTLP_ENDPOINT turns traces on, OTEL_TRACES_SAMPLER,
OTEL_RESOURCE_ATTRIBUTES and the others mean what they mean everywhere. requirements.in names the packages.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.project import NAME
from src.serving.http import CLIENT_GONE, KNOWN_PATHS, QUIET_PATHS, own_path
from src.serving.logs import REQUEST_ID, log

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
REMEDY = "take OpenTelemetry's lines in requirements.in into use, and run the lock target"


def is_asked_for(environment: Mapping[str, str]) -> bool:
    """True if the environment names a receiver of traces, and does not turn them off."""
    return (
        any(environment.get(name) for name in ENDPOINTS)
        and environment.get("OTEL_SDK_DISABLED", "").lower() != "true"
        and environment.get("OTEL_TRACES_EXPORTER", "otlp") == "otlp"
    )


def start_tracing(environment: Mapping[str, str]) -> Any:
    """OpenTelemetry's TracerProvider if traces are asked for; None if not, or if its packages are missing."""
    if not is_asked_for(environment):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        fields = {"missing": missing.name, "remedy": REMEDY}
        log.error("traces are asked for, and their packages are not installed", extra={"fields": fields})
        return None
    # What the environment says of the service goes before its own name.
    resource = Resource.create({"service.name": NAME}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class RequestSpans:
    """One span for each request but the probes', below the caller's own if it sent one."""

    def __init__(self, app: ASGIApp, provider: Any) -> None:
        from opentelemetry import propagate, trace

        self._app = app
        self._extract = propagate.extract
        self._tracer = provider.get_tracer("service")
        self._server = trace.SpanKind.SERVER
        self._error = trace.StatusCode.ERROR

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or own_path(scope) in QUIET_PATHS:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self._tracer.start_as_current_span(
            _span_name(scope),
            context=self._extract(headers),
            kind=self._server,
            attributes=_attributes(scope),
            # Not every exception is an error of the service.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def note(status: int) -> None:
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(self._error)

            async def send_noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    note(message["status"])
                await send(message)

            try:
                await self._app(scope, receive, send_noted)
            except ClientDisconnect:
                note(CLIENT_GONE)
                raise
            except Exception as fault:
                span.record_exception(fault)
                note(500)
                raise


def _span_name(scope: Scope) -> str:
    return f"{scope['method']} {scope['path']}" if own_path(scope) in KNOWN_PATHS else scope["method"]


def _attributes(scope: Scope) -> dict[str, str]:
    route = {"http.route": scope["path"]} if own_path(scope) in KNOWN_PATHS else {}
    return route | {
        "http.request.method": scope["method"],
        "url.path": scope["path"],
        "url.scheme": scope["scheme"],
        "request.id": REQUEST_ID.get() or "",
    }
