"""The model: scikit-learn's part of the service. It is yours to change; the other modules call only this.

What they call: PACKAGES, to_matrix, fit, classes, score, evaluate, describe, save, load.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from src.data_schema import DataSchema
from src.preprocessing import build_preprocessing, to_matrix
from src.quality import measure
from src.table import Label

# The packages whose exact versions a saved model depends on; model.lock.json records them.
PACKAGES = ("scikit-learn", "numpy", "scipy", "joblib")

SEED = 20260101
# From here on exact boosting takes minutes, and histograms of the features take seconds.
MANY_ROWS = 20_000
# The same in a table of many columns or classes: a tree looks at each cell, and each of several classes has its own.
MANY_CELLS = 1_000_000

__all__ = ["PACKAGES", "classes", "describe", "evaluate", "fit", "load", "save", "score", "to_matrix"]


def build_pipeline(schema: DataSchema, by_histograms: bool) -> Pipeline:
    """The untrained pipeline: preprocessing and estimator in one object."""
    return Pipeline(
        [("preprocessing", build_preprocessing(schema.features)), ("estimator", _estimator(schema, by_histograms))]
    )


def is_large(schema: DataSchema, targets: Sequence[Label]) -> bool:
    """Whether exact boosting would take minutes."""
    columns = sum(max(1, len(feature.values)) for feature in schema.features)
    classes = len(set(targets)) if schema.is_classification else 1
    trees = classes if classes > 2 else 1
    return len(targets) >= MANY_ROWS or len(targets) * columns * trees >= MANY_CELLS


def _estimator(schema: DataSchema, by_histograms: bool) -> BaseEstimator:
    if by_histograms:
        histogram = HistGradientBoostingClassifier if schema.is_classification else HistGradientBoostingRegressor
        return histogram(random_state=SEED)
    exact = GradientBoostingClassifier if schema.is_classification else GradientBoostingRegressor
    return exact(random_state=SEED)


def fit(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> Pipeline:
    """The trained pipeline; the same table gives the same bytes."""
    return build_pipeline(schema, is_large(schema, targets)).fit(matrix, np.asarray(targets))


def classes(model: Pipeline) -> list[Label]:
    """The labels in the order of the scores; none for a regression."""
    return model.classes_.tolist() if hasattr(model, "classes_") else []


def score(model: Pipeline, matrix: np.ndarray) -> np.ndarray:
    """One line of scores for each row: the probability of each class, or the one predicted number."""
    *preprocessing, (_, estimator) = model.steps
    # The request was validated already; checking again costs half of the time. Step by step, because
    # what the pipeline asks of its steps before each call takes as long as scaling a row.
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        for _, step in preprocessing:
            matrix = _scale(step, matrix) if type(step) is StandardScaler else step.transform(matrix)
        if hasattr(estimator, "predict_proba"):
            return estimator.predict_proba(matrix)
        return estimator.predict(matrix).reshape(-1, 1)


def _scale(scaler: StandardScaler, matrix: np.ndarray) -> np.ndarray:
    """What its transform does, without the checks: for one row they take twenty times as long."""
    return (matrix - scaler.mean_) / scaler.scale_


def evaluate(model: Pipeline, matrix: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics on rows that training has not seen."""
    return measure(classes(model), score(model, matrix), targets)


def describe(model: Pipeline) -> dict[str, Any]:
    """What model.lock.json tells of the training."""
    return {"estimator": type(model["estimator"]).__name__}


def save(model: Pipeline, path: Path) -> None:
    """Writes the trained pipeline to the file."""
    joblib.dump(model, path)


def load(path: Path) -> Pipeline:
    """The pipeline in the file. Opening it runs code: check its hash first."""
    return joblib.load(path)
