"""Reads the training table, and says everything that is wrong with it before anything is trained."""

import csv
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from src.data_schema import LARGEST_INTEGER, DataSchema, Feature, Value
from src.problem import InputProblems, Problem

SHOWN_PROBLEMS = 20
FEWEST_ROWS = 10
INTEGER = re.compile(r"[+-]?\d+(\.0+)?")
# A class with a number for its name: 007 is a code, and so is what has more than 15 digits; 1.0 is what a table makes
# of 1 beside a gap.
WHOLE_LABEL = re.compile(r"-?(0|[1-9]\d{0,14})(\.0+)?")
# What tables write for a number that is missing; among texts only the empty cell is.
MISSING_NUMBER = re.compile(r"(nan|na|n/a|#n/a|null|nil|none|-|\?)?", re.IGNORECASE)

# Many models count in single precision, which ends here.
LARGEST_NUMBER = 1e38
EXPECTED_NUMBER = f"expected a finite number, at most {LARGEST_NUMBER:g} in size"
# A text that training ignores may be of any length; without this, csv stops at 131072 characters.
csv.field_size_limit(2**31 - 1)

Label = int | float | str
Line = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """The checked rows, their values in the order of the schema's features, and the target of each."""

    rows: list[list[Value]]
    targets: list[Label]
    ignored_columns: tuple[str, ...]


def read_number(text: str) -> float:
    """The finite number in a cell, or ValueError."""
    number = float(text)
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise ValueError("not finite")
    return number


def parse_cell(feature: Feature, text: str) -> Value:
    """The value in one cell; ValueError tells what was expected instead."""
    if feature.type == "string":
        if text not in feature.values:
            raise ValueError(f"expected one of {', '.join(feature.values)}")
        return text
    if feature.type == "integer" and not INTEGER.fullmatch(text.strip()):
        raise ValueError("expected an integer")
    try:
        number = read_number(text)
    except ValueError:
        raise ValueError(EXPECTED_NUMBER) from None
    if feature.type == "integer" and abs(number) > LARGEST_INTEGER:
        raise ValueError(f"expected an integer, at most {LARGEST_INTEGER} in size")
    if feature.minimum is not None and number < feature.minimum:
        raise ValueError(f"expected at least {feature.minimum:g}")
    if feature.maximum is not None and number > feature.maximum:
        raise ValueError(f"expected at most {feature.maximum:g}")
    return int(number) if feature.type == "integer" else number


def is_missing(feature: Feature, text: str) -> bool:
    """Whether the cell holds no value."""
    return MISSING_NUMBER.fullmatch(text.strip()) is not None if feature.is_numeric else text.strip() == ""


def parse_labels(texts: list[str]) -> list[Label]:
    """The classes: integers if all of them are, else text."""
    if all(WHOLE_LABEL.fullmatch(text) for text in texts):
        return [int(text.partition(".")[0]) for text in texts]
    return list(texts)


def read_table(path: Path, schema: DataSchema) -> Table:
    """The table in the file, or all of its problems together."""
    try:
        lines = _read_lines(path)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise InputProblems(Problem("bad-data", str(path), str(fault), "give a CSV file in UTF-8")) from fault
    header, body = (lines[0][1], lines[1:]) if lines else ([], [])
    _check_header(path, header, schema)
    rows, targets, problems = _parse_rows(path, header, body, schema)
    problems = _shortened(path, problems) or _check_targets(path, targets, schema)
    if problems:
        raise InputProblems(*problems)
    labels = parse_labels(targets) if schema.is_classification else [read_number(text) for text in targets]
    known = {schema.target, *(feature.name for feature in schema.features)}
    return Table(rows, labels, tuple(name for name in header if name not in known))


def _read_lines(path: Path) -> list[Line]:
    """What is in the file without its empty lines, and where each record starts: a cell may take several lines."""
    lines: list[Line] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        start = 1
        for cells in reader:
            if cells not in ([], [""]):
                lines.append((start, cells))
            start = reader.line_num + 1
    return lines


def _check_header(path: Path, header: Sequence[str], schema: DataSchema) -> None:
    wanted = [feature.name for feature in schema.features] + [schema.target]
    remedy = f"the table needs the columns {', '.join(wanted)}"
    problems = [
        Problem("missing-column", path.name, f'there is no column "{name}"', remedy)
        for name in wanted
        if name not in header
    ] + [
        Problem("double-column", path.name, f'column "{name}" is there {count} times', "keep one of them")
        for name, count in Counter(header).items()
        if count > 1 and name in wanted
    ]
    if problems:
        raise InputProblems(*problems)


def _parse_rows(
    path: Path, header: list[str], body: list[Line], schema: DataSchema
) -> tuple[list[list[Value]], list[str], list[Problem]]:
    columns = [(feature, header.index(feature.name)) for feature in schema.features]
    target_column = header.index(schema.target)
    rows: list[list[Value]] = []
    targets: list[str] = []
    problems: list[Problem] = []
    for number, cells in body:
        where = f"{path.name} line {number}"
        if len(cells) != len(header):
            problems.append(
                Problem("bad-row", where, f"{len(cells)} cells, the header has {len(header)}", "mend the line")
            )
            continue
        row, faults = _parse_row(columns, cells, where)
        faults += _target_faults(schema, cells[target_column], where)
        problems += faults
        if not faults:
            rows.append(row)
            targets.append(cells[target_column])
    return rows, targets, problems


def _parse_row(columns: list[tuple[Feature, int]], cells: list[str], where: str) -> tuple[list[Value], list[Problem]]:
    row: list[Value] = []
    faults: list[Problem] = []
    for feature, index in columns:
        text = cells[index]
        try:
            if is_missing(feature, text):
                if not feature.nullable:
                    raise ValueError("expected a value")
                row.append(None)
            else:
                row.append(parse_cell(feature, text))
        except ValueError as fault:
            faults.append(_cell_problem(where, feature.name, text, str(fault)))
    return row, faults


def _cell_problem(where: str, column: str, text: str, expected: str) -> Problem:
    remedy = "mend the cell, drop the row, or change src/data_schema.json"
    return Problem("bad-cell", where, f'{column} is "{text}", {expected}', remedy)


def _target_faults(schema: DataSchema, text: str, where: str) -> list[Problem]:
    if text.strip() == "":
        return [_cell_problem(where, schema.target, text, "expected a value")]
    if not schema.is_classification:
        try:
            read_number(text)
        except ValueError:
            return [_cell_problem(where, schema.target, text, EXPECTED_NUMBER)]
    return []


def _check_targets(path: Path, targets: list[str], schema: DataSchema) -> list[Problem]:
    if len(targets) < FEWEST_ROWS:
        what = f"{len(targets)} rows are too few to train and to measure"
        return [Problem("too-few-rows", path.name, what, f"give at least {FEWEST_ROWS}")]
    if not schema.is_classification:
        return []
    counts = Counter(parse_labels(targets))
    if len(counts) < 2:
        what = f'every {schema.target} is "{targets[0]}"'
        return [Problem("one-class", path.name, what, "a classification needs at least two classes")]
    return [
        Problem("rare-class", path.name, f'{schema.target} "{label}" is there once', "drop it, or find more of it")
        for label, count in sorted(counts.items())
        if count < 2
    ]


def _shortened(path: Path, problems: list[Problem]) -> list[Problem]:
    if len(problems) <= SHOWN_PROBLEMS:
        return problems
    rest = len(problems) - SHOWN_PROBLEMS
    more = Problem("more", path.name, f"{rest} more problems like these", "mend the first ones, then train again")
    return [*problems[:SHOWN_PROBLEMS], more]
