"""What Prometheus can read."""

import os
from pathlib import Path

from src.serving.logs import log
from src.serving.metrics_folder import FOLDER, forget_dead_workers, has_several_workers, make_shared_folder

if has_several_workers() and FOLDER not in os.environ and (made := make_shared_folder()):
    os.environ[FOLDER] = str(made)

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if FOLDER in os.environ:
    forget_dead_workers(Path(os.environ[FOLDER]))

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter("http_requests", "Requests answered", ["method", "path", "status"])
REQUEST_SECONDS = Histogram("http_request_seconds", "Time from request to answer", ["path"], buckets=SECONDS)
PREDICTIONS = Counter("model_predictions", "Rows scored")
SCORING_SECONDS = Histogram("model_scoring_seconds", "Time of one call of the model", buckets=SECONDS)
WAIT_SECONDS = Histogram("model_scoring_wait_seconds", "Time that a request waited for a thread", buckets=SECONDS)
SCORING_ROWS = Histogram("model_scoring_rows", "Rows in one call of the model", buckets=(1, 2, 4, 8, 16, 32, 64, 1024))
IN_FLIGHT = Gauge("model_scoring_in_flight", "Requests whose rows are scored or wait", multiprocess_mode="livesum")
REJECTED = Counter("model_scoring_rejected", "Requests refused because the queue was full")
READY = Gauge("model_ready", "1 while the model is served", multiprocess_mode="livemin")
PARITY = Gauge("model_parity", "1 if the model is served as it was trained", multiprocess_mode="livemin")
LOAD_SECONDS = Gauge("model_load_seconds", "Time from start to ready", multiprocess_mode="livemax")
MODEL_INFO = Gauge("model_info", "The model that is served", ["sha256"], multiprocess_mode="livemax")


def warn_if_apart() -> None:
    """A line in the log if several workers could not share their figures."""
    if has_several_workers() and FOLDER not in os.environ:
        log.warning("no folder can be written: /metrics has the figures of one worker at a time")


def render_metrics() -> bytes:
    """Every figure in Prometheus' text format; of all workers together if there are several."""
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    from prometheus_client import multiprocess

    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry)
