"""Logs a training to MLflow, where MLFLOW_TRACKING_URI says. Serving never imports this, and no image holds MLflow."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from src.problem import InputProblems, Problem
from src.project import LOCK_NAME, NAME

URI = "MLFLOW_TRACKING_URI"


def log_training(lock: dict[str, Any], models: Path, env: Mapping[str, str] = os.environ) -> str:
    """Logs parameters, metrics and model.lock.json as one run; returns the line that says what was done."""
    uri = env.get(URI)
    if not uri:
        return f"tracking  {URI} is not set: nothing is logged"
    # Nothing about a service is told to anybody but the server that was named.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    if "://" not in uri or uri.startswith("file:"):
        # MLflow asks for this since it recommends databases; whoever names a folder has chosen.
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    try:
        run_id = _log_run(uri, env.get("MLFLOW_EXPERIMENT_NAME") or NAME, lock, models / LOCK_NAME)
    except Exception as fault:
        first = (str(fault).splitlines() or [""])[0]
        what = f"the model is trained, and its run is not logged: {type(fault).__name__}: {first}"
        remedy = f"train again when it can be, or unset {URI}"
        raise InputProblems(Problem("tracking-failed", uri, what, remedy)) from fault
    return f"tracking  run {run_id} of {NAME} in {uri}"


def _log_run(uri: str, experiment: str, lock: dict[str, Any], lock_file: Path) -> str:
    import mlflow

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment)
    with mlflow.start_run(run_name=lock["model"]["sha256"][:12]) as run:
        mlflow.log_params(parameters_of(lock))
        mlflow.log_metrics(lock["metrics"])
        mlflow.set_tags(tags_of(lock))
        mlflow.log_artifact(str(lock_file))
    return str(run.info.run_id)


def parameters_of(lock: dict[str, Any]) -> dict[str, Any]:
    """What the model was made from."""
    training = {f"training.{name}": value for name, value in lock["training"].items()}
    packages = {f"package.{name}": version for name, version in lock["packages"].items()}
    return {
        "framework": lock["framework"],
        "python": lock["python"],
        "task": lock["task"],
        "target": lock["target"],
        "features": len(lock["features"]),
        "rows": lock["data"]["rows"],
        **training,
        **packages,
    }


def tags_of(lock: dict[str, Any]) -> dict[str, str]:
    """What a run is found by: the model, the table and the commit."""
    return {
        "model.sha256": lock["model"]["sha256"],
        "data.sha256": lock["data"]["sha256"],
        "git.commit": str(lock["git"]["commit"] or ""),
        "git.dirty": str(lock["git"]["dirty"]).lower(),
    }
