"""Holds the model of one process: loading, ready or refused, and why."""

import gc
import threading
import time

from src.answers import Answer
from src.data_schema import Value
from src.parity import Mismatch, OpenedModel, Refused, open_model
from src.serving import metrics
from src.serving.logs import log
from src.serving.request_rows import RequestRows
from src.serving.served_model import Serving
from src.serving.settings import Settings

LOADING = Refused((Mismatch("loading", "the model is being loaded", "ready", "loading"),))


class ModelHost:
    """Loads the model beside the event loop, so that the process answers its probes meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.state: Serving | Refused = LOADING
        self.loaded = threading.Event()

    def start(self) -> None:
        """Begins to load; returns at once."""
        threading.Thread(target=self._load, name="load-model", daemon=True).start()

    def predict(self, rows: list[list[Value]]) -> list[Answer]:
        """The answers of the model, once it is served."""
        if isinstance(self.state, Refused):
            raise RuntimeError("the model is not served")
        return self.state.predict(rows)

    def _load(self) -> None:
        begin = time.perf_counter()
        try:
            self.state = self._open()
        except Exception as fault:
            log.exception("the model could not be loaded")
            what = Mismatch("model-unreadable", "the model could not be loaded", "a model", type(fault).__name__)
            self.state = Refused((what,))
        self._report(time.perf_counter() - begin)
        # What the start has made stays: no later collection looks at it, which would hold up every request for a while.
        gc.collect()
        gc.freeze()
        self.loaded.set()

    def _open(self) -> Serving | Refused:
        opened = open_model(self._settings.model_path, self._settings.parity_only_warns)
        if not isinstance(opened, OpenedModel):
            return opened
        serving = Serving(opened.model, opened.lock, RequestRows(opened.lock.features), opened.warnings)
        if not serving.warnings:
            serving.measure(self._settings.batch_rows)
        return serving

    def _report(self, seconds: float) -> None:
        state = self.state
        metrics.LOAD_SECONDS.set(seconds)
        metrics.READY.set(isinstance(state, Serving))
        metrics.PARITY.set(isinstance(state, Serving) and not state.warnings)
        if isinstance(state, Serving):
            metrics.MODEL_INFO.labels(state.short_sha).set(1)
            log.info("model ready", extra={"fields": {"sha256": state.short_sha, "seconds": round(seconds, 3)}})
        mismatches = state.warnings if isinstance(state, Serving) else state.reasons
        for mismatch in mismatches:
            log.error("not served as trained", extra={"fields": {"reason": mismatch.to_json()}})
