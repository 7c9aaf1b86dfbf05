"""The model: ONNX Runtime's part of the service. It is yours to change; the other modules call only this.

What they call: PACKAGES, to_matrix, fit, classes, score, evaluate, describe, save, load.
Training and export are in export.py: serving needs none of their packages.
"""

import ctypes
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from src.data_schema import DataSchema
from src.preprocessing import to_matrix
from src.quality import measure
from src.table import Label

# The packages whose exact versions a saved model depends on; model.lock.json records them.
PACKAGES = ("onnxruntime|onnxruntime-gpu", "numpy")

# Where the exported model carries its labels.
LABELS_KEY = "labels"

__all__ = ["PACKAGES", "classes", "describe", "evaluate", "fit", "load", "save", "score", "to_matrix"]


def _choose_providers() -> list[str]:
    """The GPU first where the build knows it and NVIDIA's driver is there; the CPU always."""
    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        return ["CPUExecutionProvider"]
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return ["CPUExecutionProvider"]
    # CUDA's libraries come from wheels: ONNX Runtime looks for them where they are installed.
    onnxruntime.preload_dlls()
    return ["CUDAExecutionProvider", "CPUExecutionProvider"]


PROVIDERS = _choose_providers()


@dataclass(frozen=True)
class ExportedModel:
    """The exported model as it is served, and what the export found out."""

    content: bytes
    session: onnxruntime.InferenceSession
    labels: list[Label]
    training: dict[str, Any] = field(default_factory=dict)


def open_content(content: bytes, training: dict[str, Any] | None = None) -> ExportedModel:
    """The model in the bytes of an ONNX file, ready to score in one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=PROVIDERS)
    labels = json.loads(session.get_modelmeta().custom_metadata_map[LABELS_KEY])
    return ExportedModel(content, session, labels, training or {})


def fit(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> ExportedModel:
    """The exported pipeline, held against the one that was trained; the same table gives the same bytes."""
    from src import export

    pipeline, labels = export.train_pipeline(schema, matrix, targets)
    model = open_content(export.to_onnx(pipeline, labels, matrix.shape[1]))
    return open_content(model.content, export.compare(pipeline, labels, score(model, matrix), matrix))


def classes(model: ExportedModel) -> list[Label]:
    """The labels in the order of the scores; none for a regression."""
    return model.labels


def score(model: ExportedModel, matrix: np.ndarray) -> np.ndarray:
    """One line of scores for each row: the probability of each class, or the one predicted number."""
    # The last output: of a classification the probabilities come after the label.
    scores = model.session.run(None, {"rows": matrix})[-1]
    return scores.astype(np.float64)


def evaluate(model: ExportedModel, matrix: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics on rows that training has not seen, of the model that is served."""
    return measure(classes(model), score(model, matrix), targets)


def describe(model: ExportedModel) -> dict[str, Any]:
    """What model.lock.json tells of the training: the exported pipeline, and its difference to the export."""
    return model.training


def save(model: ExportedModel, path: Path) -> None:
    """Writes the ONNX file, which holds no code."""
    path.write_bytes(model.content)


def load(path: Path) -> ExportedModel:
    """The model in the file."""
    return open_content(path.read_bytes())
