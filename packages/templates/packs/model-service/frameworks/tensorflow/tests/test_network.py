"""What holds for TensorFlow alone."""

import subprocess
import sys

import numpy as np
import pytest

from src.data_schema import DataSchema, Feature
from src.model import fit, score
from src.project import ROOT


def test_no_hint_of_onednn_stands_between_the_logs_of_a_start() -> None:
    started = subprocess.run([sys.executable, "-c", "import src.model"], cwd=ROOT, capture_output=True, check=True)
    assert b"oneDNN" not in started.stderr


def test_another_value_in_a_column_that_always_held_the_same_one_leaves_the_answer_in_its_range() -> None:
    rate = 19.99
    columns = (Feature("age", "number", 1.0), Feature("rate", "number", rate))
    ages = np.linspace(0, 10, 157)
    model = fit(DataSchema("price", "regression", columns), np.column_stack([ages, np.full(157, rate)]), ages.tolist())
    ((usual,), (unusual,)) = score(model, np.array([[9.0, rate], [9.0, rate + 0.1]])).tolist()
    assert unusual == pytest.approx(usual, abs=1)
