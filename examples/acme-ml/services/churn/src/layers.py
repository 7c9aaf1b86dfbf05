"""Splits the locked packages into two layers of the image: the model's, and those that serve. Run while it is built.

`python layers.py FOLDER NAME...`: reads requirements.txt and unused.txt, and writes into the folder model.txt, the
named packages, what is built on them (pandas on numpy), and all that these need; other.txt, the rest with all that it
needs; and unused.txt, the patterns that hold for this lock. A line `GLOB unless PACKAGE` holds where the lock is
without the package.

The model's packages are large, change seldom, and are the same in many services: a change of the rest leaves their
layer as it is, and a node that runs one service has it for the others. Neither layer needs the other to be installed
and compiled; what both need, small packages, is in both.
"""

import re
import sys
from collections.abc import Callable
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


def reached(names: set[str], follow: Callable[[set[str]], set[str]]) -> set[str]:
    """The names, those that they lead to, those that these lead to, and so on."""
    found: set[str] = set()
    new = names
    while new:
        found |= new
        new = follow(new) - found
    return found


def with_their_needs(names: set[str], packages: list[Locked]) -> set[str]:
    """The named packages with all that they need."""
    return reached(names, lambda new: {package.name for package in packages if package.users & new})


def with_their_users(names: set[str], packages: list[Locked]) -> set[str]:
    """The named packages with all that is built on them."""
    users = {package.name: package.users for package in packages}
    return reached(names, lambda new: {user for name in new for user in users[name] if user in users})


def split(names: set[str], packages: list[Locked]) -> tuple[set[str], set[str]]:
    """The packages of the model's layer, and those of the other one."""
    every = {package.name for package in packages}
    if not any(package.users for package in packages):
        # A lock without notes does not tell what needs what: one layer has everything.
        return every, set()
    model = with_their_needs(with_their_users(every & {normalized(name) for name in names}, packages), packages)
    return model, with_their_needs(every - model, packages)


def patterns_for(text: str, installed: set[str]) -> list[str]:
    """The patterns that hold where these packages are installed."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    parts = (line.partition(" unless ") for line in lines if line)
    return [glob.strip() for glob, _, package in parts if normalized(package.strip()) not in installed]


def main(folder: Path, names: set[str]) -> None:
    """Writes the three files."""
    options, packages = read_lock(Path("requirements.txt").read_text(encoding="utf-8"))
    model, other = split(names, packages)
    for file, chosen in (("model.txt", model), ("other.txt", other)):
        lines = [line for package in packages if package.name in chosen for line in package.lines]
        (folder / file).write_text("".join(f"{line}\n" for line in options + lines), encoding="utf-8")
    patterns = patterns_for(Path("unused.txt").read_text(encoding="utf-8"), {package.name for package in packages})
    (folder / "unused.txt").write_text("".join(f"{pattern}\n" for pattern in patterns), encoding="utf-8")
    print(f"the model's layer: {', '.join(sorted(model))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
