"""What every request gets: an id, a line in the log, figures, and an answer without a stack."""

import asyncio
import json
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from fastapi import Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from src.project import HEALTH_PATH, LIVE_PATH, METRICS_PATH, PREDICT_PATH
from src.serving import metrics
from src.serving.logs import REQUEST_ID, log, log_request
from src.serving.stopping import CLOSE_HEADER, Stopping

GIVEN_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
QUIET_PATHS = frozenset({HEALTH_PATH, LIVE_PATH, METRICS_PATH})
# Unknown paths share one label: a scanner must not fill the metrics.
KNOWN_PATHS = QUIET_PATHS | {PREDICT_PATH}

# What nginx writes down for a client that has gone; nobody is sent it.
CLIENT_GONE = 499
# So many are written in half a millisecond.
ENTRIES_AT_ONCE = 256

_json = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class BodyTooLarge(Exception):
    """The body is over the limit."""


class JsonAnswer(Response):
    """An answer of JSON that is written already. Starlette's own way to build one takes longer than a small model."""

    media_type = "application/json"

    def __init__(self, text: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.status_code = status
        self.background = None
        self.body = text.encode()
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), (b"content-type", b"application/json")]
        if headers:
            self.raw_headers += [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def answer_json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; a number that JSON cannot hold is an error, not a wrong answer."""
    return JsonAnswer(_json(content), status, headers)


async def answer_list(key: str, entries: list[Any], headers: dict[str, str] | None = None) -> Response:
    """A JSON answer with one long list; other requests get their turn between its parts."""
    parts = []
    for start in range(0, len(entries), ENTRIES_AT_ONCE):
        parts.append(_json(entries[start : start + ENTRIES_AT_ONCE])[1:-1])
        await asyncio.sleep(0)
    return JsonAnswer(f'{{"{key}":[{",".join(parts)}]}}', headers=headers)


def own_path(scope: Scope) -> str:
    """The path below UVICORN_ROOT_PATH, which a server puts before each path."""
    root, path = scope.get("root_path", ""), scope["path"]
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body; BodyTooLarge as soon as it is over the limit, ClientDisconnect if it never becomes whole."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return body


class Shortcut:
    """Answers POST on one path, and hands on every other path: the router takes longer than a small model does."""

    def __init__(self, app: ASGIApp, path: str, post: Callable[[Scope, Receive], Awaitable[Response]]) -> None:
        self._app = app
        self._path = path
        self._post = post

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or own_path(scope) != self._path:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST":
            answer = await self._post(scope, receive)
        else:
            answer = answer_json({"detail": "Method Not Allowed"}, 405, {"Allow": "POST"})
        await answer(scope, receive, send)


class RequestLog:
    """Gives each request its id, and writes down how it went."""

    def __init__(self, app: ASGIApp, stopping: Stopping) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        token = REQUEST_ID.set(request_id)
        begin = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                if self._stopping.has_begun:
                    message["headers"].append(CLOSE_HEADER)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = status or CLIENT_GONE
        except Exception:
            log.exception("bug while answering")
            if status == 0:
                failed = answer_json({"detail": "internal error", "request_id": request_id}, 500)
                await failed(scope, receive, send_with_id)
        finally:
            _record(scope, request_id, status, time.perf_counter() - begin)
            REQUEST_ID.reset(token)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and GIVEN_ID.fullmatch(value):
            return value.decode()
    return secrets.token_hex(16)


def _record(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    own = own_path(scope)
    path = own if own in KNOWN_PATHS else "other"
    requests, request_seconds = _figures(scope["method"], path, status)
    requests.inc()
    request_seconds.observe(seconds)
    level = logging.DEBUG if path in QUIET_PATHS and status != 500 else logging.INFO
    log_request(level, request_id, scope["method"], scope["path"], status, round(seconds * 1000, 2))


@lru_cache
def _figures(method: str, path: str, status: int) -> tuple[metrics.Counter, metrics.Histogram]:
    """The figures of one kind of request; finding them by their labels takes longer than counting."""
    return metrics.REQUESTS.labels(method, path, status), metrics.REQUEST_SECONDS.labels(path)
