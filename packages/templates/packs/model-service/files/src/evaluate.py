"""Holds the model to its quality gate: `python -m src.evaluate --metric roc_auc --threshold 0.8`.

It scores the rows that training has not seen, and compares with the threshold and with the model whose lock is
committed. Exit code 1 if the model does not pass, 2 if it cannot be judged. `npx nx run <service>:evaluate` takes
the gate from model-service.yaml.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from src import model as framework
from src.data_schema import DataSchema, read_data_schema
from src.model_lock import committed_lock, sha256_of
from src.parity import Refused, open_model
from src.problem import InputProblems, Problem
from src.project import DATA_FILE, LOCK_NAME, MODEL_FILE, NAME, ROOT, SCHEMA_FILE
from src.table import read_table
from src.train import find_data, split_rows

HEADER = ("metric", "value", "needed", "because", "verdict")
# Metrics are kept with six digits.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Gate:
    """What a model must reach: a bound for one metric, and how far it may fall behind the committed model."""

    metric: str
    threshold: float
    margin: float
    lower_is_better: bool = False

    def accepts(self, value: float, bound: float) -> bool:
        """True if the value is as good as the bound."""
        return value <= bound + ROUNDING if self.lower_is_better else value >= bound - ROUNDING

    def behind(self, committed: float) -> float:
        """The worst value that still counts as no worse than the committed one."""
        return committed + self.margin if self.lower_is_better else committed - self.margin


@dataclass(frozen=True)
class Verdict:
    """One bound, and whether the model keeps to it."""

    metric: str
    value: float
    needed: str
    because: str
    passed: bool


def judge(gate: Gate, metrics: dict[str, float], committed: dict[str, float]) -> list[Verdict]:
    """The model against each bound: the threshold, and the committed model if its metric is known."""
    bounds = [(gate.threshold, "threshold")]
    if gate.metric in committed:
        before = committed[gate.metric]
        bounds.append((gate.behind(before), f"committed {before:.4f}, margin {gate.margin:g}"))
    word = "at most" if gate.lower_is_better else "at least"
    value = metrics[gate.metric]
    return [
        Verdict(gate.metric, value, f"{word} {bound:.4f}", because, gate.accepts(value, bound))
        for bound, because in bounds
    ]


def render_table(metrics: dict[str, float], verdicts: Sequence[Verdict]) -> str:
    """All metrics, the judged one first, in columns."""
    judged = {verdict.metric for verdict in verdicts}
    lines = [HEADER]
    for verdict in verdicts:
        end = "passed" if verdict.passed else "FAILED"
        lines.append((verdict.metric, f"{verdict.value:.4f}", verdict.needed, verdict.because, end))
    lines += [(name, f"{value:.4f}", "", "", "") for name, value in metrics.items() if name not in judged]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def measure_model(model: Any, schema: DataSchema, data: Path) -> tuple[dict[str, float], int]:
    """The metrics on the rows that training has not seen, and how many rows these are."""
    table = read_table(data, schema)
    rows = split_rows(table, schema).held_out
    matrix = framework.to_matrix(schema.features, table.rows)
    return framework.evaluate(model, matrix[rows], [table.targets[i] for i in rows]), len(rows)


def require_metric(gate: Gate, metrics: dict[str, float]) -> None:
    """A problem if training does not measure what the gate asks for."""
    if gate.metric not in metrics:
        what = f'"{gate.metric}" is not measured for this model'
        remedy = f"use one of: {', '.join(metrics)}; or add it to evaluate in src/model.py"
        raise InputProblems(Problem("unknown-metric", "evaluate.metric", what, remedy))


def require_same_table(lock: dict[str, Any], data: Path) -> None:
    """A problem if the model was trained on another table: some of the rows would not be new to it."""
    if lock.get("data", {}).get("sha256") != sha256_of(data):
        what = "it has changed since the model was trained"
        raise InputProblems(Problem("stale-model", data.name, what, f"train again: npx nx run {NAME}:train"))


def notes_on(committed: dict[str, Any] | None, present: dict[str, Any], against: str) -> list[str]:
    """What a reader must know of the comparison."""
    if committed is None:
        return [f"{against} holds no {LOCK_NAME}: there is no earlier model to compare with"]
    if committed.get("data", {}).get("sha256") != present.get("data", {}).get("sha256"):
        return [f"the model of {against} was measured on another table"]
    return []


def evaluate(gate: Gate | None, data: Path, models: Path, against: str) -> int:
    """Prints the table and the notes; the exit code says whether the model passes."""
    opened = open_model(models / Path(MODEL_FILE).name)
    if isinstance(opened, Refused):
        reasons = [Problem(reason.code, models.name, reason.what, "train again") for reason in opened.reasons]
        raise InputProblems(*reasons)
    present = json.loads((models / LOCK_NAME).read_text(encoding="utf-8"))
    require_same_table(present, data)
    metrics, rows = measure_model(opened.model, read_data_schema(ROOT / SCHEMA_FILE), data)
    print(f"evaluate  {NAME}: {rows} rows that training has not seen")
    if gate is None:
        print(render_table(metrics, []))
        print('no gate: add "evaluate" to model-service.yaml')
        return 0
    require_metric(gate, metrics)
    committed = committed_lock(models, against)
    verdicts = judge(gate, metrics, (committed or {}).get("metrics", {}))
    print(render_table(metrics, verdicts))
    for note in notes_on(committed, present, against):
        print(f"note: {note}")
    return 0 if all(verdict.passed for verdict in verdicts) else 1


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m src.evaluate", description="Hold the model to its quality gate.")
    parser.add_argument("--metric", help="the metric to judge by; without it the model is only measured")
    parser.add_argument("--threshold", type=float, help="the least it must reach (the most, if lower is better)")
    parser.add_argument("--margin", type=float, default=0.02, help="how much worse than the committed model it may be")
    parser.add_argument("--lower-is-better", action="store_true", help="the metric is an error")
    parser.add_argument("--against", default="HEAD", help="the commit to compare with (HEAD)")
    parser.add_argument("--data", type=Path, default=ROOT / DATA_FILE, help=f"the table ({DATA_FILE})")
    parser.add_argument("--models", type=Path, default=(ROOT / MODEL_FILE).parent, help="folder of the model")
    options = parser.parse_args(arguments)
    if (options.metric is None) != (options.threshold is None):
        parser.error("--metric and --threshold go together")
    gate = None
    if options.metric is not None:
        gate = Gate(options.metric, options.threshold, options.margin, options.lower_is_better)
    try:
        return evaluate(gate, find_data(options.data), options.models, options.against)
    except InputProblems as problems:
        print(problems, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
