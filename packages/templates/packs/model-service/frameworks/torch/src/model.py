"""The model: PyTorch's part of the service. It is yours to change; the other modules call only this.

What they call: PACKAGES, to_matrix, fit, classes, score, evaluate, describe, save, load.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from src.data_schema import DataSchema
from src.preprocessing import to_matrix
from src.quality import measure
from src.table import Label

# The packages whose exact versions a saved model depends on; model.lock.json records them.
PACKAGES = ("torch", "safetensors", "numpy")

SEED = 20260101
EPOCHS = 40
BATCH = 64
HIDDEN = 32
LEARNING_RATE = 0.005
# Double precision costs a network of this size nothing, and every processor agrees on the answers.
PRECISION = torch.float64

# A GPU when there is one. Training stays on the CPU: there, the same seed gives the same bytes.
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")

# One request is scored by one thread, and several requests side by side.
torch.set_num_threads(1)

__all__ = ["PACKAGES", "classes", "describe", "evaluate", "fit", "load", "save", "score", "to_matrix"]


class Network(nn.Module):
    """Two hidden layers on standardized columns; the means and spreads are part of the saved state."""

    def __init__(self, width: int, labels: list[Label]) -> None:
        super().__init__()
        self.width = width
        self.labels = labels
        for name, size in (("means", width), ("spreads", width), ("target_mean", 1), ("target_spread", 1)):
            self.register_buffer(name, torch.ones(size, dtype=PRECISION))
        self.layers = nn.Sequential(
            nn.Linear(width, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, len(labels) or 1),
        ).to(PRECISION)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """The sums before softmax, or the standardized number."""
        return self.layers((rows - self.means) / self.spreads)


def fit(schema: DataSchema, matrix: np.ndarray, targets: Sequence[Label]) -> Network:
    """The trained network; the same table gives the same bytes."""
    torch.use_deterministic_algorithms(True)
    labels = sorted(set(targets)) if schema.is_classification else []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network = Network(matrix.shape[1], labels)
        rows = torch.from_numpy(matrix).to(PRECISION)
        network.means, network.spreads = rows.mean(dim=0), _spread(rows)
        wanted = _wanted(network, targets)
        _descend(network, rows, wanted)
    return network.eval()


def _spread(values: torch.Tensor) -> torch.Tensor:
    found = values.std(dim=0, unbiased=False)
    return torch.where(found > 0, found, torch.ones_like(found))


def _wanted(network: Network, targets: Sequence[Label]) -> torch.Tensor:
    """The number of each row's label, or the standardized target."""
    if network.labels:
        return torch.tensor([network.labels.index(target) for target in targets])
    values = torch.tensor(targets, dtype=PRECISION).reshape(-1, 1)
    network.target_mean, network.target_spread = values.mean(dim=0), _spread(values)
    return (values - network.target_mean) / network.target_spread


def _descend(network: Network, rows: torch.Tensor, wanted: torch.Tensor) -> None:
    loss_of = nn.CrossEntropyLoss() if network.labels else nn.MSELoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(rows)).split(BATCH):
            optimizer.zero_grad()
            loss_of(network(rows[batch]), wanted[batch]).backward()
            optimizer.step()


def classes(model: Network) -> list[Label]:
    """The labels in the order of the scores; none for a regression."""
    return model.labels


def score(model: Network, matrix: np.ndarray) -> np.ndarray:
    """One line of scores for each row: the probability of each class, or the one predicted number."""
    with torch.inference_mode():
        rows = torch.from_numpy(matrix).to(model.means.device)
        found = model(rows)
        scores = found.softmax(dim=1) if model.labels else found * model.target_spread + model.target_mean
    return scores.cpu().numpy()


def evaluate(model: Network, matrix: np.ndarray, targets: Sequence[Label]) -> dict[str, float]:
    """The metrics on rows that training has not seen."""
    return measure(classes(model), score(model, matrix), targets)


def describe(model: Network) -> dict[str, Any]:
    """What model.lock.json tells of the training."""
    return {
        "estimator": "Network",
        "weights": sum(weights.numel() for weights in model.parameters()),
        "epochs": EPOCHS,
    }


def save(model: Network, path: Path) -> None:
    """Writes the state as safetensors: numbers alone, nothing that could run."""
    # One key: several would be written in any order.
    save_file(model.state_dict(), path, {"network": json.dumps({"width": model.width, "labels": model.labels})})


def load(path: Path) -> Network:
    """The network with the state in the file, on the GPU when there is one; opening it runs no code."""
    with safe_open(path, framework="pt") as file:
        network = Network(**json.loads(file.metadata()["network"]))
        network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    return network.to(DEVICE).eval()
