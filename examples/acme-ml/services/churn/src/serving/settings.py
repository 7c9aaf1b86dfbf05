"""The settings of serving: from the environment alone, read once, each with a default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from src.problem import InputProblems, Problem
from src.project import BATCH_ROWS, MODEL_FILE, ROOT

MOST_DEFAULT_THREADS = 4
# Where Linux says how much CPU time a container has: "50000 100000" is half a CPU, "max 100000" all of them.
CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True)
class Settings:
    """How this process serves."""

    model_path: Path
    # True: a mismatch with training is reported, and the model is served all the same.
    parity_only_warns: bool
    log_level: str
    max_body_bytes: int
    # Requests that may wait for a free scoring thread; one more is answered 503.
    queue_size: int
    scoring_threads: int
    # Rows of waiting requests that may share one call of the model; 1: each request has its own.
    batch_rows: int


def available_cpus(quota_file: Path = CPU_QUOTA) -> int:
    """The CPUs that this process may use: those of the machine, or the container's limit if that is less."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = quota_file.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return cpus
    return cpus if quota == "max" else max(1, min(cpus, ceil(int(quota) / int(period))))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in the environment, or all of their problems together."""
    problems: list[Problem] = []

    def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
        given = environment.get(name, default)
        if given.upper() not in allowed:
            problems.append(Problem("bad-setting", name, f'"{given}"', f"use one of {', '.join(allowed)}"))
        return given.upper()

    def count(name: str, default: int, minimum: int) -> int:
        given = environment.get(name, str(default))
        if given.isascii() and given.isdigit() and int(given) >= minimum:
            return int(given)
        problems.append(Problem("bad-setting", name, f'"{given}"', f"use a whole number from {minimum} on"))
        return default

    settings = Settings(
        model_path=ROOT / environment.get("MODEL_PATH", MODEL_FILE),
        parity_only_warns=choice("PARITY", ("ENFORCE", "WARN"), "ENFORCE") == "WARN",
        log_level=choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
        max_body_bytes=count("MAX_BODY_BYTES", 1_048_576, 1),
        queue_size=count("QUEUE_SIZE", 64, 0),
        scoring_threads=count("SCORING_THREADS", min(available_cpus(), MOST_DEFAULT_THREADS), 1),
        batch_rows=count("BATCH_ROWS", BATCH_ROWS, 1),
    )
    if problems:
        raise InputProblems(*problems)
    return settings
