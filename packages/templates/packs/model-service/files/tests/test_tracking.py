"""MLflow: what a run holds, in a file store of the test's own."""

import json
import os
from pathlib import Path

import mlflow
import pytest

from src.data_schema import DataSchema
from src.project import LOCK_NAME, NAME
from src.tracking import URI, log_training
from src.train import main, train


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    uri = (tmp_path / "mlruns").as_uri()
    monkeypatch.setenv(URI, uri)
    return uri


def test_a_training_is_one_run_with_parameters_metrics_and_the_lock(
    tmp_path: Path, store: str, data_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(data_file), "--models", str(tmp_path / "models")]) == 0
    lock = json.loads((tmp_path / "models" / LOCK_NAME).read_text(encoding="utf-8"))
    client = mlflow.MlflowClient(store)
    experiment = client.get_experiment_by_name(NAME)
    runs = client.search_runs([experiment.experiment_id])
    assert len(runs) == 1
    assert f"tracking  run {runs[0].info.run_id} of {NAME} in {store}" in capsys.readouterr().out
    assert runs[0].data.metrics == pytest.approx(lock["metrics"])
    assert runs[0].data.params["rows"] == str(lock["data"]["rows"])
    assert runs[0].data.tags["model.sha256"] == lock["model"]["sha256"]
    kept = Path(client.download_artifacts(runs[0].info.run_id, LOCK_NAME, str(tmp_path)))
    assert json.loads(kept.read_text(encoding="utf-8")) == lock


def test_without_an_address_nothing_is_logged(tmp_path: Path, schema: DataSchema, data_file: Path) -> None:
    lock = train(schema, data_file, tmp_path)
    assert log_training(lock, tmp_path, {}) == f"tracking  {URI} is not set: nothing is logged"


def test_logging_changes_nothing_about_the_model(
    tmp_path: Path, store: str, schema: DataSchema, data_file: Path
) -> None:
    plain = train(schema, data_file, tmp_path / "plain")
    logged = train(schema, data_file, tmp_path / "logged")
    log_training(logged, tmp_path / "logged", os.environ)
    assert json.loads((tmp_path / "logged" / LOCK_NAME).read_text(encoding="utf-8")) == plain


def test_a_store_that_cannot_be_written_is_named_and_the_model_stays(
    tmp_path: Path, data_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, and no folder", encoding="utf-8")
    monkeypatch.setenv(URI, (blocked / "mlruns").as_uri())
    assert main(["--data", str(data_file), "--models", str(tmp_path / "models")]) == 2
    assert "tracking-failed  " in capsys.readouterr().err
    assert (tmp_path / "models" / LOCK_NAME).exists()


def test_the_image_holds_no_mlflow_for_tracking() -> None:
    root = Path(__file__).resolve().parent.parent
    assert "requirements-tracking" not in (root / "Dockerfile").read_text(encoding="utf-8")
