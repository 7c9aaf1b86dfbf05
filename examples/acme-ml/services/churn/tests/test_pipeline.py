"""What holds for scikit-learn alone."""

from pathlib import Path

import pytest

from src import model as framework
from src.data_schema import DataSchema, Feature
from src.model_lock import read_model_lock
from src.preprocessing import build_preprocessing, to_matrix
from src.project import LOCK_NAME
from tests.conftest import MODEL_NAME


def test_the_answers_are_what_the_pipeline_itself_predicts(trained: Path) -> None:
    lock = read_model_lock(trained / LOCK_NAME)
    rows = [[golden.row[feature.name] for feature in lock.features] for golden in lock.golden]
    own = framework.load(trained / MODEL_NAME).predict(framework.to_matrix(lock.features, rows)).tolist()
    expected = [golden.expected["prediction"] for golden in lock.golden]
    assert expected == (own if lock.classes else pytest.approx(own))


def test_a_gap_is_not_the_median_in_a_table_with_texts() -> None:
    features = [Feature("age", "number", 2.0, nullable=True), Feature("plan", "string", "pro", values=("basic", "pro"))]
    rows = [[1.0, "basic"], [2.0, "pro"], [3.0, "basic"], [None, "pro"]]
    _, median, _, gap = build_preprocessing(features).fit_transform(to_matrix(features, rows)).tolist()
    assert gap != median


@pytest.mark.parametrize(
    ("rows", "columns", "classes", "large"),
    [(5_000, 5, 2, False), (20_000, 1, 2, True), (5_000, 200, 2, True), (5_000, 20, 2, False), (5_000, 20, 10, True)],
)
def test_a_table_is_large_by_its_rows_columns_and_classes(rows: int, columns: int, classes: int, large: bool) -> None:
    schema = DataSchema("y", "classification", tuple(Feature(f"x{n}", "number", 1.0) for n in range(columns)))
    assert framework.is_large(schema, [row % classes for row in range(rows)]) is large
