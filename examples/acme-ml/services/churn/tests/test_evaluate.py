"""The quality gate: what passes, what does not, and what it is compared with."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from src.evaluate import Gate, judge, main, render_table
from src.model_lock import read_model_lock, sha256_of
from src.project import LOCK_NAME, NAME

EditLock = Callable[[Callable[[dict[str, Any]], None]], None]


@pytest.fixture
def metric(models: Path) -> str:
    """A metric of this model that is better when higher."""
    metrics = json.loads((models / LOCK_NAME).read_text(encoding="utf-8"))["metrics"]
    return next(name for name in metrics if name != "mae")


@pytest.fixture
def evaluate(models: Path, data_file: Path, metric: str) -> Callable[..., int]:
    def run(threshold: float, *arguments: str) -> int:
        folders = ["--models", str(models), "--data", str(data_file)]
        return main([f"--metric={metric}", f"--threshold={threshold}", *folders, *arguments])

    return run


def commit(folder: Path) -> None:
    """A repository of its own, with what the folder holds."""
    who = ["-c", "user.name=test", "-c", "user.email=test@example.test", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "models"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)


def test_the_bounds_are_a_threshold_and_the_committed_model_with_its_margin() -> None:
    verdicts = judge(Gate("r2", 0.6, 0.02), {"r2": 0.7}, {"r2": 0.75})
    assert [(verdict.needed, verdict.passed) for verdict in verdicts] == [
        ("at least 0.6000", True),
        ("at least 0.7300", False),
    ]


def test_an_error_must_stay_below_its_bounds() -> None:
    verdicts = judge(Gate("mae", 3, 0.5, lower_is_better=True), {"mae": 3.2}, {"mae": 2.8})
    assert [(verdict.needed, verdict.passed) for verdict in verdicts] == [
        ("at most 3.0000", False),
        ("at most 3.3000", True),
    ]


def test_the_table_is_aligned_and_shows_the_other_metrics() -> None:
    metrics = {"accuracy": 0.75, "roc_auc": 0.8}
    assert render_table(metrics, judge(Gate("roc_auc", 0.9, 0.02), metrics, {})) == (
        "  metric    value   needed           because    verdict\n"
        "  roc_auc   0.8000  at least 0.9000  threshold  FAILED\n"
        "  accuracy  0.7500"
    )


def test_a_model_passes_its_own_committed_metrics(
    models: Path, evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    commit(models)
    assert evaluate(-1e9) == 0
    printed = capsys.readouterr().out
    assert f"evaluate  {NAME}: " in printed
    assert printed.count("passed") == 2
    assert "note: " not in printed


def test_a_model_below_the_threshold_fails_with_the_table(
    evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(1.01) == 1
    assert "at least 1.0100  threshold  FAILED" in capsys.readouterr().out


def test_a_model_worse_than_the_committed_one_fails(
    models: Path, metric: str, edit_lock: EditLock, evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    own = (models / LOCK_NAME).read_bytes()
    edit_lock(lambda lock: lock["metrics"].update({metric: 2.0}))
    commit(models)
    (models / LOCK_NAME).write_bytes(own)
    assert evaluate(-1e9) == 1
    assert "committed 2.0000, margin 0.02  FAILED" in capsys.readouterr().out


def test_without_a_commit_it_says_so(
    models: Path, evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "-C", str(models), "init", "-q"], check=True, capture_output=True)
    assert evaluate(-1e9) == 0
    assert f"note: HEAD holds no {LOCK_NAME}: there is no earlier model" in capsys.readouterr().out


def test_a_committed_lock_that_cannot_be_read_is_named(
    models: Path, evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    own = (models / LOCK_NAME).read_bytes()
    (models / LOCK_NAME).write_bytes(b"<<<<<<< HEAD\n" + own)
    commit(models)
    (models / LOCK_NAME).write_bytes(own)
    assert evaluate(-1e9) == 2
    assert capsys.readouterr().err == (
        f"lock-unreadable  {LOCK_NAME} in HEAD: it is no JSON object\n"
        "                 commit the one that training writes, or compare with a commit that holds a good one: "
        "--against=<commit>\n"
    )


def test_an_unknown_commit_and_an_unknown_metric_are_named(
    models: Path, data_file: Path, evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    commit(models)
    assert evaluate(0, "--against=no-such-branch") == 2
    assert "unknown-commit  no-such-branch: git does not know it" in capsys.readouterr().err
    folders = ["--models", str(models), "--data", str(data_file)]
    assert main(["--metric=elegance", "--threshold=1", *folders]) == 2
    assert 'unknown-metric  evaluate.metric: "elegance" is not measured for this model' in capsys.readouterr().err


def test_a_table_that_training_did_not_see_is_refused(
    models: Path, data_file: Path, tmp_path: Path, evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = data_file.read_text(encoding="utf-8").splitlines(keepends=True)
    other = tmp_path / "other.csv"
    other.write_text("".join(lines[:-1]), encoding="utf-8")
    assert evaluate(0, "--data", str(other)) == 2
    assert "stale-model  other.csv: it has changed since the model was trained" in capsys.readouterr().err


def test_a_model_that_is_not_the_trained_file_is_not_opened(
    models: Path, evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    lock = read_model_lock(models / LOCK_NAME)
    path = next(file for file in models.iterdir() if sha256_of(file) == lock.model_sha256)
    path.write_bytes(b"not the model")
    assert evaluate(0) == 2
    assert "model-hash  models: " in capsys.readouterr().err
