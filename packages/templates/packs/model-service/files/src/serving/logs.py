"""Logs as JSON, one object a line, on standard output."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

log = logging.getLogger("service")

_json = json.JSONEncoder(default=str).encode


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record; what is passed as `extra={"fields": …}` becomes keys."""

    def format(self, record: logging.LogRecord) -> str:
        created = datetime.fromtimestamp(record.created, UTC)
        entry = _entry(created, record.levelname, record.name, record.getMessage()) | getattr(record, "fields", {})
        if record.exc_info:
            entry["stack"] = self.formatException(record.exc_info)
        return _json(entry)


def log_request(level: int, fields: dict[str, Any]) -> None:
    """The line of one request, as JsonFormatter would write it: the logging module takes longer than a small model."""
    if log.isEnabledFor(level):
        entry = _entry(datetime.now(UTC), logging.getLevelName(level), log.name, "request") | fields
        sys.stdout.write(_json(entry) + "\n")
        sys.stdout.flush()


def _entry(time: datetime, level: str, logger: str, message: str) -> dict[str, Any]:
    entry = {"time": time.isoformat(timespec="milliseconds"), "level": level, "logger": logger, "message": message}
    if (request_id := REQUEST_ID.get()) is not None:
        entry["request_id"] = request_id
    return entry


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
