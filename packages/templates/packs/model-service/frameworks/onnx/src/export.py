"""Trains a pipeline of scikit-learn and exports it to ONNX. Needed to train, never to serve.

The packages are those of requirements-dev.in. What the export scores is held against what the pipeline scores:
a difference above ALLOWED_DIFFERENCE stops the training.
"""

import json
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np
import onnx
from skl2onnx import to_onnx as convert
from skl2onnx.common.data_types import DoubleTensorType
from skl2onnx.sklapi import CastTransformer
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from src.data_schema import DataSchema
from src.model import LABELS_KEY
from src.problem import InputProblems, Problem
from src.table import Label

SEED = 20260101
# The exported trees add up in single precision: of each number so much may be lost, relative above one.
ALLOWED_DIFFERENCE = 1e-5


def train_pipeline(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> tuple[Pipeline, list[Label]]:
    """The trained pipeline, and its labels in the order of its scores; none for a regression."""
    boosting = GradientBoostingClassifier if schema.is_classification else GradientBoostingRegressor
    # Scaled in double precision: else a row could fall on the other side of a split. Trees compare in single precision.
    single = CastTransformer(dtype=np.float32)
    pipeline = Pipeline([("scaling", StandardScaler()), ("single", single), ("estimator", boosting(random_state=SEED))])
    pipeline.fit(matrix, np.asarray(targets))
    return pipeline, pipeline.classes_.tolist() if schema.is_classification else []


def to_onnx(pipeline: Pipeline, labels: list[Label], width: int) -> bytes:
    """The pipeline as the bytes of an ONNX file: one input "rows", probabilities or the number as the last output."""
    options = {id(pipeline): {"zipmap": False}} if labels else None
    model = convert(
        pipeline, initial_types=[("rows", DoubleTensorType([None, width]))], options=options, name="pipeline"
    )
    # The converter keeps these in a set, whose order changes from run to run.
    opsets = sorted(model.opset_import, key=lambda opset: opset.domain)
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    entry = model.metadata_props.add()
    entry.key, entry.value = LABELS_KEY, json.dumps(labels)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def compare(pipeline: Pipeline, labels: list[Label], exported: np.ndarray, matrix: np.ndarray) -> dict[str, Any]:
    """How far the exported scores are from the pipeline's own; InputProblems if further than allowed."""
    native = pipeline.predict_proba(matrix) if labels else pipeline.predict(matrix).reshape(-1, 1)
    difference = float(np.max(np.abs(native - exported) / np.maximum(1, np.abs(native))))
    if difference > ALLOWED_DIFFERENCE:
        what = f"it scores up to {difference:.3g} away from the pipeline, {ALLOWED_DIFFERENCE:g} is allowed"
        remedy = "use another estimator, or raise ALLOWED_DIFFERENCE in src/export.py"
        raise InputProblems(Problem("export-difference", "the exported model", what, remedy))
    return {
        "estimator": type(pipeline["estimator"]).__name__,
        "packages": {name: metadata.version(name) for name in ("scikit-learn", "skl2onnx", "onnx")},
        "export": {"rows": len(matrix), "difference": difference, "allowed": ALLOWED_DIFFERENCE},
    }
