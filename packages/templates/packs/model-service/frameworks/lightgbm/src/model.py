"""The model: LightGBM's part of the service. It is yours to change; the other modules call only this.

What they call: PACKAGES, to_matrix, fit, classes, score, evaluate, describe, save, load.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from src.data_schema import DataSchema
from src.preprocessing import to_matrix
from src.quality import measure
from src.table import Label

# The packages whose exact versions a saved model depends on; model.lock.json records them.
PACKAGES = ("lightgbm", "numpy")

SEED = 20260101
TREES = 100
# A leaf of fewer rows says little; a small table must make do with a tenth of its rows.
LEAF_ROWS = 20
BIN_ROWS = 3
SETTINGS = {
    "num_leaves": 15,
    "learning_rate": 0.1,
    "seed": SEED,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}

__all__ = ["PACKAGES", "classes", "describe", "evaluate", "fit", "load", "save", "score", "to_matrix"]


@dataclass(frozen=True)
class BoostedTrees:
    """The trees, and the labels in the order of their scores; none for a regression."""

    booster: lightgbm.Booster
    labels: list[Label]


def fit(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> BoostedTrees:
    """The trained trees; the same table gives the same bytes."""
    labels = sorted(set(targets)) if schema.is_classification else []
    numbers = [labels.index(target) for target in targets] if labels else targets
    table = lightgbm.Dataset(matrix, label=np.asarray(numbers, dtype=np.float64))
    settings = {**SETTINGS, **_objective(labels), **_least_rows(len(matrix))}
    return BoostedTrees(lightgbm.train(settings, table, num_boost_round=TREES), labels)


def _least_rows(row_count: int) -> dict[str, Any]:
    leaf = min(LEAF_ROWS, max(1, row_count // 10))
    return {"min_data_in_leaf": leaf, "min_data_in_bin": min(BIN_ROWS, leaf)}


def _objective(labels: Sequence[Label]) -> dict[str, Any]:
    if not labels:
        return {"objective": "regression"}
    if len(labels) == 2:
        return {"objective": "binary"}
    return {"objective": "multiclass", "num_class": len(labels)}


def classes(model: BoostedTrees) -> list[Label]:
    """The labels in the order of the scores; none for a regression."""
    return model.labels


def score(model: BoostedTrees, matrix: np.ndarray) -> np.ndarray:
    """One line of scores for each row: the probability of each class, or the one predicted number."""
    found = model.booster.predict(matrix, num_threads=1)
    if len(model.labels) == 2:
        return np.column_stack([1 - found, found])
    return found.reshape(len(matrix), -1)


def evaluate(model: BoostedTrees, matrix: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics on rows that training has not seen."""
    return measure(classes(model), score(model, matrix), targets)


def describe(model: BoostedTrees) -> dict[str, Any]:
    """What model.lock.json tells of the training."""
    return {"estimator": "lightgbm.Booster", "trees": model.booster.num_trees()}


def save(model: BoostedTrees, path: Path) -> None:
    """Writes the labels beside LightGBM's own text of the trees; neither holds code."""
    content = {"labels": model.labels, "booster": model.booster.model_to_string()}
    path.write_text(json.dumps(content), encoding="utf-8", newline="\n")


def load(path: Path) -> BoostedTrees:
    """The trees in the file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return BoostedTrees(lightgbm.Booster(model_str=content["booster"]), content["labels"])
