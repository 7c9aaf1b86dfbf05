"""Writes SYNTHETIC sample data: made up by a seeded rule, measured on nobody. Replace it with your own table.

`python -m src.sample_data` writes data/<service>.csv again. The same columns give the same rows.
"""

import csv
import math
import random
import sys
from pathlib import Path

from src.data_schema import DataSchema, Feature, Scalar, read_data_schema
from src.project import DATA_FILE, ROOT, SCHEMA_FILE

SEED = 20260101
ROWS = 2000
CHURN_COLUMNS = {"tenure_months", "monthly_charges", "total_charges", "num_products", "has_support_calls"}

Row = dict[str, Scalar]


def write_sample(path: Path, schema: DataSchema) -> str:
    """Writes the sample table, and returns the line that says what it is."""
    rows = sample_rows(schema)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*schema.example_row, schema.target], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return f"sample  {path.name}: {len(rows)} SYNTHETIC rows (seed {SEED}), made up to try the service with"


def sample_rows(schema: DataSchema) -> list[Row]:
    """Plausible rows for any columns, with a target that can be learned from them."""
    chance = random.Random(SEED)
    if {feature.name for feature in schema.features} == CHURN_COLUMNS:
        rows = [_customer(chance) for _ in range(ROWS)]
        signals = [_churn_signal(row) for row in rows]
    else:
        weights = [chance.choice((-1, 1)) * chance.uniform(0.5, 2) for _ in schema.features]
        rows = [{feature.name: _value(feature, chance) for feature in schema.features} for _ in range(ROWS)]
        signals = [_signal(schema, weights, row) for row in rows]
        middle = sorted(signals)[ROWS // 2]
        signals = [signal - middle for signal in signals]
    return [row | {schema.target: _target(schema, signal, chance)} for row, signal in zip(rows, signals, strict=True)]


def _target(schema: DataSchema, signal: float, chance: random.Random) -> Scalar:
    if not schema.is_classification:
        return round(100 + 20 * signal + chance.gauss(0, 5), 3)
    return int(chance.random() < 1 / (1 + math.exp(-2 * signal)))


def _customer(chance: random.Random) -> Row:
    tenure = min(600, int(chance.expovariate(1 / 30)))
    monthly = round(max(15.0, chance.gauss(65, 25)), 2)
    return {
        "tenure_months": tenure,
        "monthly_charges": monthly,
        "total_charges": round(tenure * monthly * chance.uniform(0.95, 1.05), 2),
        "num_products": chance.choice((1, 1, 2, 2, 3, 4)),
        "has_support_calls": int(chance.random() < 0.4),
    }


def _churn_signal(row: Row) -> float:
    """New, dear, complaining customers with few products leave."""
    newness = 1.2 - float(row["tenure_months"]) / 24
    dearness = (float(row["monthly_charges"]) - 65) / 25
    return 0.9 * newness + 0.7 * dearness + 0.9 * float(row["has_support_calls"]) - 0.5 * float(row["num_products"])


def _range(feature: Feature) -> tuple[float, float]:
    """The range that sample values come from: around the example where the schema sets no bound."""
    spread = max(10.0, abs(float(feature.example)))
    low = feature.minimum if feature.minimum is not None else float(feature.example) - spread
    high = feature.maximum if feature.maximum is not None else max(low, float(feature.example)) + spread
    return low, high


def _value(feature: Feature, chance: random.Random) -> Scalar:
    if not feature.is_numeric:
        return chance.choice(feature.values)
    low, high = _range(feature)
    if feature.type == "integer":
        return chance.randint(math.ceil(low), math.floor(high))
    return min(high, max(low, round(chance.uniform(low, high), 3)))


def _signal(schema: DataSchema, weights: list[float], row: Row) -> float:
    return sum(
        weight * _place(feature, row[feature.name]) for weight, feature in zip(weights, schema.features, strict=True)
    )


def _place(feature: Feature, value: Scalar) -> float:
    """Where the value lies between the feature's ends, from -1 to 1."""
    if not feature.is_numeric:
        return 2 * feature.values.index(str(value)) / max(1, len(feature.values) - 1) - 1
    low, high = _range(feature)
    return 2 * (float(value) - low) / max(high - low, 1e-9) - 1


if __name__ == "__main__":
    print(write_sample(ROOT / DATA_FILE, read_data_schema(ROOT / SCHEMA_FILE)))
    sys.exit(0)
