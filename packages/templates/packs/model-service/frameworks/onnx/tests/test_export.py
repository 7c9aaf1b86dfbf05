"""What holds for the exported model alone."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from src import export
from src.data_schema import DataSchema
from src.model import fit, to_matrix
from src.problem import InputProblems
from src.project import LOCK_NAME, ROOT
from src.table import read_table


def test_the_difference_to_the_pipeline_is_recorded_and_small(trained: Path) -> None:
    found = json.loads((trained / LOCK_NAME).read_text(encoding="utf-8"))["training"]["export"]
    assert found["rows"] > 0
    assert 0 <= found["difference"] <= found["allowed"] <= 1e-5


def test_an_export_that_scores_otherwise_stops_the_training(
    schema: DataSchema, data_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read_table(data_file, schema)
    compare = export.compare
    monkeypatch.setattr(
        export, "compare", lambda pipeline, labels, scores, rows: compare(pipeline, labels, 1.01 * scores + 0.01, rows)
    )
    matrix = to_matrix(schema.features, table.rows)
    with pytest.raises(InputProblems, match="export-difference"):
        fit(schema, matrix, np.asarray(table.targets).tolist())


def test_serving_imports_nothing_of_the_training() -> None:
    code = "import sys; import src.api.app, src.model; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"sklearn", "skl2onnx", "onnx", "pandas", "scipy"}.isdisjoint(done.stdout.split())
