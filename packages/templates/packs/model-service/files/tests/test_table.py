"""The training table: what is read, and where its faults are."""

from pathlib import Path

import pytest

from src.data_schema import DataSchema, Feature
from src.problem import InputProblems
from src.table import Label, Table, parse_labels, read_table

SCHEMA = DataSchema("y", "regression", (Feature("x", "number", 1.0),))
ROWS = [f"{row},{row * 2}" for row in range(12)]


def read(folder: Path, text: str) -> Table:
    """The table in the text."""
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path, SCHEMA)


def test_empty_lines_are_no_rows_before_the_header_either(tmp_path: Path) -> None:
    assert len(read(tmp_path, "\n".join(["", "", "x,y", "", *ROWS, ""])).rows) == len(ROWS)


def test_a_long_text_in_a_column_that_is_ignored_is_no_problem(tmp_path: Path) -> None:
    text = "word " * 30_000
    table = read(tmp_path, "\n".join(["x,y,note", *(f"{row},{text}" for row in ROWS)]))
    assert (len(table.rows), table.ignored_columns) == (len(ROWS), ("note",))


def test_a_bad_cell_is_named_with_the_line_that_its_row_starts_in(tmp_path: Path) -> None:
    with pytest.raises(InputProblems, match=r'bad-cell  t\.csv line 6: x is "bad"'):
        read(tmp_path, '\nx,y,note\n1,1,"two\nlines"\n\nbad,2,\n')


@pytest.mark.parametrize("row", ["1e39,1", "1,-1e39", "inf,1"])
def test_a_number_that_is_too_large_for_a_model_is_a_bad_cell(tmp_path: Path, row: str) -> None:
    with pytest.raises(InputProblems, match=r"bad-cell  t\.csv line 2: .*, expected a finite number, at most 1e\+38"):
        read(tmp_path, "\n".join(["x,y", row, *ROWS]))


def test_an_integer_that_no_request_may_hold_is_a_bad_cell(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["x,y", f"{2**53 + 2},1", *ROWS]), encoding="utf-8")
    schema = DataSchema("y", "regression", (Feature("x", "integer", 1),))
    with pytest.raises(InputProblems, match=r"line 2: x is .*, expected an integer, at most 9007199254740992 in size"):
        read_table(path, schema)


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["1", "0"], [1, 0]),
        (["1.0", "0.0", "1"], [1, 0, 1]),
        (["-0", "0.0", "-1"], [0, 0, -1]),
        (["007", "7"], ["007", "7"]),
        (["1000000000000000001", "2"], ["1000000000000000001", "2"]),
        (["1", "yes"], ["1", "yes"]),
    ],
)
def test_whole_numbers_are_labels_and_codes_stay_texts(texts: list[str], labels: list[Label]) -> None:
    assert parse_labels(texts) == labels
