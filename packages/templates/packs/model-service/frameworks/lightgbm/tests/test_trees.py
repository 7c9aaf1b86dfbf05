"""What holds for LightGBM alone."""

import numpy as np

from src.data_schema import DataSchema, Feature
from src.model import fit, score


def test_the_trees_of_a_small_table_split() -> None:
    schema = DataSchema("bought", "classification", (Feature("visits", "number", 1.0),))
    matrix = np.arange(20, dtype=np.float64).reshape(-1, 1)
    first, *_, last = score(fit(schema, matrix, ["no"] * 10 + ["yes"] * 10), matrix).tolist()
    assert first != last
