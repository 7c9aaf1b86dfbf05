"""Splits the locked packages into two layers of the image: the model's, and those that serve. Run while it is built.

`python layers.py FOLDER NAME...`: reads requirements.txt and unused.txt. The named packages serve, with all that they
need; all others are the model's, with all that these need. Writes requirements.txt of each layer into FOLDER/serving
and FOLDER/model, and beside each unused.txt, the patterns that hold for this lock. A line `GLOB unless PACKAGE` holds
where the lock is without the package.

The model's packages are large, change seldom, and are the same in many services: a change of the others leaves their
layer as it is, and a node that runs one service has it for the others. Neither layer needs the other to be installed
and compiled; what both need, small packages, is in both.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# "# via NAME", or "# via" and each name in a line of its own: who needs the package.
USER = re.compile(r"\s+#\s+(?:via\s+)?(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True)
class Locked:
    """One entry of the lock: a package, the lines that install it, and the packages that need it."""

    name: str
    lines: tuple[str, ...]
    users: frozenset[str]


def normalized(name: str) -> str:
    """The one spelling of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(text: str) -> tuple[list[str], list[Locked]]:
    """The options of a lock, and its entries."""
    options: list[str] = []
    entries: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("-"):
            options.append(line)
        elif line[:1].isalnum():
            entries.append([line])
        elif entries and line[:1].isspace():
            entries[-1].append(line)
    return options, [_locked(lines) for lines in entries]


def _locked(lines: list[str]) -> Locked:
    first = NAME.match(lines[0])
    if first is None:
        raise ValueError(f"no package: {lines[0]}")
    users = (user["name"] for line in lines[1:] if (user := USER.match(line)) and user["name"] != "via")
    installing = tuple(line for line in lines if not line.lstrip().startswith("#"))
    return Locked(normalized(first[0]), installing, frozenset(map(normalized, users)))


def with_their_needs(names: set[str], packages: list[Locked]) -> set[str]:
    """The named packages, those that they need, those that these need, and so on."""
    found: set[str] = set()
    new = names
    while new:
        found |= new
        new = {package.name for package in packages if package.users & new} - found
    return found


def split(serving: set[str], packages: list[Locked]) -> dict[str, set[str]]:
    """The packages of each layer."""
    every = {package.name for package in packages}
    if not any(package.users for package in packages):
        # A lock without notes does not tell what needs what: one layer has everything.
        return {"model": every, "serving": set()}
    serve = with_their_needs(every & {normalized(name) for name in serving}, packages)
    return {"model": with_their_needs(every - serve, packages), "serving": serve}


def patterns_for(text: str, installed: set[str]) -> list[str]:
    """The patterns that hold where these packages are installed."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    parts = (line.partition(" unless ") for line in lines if line)
    return [glob.strip() for glob, _, package in parts if normalized(package.strip()) not in installed]


def main(folder: Path, serving: set[str]) -> None:
    """Writes the files of both layers."""
    options, packages = read_lock(Path("requirements.txt").read_text(encoding="utf-8"))
    patterns = patterns_for(Path("unused.txt").read_text(encoding="utf-8"), {package.name for package in packages})
    for layer, chosen in split(serving, packages).items():
        lines = [line for package in packages if package.name in chosen for line in package.lines]
        place = folder / layer
        place.mkdir(parents=True, exist_ok=True)
        (place / "requirements.txt").write_text("".join(f"{line}\n" for line in options + lines), encoding="utf-8")
        (place / "unused.txt").write_text("".join(f"{pattern}\n" for pattern in patterns), encoding="utf-8")
        print(f"{layer}: {', '.join(sorted(chosen))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
