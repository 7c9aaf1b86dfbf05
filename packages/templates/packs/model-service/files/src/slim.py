"""Takes out of the installed packages what serving never opens. Run while the image is built.

`python slim.py PREFIX PATTERNS`: packages are installed below PREFIX, PATTERNS is a file with one glob a line,
relative to their folder. What a test or a compiler would read goes from every package.
"""

import os
import shutil
import sys
from pathlib import Path

FOLDERS = frozenset({"tests", "__pycache__"})
SOURCES = frozenset({".pyx", ".pxd", ".pyi", ".c", ".cpp", ".h", ".a"})


def unused_everywhere(packages: Path) -> list[Path]:
    """Folders of tests and files of sources, in any package."""
    found: list[Path] = []
    for place, folders, files in os.walk(packages):
        here = Path(place)
        found += [here / name for name in folders if name in FOLDERS]
        found += [file for file in map(here.joinpath, files) if file.suffix in SOURCES]
        folders[:] = [name for name in folders if name not in FOLDERS]
    return found


def remove(packages: Path, patterns: list[str]) -> int:
    """Deletes what no package needs, and every file and folder that a pattern names; returns their number."""
    named = [path for pattern in patterns for path in packages.glob(pattern)]
    removed = 0
    # Sorted: a folder comes before what is in it.
    for path in sorted({*named, *unused_everywhere(packages)}):
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
    patterns = names.read_text(encoding="utf-8").splitlines()
    for packages in sorted(prefix.glob("lib/python*/site-packages")):
        print(f"removed {remove(packages, patterns)} files and folders from {packages}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
