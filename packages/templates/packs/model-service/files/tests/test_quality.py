"""The metrics, on cases that can be counted by hand."""

import numpy as np
import pytest

from src.quality import measure


def test_two_classes_have_accuracy_and_the_area_under_the_curve() -> None:
    scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]])
    assert measure(["no", "yes"], scores, ["no", "no", "yes", "yes"]) == {"accuracy": 0.75, "roc_auc": 0.75}


def test_a_tie_counts_half() -> None:
    scores = np.full((4, 2), 0.5)
    assert measure([0, 1], scores, [0, 1, 0, 1])["roc_auc"] == 0.5


def test_three_classes_have_the_mean_f1() -> None:
    scores = np.eye(3)[[0, 1, 1, 2]]
    found = measure(["a", "b", "c"], scores, ["a", "a", "b", "c"])
    assert found == {"accuracy": 0.75, "f1_macro": pytest.approx((2 / 3 + 2 / 3 + 1) / 3)}


def test_a_regression_has_r2_and_the_mean_error() -> None:
    found = measure([], np.array([[1.0], [2.0], [6.0]]), [1.0, 2.0, 3.0])
    assert found == {"r2": pytest.approx(1 - 9 / 2), "mae": 1.0}
