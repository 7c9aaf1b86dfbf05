"""Logs as JSON, one object a line, on standard output."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

log = logging.getLogger("service")

_json = json.JSONEncoder(default=str).encode


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record; what is passed as `extra={"fields": …}` becomes keys."""

    def format(self, record: logging.LogRecord) -> str:
        created = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {"time": created, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if (request_id := REQUEST_ID.get()) is not None:
            entry["request_id"] = request_id
        entry |= getattr(record, "fields", {})
        if record.exc_info:
            entry["stack"] = self.formatException(record.exc_info)
        return _json(entry)


def log_request(level: int, request_id: str, method: str, path: str, status: int, milliseconds: float) -> None:
    """The line of one request, as JsonFormatter would write it: the logging module takes longer than a small model.

    The id must need no escapes in JSON.
    """
    if log.isEnabledFor(level):
        what, request = _request_parts(level, method, path, status)
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        sys.stdout.write(
            f'{{"time": "{time}", {what}, "request_id": "{request_id}", {request}, "milliseconds": {milliseconds}}}\n'
        )
        sys.stdout.flush()


@lru_cache
def _request_parts(level: int, method: str, path: str, status: int) -> tuple[str, str]:
    """What the lines of equal requests have in common, before and after their ids."""
    what = {"level": logging.getLevelName(level), "logger": log.name, "message": "request"}
    return _json(what)[1:-1], _json({"method": method, "path": path, "status": status})[1:-1]


def configure_logs(level: str) -> None:
    """Sends every logger, uvicorn's too, through the JSON formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # The service writes its own line for each request, with the request's id.
    logging.getLogger("uvicorn.access").disabled = True
