"""Trains the model: `python -m src.train`.

It reads data/ and src/data_schema.json, and writes the model and model.lock.json. The same table,
the same code and the same locked packages give the same model, byte for byte.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from src import model as framework
from src.answers import answer_schema, build_answers
from src.data_schema import DataSchema, Value, read_data_schema
from src.model_lock import (
    LOCK_VERSION,
    TOLERANCE,
    git_state,
    installed_version,
    python_minor,
    sha256_of,
    write_json,
)
from src.problem import InputProblems, Problem
from src.project import DATA_FILE, FRAMEWORK, LOCK_NAME, MODEL_FILE, ROOT, SCHEMA_FILE
from src.table import Label, Table, read_table

SEED = 20260101
HELD_OUT = 0.2
GOLDEN_ROWS = 5


@dataclass(frozen=True)
class Split:
    """Row numbers to train on, and row numbers to measure with."""

    training: list[int]
    held_out: list[int]


def split_rows(table: Table, schema: DataSchema) -> Split:
    """A seeded split; a classification keeps the share of each class on both sides."""
    groups: dict[Label, list[int]] = defaultdict(list)
    for index, target in enumerate(table.targets):
        groups[target if schema.is_classification else 0].append(index)
    shuffle = random.Random(SEED).shuffle
    split = Split([], [])
    for indexes in groups.values():
        shuffle(indexes)
        cut = max(1, round(len(indexes) * HELD_OUT))
        split.held_out.extend(indexes[:cut])
        split.training.extend(indexes[cut:])
    return Split(sorted(split.training), sorted(split.held_out))


def find_data(path: Path) -> Path:
    """The training table; if the service came with a sample and has no table yet, the sample is written."""
    if path.exists():
        return path
    sample = ROOT / "src" / "sample_data.py"
    if path != ROOT / DATA_FILE or not sample.exists():
        remedy = "put the table there, or name it with --data <file>"
        raise InputProblems(Problem("missing-data", str(path), "there is no such file", remedy))
    from src.sample_data import write_sample

    print(write_sample(path, read_data_schema(ROOT / SCHEMA_FILE)))
    return path


def golden_rows(schema: DataSchema, table: Table, held_out: list[int]) -> list[list[Value]]:
    """The example row, then rows that training has not seen, spread over the table; one with a gap, if any has one."""
    step = max(1, len(held_out) // (GOLDEN_ROWS - 1))
    rows = [table.rows[i] for i in held_out[::step][: GOLDEN_ROWS - 1]]
    gaps = [table.rows[i] for i in held_out if None in table.rows[i]]
    if gaps and not any(None in row for row in rows):
        rows[-1] = gaps[0]
    return [list(schema.example_row.values()), *rows]


def build_lock(schema: DataSchema, model: Any, golden: list[list[Value]]) -> dict[str, Any]:
    """The part of model.lock.json that follows from the model itself."""
    labels = framework.classes(model)
    names = [feature.name for feature in schema.features]
    answers = build_answers(labels, framework.score(model, framework.to_matrix(schema.features, golden)))
    return {
        "python": python_minor(),
        "framework": FRAMEWORK,
        "packages": {name: installed_version(name) for name in framework.PACKAGES},
        "task": schema.task,
        "target": schema.target,
        "classes": labels,
        "features": [feature.to_json() for feature in schema.features],
        "output": answer_schema(labels),
        "training": framework.describe(model),
        "tolerance": TOLERANCE,
        "golden": [
            {"row": dict(zip(names, row, strict=True)), "expected": answer}
            for row, answer in zip(golden, answers, strict=True)
        ],
    }


def train(schema: DataSchema, data: Path, models: Path) -> dict[str, Any]:
    """Trains on the table, writes the model and its lock into the folder, and returns the lock."""
    table = read_table(data, schema)
    for column in table.ignored_columns:
        print(f"ignored-column  {data.name}: {column} is not in {SCHEMA_FILE}")
    split = split_rows(table, schema)
    matrix = framework.to_matrix(schema.features, table.rows)
    model = framework.fit(schema, matrix[split.training], [table.targets[i] for i in split.training])
    metrics = framework.evaluate(model, matrix[split.held_out], [table.targets[i] for i in split.held_out])
    models.mkdir(parents=True, exist_ok=True)
    path = save_model(model, models / Path(MODEL_FILE).name)
    lock = {
        "schema": LOCK_VERSION,
        "model": {"path": MODEL_FILE, "sha256": sha256_of(path), "bytes": path.stat().st_size},
        **build_lock(schema, model, golden_rows(schema, table, split.held_out)),
        "metrics": {name: round(float(value), 6) for name, value in metrics.items()},
        "data": {"path": DATA_FILE, "sha256": sha256_of(data), "rows": len(table.rows)},
        "git": git_state(ROOT),
    }
    write_lock(models / LOCK_NAME, lock)
    return lock


def write_lock(path: Path, lock: dict[str, Any]) -> None:
    """Writes the lock; one that differs in nothing but its commit stays, so that the git tree stays clean."""
    if {**known_lock(path), "git": None} != {**lock, "git": None}:
        write_json(path, lock)


def known_lock(path: Path) -> dict[str, Any]:
    """The lock in the file; empty if there is none, or one that cannot be read: a merge may have left its marks."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def save_model(model: Any, path: Path) -> Path:
    """Writes the model whole or not at all."""
    temporary = path.with_name(f"{path.name}.tmp")
    framework.save(model, temporary)
    return temporary.replace(path)


def report(lock: dict[str, Any]) -> None:
    """Prints what was trained, and how good it is."""
    print(f"trained  {lock['model']['path']}  {lock['data']['rows']} rows  sha256 {lock['model']['sha256'][:12]}")
    for name, value in lock["metrics"].items():
        print(f"  {name:<10} {value:.4f}  (held-out rows)")


def main(arguments: list[str] | None = None) -> int:
    """The command line; exit code 2 if the input must be put right."""
    parser = argparse.ArgumentParser(prog="python -m src.train", description="Train the model and write its lock.")
    parser.add_argument("--data", type=Path, default=ROOT / DATA_FILE, help=f"training table ({DATA_FILE})")
    parser.add_argument("--models", type=Path, default=(ROOT / MODEL_FILE).parent, help="folder to write into")
    options = parser.parse_args(arguments)
    try:
        data = find_data(options.data)
        lock = train(read_data_schema(ROOT / SCHEMA_FILE), data, options.models)
        report(lock)
    except InputProblems as problems:
        print(problems, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
