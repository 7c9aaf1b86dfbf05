"""What holds for scikit-learn alone."""

from pathlib import Path

import pytest

from src import model as framework
from src.model_lock import read_model_lock
from src.project import LOCK_NAME
from tests.conftest import MODEL_NAME


def test_the_answers_are_what_the_pipeline_itself_predicts(trained: Path) -> None:
    lock = read_model_lock(trained / LOCK_NAME)
    rows = [[golden.row[feature.name] for feature in lock.features] for golden in lock.golden]
    own = framework.load(trained / MODEL_NAME).predict(framework.to_matrix(lock.features, rows)).tolist()
    expected = [golden.expected["prediction"] for golden in lock.golden]
    assert expected == (own if lock.classes else pytest.approx(own))
