"""The model: XGBoost's part of the service. It is yours to change; the other modules call only this.

What they call: PACKAGES, to_matrix, fit, classes, score, evaluate, describe, save, load.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from src.data_schema import DataSchema
from src.preprocessing import to_matrix
from src.quality import measure
from src.table import Label

# The packages whose exact versions a saved model depends on; model.lock.json records them.
PACKAGES = ("xgboost-cpu|xgboost", "numpy")

SEED = 20260101
TREES = 100
SETTINGS = {"max_depth": 4, "learning_rate": 0.1, "tree_method": "hist", "seed": SEED, "nthread": 1}

__all__ = ["PACKAGES", "classes", "describe", "evaluate", "fit", "load", "save", "score", "to_matrix"]


@dataclass(frozen=True)
class BoostedTrees:
    """The trees, and the labels in the order of their scores; none for a regression."""

    booster: xgboost.Booster
    labels: list[Label]


def fit(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> BoostedTrees:
    """The trained trees; the same table gives the same bytes."""
    labels = sorted(set(targets)) if schema.is_classification else []
    numbers = [labels.index(target) for target in targets] if labels else targets
    table = xgboost.DMatrix(matrix, label=np.asarray(numbers, dtype=np.float64), nthread=1)
    booster = xgboost.train({**SETTINGS, **_objective(labels)}, table, num_boost_round=TREES)
    # Kept inside the file: serving asks nothing else for them.
    booster.set_attr(labels=json.dumps(labels))
    return BoostedTrees(booster, labels)


def _objective(labels: Sequence[Label]) -> dict[str, Any]:
    if not labels:
        return {"objective": "reg:squarederror"}
    if len(labels) == 2:
        return {"objective": "binary:logistic"}
    return {"objective": "multi:softprob", "num_class": len(labels)}


def classes(model: BoostedTrees) -> list[Label]:
    """The labels in the order of the scores; none for a regression."""
    return model.labels


def score(model: BoostedTrees, matrix: np.ndarray) -> np.ndarray:
    """One line of scores for each row: the probability of each class, or the one predicted number."""
    # The request was validated already; checking again costs time.
    found = model.booster.inplace_predict(matrix, validate_features=False).astype(np.float64)
    if len(model.labels) == 2:
        return np.column_stack([1 - found, found])
    return found.reshape(len(matrix), -1)


def evaluate(model: BoostedTrees, matrix: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics on rows that training has not seen."""
    return measure(classes(model), score(model, matrix), targets)


def describe(model: BoostedTrees) -> dict[str, Any]:
    """What model.lock.json tells of the training."""
    return {"estimator": "xgboost.Booster", "trees": model.booster.num_boosted_rounds()}


def save(model: BoostedTrees, path: Path) -> None:
    """Writes the trees in XGBoost's own format, which holds no code."""
    path.write_bytes(model.booster.save_raw("ubj"))


def load(path: Path) -> BoostedTrees:
    """The trees in the file."""
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(path.read_bytes()))
    return BoostedTrees(booster, json.loads(booster.attr("labels")))
