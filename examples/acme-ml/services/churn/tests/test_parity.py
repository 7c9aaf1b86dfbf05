"""Whatever is not served as it was trained is refused, and the reason is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from src import model as framework
from src import parity
from src.answers import build_answers, is_same_answer
from src.data_schema import DataSchema
from src.model_lock import read_model_lock
from src.project import HEALTH_PATH, LIVE_PATH, LOCK_NAME, METRICS_PATH, PREDICT_PATH
from tests.conftest import MODEL_NAME

Damage = Callable[[dict[str, Any]], None]


def reason_of(client: TestClient, schema: DataSchema) -> dict[str, Any]:
    """The reason in a 503 of the health path; the process lives, and predicts nothing."""
    answer = client.get(HEALTH_PATH)
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert client.get(LIVE_PATH).status_code == 200
    assert client.post(PREDICT_PATH, json=schema.example_row).status_code == 503
    return answer.json()["reason"]


def other_python(lock: dict[str, Any]) -> None:
    lock["python"] = "2.7"


def other_package(lock: dict[str, Any]) -> None:
    lock["packages"] = dict.fromkeys(lock["packages"], "0.0.1")


def swapped_columns(lock: dict[str, Any]) -> None:
    lock["features"].reverse()


def renamed_column(lock: dict[str, Any]) -> None:
    lock["features"][0]["name"] = "renamed"


def other_answer(lock: dict[str, Any]) -> None:
    expected = lock["golden"][0]["expected"]
    if "probabilities" in expected:
        expected["probabilities"] = {label: share + 0.001 for label, share in expected["probabilities"].items()}
    else:
        expected["prediction"] += abs(expected["prediction"]) + 1


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (other_python, "python-version"),
        (other_package, "package-version"),
        (swapped_columns, "schema-mismatch"),
        (renamed_column, "schema-mismatch"),
        (other_answer, "golden-mismatch"),
        (lambda lock: lock.pop("golden"), "lock-unreadable"),
    ],
)
def test_a_lock_that_does_not_fit_is_refused(
    serve: Callable[..., TestClient], models: Path, edit_lock, schema: DataSchema, damage: Damage, code: str
) -> None:
    if damage is swapped_columns and len(schema.features) == 1:
        pytest.skip("one column cannot be swapped")
    edit_lock(damage)
    reason = reason_of(serve(models), schema)
    assert reason["code"] == code
    assert reason["expected"] != reason["actual"]


def answers_alike_when_swapped(models: Path) -> bool:
    """True if the model does not look at the columns that change places, or finds the same in them."""
    lock = read_model_lock(models / LOCK_NAME)
    rows = [[golden.row[feature.name] for feature in lock.features][::-1] for golden in lock.golden]
    try:
        scores = framework.score(framework.load(models / MODEL_NAME), framework.to_matrix(lock.features, rows))
    except (TypeError, ValueError):
        return False
    pairs = zip(build_answers(lock.classes, scores), lock.golden, strict=True)
    return all(is_same_answer(answer, golden.expected, lock.tolerance) for answer, golden in pairs)


def test_columns_that_are_swapped_on_their_way_to_the_model_are_refused(
    serve: Callable[..., TestClient], models: Path, schema: DataSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    if len(schema.features) == 1:
        pytest.skip("one column cannot be swapped")
    if answers_alike_when_swapped(models):
        pytest.skip("the model gives its golden rows the same answers with their columns swapped")
    to_matrix = framework.to_matrix
    monkeypatch.setattr(framework, "to_matrix", lambda features, rows: to_matrix(features, [row[::-1] for row in rows]))
    assert reason_of(serve(models), schema)["code"] == "golden-mismatch"


def test_a_tampered_model_is_refused_before_it_is_opened(
    serve: Callable[..., TestClient], models: Path, schema: DataSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.model.load", lambda path: pytest.fail("the tampered file was opened"))
    with (models / MODEL_NAME).open("ab") as file:
        file.write(b"\0")
    assert reason_of(serve(models), schema)["code"] == "model-hash"


@pytest.mark.parametrize(("name", "code"), [(MODEL_NAME, "model-missing"), (LOCK_NAME, "lock-missing")])
def test_a_missing_file_is_named(
    serve: Callable[..., TestClient], models: Path, schema: DataSchema, name: str, code: str
) -> None:
    (models / name).unlink()
    assert reason_of(serve(models), schema)["code"] == code


def test_a_package_that_the_model_imports_and_nobody_installed_is_named(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    def load(path: Path) -> Any:
        raise ModuleNotFoundError("No module named 'geo_tables'", name="geo_tables")

    monkeypatch.setattr("src.model.load", load)
    monkeypatch.setenv("MODEL_PATH", str(models / MODEL_NAME))
    assert parity.main() == 1
    said = capsys.readouterr().err
    assert "package-missing  what the model imports: geo_tables" in said
    assert "requirements.in" in said


def test_a_mismatch_can_be_overridden_and_shows(
    serve: Callable[..., TestClient], models: Path, edit_lock, schema: DataSchema
) -> None:
    edit_lock(other_package)
    client = serve(models, parity_only_warns=True)
    health = client.get(HEALTH_PATH)
    assert (health.status_code, health.json()["parity"]) == (200, "overridden")
    assert health.json()["warnings"][0]["code"] == "package-version"
    assert client.post(PREDICT_PATH, json=schema.example_row).status_code == 200
    assert "model_parity 0.0" in client.get(METRICS_PATH).text


def test_the_command_says_yes_and_no(models: Path, edit_lock, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("MODEL_PATH", str(models / MODEL_NAME))
    assert parity.main() == 0
    assert "is served as trained" in capsys.readouterr().out
    edit_lock(other_python)
    assert parity.main() == 1
    assert "python-version  another Python" in capsys.readouterr().err
