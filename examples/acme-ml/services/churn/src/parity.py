"""Is the model served as it was trained? Asked at start, by the tests, and while the image is built.

As a command: `python -m src.parity`; exit code 0 if it is, 1 if it is not.
"""

import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from src.answers import build_answers, is_same_answer
from src.data_schema import read_data_schema
from src.model_lock import ModelLock, installed_version, python_minor, read_model_lock, sha256_of
from src.problem import InputProblems
from src.project import LOCK_NAME, ROOT, SCHEMA_FILE
from src.serving.settings import read_settings


@dataclass(frozen=True)
class Mismatch:
    """One difference between training and serving, for people and for machines."""

    code: str
    what: str
    expected: Any
    actual: Any

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        indent = " " * (len(self.code) + 2)
        return f"{self.code}  {self.what}\n{indent}expected {self.expected}, found {self.actual}"


# With these no model can be served at all, whatever PARITY says.
FATAL = frozenset({"lock-missing", "lock-unreadable", "model-missing", "model-unreadable", "package-missing"})

TRAIN_AGAIN = "train again with `python -m src.train`, in the environment that serves"
NAME_THE_PACKAGE = (
    "name it in requirements.in and run the `lock` target; if it is there and only the image's build lacks it, "
    "take it off the list of those that serve, in the stage `layers` of the Dockerfile"
)


@dataclass(frozen=True)
class OpenedModel:
    """A loaded model with its lock, and the mismatches that were overridden."""

    model: Any
    lock: ModelLock
    warnings: tuple[Mismatch, ...]


@dataclass(frozen=True)
class Refused:
    """The reasons why the model is not served."""

    reasons: tuple[Mismatch, ...]


def open_model(model_path: Path, only_warn: bool = False) -> OpenedModel | Refused:
    """Compares everything that can be compared before the file is opened, loads it, and asks the golden rows."""
    lock = _read_lock(model_path.parent / LOCK_NAME)
    if isinstance(lock, Mismatch):
        return Refused((lock,))
    found = compare_before_loading(lock, model_path)
    if _refuses(found, only_warn):
        return Refused(tuple(found))
    try:
        from src import model as framework

        model = framework.load(model_path)
    except ModuleNotFoundError as fault:
        missing = Mismatch("package-missing", f"what the model imports: {fault.name}", "installed", None)
        return Refused((*found, missing))
    except Exception as fault:
        unreadable = Mismatch("model-unreadable", f"{model_path.name} cannot be loaded", "a model", _brief(fault))
        return Refused((*found, unreadable))
    found += compare_golden(model, lock)
    return Refused(tuple(found)) if _refuses(found, only_warn) else OpenedModel(model, lock, tuple(found))


def _refuses(found: list[Mismatch], only_warn: bool) -> bool:
    return any(not only_warn or mismatch.code in FATAL for mismatch in found)


def _read_lock(path: Path) -> ModelLock | Mismatch:
    if not path.is_file():
        return Mismatch("lock-missing", f"{path.name} is not beside the model", "the file that training wrote", None)
    try:
        return read_model_lock(path)
    except (KeyError, TypeError, ValueError, OSError, InputProblems) as fault:
        return Mismatch("lock-unreadable", f"{path.name} cannot be read", "the file that training wrote", _brief(fault))


def compare_before_loading(lock: ModelLock, model_path: Path) -> list[Mismatch]:
    """The file's hash, Python, the packages and the columns: all without opening the model."""
    if not model_path.is_file():
        return [Mismatch("model-missing", f"{model_path.name} is not there", lock.model_sha256, None)]
    found = []
    if (actual := sha256_of(model_path)) != lock.model_sha256:
        found.append(Mismatch("model-hash", f"{model_path.name} is not the trained file", lock.model_sha256, actual))
    if lock.python != python_minor():
        found.append(Mismatch("python-version", "another Python", lock.python, python_minor()))
    for package, version in lock.packages.items():
        if (installed := installed_version(package)) != version:
            found.append(Mismatch("package-version", f"another {package}", version, installed))
    return found + _compare_schema(lock)


def _compare_schema(lock: ModelLock) -> list[Mismatch]:
    try:
        current = read_data_schema(ROOT / SCHEMA_FILE)
    except InputProblems as problems:
        return [Mismatch("schema-mismatch", f"{SCHEMA_FILE} cannot be read", "the trained columns", str(problems))]
    if current == lock.schema:
        return []
    expected, actual = (
        [_column(feature.to_json()) for feature in schema.features] for schema in (lock.schema, current)
    )
    return [Mismatch("schema-mismatch", f"{SCHEMA_FILE} has changed since training", expected, actual)]


def _column(feature: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in feature.items() if key != "example")


def compare_golden(model: Any, lock: ModelLock) -> list[Mismatch]:
    """The answers to the golden rows, each compared with the one that training saw."""
    from src import model as framework

    found = []
    for number, golden in enumerate(lock.golden, start=1):
        try:
            row = [golden.row[feature.name] for feature in lock.features]
            scores = framework.score(model, framework.to_matrix(lock.features, [row]))
            actual: Any = build_answers(lock.classes, scores)[0]
        except Exception as fault:
            actual = _brief(fault)
        if not is_same_answer(actual, golden.expected, lock.tolerance):
            found.append(Mismatch("golden-mismatch", f"golden row {number}", golden.expected, actual))
    return found


def _brief(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"


def main() -> int:
    """The command line; it prints every mismatch."""
    path = read_settings(os.environ).model_path
    opened = open_model(path)
    if isinstance(opened, Refused):
        for reason in opened.reasons:
            print(reason, file=sys.stderr)
        is_package_missing = any(reason.code == "package-missing" for reason in opened.reasons)
        print(NAME_THE_PACKAGE if is_package_missing else TRAIN_AGAIN, file=sys.stderr)
        return 1
    packages = ", ".join(f"{name} {version}" for name, version in opened.lock.packages.items())
    print(f"parity  {path.name} is served as trained: {len(opened.lock.golden)} golden rows")
    print(f"        Python {opened.lock.python}, {packages}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
