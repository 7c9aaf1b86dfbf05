"""Training: the same again, and nothing from a bad table."""

import csv
import json
import re
from itertools import islice
from pathlib import Path

import pytest

from src.data_schema import DataSchema
from src.model_lock import sha256_of
from src.project import LOCK_NAME
from src.table import is_missing
from src.train import main, train
from tests.conftest import MODEL_NAME


def test_the_same_table_gives_the_same_model(tmp_path: Path, schema: DataSchema, data_file: Path) -> None:
    first = train(schema, data_file, tmp_path / "first")
    second = train(schema, data_file, tmp_path / "second")
    assert first == second
    assert sha256_of(tmp_path / "first" / MODEL_NAME) == sha256_of(tmp_path / "second" / MODEL_NAME)


def test_the_lock_says_what_the_model_needs(tmp_path: Path, schema: DataSchema, data_file: Path) -> None:
    lock = train(schema, data_file, tmp_path)
    assert lock["model"]["sha256"] == sha256_of(tmp_path / MODEL_NAME)
    assert [feature["name"] for feature in lock["features"]] == list(schema.example_row)
    assert lock["golden"][0]["row"] == schema.example_row
    assert lock["metrics"]


def test_training_the_same_again_keeps_the_lock_and_its_commit(
    tmp_path: Path, schema: DataSchema, data_file: Path
) -> None:
    train(schema, data_file, tmp_path)
    lock = tmp_path / LOCK_NAME
    kept = {**json.loads(lock.read_text(encoding="utf-8")), "git": {"commit": "1" * 40, "dirty": False}}
    lock.write_text(json.dumps(kept), encoding="utf-8")
    train(schema, data_file, tmp_path)
    assert json.loads(lock.read_text(encoding="utf-8")) == kept


@pytest.mark.parametrize("text", ["<<<<<<< HEAD\n", "[]", ""])
def test_a_lock_that_cannot_be_read_is_written_anew(
    tmp_path: Path, schema: DataSchema, data_file: Path, text: str
) -> None:
    lock = tmp_path / LOCK_NAME
    lock.write_text(text, encoding="utf-8")
    written = train(schema, data_file, tmp_path)
    assert json.loads(lock.read_text(encoding="utf-8")) == written


def damaged(path: Path, data_file: Path, column: str, value: str) -> Path:
    """The first row of the table, with one bad cell: for each column the whole of a large table would take minutes."""
    with data_file.open(encoding="utf-8-sig", newline="") as file:
        lines = list(islice(filter(any, csv.reader(file)), 2))
    lines[1][lines[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


@pytest.mark.parametrize("value", ["", "no such value", "nan", "inf"])
def test_a_bad_cell_stops_training_and_is_named(
    tmp_path: Path, schema: DataSchema, data_file: Path, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    for feature in schema.features:
        if value in feature.values or (feature.nullable and is_missing(feature, value)):
            continue
        table = damaged(tmp_path / "bad.csv", data_file, feature.name, value)
        assert main(["--data", str(table), "--models", str(tmp_path)]) == 2
        named = re.escape(f'{feature.name} is "{value}", expected')
        assert re.search(rf"bad-cell  bad\.csv line \d+: {named}", capsys.readouterr().err)
        assert not (tmp_path / LOCK_NAME).exists()


def test_a_missing_column_is_named(tmp_path: Path, schema: DataSchema, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "short.csv"
    table.write_text("other\n1\n", encoding="utf-8")
    assert main(["--data", str(table), "--models", str(tmp_path)]) == 2
    errors = capsys.readouterr().err
    for name in [*schema.example_row, schema.target]:
        assert f'missing-column  short.csv: there is no column "{name}"' in errors


def test_a_missing_table_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path / "none.csv"), "--models", str(tmp_path)]) == 2
    assert "missing-data" in capsys.readouterr().err
