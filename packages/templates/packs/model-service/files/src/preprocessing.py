"""The one place where columns become numbers: training and serving both come through here.

These functions are yours to change: train again afterwards, and the parity check follows.
"""

from collections.abc import Sequence

import numpy as np

from src.data_schema import Feature, Value


def to_matrix(features: Sequence[Feature], rows: Sequence[Sequence[Value]]) -> np.ndarray:
    """The rows as floats: a number stays as it is, a text becomes one column for each of its known values.

    A number that may be missing becomes two columns: itself, 0 where it is missing, and whether it is. A missing text
    is none of the known ones.
    """
    if all(feature.is_numeric and not feature.nullable for feature in features):
        return np.array(rows, dtype=np.float64)
    return np.array([_expand(features, row) for row in rows], dtype=np.float64)


def _expand(features: Sequence[Feature], row: Sequence[Value]) -> list[float]:
    line: list[float] = []
    for feature, value in zip(features, row, strict=True):
        if not feature.is_numeric:
            line.extend(float(value == known) for known in feature.values)
        elif feature.nullable:
            line.extend((0.0, 1.0) if value is None else (float(value), 0.0))
        else:
            line.append(float(value))
    return line
