"""Logs as JSON, one object a line, on standard output."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

log = logging.getLogger("service")

_json = json.JSONEncoder(default=str).encode


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record; what is passed as `extra={"fields": …}` becomes keys."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (request_id := REQUEST_ID.get()) is not None:
            entry["request_id"] = request_id
        entry |= getattr(record, "fields", {})
        if record.exc_info:
            entry["stack"] = self.formatException(record.exc_info)
        return _json(entry)


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
    # What no line shows need not be found out for each of them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
