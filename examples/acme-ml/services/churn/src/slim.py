"""Takes out of the installed packages what serving never opens. Run while the image is built.

`python slim.py PREFIX PATTERNS`: packages are installed below PREFIX, PATTERNS is a file with one glob a line,
relative to their folder; `#` begins a comment, and `GLOB unless PATH` keeps it where PATH is installed.
What a test or a compiler would read goes from every package.
"""

import shutil
import sys
from pathlib import Path

FOLDERS = ("**/tests", "**/__pycache__")
SOURCES = ("**/*.pyx", "**/*.pxd", "**/*.pyi", "**/*.c", "**/*.cpp", "**/*.h", "**/*.a")


def patterns_in(text: str, packages: Path) -> list[str]:
    """The globs of a patterns file that hold for these packages."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    parts = (line.partition(" unless ") for line in lines if line)
    return [glob.strip() for glob, _, user in parts if not user or not (packages / user.strip()).exists()]


def remove(packages: Path, patterns: list[str]) -> int:
    """Deletes every file and folder that a pattern names; returns their number."""
    # Sorted: a folder comes before what is in it.
    found = sorted({path for pattern in patterns for path in packages.glob(pattern)})
    removed = 0
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.exists() or path.is_symlink():
            path.unlink()
        else:
            continue
        removed += 1
    return removed


def main(prefix: Path, names: Path) -> None:
    """Slims every folder of packages below the prefix."""
    text = names.read_text(encoding="utf-8")
    for packages in sorted(prefix.glob("lib/python*/site-packages")):
        unused = [*FOLDERS, *SOURCES, *patterns_in(text, packages)]
        print(f"removed {remove(packages, unused)} files and folders from {packages}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
