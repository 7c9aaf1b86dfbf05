"""How good a model is on rows that training has not seen. Plain numpy: no framework is needed to measure another."""

from collections.abc import Sequence

import numpy as np

from src.table import Label


def measure(labels: Sequence[Label], scores: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics of the scores, by name: of a classification if there are labels, else of a regression."""
    if not labels:
        return _measure_numbers(scores[:, 0], np.asarray(targets, dtype=np.float64))
    known = {label: index for index, label in enumerate(labels)}
    actual = np.array([known[target] for target in targets])
    predicted = scores.argmax(axis=1)
    found = {"accuracy": float(np.mean(predicted == actual))}
    if len(labels) == 2:
        return found | {"roc_auc": _area_under_roc(scores[:, 1], actual == 1)}
    return found | {"f1_macro": _f1_macro(predicted, actual)}


def _measure_numbers(predicted: np.ndarray, actual: np.ndarray) -> dict[str, float]:
    left = float(np.sum((actual - predicted) ** 2))
    spread = float(np.sum((actual - actual.mean()) ** 2))
    return {"r2": 1 - left / spread if spread > 0 else 0.0, "mae": float(np.mean(np.abs(actual - predicted)))}


def _area_under_roc(scores: np.ndarray, is_positive: np.ndarray) -> float:
    """The chance that a positive row scores higher than a negative one; a tie counts half."""
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[group]
    positives = int(is_positive.sum())
    pairs = positives * (len(scores) - positives)
    return float((ranks[is_positive].sum() - positives * (positives + 1) / 2) / pairs) if pairs else 0.5


def _f1_macro(predicted: np.ndarray, actual: np.ndarray) -> float:
    """The mean over the classes of precision and recall in one figure; a class that is nowhere has none."""
    classes = np.union1d(predicted, actual)
    return float(np.mean([_f1(predicted == one, actual == one) for one in classes]))


def _f1(predicted: np.ndarray, actual: np.ndarray) -> float:
    return 2 * float(np.sum(predicted & actual)) / float(predicted.sum() + actual.sum())
