"""model.lock.json: what the model needs to be served as it was trained."""

import hashlib
import json
import platform
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from src.answers import Answer
from src.data_schema import DataSchema, Feature, Value, parse_data_schema
from src.problem import InputProblems, Problem
from src.project import LOCK_NAME
from src.table import Label

LOCK_VERSION = 1
# Sums are taken in another order on another processor: the last digits may differ.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Golden:
    """One row, and the answer that training saw for it."""

    row: dict[str, Value]
    expected: Answer


@dataclass(frozen=True)
class ModelLock:
    """The parts of model.lock.json that serving relies on."""

    model_sha256: str
    python: str
    packages: dict[str, str]
    schema: DataSchema
    classes: tuple[Label, ...]
    golden: tuple[Golden, ...]
    tolerance: float

    @property
    def features(self) -> tuple[Feature, ...]:
        return self.schema.features


def parse_model_lock(source: Any, where: str) -> ModelLock:
    """The lock in a parsed JSON value; KeyError, TypeError, ValueError or InputProblems if it is none."""
    if source["schema"] != LOCK_VERSION:
        raise ValueError(f"schema {source['schema']!r}, this service reads {LOCK_VERSION}")
    return ModelLock(
        model_sha256=source["model"]["sha256"],
        python=source["python"],
        packages=dict(source["packages"]),
        schema=parse_data_schema(source, where),
        classes=tuple(source["classes"]),
        golden=tuple(Golden(entry["row"], entry["expected"]) for entry in source["golden"]),
        tolerance=source["tolerance"],
    )


def read_model_lock(path: Path) -> ModelLock:
    """The lock in the file."""
    return parse_model_lock(json.loads(path.read_text(encoding="utf-8")), path.name)


def write_json(path: Path, value: Any) -> None:
    """Writes the value whole or not at all: a reader sees the old file or the new one."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8", newline="\n")
    temporary.replace(path)


def sha256_of(path: Path) -> str:
    """The SHA-256 of the file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def python_minor() -> str:
    """The Python that runs, as "3.11"."""
    return ".".join(platform.python_version_tuple()[:2])


def installed_version(package: str) -> str | None:
    """The installed version of the package, or None; of "a|b", builds of one thing, the first that is there."""
    for build in package.split("|"):
        try:
            return metadata.version(build)
        except metadata.PackageNotFoundError:
            continue
    return None


def git_state(folder: Path) -> dict[str, Any]:
    """The last commit that changed this service, models aside, and whether there are later changes."""
    ours = ["--", ".", ":(exclude)models"]
    commit = _git(folder, "log", "-1", "--format=%H", *ours)
    changes = _git(folder, "status", "--porcelain", *ours)
    return {"commit": commit or None, "dirty": commit in (None, "") or changes != ""}


def committed_lock(models: Path, commit: str) -> dict[str, Any] | None:
    """The model.lock.json of the folder in a commit; None if it was not there, or if nothing is committed yet.

    One that cannot be read is a problem: without it, a worse model would pass.
    """
    if _git(models, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") is None:
        if commit == "HEAD":
            return None
        remedy = "name a commit or branch that this clone has; a shallow clone may lack it"
        raise InputProblems(Problem("unknown-commit", commit, "git does not know it", remedy))
    text = _git(models, "show", f"{commit}:./{LOCK_NAME}")
    return None if text is None else _parse_committed(text, commit)


def _parse_committed(text: str, commit: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    remedy = "commit the one that training writes, or compare with a commit that holds a good one: --against=<commit>"
    raise InputProblems(Problem("lock-unreadable", f"{LOCK_NAME} in {commit}", "it is no JSON object", remedy))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
