"""The service: `uvicorn src.api.app:app`."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Response
from starlette.types import Receive, Scope

from src.parity import Refused
from src.project import HEALTH_PATH, LIVE_PATH, METRICS_PATH, PREDICT_PATH, TITLE
from src.serving.http import BodyTooLarge, RequestLog, Shortcut, answer_json, answer_list, read_body
from src.serving.logs import configure_logs
from src.serving.metrics import render_metrics, warn_if_apart
from src.serving.model_host import ModelHost
from src.serving.request_rows import BadRequest, faults_without_score
from src.serving.scoring import QueueFull, ScoringPool
from src.serving.served_model import Serving
from src.serving.settings import Settings, read_settings
from src.serving.shared_call import ScoreNotFinite
from src.serving.stopping import Stopping
from src.serving.tracing import RequestSpans, start_tracing

PREDICT_ANSWERS = {
    "200": {"description": "The prediction, or the predictions"},
    "413": {"description": "The body is too large"},
    "422": {"description": "Each bad field is named, and each row for which the model has no finite score"},
    "503": {"description": "Too many requests wait, or no model is served"},
}
RETRY_AFTER = {"Retry-After": "1"}


def create_app(settings: Settings, traces: Any = None) -> FastAPI:
    """The service with its own model, so that a test can have several; with spans if it gets a TracerProvider."""
    host = ModelHost(settings)
    stopping = Stopping()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = ScoringPool(host.predict, settings.scoring_threads, settings.queue_size, settings.batch_rows)
        host.start()
        stopping.watch()
        yield
        app.state.pool.close()
        if traces:
            await asyncio.to_thread(traces.shutdown)

    # FastAPI's own telemetry would be asked for at each request: spans are made in tracing.py, figures in metrics.py.
    telemetry = {"tracing": False, "metrics": False, "logs": False}
    app = FastAPI(title=TITLE, lifespan=lifespan, telemetry=telemetry)
    app.state.host = host

    @app.get(LIVE_PATH)
    async def live() -> Response:
        """200 while the process answers at all."""
        return answer_json({"status": "alive"})

    @app.get(HEALTH_PATH)
    async def health() -> Response:
        """200 only while the model is served as it was trained; else 503 and the reason."""
        return describe_health(host.state)

    @app.get(METRICS_PATH)
    async def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(render_metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def predict(scope: Scope, receive: Receive) -> Response:
        return await answer_predict(host.state, app.state.pool, settings, scope, receive)

    # Predictions go past the router and past its dependencies (Depends). A check of your own is a middleware too:
    # add it below, the last one that is added sees a request first.
    app.add_middleware(Shortcut, path=PREDICT_PATH, post=predict)
    if traces:
        app.add_middleware(RequestSpans, provider=traces)
    app.add_middleware(RequestLog, stopping=stopping)

    build_openapi = app.openapi
    app.openapi = lambda: with_predict(build_openapi(), host.state)  # type: ignore[method-assign]
    return app


def describe_health(state: Serving | Refused) -> Response:
    """The answer of the health path."""
    if isinstance(state, Refused):
        reasons = [reason.to_json() for reason in state.reasons]
        return answer_json({"status": "unavailable", "reason": reasons[0], "reasons": reasons}, 503)
    answer: dict[str, Any] = {"status": "ready", "model": {"sha256": state.lock.model_sha256}, "parity": "held"}
    if state.warnings:
        answer |= {"parity": "overridden", "warnings": [warning.to_json() for warning in state.warnings]}
    return answer_json(answer)


async def answer_predict(
    state: Serving | Refused, pool: ScoringPool, settings: Settings, scope: Scope, receive: Receive
) -> Response:
    """The answer of the predict path."""
    if isinstance(state, Refused):
        reason = state.reasons[0].to_json()
        return answer_json({"detail": "the model is not served", "reason": reason}, 503, RETRY_AFTER)
    try:
        rows, is_list = await state.rows.parse(await read_body(scope, receive, settings.max_body_bytes))
        turns = state.turns
        answers = await (turns if turns and len(rows) <= turns.most_rows else pool).run(rows)
    except BadRequest as error:
        return answer_json({"detail": error.faults}, 422)
    except ScoreNotFinite as error:
        return answer_json({"detail": faults_without_score(error.numbers, is_list)}, 422)
    except BodyTooLarge:
        return answer_json({"detail": f"the body is larger than {settings.max_body_bytes} bytes"}, 413)
    except QueueFull:
        return answer_json({"detail": "too many requests are waiting"}, 503, RETRY_AFTER)
    headers = {"X-Model-Sha256": state.short_sha}
    return await answer_list("predictions", answers, headers) if is_list else answer_json(answers[0], headers=headers)


def with_predict(document: dict[str, Any], state: Serving | Refused) -> dict[str, Any]:
    """The API's documentation with the predict path: the model's own columns are its body."""
    schema: dict[str, Any] = {}
    if isinstance(state, Serving):
        schema = {"schema": state.rows.json_schema(), "example": state.lock.schema.example_row}
    document["paths"][PREDICT_PATH] = {
        "post": {
            "summary": 'One row gives one prediction; a list of rows gives {"predictions": [...]}',
            "requestBody": {"required": True, "content": {"application/json": schema}},
            "responses": PREDICT_ANSWERS,
        }
    }
    return document


_settings = read_settings(os.environ)
configure_logs(_settings.log_level)
warn_if_apart()
app = create_app(_settings, start_tracing(os.environ))
