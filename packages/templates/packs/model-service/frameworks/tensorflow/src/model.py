"""The model: TensorFlow's part of the service, a Keras network. It is yours to change; the others call only this.

What they call: PACKAGES, to_matrix, fit, classes, score, evaluate, describe, save, load.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Set before the import: the logs are JSON, and TensorFlow's own hints at start are not.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN hints at each start in spite of that level; a model in double precision comes out the same without it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf
from safetensors import safe_open
from safetensors.numpy import save_file

from src.data_schema import DataSchema
from src.preprocessing import to_matrix
from src.quality import measure
from src.table import Label

# The packages whose exact versions a saved model depends on; model.lock.json records them.
PACKAGES = ("tensorflow-cpu|tensorflow", "keras", "safetensors", "numpy")

SEED = 20260101
EPOCHS = 40
BATCH = 64
HIDDEN = 32
LEARNING_RATE = 0.005
# Double precision costs a network of this size nothing, and every processor agrees on the answers.
PRECISION = "float64"

# One request is scored by one thread, and several requests side by side.
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

__all__ = ["PACKAGES", "classes", "describe", "evaluate", "fit", "load", "save", "score", "to_matrix"]


@dataclass(frozen=True)
class Scaling:
    """What turns columns, and the target of a regression, into numbers around zero."""

    means: np.ndarray
    spreads: np.ndarray
    target_mean: np.ndarray
    target_spread: np.ndarray


@dataclass(frozen=True)
class ScaledNetwork:
    """The network with its scaling, and the labels in the order of the scores; none for a regression."""

    network: keras.Model
    call: Any
    scaling: Scaling
    labels: list[Label]


def build_network(width: int, labels: list[Label]) -> keras.Model:
    """The untrained network: two hidden layers on standardized columns."""
    last = (
        keras.layers.Dense(len(labels), "softmax", dtype=PRECISION)
        if labels
        else keras.layers.Dense(1, dtype=PRECISION)
    )
    hidden = [keras.layers.Dense(HIDDEN, "relu", dtype=PRECISION) for _ in range(2)]
    return keras.Sequential([keras.Input((width,), dtype=PRECISION), *hidden, last])


def _ready(network: keras.Model, scaling: Scaling, labels: list[Label]) -> ScaledNetwork:
    """The model with its graph traced: a request costs no tracing, and no number of rows costs another one."""
    shape = tf.TensorSpec((None, len(scaling.means)), PRECISION)
    call = tf.function(lambda rows: network(rows, training=False), input_signature=[shape], reduce_retracing=True)
    call.get_concrete_function()
    return ScaledNetwork(network, call, scaling, labels)


def fit(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> ScaledNetwork:
    """The trained network; the same table gives the same bytes."""
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(SEED)
    labels = sorted(set(targets)) if schema.is_classification else []
    wanted = np.array([labels.index(target) for target in targets] if labels else targets, dtype=np.float64)
    target_mean, target_spread = (np.zeros(1), np.ones(1)) if labels else _standardize(wanted.reshape(-1, 1))
    scaling = Scaling(*_standardize(matrix), target_mean, target_spread)
    network = build_network(matrix.shape[1], labels)
    loss = "sparse_categorical_crossentropy" if labels else "mean_squared_error"
    network.compile(keras.optimizers.Adam(LEARNING_RATE), loss)
    rows = (matrix - scaling.means) / scaling.spreads
    network.fit(rows, (wanted - target_mean) / target_spread, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return _ready(network, scaling, labels)


def _standardize(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    spreads = values.std(axis=0)
    # In a column of one value it is what rounding leaves, and would blow up any other value.
    varies = (values.max(axis=0) > values.min(axis=0)) & (spreads > 0)
    return values.mean(axis=0), np.where(varies, spreads, 1.0)


def classes(model: ScaledNetwork) -> list[Label]:
    """The labels in the order of the scores; none for a regression."""
    return model.labels


def score(model: ScaledNetwork, matrix: np.ndarray) -> np.ndarray:
    """One line of scores for each row: the probability of each class, or the one predicted number."""
    scaling = model.scaling
    found = model.call(tf.constant((matrix - scaling.means) / scaling.spreads)).numpy()
    return found if model.labels else found * scaling.target_spread + scaling.target_mean


def evaluate(model: ScaledNetwork, matrix: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics on rows that training has not seen."""
    return measure(classes(model), score(model, matrix), targets)


def describe(model: ScaledNetwork) -> dict[str, Any]:
    """What model.lock.json tells of the training."""
    return {"estimator": "keras.Sequential", "weights": model.network.count_params(), "epochs": EPOCHS}


def save(model: ScaledNetwork, path: Path) -> None:
    """Writes weights and scaling as safetensors: numbers alone, and no date, so the same model gives the same bytes."""
    weights = {f"weights.{index}": values for index, values in enumerate(model.network.get_weights())}
    save_file({**weights, **vars(model.scaling)}, path, {"labels": json.dumps(model.labels)})


def load(path: Path) -> ScaledNetwork:
    """The network with the weights in the file; opening it runs no code."""
    with safe_open(path, framework="np") as file:
        kept = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        labels = json.loads(file.metadata()["labels"])
    scaling = Scaling(*(kept.pop(name) for name in ("means", "spreads", "target_mean", "target_spread")))
    network = build_network(len(scaling.means), labels)
    network.set_weights([kept[f"weights.{index}"] for index in range(len(kept))])
    return _ready(network, scaling, labels)
