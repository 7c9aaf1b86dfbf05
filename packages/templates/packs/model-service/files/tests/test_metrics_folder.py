"""The figures of several workers: those that have ended, and where the files are."""

import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from src.project import ROOT
from src.serving import metrics, metrics_folder
from src.serving.metrics_folder import FOLDER, is_running, make_shared_folder

# A worker that is ended before it is ready.
BUSY = "from src.serving import metrics; metrics.READY.set(0); metrics.PARITY.set(0); metrics.IN_FLIGHT.set(3)"
READY = """
from src.serving import metrics
metrics.READY.set(1); metrics.PARITY.set(1); metrics.IN_FLIGHT.set(0)
print(metrics.render_metrics().decode())
"""
# Another container of the same pod: its workers have the numbers that those of the first one had.
SAME_PID = """
import os, pathlib
for file in pathlib.Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).glob("*.db"):
    file.rename(file.with_stem(f"{file.stem.rpartition('_')[0]}_{os.getpid()}"))
"""


def run_worker(code: str, folder: Path, variable: str = FOLDER) -> str:
    environment = {**os.environ, "WEB_CONCURRENCY": "2", variable: str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_service_itself_writes_its_figures_into_the_folder(tmp_path: Path) -> None:
    run_worker("import src.api.app", tmp_path, variable="TMPDIR")
    assert len(list(tmp_path.glob("metrics-*/gauge_livesum_*.db"))) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows is not asked which processes run")
def test_a_worker_that_has_ended_is_not_counted_any_more(tmp_path: Path) -> None:
    run_worker(BUSY, tmp_path)
    lines = run_worker(READY, tmp_path).splitlines()
    assert {"model_ready 1.0", "model_parity 1.0", "model_scoring_in_flight 0.0"} <= set(lines)


def test_a_worker_takes_nothing_over_from_one_that_had_its_number(tmp_path: Path) -> None:
    run_worker(BUSY, tmp_path)
    (file,) = tmp_path.glob("gauge_livesum_*.db")
    lines = run_worker(f"{SAME_PID}\n{READY.replace('.set(0)', '.inc(0)')}", tmp_path).splitlines()
    assert not file.exists()
    assert {"model_ready 1.0", "model_scoring_in_flight 0.0"} <= set(lines)


def test_a_worker_that_runs_keeps_its_figures(tmp_path: Path) -> None:
    own = tmp_path / f"gauge_livesum_{os.getppid()}.db"
    own.touch()
    metrics_folder.forget_dead_workers(tmp_path)
    assert is_running(os.getppid())
    assert own.exists()


def no_temporary_folder() -> str:
    raise FileNotFoundError("No usable temporary directory found")


def test_without_a_temporary_folder_workers_share_their_figures_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", no_temporary_folder)
    monkeypatch.setattr(metrics_folder, "SHARED_MEMORY", tmp_path)
    assert make_shared_folder() == tmp_path / f"metrics-{os.getppid()}"


def test_without_any_folder_each_worker_has_its_own_figures_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", no_temporary_folder)
    monkeypatch.setattr(metrics_folder, "SHARED_MEMORY", tmp_path / "missing")
    assert make_shared_folder() is None
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    monkeypatch.delenv(FOLDER, raising=False)
    with caplog.at_level(logging.WARNING, logger="service"):
        metrics.warn_if_apart()
    assert caplog.messages == ["no folder can be written: /metrics has the figures of one worker at a time"]
