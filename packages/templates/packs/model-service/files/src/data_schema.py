"""The columns of the training table, as data_schema.json states them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from src.problem import InputProblems, Problem

FEATURE_TYPES = ("integer", "number", "string")
TASKS = ("classification", "regression")
# Beyond this a float no longer tells two integers apart.
LARGEST_INTEGER = 2**53

Scalar = int | float | str
# None where a nullable column has no value.
Value = Scalar | None


@dataclass(frozen=True)
class Feature:
    """One input column: its type, and the values it may hold; in a nullable one a value may be missing (None)."""

    name: str
    type: str
    example: Scalar
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    nullable: bool = False

    @property
    def is_numeric(self) -> bool:
        return self.type != "string"

    def to_json(self) -> dict[str, Any]:
        """The feature as data_schema.json and model.lock.json hold it."""
        entry: dict[str, Any] = {"name": self.name, "type": self.type}
        if self.minimum is not None:
            entry["minimum"] = self.minimum
        if self.maximum is not None:
            entry["maximum"] = self.maximum
        if not self.is_numeric:
            entry["values"] = list(self.values)
        if self.nullable:
            entry["nullable"] = True
        return entry | {"example": self.example}


@dataclass(frozen=True)
class DataSchema:
    """A training table: one target column, and the ordered features that predict it."""

    target: str
    task: str
    features: tuple[Feature, ...]

    @property
    def is_classification(self) -> bool:
        return self.task == "classification"

    @property
    def example_row(self) -> dict[str, Scalar]:
        return {feature.name: feature.example for feature in self.features}


def parse_feature(source: dict[str, Any]) -> Feature:
    """One feature of the file; a missing or unknown part raises KeyError, TypeError or ValueError."""
    if source["type"] not in FEATURE_TYPES:
        raise ValueError(f'type "{source["type"]}" is none of {", ".join(FEATURE_TYPES)}')
    values = source.get("values", [])
    if source["type"] == "string" and not values:
        raise ValueError('a string feature needs its "values"')
    return Feature(
        name=source["name"],
        type=source["type"],
        example=source["example"],
        minimum=source.get("minimum"),
        maximum=source.get("maximum"),
        values=tuple(values),
        nullable=source.get("nullable", False),
    )


def parse_data_schema(source: Any, where: str) -> DataSchema:
    """The schema in a parsed JSON value, or all of its problems together."""
    remedy = "see the columns in README.md for the form of this file"
    if not isinstance(source, dict) or not {"target", "task", "features"} <= source.keys():
        raise InputProblems(Problem("bad-schema", where, 'expected "target", "task" and "features"', remedy))
    problems = []
    if source["task"] not in TASKS:
        problems.append(Problem("bad-schema", where, f'task "{source["task"]}" is unknown', f"use {TASKS}"))
    features = []
    for index, entry in enumerate(source["features"]):
        try:
            features.append(parse_feature(entry))
        except KeyError as missing:
            problems.append(Problem("bad-schema", f"{where} features[{index}]", f"{missing} is missing", remedy))
        except (TypeError, ValueError) as fault:
            problems.append(Problem("bad-schema", f"{where} features[{index}]", str(fault), remedy))
    names = [feature.name for feature in features] + [source["target"]]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.append(Problem("bad-schema", where, f'column "{name}" is named twice', "name each column once"))
    if not features and not problems:
        problems.append(Problem("bad-schema", where, "there are no features", "name at least one"))
    if problems:
        raise InputProblems(*problems)
    return DataSchema(source["target"], source["task"], tuple(features))


def read_data_schema(path: Path) -> DataSchema:
    """The schema in the file, or its problems."""
    try:
        source = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise InputProblems(
            Problem("bad-schema", str(path), str(fault), "restore the file, or mend its JSON")
        ) from fault
    return parse_data_schema(source, path.name)
