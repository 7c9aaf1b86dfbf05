"""The form of an answer: one for training, for serving, and for the golden rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from src.table import Label

Answer = dict[str, Any]


def build_answers(labels: Sequence[Label], scores: Iterable[Sequence[float]]) -> list[Answer]:
    """One answer for each line of scores: the likeliest class with all probabilities, or the number."""
    if not labels:
        return [{"prediction": float(line[0])} for line in scores]
    return [_classified(labels, [float(part) for part in line]) for line in scores]


def _classified(labels: Sequence[Label], line: list[float]) -> Answer:
    names = [str(label) for label in labels]
    best = max(range(len(line)), key=line.__getitem__)
    return {"prediction": labels[best], "probabilities": dict(zip(names, line, strict=True))}


def answer_schema(labels: Sequence[Label]) -> dict[str, Any]:
    """The JSON Schema of one answer."""
    if not labels:
        return {"type": "object", "required": ["prediction"], "properties": {"prediction": {"type": "number"}}}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    return {
        "type": "object",
        "required": ["prediction", "probabilities"],
        "properties": {
            "prediction": {"enum": list(labels)},
            "probabilities": {"type": "object", "properties": {str(label): share for label in labels}},
        },
    }


def is_same_answer(actual: Any, expected: Any, tolerance: float) -> bool:
    """True if both say the same, numbers compared within the tolerance."""
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and actual.keys() == expected.keys()
            and all(is_same_answer(actual[key], expected[key], tolerance) for key in expected)
        )
    if isinstance(expected, float) and isinstance(actual, (int, float)):
        return abs(actual - expected) <= tolerance * max(1.0, abs(expected))
    return actual == expected
