"""The model: your own. Replace fit, score, save and load; the other modules call only what is listed here.

What they call: PACKAGES, to_matrix, fit, classes, score, evaluate, describe, save, load.
The example is complete and small: a linear model in plain numpy, kept in numpy's own format without pickles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from src.data_schema import DataSchema
from src.preprocessing import to_matrix
from src.quality import measure
from src.table import Label

# The packages whose exact versions a saved model depends on; model.lock.json records them.
PACKAGES = ("numpy",)

STEPS = 500
STEP_SIZE = 0.5

__all__ = ["PACKAGES", "classes", "describe", "evaluate", "fit", "load", "save", "score", "to_matrix"]


@dataclass(frozen=True)
class LinearModel:
    """One column of weights for each score; labels in the order of the scores, none for a regression."""

    means: np.ndarray
    spreads: np.ndarray
    weights: np.ndarray
    labels: list[Label]


def fit(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> LinearModel:
    """The trained model; the same table gives the same bytes."""
    means, spreads = matrix.mean(axis=0), _spreads(matrix)
    columns = _with_ones((matrix - means) / spreads)
    if not schema.is_classification:
        weights = np.linalg.lstsq(columns, np.asarray(targets, dtype=np.float64).reshape(-1, 1), rcond=None)[0]
        return LinearModel(means, spreads, weights, [])
    labels = sorted(set(targets))
    wanted = np.array([[float(target == label) for label in labels] for target in targets])
    return LinearModel(means, spreads, _descend(columns, wanted), labels)


def _spreads(matrix: np.ndarray) -> np.ndarray:
    """The standard deviations; 1 for a column of one value, where rounding leaves one that blows up any other value."""
    found = matrix.std(axis=0)
    return np.where((matrix.max(axis=0) > matrix.min(axis=0)) & (found > 0), found, 1.0)


def _descend(columns: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Logistic regression by gradient descent, begun at zero."""
    weights = np.zeros((columns.shape[1], wanted.shape[1]))
    for _ in range(STEPS):
        weights -= STEP_SIZE / len(columns) * columns.T @ (_shares(columns @ weights) - wanted)
    return weights


def _with_ones(matrix: np.ndarray) -> np.ndarray:
    return np.column_stack([matrix, np.ones(len(matrix))])


def _shares(sums: np.ndarray) -> np.ndarray:
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def classes(model: LinearModel) -> list[Label]:
    """The labels in the order of the scores; none for a regression."""
    return model.labels


def score(model: LinearModel, matrix: np.ndarray) -> np.ndarray:
    """One line of scores for each row: the probability of each class, or the one predicted number."""
    sums = _with_ones((matrix - model.means) / model.spreads) @ model.weights
    return _shares(sums) if model.labels else sums


def evaluate(model: LinearModel, matrix: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics on rows that training has not seen."""
    return measure(classes(model), score(model, matrix), targets)


def describe(model: LinearModel) -> dict[str, Any]:
    """What model.lock.json tells of the training."""
    return {"estimator": "LinearModel", "weights": int(model.weights.size)}


def save(model: LinearModel, path: Path) -> None:
    """Writes the arrays in numpy's own format."""
    labels = np.array(model.labels) if model.labels else np.zeros(0)
    with path.open("wb") as file:
        np.savez(file, means=model.means, spreads=model.spreads, weights=model.weights, labels=labels)


def load(path: Path) -> LinearModel:
    """The model in the file; opening it runs no code."""
    with np.load(path, allow_pickle=False) as kept:
        return LinearModel(kept["means"], kept["spreads"], kept["weights"], kept["labels"].tolist())
